//! Connections over real sockets: the test plays both the client and the hub.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

mod harness;

use std::time::{Duration, Instant};

use switchboard::domain::Login;
use switchboard::hub::{ConnectionEvent, Parting, Payload, Then};
use switchboard::protocol::{Close, UserId};

use harness::{BINARY, CLOSE, CONTINUATION, LAST, PING, PONG, Service, TEXT, limits, within};

const SECOND: Duration = Duration::from_secs(1);
const MEGABYTE: usize = 1 << 20;

#[actix_rt::test]
async fn what_a_client_says_reaches_the_hub_and_what_the_hub_delivers_reaches_the_client() {
    let mut service = Service::start(limits()).await;
    let (mut client, link) = service.admit().await;

    client.send(LAST | TEXT, b"to the hub").await;
    let said = service.said().await;
    link.batch_taken();
    service.deliver(&link, &["from", "the hub"], Then::Continue);

    assert_eq!(said, [Payload::Text("to the hub".into())]);
    assert_eq!(client.frame().await, (LAST | TEXT, b"from".to_vec()));
    assert_eq!(client.frame().await, (LAST | TEXT, b"the hub".to_vec()));
    client.leave().await;
    service.ended(Parting::Goodbye).await;
    service.over().await;
}

#[actix_rt::test]
async fn a_batch_is_with_the_hub_until_it_is_taken_and_what_comes_behind_waits() {
    let mut service = Service::start(limits()).await;
    let (mut client, link) = service.admit().await;

    for number in 0..40u8 {
        client.send(LAST | BINARY, &[number]).await;
    }
    client.close(Some(1000)).await;

    let mut numbers = Vec::new();
    while numbers.len() < 40 {
        let batch = service.said().await;
        assert!(batch.len() <= 16, "{}", batch.len());
        numbers.extend(batch.into_iter().map(|payload| match payload {
            Payload::Binary(bytes) => bytes[0],
            other => panic!("{other:?}"),
        }));
        if numbers.len() == 40 {
            service.deliver(&link, &["an answer to the last"], Then::Continue);
        }
        link.batch_taken();
    }
    assert_eq!(numbers, (0..40).collect::<Vec<_>>());
    assert_eq!(client.frame().await, (LAST | TEXT, b"an answer to the last".to_vec()));
    assert_eq!(client.frame().await, (CLOSE, 1000u16.to_be_bytes().to_vec()));
    client.expect_eof().await;
    service.ended(Parting::Goodbye).await;
    service.over().await;
}

#[actix_rt::test]
async fn a_socket_that_the_hub_does_not_let_in_is_closed_for_later() {
    let registering = Duration::from_millis(100);
    let mut service = Service::start(limits_but(|l| l.registering = registering)).await;
    let (mut client, _link) = service.connect().await;

    client.send(LAST | TEXT, b"too early").await;

    let (code, reason) = client.close_frame().await;
    assert_eq!(code, 1013);
    assert!(wait_in(&reason) <= 10_000, "{reason}");
    client.close(Some(1013)).await;
    client.expect_eof().await;
    service.ended(Parting::Broken).await;
    service.over().await;
}

#[actix_rt::test]
async fn a_refused_socket_is_told_why_and_the_hub_never_hears_of_it() {
    let service = Service::start(limits()).await;
    let mut client = service.upgrade("/refused").await;

    assert_eq!(client.frame().await, (LAST | TEXT, b"why".to_vec()));
    assert_eq!(client.close_frame().await, (4501, Close::TokenRefused.reason().to_owned()));
    client.close(Some(4501)).await;
    client.expect_eof().await;
    service.over().await;
}

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
    service.over().await;
}

