//! The signals of this process.
//!
//! | signal | what it does |
//! |---|---|
//! | SIGTERM, SIGINT, SIGQUIT | a drain; a second one ends the process at once |
//! | SIGHUP | certificate, keys and secrets are read again |
//! | SIGUSR1, SIGUSR2, SIGALRM | nothing |
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
}

impl Signals {
    /// Needs a tokio runtime.
    pub fn listen() -> io::Result<Self> {
        // A handler stays when its stream is dropped, so these no longer end the process.
        for ignored in
            [SignalKind::user_defined1(), SignalKind::user_defined2(), SignalKind::alarm()]
        {
            drop(signal(ignored)?);
        }
        Ok(Self {
            terminate: signal(SignalKind::terminate())?,
            interrupt: signal(SignalKind::interrupt())?,
            quit: signal(SignalKind::quit())?,
            hang_up: signal(SignalKind::hangup())?,
        })
    }

    /// Waits for a signal to stop.
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
            _ = self.hang_up.recv() => Told::ReadAgain,
        }
    }
}

/// The order that a signal gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// Drain, and end.
    Stop,
    /// Read certificate, keys and secrets again.
    ReadAgain,
}
