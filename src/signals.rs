//! The signals of this process.
//!
//! | signal | what it does |
//! |---|---|
//! | SIGTERM, SIGINT, SIGQUIT | a drain; a second one ends the process at once |
//! | SIGPWR, SIGXCPU | a drain |
//! | SIGHUP | certificate, keys and secrets are read again |
//! | SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGSTKFLT, SIGXFSZ, real-time signals | nothing |
//!
//! SIGPIPE is ignored by Rust's runtime. All others do what the system makes of them.

use std::io;

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The signals that are answered, from the moment this is made until the process ends.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    quit: Signal,
    hang_up: Signal,
    power_fails: Signal,
    cpu_time_is_over: Signal,
}

impl Signals {
    /// Needs a tokio runtime.
    pub fn listen() -> io::Result<Self> {
        // A handler stays when its stream is dropped, so these no longer end the process.
        for ignored in ignored() {
            drop(signal(ignored)?);
        }
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            hang_up: signal(SignalKind::hangup())?,
            power_fails: signal(SignalKind::from_raw(libc::SIGPWR))?,
            cpu_time_is_over: signal(SignalKind::from_raw(libc::SIGXCPU))?,
        })
    }

    /// Waits for a signal to stop. The system repeats SIGXCPU for each further second of processor
    /// time, and a UPS may repeat SIGPWR: neither is an order to end at once.
    pub async fn stop(&mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            _ = self.quit.recv() => {}
        }
    }

    /// Waits for the next signal.
    pub async fn next(&mut self) -> Told {
        tokio::select! {
            _ = self.terminate.recv() => Told::Stop,
            _ = self.interrupt.recv() => Told::Stop,
            _ = self.quit.recv() => Told::Stop,
            _ = self.power_fails.recv() => Told::Stop,
            _ = self.cpu_time_is_over.recv() => Told::Stop,
            _ = self.hang_up.recv() => Told::ReadAgain,
        }
    }
}

/// Signals that would end the process and mean nothing to it. SIGXFSZ is one of them: with a handler
/// the write past the limit (`ulimit -f`) fails, and the lines of the log are dropped and counted.
fn ignored() -> impl Iterator<Item = SignalKind> {
    let named = [
        libc::SIGUSR1,
        libc::SIGUSR2,
        libc::SIGALRM,
        libc::SIGVTALRM,
        libc::SIGPROF,
        libc::SIGIO,
        libc::SIGSTKFLT,
        libc::SIGXFSZ,
    ];
    named.into_iter().chain(libc::SIGRTMIN()..=libc::SIGRTMAX()).map(SignalKind::from_raw)
}

/// The order that a signal gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Drain, and end.
    Stop,
    /// Read certificate, keys and secrets again.
    ReadAgain,
}
