//! Frames that are no messages: pings, and fragments with little content.

use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::task::{JoinSet, yield_now};
use tokio::time::sleep;

use crate::kit::flood::{Block, Open, close_code};
use crate::kit::stage::{Stage, word};
use crate::kit::wire::{
    ATTACKER, FIRST_FRAGMENT, FRAGMENT, LAST_FRAGMENT, Login, PING, Stream, TEXT, frame,
};

/// Sockets of one address.
const SOCKETS: usize = 10;
/// Frames in one write.
const AT_ONCE: usize = 1000;
/// Bad messages in a row that close a socket.
const BAD_MESSAGES: usize = 20;
/// Pause before a login that was refused is tried again.
const REFUSED: Duration = Duration::from_millis(50);
/// Bytes of the fragments of a message: `max-frame`, less those of the last one.
const LONGEST: usize = (64 << 10) - 64;

/// Nothing but empty pings.
pub async fn pings(stage: Arc<Stage>) {
    flood(stage, Block::repeated(&frame(PING, b""), AT_ONCE)).await;
}

/// Nothing but empty pings on sockets that the server has closed, and whose close is never answered.
pub async fn pings_while_closing(stage: Arc<Stage>) {
    let mut work = JoinSet::new();
    for n in 0..SOCKETS {
        let stage = Arc::clone(&stage);
        work.spawn(async move {
            for again in 0.. {
                match stage.dial.log_in(ATTACKER, &Login::of(format!("closing-{n}.{again}"))).await
                {
                    Ok(socket) => ping_behind_the_close(socket.stream, &stage).await,
                    Err(error) => {
                        stage.found.add(&format!("refused: {}", word(&error)), 1);
                        sleep(REFUSED).await;
                    }
                }
            }
        });
    }
    stage.until_over(work).await;
}

/// Has the server close the socket, and sends pings until it takes no more.
async fn ping_behind_the_close(mut stream: Box<dyn Stream>, stage: &Stage) {
    if stream.write_all(&frame(TEXT, b"{}").repeat(BAD_MESSAGES)).await.is_err() {
        return;
    }
    let mut chunk = vec![0; 4 << 10];
    loop {
        let Ok(read @ 1..) = stream.read(&mut chunk).await else { return };
        if let Some(code) = close_code(&chunk[..read]) {
            stage.found.add(&format!("closed with {code}"), 1);
            break;
        }
    }
    let pings = frame(PING, b"").repeat(AT_ONCE);
    while stream.write_all(&pings).await.is_ok() {
        stage.found.add("sent", AT_ONCE as u64);
        yield_now().await;
    }
    stage.found.add("connections ended by the server", 1);
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
