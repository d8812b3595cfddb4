//! The honest pair: two users of one address who talk. A login, `/healthz` and a request of the
//! operator are timed as well.
//!
//! A message leaves every [`EVERY`], in turns, whether or not the last one has arrived. Every
//! [`OFFER_EVERY`]th has the size of an offer. So a server
//! that stands still is seen by every message of that time and not by one alone.

use std::io;
use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use futures_util::future::{join, join4};
use tokio::io::{AsyncWriteExt, ReadHalf, WriteHalf, split};
use tokio::time::{MissedTickBehavior, interval, timeout};

use super::served::ADMIN_TOKEN;
use super::stage::word;
use super::wire::{Dial, HONEST, Login, PATIENCE, Stream, TEXT, frame, in_time, next_text};

/// Time from one message to the next: 83 a second of each user, below the default rate of 100.
pub const EVERY: Duration = Duration::from_millis(6);
/// Messages from one of the size of an offer to the next. Odd, so that both users send some.
const OFFER_EVERY: usize = 17;
/// Bytes of an offer, about.
const OFFER: usize = 8000;
/// Time between two requests of one kind.
const ASKS_EVERY: Duration = Duration::from_millis(100);
/// Wait for messages that are still under way when all is over; requests have [`PATIENCE`].
const LAST_WAIT: Duration = Duration::from_secs(8);

/// One thing that an honest client did.
#[derive(Clone, Debug)]
pub struct Sample {
    pub at: Instant,
    /// The moment in which it was done or given up.
    pub ended: Instant,
    /// Time until it was done; an error says why it never was.
    pub took: Result<Duration, String>,
}

/// All that honest clients did.
#[derive(Debug, Default)]
pub struct Samples {
    pub messages: Vec<Sample>,
    pub logins: Vec<Sample>,
    pub health: Vec<Sample>,
    pub operator: Vec<Sample>,
}

/// Honest clients at work, on a thread of their own.
pub struct Honest {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Samples>,
}

/// The listeners that the clients talk to, and their logins.
#[derive(Clone)]
pub struct Peer {
    pub dial: Dial,
    pub admin: Dial,
    /// The logins of the pair and of a third user, who comes and goes.
    pub logins: [Login; 3],
    pub newcomer: Newcomer,
}

/// How the third user comes.
#[derive(Clone, Copy, Debug)]
pub struct Newcomer {
    pub from: Ipv4Addr,
    pub every: Duration,
    /// The bound of each of its logins.
    pub within: Duration,
}

impl Newcomer {
    /// The logins that are to be seen in this time: half of those that are due, as the first and the last may
    /// fall outside of it.
    pub fn least(&self, lasts: Duration) -> u64 {
        (lasts.as_secs_f64() / self.every.as_secs_f64() / 2.) as u64
    }
}

impl Honest {
    /// Returns when both users are registered.
    pub fn start(peer: Peer) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let (ready, is_ready) = std::sync::mpsc::channel();
        let thread = thread::spawn(move || {
            let runtime = runtime();
            runtime.block_on(async {
                let [first, second] = [&peer.logins[0], &peer.logins[1]];
                let both = join(peer.dial.log_in(HONEST, first), peer.dial.log_in(HONEST, second));
                let (first, second) = both.await;
                let streams = [first.unwrap(), second.unwrap()].map(|it| (it.stream, it.unread));
                ready.send(()).unwrap();
                work(&peer, streams, &stopped).await
            })
        });
        if is_ready.recv().is_err() {
            std::panic::resume_unwind(thread.join().expect_err("it ended before it was ready"));
        }
        Self { stop, thread }
    }

    /// Ends all work, waits for what is under way, and returns what has been.
    pub fn stop(self) -> Samples {
        self.stop.store(true, Relaxed);
        self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

/// One thread's runtime.
pub fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap()
}

