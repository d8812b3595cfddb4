//! The log: one event a line on standard error.
//!
//! A thread of its own writes it, so that no thread that logs waits for the reader ([`writer`]).
//!
//! Promises: each line begins with its time and is about one event, whatever clients and panics put
//! into it ([`line`]). What is logged at which level is each module's own business; the secrecy of
//! what it is told is that of the types that hold it.

mod line;
mod seldom;
mod writer;

use std::any::Any;
use std::io;
use std::panic;
use std::str::FromStr;
use std::thread;
use std::time::Duration;

use env_logger::{Builder, Logger};
use jiff::Timestamp;
use log::{Level, LevelFilter, Log, Metadata, Record, error, warn};

pub use seldom::Seldom;

use crate::config::LogFormat;
use writer::Queue;

/// What is logged: a level, and levels of single modules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    level: LevelFilter,
    modules: Vec<(String, LevelFilter)>,
}

/// Text that is no filter; a sentence for the operator.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "log cannot be {0:?}; it takes error, warn, info, debug, trace or off, and module=level, \
     with commas in between"
)]
pub struct BadFilter(String);

impl Default for Filter {
    /// `info`, without what the libraries below say.
    fn default() -> Self {
        Self {
            level: LevelFilter::Info,
            modules: vec![
                // They log what strangers send at `error` and `warn`; for us that is their doing, not news.
                ("actix_http".into(), LevelFilter::Off),
                ("rustls".into(), LevelFilter::Off),
                // It logs its own start and stop at `info`, next to ours.
                ("actix_server".into(), LevelFilter::Warn),
            ],
        }
    }
}

impl FromStr for Filter {
    type Err = BadFilter;

    /// Changes to the default: `debug`, `switchboard::hub=trace`, or several with commas.
    fn from_str(text: &str) -> Result<Self, BadFilter> {
        let level = |word: &str| word.trim().parse().map_err(|_| BadFilter(text.into()));
        let mut filter = Self::default();
        for part in text.split(',').filter(|part| !part.trim().is_empty()) {
            match part.split_once('=') {
                Some((module, word)) => filter.modules.push((module.trim().into(), level(word)?)),
                None => filter.level = level(part)?,
            }
        }
        Ok(filter)
    }
}

/// Lines on their way to standard error. One for the process, as standard error is.
static QUEUE: Queue = Queue::new();

/// How long the end of the process waits for the reader of the log.
const FLUSH_AT_END: Duration = Duration::from_secs(1);
/// How long a panic waits for it, which may be the last thing that the process does.
const FLUSH_AT_PANIC: Duration = Duration::from_millis(100);

/// The log of this process. When it is dropped, what waits is written, within a second.
#[must_use = "the last lines of the log are lost without it"]
#[derive(Debug)]
pub struct Running(());

impl Drop for Running {
    fn drop(&mut self) {
        QUEUE.flush(FLUSH_AT_END);
    }
}

/// Starts the log of this process. Once; a second call changes nothing. Fails where the system
/// gives no thread.
pub fn start(filter: &Filter, format: LogFormat) -> io::Result<Running> {
    let mut builder = Builder::new();
    builder.filter_level(filter.level);
    for (module, level) in &filter.modules {
        builder.filter_module(module, *level);
    }
    let filter = builder.build();
    let level = filter.filter();
    // It fails only where a log runs already.
    if log::set_boxed_logger(Box::new(Lines { filter, format })).is_ok() {
        writer::start(&QUEUE)?;
        log::set_max_level(level);
    }
    // The usual report of a panic is several lines that no program can tell from others.
    panic::set_hook(Box::new(|report| {
        let place = report.location().map(ToString::to_string).unwrap_or_default();
        let thread = thread::current();
        let thread = thread.name().unwrap_or("-");
        error!(place, thread; "a defect: {}", words(report.payload()));
        QUEUE.flush(FLUSH_AT_PANIC);
    }));
    Ok(Running(()))
}

/// Writes `line` to standard error as it is, behind the log, whatever its filter says.
pub fn print(line: &str) {
    QUEUE.push(Level::Error, line);
}

/// Lines that were dropped because nobody read the log, since the start.
pub fn dropped_lines() -> u64 {
    QUEUE.dropped()
}

/// Turns records that pass the filter into lines, except what a library says twice a second.
struct Lines {
    filter: Logger,
    format: LogFormat,
}

/// Where the listener says that a connection cannot be accepted, as when descriptors have run out. It
/// pauses half a second and tries again.
const ACCEPTING: &str = "actix_server::accept";

impl Log for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        self.filter.enabled(metadata)
    }

    fn log(&self, record: &Record<'_>) {
        static TOLD: Seldom = Seldom::new();
        if !self.filter.matches(record) {
            return;
        }
        if record.target() == ACCEPTING && record.level() == Level::Error {
            if TOLD.is_due() {
                warn!(reason:% = record.args(); "connections wait to be accepted");
            }
            return;
        }
        // To the millisecond.
        let time = format!("{:.3}", Timestamp::now());
        QUEUE.push(record.level(), &line::line(self.format, &time, record));
    }

    fn flush(&self) {
        QUEUE.flush(FLUSH_AT_END);
    }
}

fn words(payload: &dyn Any) -> &str {
    let text = payload.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| payload.downcast_ref::<&str>().copied()).unwrap_or("a panic without words")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_changes_the_default_and_keeps_the_rest_of_it() {
        let filter: Filter = "debug, switchboard::hub=trace".parse().unwrap();

        assert_eq!(filter.level, LevelFilter::Debug);
        assert!(filter.modules.contains(&("actix_http".into(), LevelFilter::Off)));
        assert!(filter.modules.contains(&("switchboard::hub".into(), LevelFilter::Trace)));
    }

    #[test]
    fn what_is_no_level_is_refused_and_named() {
        for bad in ["loud", "switchboard", "switchboard=loud", "info,hub=1=2"] {
            assert_eq!(bad.parse::<Filter>(), Err(BadFilter(bad.into())));
        }
    }
}
