//! Frames that are no messages: pings, and fragments without content.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::kit::stage::{Open, Stage};
use crate::kit::wire::{FIRST_FRAGMENT, FRAGMENT, LAST_FRAGMENT, PING, frame};

/// Sockets of one address.
const SOCKETS: usize = 10;
/// Frames in one write.
const AT_ONCE: usize = 1000;

/// Nothing but empty pings.
pub async fn pings(stage: Arc<Stage>) {
    flood(stage, frame(PING, b"").repeat(AT_ONCE)).await;
}

/// A message in a thousand empty fragments.
pub async fn fragments(stage: Arc<Stage>) {
    let mut block = frame(FIRST_FRAGMENT, b"");
    block.extend(frame(FRAGMENT, b"").repeat(AT_ONCE));
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
