//! Frames that are no messages: pings, and fragments with little content.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::kit::stage::{Open, Stage};
use crate::kit::wire::{FIRST_FRAGMENT, FRAGMENT, LAST_FRAGMENT, PING, frame};

/// Sockets of one address.
const SOCKETS: usize = 10;
/// Frames in one write.
const AT_ONCE: usize = 1000;
/// Bytes of the fragments of a message: `max-frame`, less those of the last one.
const LONGEST: usize = (64 << 10) - 64;

/// Nothing but empty pings.
pub async fn pings(stage: Arc<Stage>) {
    flood(stage, frame(PING, b"").repeat(AT_ONCE)).await;
}

/// A message in fragments of `size` bytes: a thousand of them, or as many as it may have.
pub async fn fragments(stage: Arc<Stage>, size: usize) {
    let count = AT_ONCE.min(LONGEST / size.max(1));
    let mut block = frame(FIRST_FRAGMENT, b"");
    block.extend(frame(FRAGMENT, &vec![b' '; size]).repeat(count));
    block.extend(frame(LAST_FRAGMENT, br#"{"type":"pong"}"#));
    flood(stage, block).await;
}

async fn flood(stage: Arc<Stage>, block: Vec<u8>) {
    let block: Arc<[u8]> = block.into();
    let mut work = JoinSet::new();
    for n in 0..SOCKETS {
        let open = Open::user(format!("pings-{n}"));
        work.spawn(Arc::clone(&stage).flood(open, Arc::clone(&block)));
    }
    stage.until_over(work).await;
}
