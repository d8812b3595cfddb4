//! Messages that do not come whole, and frames that carry nothing.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::json;
use switchboard::config::Config;
use tokio::net::TcpSocket;

use super::harness::{Client, Last, Opcode, RawClient, Stream, TestServer, config, frame, head};

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
    let bound = TOTAL / 8 + 2 * MESSAGE * 5 / 4 + HOARDERS * (21 << 10);

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

    // Short messages and offers pass, and a longer one does as soon as the others are sent away.
    let slowest = a_call_takes(&mut ana, &mut bo).await;
    assert!(slowest < Duration::from_secs(2), "{slowest:?}");
    let mut cyd = RawClient::connects(server.address, "userId=cyd").await;
    let offer = json!({"type": "message", "to": "bo", "data": "x".repeat(12_000)}).to_string();
    for piece in frame(Opcode::Text, Last::Yes, offer.as_bytes()).chunks(1400) {
        cyd.sends(piece).await;
    }
    assert_eq!(bo.expects("message").await["from"], "cyd");
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

/// A client from this address of the loopback network, of which a machine has many.
async fn comes_from(address: [u8; 4], server: SocketAddr, query: &str) -> RawClient {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((address, 0).into()).unwrap();
    let tcp = socket.connect(server).await.unwrap();
    let mut client = RawClient::dials_with(Stream::over(tcp).await, query).await;
    client.is_registered().await;
    client
}

#[actix_rt::test]
async fn unfinished_messages_of_one_address_take_an_eighth_of_the_room_and_none_from_others() {
    let total = TOTAL * 8;
    let server =
        TestServer::start(Config { queue_total: total, presence_limit: 0, ..config() }).await;
    let mut ana = server.connects("ana").await;
    let mut cyd = RawClient::connects(server.address, "userId=cyd").await;
    // As many as would fill the whole room, if each could have all of its message there.
    let (hoarders, room) = (total / 8 / MESSAGE + 1, total / 8);
    let mut hoarding = Vec::new();
    for n in 0..hoarders {
        let query = format!("userId=h{n}");
        let mut hoarder = comes_from([127, 0, 0, 2], server.address, &query).await;
        hoarder.sends(&all_but_the_last_byte()).await;
        hoarding.push(hoarder);
    }
    server.comes_to("all have sent what is read", |_, _| server.incoming() > room / 8).await;

    // A message of another address passes in pieces, and nobody had to be sent away for that.
    let long = json!({"type": "message", "to": "ana", "data": "x".repeat(60_000)}).to_string();
    for piece in frame(Opcode::Text, Last::Yes, long.as_bytes()).chunks(1400) {
        cyd.sends(piece).await;
    }
    assert_eq!(ana.expects("message").await["from"], "cyd");

    let bound = room / 8 + 2 * MESSAGE * 5 / 4 + hoarders * (21 << 10) + 2 * MESSAGE;
    assert!(server.incoming() <= bound, "{} of {bound}", server.incoming());
    assert!(bound < room, "the test could not tell");
    // The address has to finish what it holds.
    server.comes_to("some are given up", |it, _| it.users < hoarders + 2).await;
    assert!(server.closes()[&4008] >= 1);
    drop((hoarding, cyd));
    server.comes_to("ana is left", |it, _| it.users == 1).await;
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
    let fragment_of_65 = frame(Opcode::Continuation, Last::No, &[b' '; 65]);
    for (what, wire) in [
        ("pings", frame(Opcode::Ping, Last::Yes, b"").repeat(10_000)),
        ("pongs", frame(Opcode::Pong, Last::Yes, b"").repeat(10_000)),
        ("fragments", [fragments.clone(), fragment.repeat(10_000)].concat()),
        ("fragments-of-65", [fragments, fragment_of_65.repeat(5_000)].concat()),
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
