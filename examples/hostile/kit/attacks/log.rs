//! A log at `debug` whose reader has stopped.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

use crate::kit::stage::{Stage, metric, word};
use crate::kit::wire::{Login, address};

/// Those who come and go at a time.
const AT_A_TIME: usize = 4;
/// Time between two logins of each.
const EVERY: Duration = Duration::from_millis(5);
/// Time between two looks whether the log is full.
const LOOK: Duration = Duration::from_millis(100);
/// Lines that did not fit into pipe and queue.
const DROPPED: &str = "switchboard_log_lines_dropped_total";

/// Users who come and go, each of whom is a line or two of the log. The attack begins when the log is full.
pub async fn filled(stage: Arc<Stage>) {
    let mut work = JoinSet::new();
    for first in 0..AT_A_TIME {
        work.spawn(come_and_go(Arc::clone(&stage), first));
    }
    while metric(&stage.metrics().await.unwrap_or_default(), DROPPED) == 0. {
        sleep(LOOK).await;
    }
    stage.until_over(work).await;
}

async fn come_and_go(stage: Arc<Stage>, first: usize) {
    let mut clock = interval(EVERY);
    for n in 0.. {
        clock.tick().await;
        let n = first + n * AT_A_TIME;
        match stage.dial.log_in(address(n), &Login::of(format!("comes-{n}"))).await {
            Ok(socket) => {
                stage.found.add("logins", 1);
                socket.leave().await;
            }
            Err(error) => stage.found.add(&format!("refused: {}", word(&error)), 1),
        }
    }
}