#[actix_rt::test]
async fn a_socket_that_the_hub_refuses_is_told_why_first() {
    let mut service = Service::start(limits()).await;
    let (mut client, link) = service.connect().await;

    service.deliver(&link, &["taken"], Then::Close(Close::NameInUse));

    assert_eq!(client.frame().await, (LAST | TEXT, b"taken".to_vec()));
    assert_eq!(client.close_frame().await.0, 4510);
    client.close(None).await;
    client.expect_eof().await;
    service.ended(Parting::Broken).await;
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
    let flood = actix_rt::spawn(client.flood(harness::frame(LAST | BINARY, &[7; 1000])));

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
async fn a_violation_is_closed_with_its_code() {
    let mut service = Service::start(limits_but(|l| l.max_frame = 100)).await;
    for (wire, code) in [
        (harness::frame(LAST | 3, b""), 1002),
        (harness::frame(LAST | TEXT, &[0xff]), 1007),
        (harness::frame(LAST | TEXT, &[b'x'; 1601]), 4513),
    ] {
        let (mut client, _link) = service.admit().await;

        client.write(&wire).await;

        assert_eq!(client.close_frame().await.0, code);
        client.expect_eof().await;
        service.ended(Parting::Violation).await;
    }
    service.over().await;
}

#[actix_rt::test]
async fn an_oversized_message_is_told_to_the_hub_without_its_content() {
    let mut service = Service::start(limits_but(|l| l.max_frame = 100)).await;
    let (mut client, link) = service.admit().await;

    client.send(LAST | TEXT, &[b'x'; 101]).await;

    assert_eq!(service.said().await, [Payload::Oversized { bytes: 101 }]);
    link.batch_taken();
    client.leave().await;
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

    let flood = actix_rt::spawn(client.flood(harness::frame(PING, &[7; 125])));

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

/// Asks whether the client is there, as before it takes somebody's place.
fn asks_for_proof(service: &Service, link: &switchboard::hub::Link) -> Login {
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

#[actix_rt::test]
async fn a_fragmented_message_is_one_message() {
    let mut service = Service::start(limits()).await;
    let (mut client, link) = service.admit().await;

    client.send(TEXT, b"one ").await;
    client.send(PING, b"?").await;
    assert_eq!(client.frame().await, (PONG, b"?".to_vec()));
    client.send(LAST | CONTINUATION, b"message").await;

    assert_eq!(service.said().await, [Payload::Text("one message".into())]);
    link.batch_taken();
    client.leave().await;
    service.ended(Parting::Goodbye).await;
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
async fn what_is_no_handshake_is_answered_over_http() {
    let service = Service::start(limits()).await;
    let plain = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
    let key = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n";
    for (request, status) in [
        (format!("GET /ws HTTP/1.1\r\n{plain}{key}Sec-WebSocket-Version: 8\r\n"), "426"),
        (format!("GET /ws HTTP/1.1\r\n{plain}{key}"), "400"),
        (format!("GET /ws HTTP/1.1\r\n{plain}Sec-WebSocket-Version: 13\r\n"), "400"),
        (format!("GET /nowhere HTTP/1.1\r\n{plain}{key}Sec-WebSocket-Version: 13\r\n"), "404"),
        ("CONNECT /ws HTTP/1.1\r\n".to_owned(), "404"),
        ("GET /ws HTTP/1.1\r\nConnection: close\r\n".to_owned(), "404"),
    ] {
        let answer = service.http(&format!("{request}Host: localhost\r\n\r\n")).await;

        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{request}\n{answer}");
        assert!(answer.contains("connection: close"), "{answer}");
        assert_eq!(answer.contains("sec-websocket-version: 13"), status == "426", "{answer}");
    }
    service.over().await;
}

#[actix_rt::test]
async fn a_subprotocol_is_named_in_the_answer() {
    let mut service = Service::start(limits()).await;
    let client = service.upgrade("/ws").await;
    assert!(client.answer.contains("sec-websocket-protocol: switchboard.v1\r\n"));
    assert!(client.answer.starts_with("HTTP/1.1 101 "), "{}", client.answer);
    service.report().await;
    drop(client);
}

fn limits_but(
    change: impl FnOnce(&mut switchboard::connection::Limits),
) -> switchboard::connection::Limits {
    let mut limits = limits();
    change(&mut limits);
    limits
}

/// N of `retry after N ms`.
fn wait_in(reason: &str) -> u64 {
    let number = reason.strip_prefix("retry after ").and_then(|rest| rest.strip_suffix(" ms"));
    number.unwrap_or_else(|| panic!("{reason}")).parse().unwrap()
}

#[actix_rt::test]
async fn a_seat_is_taken_until_the_hub_has_let_go_of_the_link_too() {
    let mut service = Service::start(limits()).await;
    let seats = service.seats.clone();
    let (client, link) = service.admit().await;
    client.leave().await;
    service.ended(Parting::Goodbye).await;
    service.over().await;

    assert_eq!(seats.count(), 1, "a session may wait in its place");
    drop(link);

    assert_eq!(seats.count(), 0);
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
