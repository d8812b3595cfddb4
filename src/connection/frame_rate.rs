//! The rate of frames that carry next to nothing: pings, pongs, tiny fragments.
//!
//! RFC 6455 bounds none of them, and to take one costs as much as a short message, which has a rate.
//! A client over this rate is read more slowly, which nobody else notices. Nothing is dropped.

use std::sync::OnceLock;
use std::time::Duration;

use tokio::time::Instant;

/// Milliseconds a frame: 10 frames a second in the long run.
const FRAME: u32 = 100;
/// Frames at once after a pause.
pub(super) const BURST: u32 = 50;

/// How far ahead of its rate a client is. Four bytes, as every idle user has one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FrameRate {
    /// When the client is within its rate again, in milliseconds since this process first asked; it
    /// wraps after 49 days.
    even_at: u32,
}

impl FrameRate {
    /// Counts this number of frames.
    pub(super) fn charge(&mut self, frames: u32, now: Instant) {
        let ahead = self.ahead(now).saturating_add(frames.saturating_mul(FRAME)).min(AHEAD_MAX);
        self.even_at = milliseconds(now).wrapping_add(ahead);
    }

    /// How long the client is not to be read; zero as long as its burst lasts.
    pub(super) fn wait(&self, now: Instant) -> Duration {
        Duration::from_millis(self.ahead(now).saturating_sub(BURST * FRAME).into())
    }

    fn ahead(&self, now: Instant) -> u32 {
        match self.even_at.wrapping_sub(milliseconds(now)) {
            ahead @ ..=AHEAD_MAX => ahead,
            // In the past.
            _ => 0,
        }
    }
}

/// More than is ever charged in one turn, so that every other difference is one of the past.
const AHEAD_MAX: u32 = 2000 * FRAME;

fn milliseconds(now: Instant) -> u32 {
    static BEGINNING: OnceLock<Instant> = OnceLock::new();
    let beginning = *BEGINNING.get_or_init(|| now);
    now.saturating_duration_since(beginning).as_millis() as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fifty_frames_may_come_at_once_and_ten_a_second_after_that() {
        let start = Instant::now();
        let mut rate = FrameRate::default();
        rate.charge(BURST, start);
        assert_eq!(rate.wait(start), Duration::ZERO);

        rate.charge(1, start);

        assert_eq!(rate.wait(start), Duration::from_millis(100));
        assert_eq!(rate.wait(start + Duration::from_millis(100)), Duration::ZERO);
        for second in 1..100 {
            let now = start + Duration::from_secs(second);
            assert_eq!(rate.wait(now), Duration::ZERO, "{second}");
            rate.charge(10, now);
        }
    }

    #[test]
    fn after_a_pause_however_long_the_burst_is_there_again() {
        let start = Instant::now();
        let mut rate = FrameRate::default();
        rate.charge(500, start);
        let days = |days: u64| start + Duration::from_secs(days * 24 * 60 * 60);
        for days in [days(1), days(30), days(60), days(90)] {
            assert_eq!(rate.wait(days), Duration::ZERO);
            rate.charge(BURST, days);
            assert_eq!(rate.wait(days), Duration::ZERO);
        }
    }
}
