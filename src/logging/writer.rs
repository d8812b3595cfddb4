//! The thread that writes the log, and the bounded queue in front of it.
//!
//! Promises: no thread that logs waits for the reader of the log. Lines keep their order. Lines that do
//! not fit are dropped whole, counted, and reported once the log is read again.

use std::io::{self, ErrorKind, Write};
use std::mem;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use log::{Level, warn};

/// Bytes that may wait to be written. While they are written as many again may wait.
const WAITING_MAX: usize = 1 << 20;
/// The part of it that `debug` and `trace` leave to `info` and above.
const RESERVED: usize = WAITING_MAX / 4;
/// Capacity that a buffer keeps after a burst, in bytes.
const KEPT: usize = 64 << 10;
/// How long the writer waits where standard error is non-blocking and takes nothing.
const PAUSE: Duration = Duration::from_millis(10);

/// Lines between those who log and the thread that writes.
pub(super) struct Queue {
    state: Mutex<State>,
    /// There is something to write.
    arrived: Condvar,
    /// Everything has been written.
    drained: Condvar,
    dropped: AtomicU64,
}

struct State {
    /// Whole lines, each with its end. The bound on bytes bounds the number of lines, too.
    waiting: Vec<u8>,
    is_writing: bool,
    /// Lines that were dropped and not yet reported.
    unreported: u64,
}

impl Queue {
    pub(super) const fn new() -> Self {
        let state = State { waiting: Vec::new(), is_writing: false, unreported: 0 };
        Self {
            state: Mutex::new(state),
            arrived: Condvar::new(),
            drained: Condvar::new(),
            dropped: AtomicU64::new(0),
        }
    }

    /// Has `line` written, or drops it where too much waits.
    pub(super) fn push(&self, level: Level, line: &str) {
        let bound = if level <= Level::Info { WAITING_MAX } else { WAITING_MAX - RESERVED };
        let mut state = self.lock();
        if state.waiting.len() + line.len() + 1 > bound {
            return self.drop_lines(&mut state, 1);
        }
        state.waiting.extend_from_slice(line.as_bytes());
        state.waiting.push(b'\n');
        self.arrived.notify_one();
    }

    /// Lines that were dropped since the start.
    pub(super) fn dropped(&self) -> u64 {
        self.dropped.load(Relaxed)
    }

    /// Waits until everything has been written, at most `patience`.
    pub(super) fn flush(&self, patience: Duration) {
        let has_work = |state: &mut State| state.is_writing || !state.waiting.is_empty();
        // Either way the caller goes on.
        let _ = self.drained.wait_timeout_while(self.lock(), patience, has_work);
    }

    /// Writes to `out` what is pushed, for ever.
    pub(super) fn write_to(&self, mut out: impl Write) -> ! {
        let mut batch = Vec::new();
        loop {
            self.write_batch(&mut batch, &mut out);
        }
    }

    /// Waits for lines and writes them, with `batch` as the buffer.
    fn write_batch(&self, batch: &mut Vec<u8>, out: &mut impl Write) {
        let is_idle = |state: &mut State| state.waiting.is_empty();
        let state = self.arrived.wait_while(self.lock(), is_idle);
        let mut state = state.unwrap_or_else(PoisonError::into_inner);
        mem::swap(&mut state.waiting, batch);
        state.is_writing = true;
        drop(state);

        let lost = write_all(out, batch);
        batch.clear();
        batch.shrink_to(KEPT);

        let mut state = self.lock();
        self.drop_lines(&mut state, lost);
        // Where nothing can be written, the report cannot be either.
        let unreported = if lost == 0 { mem::take(&mut state.unreported) } else { 0 };
        drop(state);
        if unreported > 0 {
            warn!("{unreported} lines were dropped because the log was not read");
        }
        let mut state = self.lock();
        state.is_writing = false;
        if state.waiting.is_empty() {
            self.drained.notify_all();
        }
    }

    fn drop_lines(&self, state: &mut State, lines: u64) {
        state.unreported += lines;
        self.dropped.fetch_add(lines, Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes whole lines; returns the number of those that were not written.
fn write_all(out: &mut impl Write, mut lines: &[u8]) -> u64 {
    while !lines.is_empty() {
        match out.write(lines) {
            Ok(written) if written > 0 => lines = &lines[written..],
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(PAUSE),
            // The reader is gone, or the disk is full.
            Ok(_) | Err(_) => return memchr::memchr_iter(b'\n', lines).count() as u64,
        }
    }
    0
}

/// Starts the thread that writes `queue` to standard error.
pub(super) fn start(queue: &'static Queue) -> io::Result<()> {
    let write = move || queue.write_to(io::stderr());
    thread::Builder::new().name("log".into()).spawn(write).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kilobyte() -> String {
        "x".repeat(1023)
    }

    /// Writes all that waits, and returns it.
    fn written(queue: &Queue) -> String {
        let mut out = Vec::new();
        queue.write_batch(&mut Vec::new(), &mut out);
        String::from_utf8(out).expect("text")
    }

    #[test]
    fn lines_are_written_in_their_order() {
        let queue = Queue::new();
        for (level, line) in [(Level::Debug, "one"), (Level::Error, "two"), (Level::Trace, "three")]
        {
            queue.push(level, line);
        }

        assert_eq!(written(&queue), "one\ntwo\nthree\n");
        queue.flush(Duration::MAX);
    }

    #[test]
    fn what_waits_is_bounded_and_what_is_dropped_is_counted() {
        let queue = Queue::new();
        for _ in 0..2000 {
            queue.push(Level::Error, &kilobyte());
        }

        assert_eq!(queue.dropped(), 2000 - 1024);
        assert_eq!(written(&queue).len(), WAITING_MAX);
    }

    #[test]
    fn debug_lines_leave_room_for_those_that_matter() {
        let queue = Queue::new();
        for _ in 0..2000 {
            queue.push(Level::Debug, &kilobyte());
        }
        let dropped = queue.dropped();

        queue.push(Level::Info, "stopping");

        assert_eq!(queue.dropped(), dropped);
        assert!(written(&queue).ends_with("\nstopping\n"));
    }

    #[test]
    fn lines_that_cannot_be_written_count_as_dropped_and_are_not_reported_to_nobody() {
        struct Gone;
        impl Write for Gone {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(ErrorKind::BrokenPipe.into())
            }

            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let queue = Queue::new();
        queue.push(Level::Info, "one");
        queue.push(Level::Info, "two");

        queue.write_batch(&mut Vec::new(), &mut Gone);

        assert_eq!((queue.dropped(), queue.lock().unreported), (2, 2));
        assert!(queue.lock().waiting.is_empty());
    }

    #[test]
    fn a_flush_ends_although_nobody_reads() {
        let queue = Queue::new();
        queue.push(Level::Info, "one");

        queue.flush(Duration::from_millis(10));

        assert!(!queue.lock().waiting.is_empty());
    }
}
