//! The arithmetic of every rate limit (the generic cell rate algorithm, ITU-T I.371).
//!
//! A leaky bucket is one point in time: when it is full again. Nothing is counted down and nothing is
//! refilled. Who keeps that time, and for whom, is for the callers. `connection/frame_rate.rs` does the
//! same in four bytes and in whole tenths of a second.

use std::time::{Duration, Instant};

/// The rate of a bucket: `burst` at once, then one every `interval`.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Allowance {
    pub(crate) interval: Duration,
    pub(crate) burst: u32,
}

impl Allowance {
    /// `rate` in each `per`. `None` for a rate of 0, which means unlimited.
    pub(crate) fn new(rate: u32, per: Duration, burst: u32) -> Option<Self> {
        (rate > 0).then(|| Self { interval: per / rate, burst })
    }

    /// How long it takes until `cost` is there, in a bucket that is full again at `full_at`. What costs
    /// more than the burst needs a full bucket.
    pub(crate) fn wait(&self, full_at: Instant, cost: u32, now: Instant) -> Duration {
        let full_at = full_at.max(now) + self.interval * cost;
        full_at.saturating_duration_since(now + self.interval * self.burst.max(cost))
    }

    /// Takes `cost` out of a bucket that is full again at `full_at`.
    ///
    /// Returns when it will then be full again, or how long to wait.
    pub(crate) fn take(
        &self,
        full_at: Instant,
        cost: u32,
        now: Instant,
    ) -> Result<Instant, Duration> {
        match self.wait(full_at, cost, now) {
            Duration::ZERO => Ok(full_at.max(now) + self.interval * cost),
            wait => Err(wait),
        }
    }

    /// Takes `time` out of a bucket that is full again at `full_at`, as far as there is something in it.
    /// Returns when it will then be full again.
    pub(crate) fn drain(&self, full_at: Instant, time: Duration, now: Instant) -> Instant {
        (full_at.max(now) + time).min(now + self.interval * self.burst)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_burst_passes_at_once_and_then_one_an_interval() {
        let allowance = Allowance::new(10, SECOND, 3).expect("a rate");
        let start = Instant::now();
        let mut full_at = start;

        for _ in 0..3 {
            full_at = allowance.take(full_at, 1, start).expect("within the burst");
        }
        assert_eq!(allowance.take(full_at, 1, start), Err(SECOND / 10));

        let later = start + SECOND / 10;
        full_at = allowance.take(full_at, 1, later).expect("one interval later");
        assert_eq!(allowance.take(full_at, 1, later), Err(SECOND / 10));
    }

    #[test]
    fn a_cost_above_the_burst_passes_a_full_bucket_only() {
        let allowance = Allowance::new(10, SECOND, 3).expect("a rate");
        let now = Instant::now();
        let full_at = allowance.take(now, 10, now).expect("a full bucket");
        assert_eq!(allowance.take(full_at, 10, now), Err(SECOND));
    }

    #[test]
    fn an_empty_bucket_is_not_drained_any_further() {
        let allowance = Allowance::new(10, SECOND, 3).expect("a rate");
        let now = Instant::now();
        let full_at = allowance.drain(now, SECOND, now);
        assert_eq!(full_at, now + SECOND * 3 / 10);
        assert_eq!(allowance.drain(full_at, SECOND, now), full_at);
    }

    #[test]
    fn a_rate_of_zero_is_no_limit() {
        assert!(Allowance::new(0, SECOND, 1).is_none());
    }
}
