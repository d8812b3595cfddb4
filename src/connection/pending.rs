//! Connections that are no socket yet: those that shake hands, are sending a request, get a page, or
//! are kept alive for the next one.
//!
//! Promises: there are never more than the settings say, of the node and of one address. A newcomer is
//! always taken in: past a limit the older of two connections, drawn at random, is cut off. So
//! somebody who opens connections and says nothing drives out their own, and an honest client, who is
//! done within moments, gets through. However fast others come, a newcomer has a chance: were it
//! always the oldest that goes, a client slower than the bound divided by their rate would have none.
//!
//! Connections of an address have a rate, because handshakes and answers cost processor time. A
//! connection counts when its first head has come, or, by TLS, its hello: one that says nothing costs
//! nothing, and takes nothing from its neighbours. Those over the rate wait, so that a client whose
//! neighbour begins them without end has its turn among the few that the neighbour has open.
//!
//! Does not count a connection that was handed over: sockets have limits of their own.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use ipnet::IpNet;
use rand::random_range;
use tokio::sync::oneshot;

use crate::address::{is_in, subscriber};
use crate::address_limit::AddressLimit;
use crate::config::Config;

use super::AddressRate;

#[cfg(test)]
mod tests;

/// Seconds of the rate that an address may use at once: with the default, and an ECDSA key, the six
/// connections that a browser opens for a page, for 33 people behind one address. Those of 33 more
/// only wait.
const BURST: u32 = 2;
/// The key exchanges of one address may take one part in this many of a core in the long run. Only
/// RSA keys of more than 2048 bits take so much at the default rate: 7 ms each with 4096 bits.
const KEY_EXCHANGE_SHARE: u32 = 8;
/// A longer key exchange counts as this: the rest was the time of other processes.
const KEY_EXCHANGE_MAX: Duration = Duration::from_millis(10);
/// How long a connection may wait for its turn. It is refused at once if its turn is further away, so
/// each has the same chance, and a client can try again soon.
const TURN_WITHIN: Duration = Duration::from_secs(2);

/// The connections of one node that are no socket yet; clones share them.
#[derive(Clone, Debug)]
pub struct Pending(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    max: usize,
    max_per_address: usize,
    /// Their peers are many clients each.
    proxies: Vec<IpNet>,
    /// Connections of an address that begin.
    rate: AddressRate,
    waiting: Mutex<Waiting>,
    cut_off: AtomicU64,
    aged: AtomicU64,
    slow_handshakes: AtomicU64,
    slow_heads: AtomicU64,
    unread_answers: AtomicU64,
    /// Handshakes that were refused.
    too_fast: AddressLimit,
    /// Connections of an address that made room for another one of it.
    crowded: AddressLimit,
}

#[derive(Debug, Default)]
struct Waiting {
    next: u64,
    entries: HashMap<u64, Entry>,
    all: Crowd,
    by_address: HashMap<IpAddr, Crowd>,
}

#[derive(Debug)]
struct Entry {
    /// `None` where its address has no limit.
    address: Option<IpAddr>,
    /// Where it stands among all, and among those of its address.
    at: [usize; 2],
    /// Dropped when another takes its place.
    _stays: oneshot::Sender<()>,
}

/// What has no room for one more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Bound {
    Address,
    Node,
}

/// The numbers of connections in no order; the lower one came earlier.
#[derive(Debug, Default)]
struct Crowd(Vec<u64>);

/// The place of one connection, until it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    pending: Pending,
    number: u64,
    cut_off: oneshot::Receiver<()>,
}

impl Pending {
    /// None yet.
    pub fn new(config: &Config) -> Self {
        Self(Arc::new(Shared {
            max: config.max_pending,
            max_per_address: config.max_pending_per_address,
            proxies: config.trusted_proxies.clone(),
            rate: AddressRate::new(
                config.new_connections_per_address,
                config.new_connections_per_address.saturating_mul(BURST),
            ),
            waiting: Mutex::default(),
            cut_off: AtomicU64::new(0),
            aged: AtomicU64::new(0),
            slow_handshakes: AtomicU64::new(0),
            slow_heads: AtomicU64::new(0),
            unread_answers: AtomicU64::new(0),
            too_fast: AddressLimit::new("new-connections-per-address"),
            crowded: AddressLimit::new("max-pending-per-address"),
        }))
    }

    /// How many there are now.
    pub fn count(&self) -> usize {
        self.waiting().entries.len()
    }

    /// How many had to make room for others, since the start.
    pub fn cut_off(&self) -> u64 {
        self.0.cut_off.load(Relaxed)
    }

    /// How many were ended for their age, since the start.
    pub fn aged(&self) -> u64 {
        self.0.aged.load(Relaxed)
    }

    /// How many did not finish their TLS handshake in time, since the start.
    pub fn slow_handshakes(&self) -> u64 {
        self.0.slow_handshakes.load(Relaxed)
    }

    /// How many did not send a head in time, since the start.
    pub fn slow_heads(&self) -> u64 {
        self.0.slow_heads.load(Relaxed)
    }

    /// How many did not take their answer in time, since the start.
    pub fn unread_answers(&self) -> u64 {
        self.0.unread_answers.load(Relaxed)
    }

    /// How many were refused because their address opens connections too fast, since the start.
    pub fn too_fast(&self) -> u64 {
        self.0.too_fast.count()
    }

