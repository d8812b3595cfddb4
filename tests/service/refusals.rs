//! Every error code of this version, and that a bad message changes nothing.

use serde_json::json;
use switchboard::config::{Config, PresenceMode};
use tokio_tungstenite::tungstenite::Message;

use super::harness::{TestServer, config};

#[actix_rt::test]
async fn a_message_that_makes_no_sense_is_answered_by_an_error_that_names_what_is_wrong() {
    let server = TestServer::start(config()).await;
    let mut ana = server.connects("ana").await;
    for (text, code, named) in [
        ("{", "bad-json", ""),
        ("", "bad-json", ""),
        ("hello", "bad-json", ""),
        ("[1]", "bad-message", "object"),
        (r#""ping""#, "bad-message", "object"),
        ("{}", "bad-message", "type"),
        (r#"{"type":7}"#, "bad-message", "type"),
        (r#"{"type":"pang"}"#, "unknown-type", "pang"),
        (r#"{"type":"registered"}"#, "unknown-type", "registered"),
        (r#"{"type":"ping","loud":true}"#, "unknown-field", "loud"),
        (r#"{"type":"message","to":"x","data":1,"from":"bo"}"#, "unknown-field", "from"),
        (r#"{"type":"message","to":"x","text":"hi"}"#, "unknown-field", "data"),
        (r#"{"type":"ping","id":""}"#, "bad-message", "id"),
        (r#"{"type":"ping","id":7}"#, "bad-message", "id"),
        (r#"{"type":"call-request"}"#, "bad-message", "to"),
        (r#"{"type":"call-request","to":null}"#, "bad-message", "to"),
        (r#"{"type":"call-request","to":"a b"}"#, "bad-user-id", "to"),
        (r#"{"type":"offer","to":"x"}"#, "bad-message", "data"),
        (r#"{"type":"message","data":1}"#, "bad-message", "room"),
        (r#"{"type":"message","to":"x","room":"y","data":1}"#, "bad-message", "room"),
        (r#"{"type":"message","to":"x","data":1,"receipt":true}"#, "bad-message", "receipt"),
        (r#"{"type":"ping","type":"ping"}"#, "bad-message", "type"),
        (r#"{"type":"join","room":""}"#, "bad-message", "room"),
        (r#"{"type":"ack"}"#, "bad-message", "received"),
        (r#"{"type":"list","limit":1001}"#, "bad-message", "limit"),
    ] {
        ana.sends(Message::text(text));
        let error = ana.expects_error(code).await;
        assert!(error["message"].as_str().unwrap().contains(named), "{text}: {error}");
        // A good message in between, so that they do not add up.
        ana.has_heard_all().await;
    }
    server.ends_clean().await;
}

#[actix_rt::test]
async fn what_cannot_be_done_is_refused_by_its_own_code() {
    let limits = Config { max_rooms: 2, max_members: 2, ..config() };
    let server = TestServer::start(limits).await;
    let mut ana = server.connects("ana").await;
    let mut bo = server.connects("bo").await;
    let mut cyd = server.connects("cyd").await;
    for room in ["r1", "r2"] {
        ana.asks(json!({"type": "join", "room": room})).await;
    }
    bo.asks(json!({"type": "join", "room": "r1"})).await;
    ana.expects("member-joined").await;
    let call = ana.calls("bo").await;
    bo.expects("call-request").await;

    let many: Vec<_> = (0..257).map(|n| format!("u{n}")).collect();
    for (message, code) in [
        (json!({"type": "call-request", "to": "cyd"}), "self"),
        (json!({"type": "message", "to": "cyd", "data": 1}), "self"),
        (json!({"type": "watch", "users": ["bo", "cyd"]}), "self"),
        (json!({"type": "message", "to": "dee", "data": 1}), "user-offline"),
        (json!({"type": "offer", "to": "dee", "data": 1}), "user-offline"),
        (json!({"type": "watch", "users": many}), "not-permitted"),
        (json!({"type": "refresh", "token": "x"}), "not-permitted"),
        (json!({"type": "watch", "users": ["a/b"]}), "bad-user-id"),
        (json!({"type": "list", "after": "a,b"}), "bad-user-id"),
        (json!({"type": "call-accept", "callId": "nothing"}), "call-over"),
        (json!({"type": "offer", "to": "bo", "callId": "nothing", "data": 1}), "call-over"),
        (json!({"type": "call-accept", "callId": call}), "not-your-call"),
        (json!({"type": "call-hangup", "callId": call}), "not-your-call"),
        (json!({"type": "candidate", "to": "bo", "callId": call, "data": 1}), "not-your-call"),
        (json!({"type": "join", "room": "r1"}), "room-full"),
        (json!({"type": "leave", "room": "r1"}), "not-in-room"),
        (json!({"type": "message", "room": "r1", "data": 1}), "not-in-room"),
        (json!({"type": "offer", "to": "ana", "room": "r1", "data": 1}), "not-in-room"),
    ] {
        cyd.is_refused(message, code).await;
    }
    ana.is_refused(json!({"type": "join", "room": "r3"}), "too-many-rooms").await;
    let stranger = json!({"type": "offer", "to": "cyd", "callId": call, "data": 1});
    ana.is_refused(stranger, "not-your-call").await;
    let offline = json!({"type": "message", "to": "dee", "data": 1});
    assert_eq!(ana.is_refused(offline, "user-offline").await["to"], "dee");

    for client in [&mut ana, &mut bo, &mut cyd] {
        client.has_heard_all().await;
    }
    let census = server.census().await;
    assert_eq!((census.users, census.calls, census.rooms), (3, 1, 2), "nothing has changed");
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_list_is_not_permitted_where_presence_is_off_and_watching_is() {
    let server = TestServer::start(Config { presence: PresenceMode::Off, ..config() }).await;
    let mut ana = server.dials("userId=ana").await;
    ana.expects("registered").await;
    ana.is_refused(json!({"type": "list"}), "not-permitted").await;
    let state = ana.asks(json!({"type": "watch", "users": ["bo"]})).await;
    assert_eq!((&state["online"], &state["offline"]), (&json!([]), &json!(["bo"])));

    let mut bo = server.dials("userId=bo").await;
    bo.expects("registered").await;
    bo.has_heard_all().await;
    assert_eq!(ana.expects_presence().await["online"], json!(["bo"]));
    server.ends_clean().await;
}

#[actix_rt::test]
async fn twenty_bad_messages_in_a_row_close_and_nineteen_do_not() {
    let server = TestServer::start(config()).await;
    let mut ana = server.connects("ana").await;
    let bad = ["{", "[]", r#"{"type":"pang"}"#, r#"{"type":"ping","x":1}"#];
    for _ in 0..2 {
        for n in 0..19 {
            ana.sends(Message::text(bad[n % bad.len()]));
            ana.expects("error").await;
        }
        ana.has_heard_all().await;
    }
    // Well formed but not possible: these are not counted.
    for _ in 0..25 {
        ana.is_refused(json!({"type": "message", "to": "dee", "data": 1}), "user-offline").await;
    }
    for n in 0..20 {
        ana.sends(Message::text(bad[n % bad.len()]));
        ana.expects("error").await;
    }
    ana.expects_close(4500).await;
    server.comes_to("empty", |it, open| (it.users, open) == (0, 0)).await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn over_the_rate_a_message_is_refused_and_the_hundredth_such_in_a_row_closes() {
    let server = TestServer::start(Config { rate: 1, burst: 5, ..config() }).await;
    let mut ana = server.connects("ana").await;
    let mut bo = server.connects("bo").await;
    for _ in 0..200 {
        ana.says(json!({"type": "message", "to": "bo", "data": 1}));
    }
    let mut refused = 0;
    let error = ana.expects_error("rate-limited").await;
    let wait = error["retryAfter"].as_u64().unwrap();
    assert!((1..=1000).contains(&wait), "{error}");
    refused += 1;
    while refused < 100 {
        ana.expects_error("rate-limited").await;
        refused += 1;
    }
    let reason = ana.expects_close(4029).await;
    super::harness::retry_after(&reason);
    let mut received = 0;
    while received < 5 {
        bo.expects("message").await;
        received += 1;
    }

    // The bucket belongs to the user: coming back does not fill it.
    let mut again = server.connects("ana").await;
    let error = again.is_refused(json!({"type": "ping"}), "rate-limited").await;
    assert!(error["retryAfter"].is_u64(), "{error}");
    server.ends_clean().await;
}

#[actix_rt::test]
async fn more_calls_a_minute_than_allowed_are_refused() {
    let server = TestServer::start(Config { call_rate: 2, ..config() }).await;
    let mut ana = server.connects("ana").await;
    for _ in 0..2 {
        let answer = ana.asks(json!({"type": "call-request", "to": "bo"})).await;
        assert_eq!(answer["reason"], "offline");
    }
    let request = json!({"type": "call-request", "to": "bo"});
    let error = ana.is_refused(request, "rate-limited").await;
    assert!(error["retryAfter"].as_u64().is_some_and(|it| (20_000..=30_000).contains(&it)));
    server.ends_clean().await;
}
