//! Attempts to be somebody else, or to take somebody's session.

use std::time::Duration;

use serde_json::{Value, json};
use switchboard::config::Config;

use super::harness::{Client, TestServer, asking_for_tokens, token};

const HOUR: i64 = 3600;

fn counting() -> Config {
    Config {
        resume_window: Duration::from_secs(30),
        failed_logins_per_address: 0,
        ..asking_for_tokens()
    }
}

/// Ana, who counts, is there; so is Bo, who talks with her.
async fn two_people(server: &TestServer) -> (Client, Client) {
    let ana = server.connects_with(&format!("received=0&token={}", token("ana", HOUR))).await;
    let bo = server.connects_with(&format!("token={}", token("bo", HOUR))).await;
    (ana, bo)
}

/// Nothing has happened to her: her socket stands and she is still the one who is reached.
async fn is_untouched(ana: &mut Client, bo: &mut Client) {
    bo.says(json!({"type": "message", "to": "ana", "data": "still you?"}));
    assert_eq!(ana.expects("message").await["data"], "still you?");
    ana.has_heard_all().await;
}

#[actix_rt::test]
async fn nobody_becomes_another_by_claiming_the_name() {
    let server = TestServer::start(counting()).await;
    let (mut ana, mut bo) = two_people(&server).await;
    let mallory = token("mallory", HOUR);
    for query in [
        "userId=ana".to_owned(),
        "userId=ana&token=".into(),
        format!("userId=ana&token={mallory}"),
        format!("userId=ana&name=Ana&token={mallory}"),
        format!("userId=ana&received=0&token={mallory}"),
    ] {
        let mut client = server.dials(&query).await;
        client.expects_error("bad-token").await;
        client.expects_close(4501).await;
    }
    assert_eq!(server.census().await.counts.replaced, 0);
    is_untouched(&mut ana, &mut bo).await;
    ana.leaves().await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn no_resume_token_gives_anybody_the_session_of_another() {
    let server = TestServer::start(counting()).await;
    let (mut ana, mut bo) = two_people(&server).await;
    let stolen = ana.registered["resumeToken"].as_str().unwrap().to_owned();
    let public = ana.registered["sessionId"].as_str().unwrap().to_owned();
    let mut guesses = vec![stolen, public, "ana".into(), "0".repeat(22), "%00".into()];
    guesses.extend((0..50).map(|n| format!("guess{n}AAAAAAAAAAAAAAAA")));

    for (n, guess) in guesses.iter().enumerate() {
        let mallory = token(&format!("mallory{n}"), HOUR);
        let query = format!("received=0&resume={guess}&token={mallory}");
        let mut client = server.dials(&query).await;
        let registered = client.expects("registered").await;
        assert_eq!(registered["resumed"], false, "{guess}");
        assert_eq!(registered["userId"], format!("mallory{n}"));
        client.expects("client-list").await;
        client.leaves().await;
    }
    assert_eq!(server.census().await.counts.resumed, 0);
    is_untouched(&mut ana, &mut bo).await;
    ana.leaves().await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_resume_token_without_an_access_token_is_worth_nothing() {
    let server = TestServer::start(counting()).await;
    let (mut ana, mut bo) = two_people(&server).await;
    let stolen = ana.registered["resumeToken"].as_str().unwrap().to_owned();
    for query in
        [format!("received=0&resume={stolen}"), format!("userId=ana&received=0&resume={stolen}")]
    {
        let mut client = server.dials(&query).await;
        client.expects_error("bad-token").await;
        client.expects_close(4501).await;
    }
    is_untouched(&mut ana, &mut bo).await;
    ana.leaves().await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn the_public_name_of_a_session_does_not_resume_it_even_for_its_user() {
    let server = TestServer::start(counting()).await;
    let (mut ana, mut bo) = two_people(&server).await;
    let public = ana.registered["sessionId"].as_str().unwrap().to_owned();
    let query = format!("received=0&resume={public}&token={}", token("ana", HOUR));

    let mut other = server.dials(&query).await;
    other.expects_close(4509).await;

    is_untouched(&mut ana, &mut bo).await;
    ana.leaves().await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn nobody_speaks_as_another_by_sending_from() {
    let server = TestServer::start(counting()).await;
    let (mut ana, mut bo) = two_people(&server).await;
    let mut mallory = server.connects_with(&format!("token={}", token("mallory", HOUR))).await;
    for message in [
        json!({"type": "message", "to": "ana", "data": 1, "from": "bo"}),
        json!({"type": "call-request", "to": "ana", "from": "bo"}),
        json!({"type": "offer", "to": "ana", "data": 1, "userId": "bo"}),
    ] {
        mallory.is_refused(message, "unknown-field").await;
    }
    let inside = json!({"type": "message", "to": "ana", "data": {"from": "bo"}});
    mallory.says(inside);
    let told: Value = ana.expects("message").await;
    assert_eq!((&told["from"], &told["data"]), (&json!("mallory"), &json!({"from": "bo"})));
    is_untouched(&mut ana, &mut bo).await;
    ana.leaves().await;
    server.ends_clean().await;
}
