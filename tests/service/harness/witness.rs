//! What an operator would be alarmed by: lines at `warn` and `error`, and panics of the server.

use std::fmt::Write;
use std::panic;
use std::sync::{Mutex, MutexGuard, Once, PoisonError};

use log::kv::{Error, Key, Value, VisitSource};
use log::{Level, LevelFilter, Log, Metadata, Record};

static ALARMS: Mutex<Vec<String>> = Mutex::new(Vec::new());
/// Each is provoked on purpose: by one test, which looks at it, or by those that fill a node up.
const PROVOKED: [&str; 5] = [
    "`trusted-proxies`",
    "told once for each",
    "the certificate before it",
    "as many sockets as max-sockets allows",
    "as much waits for clients as queue-total allows",
];
static START: Once = Once::new();

fn alarms() -> MutexGuard<'static, Vec<String>> {
    ALARMS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Remembers how many alarms there were when a test began.
pub struct Witness {
    before: usize,
}

impl Witness {
    /// Listens from now on.
    pub fn new() -> Self {
        START.call_once(|| {
            log::set_logger(&Recorder).unwrap();
            log::set_max_level(LevelFilter::Warn);
            record_panics();
        });
        Self { before: alarms().len() }
    }

    /// Alarms since this test began that no test provokes on purpose. Tests run side by side, so
    /// they may be a neighbour's.
    pub fn heard(&self) -> Vec<String> {
        let is_provoked = |line: &&String| PROVOKED.iter().any(|words| line.contains(words));
        alarms()[self.before..].iter().filter(|line| !is_provoked(line)).cloned().collect()
    }

    /// Alarms since this test began with these words of [`PROVOKED`].
    pub fn heard_provoked(&self, words: &str) -> Vec<String> {
        assert!(PROVOKED.contains(&words), "{words}");
        alarms()[self.before..].iter().filter(|line| line.contains(words)).cloned().collect()
    }
}

struct Recorder;

impl Log for Recorder {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        // The program's own log silences it: it tells what strangers send.
        let target = metadata.target();
        let is_of_strangers = ["actix_http", "rustls"].iter().any(|it| target.starts_with(it));
        metadata.level() <= Level::Warn && !is_of_strangers
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let mut line = format!("{} {} {}", record.level(), record.target(), record.args());
            // Only a visitor that fails makes this fail.
            let _ = record.key_values().visit(&mut Fields(&mut line));
            alarms().push(line);
        }
    }

    fn flush(&self) {}
}

struct Fields<'a>(&'a mut String);

impl<'kvs> VisitSource<'kvs> for Fields<'_> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
        write!(self.0, " {key}={value}")?;
        Ok(())
    }
}

/// A panic in an actor ends that socket alone and would otherwise go unseen.
fn record_panics() {
    let usual = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        let thread = std::thread::current();
        if thread.name().is_some_and(|name| name.starts_with("actix")) {
            alarms().push(format!("PANIC {info}"));
        }
        usual(info);
    }));
}
