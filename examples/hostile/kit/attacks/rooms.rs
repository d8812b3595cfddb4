//! `list`, and `join` and `leave` in a loop, at the limit of the rate and beyond.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;

use crate::kit::flood::{Block, Open};
use crate::kit::stage::Stage;
use crate::kit::wire::{TEXT, frame};

/// Sockets of one address.
const SOCKETS: usize = 50;
/// Members that a room may have.
const MEMBERS: usize = 16;

/// Pages of all who are online, at a rate from each socket or as fast as it can.
pub async fn list(stage: Arc<Stage>, a_second: Option<u32>) {
    let online = stage.crowd("idle-", 0, stage.pick(80, 400)).await;
    let idle = stage.keep_reading(online);
    let block = Block::one(frame(TEXT, br#"{"type":"list"}"#));
    let blocks = vec![block; SOCKETS];
    send(&stage, blocks, a_second).await;
    drop(idle);
}

/// Rooms of 16 that all of them join and leave, at a rate or as fast as they can.
pub async fn join(stage: Arc<Stage>, a_second: Option<u32>) {
    let blocks = (0..SOCKETS).map(|n| {
        let messages = ["join", "leave"].map(|kind| {
            let room = n / MEMBERS;
            frame(TEXT, format!(r#"{{"type":"{kind}","room":"room-{room}"}}"#).as_bytes())
        });
        Block::of(&messages)
    });
    let blocks = blocks.collect();
    send(&stage, blocks, a_second).await;
}

/// One socket for each block.
async fn send(stage: &Arc<Stage>, blocks: Vec<Block>, a_second: Option<u32>) {
    let mut work = JoinSet::new();
    for (n, block) in blocks.into_iter().enumerate() {
        let open = Open::user(format!("guest-{n}"));
        let stage = Arc::clone(stage);
        match a_second {
            Some(times) => {
                work.spawn(stage.pace(open, block, Duration::from_secs(1) / times));
            }
            None => {
                work.spawn(stage.flood(open, block));
            }
        }
    }
    stage.until_over(work).await;
}
