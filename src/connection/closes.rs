//! How often the server has closed a socket, and why.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::protocol::Close;

/// The closes of a node since its start, by close code; clones share them. A close that answers the
/// client's own is none of the server's.
#[derive(Clone, Debug, Default)]
pub struct Closes(Arc<Mutex<BTreeMap<u16, u64>>>);

impl Closes {
    /// How many there were of each code that there were any of.
    pub fn by_code(&self) -> BTreeMap<u16, u64> {
        self.counts().clone()
    }

    pub(super) fn count(&self, close: Close) {
        *self.counts().entry(close.code()).or_default() += 1;
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<u16, u64>> {
        // Numbers stay numbers, whatever has panicked.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
