//! Memory of messages: kept ones that are not acknowledged, and unfinished ones.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

use crate::kit::outcome::Check;
use crate::kit::stage::{Rest, Stage, metric};
use crate::kit::wire::{Login, TEXT, address, frame, frame_head};

/// Messages to each session: within `burst` of its sender and `queue-messages`.
const MESSAGES: usize = ROUNDS * A_ROUND;
/// Rounds in which they are sent, so that the sending itself is no flood.
const ROUNDS: usize = 48;
const A_ROUND: usize = 10;
/// Time to send all of them in, at least.
const SENDING: Duration = Duration::from_secs(2);
/// Bytes of the data of a message, its quotes included.
const DATA: usize = 20;
/// The first address of the senders.
const SENDERS: usize = 10_000;
/// Bytes of a message whose last byte never comes: `max-frame`, less one.
const LONGEST: usize = (64 << 10) - 1;
/// Sockets of each of two addresses: as many as would crowd a node of 8 MiB.
const OF_AN_ADDRESS: usize = 20;
/// Time in which the server is sure to have closed those who hold more than they may: 5 s, and the time
/// that it takes to send all of it.
const CUT: Duration = Duration::from_secs(8);
/// How many of those are closed at a time depends on how the opening of sockets and the server's looks
/// at them fall together: the attack goes on until this many were, and a server that closes none has
/// as long as [`PATIENCE`].
const CLOSED: u64 = 10;
/// The longest time that the attack of two addresses goes on.
const PATIENCE: Duration = Duration::from_secs(18);
/// The count of connections that did not end by themselves.
const ENDED: &str = "connections ended by the server";
/// Pause before a socket that was refused is opened again.
const REFUSED: Duration = Duration::from_millis(50);

/// Small messages to sessions that read and do not acknowledge: counted against resident memory.
pub async fn messages(stage: Arc<Stage>) {
    let pairs = stage.pick(40, 200);
    let which = |n| (address(n), Login { resumable: true, ..Login::of(format!("keeps-{n}")) });
    let receivers = stage.crowd_of(pairs, which).await;
    let mut senders = stage.crowd("sends-", SENDERS, pairs).await;
    let reading = stage.keep_reading(receivers);
    let before = (stage.memory_rests(Rest::GivenBack).await, counted(&stage).await);
    stage.begins();
    let sending = stage.lasts.max(SENDING);
    let mut clock = interval(sending / ROUNDS as u32);
    let data = "x".repeat(DATA - 2);
    for _ in 0..ROUNDS {
        clock.tick().await;
        for (n, sender) in senders.iter_mut().enumerate() {
            let text = format!(r#"{{"type":"message","to":"keeps-{n}","data":"{data}"}}"#);
            let round = frame(TEXT, text.as_bytes()).repeat(A_ROUND);
            sender.stream.write_all(&round).await.unwrap();
            stage.found.add("sent", A_ROUND as u64);
        }
    }
    let sending = stage.keep_reading(senders);
    let after = (stage.memory_rests(Rest::GivenBack).await, counted(&stage).await);
    drop((reading, sending));
    let (resident, counted) = (after.0.saturating_sub(before.0) as f64, after.1 - before.1);
    stage.found.add("counted KiB", counted as u64);
    stage.found.add("resident KiB", resident as u64);
    let enough = (pairs * MESSAGES * DATA) as f64 / 1024.;
    stage.found.check(Check::must(
        format!("{counted:.0} KiB are kept, at least {enough:.0}"),
        counted >= enough,
    ));
    stage.found.check(Check::at_most("resident KiB", resident, (1.5 * counted).round(), ""));
}

/// KiB that the server counts against `queue-total`.
pub async fn counted(stage: &Stage) -> f64 {
    let page = stage.metrics().await.unwrap_or_default();
    let names = ["switchboard_kept_bytes", "switchboard_unwritten_bytes"];
    names.map(|it| metric(&page, it)).iter().sum::<f64>() / 1024.
}

/// A message of 64 KiB without its last byte.
fn without_its_last_byte() -> Arc<[u8]> {
    let mut message = frame_head(TEXT, LONGEST);
    message.resize(message.len() + LONGEST - 1, b'x');
    message.into()
}

/// The same from two addresses alone. A socket that is closed is opened again at once.
pub async fn unfinished_of_two(stage: Arc<Stage>) {
    let message = without_its_last_byte();
    let mut work = JoinSet::new();
    for n in 0..2 * OF_AN_ADDRESS {
        let (stage, message) = (Arc::clone(&stage), Arc::clone(&message));
        work.spawn(async move {
            for again in 0.. {
                let login = Login::of(format!("slow-{n}.{again}"));
                let Ok(mut socket) = stage.dial.log_in(address(n % 2), &login).await else {
                    stage.found.add("refused", 1);
                    sleep(REFUSED).await;
                    continue;
                };
                if socket.stream.write_all(&message).await.is_ok() {
                    stage.found.add("sent", 1);
                    while socket.next().await.is_ok() {}
                }
                stage.found.add(ENDED, 1);
            }
        });
    }
    let closed = || stage.found.count(ENDED) >= CLOSED;
    stage.until_after_and(stage.lasts.max(CUT), closed, PATIENCE, work).await;
}

/// Messages of 64 KiB of which the last byte does not come.
pub async fn unfinished(stage: Arc<Stage>) {
    let sockets = stage.crowd("slow-", 0, stage.pick(300, 600)).await;
    let message = without_its_last_byte();
    // All of them in the first half, so that the sending itself is no flood.
    let lasts = stage.lasts.max(CUT);
    let pause = stage.lasts / 2 / sockets.len().max(1) as u32;
    let mut work = JoinSet::new();
    for (n, mut socket) in sockets.into_iter().enumerate() {
        let (stage, message) = (Arc::clone(&stage), Arc::clone(&message));
        work.spawn(async move {
            sleep(pause * n as u32).await;
            stage.found.add("connections held", 1);
            if socket.stream.write_all(&message).await.is_err() {
                return stage.found.add(ENDED, 1);
            }
            stage.found.add("sent", 1);
            while socket.next().await.is_ok() {}
            stage.found.add(ENDED, 1);
        });
    }
    stage.until_after(lasts, work).await;
}
