//! Addresses that bring bad tokens are slowed down.
//!
//! One point in time an address (GCRA): so many failures may come at once, and then one every so
//! often. What becomes of an address over that is for the caller to say. Behind a proxy that is not
//! trusted all clients are one address.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The failures of all addresses.
#[derive(Debug)]
pub(super) struct Failures {
    /// One failure is forgotten in this time; `None`: none is remembered.
    forgets: Option<Duration>,
    burst: u32,
    book: Mutex<Book>,
}

#[derive(Debug, Default)]
struct Book {
    /// When everything is forgotten of an address.
    clean_at: HashMap<IpAddr, Instant>,
    /// Entries from which on those that are past are thrown out.
    sweep_from: usize,
}

/// What is allowed is so many a minute.
const MINUTE: Duration = Duration::from_secs(60);
/// So many entries are not worth a sweep.
const SWEEP_FROM: usize = 1024;

impl Failures {
    /// `limit` a minute; 0 is unlimited.
    pub(super) fn new(limit: u32) -> Self {
        let forgets = (limit > 0).then(|| MINUTE / limit);
        Self { forgets, burst: limit, book: Mutex::default() }
    }

    /// How long the address has to wait, if it has failed too often.
    pub(super) fn check(&self, address: IpAddr, now: Instant) -> Result<(), Duration> {
        let Some(forgets) = self.forgets else { return Ok(()) };
        let Some(clean_at) = self.book().clean_at.get(&address).copied() else { return Ok(()) };
        let tolerated = now + forgets * (self.burst - 1);
        match clean_at.saturating_duration_since(tolerated) {
            Duration::ZERO => Ok(()),
            wait => Err(wait),
        }
    }

    /// Puts down a failure.
    pub(super) fn note(&self, address: IpAddr, now: Instant) {
        let Some(forgets) = self.forgets else { return };
        let mut book = self.book();
        if book.clean_at.len() >= book.sweep_from.max(SWEEP_FROM) {
            book.clean_at.retain(|_, clean_at| *clean_at > now);
            book.sweep_from = book.clean_at.len() * 2;
        }
        let clean_at = book.clean_at.entry(address).or_insert(now);
        // What came at the same time as the one too many makes nobody wait for longer.
        *clean_at = ((*clean_at).max(now) + forgets).min(now + MINUTE);
    }

    /// Nothing panics while it holds the lock, and if it did the times would still be times.
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
    fn an_address_fails_ten_times_and_then_waits() {
        let (failures, now) = (Failures::new(10), Instant::now());
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
    fn who_goes_on_failing_gets_one_attempt_every_six_seconds() {
        let (failures, mut now) = (Failures::new(10), Instant::now());
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
        let (failures, now) = (Failures::new(10), Instant::now());
        for _ in 0..1000 {
            failures.note(address(1), now);
        }
        assert_eq!(failures.check(address(1), now), Err(6 * SECOND));
    }

    #[test]
    fn no_limit_is_none_and_what_is_past_is_forgotten() {
        let (unlimited, now) = (Failures::new(0), Instant::now());
        unlimited.note(address(1), now);
        assert_eq!(unlimited.check(address(1), now), Ok(()));

        let failures = Failures::new(1);
        for n in 0..SWEEP_FROM as u32 {
            failures.note(IpAddr::from(n.to_be_bytes()), now);
        }
        failures.note(address(1), now + MINUTE);
        assert_eq!(failures.book().clean_at.len(), 1);
    }
}
