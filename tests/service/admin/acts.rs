//! What an operator sees and does.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::{Operator, with_admin};
use crate::harness::TestServer;

fn names(page: &Value) -> Vec<&str> {
    page["users"].as_array().unwrap().iter().map(|it| it["user"].as_str().unwrap()).collect()
}

#[actix_rt::test]
async fn users_are_shown_in_pages_with_session_state_rooms_and_call() {
    let server = TestServer::start(with_admin()).await;
    let operator = Operator::of(&server);
    let before = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64;
    let mut ana = server.connects_with("userId=ana&name=Ana").await;
    let mut bo = server.connects("bo").await;
    let _cleo = server.connects("cleo").await;
    ana.asks(json!({"type": "join", "room": "den"})).await;
    let call = ana.calls("bo").await;
    bo.expects("call-request").await;

    let first = operator.sees("/users?limit=2").await;
    let last = operator.sees("/users?limit=2&after=bo").await;

    assert_eq!((names(&first), &first["next"]), (vec!["ana", "bo"], &json!("bo")));
    assert_eq!((names(&last), &last["next"]), (vec!["cleo"], &Value::Null));
    assert_eq!((&first["total"], &last["total"]), (&json!(3), &json!(3)));
    let mut shown = first["users"][0].clone();
    let since = shown["since"].take().as_u64().unwrap();
    assert!((before - 1000..before + 15_000).contains(&since), "{since} is not about {before}");
    assert_eq!(
        shown,
        json!({
            "user": "ana", "name": "Ana", "session": ana.registered["sessionId"],
            "state": "attached", "since": null, "rooms": ["den"], "call": call,
        })
    );
    let rung = &first["users"][1];
    assert_eq!((&rung["ringing"], rung.get("call")), (&json!([call]), None));
    server.ends_clean().await;
}

#[actix_rt::test]
async fn one_user_is_shown_with_its_own_call_and_with_those_that_ring_at_it() {
    let server = TestServer::start(with_admin()).await;
    let operator = Operator::of(&server);
    let mut bo = server.connects("bo").await;
    let (mut ana, mut cleo) = (server.connects("ana").await, server.connects("cleo").await);
    let rings = [ana.calls("bo").await, cleo.calls("bo").await];
    for call in &rings {
        assert_eq!(bo.expects("call-request").await["callId"], *call);
    }
    let mut dan = server.connects("dan").await;
    let own = bo.calls("dan").await;
    dan.expects("call-request").await;

    let seen = operator.sees("/users/bo").await;

    assert_eq!((&seen["user"]["call"], &seen["user"]["ringing"]), (&json!(own), &json!(rings)));
    let call = |call: &str, caller: &str, callee: &str| json!({"call": call, "caller": caller, "callee": callee, "state": "ringing"});
    let calls =
        [call(&own, "bo", "dan"), call(&rings[0], "ana", "bo"), call(&rings[1], "cleo", "bo")];
    assert_eq!(seen["calls"], json!(calls));
    server.ends_clean().await;
}

