//! Many who come and go at once, and as many who watch them.

use std::sync::Arc;

use tokio::io::AsyncWriteExt;
use tokio::task::JoinSet;

use super::watch;
use crate::kit::stage::Stage;
use crate::kit::wire::{Login, address};

/// Watchers of one address in the set-up, which `new-sockets-per-address` lets in at once.
const AN_ADDRESS: usize = 40;
/// The first address of those who come and go.
const FAR: usize = 10_000;

/// Users who come and go all at once, again and again, watched by as many as an address may hold.
pub async fn come_and_go(stage: Arc<Stage>) {
    let (users, watchers) = stage.pick((64, 150), (256, 4500));
    let which = |n| (address(n / AN_ADDRESS), Login::of(format!("watcher-{n}")));
    let mut online = stage.crowd_of(watchers, which).await;
    let message = watch::message("watch", users);
    for watcher in &mut online {
        watcher.stream.write_all(&message).await.unwrap();
    }
    let watching = stage.keep_reading(online);
    let mut work = JoinSet::new();
    let again = Arc::clone(&stage);
    work.spawn(async move {
        loop {
            let there = again.crowd("c", FAR, users).await;
            again.found.add("came and went", there.len() as u64);
        }
    });
    stage.until_over(work).await;
    drop(watching);
}
