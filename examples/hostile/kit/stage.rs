//! The stage of an attack: the server, the attack's size and time, and a place for its findings.

use std::collections::BTreeMap;
use std::io;
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use futures_util::stream;
use tokio::io::{AsyncRead, AsyncReadExt};
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;
use tokio::time::{interval, sleep, timeout};

use super::flood::count_answers;
use super::keys::Issuer;
use super::meter::Meter;
use super::outcome::Check;
use super::served::ADMIN_TOKEN;
use super::wire::{Dial, HONEST, Login, Socket, address};

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

    /// The sum of all counts whose names begin with `name`.
    pub fn count(&self, name: &str) -> u64 {
        lock(&self.counts).iter().filter(|(it, _)| it.starts_with(name)).map(|it| it.1).sum()
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
    pub async fn until_over(&self, work: JoinSet<()>) {
        self.until_after(self.lasts, work).await;
    }

    /// The same, in a time of the attack's own.
    pub async fn until_after(&self, lasts: Duration, mut work: JoinSet<()>) {
        self.begins();
        let all = async {
            while let Some(done) = work.join_next().await {
                done.unwrap();
            }
        };
        // Attacks end by their time.
        let _ = timeout(lasts, all).await;
    }

    /// The same, and on until `done` holds, but no longer than `patience` in all.
    pub async fn until_after_and(
        &self,
        lasts: Duration,
        done: impl Fn() -> bool,
        patience: Duration,
        mut work: JoinSet<()>,
    ) {
        self.begins();
        let begin = Instant::now();
        let mut looks = interval(LOOK);
        while begin.elapsed() < lasts || (!done() && begin.elapsed() < patience) {
            tokio::select! {
                Some(done) = work.join_next() => done.unwrap(),
                _ = looks.tick() => {}
            }
        }
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
        let online: Vec<_> = all.into_iter().filter_map(Result::ok).collect();
        self.found.add("online", online.len() as u64);
        online
    }

    /// Reads and counts what comes for these users, until it is dropped.
    pub fn keep_reading(&self, sockets: Vec<Socket>) -> JoinSet<()> {
        let mut all = JoinSet::new();
        for mut socket in sockets {
            let found = Arc::clone(&self.found);
            all.spawn(async move { read_and_count(&mut socket.stream, &found).await });
        }
        all
    }

    /// The page of metrics, asked for by an operator of the honest address.
    pub async fn metrics(&self) -> io::Result<String> {
        metrics(&self.admin).await
    }
}

/// Reads all that comes, until its end, and counts the answers.
pub async fn read_and_count(stream: &mut (impl AsyncRead + Unpin), found: &Found) {
    let mut chunk = vec![0; 4 << 10];
    while let Ok(read @ 1..) = stream.read(&mut chunk).await {
        count_answers(&chunk[..read], found);
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

/// The value of a metric, whose labels are part of the name; 0 if there is none.
pub fn metric(page: &str, name: &str) -> f64 {
    let line = page.lines().find_map(|it| it.strip_prefix(name)?.strip_prefix(' '));
    line.and_then(|it| it.trim().parse().ok()).unwrap_or_default()
}

/// An error in a word or two, so that equal ones count together.
pub fn word(error: &io::Error) -> String {
    let text = error.to_string();
    let code = text.split(r#""code":""#).nth(1).and_then(|it| it.split('"').next());
    code.map_or_else(|| text.split(" (os error").next().unwrap_or(&text).to_owned(), str::to_owned)
}
