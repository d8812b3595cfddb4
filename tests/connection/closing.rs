//! How sockets end.

use std::time::Instant;

use switchboard::hub::{Parting, Then};
use switchboard::protocol::Close;

use crate::harness::{
    BINARY, CLOSE, LAST, MEGABYTE, SECOND, Service, TEXT, frame, limits, wait_in, within,
};

#[actix_rt::test]
async fn a_client_that_is_still_sending_sees_the_close_code() {
    let mut service = Service::start(limits()).await;
    let (mut client, link) = service.admit().await;
    for _ in 0..100 {
        client.send(LAST | BINARY, &[7; 1000]).await;
    }
    service.said().await;

    // The first batch is never taken, so the rest lies unread.
    service.deliver(&link, &["why"], Then::Close(Close::Replaced));
    for _ in 0..100 {
        client.send(LAST | BINARY, &[7; 1000]).await;
    }

    assert_eq!(client.frame().await, (LAST | TEXT, b"why".to_vec()));
    assert_eq!(client.close_frame().await, (4509, Close::Replaced.reason().to_owned()));
    client.send(LAST | BINARY, &[7; 1000]).await;
    client.close(Some(4509)).await;
    client.expect_eof().await;
    service.ended(Parting::Broken).await;
    // The batch goes with the hub's handle.
    drop(link);
    service.over().await;
}

#[actix_rt::test]
async fn a_client_that_takes_no_close_is_reset_after_the_closing_time() {
    let mut service = Service::start(limits()).await;
    let (client, link) = service.admit().await;

    let began = Instant::now();
    let much = "x".repeat(MEGABYTE);
    service.deliver(&link, &[&*much; 16], Then::Close(Close::Replaced));

    service.ended(Parting::Broken).await;
    assert!(began.elapsed() < 2 * SECOND, "the hub is told at once");
    within("the socket to go", service.open.none_left()).await;
    assert!(began.elapsed() >= 3 * SECOND);
    client.expect_reset().await;
    service.over().await;
}

#[actix_rt::test]
async fn a_client_that_floods_a_closing_socket_is_dropped_before_the_closing_time() {
    let mut service = Service::start(limits()).await;
    let (client, link) = service.admit().await;

    let began = Instant::now();
    service.deliver(&link, &[], Then::Close(Close::Replaced));
    service.ended(Parting::Broken).await;
    let flood = actix_rt::spawn(client.flood(frame(LAST | BINARY, &[7; 1000])));

    within("the socket to go", service.open.none_left()).await;
    assert!(began.elapsed() < 3 * SECOND);
    within("the flood to be cut off", flood).await.unwrap();
    service.over().await;
}

#[actix_rt::test]
async fn a_close_that_arrives_is_echoed_and_says_how_they_part() {
    let mut service = Service::start(limits()).await;
    for (code, parting) in [
        (None, Parting::Goodbye),
        (Some(1000), Parting::Goodbye),
        (Some(1001), Parting::Goodbye),
        (Some(1011), Parting::Broken),
        (Some(3000), Parting::Broken),
    ] {
        let (mut client, _link) = service.admit().await;

        client.close(code).await;

        let echo = code.map_or(Vec::new(), |code: u16| code.to_be_bytes().to_vec());
        assert_eq!(client.frame().await, (CLOSE, echo));
        client.expect_eof().await;
        service.ended(parting).await;
    }
    service.over().await;
}

#[actix_rt::test]
async fn a_goodbye_counts_even_where_the_next_write_fails_first() {
    let mut service = Service::start(limits()).await;
    let (mut client, link) = service.admit().await;
    client.send(LAST | TEXT, b"hold on").await;
    service.said().await;
    client.close(Some(1001)).await;
    client.reset();

    // Nothing is read until the batch is taken; writing fails at once.
    for _ in 0..3 {
        service.deliver(&link, &["too late"], Then::Continue);
    }
    link.batch_taken();

    service.ended(Parting::Goodbye).await;
    service.over().await;
}

#[actix_rt::test]
async fn a_client_that_vanishes_is_broken() {
    let mut service = Service::start(limits()).await;
    let (client, _link) = service.admit().await;
    drop(client);
    service.ended(Parting::Broken).await;

    let (client, _link) = service.admit().await;
    client.reset();
    service.ended(Parting::Broken).await;
    service.over().await;
}

#[actix_rt::test]
async fn a_drain_tells_every_socket_and_knows_when_the_last_one_is_gone() {
    let mut service = Service::start(limits()).await;
    let mut clients = Vec::new();
    for _ in 0..50 {
        clients.push(service.admit().await);
    }
    assert_eq!(service.open.count(), 50);

    for (_, link) in &clients {
        service.deliver(link, &[], Then::Close(Close::Restart { window: 5 * SECOND }));
    }

    for (mut client, _) in clients {
        let (code, reason) = client.close_frame().await;
        assert_eq!(code, 1012);
        assert!(wait_in(&reason) <= 5000, "{reason}");
        client.close(Some(1012)).await;
        client.expect_eof().await;
    }
    within("the last socket to go", service.open.none_left()).await;
    for _ in 0..50 {
        service.ended(Parting::Broken).await;
    }
    service.over().await;
}

#[actix_rt::test]
async fn a_reader_that_has_stalled_sees_why_it_is_closed_and_not_all_that_waited() {
    let mut service = Service::start(limits()).await;
    let (mut client, link) = service.admit().await;
    let much = "x".repeat(MEGABYTE);
    service.deliver(&link, &[&*much; 64], Then::Continue);
    client.send(LAST | TEXT, b"I read nothing").await;
    service.said().await;
    link.batch_taken();

    service.deliver(&link, &["this is why"], Then::Close(Close::Replaced));
    service.ended(Parting::Broken).await;

    let mut before = 0;
    while client.frame().await.1 != b"this is why" {
        before += 1;
    }
    assert!(before < 64, "what waited is dropped");
    assert_eq!(client.close_frame().await.0, 4509);
    client.close(Some(4509)).await;
    client.expect_eof().await;
    service.over().await;
    // The client may have read what the connection has not accounted for yet, so this comes last.
    assert_eq!(link.unwritten(), (0, 0));
}
