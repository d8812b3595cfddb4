//! Frames as they should not be (RFC 6455, section 5), and messages over the limit.

use std::time::Duration;

use serde_json::json;
use switchboard::config::Config;

use super::harness::{Last, Opcode, RawClient, TestServer, config, frame};

const LIMIT: usize = 4096;

fn limited() -> Config {
    Config { max_frame: LIMIT, ..config() }
}

/// A message of exactly this many bytes that is answered `pong` if it is read.
fn ping_of(bytes: usize) -> String {
    let ping = r#"{"type":"ping"}"#;
    ping.to_owned() + &" ".repeat(bytes - ping.len())
}

#[actix_rt::test]
async fn a_frame_that_breaks_the_standard_closes_with_1002() {
    let server = TestServer::start(limited()).await;
    let text = br#"{"type":"ping"}"#;
    let mut unmasked = vec![0x81, text.len() as u8];
    unmasked.extend(text);
    let mut reserved_bit = frame(Opcode::Text, Last::Yes, text);
    reserved_bit[0] |= 0x40;
    let begun = frame(Opcode::Text, Last::No, b"{");
    for (what, bytes) in [
        ("unmasked", unmasked),
        ("reserved bit", reserved_bit),
        ("reserved opcode", frame(Opcode::Reserved, Last::Yes, text)),
        ("continuation of nothing", frame(Opcode::Continuation, Last::Yes, text)),
        ("new message within one", [begun, frame(Opcode::Text, Last::Yes, text)].concat()),
        ("fragmented ping", frame(Opcode::Ping, Last::No, b"")),
        ("long ping", frame(Opcode::Ping, Last::Yes, &[b'x'; 126])),
        ("long close", frame(Opcode::Close, Last::Yes, &[b'x'; 126])),
    ] {
        let mut ana = RawClient::connects(server.address, "userId=ana").await;
        ana.sends(&bytes).await;
        let reason = ana.ends_with(1002).await;
        assert_eq!(reason, "frame breaks RFC 6455", "{what}");
        ana.is_cut_off().await;
        drop(ana);
        server.comes_to("empty", |it, open| (it.users, open) == (0, 0)).await;
    }
    server.ends_clean().await;
}

