//! Messages that do not come whole, and frames that carry nothing.

use std::time::{Duration, Instant};

use serde_json::json;
use switchboard::config::Config;

use super::harness::{Client, Last, Opcode, RawClient, TestServer, config, frame, head};

const MESSAGE: usize = 64 << 10;
/// An eighth of it, 1 MiB, is for messages that are not whole.
const TOTAL: usize = 8 << 20;
const HOARDERS: usize = 100;

/// All of a message but its last byte.
fn all_but_the_last_byte() -> Vec<u8> {
    let mut bytes = frame(Opcode::Text, Last::Yes, &vec![b' '; MESSAGE]);
    bytes.pop();
    bytes
}

async fn a_call_takes(ana: &mut Client, bo: &mut Client) -> Duration {
    let begin = Instant::now();
    let call = ana.calls("bo").await;
    bo.expects("call-request").await;
    ana.asks(json!({"type": "call-hangup", "callId": call})).await;
    bo.expects("call-ended").await;
    begin.elapsed()
}

#[actix_rt::test]
async fn unfinished_messages_of_all_clients_stay_within_their_share_and_hold_up_nobody_else() {
    let server =
        TestServer::start(Config { queue_total: TOTAL, presence_limit: 0, ..config() }).await;
    let mut ana = server.connects("ana").await;
    let mut bo = server.connects("bo").await;
    let mut hoarders = Vec::new();
    for n in 0..HOARDERS {
        hoarders.push(RawClient::connects(server.address, &format!("userId=h{n}")).await);
    }
    // What is over the share: a read of each of two, and what every client may always send.
    let bound = TOTAL / 8 + 2 * MESSAGE * 5 / 4 + HOARDERS * (5 << 10);

    let mut most = 0;
    let bytes = all_but_the_last_byte();
    let begin = Instant::now();
    for hoarder in &mut hoarders {
        hoarder.sends(&bytes).await;
        most = most.max(server.incoming());
    }
    server.census().await;
    most = most.max(server.incoming());
    assert!(most >= TOTAL / 8, "{most}: the test does not crowd the node");
    assert!(most <= bound, "{most} of {bound}");

    // Short messages pass, and one that comes in pieces does as soon as the others are sent away.
    let slowest = a_call_takes(&mut ana, &mut bo).await;
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
    let mut cyd = RawClient::connects(server.address, "userId=cyd").await;
    let long = json!({"type": "message", "to": "ana", "data": "x".repeat(30_000)}).to_string();
    for piece in frame(Opcode::Text, Last::Yes, long.as_bytes()).chunks(1400) {
        cyd.sends(piece).await;
    }
    let message = ana.expects("message").await;
    assert_eq!(message["from"], "cyd");
    println!("a long message took {:?}, {most} bytes were held", begin.elapsed());

    // Those who hold what others need are given up, long before two heartbeats of 25 s.
    server.comes_to("some are given up", |it, _| it.users < HOARDERS).await;
    assert!(server.closes()[&4008] >= 1);
    drop((hoarders, cyd));
    server.comes_to("two are left", |it, _| it.users == 2).await;
    assert_eq!(server.incoming(), 0);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn one_unfinished_message_is_finished_on_the_smallest_node() {
    let limits = Config { queue_total: MESSAGE, queue_bytes: MESSAGE, ..config() };
    let server = TestServer::start(limits).await;
    let mut ana = RawClient::connects(server.address, "userId=ana").await;
    let mut ping = br#"{"type":"ping"}"#.to_vec();
    ping.resize(MESSAGE, b' ');
    let bytes = frame(Opcode::Text, Last::Yes, &ping);

    for piece in bytes.chunks(1400) {
        ana.sends(piece).await;
        server.census().await;
    }

    ana.expects("pong").await;
    assert_eq!(server.incoming(), 0);
    drop(ana);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn what_an_unfinished_message_held_counts_no_longer_when_its_client_goes() {
    let server = TestServer::start(config()).await;
    for end in [RawClient::resets, drop] {
        let mut ana = RawClient::connects(server.address, "userId=ana").await;
        ana.sends(&all_but_the_last_byte()).await;
        let mut fragments = RawClient::connects(server.address, "userId=bo").await;
        fragments.sends(&frame(Opcode::Binary, Last::No, &[7; 30_000])).await;
        while server.incoming() < MESSAGE + 30_000 {
            server.census().await;
        }

        end(ana);
        end(fragments);

        server.comes_to("empty", |it, open| (it.users, open) == (0, 0)).await;
        assert_eq!(server.incoming(), 0);
    }
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_client_that_sends_nothing_but_tiny_frames_is_read_slowly_and_closed_with_4029() {
    let heartbeat = Duration::from_secs(1);
    let server = TestServer::start(Config { heartbeat, ..config() }).await;
    let (mut ana, mut bo) = (server.connects("ana").await, server.connects("bo").await);
    let fragments = [head(Opcode::Text, Last::No, 0), vec![1, 2, 3, 4]].concat();
    let fragment = [head(Opcode::Continuation, Last::No, 0), vec![1, 2, 3, 4]].concat();
    for (what, wire) in [
        ("pings", frame(Opcode::Ping, Last::Yes, b"").repeat(10_000)),
        ("pongs", frame(Opcode::Pong, Last::Yes, b"").repeat(10_000)),
        ("fragments", [fragments, fragment.repeat(10_000)].concat()),
    ] {
        let mut flood = RawClient::connects(server.address, &format!("userId={what}")).await;
        let begin = Instant::now();
        flood.sends(&wire).await;

        let slowest = a_call_takes(&mut ana, &mut bo).await;
        assert!(slowest < heartbeat, "{what}: {slowest:?}");
        let mut answered = 0;
        let close = loop {
            let next = flood.next_frame().await.unwrap();
            match next.opcode {
                0xa => answered += 1,
                0x8 => break u16::from_be_bytes([next.content[0], next.content[1]]),
                // The list of who comes, or the heartbeat's ping.
                _ => {}
            }
        };
        assert_eq!(close, 4029, "{what}");
        let took = begin.elapsed();
        // Fifty at once and ten a second, and what one look takes more.
        let bound = if what == "pings" { 50 + 16 + 10 * took.as_secs() + 10 } else { 0 };
        assert!(answered <= bound, "{what}: {answered} answers in {took:?}");
        assert!(took >= heartbeat * 2 - Duration::from_millis(100), "{what}: {took:?}");
        drop(flood);
        server.comes_to("two are left", |it, _| it.users == 2).await;
    }
    server.ends_clean().await;
}
