//! Floods: the same bytes again and again, and the count of what the server answers.

use std::io;
use std::net::Ipv4Addr;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::select;
use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWriteExt, split};
use tokio::task::yield_now;
use tokio::time::sleep;

use super::stage::{Found, Stage, word};
use super::wire::{ATTACKER, Dial, Login, Stream};

/// Connections that one attack opens, at most.
const CONNECTIONS: usize = 100_000;
/// Pause before a connection that was refused is opened again.
const REFUSED: Duration = Duration::from_millis(2);

/// Bytes that a flood writes at once.
#[derive(Clone)]
pub struct Block {
    bytes: Arc<[u8]>,
    /// Requests, messages or frames in them.
    holds: u64,
}

impl Block {
    /// These bytes, which are one request, message or frame.
    pub fn one(bytes: impl Into<Arc<[u8]>>) -> Self {
        Self { bytes: bytes.into(), holds: 1 }
    }

    /// `one` that many times.
    pub fn repeated(one: &[u8], times: usize) -> Self {
        Self { bytes: one.repeat(times).into(), holds: times as u64 }
    }

    /// All of these, one after the other.
    pub fn of(all: &[Vec<u8>]) -> Self {
        Self { bytes: all.concat().into(), holds: all.len() as u64 }
    }
}

impl Stage {
    /// Opens a connection, writes the same block again after each `pause`, reads all answers.
    /// Does so again when the server ends it.
    pub async fn pace(self: Arc<Self>, open: Open, block: Block, pause: Duration) {
        self.repeat(open, &block, Some(pause)).await;
    }

    /// Opens a connection, writes the same block as fast as the server takes it, reads all answers.
    /// Does so again when the server ends it.
    pub async fn flood(self: Arc<Self>, open: Open, block: Block) {
        self.repeat(open, &block, None).await;
    }

    async fn repeat(&self, open: Open, block: &Block, pause: Option<Duration>) {
        for n in 0..CONNECTIONS {
            match open.again(n).stream(&self.dial).await {
                Ok(stream) => {
                    self.found.add("connections opened", 1);
                    flood(stream, block, pause, &self.found).await;
                }
                Err(error) => {
                    self.found.add(&format!("refused: {}", word(&error)), 1);
                    sleep(REFUSED).await;
                }
            }
        }
    }
}

/// How a flood opens its connections.
#[derive(Clone)]
pub enum Open {
    /// For HTTP, from this address.
    Plain(Ipv4Addr),
    /// As a user, from this address.
    User(Ipv4Addr, Login),
    /// For HTTP, to the admin listener.
    Admin(Dial, Ipv4Addr),
}

impl Open {
    /// A user of the one address of the attacker.
    pub fn user(name: impl Into<String>) -> Self {
        Self::User(ATTACKER, Login::of(name))
    }

    /// The connection number `n`: a user without a token takes a new name, which costs nothing.
    fn again(&self, n: usize) -> Self {
        let mut open = self.clone();
        if let Self::User(_, login @ Login { token: None, .. }) = &mut open {
            login.user.push_str(&format!(".{n}"));
        }
        open
    }

    async fn stream(self, dial: &Dial) -> io::Result<Box<dyn Stream>> {
        match self {
            Self::Plain(from) => dial.connect(from).await,
            Self::User(from, login) => Ok(dial.log_in(from, &login).await?.stream),
            Self::Admin(admin, from) => admin.connect(from).await,
        }
    }
}

/// Answers that are counted, by a piece of their text.
const ANSWERS: [(&[u8], &str); 18] = [
    (b"HTTP/1.1 200", "200"),
    (b"HTTP/1.1 404", "404"),
    (b"HTTP/1.1 401", "401"),
    (b"HTTP/1.1 429", "429"),
    (br#""code":"rate-limited""#, "rate-limited"),
    (br#""code":"not-permitted""#, "not-permitted"),
    (br#""code":"bad-token""#, "bad-token"),
    (br#""code":"bad-message""#, "bad-message"),
    (br#""code":"too-large""#, "too-large"),
    (br#""code":"queue-full""#, "queue-full"),
    (br#""type":"client-list""#, "client-list"),
    (br#""type":"room-joined""#, "room-joined"),
    (br#""type":"room-left""#, "room-left"),
    (br#""type":"presence""#, "presence"),
    (br#""type":"message""#, "message"),
    (br#""type":"offer""#, "offer"),
    (br#""type":"error""#, "error"),
    // The answer to an empty ping.
    (b"\x8a\0", "pong"),
];

/// Counts the answers in a piece of a stream. One that is cut in two is not counted.
pub fn count_answers(got: &[u8], found: &Found) {
    for (piece, name) in ANSWERS {
        found.add(name, memmem::find_iter(got, piece).count() as u64);
    }
}

/// Writes `block` again and again and reads what comes, until the other side ends it.
async fn flood(stream: Box<dyn Stream>, block: &Block, pause: Option<Duration>, found: &Found) {
    let (mut reads, mut writes) = split(stream);
    let write = async {
        while writes.write_all(&block.bytes).await.is_ok() {
            found.add("sent", block.holds);
            match pause {
                Some(pause) => sleep(pause).await,
                // Otherwise nothing is read until the kernel takes no more.
                None => yield_now().await,
            }
        }
        // The server's last words are still to be read.
        std::future::pending::<()>().await;
    };
    let read = async {
        let mut chunk = vec![0; 64 << 10];
        loop {
            let read = reads.read(&mut chunk).await.unwrap_or(0);
            if read == 0 {
                break;
            }
            let got = &chunk[..read];
            count_answers(got, found);
            if let Some(code) = close_code(got) {
                found.add(&format!("closed with {code}"), 1);
                // An attacker does not wait for the end of the closing handshake.
                break;
            }
        }
    };
    select(pin!(write), pin!(read)).await;
    found.add("connections ended by the server", 1);
}

/// The code of a close frame that ends this piece of a stream.
pub fn close_code(got: &[u8]) -> Option<u16> {
    let tail = &got[got.len().saturating_sub(127)..];
    (0..tail.len()).find_map(|at| {
        let [0x88, length, rest @ ..] = &tail[at..] else { return None };
        let code = u16::from_be_bytes(*rest.first_chunk()?);
        (rest.len() == usize::from(*length) && (1000..5000).contains(&code)).then_some(code)
    })
}
