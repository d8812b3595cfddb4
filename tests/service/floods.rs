//! One client that sends as fast as it can, and the others who do not notice.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use switchboard::config::Config;
use tokio::sync::oneshot;

use super::harness::{Last, Opcode, RawClient, Stream, TestServer, config, frame, retry_after};

const FLOOD: usize = 100_000;

#[actix_rt::test]
async fn a_flood_of_a_hundred_thousand_messages_does_not_delay_the_calls_of_others() {
    let server = TestServer::start(Config { rate: 0, ..config() }).await;
    let mut ana = server.connects("ana").await;
    let mut bo = server.connects("bo").await;
    let flooding = flood(server.address);

    let mut slowest = Duration::ZERO;
    let mut calls = 0;
    let mut flooding = std::pin::pin!(flooding);
    let answered = loop {
        let begin = Instant::now();
        let call = ana.calls("bo").await;
        bo.expects("call-request").await;
        bo.says(json!({"type": "call-accept", "callId": call}));
        ana.expects("call-accept").await;
        slowest = slowest.max(begin.elapsed());
        ana.asks(json!({"type": "call-hangup", "callId": call})).await;
        bo.expects("call-ended").await;
        calls += 1;
        if let Ok(answered) = flooding.as_mut().get_mut().try_recv() {
            break answered;
        }
    };

    assert_eq!(answered, FLOOD, "each message was answered");
    assert!(calls >= 5, "only {calls} calls during the flood");
    assert!(slowest < Duration::from_secs(2), "a call took {slowest:?} to be accepted");
    server.ends_clean().await;
}

#[actix_rt::test]
async fn messages_that_are_too_large_are_paid_for_by_their_bytes_and_soon_end_the_socket() {
    let server = TestServer::start(config()).await;
    let mut ana = RawClient::connects(server.address, "userId=ana").await;
    // 1 MiB, the most that is read of one: 257 units, of 500 at once.
    let far = vec![b' '; 16 * (64 << 10)];

    ana.sends(&frame(Opcode::Text, Last::Yes, &far)).await;
    assert_eq!(ana.expects("error").await["code"], "too-large");
    ana.sends(&frame(Opcode::Text, Last::Yes, &far)).await;
    assert_eq!(ana.expects("error").await["code"], "rate-limited");

    ana.ends_with(4029).await;
    drop(ana);
    server.ends_clean().await;
}

/// Sends the flood from threads of its own; tells how many answers came.
fn flood(address: SocketAddr) -> oneshot::Receiver<usize> {
    let (tell, told) = oneshot::channel();
    let mut stream = TcpStream::connect(address).unwrap();
    let head = super::harness::upgrade(&[]).join("\r\n");
    let request = format!("GET /ws?userId=flood HTTP/1.1\r\nHost: {address}\r\n{head}\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut reading = stream.try_clone().unwrap();
    thread::spawn(move || {
        let message = frame(Opcode::Text, Last::Yes, br#"{"type":"ping"}"#);
        for _ in 0..FLOOD / 100 {
            if stream.write_all(&message.repeat(100)).is_err() {
                return;
            }
        }
        let _ = stream.write_all(&frame(Opcode::Close, Last::Yes, &1000u16.to_be_bytes()));
    });
    thread::spawn(move || {
        let mut answers = Vec::new();
        let _ = reading.read_to_end(&mut answers);
        let pong = br#"{"type":"pong"}"#;
        let _ = tell.send(answers.windows(pong.len()).filter(|it| it == pong).count());
    });
    told
}

#[actix_rt::test]
async fn a_flood_over_the_rate_is_refused_and_then_closed_with_4029() {
    let server = TestServer::start(config()).await;
    let mut bo = server.connects("bo").await;
    let RawClient { stream, .. } = RawClient::connects(server.address, "userId=ana").await;
    let Stream::Plain(stream) = stream else { panic!("no threads for TLS") };
    let mut stream = stream.into_std().unwrap();
    stream.set_nonblocking(false).unwrap();
    let mut reading = stream.try_clone().unwrap();
    let sending = thread::spawn(move || {
        let text = br#"{"type":"message","to":"bo","data":"buy now"}"#;
        let message = frame(Opcode::Text, Last::Yes, text);
        // The kernels on the way take some megabytes more than the server reads.
        (0..20 * FLOOD).find(|_| stream.write_all(&message).is_err())
    });
    let (tell, told) = oneshot::channel();
    thread::spawn(move || {
        let mut heard = Vec::new();
        let _ = reading.read_to_end(&mut heard);
        let _ = tell.send(heard);
    });

    let heard = told.await.unwrap();

    let text = String::from_utf8_lossy(&heard);
    assert!(text.matches("rate-limited").count() >= 100, "{text}");
    let code = 4029u16.to_be_bytes();
    let close = heard.windows(2).rposition(|it| it == code).expect("closed with 4029");
    retry_after(std::str::from_utf8(&heard[close + 2..]).unwrap());
    assert!(sending.join().unwrap().is_some(), "the server went on reading");
    let mut received = 0;
    loop {
        let id = bo.says_with_id(json!({"type": "ping"}));
        let said = loop {
            let said = bo.hears().await;
            if said["type"] != "message" {
                break said;
            }
            received += 1;
        };
        assert_eq!(said["ref"], json!(id));
        if received >= 500 {
            break;
        }
    }
    assert!(received < 5000, "{received} of {FLOOD} passed");
    server.ends_clean().await;
}
