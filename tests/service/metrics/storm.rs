//! A storm, and what must add up in it and after it.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use switchboard::config::{Config, Secret};
use tokio::time::{sleep, timeout};
use tokio_tungstenite::tungstenite::Message;

use super::{Page, TOKEN, promtool, scrape};
use crate::harness::{Client, PATIENCE, RawClient, TestServer, config, request};

const LANES: usize = 12;
/// Longer than it takes anybody to come back.
const WINDOW: Duration = Duration::from_secs(4);

fn stormy() -> Config {
    Config {
        admin_listen: Some("127.0.0.1:0".parse().unwrap()),
        admin_token: Some(Secret::new(TOKEN)),
        resume_window: WINDOW,
        heartbeat: Duration::from_secs(1),
        max_members: 4,
        ..config()
    }
}

#[actix_rt::test]
async fn every_metric_keeps_its_invariant_in_a_storm_and_after_it() {
    let server = TestServer::start(stormy()).await;
    adds_up(&scrape(&server).await);

    let people = join_all((0..LANES).map(|lane| lives(&server, lane))).await;
    server.comes_to("quiet", |it, open| (it.users, open) == (2 * LANES, 2 * LANES)).await;
    let in_the_middle = has_pinged(&server).await;
    adds_up(&in_the_middle);
    assert_eq!(in_the_middle.value("switchboard_users", &[]), 2.0 * LANES as f64);
    assert_eq!(in_the_middle.value("switchboard_rooms", &[]), 1.0);

    join_all(people.into_iter().enumerate().map(|(lane, it)| goes(&server, lane, it))).await;
    server.comes_to("over", |it, open| (it.users, it.calls, open) == (0, 0, 0)).await;
    let after = scrape(&server).await;
    adds_up(&after);
    all_of_it_happened(&after);
    for name in [
        "users",
        "rooms",
        "sockets",
        "kept_bytes",
        "unwritten_bytes",
        "incoming_bytes",
        "receipts_open",
    ] {
        assert_eq!(after.sum(&format!("switchboard_{name}")), 0.0, "{name}");
    }
    promtool(&["check", "metrics"], &after.text).unwrap();
    server.ends_clean().await;
}

