//! A client that does not read.

use std::time::{Duration, Instant};

use serde_json::json;
use switchboard::config::Config;

use super::harness::{Last, Opcode, RawClient, TestServer, config, frame, retry_after};

const STALL: Duration = Duration::from_millis(700);

fn stalling() -> Config {
    Config { rate: 0, stall: STALL, queue_bytes: 256 << 10, ..config() }
}

#[actix_rt::test]
async fn a_client_that_never_reads_is_closed_after_the_stall_and_delays_nobody() {
    let server = TestServer::start(stalling()).await;
    let mut ana = server.connects("ana").await;
    let mut cyd = server.connects("cyd").await;
    let mut asleep = RawClient::dials_with_little_room(server.address, "userId=bo").await;
    ana.expects_to_see("online", "bo").await;

    let data = "x".repeat(30_000);
    let begin = Instant::now();
    let full = loop {
        let message = json!({"type": "message", "to": "bo", "data": data, "receipt": true});
        let answer = ana.asks(message).await;
        match answer["type"].as_str() {
            Some("relayed") => assert!(begin.elapsed() < Duration::from_secs(10), "never full"),
            _ => break answer,
        }
    };
    assert_eq!((&full["code"], &full["to"]), (&json!("queue-full"), &json!("bo")));
    let message = json!({"type": "message", "to": "bo", "data": 1, "receipt": true,
        "volatile": true});
    assert_eq!(ana.asks(message).await["type"], "undelivered");

    // The others go on, as long as the stall lasts.
    let begin = Instant::now();
    ana.calls("cyd").await;
    cyd.expects("call-request").await;
    assert!(begin.elapsed() < STALL, "{:?}", begin.elapsed());

    cyd.expects_to_see("offline", "bo").await;
    let gone = begin.elapsed();
    assert!(gone < STALL + Duration::from_secs(3), "{gone:?}");
    server.comes_to("two sockets", |_, open| open == 2).await;
    ana.is_refused(json!({"type": "message", "to": "bo", "data": 1}), "user-offline").await;
    asleep.is_cut_off().await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_client_that_reads_slowly_but_reads_is_kept() {
    let server = TestServer::start(stalling()).await;
    let ana = server.connects("ana").await;
    let mut bo = RawClient::dials_with_little_room(server.address, "userId=bo").await;
    bo.is_registered().await;

    let data = "x".repeat(30_000);
    for n in 0..8 {
        ana.says(json!({"type": "message", "to": "bo", "data": [n, data]}));
    }
    for n in 0..8 {
        tokio::time::sleep(STALL / 3).await;
        assert_eq!(bo.expects("message").await["data"][0], n);
    }
    bo.says(r#"{"type":"ping"}"#).await;
    bo.expects("pong").await;
    drop(bo);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn who_falls_behind_by_what_the_server_itself_says_is_closed_with_4053() {
    // So small a queue that sixteen answers at once are too many.
    let server = TestServer::start(Config { queue_messages: 2, ..config() }).await;
    let mut ana = RawClient::connects(server.address, "userId=ana").await;
    let ping = frame(Opcode::Text, Last::Yes, br#"{"type":"ping"}"#);

    ana.sends(&ping.repeat(16)).await;

    let wait = retry_after(&ana.ends_with(4053).await);
    assert!(wait <= 2000, "{wait}");
    drop(ana);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_client_that_sends_pings_and_takes_no_pongs_does_not_fill_the_memory() {
    let server = TestServer::start(stalling()).await;
    let mut bo = server.connects("bo").await;
    let asleep = RawClient::dials_with_little_room(server.address, "userId=ana").await;
    bo.expects_to_see("online", "ana").await;
    let (reading, mut writing) = tokio::io::split(asleep.stream);
    let pings = frame(Opcode::Ping, Last::Yes, &[b'x'; 125]).repeat(100);

    // Until the socket takes no more for good.
    while tokio::io::AsyncWriteExt::write_all(&mut writing, &pings).await.is_ok() {}

    bo.expects_to_see("offline", "ana").await;
    drop(reading);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn what_waited_for_those_who_went_no_longer_counts_against_the_node() {
    const TOTAL: usize = 150_000;
    let limits = Config { queue_total: TOTAL, queue_bytes: TOTAL, max_frame: TOTAL, ..stalling() };
    let server = TestServer::start(limits).await;
    let mut ana = server.connects("ana").await;
    let mut cyd = server.connects("cyd").await;
    let data = "x".repeat(30_000);
    for n in 0..6 {
        let query = format!("userId=bo{n}");
        let asleep = RawClient::dials_with_little_room(server.address, &query).await;
        ana.expects_to_see("online", &format!("bo{n}")).await;
        let to = format!("bo{n}");
        while ana.asks(message(&to, &data)).await["type"] == "relayed" {}
        // The node is nearly full, for others too.
        let refused = ana.asks(message("cyd", &"x".repeat(100_000))).await;
        assert_eq!(refused["code"], "queue-full", "{n}");
        // Some are reset, some replaced, some stay until the stall ends them.
        match n % 3 {
            0 => asleep.resets(),
            1 => server.connects_with(&query).await.leaves().await,
            _ => drop(ana.expects_to_see("offline", &to).await),
        }
        server.comes_to("two sockets", |_, open| open == 2).await;
        let answer = ana.asks(message("cyd", &"x".repeat(TOTAL - 500))).await;
        assert_eq!(answer["type"], "relayed", "something of bo{n} still counts: {answer}");
        cyd.expects("message").await;
    }
    server.ends_clean().await;
}

fn message(to: &str, data: &str) -> serde_json::Value {
    json!({"type": "message", "to": to, "data": data, "receipt": true})
}
