//! Memory that the sockets of a node hold together, as `queue-total` counts it.

use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// Bytes that all sockets of a node hold, in both directions. Shared by the threads of the node.
#[derive(Debug, Default)]
pub struct SocketMemory {
    unwritten: AtomicUsize,
    incoming: AtomicUsize,
}

impl SocketMemory {
    /// Bytes delivered to connections and not written yet, each message with
    /// [`UNWRITTEN_COST`](crate::domain::UNWRITTEN_COST).
    pub fn unwritten(&self) -> usize {
        self.unwritten.load(Relaxed)
    }

    /// Bytes that were read and not handled yet: messages that are not whole, and whole ones on
    /// their way to the hub.
    pub fn incoming(&self) -> usize {
        self.incoming.load(Relaxed)
    }

    /// Both.
    pub fn total(&self) -> usize {
        self.unwritten() + self.incoming()
    }

    /// One connection held `before` bytes of incoming messages and holds `now`.
    pub fn incoming_changed(&self, before: usize, now: usize) {
        if now >= before {
            self.incoming.fetch_add(now - before, Relaxed);
        } else {
            self.incoming.fetch_sub(before - now, Relaxed);
        }
    }

    pub(super) fn add_unwritten(&self, bytes: usize) {
        self.unwritten.fetch_add(bytes, Relaxed);
    }

    pub(super) fn subtract_unwritten(&self, bytes: usize) {
        self.unwritten.fetch_sub(bytes, Relaxed);
    }
}
