//! The stage of an attack: the server, the attack's size and time, and a place for its findings.

use std::collections::BTreeMap;
use std::io;
use std::net::Ipv4Addr;
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::future::select;
use futures_util::stream;
use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWriteExt, split};
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use super::keys::Issuer;
use super::meter::Meter;
use super::outcome::Check;
use super::served::ADMIN_TOKEN;
use super::wire::{ATTACKER, Dial, HONEST, Login, Socket, Stream, address};

/// Time in which memory has to stay the same to be at rest.
const AT_REST: Duration = Duration::from_millis(400);
/// Time for memory to come to rest.
const PATIENCE: Duration = Duration::from_secs(8);
/// Time between two looks at memory.
const LOOK: Duration = Duration::from_millis(10);
/// A change that counts as none, in KiB.
const SLACK: u64 = 64;
/// Connections opened at a time.
const AT_A_TIME: usize = 25;
/// Connections that one attack opens, at most.
const CONNECTIONS: usize = 100_000;
/// Pause before a connection that was refused is opened again.
const REFUSED: Duration = Duration::from_millis(2);

/// How memory moves before it is at rest.
#[derive(Clone, Copy, Debug)]
pub enum Rest {
    /// It becomes less, as the allocator gives back what is free.
    GivenBack,
    /// It grows.
    AtItsPeak,
}

/// How large an attack is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Size {
    /// For a test of a second or two.
    Small,
    /// As in the table of docs/security.md.
    Full,
}

/// One attack on one server, as the attack sees it.
pub struct Stage {
    pub dial: Dial,
    pub admin: Dial,
    pub issuer: Option<Issuer>,
    pub process: u32,
    pub size: Size,
    pub lasts: Duration,
    pub began: UnboundedSender<Instant>,
    pub found: Arc<Found>,
}

/// Answers that an attack got and bounds that it looked at, shared with the runner.
#[derive(Debug, Default)]
pub struct Found {
    counts: Mutex<BTreeMap<String, u64>>,
    checks: Mutex<Vec<Check>>,
}

impl Found {
    /// Adds to a count of the report.
    pub fn add(&self, name: &str, count: u64) {
        if count > 0 {
            *lock(&self.counts).entry(name.to_owned()).or_default() += count;
        }
    }

    /// One count; 0 if nothing was added.
    pub fn count(&self, name: &str) -> u64 {
        lock(&self.counts).get(name).copied().unwrap_or_default()
    }

    pub fn counts(&self) -> BTreeMap<String, u64> {
        lock(&self.counts).clone()
    }

    /// Adds a bound of the row that the attack itself has looked at.
    pub fn check(&self, check: Check) {
        lock(&self.checks).push(check);
    }

