//! Proof of life before a login takes somebody's place.

use std::time::Duration;

use switchboard::domain::Login;
use switchboard::hub::{ConnectionEvent, Link, Parting, Payload, Then};
use switchboard::protocol::UserId;

use crate::harness::{CONTINUATION, LAST, PING, PONG, Service, TEXT, limits, limits_but};

/// Asks whether the client is there, as before it takes somebody's place.
fn asks_for_proof(service: &Service, link: &Link) -> Login {
    let login = Login { proven: Some(7), ..Login::fresh(UserId::parse("ana").unwrap()) };
    service.deliver(link, &[], Then::Prove(login.clone().into()));
    login
}

#[actix_rt::test]
async fn a_client_that_is_there_claims_again_and_what_it_said_meanwhile_is_heard_later() {
    let mut service = Service::start(limits()).await;
    let (mut client, link) = service.connect().await;

    let login = asks_for_proof(&service, &link);
    assert_eq!(client.frame().await, (PING, vec![]));
    client.send(LAST | TEXT, b"too early").await;
    client.send(PONG, b"").await;
    let report = service.report().await;
    assert!(matches!(report.event, ConnectionEvent::Opened(again) if *again == login));
    assert!(report.link == link);
    service.deliver(&link, &["registered"], Then::Continue);

    assert_eq!(client.frame().await, (LAST | TEXT, b"registered".to_vec()));
    assert_eq!(service.said().await, [Payload::Text("too early".into())]);
    link.batch_taken();
    client.send(LAST | TEXT, b"in time").await;
    assert_eq!(service.said().await, [Payload::Text("in time".into())]);
    link.batch_taken();
    client.leave().await;
    service.ended(Parting::Goodbye).await;
    service.over().await;
}

#[actix_rt::test]
async fn a_client_that_says_more_than_a_batch_is_there_and_no_more_of_it_is_kept() {
    let mut service = Service::start(limits()).await;
    let (mut client, link) = service.connect().await;
    let login = asks_for_proof(&service, &link);
    let long = vec![b'x'; 40 << 10];
    for _ in 0..3 {
        client.send(LAST | TEXT, &long).await;
    }

    let report = service.report().await;
    assert!(matches!(report.event, ConnectionEvent::Opened(again) if *again == login));
    service.deliver(&link, &["registered"], Then::Continue);

    assert_eq!(client.frame().await, (PING, vec![]));
    assert_eq!(client.frame().await, (LAST | TEXT, b"registered".to_vec()));
    assert_eq!(service.said().await.len(), 2, "the third is still with the network");
    link.batch_taken();
    assert_eq!(service.said().await.len(), 1);
    link.batch_taken();
    client.leave().await;
    service.ended(Parting::Goodbye).await;
    service.over().await;
}

#[actix_rt::test]
async fn a_client_that_sends_empty_fragments_for_ever_is_there() {
    let mut service = Service::start(limits()).await;
    let (mut client, link) = service.connect().await;
    let login = asks_for_proof(&service, &link);
    assert_eq!(client.frame().await, (PING, vec![]));
    client.send(TEXT, b"").await;
    for _ in 0..200 {
        client.send(CONTINUATION, b"").await;
    }

    let report = service.report().await;
    assert!(matches!(report.event, ConnectionEvent::Opened(again) if *again == login));
    service.deliver(&link, &["registered"], Then::Continue);

    assert_eq!(client.frame().await, (LAST | TEXT, b"registered".to_vec()));
    drop(client);
    service.ended(Parting::Broken).await;
    service.over().await;
}

#[actix_rt::test]
async fn a_client_that_has_gone_does_not_claim_again() {
    let mut service = Service::start(limits()).await;
    let (client, link) = service.connect().await;
    drop(client);

    asks_for_proof(&service, &link);

    service.ended(Parting::Broken).await;
    service.over().await;
}

#[actix_rt::test]
async fn a_client_that_gives_no_sign_of_life_is_not_let_in() {
    let registering = Duration::from_millis(100);
    let mut service = Service::start(limits_but(|l| l.registering = registering)).await;
    let (mut client, link) = service.connect().await;

    asks_for_proof(&service, &link);

    assert_eq!(client.frame().await, (PING, vec![]));
    assert_eq!(client.close_frame().await.0, 1013);
    client.close(Some(1013)).await;
    client.expect_eof().await;
    service.ended(Parting::Broken).await;
    service.over().await;
}
