//! Clients that come and go faster than anything is done with them.

use futures_util::future::join_all;
use tokio::io::AsyncWriteExt;

use super::harness::{Last, Opcode, RawClient, Stream, TestServer, config, frame};

#[actix_rt::test]
async fn a_thousand_who_connect_and_drop_leave_no_session_no_socket_and_no_line_in_the_log() {
    let server = TestServer::start(config()).await;
    let address = server.address;
    let mut witness = server.connects("witness").await;

    join_all((0..20).map(|lane| async move {
        for turn in 0..50 {
            drop_at_stage(address, lane, turn % 10).await;
        }
    }))
    .await;

    let census = server
        .comes_to("the witness alone", |it, open| {
            (it.users, it.calls, it.rooms, open) == (1, 0, 0, 1)
        })
        .await;
    // Half of them wait for an answer, and have shown that they are there.
    let counts = census.counts;
    assert!(counts.registered + counts.late_logins >= 500, "{counts:?}");
    witness.has_heard_all().await;
    server.ends_clean().await;
}

/// Connects and is gone, each stage further into a life than the one before.
async fn drop_at_stage(address: std::net::SocketAddr, lane: usize, stage: usize) {
    // Every second lane shares a name with its neighbour, so that they replace each other.
    let query = format!("userId=lane{}", lane / 2);
    match stage {
        0 => drop(Stream::to(address).await),
        1 => {
            let mut stream = Stream::to(address).await;
            let _ = stream.write_all(b"GET /ws?userId=half HTTP/1.1\r\nHost: loc").await;
        }
        2 => drop(RawClient::dials(address, &query).await),
        3 => RawClient::dials(address, &query).await.resets(),
        4 => drop(RawClient::dials(address, "userId=").await),
        _ => {
            let mut client = RawClient::dials(address, &query).await;
            let said: &[u8] = match stage {
                5 => &frame(Opcode::Text, Last::Yes, br#"{"type":"join","room":"den"}"#),
                6 => &frame(Opcode::Text, Last::Yes, br#"{"type":"call-request","to":"witness"}"#)
                    [..20],
                7 => &frame(Opcode::Close, Last::Yes, &1001u16.to_be_bytes()),
                8 => &frame(Opcode::Text, Last::Yes, br#"{"type":"watch","users":["witness"]}"#),
                _ => &[0xff; 9],
            };
            // It may have been replaced already.
            let _ = client.stream.write_all(&frame(Opcode::Pong, Last::Yes, b"")).await;
            let _ = client.stream.write_all(said).await;
            let _ = client.next_frame().await;
            if lane.is_multiple_of(3) {
                client.resets();
            }
        }
    }
}
