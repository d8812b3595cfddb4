//! One call from ring to hang-up, as both parties see it.

use std::time::Duration;

use serde_json::{Value, json};

use super::harness::{Client, TestServer, config};

/// Two who have an accepted call; its id.
async fn talking(server: &TestServer) -> (Client, Client, String) {
    let (mut ana, bo, call) = ringing(server).await;
    bo.says(json!({"type": "call-accept", "callId": call}));
    ana.expects("call-accept").await;
    (ana, bo, call)
}

/// Ana calls, and it rings at Bo; the call's id.
async fn ringing(server: &TestServer) -> (Client, Client, String) {
    let mut ana = server.connects("ana").await;
    let mut bo = server.connects("bo").await;
    let call = ana.calls("bo").await;
    assert_eq!(bo.expects("call-request").await["callId"], call);
    (ana, bo, call)
}

fn ended(call: &str, by: &str, reason: &str) -> Value {
    json!({"type": "call-ended", "callId": call, "by": by, "reason": reason})
}

#[actix_rt::test]
async fn two_users_ring_accept_signal_and_hang_up() {
    let server = TestServer::start(config()).await;
    let mut ana = server.connects_with("userId=ana&name=Ana%20M").await;
    let mut bo = server.connects("bo").await;

    let media = json!({"audio": true, "video": false});
    let ring = json!({"type": "call-request", "to": "bo", "media": media, "data": {"why": 1}});
    let call = ana.asks(ring).await["callId"].clone();
    let rung = bo.expects("call-request").await;
    assert_eq!((&rung["name"], &rung["media"]), (&json!("Ana M"), &media));
    assert_eq!((&rung["data"], &rung["from"]), (&json!({"why": 1}), &json!("ana")));
    assert!(rung["expires"].as_u64().is_some_and(|left| (40_000..=45_000).contains(&left)));

    bo.says(json!({"type": "call-accept", "callId": call, "data": [1, null]}));
    let accept = json!({"type": "call-accept", "callId": call, "from": "bo", "offerer": true,
        "data": [1, null]});
    assert_eq!(ana.hears().await, accept);
    ana.says(json!({"type": "offer", "to": "bo", "callId": call, "data": {"sdp": "v=0"}}));
    bo.says(json!({"type": "answer", "to": "ana", "callId": call, "data": {"sdp": "v=1"}}));
    for n in 0..20 {
        ana.says(json!({"type": "candidate", "to": "bo", "callId": call, "data": n}));
    }
    assert_eq!(bo.expects("offer").await["data"]["sdp"], "v=0");
    assert_eq!(ana.expects("answer").await["callId"], call);
    for n in 0..20 {
        assert_eq!(bo.expects("candidate").await["data"], n);
    }

    let hangup = json!({"type": "call-hangup", "callId": call, "detail": "bye"});
    let own = bo.asks(hangup).await;
    assert_eq!((&own["reason"], &own["detail"]), (&json!("hangup"), &Value::Null));
    let other = ana.expects("call-ended").await;
    assert_eq!((&other["reason"], &other["detail"]), (&json!("hangup"), &json!("bye")));
    assert_eq!(other["by"], "bo");
    server.ends_clean().await;
}