/// The page from when silent clients have answered their first pings on.
async fn has_pinged(server: &TestServer) -> Page {
    let pinging = async {
        loop {
            let page = scrape(server).await;
            if page.sum("switchboard_heartbeat_round_trip_seconds_count") > 0.0 {
                return page;
            }
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(PATIENCE, pinging).await.expect("a ping to be answered")
}

/// Ana, who counts, and bo, who does not, as long as nobody is sent away for good.
async fn lives(server: &TestServer, lane: usize) -> (Client, Client) {
    let (ana, bo) = (format!("ana{lane}"), format!("bo{lane}"));
    let mut a = server.dials(&format!("userId={ana}&received=0")).await;
    let token = hears(&mut a, "registered").await["resumeToken"].clone();
    let mut b = server.connects(&bo).await;
    call(&mut a, &mut b, &bo, lane).await;
    a.says_with_id(json!({"type": "message", "to": bo, "data": 1, "receipt": true}));
    hears(&mut a, "relayed").await;

    // Cut, and back: what was said meanwhile is acknowledged then.
    a.vanishes();
    server.comes_to("cut", |it, _| it.waiting > 0).await;
    for data in 0..3 {
        b.says_with_id(json!({"type": "message", "to": ana, "data": data, "receipt": true}));
    }
    let resume = format!("userId={ana}&received=0&resume={}", token.as_str().unwrap());
    let mut a = server.dials(&resume).await;
    let heard = counts_to(&mut a, "message", 3).await;
    a.says(json!({"type": "ack", "received": heard}));
    for _ in 0..3 {
        hears(&mut b, "delivered").await;
    }
    server.dials(&resume).await.ends_with(4009).await;
    server.dials(&format!("userId={ana}&received=0&resume=rubbish")).await.ends_with(4509).await;

    // Told so at the gate.
    server.dials("userId=").await.ends_with(4500).await;

    // Replaced, and no end of nonsense.
    let mut newer = server.connects(&bo).await;
    b.ends_with(4509).await;
    newer.sends(Message::text("{"));
    for message in [
        json!({"type": "shout"}),
        json!({"type": "ping", "loud": true}),
        json!({"type": "message", "to": "nobody", "data": 0}),
        json!({"type": "call-request", "to": "nobody"}),
        json!({"type": "join", "room": "den"}),
        json!({"type": "watch", "users": [ana]}),
        json!({"type": "list"}),
        json!({"type": "ping"}),
    ] {
        newer.says(message);
    }
    hears(&mut newer, "pong").await;
    (a, newer)
}

/// A call, that ends in one of three ways.
async fn call(a: &mut Client, b: &mut Client, bo: &str, lane: usize) {
    a.says_with_id(json!({"type": "call-request", "to": bo, "media": {"audio": true}}));
    let call = hears(b, "call-request").await["callId"].clone();
    hears(a, "call-ringing").await;
    if lane.is_multiple_of(3) {
        b.says(json!({"type": "call-accept", "callId": call}));
        hears(a, "call-accept").await;
        for kind in ["offer", "candidate"] {
            a.says(json!({"type": kind, "to": bo, "callId": call, "data": "x"}));
            hears(b, kind).await;
        }
    }
    // Accepted it is a hang-up, by the callee a rejection, by the caller it is cancelled.
    let ends = if lane % 3 == 1 { &mut *b } else { &mut *a };
    ends.says(json!({"type": "call-hangup", "callId": call}));
    hears(a, "call-ended").await;
    hears(b, "call-ended").await;
}

/// Each lane ends in another way.
async fn goes(server: &TestServer, lane: usize, (ana, bo): (Client, Client)) {
    match lane % 4 {
        0 => ana.vanishes(),
        1 => {
            let address = server.admin_address().unwrap();
            let order = format!("DELETE /api/v1/users/ana{lane}");
            let token = format!("Authorization: Bearer {TOKEN}");
            assert_eq!(request(address, &order, &[&token], "").await.status, 204);
        }
        2 => {
            let mut raw = RawClient::connects(server.address, &format!("userId=raw{lane}")).await;
            raw.sends(&[0xff; 8]).await;
            raw.ends_with(1002).await;
            drop(ana);
        }
        _ => {
            for _ in 0..20 {
                bo.says(json!({"type": "shout"}));
            }
            let mut bo = bo;
            bo.ends_with(4500).await;
            return ana.vanishes();
        }
    }
    drop(bo);
}

/// The next message of this type.
async fn hears(client: &mut Client, kind: &str) -> Value {
    loop {
        let said = client.hears().await;
        if said["type"] == kind {
            return said;
        }
    }
}

/// How many messages count up to the `wanted`th of this type.
async fn counts_to(client: &mut Client, kind: &str, wanted: usize) -> usize {
    const STATE: [&str; 4] = ["registered", "client-list", "ack", "presence"];
    let (mut counted, mut found) = (0, 0);
    while found < wanted {
        let said = client.hears().await;
        counted += usize::from(!STATE.contains(&said["type"].as_str().unwrap()));
        found += usize::from(said["type"] == kind);
    }
    counted
}

/// What `docs/metrics.md` says that holds.
#[track_caller]
fn adds_up(page: &Page) {
    let of = |name: &str| page.value(&format!("switchboard_{name}"), &[]);
    let sum = |name: &str| page.sum(&format!("switchboard_{name}"));
    let one =
        |name: &str, label, word| page.value(&format!("switchboard_{name}"), &[(label, word)]);

    assert_eq!(sum("build_info"), 1.0);
    assert_eq!(of("draining"), 0.0);
    assert_eq!(of("sockets_opened_total") - sum("socket_closes_total"), of("sockets"));
    assert_eq!(of("users"), sum("sessions"));
    assert!(one("sessions", "state", "attached") <= of("sockets"));
    let gone = of("sessions_replaced_total") + sum("sessions_ended_total");
    assert_eq!(of("sessions_registered_total") - gone, of("users"));
    let removed = one("sessions_ended_total", "reason", "removed");
    assert_eq!(of("removals_total"), removed);
    let welcomed = of("sessions_registered_total") + of("sessions_resumed_total");
    assert_eq!(one("messages_sent_total", "type", "registered"), welcomed);
    assert_eq!(of("calls_started_total") - sum("calls_ended_total"), sum("calls"));
    assert_eq!(of("receipts_total"), sum("verdicts_total") + of("receipts_open"));
    assert_eq!(sum("errors_total"), one("messages_sent_total", "type", "error"));
    assert_eq!(sum("messages_sent_total"), of("socket_queue_messages_count"));
    assert!(sum("messages_received_total") <= 16.0 * of("hub_queue_reports_count"));
    assert!(of("hub_queue_reports_count") <= of("hub_step_seconds_count"));
    assert!(of("relay_seconds_count") >= sum("messages_received_total") / 16.0 * 0.5);
    for queue in ["hub_queue_reports", "socket_queue_messages"] {
        assert!(of(&format!("{queue}_sum")) >= of(&format!("{queue}_count")), "{queue}");
    }
    assert!(page.value("process_open_fds", &[]) >= of("sockets"));
    assert!(of("sockets") <= of("sockets_max"));
    assert!(of("connections_pending") <= of("connections_pending_max"));
    let used = ["kept_bytes", "unwritten_bytes", "incoming_bytes"].map(of);
    assert!(used.iter().sum::<f64>() <= of("queue_bytes_max"));
}

/// The storm was one.
#[track_caller]
fn all_of_it_happened(page: &Page) {
    let happened: &[(&str, &[(&str, &str)])] = &[
        ("sessions_replaced_total", &[]),
        ("sessions_resumed_total", &[]),
        ("sessions_ended_total", &[("reason", "broken")]),
        ("sessions_ended_total", &[("reason", "expired")]),
        ("sessions_ended_total", &[("reason", "evicted")]),
        ("sessions_ended_total", &[("reason", "removed")]),
        ("sessions_ended_total", &[("reason", "violation")]),
        ("resumes_refused_total", &[("reason", "late")]),
        ("resumes_refused_total", &[("reason", "unknown")]),
        ("stale_unregisters_total", &[]),
        ("evictions_total", &[]),
        ("departures_total", &[("how", "broken")]),
        ("calls_ended_total", &[("reason", "hangup")]),
        ("calls_ended_total", &[("reason", "rejected")]),
        ("calls_ended_total", &[("reason", "cancelled")]),
        ("calls_declined_total", &[("reason", "offline")]),
        ("verdicts_total", &[("verdict", "delivered")]),
        ("verdicts_total", &[("verdict", "relayed")]),
        ("messages_received_total", &[("type", "bad")]),
        ("messages_received_total", &[("type", "candidate")]),
        ("received_bytes_total", &[]),
        ("sent_bytes_total", &[]),
        ("errors_total", &[("code", "bad-json")]),
        ("errors_total", &[("code", "user-offline")]),
        ("errors_total", &[("code", "bad-user-id")]),
        ("logins_refused_total", &[("reason", "parameters")]),
        ("limits_total", &[("limit", "max-members")]),
        ("socket_closes_total", &[("by", "server"), ("code", "4500")]),
        ("socket_closes_total", &[("by", "server"), ("code", "1002")]),
        ("socket_closes_total", &[("by", "client"), ("code", "none")]),
        ("relay_seconds_count", &[]),
        ("heartbeat_round_trip_seconds_count", &[]),
    ];
    for (name, labels) in happened {
        let value = page.value(&format!("switchboard_{name}"), labels);
        assert!(value > 0.0, "{name} {labels:?} is {value}");
    }
}
