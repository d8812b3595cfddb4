//! A rate limit for each address.
//!
//! One point in time an address (GCRA): a burst may come at once, then one every so often. An IPv6
//! address counts by its /64. The caller decides what is done to an address over its limit.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::address::subscriber;

/// Entries that are not worth a sweep.
const SWEEP_FROM: usize = 1024;

/// The rate limit of all addresses.
#[derive(Debug)]
pub struct AddressRate {
    /// The time between two in the long run; `None` is unlimited.
    interval: Option<Duration>,
    /// The time that a burst is ahead of that, at most.
    ahead: Duration,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    /// When an address has its whole burst again.
    full_at: HashMap<IpAddr, Instant>,
    /// Entries from which on those that are past are removed.
    sweep_from: usize,
}

impl AddressRate {
    /// `rate` a second in the long run, and `burst` at once; a rate of 0 is unlimited.
    pub fn new(rate: u32, burst: u32) -> Self {
        let interval = (rate > 0).then(|| Duration::from_secs(1) / rate);
        let ahead = interval.unwrap_or_default() * burst.saturating_sub(1);
        Self { interval, ahead, book: Mutex::default() }
    }

    /// Takes one for `address` if its turn comes within `patience`, and returns how long that is.
    ///
    /// The error is how long its turn is away. Nothing is taken then.
    pub fn take(
        &self,
        address: IpAddr,
        now: Instant,
        patience: Duration,
    ) -> Result<Duration, Duration> {
        let Some(interval) = self.interval else { return Ok(Duration::ZERO) };
        // Nothing panics while the lock is held.
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        if book.full_at.len() >= book.sweep_from.max(SWEEP_FROM) {
            book.full_at.retain(|_, full_at| *full_at > now);
            book.sweep_from = book.full_at.len() * 2;
        }
        let full_at = book.full_at.entry(subscriber(address)).or_insert(now);
        *full_at = (*full_at).max(now);
        let wait = full_at.saturating_duration_since(now).saturating_sub(self.ahead);
        if wait > patience {
            return Err(wait);
        }
        *full_at += interval;
        Ok(wait)
    }

    /// Has the one that `address` took last count as this much time, if that is more than it counted.
    pub fn charge(&self, address: IpAddr, time: Duration) {
        let more = self.interval.map_or(Duration::ZERO, |interval| time.saturating_sub(interval));
        if more.is_zero() {
            return;
        }
        let mut book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        // One that is forgotten has been silent since.
        if let Some(full_at) = book.full_at.get_mut(&subscriber(address)) {
            *full_at += more;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn address(last: u8) -> IpAddr {
        [10, 0, 0, last].into()
    }

    #[test]
    fn a_burst_comes_at_once_and_then_one_an_interval() {
        let (rate, now) = (AddressRate::new(10, 3), Instant::now());
        for _ in 0..3 {
            assert_eq!(rate.take(address(1), now, Duration::ZERO), Ok(Duration::ZERO));
        }

        assert_eq!(rate.take(address(1), now, Duration::ZERO), Err(SECOND / 10));
        assert_eq!(rate.take(address(2), now, Duration::ZERO), Ok(Duration::ZERO));
        let later = now + SECOND / 10;
        assert_eq!(rate.take(address(1), later, Duration::ZERO), Ok(Duration::ZERO));
        assert_eq!(rate.take(address(1), later, Duration::ZERO), Err(SECOND / 10));
    }

    #[test]
    fn within_its_patience_an_address_is_told_how_long_to_wait() {
        let (rate, now) = (AddressRate::new(10, 1), Instant::now());
        let waits: Vec<_> = (0..12).map(|_| rate.take(address(1), now, SECOND)).collect();

        let tenths: Vec<_> = (0..11).map(|n| Ok(SECOND / 10 * n)).collect();
        assert_eq!(waits[..11], tenths);
        assert_eq!(waits[11], Err(SECOND * 11 / 10));
    }

    #[test]
    fn one_that_took_long_counts_as_its_time_and_one_that_did_not_as_an_interval() {
        let (rate, now) = (AddressRate::new(10, 1), Instant::now());
        assert_eq!(rate.take(address(1), now, SECOND), Ok(Duration::ZERO));
        rate.charge(address(1), SECOND / 4);
        assert_eq!(rate.take(address(2), now, SECOND), Ok(Duration::ZERO));
        rate.charge(address(2), SECOND / 20);

        assert_eq!(rate.take(address(1), now, SECOND), Ok(SECOND / 4));
        assert_eq!(rate.take(address(2), now, SECOND), Ok(SECOND / 10));
    }

    #[test]
    fn a_rate_of_zero_is_unlimited_and_what_is_past_is_forgotten() {
        let (unlimited, now) = (AddressRate::new(0, 1), Instant::now());
        for _ in 0..100 {
            assert_eq!(unlimited.take(address(1), now, Duration::ZERO), Ok(Duration::ZERO));
        }

        let rate = AddressRate::new(1, 1);
        for n in 0..SWEEP_FROM as u32 {
            let _ = rate.take(IpAddr::from(n.to_be_bytes()), now, Duration::ZERO);
        }
        let _ = rate.take(address(1), now + SECOND, Duration::ZERO);
        assert_eq!(rate.book.lock().unwrap().full_at.len(), 1);
    }
}
