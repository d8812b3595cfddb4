//! A rate limit for each address.
//!
//! One bucket an address ([`Allowance`]): a burst may come at once, then one every so often. An IPv6
//! address counts by its /64. The caller decides what is done to an address over its limit.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::address::subscriber;
use crate::gcra::Allowance;

/// Entries that are not worth a sweep.
const SWEEP_FROM: usize = 1024;

/// The rate limit of all addresses.
#[derive(Debug)]
pub struct AddressRate {
    /// `None` is unlimited.
    allowance: Option<Allowance>,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    /// When an address has its whole burst again.
    full_at: HashMap<IpAddr, Instant>,
    /// Entries from which on those that are past are removed.
    sweep_from: usize,
}

impl Book {
    /// When `address` has its whole burst again; in the past if it has. Forgets those that have.
    fn full_at(&mut self, address: IpAddr, now: Instant) -> &mut Instant {
        if self.full_at.len() >= self.sweep_from.max(SWEEP_FROM) {
            self.full_at.retain(|_, full_at| *full_at > now);
            self.sweep_from = self.full_at.len() * 2;
        }
        self.full_at.entry(subscriber(address)).or_insert(now)
    }
}

impl AddressRate {
    /// `rate` a second in the long run, and `burst` at once; a rate of 0 is unlimited.
    pub fn new(rate: u32, burst: u32) -> Self {
        Self::per(rate, Duration::from_secs(1), burst)
    }

    /// The same with `rate` in each `time`.
    pub fn per(rate: u32, time: Duration, burst: u32) -> Self {
        Self { allowance: Allowance::new(rate, time, burst), book: Mutex::default() }
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
        let Some(allowance) = self.allowance else { return Ok(Duration::ZERO) };
        let mut book = self.book();
        let full_at = book.full_at(address, now);
        let wait = allowance.wait(*full_at, 1, now);
        if wait > patience {
            return Err(wait);
        }
        *full_at = (*full_at).max(now) + allowance.interval;
        Ok(wait)
    }

    /// Whether `address` could take one. The error is how long it has to wait.
    pub fn check(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let Some(allowance) = self.allowance else { return Ok(()) };
        let Some(full_at) = self.book().full_at.get(&subscriber(address)).copied() else {
            return Ok(());
        };
        match allowance.wait(full_at, 1, now) {
            Duration::ZERO => Ok(()),
            wait => Err(wait),
        }
    }

    /// Takes one for `address` if there is one left. So those at the same time as the one too many make
    /// nobody wait for longer.
    pub fn note(&self, address: IpAddr, now: Instant) {
        let Some(allowance) = self.allowance else { return };
        let mut book = self.book();
        let full_at = book.full_at(address, now);
        *full_at = allowance.drain(*full_at, allowance.interval, now);
    }

    /// Has the one that `address` took last count as this much time, if that is more than it counted.
    pub fn charge(&self, address: IpAddr, time: Duration) {
        let Some(allowance) = self.allowance else { return };
        let more = time.saturating_sub(allowance.interval);
        // One that is forgotten has been silent since.
        if let Some(full_at) = self.book().full_at.get_mut(&subscriber(address)) {
            *full_at += more;
        }
    }

    /// Nothing panics while it holds the lock.
    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Ten failures a minute, as those of an address that brings bad tokens.
    fn failures() -> AddressRate {
        AddressRate::per(10, 60 * SECOND, 10)
    }

    #[test]
    fn an_address_fails_ten_times_and_then_waits() {
        let (failures, now) = (failures(), Instant::now());
        for n in 0..10 {
            assert_eq!(failures.check(address(1), now), Ok(()), "failure {n}");
            failures.note(address(1), now);
        }

        assert_eq!(failures.check(address(1), now), Err(6 * SECOND));
        assert_eq!(failures.check(address(2), now), Ok(()));
        assert_eq!(failures.check(address(1), now + 5 * SECOND), Err(SECOND));
        assert_eq!(failures.check(address(1), now + 6 * SECOND), Ok(()));
    }

    #[test]
    fn an_address_that_goes_on_failing_gets_one_attempt_every_six_seconds() {
        let (failures, mut now) = (failures(), Instant::now());
        let mut attempts = 0;
        for _ in 0..=120 {
            if failures.check(address(1), now).is_ok() {
                attempts += 1;
                failures.note(address(1), now);
            }
            now += SECOND;
        }
        assert_eq!(attempts, 10 + 120 / 6);
    }

    #[test]
    fn failures_at_the_same_time_make_nobody_wait_for_longer_than_the_interval() {
        let (failures, now) = (failures(), Instant::now());
        for _ in 0..1000 {
            failures.note(address(1), now);
        }
        assert_eq!(failures.check(address(1), now), Err(6 * SECOND));
    }
}
