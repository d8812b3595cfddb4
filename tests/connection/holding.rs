//! What connections hold that are no socket yet.

use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::net::{TcpSocket, TcpStream};

use crate::harness::{Service, limits, within};

/// Connections of one test.
const MANY: usize = 200;
/// What each may hold in this process, both ends of it: less than in the sum of
/// `docs/operations.md`, 40 KiB.
const EACH: usize = 32 << 10;
/// What a client may take no byte for, before its connection ends.
const STALL: Duration = Duration::from_secs(5);

/// Resident memory of this process, in bytes.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

/// A client whose kernel takes little that it does not read.
async fn opens(service: &Service) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4096).unwrap();
    within("a connection", socket.connect(service.address)).await.unwrap()
}

#[actix_rt::test]
async fn answers_that_nobody_reads_are_not_kept_in_memory_and_end_their_connection() {
    let service = Service::start(limits()).await;
    let requests = "GET /large HTTP/1.1\r\nHost: localhost\r\n\r\n".repeat(100);
    let mut open = vec![opens(&service).await];
    let before = resident();

    for _ in 0..MANY {
        let mut client = opens(&service).await;
        client.write_all(requests.as_bytes()).await.unwrap();
        open.push(client);
    }
    // Every one of them has got the beginning of its first answer.
    for client in &open[1..] {
        within("an answer", client.readable()).await.unwrap();
    }
    let each = resident().saturating_sub(before) / MANY;

    println!("{each} bytes for an answer that nobody reads");
    assert!(each < EACH, "{each}");
    let begin = std::time::Instant::now();
    let gone = async {
        while service.pending.unread_answers() < MANY as u64 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    within("their end", gone).await;
    assert!(begin.elapsed() < STALL * 2, "{:?}", begin.elapsed());
    drop(open);
}

#[actix_rt::test]
async fn heads_that_do_not_end_hold_no_more_than_their_bound() {
    let service = Service::start(limits()).await;
    let mut open = vec![opens(&service).await];
    let before = resident();
    let head = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {}", "x".repeat(16_300));

    for _ in 0..MANY {
        let mut client = opens(&service).await;
        client.write_all(head.as_bytes()).await.unwrap();
        open.push(client);
    }
    let gone = async {
        while service.pending.slow_heads() == 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    within("the first of their ends", gone).await;
    let each = resident().saturating_sub(before) / MANY;

    println!("{each} bytes for a head without an end");
    assert!(each < EACH, "{each}");
    drop(open);
}

#[actix_rt::test]
async fn a_connection_that_says_nothing_costs_little() {
    let service = Service::start(limits()).await;
    let mut open = vec![opens(&service).await];
    let before = resident();

    for _ in 0..MANY {
        open.push(opens(&service).await);
    }
    let all_there = async {
        while service.pending.count() <= MANY {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    within("all of them", all_there).await;
    let each = resident().saturating_sub(before) / MANY;

    println!("{each} bytes for silence");
    assert!(each < EACH / 4, "{each}");
    drop(open);
}
