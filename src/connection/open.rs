//! How many sockets are open.
//!
//! The listener forgets a socket when it has been handed over, so a drain that waits for the last
//! one counts here. Exact whatever ends a connection: the count goes up and down with a value.

use tokio::sync::watch;

use crate::hub::Seat;

/// The count of a node's open sockets; clones share it.
#[derive(Clone, Debug, Default)]
pub struct OpenSockets(watch::Sender<Sockets>);

#[derive(Debug, Default)]
struct Sockets {
    open: usize,
    /// Since the start.
    opened: u64,
}

impl OpenSockets {
    /// Counts one socket until the returned value is dropped.
    #[must_use]
    pub fn enter(&self) -> OpenSocket {
        self.0.send_modify(|sockets| {
            sockets.open += 1;
            sockets.opened += 1;
        });
        OpenSocket(self.clone())
    }

    /// Sockets that are open now.
    pub fn count(&self) -> usize {
        self.0.borrow().open
    }

    /// Sockets that were ever opened.
    pub fn opened(&self) -> u64 {
        self.0.borrow().opened
    }

    /// Waits until no socket is open.
    pub async fn none_left(&self) {
        // An error would mean that the sender is gone, and it is borrowed here.
        let _ = self.0.subscribe().wait_for(|sockets| sockets.open == 0).await;
    }
}

/// One open socket, as long as it lives.
#[derive(Debug)]
pub struct OpenSocket(OpenSockets);

impl Seat for OpenSocket {}

impl Drop for OpenSocket {
    fn drop(&mut self) {
        self.0.0.send_modify(|sockets| sockets.open = sockets.open.saturating_sub(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_wait_for_none_left_ends_with_the_last_socket() {
        let open = OpenSockets::default();
        let (first, second) = (open.enter(), open.enter());
        assert_eq!(open.count(), 2);

        drop(first);
        let mut wait = Box::pin(open.none_left());
        assert!(futures_util::poll!(&mut wait).is_pending());
        drop(second);

        wait.await;
        assert_eq!(open.count(), 0);
    }
}
