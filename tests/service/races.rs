//! What crosses on the way: every order has one outcome, and both parties agree about it.

use futures_util::future::join;
use serde_json::{Value, json};

use super::harness::{Client, TestServer, config};

async fn ana_rings_bo(ana: &mut Client, bo: &mut Client) -> String {
    let call = ana.calls("bo").await;
    assert_eq!(bo.expects("call-request").await["callId"], call);
    call
}

/// All that is said to the client up to now, as `type` or `type/reason` or `type/code`.
async fn all_heard(client: &mut Client) -> Vec<(String, Value)> {
    let id = client.says_with_id(json!({"type": "ping"}));
    let mut heard = Vec::new();
    loop {
        let said = client.hears().await;
        if said["ref"] == json!(id) {
            return heard;
        }
        let kind = said["type"].as_str().unwrap();
        let detail = [&said["reason"], &said["code"]].into_iter().find_map(Value::as_str);
        heard.push((detail.map_or(kind.into(), |it| format!("{kind}/{it}")), said));
    }
}

fn words(heard: &[(String, Value)]) -> Vec<&str> {
    heard.iter().map(|(word, _)| word.as_str()).collect()
}

#[actix_rt::test]
async fn a_cancel_that_comes_before_the_accept_ends_the_call_and_the_accept_is_too_late() {
    let server = TestServer::start(config()).await;
    let (mut ana, mut bo) = (server.connects("ana").await, server.connects("bo").await);
    let call = ana_rings_bo(&mut ana, &mut bo).await;

    assert_eq!(
        ana.asks(json!({"type": "call-cancel", "callId": call})).await["reason"],
        "cancelled"
    );
    bo.says(json!({"type": "call-accept", "callId": call}));

    assert_eq!(words(&all_heard(&mut bo).await), ["call-ended/cancelled", "error/call-over"]);
    ana.has_heard_all().await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_cancel_that_comes_after_the_accept_hangs_up() {
    let server = TestServer::start(config()).await;
    let (mut ana, mut bo) = (server.connects("ana").await, server.connects("bo").await);
    let call = ana_rings_bo(&mut ana, &mut bo).await;

    bo.says(json!({"type": "call-accept", "callId": call}));
    bo.has_heard_all().await;
    ana.says(json!({"type": "call-cancel", "callId": call}));

    assert_eq!(words(&all_heard(&mut ana).await), ["call-accept", "call-ended/hangup"]);
    assert_eq!(words(&all_heard(&mut bo).await), ["call-ended/hangup"]);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn cancel_and_accept_at_once_have_one_outcome_for_both() {
    let server = TestServer::start(config()).await;
    let (mut ana, mut bo) = (server.connects("ana").await, server.connects("bo").await);
    for _ in 0..60 {
        let call = ana_rings_bo(&mut ana, &mut bo).await;
        ana.says(json!({"type": "call-cancel", "callId": call}));
        bo.says(json!({"type": "call-accept", "callId": call}));
        join(hears_a_legal_story(&mut ana), hears_a_legal_story(&mut bo)).await;
    }
    server.ends_clean().await;
}

/// Hears of the end of a call that was cancelled and accepted at once.
async fn hears_a_legal_story(client: &mut Client) {
    let mut heard = Vec::new();
    while !words(&heard).iter().any(|it| it.starts_with("call-ended")) {
        heard.extend(all_heard(client).await);
    }
    heard.extend(all_heard(client).await);
    let heard = words(&heard);
    let legal: &[&[&str]] = match client.user.as_str() {
        "ana" => &[&["call-ended/cancelled"], &["call-accept", "call-ended/hangup"]],
        _ => &[
            &["call-ended/cancelled"],
            &["call-ended/cancelled", "error/call-over"],
            &["call-ended/hangup"],
        ],
    };
    assert!(legal.contains(&&heard[..]), "{heard:?}; {}", client.story());
}

#[actix_rt::test]
async fn a_request_that_comes_before_the_cancel_is_glare_and_the_cancel_hangs_up() {
    let server = TestServer::start(config()).await;
    let (mut ana, mut bo) = (server.connects("ana").await, server.connects("bo").await);
    let call = ana_rings_bo(&mut ana, &mut bo).await;

    let answer = bo.asks(json!({"type": "call-request", "to": "ana", "data": "me too"})).await;
    assert_eq!(answer["type"], "call-accept");
    assert_eq!((&answer["callId"], &answer["offerer"]), (&json!(call), &json!(false)));
    ana.says(json!({"type": "call-cancel", "callId": call}));

    let heard = all_heard(&mut ana).await;
    assert_eq!(words(&heard), ["call-accept", "call-ended/hangup"]);
    assert_eq!((&heard[0].1["offerer"], &heard[0].1["data"]), (&json!(true), &json!("me too")));
    assert_eq!(words(&all_heard(&mut bo).await), ["call-ended/hangup"]);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_request_that_comes_after_the_cancel_rings_anew() {
    let server = TestServer::start(config()).await;
    let (mut ana, mut bo) = (server.connects("ana").await, server.connects("bo").await);
    let call = ana_rings_bo(&mut ana, &mut bo).await;

    ana.asks(json!({"type": "call-cancel", "callId": call})).await;
    bo.says(json!({"type": "call-request", "to": "ana"}));

    let heard = all_heard(&mut bo).await;
    assert_eq!(words(&heard), ["call-ended/cancelled", "call-ringing"]);
    assert_ne!(heard[1].1["callId"], json!(call));
    assert_eq!(words(&all_heard(&mut ana).await), ["call-request"]);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn glare_and_cancel_at_once_have_one_outcome_for_both() {
    let server = TestServer::start(config()).await;
    let (mut ana, mut bo) = (server.connects("ana").await, server.connects("bo").await);
    for _ in 0..60 {
        let call = ana_rings_bo(&mut ana, &mut bo).await;
        ana.says(json!({"type": "call-cancel", "callId": call}));
        let id = bo.says_with_id(json!({"type": "call-request", "to": "ana"}));

        let end = bo.hears().await;
        match end["reason"].as_str() {
            // The cancel was first, so the request rings a new call.
            Some("cancelled") => {
                let ringing = bo.expects("call-ringing").await;
                assert_eq!(ringing["ref"], json!(id));
                assert_eq!(ana.expects("call-ended").await["reason"], "cancelled");
                let rung = ana.expects("call-request").await;
                assert_eq!(rung["callId"], ringing["callId"]);
                let over = json!({"type": "call-reject", "callId": rung["callId"]});
                assert_eq!(ana.asks(over).await["reason"], "rejected");
                bo.expects("call-ended").await;
            }
            // The request was first, so it accepted, and the cancel hung up.
            _ => {
                assert_eq!((&end["type"], &end["ref"]), (&json!("call-accept"), &json!(id)));
                assert_eq!(bo.expects("call-ended").await["reason"], "hangup");
                assert_eq!(ana.expects("call-accept").await["offerer"], true);
                assert_eq!(ana.expects("call-ended").await["reason"], "hangup");
            }
        }
        ana.has_heard_all().await;
        bo.has_heard_all().await;
    }
    server.ends_clean().await;
}

#[actix_rt::test]
async fn two_who_call_each_other_at_once_are_connected_and_one_of_them_offers() {
    let server = TestServer::start(config()).await;
    let (mut ana, mut bo) = (server.connects("ana").await, server.connects("bo").await);
    for _ in 0..60 {
        let ids = [
            ana.says_with_id(json!({"type": "call-request", "to": "bo"})),
            bo.says_with_id(json!({"type": "call-request", "to": "ana"})),
        ];
        let mut accepts = Vec::new();
        let mut first = 0;
        for (client, id) in [&mut ana, &mut bo].into_iter().zip(&ids) {
            let said = client.hears().await;
            let accept = client.expects("call-accept").await;
            match said["type"].as_str() {
                Some("call-ringing") => {
                    first += 1;
                    assert_eq!((&said["ref"], &accept["ref"]), (&json!(id), &Value::Null));
                    assert_eq!(accept["offerer"], true);
                }
                Some("call-request") => {
                    assert_eq!((&accept["ref"], &accept["offerer"]), (&json!(id), &json!(false)));
                }
                _ => panic!("{}", client.story()),
            }
            assert_eq!(said["callId"], accept["callId"]);
            accepts.push(accept["callId"].clone());
        }
        assert_eq!((first, &accepts[0]), (1, &accepts[1]));
        ana.asks(json!({"type": "call-hangup", "callId": accepts[0]})).await;
        bo.expects("call-ended").await;
    }
    server.ends_clean().await;
}
