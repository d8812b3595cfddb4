//! Connections that send nothing, opened faster than an address may open them.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::AsyncReadExt;
use tokio::task::JoinSet;
use tokio::time::interval;

use crate::kit::stage::{Stage, word};
use crate::kit::wire::ATTACKER;

/// Time from one connection to the next, whatever has become of the last one.
const EVERY: Duration = Duration::from_millis(10);

/// Opens 100 connections a second, and keeps each until the server ends it.
pub async fn open(stage: Arc<Stage>) {
    let mut work = JoinSet::new();
    let opens = Arc::clone(&stage);
    work.spawn(async move {
        let mut clock = interval(EVERY);
        let mut all = JoinSet::new();
        loop {
            clock.tick().await;
            let stage = Arc::clone(&opens);
            stage.found.add("connections tried", 1);
            all.spawn(async move {
                match stage.dial.tcp(ATTACKER).await {
                    Ok(mut stream) => {
                        stage.found.add("connections opened", 1);
                        let mut chunk = [0; 1024];
                        while let Ok(1..) = stream.read(&mut chunk).await {}
                        stage.found.add("connections ended by the server", 1);
                    }
                    Err(error) => stage.found.add(&format!("refused: {}", word(&error)), 1),
                }
            });
        }
    });
    stage.until_over(work).await;
}
