//! Heartbeats, and readers that do not read.

use std::pin::pin;
use std::time::{Duration, Instant};

use switchboard::hub::{ConnectionEvent, Parting, Payload, Then};

use crate::harness::{
    CLOSE, Client, LAST, MEGABYTE, PING, PONG, SECOND, Service, TEXT, frame, limits, limits_but,
    wait_in, within,
};

/// A silent client lives for two of these and a little; a third one is what a busy machine may take.
const HEARTBEAT: Duration = SECOND;

#[actix_rt::test]
async fn a_client_that_answers_every_ping_stays_and_is_asked_once_a_heartbeat() {
    let heartbeat = Duration::from_millis(250);
    let mut service = Service::start(limits_but(|l| l.heartbeat = heartbeat)).await;
    let began = Instant::now();
    let (mut client, link) = service.admit().await;

    for _ in 0..10 {
        assert_eq!(client.frame().await, (PING, vec![]));
        client.send(PONG, b"").await;
    }

    let lived = began.elapsed();
    assert!(lived >= heartbeat * 10, "asked too often: {lived:?}");
    assert!(lived < heartbeat * 15, "asked too seldom: {lived:?}");
    service.deliver(&link, &["still here"], Then::Continue);
    assert_eq!(client.frame().await, (LAST | TEXT, b"still here".to_vec()));
    client.leave().await;
    service.ended(Parting::Goodbye).await;
    service.over().await;
}

#[actix_rt::test]
async fn a_silent_client_is_asked_once_and_closed_after_two_heartbeats() {
    let (mut service, began) = begin().await;
    let (mut client, _link) = service.admit().await;

    assert_eq!(client.frame().await, (PING, vec![]));
    expect_given_up(&mut client, began).await;
    service.ended(Parting::Broken).await;
    service.over().await;
}

#[actix_rt::test]
async fn a_silent_client_that_the_hub_has_asked_first_lives_no_longer() {
    let (mut service, began) = begin().await;
    let (mut client, link) = service.admit().await;

    service.deliver(&link, &[], Then::Probe);

    assert_eq!(client.frame().await, (PING, vec![]));
    expect_given_up(&mut client, began).await;
    service.ended(Parting::Broken).await;
    service.over().await;
}

#[actix_rt::test]
async fn a_silent_client_that_the_hub_asks_after_the_heartbeat_lives_no_longer() {
    let (mut service, began) = begin().await;
    let (mut client, link) = service.admit().await;

    assert_eq!(client.frame().await, (PING, vec![]));
    service.deliver(&link, &[], Then::Probe);

    assert_eq!(client.frame().await, (PING, vec![]));
    expect_given_up(&mut client, began).await;
    service.ended(Parting::Broken).await;
    service.over().await;
}

#[actix_rt::test]
async fn a_silent_client_that_the_hub_asks_again_and_again_lives_no_longer() {
    let (mut service, began) = begin().await;
    let (mut client, link) = service.admit().await;

    let given_up = async {
        loop {
            let (first, content) = client.frame().await;
            if first != PING {
                return (first, content);
            }
        }
    };
    let mut given_up = pin!(given_up);
    let mut asking = tokio::time::interval(HEARTBEAT / 4);
    let (first, content) = loop {
        tokio::select! {
            _ = asking.tick() => service.deliver(&link, &[], Then::Probe),
            last = &mut given_up => break last,
        }
        assert!(began.elapsed() < HEARTBEAT * 3, "lives on by being asked");
    };

    assert_eq!(first, CLOSE);
    assert_eq!(content[..2], 4008u16.to_be_bytes());
    assert!(began.elapsed() >= HEARTBEAT * 2);
    service.ended(Parting::Broken).await;
    service.over().await;
}

/// A service with [`HEARTBEAT`], and a time before the first client has come.
async fn begin() -> (Service, Instant) {
    let service = Service::start(limits_but(|l| l.heartbeat = HEARTBEAT)).await;
    (service, Instant::now())
}

