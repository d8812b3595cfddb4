//! Memory that the sockets of a node hold together, as `queue-total` counts it.

use std::cmp;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Bytes of an unfinished message that a client may always send, even when there is no room for
/// more. Offers and answers fit: those of a browser have 6 to 12 kB.
pub const ALWAYS_READ: usize = 16 << 10;

/// Memory of as much, in a buffer that is a quarter larger. It is in the sum of each socket, so it
/// takes no room from others.
pub const ALWAYS_HELD: usize = ALWAYS_READ / 4 * 5 + 256;

/// Bytes that all sockets of a node hold, in both directions. Shared by the threads of the node.
#[derive(Debug, Default)]
pub struct SocketMemory {
    unwritten: AtomicUsize,
    incoming: AtomicUsize,
    /// Bytes of `incoming`, without what each client may always send of a message that is not whole.
    crowding: AtomicUsize,
    /// The part of `crowding` that is not whole, by address. Only addresses that have any are in it.
    of_addresses: Mutex<HashMap<IpAddr, usize>>,
    /// The part of `unwritten` of each address that has connections.
    unwritten_of: Mutex<HashMap<IpAddr, Arc<AtomicUsize>>>,
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

    /// Bytes that count against `queue-total`: those not written, and what takes room from others. What each
    /// client may always send is part of the sum of each socket. If it counted here, too, some hundred
    /// clients that do not finish their messages would have those of all others refused.
    pub fn counted(&self) -> usize {
        self.unwritten() + self.crowding()
    }

    /// One connection held `before` bytes of incoming messages and holds `now`.
    pub fn incoming_changed(&self, before: usize, now: usize) {
        change(&self.incoming, before, now);
        change(&self.crowding, before, now);
    }

    /// Bytes of incoming messages that take room from others: all but the first [`ALWAYS_HELD`] of
    /// what each client has sent of a message that is not whole.
    pub fn crowding(&self) -> usize {
        self.crowding.load(Relaxed)
    }

    /// Like [`SocketMemory::incoming_changed`], for messages that are not whole. What is over
    /// [`ALWAYS_HELD`] counts for the address of the client as well, if it is known.
    pub fn held_changed(&self, address: Option<IpAddr>, before: usize, now: usize) {
        change(&self.incoming, before, now);
        let [before, now] = [before, now].map(|held| held.saturating_sub(ALWAYS_HELD));
        change(&self.crowding, before, now);
        let Some(address) = address.filter(|_| before != now) else { return };
        let mut of_addresses = self.of_addresses();
        let held = of_addresses.entry(address).or_default();
        *held = (*held + now).saturating_sub(before);
        if *held == 0 {
            of_addresses.remove(&address);
        }
    }

    /// The part of [`SocketMemory::crowding`] that clients of this address have not sent whole.
    pub fn held_by(&self, address: IpAddr) -> usize {
        self.of_addresses().get(&address).copied().unwrap_or_default()
    }

    fn of_addresses(&self) -> MutexGuard<'_, HashMap<IpAddr, usize>> {
        lock(&self.of_addresses)
    }

    /// The count of bytes that wait for sockets of this address, for a connection to share until
    /// [`SocketMemory::forget_unwritten_of`].
    pub(super) fn unwritten_of(&self, address: IpAddr) -> Arc<AtomicUsize> {
        lock(&self.unwritten_of).entry(address).or_default().clone()
    }

    /// Gives `count` back. The last connection of an address that does so has it forgotten.
    pub(super) fn forget_unwritten_of(&self, address: IpAddr, count: Arc<AtomicUsize>) {
        let mut unwritten_of = lock(&self.unwritten_of);
        drop(count);
        if unwritten_of.get(&address).is_some_and(|it| Arc::strong_count(it) == 1) {
            unwritten_of.remove(&address);
        }
    }

    pub(super) fn add_unwritten(&self, bytes: usize) {
        self.unwritten.fetch_add(bytes, Relaxed);
    }

    pub(super) fn subtract_unwritten(&self, bytes: usize) {
        self.unwritten.fetch_sub(bytes, Relaxed);
    }
}

/// Nothing panics while it holds the lock, and if it did the numbers would still be numbers.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn change(bytes: &AtomicUsize, before: usize, now: usize) {
    // Most of them change nothing, and an atomic operation takes as long for that.
    match now.cmp(&before) {
        cmp::Ordering::Greater => drop(bytes.fetch_add(now - before, Relaxed)),
        cmp::Ordering::Less => drop(bytes.fetch_sub(before - now, Relaxed)),
        cmp::Ordering::Equal => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_holds_what_its_clients_hold_and_is_forgotten_with_the_last_of_it() {
        let memory = SocketMemory::default();
        let [one, other] = [[10, 0, 0, 1], [10, 0, 0, 2]].map(IpAddr::from);
        let much = |over: usize| ALWAYS_HELD + over;
        memory.held_changed(Some(one), 0, much(100));
        memory.held_changed(Some(one), 0, much(20));
        memory.held_changed(Some(one), 0, much(0));
        memory.held_changed(Some(other), 0, much(3));
        memory.held_changed(None, 0, much(4));
        memory.incoming_changed(0, 5);
        assert_eq!([one, other].map(|it| memory.held_by(it)), [120, 3]);
        assert_eq!(memory.crowding(), 132);
        assert_eq!(memory.counted(), 132, "what each may always send takes no room from others");
        assert_eq!(memory.incoming(), 132 + 5 * ALWAYS_HELD);

        memory.held_changed(Some(one), much(100), much(50));
        memory.held_changed(Some(other), much(3), 7);
        assert_eq!([one, other].map(|it| memory.held_by(it)), [70, 0]);
        memory.held_changed(Some(one), much(50), 0);
        memory.held_changed(Some(one), much(20), 0);

        assert_eq!(memory.crowding(), 9);
        assert!(memory.of_addresses().is_empty());
    }

    #[test]
    fn connections_of_an_address_share_one_count_and_the_last_has_it_forgotten() {
        let memory = SocketMemory::default();
        let address = IpAddr::from([10, 0, 0, 1]);
        let [one, other] = [(); 2].map(|()| memory.unwritten_of(address));
        one.fetch_add(7, Relaxed);
        assert_eq!(other.load(Relaxed), 7);

        memory.forget_unwritten_of(address, one);
        assert_eq!(memory.unwritten_of.lock().unwrap().len(), 1);
        memory.forget_unwritten_of(address, other);

        assert!(memory.unwritten_of.lock().unwrap().is_empty());
    }
}
