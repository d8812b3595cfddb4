//! The cost of coming in: TLS handshakes, and logins where many are online.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{interval, sleep};

use crate::kit::stage::{Stage, word};
use crate::kit::wire::{ATTACKER, Login};

/// Handshakes under way at a time.
const AT_A_TIME: usize = 8;
/// Handshakes of each of these, at most.
const HANDSHAKES: usize = 50_000;
/// `new-sockets-per-address` a second.
const LOGIN_EVERY: Duration = Duration::from_millis(20);
/// Time that each of them is online.
const STAY: Duration = Duration::from_millis(500);

/// Handshakes of one address as fast as it can.
pub async fn tls(stage: Arc<Stage>) {
    let mut work = JoinSet::new();
    for _ in 0..AT_A_TIME {
        let stage = Arc::clone(&stage);
        work.spawn(async move {
            for _ in 0..HANDSHAKES {
                match stage.dial.connect(ATTACKER).await {
                    Ok(_) => stage.found.add("handshakes", 1),
                    Err(error) => stage.found.add(&format!("refused: {}", word(&error)), 1),
                }
            }
        });
    }
    stage.until_over(work).await;
}

/// 50 logins a second of one address, where nearly as many are online as are named to each.
/// Each stays for a while, so that all others are told of it.
pub async fn logins(stage: Arc<Stage>) {
    let online = stage.crowd("idle-", 0, stage.pick(150, 900)).await;
    let online = stage.keep_reading(online);
    let mut work = JoinSet::new();
    let comes = Arc::clone(&stage);
    work.spawn(async move {
        let mut clock = interval(LOGIN_EVERY);
        let mut all = JoinSet::new();
        for n in 0.. {
            clock.tick().await;
            let stage = Arc::clone(&comes);
            all.spawn(async move {
                match stage.dial.log_in(ATTACKER, &Login::of(format!("new-{n}"))).await {
                    Ok(mut socket) => {
                        stage.found.add("logins", 1);
                        // It is online although it may have been refused the list.
                        let _ = socket.until("client-list").await;
                        sleep(STAY).await;
                        socket.leave().await;
                    }
                    Err(error) => stage.found.add(&format!("refused: {}", word(&error)), 1),
                }
            });
        }
    });
    stage.until_over(work).await;
    drop(online);
}
