//! Connections that are no socket yet: those that shake hands, are sending a request, get a page, or
//! are kept alive for the next one.
//!
//! Promises: there are never more than the settings say, of the node and of one address. A newcomer is
//! always taken in: past a limit the older of two connections, drawn at random, is cut off. So
//! somebody who opens connections and says nothing drives out their own, and an honest client, who is
//! done within moments, gets through. However fast others come, a newcomer has a chance: were it
//! always the oldest that goes, a client slower than the bound divided by their rate would have none.
//!
//! TLS handshakes of an address have a rate, because they cost processor time. Connections have none:
//! without a handshake they cost nothing until they send a request, and requests have their own rate.
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

/// Seconds of the rate that an address may use at once: with the default, and an ECDSA key, the six
/// connections that a browser opens for a page, for 66 people behind one address. Those of 66 more
/// only wait.
const BURST: u32 = 2;
/// The key exchanges of one address may take one part in this many of a core in the long run. Only
/// RSA keys of more than 2048 bits take so much at the default rate: 7 ms each with 4096 bits.
const KEY_EXCHANGE_SHARE: u32 = 8;
/// A longer key exchange counts as this: the rest was the time of other processes.
const KEY_EXCHANGE_MAX: Duration = Duration::from_millis(10);
/// How long a handshake may wait for its turn. It is refused at once if its turn is further away, so
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
    /// TLS handshakes of an address.
    handshakes: AddressRate,
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
            handshakes: AddressRate::new(
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

    /// How long a TLS handshake of `peer` has to wait for its turn; `None`: it is refused.
    pub(super) fn begins_handshake(&self, peer: IpAddr) -> Option<Duration> {
        if self.is_proxy(peer) {
            return Some(Duration::ZERO);
        }
        let wait = self.0.handshakes.take(peer, Instant::now(), TURN_WITHIN);
        if wait.is_err() {
            self.0.too_fast.is_met_by(peer);
        }
        wait.ok()
    }

    /// Counts the time that the key exchange with `peer` kept a thread busy: the next handshakes of
    /// that address wait for it.
    pub(super) fn count_key_exchange(&self, peer: IpAddr, took: Duration) {
        if !self.is_proxy(peer) {
            self.0.handshakes.charge(peer, took.min(KEY_EXCHANGE_MAX) * KEY_EXCHANGE_SHARE);
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

#[cfg(test)]
mod tests {
    use futures_util::FutureExt;

    use super::*;

    fn pending(max: usize, per_address: usize) -> Pending {
        Pending::new(&Config {
            max_pending: max,
            max_pending_per_address: per_address,
            trusted_proxies: vec!["10.9.0.0/16".parse().unwrap()],
            ..Config::default()
        })
    }

    fn enter(pending: &Pending, address: &str) -> Place {
        pending.enter(address.parse().unwrap())
    }

    fn is_needed(place: &mut Place) -> bool {
        place.is_needed().now_or_never().is_some()
    }

    #[test]
    fn past_the_limit_of_an_address_an_older_one_of_its_own_makes_room() {
        let pending = pending(0, 2);
        let mut other = enter(&pending, "10.0.0.2");
        let [mut first, mut second, mut third] = [1, 2, 3].map(|_| enter(&pending, "10.0.0.1"));

        assert!(is_needed(&mut first));
        assert!(![&mut other, &mut second, &mut third].into_iter().any(is_needed));
        assert_eq!((pending.count(), pending.cut_off()), (3, 1));
        assert_eq!(pending.limits_met()[1], ("max-pending-per-address", 1));
    }

    /// Of 100 newcomers, those that are still there after this many others of their address.
    fn stay_after(others: usize) -> usize {
        let stays = |_: &usize| {
            let pending = pending(0, 32);
            let _old: Vec<_> = (0..32).map(|_| enter(&pending, "10.0.0.1")).collect();
            let mut newcomer = enter(&pending, "10.0.0.1");
            let _others: Vec<_> = (0..others).map(|_| enter(&pending, "10.0.0.1")).collect();
            assert_eq!(pending.count(), 32);
            !is_needed(&mut newcomer)
        };
        (0..100).filter(stays).count()
    }

    #[test]
    fn a_newcomer_stays_while_few_come_after_it_and_has_a_chance_while_many_do() {
        // By the arithmetic 98.5 of 100, and then 42; with the oldest always cut off 100, and none.
        let (after_few, after_many) = (stay_after(4), stay_after(32));
        assert!(after_few >= 90, "{after_few}");
        assert!((15..=70).contains(&after_many), "{after_many}");
    }

    #[test]
    fn past_the_limit_of_the_node_an_older_one_of_all_makes_room() {
        let pending = pending(2, 0);
        let mut first = enter(&pending, "10.0.0.1");
        let mut second = enter(&pending, "10.0.0.2");
        let _third = enter(&pending, "10.0.0.3");

        assert_eq!([&mut first, &mut second].map(is_needed).iter().filter(|it| **it).count(), 1);
        assert_eq!((pending.count(), pending.limits_met()[1].1), (2, 0));
    }

    #[test]
    fn a_place_that_is_left_is_free() {
        let pending = pending(1, 1);
        drop(enter(&pending, "10.0.0.1"));
        let mut second = enter(&pending, "10.0.0.1");

        assert!(!is_needed(&mut second));
        drop(second);
        assert_eq!((pending.count(), pending.cut_off()), (0, 0));
        assert!(pending.waiting().by_address.is_empty());
    }

    #[test]
    fn a_trusted_proxy_counts_with_the_node_alone() {
        let pending = pending(3, 1);
        let mut places: Vec<_> = (0..3).map(|_| enter(&pending, "10.9.0.1")).collect();
        assert!(!places.iter_mut().any(is_needed));

        let _fourth = enter(&pending, "10.9.0.1");
        assert_eq!(places.iter_mut().filter_map(|it| is_needed(it).then_some(())).count(), 1);
    }

    #[test]
    fn key_exchanges_of_an_address_take_an_eighth_of_a_core_in_the_long_run() {
        let pending = pending(0, 0);
        let [dear, cheap, proxy] =
            ["10.0.0.1", "10.0.0.2", "10.9.0.1"].map(|it| it.parse().unwrap());
        let pending = &pending;
        let waits = |peer, millis| {
            (0..500).map(move |_| {
                let wait = pending.begins_handshake(peer);
                pending.count_key_exchange(peer, Duration::from_millis(millis));
                wait.unwrap_or(Duration::MAX)
            })
        };

        // Two seconds of the rate come at once: 2000 ms / 56 ms, and then each waits for the last.
        let at_once = waits(dear, 7).take_while(|wait| wait.is_zero()).count();
        assert!((34..=37).contains(&at_once), "{at_once}");
        let at_once = waits(cheap, 0).take_while(|wait| wait.is_zero()).count();
        assert!((400..=404).contains(&at_once), "{at_once}");
        assert!(waits(proxy, 7).all(|wait| wait.is_zero()));
    }

    #[test]
    fn addresses_of_one_ipv6_subscriber_count_as_one() {
        let pending = pending(0, 1);
        let mut first = enter(&pending, "2001:db8::1");
        let _second = enter(&pending, "2001:db8::2");
        assert!(is_needed(&mut first));
    }
}
