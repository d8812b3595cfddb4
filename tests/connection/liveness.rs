//! Heartbeats, and readers that do not read.

use std::time::{Duration, Instant};

use switchboard::hub::{ConnectionEvent, Parting, Payload, Then};

use crate::harness::{
    CLOSE, LAST, MEGABYTE, PING, PONG, Service, TEXT, frame, limits, limits_but, wait_in, within,
};

#[actix_rt::test]
async fn an_idle_socket_outlives_ten_heartbeats() {
    let heartbeat = Duration::from_millis(100);
    let mut service = Service::start(limits_but(|l| l.heartbeat = heartbeat)).await;
    let (mut client, link) = service.admit().await;

    for _ in 0..10 {
        assert_eq!(client.frame().await, (PING, vec![]));
        client.send(PONG, b"").await;
    }

    service.deliver(&link, &["still here"], Then::Continue);
    assert_eq!(client.frame().await, (LAST | TEXT, b"still here".to_vec()));
    client.leave().await;
    service.ended(Parting::Goodbye).await;
    service.over().await;
}

#[actix_rt::test]
async fn a_silent_client_is_asked_once_and_closed_after_two_heartbeats() {
    let heartbeat = Duration::from_millis(100);
    let mut service = Service::start(limits_but(|l| l.heartbeat = heartbeat)).await;
    let began = Instant::now();
    let (mut client, _link) = service.admit().await;

    assert_eq!(client.frame().await, (PING, vec![]));
    let (code, reason) = client.close_frame().await;

    assert_eq!(code, 4008);
    assert!(wait_in(&reason) <= 2000, "{reason}");
    assert!(began.elapsed() >= heartbeat * 2);
    service.ended(Parting::Broken).await;
    service.over().await;
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
    let stall = Duration::from_millis(200);
    let mut service = Service::start(limits_but(|l| l.stall = stall)).await;
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

    for number in 0..100u8 {
        client.send(PING, &[number]).await;
    }

    for number in 0..100u8 {
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
