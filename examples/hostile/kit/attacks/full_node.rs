//! One address that wants all of `queue-total` for itself.

use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncWriteExt, WriteHalf, split};
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

use super::kept::counted;
use crate::kit::outcome::Check;
use crate::kit::stage::{Stage, read_and_count};
use crate::kit::wire::{ATTACKER, Login, Stream, TEXT, frame};

/// Bytes of the data of a message: nearly `max-frame`.
const DATA: usize = 63 << 10;
/// Messages to each user: a little more than `queue-bytes` has room for.
const MESSAGES: usize = 9;
/// Messages a second, in small and in full. Each costs 17 units of the 5000 that the address has.
const A_SECOND: (u32, u32) = (150, 250);
/// Pause before a login that was refused is tried again.
const REFUSED: Duration = Duration::from_millis(50);
/// KiB that one address may have of the `queue-total` of the shipped compose file, 128 MiB.
const PART: f64 = (128 << 10) as f64 / 8.;
/// KiB of the server's own that it may have besides, for each user: refusals, above all.
const OWN: f64 = 34.;

/// Users of one address send each other as much as their rates allow, and acknowledge nothing.
pub async fn of_one_address(stage: Arc<Stage>) {
    let users = stage.pick(60, 300);
    let mut reading = JoinSet::new();
    let mut writers = Vec::new();
    for n in 0..users {
        let (mut reads, writes) = split(comes(&stage, n).await);
        writers.push(writes);
        let found = Arc::clone(&stage.found);
        reading.spawn(async move { read_and_count(&mut reads, &found).await });
    }
    stage.begins();
    let begin = Instant::now();
    send_all(&stage, &mut writers).await;
    sleep(stage.lasts.saturating_sub(begin.elapsed())).await;
    let counted = counted(&stage).await;
    stage.found.add("counted KiB", counted as u64);
    stage.found.check(Check::must(
        format!("{counted:.0} KiB are kept, at least {:.0}", PART * 0.9),
        counted >= PART * 0.9,
    ));
    let bound = PART + OWN * users as f64;
    stage.found.check(Check::at_most("counted KiB", counted, bound, ""));
    drop(reading);
}

/// The user number `n`, as soon as the address may open another socket.
async fn comes(stage: &Stage, n: usize) -> Box<dyn Stream> {
    loop {
        let login = Login { resumable: true, ..Login::of(format!("fills-{n}")) };
        match stage.dial.log_in(ATTACKER, &login).await {
            Ok(socket) => {
                stage.found.add("online", 1);
                return socket.stream;
            }
            Err(_) => sleep(REFUSED).await,
        }
    }
}

async fn send_all(stage: &Stage, writers: &mut [WriteHalf<Box<dyn Stream>>]) {
    let data = "x".repeat(DATA);
    let users = writers.len();
    let a_second = stage.pick(A_SECOND.0, A_SECOND.1);
    let mut clock = interval(Duration::from_secs(1) / a_second);
    for message in 0..MESSAGES * users {
        clock.tick().await;
        let to = (message + 1) % users;
        let text = format!(r#"{{"type":"message","to":"fills-{to}","data":"{data}"}}"#);
        match writers[message % users].write_all(&frame(TEXT, text.as_bytes())).await {
            Ok(()) => stage.found.add("sent", 1),
            Err(_) => stage.found.add("connections ended by the server", 1),
        }
    }
}
