//! How fast a client may speak: somewhat slower than its limits allow.
//!
//! What is on its way when a line stalls arrives all at once, so a quarter of the burst is all
//! that is used of it; the rest is for that.

use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;

/// A bucket that fills with time.
pub struct Pace {
    interval: Duration,
    burst: u32,
    /// When the bucket would be full.
    full_at: Instant,
}

impl Default for Pace {
    fn default() -> Self {
        Self { interval: Duration::ZERO, burst: 1, full_at: Instant::now() }
    }
}

impl Pace {
    /// Takes the `limits` of `registered` to heart.
    pub fn learns(&mut self, limits: &Value) {
        let rate = limits["rate"].as_u64().unwrap();
        // Ten pauses of eleven.
        self.interval = Duration::from_nanos(1_100_000_000 / rate);
        self.burst = limits["burst"].as_u64().unwrap() as u32 / 4;
    }

    /// Whether another message may go now; if so it is taken for sent.
    pub fn allows(&mut self) -> bool {
        let now = Instant::now();
        let full_at = self.full_at.max(now) + self.interval;
        let allowed = full_at <= now + self.interval * self.burst;
        if allowed {
            self.full_at = full_at;
        }
        allowed
    }

    /// When the next may go.
    pub fn next(&self) -> Instant {
        (self.full_at + self.interval)
            .checked_sub(self.interval * self.burst)
            .unwrap_or_else(Instant::now)
    }
}
