//! Frames that are no messages: pings, and fragments with little content.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::kit::flood::{Block, Open};
use crate::kit::stage::Stage;
use crate::kit::wire::{FIRST_FRAGMENT, FRAGMENT, LAST_FRAGMENT, PING, frame};

/// Sockets of one address.
const SOCKETS: usize = 10;
/// Frames in one write.
const AT_ONCE: usize = 1000;
/// Bytes of the fragments of a message: `max-frame`, less those of the last one.
const LONGEST: usize = (64 << 10) - 64;

/// Nothing but empty pings.
pub async fn pings(stage: Arc<Stage>) {
    flood(stage, Block::repeated(&frame(PING, b""), AT_ONCE)).await;
}

/// A message in fragments of `size` bytes: a thousand of them, or as many as it may have.
pub async fn fragments(stage: Arc<Stage>, size: usize) {
    let count = AT_ONCE.min(LONGEST / size.max(1));
    let mut all = vec![frame(FIRST_FRAGMENT, b"")];
    all.extend(vec![frame(FRAGMENT, &vec![b' '; size]); count]);
    all.push(frame(LAST_FRAGMENT, br#"{"type":"pong"}"#));
    flood(stage, Block::of(&all)).await;
}

async fn flood(stage: Arc<Stage>, block: Block) {
    let mut work = JoinSet::new();
    for n in 0..SOCKETS {
        let open = Open::user(format!("pings-{n}"));
        work.spawn(Arc::clone(&stage).flood(open, block.clone()));
    }
    stage.until_over(work).await;
}
