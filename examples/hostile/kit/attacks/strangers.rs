//! Users who are asked for a connection by somebody whom they have nothing to do with.

use std::sync::Arc;

use serde_json::json;
use tokio::task::JoinSet;

use crate::kit::flood::{Block, Open};
use crate::kit::stage::Stage;
use crate::kit::wire::{TEXT, frame};

/// Sockets of one address.
const SOCKETS: usize = 10;
/// Users of the crowd who are asked for each time that both of the honest pair are.
const GROUP: usize = 8;

/// Offers to a crowd that reads and never answers, and to the honest pair.
pub async fn ask(stage: Arc<Stage>) {
    let asked = stage.crowd("asked-", 0, stage.pick(80, 400)).await;
    let users: Vec<_> = (0..asked.len()).map(|n| format!("asked-{n}")).collect();
    let reading = stage.keep_reading(asked);
    let pair = ["ana".to_owned(), "bo".to_owned()];
    let groups = users.chunks(GROUP).flat_map(|crowd| crowd.iter().chain(&pair));
    let block = Block::of(&groups.map(|to| offer(to)).collect::<Vec<_>>());
    let mut work = JoinSet::new();
    for n in 0..SOCKETS {
        let open = Open::user(format!("stranger-{n}"));
        work.spawn(Arc::clone(&stage).flood(open, block.clone()));
    }
    stage.until_over(work).await;
    drop(reading);
}

/// An offer for a connection that the user knows nothing of, as the client library writes it.
fn offer(to: &str) -> Vec<u8> {
    let peer = json!({"peer": "unknown", "round": 1});
    let data = json!({"type": "offer", "sdp": "v=0", "switchboard": peer});
    frame(TEXT, json!({"type": "offer", "to": to, "data": data}).to_string().as_bytes())
}