#[actix_rt::test]
async fn one_user_is_shown_with_its_call_and_its_queue() {
    let config = switchboard::config::Config {
        resume_window: std::time::Duration::from_secs(30),
        ..with_admin()
    };
    let server = TestServer::start(config).await;
    let operator = Operator::of(&server);
    let mut ana = server.connects("ana").await;
    let bo = server.connects_with("userId=bo&received=0").await;
    let call = ana.calls("bo").await;
    bo.vanishes();
    ana.expects("call-peer-away").await;

    let bo = operator.sees("/users/bo").await;
    let ana_seen = operator.sees("/users/ana").await;

    let calls = json!([{"call": call, "caller": "ana", "callee": "bo", "state": "ringing"}]);
    assert_eq!((&bo["calls"], &ana_seen["calls"]), (&calls, &calls));
    assert_eq!((&bo["user"]["state"], &bo["resumable"]), (&json!("waiting"), &json!(true)));
    assert_eq!(ana_seen["resumable"], false);
    assert_eq!(
        (&bo["queue"]["keptMessages"], &bo["queue"]["unwrittenBytes"]),
        (&json!(1), &json!(0))
    );
    assert!(bo["queue"]["keptBytes"].as_u64().unwrap() > 50);
    operator.does("DELETE /users/bo", "").await;
    ana.expects("call-ended").await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_removed_user_hears_4503_and_may_come_again() {
    let server = TestServer::start(with_admin()).await;
    let operator = Operator::of(&server);
    let mut ana = server.connects("ana").await;
    let mut bo = server.connects("bo").await;
    ana.expects_to_see("online", "bo").await;

    operator.does("DELETE /users/bo", "").await;

    assert_eq!(bo.expects_close(4503).await, "removed by an operator");
    ana.expects_to_see("offline", "bo").await;
    operator.is_refused("DELETE /users/bo", "", 404, "user-offline").await;
    operator.is_refused("GET /users/bo", "", 404, "user-offline").await;
    assert_eq!(operator.sees("/stats").await["counts"]["removed"], 1);
    server.connects("bo").await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_message_reaches_a_user_as_it_was_written() {
    let server = TestServer::start(with_admin()).await;
    let operator = Operator::of(&server);
    let mut ana = server.connects("ana@example.org").await;

    operator.does("POST /users/ana%40example.org/messages", r#"{"data":{"text":"你好"}}"#).await;

    assert_eq!(
        ana.hears().await,
        json!({"type": "message", "from": "/server", "data": {"text": "你好"}})
    );
    operator.is_refused("POST /users/bo/messages", r#"{"data":1}"#, 404, "user-offline").await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_message_reaches_everybody_in_a_room() {
    let server = TestServer::start(with_admin()).await;
    let operator = Operator::of(&server);
    let mut ana = server.connects_with("userId=ana&name=Ana").await;
    let mut bo = server.connects("bo").await;
    for (one, members) in [(&mut ana, 0), (&mut bo, 1)] {
        let joined = one.asks(json!({"type": "join", "room": "den"})).await;
        assert_eq!(joined["members"].as_array().unwrap().len(), members);
    }
    ana.expects("member-joined").await;

    let told = operator.asks("POST /rooms/den/messages", r#"{"data":"hi"}"#).await;

    assert_eq!(told.json(), json!({"reached": 2, "queueFull": []}));
    let said = json!({"type": "message", "from": "/server", "room": "den", "data": "hi"});
    assert_eq!((ana.hears().await, bo.hears().await), (said.clone(), said));
    assert_eq!(operator.sees("/rooms").await, json!({"rooms": [{"room": "den", "members": 2}]}));
    assert_eq!(
        operator.sees("/rooms/den").await,
        json!({"room": "den", "members": [{"user": "ana", "name": "Ana"}, {"user": "bo"}]})
    );
    operator.is_refused("POST /rooms/attic/messages", r#"{"data":1}"#, 404, "not-found").await;
    operator.is_refused("GET /rooms/attic", "", 404, "not-found").await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_call_that_an_operator_ends_is_over_for_both() {
    let server = TestServer::start(with_admin()).await;
    let operator = Operator::of(&server);
    let mut ana = server.connects("ana").await;
    let mut bo = server.connects("bo").await;
    let call = ana.calls("bo").await;
    bo.expects("call-request").await;
    bo.says(json!({"type": "call-accept", "callId": call}));
    ana.expects("call-accept").await;
    let shown = json!({"call": call, "caller": "ana", "callee": "bo", "state": "accepted"});
    assert_eq!(operator.sees("/calls").await, json!({"calls": [shown]}));

    operator.does(&format!("DELETE /calls/{call}"), "").await;

    for one in [&mut ana, &mut bo] {
        let ended = one.expects("call-ended").await;
        assert_eq!((&ended["by"], &ended["reason"]), (&Value::Null, &json!("ended-by-operator")));
    }
    operator.is_refused(&format!("DELETE /calls/{call}"), "", 404, "call-over").await;
    assert_eq!(operator.sees("/calls").await, json!({"calls": []}));
    server.ends_clean().await;
}

#[actix_rt::test]
async fn the_statistics_tell_what_there_is_and_what_has_been() {
    let server = TestServer::start(with_admin()).await;
    let operator = Operator::of(&server);
    let mut ana = server.connects("ana").await;
    let mut bo = server.connects("bo").await;
    ana.asks(json!({"type": "join", "room": "den"})).await;
    ana.calls("bo").await;
    bo.expects("call-request").await;
    bo.leaves().await;
    ana.expects("call-ended").await;

    let stats = operator.sees("/stats").await;

    assert_eq!(stats["server"], concat!("switchboard/", env!("CARGO_PKG_VERSION")));
    let told = ["users", "calls", "rooms", "waiting", "draining"].map(|name| &stats[name]);
    assert_eq!(told, [&json!(1), &json!(0), &json!(1), &json!(0), &json!(false)]);
    let counts = ["registered", "saidGoodbye", "callsStarted", "callsEnded"];
    assert_eq!(counts.map(|name| stats["counts"][name].as_u64().unwrap()), [2, 1, 1, 1]);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn what_makes_no_sense_is_refused_by_a_sentence() {
    let config = switchboard::config::Config { max_frame: 4096, ..with_admin() };
    let server = TestServer::start(config).await;
    let operator = Operator::of(&server);
    let _ana = server.connects("ana").await;
    let deep = format!(r#"{{"data":{}{}}}"#, "[".repeat(65), "]".repeat(65));
    let large = format!(r#"{{"data":"{}"}}"#, "a".repeat(4096));
    let say = "POST /users/ana/messages";

    for (what, body, status, code, names) in [
        ("GET /users?limit=0", "", 400, "bad-message", "1 to 1000"),
        ("GET /users?limit=1001", "", 400, "bad-message", "1 to 1000"),
        ("GET /users?limit=many", "", 400, "bad-message", "query"),
        ("GET /users?offset=10", "", 400, "bad-message", "offset"),
        ("GET /users?after=a%20b", "", 400, "bad-user-id", "after"),
        ("GET /users/a%20b", "", 400, "bad-user-id", "path"),
        ("GET /rooms/a%2Fb", "", 400, "bad-message", "path"),
        ("GET /calls?after=", "", 400, "bad-message", "after"),
        (say, "", 400, "bad-message", "JSON"),
        (say, "not json", 400, "bad-message", "JSON"),
        (say, "{}", 400, "bad-message", "data"),
        (say, r#"{"data":1,"from":"bo"}"#, 400, "bad-message", "from"),
        (say, r#"{"data":1,"data":2}"#, 400, "bad-message", "duplicate"),
        (say, &deep, 400, "bad-message", "64 deep"),
        (say, &large, 413, "too-large", "4096"),
        ("GET /nothing", "", 404, "not-found", "openapi.json"),
        ("PUT /users/ana", "", 404, "not-found", "method"),
    ] {
        let error = operator.is_refused(what, body, status, code).await;
        assert!(error["message"].as_str().unwrap().contains(names), "{what}: {error}");
    }
    server.ends_clean().await;
}
