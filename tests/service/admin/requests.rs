//! How requests come to the admin API: one a connection, with small bodies, and strictly.

use std::time::{Duration, Instant};

use super::{TOKEN, with_admin};
use crate::harness::{Kept, TestServer, ask};

/// Within the time that a body may take.
const SOON: Duration = Duration::from_secs(5);

/// A message to ana, up to its body.
fn head(headers: &str) -> String {
    format!(
        "POST /api/v1/users/ana/messages HTTP/1.1\r\nHost: localhost\r\n\
         Authorization: Bearer {TOKEN}\r\n{headers}\r\n\r\n"
    )
}

#[actix_rt::test]
async fn a_body_comes_in_pieces_in_chunks_or_when_it_is_asked_for() {
    let server = TestServer::start(with_admin()).await;
    let address = server.admin_address().unwrap();
    let mut ana = server.connects("ana").await;

    let mut pieces = Kept::to(address).await;
    pieces.sends(&(head("Content-Length: 10") + r#"{"dat"#)).await;
    pieces.sends(r#"a":1}"#).await;
    assert_eq!(pieces.next_answer("POST").await.unwrap().status, 204);

    let mut chunks = Kept::to(address).await;
    let chunked = head("Transfer-Encoding: chunked") + "5\r\n{\"dat\r\n5\r\na\":2}\r\n0\r\n\r\n";
    chunks.sends(&chunked).await;
    assert_eq!(chunks.next_answer("POST").await.unwrap().status, 204);

    let mut asks = Kept::to(address).await;
    asks.sends(&head("Content-Length: 10\r\nExpect: 100-continue")).await;
    assert_eq!(asks.next_answer("POST").await.unwrap().status, 100);
    asks.sends(r#"{"data":3}"#).await;
    assert_eq!(asks.next_answer("POST").await.unwrap().status, 204);

    for data in 1..=3 {
        assert_eq!(ana.expects("message").await["data"], data);
    }
    server.ends_clean().await;
}

#[actix_rt::test]
async fn the_body_of_who_has_no_token_is_not_waited_for() {
    let server = TestServer::start(with_admin()).await;
    let begin = Instant::now();
    let mut stranger = Kept::to(server.admin_address().unwrap()).await;
    let announced = head("Content-Length: 10\r\nExpect: 100-continue").replace(TOKEN, "guess");
    stranger.sends(&announced).await;

    let answer = stranger.next_answer("POST").await.unwrap();

    assert_eq!(answer.status, 401);
    assert!(answer.has_header("connection: close"), "{}", answer.head);
    assert!(stranger.next_answer("POST").await.is_none());
    assert!(begin.elapsed() < SOON, "{:?}", begin.elapsed());
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_body_over_its_limit_is_refused_before_it_comes_or_while_it_comes() {
    let server = TestServer::start(with_admin()).await;
    for (headers, body) in [
        ("Content-Length: 65537\r\nExpect: 100-continue", String::new()),
        ("Transfer-Encoding: chunked", format!("10001\r\n{}\r\n0\r\n\r\n", "x".repeat(65_537))),
    ] {
        let mut client = Kept::to(server.admin_address().unwrap()).await;
        client.sends(&(head(headers) + &body)).await;

        let answer = client.next_answer("POST").await.unwrap();

        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (413, &"too-large".into()),
            "{headers}"
        );
        assert!(answer.json()["message"].as_str().unwrap().contains("65536"), "{answer:?}");
    }
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_connection_has_one_request_and_what_is_none_is_refused_with_a_sentence() {
    let server = TestServer::start(with_admin()).await;
    let address = server.admin_address().unwrap();
    let stats = format!(
        "GET /api/v1/stats HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {TOKEN}\r\n\r\n"
    );
    let mut client = Kept::to(address).await;
    client.sends(&stats.repeat(20)).await;
    let answer = client.next_answer("GET").await.unwrap();
    assert_eq!((answer.status, answer.header("connection")), (200, Some("close")));
    assert!(client.next_answer("GET").await.is_none());

    let mut client = Kept::to(address).await;
    client.sends(&stats.replace("\r\n", "\n")).await;
    let answer = client.next_answer("GET").await.unwrap();
    assert_eq!((answer.status, &answer.json()["code"]), (400, &"bad-message".into()));
    assert!(answer.has_header("x-content-type-options: nosniff"), "{}", answer.head);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn silent_connections_keep_no_operator_out() {
    let server = TestServer::start(with_admin()).await;
    let address = server.admin_address().unwrap();
    let mut silent = Vec::new();
    for _ in 0..100 {
        silent.push(Kept::to(address).await);
    }
    let begin = Instant::now();

    let right = format!("Authorization: Bearer {TOKEN}");
    assert_eq!(ask(address, "/api/v1/stats", &[&right]).await.status, 200);

    assert!(begin.elapsed() < SOON / 2, "{:?}", begin.elapsed());
    drop(silent);
    server.ends_clean().await;
}
