//! Who may use the admin API.

use super::{Operator, TOKEN, with_admin};
use crate::harness::{TestServer, ask, config, request};

#[actix_rt::test]
async fn without_the_token_nothing_is_told_and_nothing_done() {
    let server = TestServer::start(with_admin()).await;
    let address = server.admin_address().unwrap();
    let mut ana = server.connects("ana").await;
    let shorter = &TOKEN[..TOKEN.len() - 1];

    for header in [
        "X-Token: none".to_owned(),
        "Authorization: Bearer".into(),
        "Authorization: Bearer ".into(),
        format!("Authorization: Bearer {shorter}"),
        format!("Authorization: Bearer {TOKEN}x"),
        format!("Authorization: Basic {TOKEN}"),
        format!("Authorization: {TOKEN}"),
    ] {
        let answer = request(address, "DELETE /api/v1/users/ana", &[&header], "").await;

        assert_eq!((answer.status, &answer.json()["code"]), (401, &"bad-token".into()), "{header}");
        assert!(answer.has_header("www-authenticate: Bearer realm=\"switchboard admin\""));
        assert!(answer.has_header("cache-control: no-store"), "{answer:?}");
        assert!(!answer.body.contains(shorter), "{answer:?}");
    }
    for path in ["/", "/api/v1", "/api/v1/openapi.json", "/healthz"] {
        assert_eq!(ask(address, path, &[]).await.status, 401, "{path}");
    }
    ana.has_heard_all().await;
    let answer = ask(address, "/api/v1/stats", &[&format!("authorization: bearer {TOKEN}")]).await;
    assert_eq!((answer.status, &answer.json()["wrongTokens"]), (200, &2.into()));
    server.ends_clean().await;
}

#[actix_rt::test]
async fn wrong_tokens_are_slowed_down_and_the_operator_at_the_same_address_gets_in() {
    let server = TestServer::start(with_admin()).await;
    let address = server.admin_address().unwrap();
    for number in 0..10 {
        let wrong = format!("Authorization: Bearer guess-number-{number}");
        assert_eq!(ask(address, "/api/v1/stats", &[&wrong]).await.status, 401);
    }

    let wrong = "Authorization: Bearer guess-number-11";
    let answer = ask(address, "/metrics", &[wrong]).await;

    let error = answer.json();
    assert_eq!((answer.status, &error["code"]), (429, &"rate-limited".into()), "{error}");
    assert!((1..=6001).contains(&error["retryAfter"].as_u64().unwrap()), "{error}");
    assert!(answer.head.to_lowercase().contains("retry-after: "), "{answer:?}");
    assert!(answer.has_header("cache-control: no-store"), "{answer:?}");
    let stats = Operator::of(&server).sees("/stats").await;
    assert_eq!(stats["wrongTokens"], 11);
    let right = format!("Authorization: Bearer {TOKEN}");
    assert_eq!(ask(address, "/metrics", &[&right]).await.status, 200);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn on_loopback_it_answers_only_to_loopback_names() {
    let server = TestServer::start(with_admin()).await;
    let address = server.admin_address().unwrap();
    let token = format!("Authorization: Bearer {TOKEN}");

    for (host, status) in [
        ("Host: localhost:8081", 200),
        ("Host: [::1]", 200),
        ("Host: admin.example.org", 403),
        ("Host: 10.0.0.1:8081", 403),
    ] {
        let answer = ask(address, "/api/v1/stats", &[host, &token]).await;
        assert_eq!(answer.status, status, "{host}: {answer:?}");
    }
    server.ends_clean().await;
}

#[actix_rt::test]
async fn no_page_of_another_origin_is_told_that_it_may() {
    let server = TestServer::start(with_admin()).await;
    let address = server.admin_address().unwrap();
    let headers = ["Origin: https://evil.example", "Access-Control-Request-Method: DELETE"];

    let answer = request(address, "OPTIONS /api/v1/users/ana", &headers, "").await;

    assert_eq!(answer.status, 401);
    assert!(!answer.head.to_lowercase().contains("access-control"), "{answer:?}");
    server.ends_clean().await;
}

#[actix_rt::test]
async fn it_is_off_unless_it_is_switched_on_and_never_at_the_address_of_the_clients() {
    let without = TestServer::start(config()).await;
    assert_eq!(without.admin_address(), None);
    without.ends_clean().await;

    let server = TestServer::start(with_admin()).await;
    let token = format!("Authorization: Bearer {TOKEN}");
    let headers = [&*token, "Connection: close"];
    assert_eq!(ask(server.address, "/api/v1/stats", &headers).await.status, 404);
    server.ends_clean().await;
}