async fn work(
    peer: &Peer,
    streams: [(Box<dyn Stream>, Vec<u8>); 2],
    stopped: &AtomicBool,
) -> Samples {
    let talk = Arc::new(Talk::default());
    let mut writers = Vec::new();
    for (stream, unread) in streams {
        let (reads, writes) = split(stream);
        writers.push(writes);
        let talk = Arc::clone(&talk);
        tokio::spawn(async move { talk.listen(reads, unread).await });
    }
    let (logins, health, operator) = (Log::default(), Log::default(), Log::default());
    join4(
        talk.speak(&peer.logins, writers, stopped),
        logins.repeat(peer.newcomer.every, stopped, || log_in(peer)),
        health.repeat(ASKS_EVERY, stopped, || ask(&peer.dial, "/healthz", None)),
        operator
            .repeat(ASKS_EVERY, stopped, || ask(&peer.admin, "/api/v1/stats", Some(ADMIN_TOKEN))),
    )
    .await;
    let begin = Instant::now();
    while talk.is_waiting() && begin.elapsed() < LAST_WAIT {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    Samples {
        messages: talk.samples(),
        logins: logins.take(),
        health: health.take(),
        operator: operator.take(),
    }
}

/// The messages of the pair: when each was sent, and when it arrived.
#[derive(Debug, Default)]
struct Talk {
    messages: Mutex<Vec<(Instant, Option<Instant>)>>,
    ends: Mutex<Vec<String>>,
}

impl Talk {
    async fn speak(
        &self,
        logins: &[Login; 3],
        mut writers: Vec<WriteHalf<Box<dyn Stream>>>,
        stopped: &AtomicBool,
    ) {
        let mut clock = interval(EVERY);
        clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
        while !stopped.load(Relaxed) {
            clock.tick().await;
            let number = lock(&self.messages).len();
            let padding = if number % OFFER_EVERY == OFFER_EVERY - 1 { OFFER } else { 0 };
            let text = format!(
                r#"{{"type":"message","to":"{}","data":["{}",{number}]}}"#,
                logins[1 - number % 2].user,
                "x".repeat(padding)
            );
            lock(&self.messages).push((Instant::now(), None));
            let frame = frame(TEXT, text.as_bytes());
            if let Err(error) = in_time(writers[number % 2].write_all(&frame)).await {
                return self.end(&error);
            }
        }
    }

    async fn listen(&self, mut reads: ReadHalf<Box<dyn Stream>>, mut unread: Vec<u8>) {
        loop {
            match next_text(&mut reads, &mut unread).await {
                Ok(text) => self.hear(&text),
                Err(error) => return self.end(&error),
            }
        }
    }

    fn hear(&self, text: &str) {
        let now = Instant::now();
        if text.contains(r#""type":"error""#) {
            lock(&self.ends).push(text.to_owned());
        }
        if !text.starts_with(r#"{"type":"message""#) {
            return;
        }
        let number = text.trim_end_matches(['}', ']']).rsplit(',').next();
        let number = number.and_then(|it| it.parse::<usize>().ok());
        let mut messages = lock(&self.messages);
        if let Some(message) = number.and_then(|it| messages.get_mut(it)) {
            message.1 = Some(now);
        }
    }

    /// Records the reason why a socket of the pair is over.
    fn end(&self, error: &io::Error) {
        lock(&self.ends).push(word(error));
    }

    fn is_waiting(&self) -> bool {
        lock(&self.ends).is_empty() && lock(&self.messages).iter().any(|it| it.1.is_none())
    }

    fn samples(&self) -> Vec<Sample> {
        let why = lock(&self.ends).first().cloned();
        let why = why.unwrap_or_else(|| "not delivered in time".to_owned());
        let messages = std::mem::take(&mut *lock(&self.messages));
        let now = Instant::now();
        let sample = |(at, arrived): (Instant, Option<Instant>)| Sample {
            at,
            ended: arrived.unwrap_or(now),
            took: arrived.map(|it| it - at).ok_or_else(|| why.clone()),
        };
        messages.into_iter().map(sample).collect()
    }
}

/// The times of a request that is repeated.
#[derive(Debug, Default)]
struct Log(Mutex<Vec<Sample>>);

impl Log {
    async fn repeat<F: Future<Output = io::Result<()>>>(
        &self,
        every: Duration,
        stopped: &AtomicBool,
        ask: impl Fn() -> F,
    ) {
        let mut clock = interval(every);
        clock.set_missed_tick_behavior(MissedTickBehavior::Skip);
        while !stopped.load(Relaxed) {
            clock.tick().await;
            let at = Instant::now();
            let done = timeout(PATIENCE, ask()).await;
            let took = match done {
                Ok(Ok(())) => Ok(at.elapsed()),
                Ok(Err(error)) => Err(word(&error)),
                Err(_) => Err("no answer in time".to_owned()),
            };
            lock(&self.0).push(Sample { at, ended: Instant::now(), took });
        }
    }

    fn take(&self) -> Vec<Sample> {
        std::mem::take(&mut *lock(&self.0))
    }
}

async fn log_in(peer: &Peer) -> io::Result<()> {
    let socket = peer.dial.log_in(peer.newcomer.from, &peer.logins[2]).await?;
    socket.leave().await;
    Ok(())
}

async fn ask(dial: &Dial, path: &str, token: Option<&str>) -> io::Result<()> {
    match dial.get(HONEST, path, token).await? {
        (200, _) => Ok(()),
        (other, _) => Err(io::Error::other(other.to_string())),
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
