//! How a socket ends when both sides have something to say about it.

use std::time::{Duration, Instant};

use serde_json::json;
use switchboard::config::{Config, DuplicateLogin};

use super::harness::{Last, Opcode, RawClient, TestServer, config, frame, retry_after};

/// Far less than the 3 s for which the server waits for an answer to its close.
const AT_ONCE: Duration = Duration::from_millis(1500);

#[actix_rt::test]
async fn a_goodbye_right_behind_the_last_bad_message_is_an_answer_to_the_close() {
    let server = TestServer::start(config()).await;
    let mut ana = RawClient::connects(server.address, "userId=ana").await;
    let mut bytes = frame(Opcode::Text, Last::Yes, b"{").repeat(20);
    bytes.extend(frame(Opcode::Close, Last::Yes, &1000u16.to_be_bytes()));
    let begin = Instant::now();

    ana.sends(&bytes).await;

    ana.ends_with(4500).await;
    ana.is_cut_off().await;
    assert!(begin.elapsed() < AT_ONCE, "held for {:?}", begin.elapsed());
    drop(ana);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn what_is_said_right_before_a_goodbye_is_still_done_and_answered() {
    let server = TestServer::start(config()).await;
    let mut bo = server.connects("bo").await;
    let mut ana = RawClient::connects(server.address, "userId=ana").await;
    bo.expects_to_see("online", "ana").await;
    let mut bytes = Vec::new();
    for n in 0..40 {
        let text = json!({"type": "message", "to": "bo", "data": n, "id": "x", "receipt": true});
        bytes.extend(frame(Opcode::Text, Last::Yes, text.to_string().as_bytes()));
    }
    bytes.extend(frame(Opcode::Close, Last::Yes, &1001u16.to_be_bytes()));

    ana.sends(&bytes).await;

    for n in 0..40 {
        assert_eq!(bo.expects("message").await["data"], n);
        assert_eq!(ana.expects("relayed").await["to"], "bo");
    }
    ana.ends_with(1001).await;
    bo.expects_to_see("offline", "ana").await;
    drop(ana);
    let counts = server.census().await.counts;
    assert_eq!((counts.said_goodbye, counts.broken), (1, 0));
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_close_frame_that_breaks_the_standard_is_a_violation() {
    let server = TestServer::start(config()).await;
    for (content, code) in [
        (vec![3], 1002),
        (999u16.to_be_bytes().to_vec(), 1002),
        (1005u16.to_be_bytes().to_vec(), 1002),
        (1006u16.to_be_bytes().to_vec(), 1002),
        (vec![0x03, 0xe8, 0xff, 0xfe], 1002),
    ] {
        let mut ana = RawClient::connects(server.address, "userId=ana").await;
        ana.sends(&frame(Opcode::Close, Last::Yes, &content)).await;
        ana.ends_with(code).await;
    }
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_text_that_ends_within_a_character_closes_with_1007() {
    let server = TestServer::start(config()).await;
    let mut ana = RawClient::connects(server.address, "userId=ana").await;
    ana.sends(&frame(Opcode::Text, Last::No, b"\"\xe6\x9d")).await;
    ana.sends(&frame(Opcode::Continuation, Last::Yes, b"")).await;
    ana.ends_with(1007).await;
    drop(ana);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn who_waits_for_a_name_when_the_server_stops_is_told_so() {
    let duplicate_login = DuplicateLogin::Reject;
    let server = TestServer::start(Config { duplicate_login, ..config() }).await;
    let mut holder = RawClient::connects(server.address, "userId=ana").await;
    let mut waiting = RawClient::dials(server.address, "userId=ana").await;
    server.comes_to("two sockets", |_, open| open == 2).await;
    waiting.shows_that_it_is_there().await;
    let ping = holder.next_frame().await.unwrap();
    assert_eq!(ping.opcode, 9, "the holder has been asked, so the other one waits");
    let (server, witness) = server.into_server();

    let stopping = actix_rt::spawn(server.stop());

    assert_eq!(waiting.hears().await["code"], "unavailable");
    retry_after(&waiting.ends_with(1013).await);
    retry_after(&holder.ends_with(1012).await);
    drop((holder, waiting));
    stopping.await.unwrap();
    assert_eq!(witness.heard(), Vec::<String>::new());
}

#[actix_rt::test]
async fn a_client_that_stopped_reading_is_replaced_at_once_and_its_socket_does_not_last() {
    let server = TestServer::start(Config { rate: 0, ..config() }).await;
    let asleep = RawClient::dials_with_little_room(server.address, "userId=ana").await;
    let mut bo = server.connects("bo").await;
    let data = "x".repeat(30_000);
    loop {
        let message = json!({"type": "message", "to": "ana", "data": data, "receipt": true});
        if bo.asks(message).await["type"] == "error" {
            break;
        }
    }

    let begin = Instant::now();
    let mut ana = server.connects("ana").await;
    bo.calls("ana").await;
    ana.expects("call-request").await;

    assert!(begin.elapsed() < AT_ONCE, "{:?}", begin.elapsed());
    server.comes_to("two sockets", |_, open| open == 2).await;
    assert!(begin.elapsed() < Duration::from_secs(6), "{:?}", begin.elapsed());
    drop(asleep);
    server.ends_clean().await;
}
