//! Who is let in, and what is no handshake.

use std::time::Duration;

use switchboard::hub::{Parting, Then};
use switchboard::protocol::Close;

use crate::harness::{LAST, Service, TEXT, limits, limits_but, wait_in};

#[actix_rt::test]
async fn a_socket_that_the_hub_does_not_let_in_is_closed_for_later() {
    let registering = Duration::from_millis(100);
    let mut service = Service::start(limits_but(|l| l.registering = registering)).await;
    let (mut client, _link) = service.connect().await;

    client.send(LAST | TEXT, b"too early").await;

    let (code, reason) = client.close_frame().await;
    assert_eq!(code, 1013);
    assert!(wait_in(&reason) <= 10_000, "{reason}");
    client.close(Some(1013)).await;
    client.expect_eof().await;
    service.ended(Parting::Broken).await;
    service.over().await;
}

#[actix_rt::test]
async fn a_refused_socket_is_told_why_and_the_hub_never_hears_of_it() {
    let service = Service::start(limits()).await;
    let mut client = service.upgrade("/refused").await;

    assert_eq!(client.frame().await, (LAST | TEXT, b"why".to_vec()));
    assert_eq!(client.close_frame().await, (4501, Close::TokenRefused.reason().to_owned()));
    client.close(Some(4501)).await;
    client.expect_eof().await;
    service.over().await;
}

#[actix_rt::test]
async fn a_socket_that_the_hub_refuses_is_told_why_first() {
    let mut service = Service::start(limits()).await;
    let (mut client, link) = service.connect().await;

    service.deliver(&link, &["taken"], Then::Close(Close::NameInUse));

    assert_eq!(client.frame().await, (LAST | TEXT, b"taken".to_vec()));
    assert_eq!(client.close_frame().await.0, 4510);
    client.close(None).await;
    client.expect_eof().await;
    service.ended(Parting::Broken).await;
    service.over().await;
}

#[actix_rt::test]
async fn what_is_no_handshake_is_answered_over_http() {
    let service = Service::start(limits()).await;
    let plain = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    let key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
    for (request, status) in [
        (format!("GET /ws HTTP/1.1\r\n{plain}{key}Sec-WebSocket-Version: 8\r\n"), "426"),
        (format!("GET /ws HTTP/1.1\r\n{plain}{key}"), "400"),
        (format!("GET /ws HTTP/1.1\r\n{plain}Sec-WebSocket-Version: 13\r\n"), "400"),
        (format!("GET /nowhere HTTP/1.1\r\n{plain}{key}Sec-WebSocket-Version: 13\r\n"), "404"),
        ("CONNECT /ws HTTP/1.1\r\n".to_owned(), "404"),
        ("GET /ws HTTP/1.1\r\nConnection: close\r\n".to_owned(), "404"),
    ] {
        let answer = service.http(&format!("{request}Host: localhost\r\n\r\n")).await;

        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request}\n{answer}");
        assert!(answer.contains("connection: close"), "{answer}");
        assert_eq!(answer.contains("sec-websocket-version: 13"), status == "426", "{answer}");
    }
    service.over().await;
}

#[actix_rt::test]
async fn a_subprotocol_is_named_in_the_answer() {
    let mut service = Service::start(limits()).await;
    let client = service.upgrade("/ws").await;
    assert!(client.answer.contains("sec-websocket-protocol: switchboard.v1\r\n"));
    assert!(client.answer.starts_with("HTTP/1.1 101 "), "{}", client.answer);
    service.report().await;
    drop(client);
}

#[actix_rt::test]
async fn a_seat_is_taken_until_the_hub_has_let_go_of_the_link_too() {
    let mut service = Service::start(limits()).await;
    let seats = service.seats.clone();
    let (client, link) = service.admit().await;
    client.leave().await;
    service.ended(Parting::Goodbye).await;
    service.over().await;

    assert_eq!(seats.count(), 1, "a session may wait in its place");
    drop(link);

    assert_eq!(seats.count(), 0);
}