/// Nothing comes but the close for want of a sign of life, and that in time.
async fn expect_given_up(client: &mut Client, began: Instant) {
    let (code, reason) = client.close_frame().await;
    let lived = began.elapsed();

    assert_eq!(code, 4008);
    assert!(wait_in(&reason) <= 2000, "{reason}");
    assert!(lived >= HEARTBEAT * 2, "given up too early: {lived:?}");
    assert!(lived < HEARTBEAT * 3, "given up too late: {lived:?}");
}

#[actix_rt::test]
async fn a_message_not_finished_within_two_heartbeats_is_no_sign_of_life() {
    let heartbeat = Duration::from_millis(100);
    let mut service = Service::start(limits_but(|l| l.heartbeat = heartbeat)).await;
    let (mut client, _link) = service.admit().await;

    client.send(TEXT, b"never ").await;
    assert_eq!(client.frame().await, (PING, vec![]));
    client.send(PONG, b"").await;

    // Another ping may come first: the client is silent again by then.
    let mut last = client.frame().await;
    if last.0 == PING {
        last = client.frame().await;
    }
    assert_eq!(last.0, CLOSE);
    assert_eq!(last.1[..2], 4008u16.to_be_bytes());
    service.ended(Parting::Broken).await;
    service.over().await;
}

#[actix_rt::test]
async fn a_client_that_never_reads_is_reset_after_the_stall_while_its_actor_goes_on() {
    let stall = Duration::from_millis(500);
    let mut service = Service::start(limits_but(|l| l.stall = stall)).await;
    let (mut client, link) = service.admit().await;

    let began = Instant::now();
    let much = "x".repeat(MEGABYTE);
    service.deliver(&link, &[&*much; 16], Then::Continue);
    client.send(LAST | TEXT, b"I still talk").await;

    assert_eq!(service.said().await, [Payload::Text("I still talk".into())]);
    link.batch_taken();
    assert!(link.unwritten().1 > MEGABYTE, "{:?}", link.unwritten());
    service.ended(Parting::Broken).await;
    assert!(began.elapsed() >= stall);
    service.open.none_left().await;
    assert_eq!(link.unwritten(), (0, 0));
    client.expect_reset().await;
    service.over().await;
}

#[actix_rt::test]
async fn a_client_that_never_reads_nor_talks_is_closed_by_the_heartbeat() {
    let heartbeat = Duration::from_millis(100);
    let mut service = Service::start(limits_but(|l| l.heartbeat = heartbeat)).await;
    let (client, link) = service.admit().await;

    let much = "x".repeat(MEGABYTE);
    service.deliver(&link, &[&*much; 16], Then::Continue);

    service.ended(Parting::Broken).await;
    drop(client);
    service.over().await;
}

#[actix_rt::test]
async fn a_client_that_sends_pings_and_takes_no_pongs_is_closed() {
    let heartbeat = Duration::from_millis(500);
    let mut service = Service::start(limits_but(|l| l.heartbeat = heartbeat)).await;
    let (client, _link) = service.admit().await;

    let flood = actix_rt::spawn(client.flood(frame(PING, &[7; 125])));

    service.ended(Parting::Broken).await;
    within("the flood to be cut off", flood).await.unwrap();
    service.over().await;
}

#[actix_rt::test]
async fn pings_are_answered_in_order_while_the_hub_is_silent() {
    let mut service = Service::start(limits()).await;
    let (mut client, _link) = service.admit().await;

    for number in 0..60u8 {
        client.send(PING, &[number]).await;
    }

    for number in 0..60u8 {
        assert_eq!(client.frame().await, (PONG, vec![number]));
    }
    client.leave().await;
    service.ended(Parting::Goodbye).await;
    service.over().await;
}

#[actix_rt::test]
async fn a_probe_pings_at_once_and_reports_the_next_sign_of_life() {
    let mut service = Service::start(limits()).await;
    let (mut client, link) = service.admit().await;

    service.deliver(&link, &[], Then::Probe);
    assert_eq!(client.frame().await, (PING, vec![]));
    client.send(PONG, b"").await;

    let report = service.report().await;
    assert!(matches!(report.event, ConnectionEvent::Alive), "{report:?}");
    assert!(report.link == link);
    client.leave().await;
    service.ended(Parting::Goodbye).await;
    service.over().await;
}
