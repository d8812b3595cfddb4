//! No attack on the server: the cost of a busy machine to the honest pair.
//!
//! The attacker is as busy as in the other rows, and floods a sink that is as busy as a server.

use std::net::SocketAddr;
use std::sync::Arc;
use std::thread;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::JoinSet;
use tokio::time::timeout;

use crate::kit::flood::{Block, Open};
use crate::kit::honest::runtime;
use crate::kit::stage::Stage;
use crate::kit::wire::{ATTACKER, Dial};

/// Connections to the sink.
const CONNECTIONS: usize = 50;

/// Floods a sink beside the server.
pub async fn busy(stage: Arc<Stage>) {
    let dial = Dial { to: sink(&stage).await, tls: None, receive_buffer: None };
    let block = Block::repeated(b"GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n", 400);
    let mut work = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let open = Open::Admin(dial.clone(), ATTACKER);
        work.spawn(Arc::clone(&stage).flood(open, block.clone()));
    }
    stage.until_over(work).await;
}

/// Starts a thread of ordinary priority that reads all and answers a little.
/// It ends with the attack.
async fn sink(stage: &Stage) -> SocketAddr {
    let (tell, address) = oneshot::channel();
    let lasts = stage.lasts;
    thread::spawn(move || {
        runtime().block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            tell.send(listener.local_addr().unwrap()).unwrap();
            // The end of its time is its end.
            let _ = timeout(lasts, accept(listener)).await;
        });
    });
    address.await.unwrap()
}

async fn accept(listener: TcpListener) {
    let mut connections = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        connections.spawn(answer(stream));
    }
}

async fn answer(mut stream: TcpStream) {
    let mut chunk = vec![0; 16 << 10];
    while let Ok(1..) = stream.read(&mut chunk).await {
        if stream.write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n").await.is_err() {
            return;
        }
    }
}
