//! `watch`: one message with many names.

use std::sync::Arc;

use serde_json::json;
use tokio::task::JoinSet;

use crate::kit::flood::{Block, Open};
use crate::kit::stage::Stage;
use crate::kit::wire::{Login, TEXT, address, frame};

/// Names in a message of just under 64 KiB.
const OVERSIZED: usize = 8100;
/// Names that one session may watch.
const ALLOWED: usize = 256;

/// 64 KB of names in each message, from a number of sockets of one address.
pub async fn oversized(stage: Arc<Stage>, sockets: usize) {
    let block = Block::one(message("watch", OVERSIZED));
    let mut work = JoinSet::new();
    for n in 0..sockets {
        let open = Open::user(format!("watcher-{n}"));
        work.spawn(Arc::clone(&stage).flood(open, block.clone()));
    }
    stage.until_over(work).await;
}

/// 256 names in each message, watched and no longer watched in turns, from many addresses.
pub async fn from_many_addresses(stage: Arc<Stage>) {
    let block = Block::of(&[message("watch", ALLOWED), message("unwatch", ALLOWED)]);
    let mut work = JoinSet::new();
    for n in 0..stage.pick(60, 1000) {
        let open = Open::User(address(n), Login::of(format!("watcher-{n}")));
        work.spawn(Arc::clone(&stage).flood(open, block.clone()));
    }
    stage.until_over(work).await;
}

/// A frame with this number of different names.
pub fn message(kind: &str, names: usize) -> Vec<u8> {
    let users: Vec<_> = (0..names).map(|n| format!("c{n}")).collect();
    frame(TEXT, json!({"type": kind, "users": users}).to_string().as_bytes())
}
