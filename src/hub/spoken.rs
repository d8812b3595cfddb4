//! What is said to clients, counted.

use std::sync::{Arc, Mutex, PoisonError};

use crate::metrics::Kind;
use crate::protocol::{ErrorCode, ErrorTally, Said, SaidTally};

/// What was said to connections since the start, replays included. Invariant: as many errors by code
/// as messages of the type `error`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Spoken {
    /// Messages by type.
    pub said: SaidTally,
    /// Bytes of these.
    pub bytes: u64,
    /// Errors by code.
    pub errors: ErrorTally,
}

impl Spoken {
    /// Returns the code of an error.
    pub(super) fn count(&mut self, frame: &str) -> Option<ErrorCode> {
        self.bytes += frame.len() as u64;
        let said = Said::of_frame(frame)?;
        self.said.count(said);
        if said != Said::Error {
            return None;
        }
        let code = ErrorCode::of_frame(frame)?;
        self.errors.count(code);
        Some(code)
    }

    /// Both together.
    pub fn and(mut self, other: Self) -> Self {
        let Self { said, bytes, errors } = other;
        Said::ALL.iter().for_each(|kind| self.said.add(*kind, said.of(*kind)));
        ErrorCode::ALL.iter().for_each(|code| self.errors.add(*code, errors.of(*code)));
        self.bytes += bytes;
        self
    }
}

/// What is said to those whom the hub never hears of; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Refusals(Arc<Mutex<Spoken>>);

impl Refusals {
    /// Counts an `error` message to one of them.
    pub fn count(&self, frame: &str) {
        // Nothing panics while it holds the lock, and if it did the numbers would still be numbers.
        self.0.lock().unwrap_or_else(PoisonError::into_inner).count(frame);
    }

    /// All that was said so far.
    pub fn spoken(&self) -> Spoken {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
