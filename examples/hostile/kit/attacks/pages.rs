//! Pipelined requests: a connection has always another one ready.

use std::sync::Arc;

use tokio::task::JoinSet;

use crate::kit::flood::{Block, Open};
use crate::kit::stage::Stage;
use crate::kit::wire::ATTACKER;

/// Requests in one write.
const AT_ONCE: usize = 400;

/// `GET /nothing` on a number of connections of one address.
pub async fn pipelined(stage: Arc<Stage>, connections: usize) {
    flood(stage, connections, Open::Plain(ATTACKER), "/nothing").await;
}

/// The same to the admin listener, without a token.
pub async fn to_admin(stage: Arc<Stage>, connections: usize) {
    let open = Open::Admin(stage.admin.clone(), ATTACKER);
    flood(stage, connections, open, "/api/v1/nothing").await;
}

async fn flood(stage: Arc<Stage>, connections: usize, open: Open, path: &str) {
    let request = format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let block = Block::repeated(request.as_bytes(), AT_ONCE);
    let mut work = JoinSet::new();
    for _ in 0..connections {
        work.spawn(Arc::clone(&stage).flood(open.clone(), block.clone()));
    }
    stage.until_over(work).await;
}
