//! Links that are cut without a word: noticed by the heartbeat, waited for, given up.

use std::time::{Duration, Instant};

use serde_json::json;
use switchboard::config::Config;

use super::harness::{Client, Link, TestServer, config};

const HEARTBEAT: Duration = Duration::from_millis(400);
const WINDOW: Duration = Duration::from_millis(1500);
/// How late a busy machine may be.
const SLACK: Duration = Duration::from_secs(3);

fn beating() -> Config {
    Config { heartbeat: HEARTBEAT, resume_window: WINDOW, ..config() }
}

/// A client that counts, through the link.
async fn connects(server: &TestServer, link: &Link, query: &str) -> Client {
    let mut client = server.dials_through(link, query).await;
    client.is_registered().await;
    client
}

fn resume(bo: &Client, received: usize) -> String {
    let token = bo.registered["resumeToken"].as_str().unwrap();
    format!("userId={}&received={received}&resume={token}", bo.user)
}

#[actix_rt::test]
async fn a_cut_link_is_noticed_after_two_heartbeats_and_its_session_ends_after_the_window() {
    let server = TestServer::start(beating()).await;
    let link = Link::to(server.address).await;
    let mut ana = server.connects("ana").await;
    let mut bo = connects(&server, &link, "userId=bo&received=0").await;
    ana.expects_to_see("online", "bo").await;
    let call = ana.calls("bo").await;
    bo.expects("call-request").await;
    bo.says(json!({"type": "call-accept", "callId": call}));
    ana.expects("call-accept").await;

    link.is_cut();
    let cut = Instant::now();

    ana.expects("call-peer-away").await;
    // It was heard of at most one heartbeat before the cut.
    let away = cut.elapsed();
    assert!(away >= HEARTBEAT && away < HEARTBEAT * 2 + SLACK, "{away:?}");
    let census = server.comes_to("ana alone has a socket", |_, open| open == 1).await;
    assert_eq!((census.users, census.waiting, census.calls), (2, 1, 1));

    let end = ana.expects("call-ended").await;
    assert_eq!((&end["reason"], &end["by"]), (&json!("lost"), &json!("bo")));
    let waited = cut.elapsed() - away;
    assert!(waited + SLACK / 10 >= WINDOW && waited < WINDOW + SLACK, "{waited:?}");
    ana.expects_to_see("offline", "bo").await;
    assert_eq!(server.census().await.counts.expired, 1);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn who_comes_back_from_a_cut_link_has_missed_nothing() {
    let server = TestServer::start(Config { resume_window: SLACK * 5, ..beating() }).await;
    let link = Link::to(server.address).await;
    let mut ana = server.connects("ana").await;
    let bo = connects(&server, &link, "userId=bo&received=0").await;
    let message = |n: u32| json!({"type": "message", "to": "bo", "data": n, "receipt": true});

    // One into the cut link, one for the session that waits.
    link.is_cut();
    let first = ana.says_with_id(message(1));
    server.comes_to("bo is away", |it, open| (it.waiting, open) == (1, 1)).await;
    let second = ana.says_with_id(message(2));
    ana.has_heard_all().await;
    assert!(server.census().await.kept_bytes > 0);
    let mut again = server.dials(&resume(&bo, 0)).await;

    let welcome = again.expects("registered").await;
    assert_eq!((&welcome["resumed"], &welcome["received"]), (&json!(true), &json!(0)));
    assert_eq!(again.expects("message").await["data"], 1);
    assert_eq!(again.expects("message").await["data"], 2);
    again.expects("client-list").await;
    again.says(json!({"type": "ack", "received": 2}));
    for id in [first, second] {
        let verdict = ana.expects("delivered").await;
        assert_eq!((&verdict["ref"], &verdict["to"]), (&json!(id), &json!("bo")));
    }
    ana.has_heard_all().await;
    assert_eq!(server.census().await.kept_bytes, 0);
    again.leaves().await;
    drop(link);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn what_comes_late_from_a_socket_that_was_resumed_elsewhere_changes_nothing() {
    let server = TestServer::start(Config { heartbeat: SLACK * 5, ..beating() }).await;
    let link = Link::to(server.address).await;
    let mut ana = server.connects("ana").await;
    let bo = connects(&server, &link, "userId=bo&received=0").await;
    ana.expects_to_see("online", "bo").await;

    link.is_held();
    bo.says(json!({"type": "message", "to": "ana", "data": "once"}));
    let mut again = server.dials(&resume(&bo, 0)).await;
    let welcome = again.expects("registered").await;
    assert_eq!((&welcome["resumed"], &welcome["received"]), (&json!(true), &json!(0)));
    again.expects("client-list").await;
    // What the server has not counted is sent again, and the first one arrives after all.
    again.says(json!({"type": "message", "to": "ana", "data": "once"}));
    link.is_let_go();

    assert_eq!(ana.expects("message").await["data"], "once");
    server.comes_to("the older socket is gone", |_, open| open == 2).await;
    ana.has_heard_all().await;
    let counts = server.census().await.counts;
    assert_eq!((counts.resumed, counts.replaced, counts.ended), (1, 0, 0));
    again.leaves().await;
    drop((bo, link));
    server.ends_clean().await;
}

#[actix_rt::test]
async fn two_bounds_hold_for_a_client_that_counts_and_only_the_first_for_another() {
    let server = TestServer::start(Config { resume_window: SLACK * 5, ..beating() }).await;
    let link = Link::to(server.address).await;
    let mut ana = server.connects("ana").await;
    let bo = connects(&server, &link, "userId=bo").await;
    ana.expects_to_see("online", "bo").await;

    link.is_cut();
    let cut = Instant::now();

    ana.expects_to_see("offline", "bo").await;
    let gone = cut.elapsed();
    assert!(gone >= HEARTBEAT && gone < HEARTBEAT * 2 + SLACK, "{gone:?}");
    assert_eq!(server.census().await.waiting, 0);
    drop(bo);
    server.ends_clean().await;
}