#[actix_rt::test]
async fn text_that_is_not_utf8_closes_with_1007_as_soon_as_it_is_seen() {
    let server = TestServer::start(limited()).await;
    for bytes in [
        frame(Opcode::Text, Last::Yes, b"\xff\xfe"),
        frame(Opcode::Text, Last::Yes, b"\"\xed\xa0\x80\""),
        // The rest never comes.
        frame(Opcode::Text, Last::No, b"\"\xc3\x28"),
    ] {
        let mut ana = RawClient::connects(server.address, "userId=ana").await;
        ana.sends(&bytes).await;
        ana.ends_with(1007).await;
        ana.is_cut_off().await;
    }
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_message_in_pieces_with_pings_in_between_is_read_as_one() {
    let server = TestServer::start(limited()).await;
    let mut ana = RawClient::connects(server.address, "userId=ana").await;
    let text = r#"{"type":"ping","id":"李"}"#.as_bytes();
    for (at, byte) in text.iter().enumerate() {
        let opcode = if at == 0 { Opcode::Text } else { Opcode::Continuation };
        let last = if at + 1 == text.len() { Last::Yes } else { Last::No };
        ana.sends(&frame(opcode, last, &[*byte])).await;
        ana.sends(&frame(Opcode::Ping, Last::Yes, &[at as u8])).await;
        let expected = if last == Last::Yes { vec![1, 10] } else { vec![10] };
        let mut opcodes = Vec::new();
        for _ in &expected {
            let answer = ana.next_frame().await.unwrap();
            if answer.opcode == 10 {
                assert_eq!(answer.content, [at as u8]);
            }
            opcodes.push(answer.opcode);
        }
        opcodes.sort_unstable();
        assert_eq!(opcodes, expected);
    }
    drop(ana);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_binary_message_is_answered_as_a_bad_one() {
    let server = TestServer::start(limited()).await;
    let mut ana = RawClient::connects(server.address, "userId=ana").await;
    ana.sends(&frame(Opcode::Binary, Last::Yes, b"\xff\x00")).await;
    let error = ana.expects("error").await;
    assert_eq!(error["code"], "bad-message");
    assert!(error["message"].as_str().unwrap().contains("binary"), "{error}");
    ana.says(r#"{"type":"ping"}"#).await;
    ana.expects("pong").await;
    drop(ana);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_message_at_the_limit_is_read_and_one_over_it_is_skipped_and_the_next_one_is_read() {
    let server = TestServer::start(limited()).await;
    let mut ana = RawClient::connects(server.address, "userId=ana").await;
    ana.says(&ping_of(LIMIT)).await;
    ana.expects("pong").await;

    for bytes in [LIMIT + 1, LIMIT * 3, LIMIT * 16] {
        ana.says(&ping_of(bytes)).await;
        ana.says(r#"{"type":"ping","id":"next"}"#).await;
        let error = ana.expects("error").await;
        assert_eq!((&error["code"], &error["ref"]), (&json!("too-large"), &json!(null)));
        assert!(error["message"].as_str().unwrap().contains("4096"), "{error}");
        assert_eq!(ana.expects("pong").await["ref"], "next");
    }

    // In pieces, each of which is small.
    for at in 0..5 {
        let opcode = if at == 0 { Opcode::Text } else { Opcode::Continuation };
        let last = if at == 4 { Last::Yes } else { Last::No };
        ana.sends(&frame(opcode, last, &[b' '; 1000])).await;
    }
    ana.says(r#"{"type":"ping","id":"last"}"#).await;
    assert_eq!(ana.expects("error").await["code"], "too-large");
    assert_eq!(ana.expects("pong").await["ref"], "last");
    drop(ana);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn twenty_oversized_messages_in_a_row_close_with_4500() {
    let server = TestServer::start(limited()).await;
    let mut ana = RawClient::connects(server.address, "userId=ana").await;
    for _ in 0..20 {
        ana.says(&ping_of(LIMIT + 1)).await;
        assert_eq!(ana.expects("error").await["code"], "too-large");
    }
    ana.ends_with(4500).await;
    drop(ana);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_message_announced_at_more_than_sixteen_times_the_limit_closes_with_4513() {
    let server = TestServer::start(limited()).await;
    let far = LIMIT as u64 * 16 + 1;
    let mut in_pieces = Vec::new();
    for at in 0..17 {
        let opcode = if at == 0 { Opcode::Text } else { Opcode::Continuation };
        in_pieces.extend(frame(opcode, Last::No, &[b' '; LIMIT]));
    }
    for bytes in [announced(far), announced(i64::MAX as u64), in_pieces] {
        let mut ana = RawClient::connects(server.address, "userId=ana").await;
        ana.sends(&bytes).await;
        ana.ends_with(4513).await;
        ana.is_cut_off().await;
    }
    server.ends_clean().await;
}

/// The head of a text frame of this length, without what it announces.
fn announced(length: u64) -> Vec<u8> {
    let mut bytes = vec![0x81, 0x80 | 127];
    bytes.extend(length.to_be_bytes());
    bytes.extend([1, 2, 3, 4]);
    bytes
}

#[actix_rt::test]
async fn data_may_be_nested_sixty_four_deep_and_no_deeper() {
    let server = TestServer::start(config()).await;
    let mut ana = server.connects("ana").await;
    let mut bo = RawClient::connects(server.address, "userId=bo").await;
    for (open, close) in [("[", "]"), (r#"{"a":"#, "}")] {
        for (depth, passes) in [(64, true), (65, false), (10_000, false)] {
            let inner = if open == "[" { "" } else { "1" };
            let data = format!("{}{inner}{}", open.repeat(depth), close.repeat(depth));
            let text = format!(r#"{{"type":"message","to":"ana","data":{data}}}"#);
            bo.says(&text).await;
            match passes {
                true => drop(ana.expects("message").await),
                false => assert_eq!(bo.expects("error").await["code"], "bad-message"),
            }
        }
    }
    // Never closed, and not in `data`.
    for text in ["[".repeat(60_000), r#"{"type":"#.repeat(7_000)] {
        bo.says(&text).await;
        let code = bo.expects("error").await["code"].clone();
        assert!(["bad-json", "bad-message"].contains(&code.as_str().unwrap()), "{code}");
    }
    ana.has_heard_all().await;
    drop(bo);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_message_that_is_not_finished_within_two_heartbeats_closes_with_4008() {
    let heartbeat = Duration::from_millis(150);
    let server = TestServer::start(Config { heartbeat, ..config() }).await;
    let mut ana = RawClient::connects(server.address, "userId=ana").await;
    let mut bytes = frame(Opcode::Text, Last::No, b"{");
    // Signs of life by the dozen, but the message does not get on.
    bytes.extend(frame(Opcode::Pong, Last::Yes, b""));
    ana.sends(&bytes).await;
    let (mut reading, mut writing) = tokio::io::split(ana.stream);
    let living = actix_rt::spawn(async move {
        let pong = frame(Opcode::Pong, Last::Yes, b"");
        while tokio::io::AsyncWriteExt::write_all(&mut writing, &pong).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let mut heard = Vec::new();
    let _ = tokio::io::AsyncReadExt::read_to_end(&mut reading, &mut heard).await;
    let code = 4008u16.to_be_bytes();
    assert!(heard.windows(2).any(|it| it == code), "no 4008 in {heard:?}");
    living.await.unwrap();
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_goodbye_is_answered_with_its_own_code_and_ends_the_session_at_once() {
    let server = TestServer::start(config()).await;
    let mut bo = server.connects("bo").await;
    for (content, answered) in [
        (1000u16.to_be_bytes().to_vec(), Some(1000)),
        (1001u16.to_be_bytes().to_vec(), Some(1001)),
        (vec![], None),
        (4321u16.to_be_bytes().to_vec(), Some(4321)),
    ] {
        let mut ana = RawClient::connects(server.address, "userId=ana").await;
        bo.expects_to_see("online", "ana").await;
        ana.sends(&frame(Opcode::Close, Last::Yes, &content)).await;
        match answered {
            Some(code) => drop(ana.ends_with(code).await),
            None => {
                let answer = ana.next_frame().await.unwrap();
                assert_eq!((answer.opcode, answer.content.len()), (8, 0));
            }
        }
        ana.is_cut_off().await;
        bo.expects_to_see("offline", "ana").await;
    }
    server.ends_clean().await;
}
