//! More messages than the server's one core can take: frames made in advance, and clients that look
//! at no more of what comes than its number. So the load is cheaper to make than to serve.

use std::io::Write;
use std::sync::Arc;
use std::time::Instant;

use futures_util::future::join_all;
use memchr::memmem;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Semaphore;

use super::Target;
use super::client::{connect, shake_hands};
use super::dialect::{Dialect, Step};
use super::meter::Meter;

/// Bytes of a candidate.
const SIZE: usize = 250;
/// Messages under way between two users: far fewer than the server's bound.
const UNDER_WAY: usize = 256;
/// Messages in one write.
const TOGETHER: usize = 32;
/// Digits of a message's number.
const DIGITS: usize = 9;

pub async fn run(target: &Target, meter: &Meter, pairs: usize, messages: usize) -> Value {
    assert_eq!(target.dialect, Dialect::Switchboard, "another server's frames are not known here");
    let each = messages.div_ceil(pairs).next_multiple_of(TOGETHER);
    let mut users = Vec::new();
    for number in 0..pairs * 2 {
        let mut socket = connect(&target.url).await;
        // What came behind the answer has no number.
        shake_hands(&mut socket, &target.dialect.url(&target.url, &format!("u{number}"))).await;
        users.push(socket);
    }
    let (before, begin) = (meter.read(), Instant::now());
    let mut tasks = Vec::new();
    for (number, pair) in (0..).zip(pairs_of(users)) {
        let under_way = Arc::new(Semaphore::new(UNDER_WAY));
        let to = format!("u{}", 2 * number + 1);
        tasks.push(actix_rt::spawn(send(pair.0, to, each, under_way.clone())));
        tasks.push(actix_rt::spawn(hear(pair.1, each, under_way)));
    }
    // Held until all is measured: nobody comes or goes meanwhile.
    let open: Vec<_> = join_all(tasks).await.into_iter().map(Result::unwrap).collect();
    let (after, took) = (meter.read(), begin.elapsed());
    drop(open);
    let count = pairs * each;
    json!({
        "pairs": pairs,
        "messages": count,
        "perSecond": (count as f64 / took.as_secs_f64()).round(),
        "busy": after.busy(&before, took),
        "cpuMicroseconds": after.cpu_each(&before, count),
        "threadSwitches": after.switches_each(&before, count),
    })
}

fn pairs_of(users: Vec<TcpStream>) -> Vec<(TcpStream, TcpStream)> {
    let mut users = users.into_iter();
    std::iter::from_fn(|| Some((users.next()?, users.next()?))).collect()
}

async fn send(
    mut socket: TcpStream,
    to: String,
    each: usize,
    under_way: Arc<Semaphore>,
) -> TcpStream {
    let data = format!("#{:x<1$}", "", SIZE - 1);
    let text = Dialect::Switchboard.message(Step::Candidate, &to, &data);
    // Masked with zeroes, which is as good as any mask to the server.
    let size = (text.len() as u16).to_be_bytes();
    let head = [0x81, 0x80 | 126, size[0], size[1], 0, 0, 0, 0];
    let frame = [&head, text.as_bytes()].concat();
    let digits = memmem::find(&frame, b"\"#").unwrap() + 2;
    let mut wire = frame.repeat(TOGETHER);
    for first in (0..each).step_by(TOGETHER) {
        for (frame, number) in wire.chunks_mut(frame.len()).zip(first..) {
            write!(&mut frame[digits..], "{number:0DIGITS$}").unwrap();
        }
        under_way.acquire_many(TOGETHER as u32).await.unwrap().forget();
        socket.write_all(&wire).await.unwrap();
    }
    socket
}

/// Counts the numbers, all of which must come, once and in order.
async fn hear(mut socket: TcpStream, each: usize, under_way: Arc<Semaphore>) -> TcpStream {
    let mut unread = Vec::with_capacity(64 << 10);
    let mut expected = 0;
    while expected < each {
        assert_ne!(socket.read_buf(&mut unread).await.unwrap(), 0, "closed after {expected}");
        let (mut end, before) = (0, expected);
        while let Some(found) = memmem::find(&unread[end..], b"\"#") {
            let start = end + found + 2;
            let Some(digits) = unread.get(start..start + DIGITS) else { break };
            let number: usize = std::str::from_utf8(digits).unwrap().parse().unwrap();
            assert_eq!(number, expected, "lost, doubled or out of order");
            expected += 1;
            end = start + DIGITS;
        }
        unread.drain(..end);
        under_way.add_permits(expected - before);
    }
    socket
}
