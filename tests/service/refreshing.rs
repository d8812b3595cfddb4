//! `refresh` over real sockets: what follows it, and what bad tokens cost.

use serde_json::json;
use switchboard::config::Config;

use super::harness::{TestServer, ask, asking_for_tokens, token, token_saying, upgrade};

/// Long enough for a test.
const HOUR: i64 = 3600;
const FOREVER: u64 = 9_999_999_999;

#[actix_rt::test]
async fn what_follows_a_refresh_is_handled_with_the_new_token() {
    let server = TestServer::start(asking_for_tokens()).await;
    let only = |room| token_saying(&json!({"sub": "11", "exp": FOREVER, "rooms": [room]}));
    let mut ana = server.connects_with(&format!("token={}", only("a"))).await;

    for room in ["b", "c", "d"] {
        ana.says(json!({"type": "refresh", "token": only(room)}));
        ana.says(json!({"type": "join", "room": room}));
    }

    for room in ["b", "c", "d"] {
        if room != "b" {
            // What the token before it allowed.
            assert_eq!(ana.expects("refreshed").await["type"], "refreshed");
            assert_eq!(ana.expects("room-left").await["type"], "room-left");
        } else {
            ana.expects("refreshed").await;
        }
        assert_eq!(ana.expects("room-joined").await["room"], room);
    }
    ana.has_heard_all().await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn bad_tokens_by_refresh_count_as_bad_logins_and_past_the_limit_are_not_looked_at() {
    let config = Config { failed_logins_per_address: 3, ..asking_for_tokens() };
    let server = TestServer::start(config).await;
    let mut ana = server.connects_with(&format!("token={}", token("11", HOUR))).await;
    for bad in ["a.b.c".to_owned(), token("22", HOUR), "nonsense".to_owned()] {
        ana.is_refused(json!({"type": "refresh", "token": bad}), "bad-token").await;
    }

    let good = json!({"type": "refresh", "token": token("11", HOUR)});
    let refusal = ana.is_refused(good, "rate-limited").await;

    assert!(refusal["message"].as_str().unwrap().contains("your address"), "{refusal}");
    let wait = refusal["retryAfter"].as_u64().unwrap();
    assert!((1..=20_000).contains(&wait), "{refusal}");
    let guess = ask(server.address, "/ws?token=a.b.c", &upgrade(&[])).await;
    assert_eq!(guess.status, 429, "a bad login is one too many as well");
    ana.has_heard_all().await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_node_that_stops_while_a_token_is_looked_at_ends_as_ever() {
    let server = TestServer::start(asking_for_tokens()).await;
    let ana = server.connects_with(&format!("token={}", token("11", HOUR))).await;

    for _ in 0..10 {
        ana.says(json!({"type": "refresh", "token": token("11", HOUR)}));
    }

    server.ends_clean().await;
    drop(ana);
}