    pub fn checks(&self) -> Vec<Check> {
        lock(&self.checks).clone()
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Stage {
    /// The number for this size.
    pub fn pick<T>(&self, small: T, full: T) -> T {
        match self.size {
            Size::Small => small,
            Size::Full => full,
        }
    }

    /// The set-up is done: from now on the honest pair's times count as `during`.
    pub fn begins(&self) {
        // The runner gives up only when it has an error of its own to report.
        let _ = self.began.send(Instant::now());
    }

    /// Does all of `work` until the attack's time is over, then drops it.
    pub async fn until_over(&self, mut work: JoinSet<()>) {
        self.begins();
        let all = async {
            while let Some(done) = work.join_next().await {
                done.unwrap();
            }
        };
        // Attacks end by their time.
        let _ = timeout(self.lasts, all).await;
    }

    /// Waits until the server's memory stays as it is, for a few seconds at most; in KiB.
    pub async fn memory_rests(&self, rest: Rest) -> u64 {
        let (meter, begin) = (Meter::of(self.process), Instant::now());
        let (mut extreme, mut since) = (meter.resident(), Instant::now());
        while since.elapsed() < AT_REST && begin.elapsed() < PATIENCE {
            sleep(LOOK).await;
            let resident = meter.resident();
            let moved = match rest {
                Rest::GivenBack => resident + SLACK < extreme,
                Rest::AtItsPeak => resident > extreme + SLACK,
            };
            if moved {
                (extreme, since) = (resident, Instant::now());
            }
        }
        meter.resident()
    }

    /// `count` users called `prefix` and a number, each from an address of its own.
    pub async fn crowd(&self, prefix: &str, first: usize, count: usize) -> Vec<Socket> {
        self.crowd_of(count, |n| (address(first + n), Login::of(format!("{prefix}{n}")))).await
    }

    /// `count` users with these addresses and logins.
    pub async fn crowd_of(
        &self,
        count: usize,
        which: impl Fn(usize) -> (Ipv4Addr, Login),
    ) -> Vec<Socket> {
        let all = (0..count).map(|n| {
            let ((from, login), dial) = (which(n), self.dial.clone());
            async move { dial.log_in(from, &login).await }
        });
        let all: Vec<_> = stream::iter(all).buffered(AT_A_TIME).collect().await;
        let refused = all.iter().filter_map(|it| it.as_ref().err()).map(io::Error::to_string);
        for why in refused {
            self.found.add(&format!("set-up refused: {why}"), 1);
        }
        all.into_iter().filter_map(Result::ok).collect()
    }

    /// Reads and forgets what comes for these users, until it is dropped.
    pub fn keep_reading(&self, sockets: Vec<Socket>) -> JoinSet<()> {
        let mut all = JoinSet::new();
        for mut socket in sockets {
            all.spawn(async move {
                let mut chunk = vec![0; 4 << 10];
                while let Ok(1..) = socket.stream.read(&mut chunk).await {}
            });
        }
        all
    }

    /// The page of metrics, asked for by an operator of the honest address.
    pub async fn metrics(&self) -> io::Result<String> {
        metrics(&self.admin).await
    }

    /// Opens a connection, writes the same block again after each `pause`, reads all answers.
    /// Does so again when the server ends it.
    pub async fn pace(self: Arc<Self>, open: Open, block: Arc<[u8]>, pause: Duration) {
        self.repeat(open, &block, Some(pause)).await;
    }

    /// Opens a connection, writes the same block as fast as the server takes it, reads all answers.
    /// Does so again when the server ends it.
    pub async fn flood(self: Arc<Self>, open: Open, block: Arc<[u8]>) {
        self.repeat(open, &block, None).await;
    }

    async fn repeat(&self, open: Open, block: &[u8], pause: Option<Duration>) {
        for n in 0..CONNECTIONS {
            match open.again(n).stream(&self.dial).await {
                Ok(stream) => flood(stream, block, pause, &self.found).await,
                Err(error) => {
                    self.found.add(&format!("refused: {}", word(&error)), 1);
                    sleep(REFUSED).await;
                }
            }
        }
    }
}

/// The page of metrics.
pub async fn metrics(admin: &Dial) -> io::Result<String> {
    let (status, page) = admin.get(HONEST, "/metrics", Some(ADMIN_TOKEN)).await?;
    match status {
        200 => Ok(page),
        other => Err(io::Error::other(format!("/metrics answers {other}"))),
    }
}

/// The value of a metric without labels.
pub fn metric(page: &str, name: &str) -> f64 {
    let line = page.lines().find_map(|it| it.strip_prefix(name)?.strip_prefix(' '));
    line.and_then(|it| it.trim().parse().ok()).unwrap_or_default()
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
const ANSWERS: [(&str, &str); 8] = [
    ("HTTP/1.1 404", "404"),
    ("HTTP/1.1 401", "401"),
    ("HTTP/1.1 429", "429"),
    (r#""code":"rate-limited""#, "rate-limited"),
    (r#""code":"not-permitted""#, "not-permitted"),
    (r#""code":"bad-token""#, "bad-token"),
    (r#""code":"bad-message""#, "bad-message"),
    (r#""code":"too-large""#, "too-large"),
];

/// Writes `block` again and again and reads what comes, until the other side ends it.
async fn flood(stream: Box<dyn Stream>, block: &[u8], pause: Option<Duration>, found: &Found) {
    let (mut reads, mut writes) = split(stream);
    let write = async {
        while writes.write_all(block).await.is_ok() {
            found.add("bytes sent", block.len() as u64);
            if let Some(pause) = pause {
                sleep(pause).await;
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
            for (piece, name) in ANSWERS {
                found.add(name, memmem::find_iter(got, piece).count() as u64);
            }
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
fn close_code(got: &[u8]) -> Option<u16> {
    let tail = &got[got.len().saturating_sub(127)..];
    (0..tail.len()).find_map(|at| {
        let [0x88, length, rest @ ..] = &tail[at..] else { return None };
        let code = u16::from_be_bytes(*rest.first_chunk()?);
        (rest.len() == usize::from(*length) && (1000..5000).contains(&code)).then_some(code)
    })
}

/// An error in a word or two, so that equal ones count together.
pub fn word(error: &io::Error) -> String {
    let text = error.to_string();
    let code = text.split(r#""code":""#).nth(1).and_then(|it| it.split('"').next());
    code.map_or_else(|| text.split(" (os error").next().unwrap_or(&text).to_owned(), str::to_owned)
}
