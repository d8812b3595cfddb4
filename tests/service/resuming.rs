//! A session that outlives its socket, for clients that count.

use std::time::Duration;

use serde_json::{Value, json};
use switchboard::config::Config;

use super::harness::{RawClient, TestServer, config, retry_after};

fn waiting_for(resume_window: Duration) -> Config {
    Config { resume_window, ..config() }
}

const LONG: Duration = Duration::from_secs(30);

/// The query that takes the session of this `registered` up again.
fn resume(registered: &Value, received: u64) -> String {
    let token = registered["resumeToken"].as_str().unwrap();
    format!("userId=bo&received={received}&resume={token}")
}

#[actix_rt::test]
async fn a_client_that_resumes_has_missed_nothing_and_the_others_see_no_end() {
    let server = TestServer::start(waiting_for(LONG)).await;
    let mut ana = server.connects("ana").await;
    let mut bo = RawClient::dials(server.address, "userId=bo&received=0").await;
    let registered = bo.hears().await;
    assert_eq!(registered["resumeWindow"], 30_000);
    bo.hears().await;
    let call = ana.calls("bo").await;
    assert_eq!(bo.expects("call-request").await["callId"], call);
    bo.says(&json!({"type": "call-accept", "callId": call}).to_string()).await;
    ana.expects("call-accept").await;

    bo.resets();
    assert_eq!(ana.expects("call-peer-away").await["callId"], call);
    for n in 0..50 {
        ana.says(json!({"type": "message", "to": "bo", "data": n}));
    }
    ana.has_heard_all().await;

    let mut again = server.dials(&resume(&registered, 1)).await;
    let resumed = again.expects("registered").await;
    assert_eq!((&resumed["resumed"], &resumed["received"]), (&json!(true), &json!(1)));
    assert_eq!(resumed["calls"], json!([call]));
    assert_eq!(resumed["sessionId"], registered["sessionId"]);
    for n in 0..50 {
        assert_eq!(again.expects("message").await["data"], n);
    }
    assert_eq!(again.expects("client-list").await["clients"], json!(["ana"]));
    assert_eq!(ana.expects("call-peer-back").await["from"], "bo");

    let _cyd = server.connects("cyd").await;
    let told = ana.expects_to_see("online", "cyd").await;
    assert!(told.iter().all(|it| it["offline"] == json!([])), "{told:?}");
    again.leaves().await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_socket_that_takes_a_session_over_closes_the_older_one_with_4009() {
    let server = TestServer::start(waiting_for(LONG)).await;
    let mut older = RawClient::dials(server.address, "userId=bo&received=0").await;
    let registered = older.hears().await;

    let mut newer = server.dials(&resume(&registered, 0)).await;
    assert_eq!(newer.expects("registered").await["resumed"], true);
    newer.expects("client-list").await;

    older.says(r#"{"type":"join","room":"cellar"}"#).await;
    retry_after(&older.ends_with(4009).await);
    drop(older);
    server.comes_to("one socket", |it, open| (it.users, it.rooms, open) == (1, 0, 1)).await;
    newer.has_heard_all().await;
    newer.leaves().await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_session_that_nobody_comes_back_for_ends_for_the_others_after_the_window() {
    let server = TestServer::start(waiting_for(Duration::from_millis(300))).await;
    let mut ana = server.connects("ana").await;
    let mut bo = RawClient::dials(server.address, "userId=bo&received=0").await;
    let registered = bo.hears().await;
    let call = ana.calls("bo").await;
    bo.resets();
    ana.expects("call-peer-away").await;
    let message = json!({"type": "message", "to": "bo", "data": 1, "receipt": true});
    let id = ana.says_with_id(message);

    let mut told = [ana.hears().await, ana.hears().await];
    told.sort_by_key(|it| it["type"].to_string());
    let ended = json!({"type": "call-ended", "callId": call, "by": "bo", "reason": "lost"});
    assert_eq!(told, [ended, json!({"type": "undelivered", "ref": id, "to": "bo"})]);
    ana.expects_to_see("offline", "bo").await;

    let mut late = server.dials(&resume(&registered, 0)).await;
    let fresh = late.expects("registered").await;
    assert_eq!(fresh["resumed"], false);
    late.expects("client-list").await;
    late.leaves().await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_goodbye_ends_a_session_that_counts_at_once() {
    let server = TestServer::start(waiting_for(LONG)).await;
    let bo = server.connects_with("userId=bo&received=0").await;
    bo.leaves().await;
    server.comes_to("empty", |it, _| it.users == 0).await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn on_a_full_node_a_session_can_still_be_resumed_and_replaced() {
    let full = Config { max_sockets: 1, ..waiting_for(LONG) };
    let server = TestServer::start(full).await;
    let mut bo = RawClient::dials(server.address, "userId=bo&received=0").await;
    let registered = bo.hears().await;
    bo.resets();
    server.comes_to("bo is away", |it, open| (it.waiting, open) == (1, 0)).await;

    let mut stranger = server.dials("userId=cyd").await;
    assert_eq!(stranger.expects("error").await["code"], "unavailable");
    retry_after(&stranger.ends_with(1013).await);

    let mut again = server.dials(&resume(&registered, 0)).await;
    assert_eq!(again.expects("registered").await["resumed"], true);
    let mut fresh = server.dials("userId=bo").await;
    assert_eq!(fresh.expects("registered").await["resumed"], false);
    fresh.expects("client-list").await;
    again.ends_with(4509).await;

    let mut stranger = server.dials("userId=cyd").await;
    assert_eq!(stranger.expects("error").await["code"], "unavailable");
    stranger.ends_with(1013).await;
    fresh.leaves().await;
    server.ends_clean().await;
}
