//! Connections that make the server hold memory: answers that nobody reads, endless heads.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::kit::flood::count_answers;
use crate::kit::stage::{Rest, Stage};
use crate::kit::wire::{Dial, Stream};

/// Pages asked for on one connection.
const PAGES: usize = 100;
/// The longest head: just under what actix-http keeps by itself.
const HEAD: usize = 120 << 10;
/// The kernel's receive buffer of a client that does not read, in bytes.
const SMALL_BUFFER: u32 = 4096;

/// 100 pipelined requests of the client library on each connection, from 12 addresses.
pub async fn answers(stage: Arc<Stage>) {
    let request = "GET /switchboard.js HTTP/1.1\r\nHost: localhost\r\n\r\n";
    hold(stage, 12, request.repeat(PAGES).into_bytes()).await;
}

/// Heads that do not end, from 16 addresses.
pub async fn heads(stage: Arc<Stage>) {
    let mut head = b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Filling: ".to_vec();
    head.resize(HEAD, b'a');
    hold(stage, 16, head).await;
}

/// Time after which a connection is reset that takes no byte of its answer: 5 s, and some more.
const RESET: Duration = Duration::from_secs(7);
/// Wait for what has come already.
const GLANCE: Duration = Duration::from_millis(1);

/// Opens as many connections as an address may have, writes the same to each, and reads nothing.
async fn hold(stage: Arc<Stage>, addresses: u8, bytes: Vec<u8>) {
    // `max-pending-per-address` is 256.
    let each = stage.pick(24, 256);
    let dial = Dial { receive_buffer: Some(SMALL_BUFFER), ..stage.dial.clone() };
    let bytes: Arc<[u8]> = bytes.into();
    let mut work = JoinSet::new();
    for address in 0..addresses {
        let from = Ipv4Addr::new(127, 0, 0, 2 + address);
        for _ in 0..each {
            let (stage, dial, bytes) = (Arc::clone(&stage), dial.clone(), Arc::clone(&bytes));
            work.spawn(async move {
                let Ok(mut stream) = dial.connect(from).await else {
                    stage.found.add("refused", 1);
                    return None;
                };
                stage.found.add("connections held", 1);
                // The kernel takes no more than the server and two buffers hold.
                match timeout(stage.lasts, stream.write_all(&bytes)).await {
                    Ok(Ok(())) => stage.found.add("sent", 1),
                    Ok(Err(_)) => stage.found.add("connections ended by the server", 1),
                    Err(_) => stage.found.add("sent in part", 1),
                }
                Some(stream)
            });
        }
    }
    stage.begins();
    sleep(stage.lasts.max(RESET)).await;
    // A busy server is given time to show all that it will hold.
    stage.memory_rests(Rest::AtItsPeak).await;
    for stream in work.join_all().await.into_iter().flatten() {
        see_whether_it_ended(&stage, stream).await;
    }
}

/// Reads what there is of a connection: an answer, the end of it, or nothing.
async fn see_whether_it_ended(stage: &Stage, mut stream: Box<dyn Stream>) {
    let mut chunk = vec![0; 64 << 10];
    while let Ok(read) = timeout(GLANCE, stream.read(&mut chunk)).await {
        match read {
            Ok(read @ 1..) => count_answers(&chunk[..read], &stage.found),
            Ok(0) | Err(_) => return stage.found.add("connections ended by the server", 1),
        }
    }
}
