//! Every limit that is met is counted, and nothing else is.

use std::time::Duration;

use serde_json::{Value, json};
use switchboard::config::{Config, DuplicateLogin};
use switchboard::domain::LimitCounts;
use switchboard::http::GateCounts;

use super::harness::{RawClient, TestServer, Witness, ask, config, upgrade};

async fn limits(server: &TestServer) -> LimitCounts {
    server.census().await.counts.limits
}

fn message(to: &str, bytes: usize) -> Value {
    json!({"type": "message", "to": to, "data": "x".repeat(bytes)})
}

#[actix_rt::test]
async fn what_a_user_says_past_a_limit_is_counted_by_that_limit() {
    let server = TestServer::start(Config {
        max_frame: 10_000,
        max_rooms: 1,
        max_members: 2,
        call_rate: 1,
        ring_timeout: Duration::from_secs(1),
        queue_messages: 16,
        ..config()
    })
    .await;
    let mut ana = server.connects("ana").await;
    let mut bo = server.connects("bo").await;
    let mut cyd = server.connects("cyd").await;

    // Its `id` is in what is skipped.
    ana.says(message("bo", 10_001));
    ana.expects_error("too-large").await;
    for (user, room) in [(&mut ana, "den"), (&mut bo, "den")] {
        user.asks(json!({"type": "join", "room": room})).await;
    }
    ana.expects("member-joined").await;
    ana.is_refused(json!({"type": "join", "room": "hall"}), "too-many-rooms").await;
    cyd.is_refused(json!({"type": "join", "room": "den"}), "room-full").await;
    let many: Vec<_> = (0..200).map(|n| format!("u{n}")).collect();
    let more: Vec<_> = (200..300).map(|n| format!("u{n}")).collect();
    cyd.says(json!({"type": "watch", "users": many}));
    cyd.expects_presence().await;
    cyd.is_refused(json!({"type": "watch", "users": more}), "not-permitted").await;
    ana.calls("bo").await;
    bo.expects("call-request").await;
    ana.is_refused(json!({"type": "call-request", "to": "cyd"}), "rate-limited").await;
    assert_eq!(ana.expects("call-ended").await["reason"], "no-answer");

    let counted = LimitCounts {
        too_large: 1,
        too_many_rooms: 1,
        room_full: 1,
        too_many_watched: 1,
        over_call_rate: 1,
        unanswered: 1,
        ..LimitCounts::default()
    };
    assert_eq!(limits(&server).await, counted);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_rate_and_full_queues_are_counted_apart() {
    let server = TestServer::start(Config {
        rate: 1,
        burst: 20,
        max_frame: 2048,
        queue_bytes: 2048,
        queue_messages: 16,
        queue_total: 3000,
        resume_window: Duration::from_secs(20),
        ..config()
    })
    .await;
    let mut ana = server.connects("ana").await;
    for user in ["bo", "cyd"] {
        server.connects_with(&format!("userId={user}&received=0")).await.vanishes();
    }
    server.comes_to("two wait", |it, _| it.waiting == 2).await;

    ana.says(message("bo", 1800));
    ana.is_refused(message("bo", 1000), "queue-full").await;
    let full = LimitCounts { queue_full: 1, ..LimitCounts::default() };
    assert_eq!(limits(&server).await, full);
    ana.is_refused(message("cyd", 1800), "queue-full").await;
    let both = LimitCounts { node_full: 1, ..full };
    assert_eq!(limits(&server).await, both);

    for _ in 0..30 {
        ana.says(json!({"type": "ping"}));
    }
    while ana.hears().await["type"] != "error" {}
    let census = server.comes_to("some refused", |it, _| it.counts.limits.over_rate >= 9).await;
    let over_rate = census.counts.limits.over_rate;
    assert_eq!(census.counts.limits, LimitCounts { over_rate, ..both });
    let server = server.into_server().0;
    server.stop().await;
}

#[actix_rt::test]
async fn what_ends_a_socket_is_counted_by_its_close_code() {
    let heartbeat = Duration::from_millis(200);
    let reject = DuplicateLogin::Reject;
    let limits = Config { duplicate_login: reject, max_frame: 1024, heartbeat, ..config() };
    let server = TestServer::start(limits).await;
    let mut silent = RawClient::connects(server.address, "userId=silent").await;
    silent.ends_with(4008).await;
    let _ana = server.connects("ana").await;
    server.dials("userId=ana").await.ends_with(4510).await;
    server.dials("userId=").await.ends_with(4500).await;
    let mut far = RawClient::connects(server.address, "userId=far").await;
    far.sends(&[0x81, 0xff, 0, 0, 0, 0, 0, 1, 0, 0, 1, 2, 3, 4]).await;
    far.ends_with(4513).await;

    let closes: Vec<_> = server.closes().into_iter().collect();
    assert_eq!(closes, [(4008, 1), (4500, 1), (4510, 1), (4513, 1)]);
    drop((silent, far));
    server.ends_clean().await;
}

#[actix_rt::test]
async fn who_does_not_get_in_is_counted_by_what_kept_them_out() {
    let server =
        TestServer::start(Config { max_sockets: 3, max_sockets_per_address: 2, ..config() }).await;
    let mut held = Vec::new();
    for n in 0..9 {
        let headers = upgrade(&[]);
        match n {
            0..8 => held.push(RawClient::asks(server.address, &[]).await),
            _ => assert_eq!(ask(server.address, "/ws", &headers).await.status, 429),
        }
    }
    let counted = GateCounts { crowded: 6, turned_away: 1, parameters: 8, ..Default::default() };
    assert_eq!(server.gate_counts(), counted);
    drop(held);
    server.ends_clean().await;

    let witness = Witness::new();
    let server = TestServer::start(Config { max_sockets: 1, ..config() }).await;
    let _ana = server.connects("ana").await;
    server.dials("userId=bo").await.ends_with(1013).await;
    server.dials("userid=bo").await.ends_with(4500).await;
    let foreign = upgrade(&["Sec-WebSocket-Protocol: soap"]);
    assert_eq!(ask(server.address, "/ws", &foreign).await.status, 400);
    let counted = GateCounts { full: 2, parameters: 1, handshakes: 1, ..GateCounts::default() };
    assert_eq!(server.gate_counts(), counted);
    // The operator is told so, too.
    assert!(!witness.heard_provoked("as many sockets as max-sockets allows").is_empty());
    server.ends_clean().await;
}
