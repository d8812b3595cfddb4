//! What ended sockets: the server, with which code, or the client.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::metrics::kinds;
use crate::protocol::Close;

kinds! {
    /// How a client ended its socket; by the code of its close, as far as codes have a meaning.
    ClientEnd in ClientEndTally:
    Normal = "1000",
    GoingAway = "1001",
    NoCode = "1005",
    /// Any other code.
    Other = "other",
    /// By no close: the stream ended or broke.
    None = "none",
}

impl ClientEnd {
    pub(super) fn of(code: u16) -> Self {
        match code {
            1000 => Self::Normal,
            1001 => Self::GoingAway,
            1005 => Self::NoCode,
            _ => Self::Other,
        }
    }
}

/// What has ended the sockets of a node since its start; clones share it. Each counts once, with
/// whoever was first: a close that answers the other's own is none.
#[derive(Clone, Debug, Default)]
pub struct Closes(Arc<Mutex<Counts>>);

#[derive(Debug, Default)]
struct Counts {
    by_server: BTreeMap<u16, u64>,
    by_client: ClientEndTally,
}

impl Closes {
    /// How many the server has closed with each code that it used.
    pub fn by_code(&self) -> BTreeMap<u16, u64> {
        self.counts().by_server.clone()
    }

    /// How many clients have ended, and how.
    pub fn by_clients(&self) -> ClientEndTally {
        self.counts().by_client
    }

    pub(super) fn count(&self, close: Close) {
        *self.counts().by_server.entry(close.code()).or_default() += 1;
    }

    pub(super) fn count_client(&self, end: ClientEnd) {
        self.counts().by_client.count(end);
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        // Numbers stay numbers, whatever has panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