    /// The limits of an address by their settings, and how often each was met.
    pub(crate) fn limits_met(&self) -> [(&'static str, u64); 2] {
        [&self.0.too_fast, &self.0.crowded].map(|it| (it.setting(), it.count()))
    }

    /// Whether `peer` is a trusted proxy, whose connections are those of many clients.
    pub(super) fn is_proxy(&self, peer: IpAddr) -> bool {
        is_in(&self.0.proxies, peer)
    }

    /// How long a connection of `peer` that has sent its first head or hello has to wait for its turn; `None`:
    /// it is refused.
    pub(super) fn begins(&self, peer: IpAddr) -> Option<Duration> {
        if self.is_proxy(peer) {
            return Some(Duration::ZERO);
        }
        let wait = self.0.rate.take(peer, Instant::now(), TURN_WITHIN);
        if wait.is_err() {
            self.0.too_fast.is_met_by(peer);
        }
        wait.ok()
    }

    /// Counts the time that the key exchange with `peer` kept a thread busy: the next handshakes of
    /// that address wait for it.
    pub(super) fn count_key_exchange(&self, peer: IpAddr, took: Duration) {
        if !self.is_proxy(peer) {
            self.0.rate.charge(peer, took.min(KEY_EXCHANGE_MAX) * KEY_EXCHANGE_SHARE);
        }
    }

    pub(super) fn count_slow_head(&self) {
        self.0.slow_heads.fetch_add(1, Relaxed);
    }

    pub(super) fn count_unread_answer(&self) {
        self.0.unread_answers.fetch_add(1, Relaxed);
    }

    pub(super) fn count_aged(&self) {
        self.0.aged.fetch_add(1, Relaxed);
    }

    pub(super) fn count_slow_handshake(&self) {
        self.0.slow_handshakes.fetch_add(1, Relaxed);
    }

    /// Takes one more in; another makes room where there is none.
    pub(super) fn enter(&self, peer: IpAddr) -> Place {
        let is_limited = self.0.max_per_address > 0 && !self.is_proxy(peer);
        let address = is_limited.then(|| subscriber(peer));
        let (stays, cut_off) = oneshot::channel();
        let mut waiting = self.waiting();
        let in_the_way = waiting.in_the_way(address, self.0.max, self.0.max_per_address);
        if let Some((number, _)) = in_the_way {
            waiting.remove(number);
            self.0.cut_off.fetch_add(1, Relaxed);
        }
        let number = waiting.add(address, stays);
        drop(waiting);
        if let Some((_, Bound::Address)) = in_the_way {
            self.0.crowded.is_met_by(peer);
        }
        Place { pending: self.clone(), number, cut_off }
    }

    /// Nothing panics while it holds the lock.
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Waiting {
    /// The one that has to make room for a newcomer, and the bound that is reached.
    fn in_the_way(
        &self,
        address: Option<IpAddr>,
        max: usize,
        max_per_address: usize,
    ) -> Option<(u64, Bound)> {
        let of_address = address.and_then(|address| self.by_address.get(&address));
        if let Some(crowd) = of_address.filter(|crowd| crowd.0.len() >= max_per_address) {
            return crowd.older_of_two().map(|number| (number, Bound::Address));
        }
        let is_full = max > 0 && self.all.0.len() >= max;
        let of_all = is_full.then(|| self.all.older_of_two()).flatten();
        of_all.map(|number| (number, Bound::Node))
    }

    fn add(&mut self, address: Option<IpAddr>, stays: oneshot::Sender<()>) -> u64 {
        let number = self.next;
        self.next += 1;
        let of_address = address.map(|address| self.by_address.entry(address).or_default());
        let at = [self.all.add(number), of_address.map_or(0, |crowd| crowd.add(number))];
        self.entries.insert(number, Entry { address, at, _stays: stays });
        number
    }

    fn remove(&mut self, number: u64) {
        let Some(Entry { address, at, .. }) = self.entries.remove(&number) else { return };
        let moved = self.all.remove(at[0]);
        self.has_moved(moved, 0, at[0]);
        let Some(address) = address else { return };
        let Some(crowd) = self.by_address.get_mut(&address) else { return };
        let moved = crowd.remove(at[1]);
        if crowd.0.is_empty() {
            self.by_address.remove(&address);
        }
        self.has_moved(moved, 1, at[1]);
    }

    /// Puts down where an entry stands now; `of` is the index of the crowd in [`Entry::at`].
    fn has_moved(&mut self, number: Option<u64>, of: usize, to: usize) {
        if let Some(entry) = number.and_then(|number| self.entries.get_mut(&number)) {
            entry.at[of] = to;
        }
    }
}

impl Crowd {
    /// The older of two that are drawn at random; the only one, where there are not two.
    fn older_of_two(&self) -> Option<u64> {
        let Self(numbers) = self;
        if numbers.len() < 2 {
            return numbers.first().copied();
        }
        let one = random_range(0..numbers.len());
        let other = (one + random_range(1..numbers.len())) % numbers.len();
        Some(numbers[one].min(numbers[other]))
    }

    /// Returns where it stands.
    fn add(&mut self, number: u64) -> usize {
        self.0.push(number);
        self.0.len() - 1
    }

    /// Removes the one that stands there. Returns the one that stands there now, if there is one.
    fn remove(&mut self, at: usize) -> Option<u64> {
        self.0.swap_remove(at);
        self.0.get(at).copied()
    }
}

impl Place {
    /// Waits until another connection needs this place.
    pub(super) async fn is_needed(&mut self) {
        // The sender is never used; it is dropped with the entry.
        let _ = (&mut self.cut_off).await;
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.pending.waiting().remove(self.number);
    }
}