#[actix_rt::test]
async fn data_arrives_byte_for_byte() {
    let server = TestServer::start(config()).await;
    let ana = server.connects("ana").await;
    let mut bo = super::harness::RawClient::connects(server.address, "userId=bo").await;

    let data = r#"{ "b" : 1.0e3 , "a":"\u00e9\/李", "b":[ ] }"#;
    let text = format!(r#"{{"type":"message","to":"bo","data":{data}}}"#);
    ana.sends(tokio_tungstenite::tungstenite::Message::text(text));

    let said = loop {
        let frame = bo.next_frame().await.unwrap();
        let text = String::from_utf8(frame.content).unwrap();
        if !text.contains("presence") {
            break text;
        }
    };
    assert!(said.contains(data), "{said}");
    drop(bo);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_call_to_nobody_is_offline_and_one_to_somebody_in_a_call_is_busy() {
    let server = TestServer::start(config()).await;
    let (mut ana, mut bo, _) = talking(&server).await;
    let mut cyd = server.connects("cyd").await;

    for to in ["ana", "bo"] {
        let busy = cyd.asks(json!({"type": "call-request", "to": to})).await;
        let id = busy["ref"].clone();
        let wanted = json!({"type": "call-ended", "by": null, "reason": "busy", "ref": id});
        assert_eq!(busy, wanted);
    }
    let offline = cyd.asks(json!({"type": "call-request", "to": "dee"})).await;
    assert_eq!((&offline["reason"], &offline["by"]), (&json!("offline"), &Value::Null));
    let busy = ana.asks(json!({"type": "call-request", "to": "cyd"})).await;
    assert_eq!(busy["reason"], "busy", "who has a call is busy as a caller too");
    bo.has_heard_all().await;
    cyd.has_heard_all().await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn three_calls_ring_at_a_user_who_calls_and_accepting_one_ends_the_others() {
    let server = TestServer::start(config()).await;
    let mut bo = server.connects("bo").await;
    let mut callers = Vec::new();
    for user in ["ana", "cyd", "dee"] {
        let mut caller = server.connects(user).await;
        let call = caller.calls("bo").await;
        assert_eq!(bo.expects("call-request").await["callId"], call);
        callers.push((caller, call));
    }
    let mut eve = server.connects("eve").await;
    let busy = eve.asks(json!({"type": "call-request", "to": "bo"})).await;
    assert_eq!((&busy["reason"], busy.get("callId")), (&json!("busy"), None));
    let own = bo.calls("eve").await;
    assert_eq!(eve.expects("call-request").await["callId"], own);

    let (mut cyd, taken) = callers.remove(1);
    bo.says(json!({"type": "call-accept", "callId": taken}));

    cyd.expects("call-accept").await;
    assert_eq!(eve.hears().await, ended(&own, "bo", "cancelled"));
    assert_eq!(bo.hears().await, ended(&own, "bo", "cancelled"));
    for (mut caller, call) in callers {
        assert_eq!(caller.hears().await, ended(&call, "bo", "busy"));
        assert_eq!(bo.hears().await, ended(&call, "bo", "busy"));
        caller.leaves().await;
    }
    bo.says(json!({"type": "offer", "to": "cyd", "callId": taken, "data": 1}));
    assert_eq!(cyd.expects("offer").await["callId"], taken);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn one_account_that_rings_again_and_again_shuts_nobody_in_and_is_blocked() {
    let server = TestServer::start(config()).await;
    let (mut mallory, mut bo) = (server.connects("mallory").await, server.connects("bo").await);
    let mut ana = server.connects("ana").await;
    for _ in 0..3 {
        let attack = mallory.calls("bo").await;
        bo.expects("call-request").await;
        let call = bo.calls("ana").await;
        ana.expects("call-request").await;
        ana.says(json!({"type": "call-accept", "callId": call}));
        bo.expects("call-accept").await;
        assert_eq!(bo.hears().await, ended(&attack, "bo", "busy"));
        assert_eq!(mallory.expects("call-ended").await["callId"], attack);
        bo.asks(json!({"type": "call-hangup", "callId": call})).await;
        ana.expects("call-ended").await;
    }
    let attack = mallory.calls("bo").await;
    bo.expects("call-request").await;

    bo.says(json!({"type": "block", "id": "b1", "users": ["mallory"]}));

    assert_eq!(bo.hears().await, ended(&attack, "bo", "rejected"));
    let blocked = json!({"type": "blocked", "users": ["mallory"], "ref": "b1"});
    assert_eq!(bo.hears().await, blocked);
    assert_eq!(mallory.hears().await, ended(&attack, "bo", "rejected"));
    let refused = mallory.asks(json!({"type": "call-request", "to": "bo"})).await;
    assert_eq!(refused["reason"], "offline");
    mallory.is_refused(json!({"type": "message", "to": "bo", "data": 1}), "user-offline").await;
    mallory.is_refused(json!({"type": "offer", "to": "bo", "data": 1}), "user-offline").await;
    bo.has_heard_all().await;
    ana.calls("bo").await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_call_that_nobody_answers_ends_for_both() {
    let ring_timeout = Duration::from_millis(200);
    let server = TestServer::start(switchboard::config::Config { ring_timeout, ..config() }).await;
    let (mut ana, mut bo, call) = ringing(&server).await;

    for client in [&mut ana, &mut bo] {
        let mut told = ended(&call, "", "no-answer");
        told["by"] = Value::Null;
        assert_eq!(client.hears().await, told);
    }
    bo.is_refused(json!({"type": "call-accept", "callId": call}), "call-over").await;
    ana.calls("bo").await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn whichever_word_ends_a_call_the_reason_follows_from_state_and_side() {
    let server = TestServer::start(config()).await;
    for word in ["call-reject", "call-cancel", "call-hangup"] {
        for (accepted, by_caller, reason) in [
            (false, true, "cancelled"),
            (false, false, "rejected"),
            (true, true, "hangup"),
            (true, false, "hangup"),
        ] {
            let (mut ana, mut bo, call) = match accepted {
                true => talking(&server).await,
                false => ringing(&server).await,
            };
            let (own, other) = match by_caller {
                true => (&mut ana, &mut bo),
                false => (&mut bo, &mut ana),
            };
            let told = own.asks(json!({"type": word, "callId": call})).await;
            assert_eq!((&told["reason"], &told["by"]), (&json!(reason), &json!(own.user)));
            assert_eq!(other.hears().await, ended(&call, &own.user, reason));
            other.is_refused(json!({"type": word, "callId": call}), "call-over").await;
            own.has_heard_all().await;
        }
    }
    server.ends_clean().await;
}

#[actix_rt::test]
async fn the_call_of_a_client_that_vanishes_or_says_goodbye_is_lost() {
    let server = TestServer::start(config()).await;
    let (mut ana, bo, call) = talking(&server).await;
    bo.vanishes();
    assert_eq!(ana.hears().await, ended(&call, "bo", "lost"));
    ana.leaves().await;

    let (ana, mut bo, call) = ringing(&server).await;
    ana.leaves().await;
    assert_eq!(bo.hears().await, ended(&call, "ana", "lost"));
    server.ends_clean().await;
}

#[actix_rt::test]
async fn accepting_twice_is_silent_and_accepting_ones_own_call_is_refused() {
    let server = TestServer::start(config()).await;
    let (mut ana, mut bo, call) = ringing(&server).await;
    let accept = json!({"type": "call-accept", "callId": call});

    ana.is_refused(accept.clone(), "not-your-call").await;
    bo.says(accept.clone());
    bo.says(accept);
    ana.expects("call-accept").await;
    bo.has_heard_all().await;
    ana.has_heard_all().await;
    server.ends_clean().await;
}
