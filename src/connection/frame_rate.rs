//! The rate of frames that carry next to nothing: pings, pongs, tiny fragments.
//!
//! RFC 6455 bounds none of them, and to take one costs as much as a short message, which has a rate.
//! A client over this rate is read more slowly, which nobody else notices. Nothing is dropped.

use std::sync::OnceLock;
use std::time::Duration;

use tokio::time::Instant;

/// Frames a second in the long run.
const A_SECOND: u64 = 10;
/// Time a frame.
const FRAME: Duration = Duration::from_millis(1000 / A_SECOND);
/// Frames at once after a pause.
pub(super) const BURST: u32 = 50;
/// Frames that a client may be ahead of its rate, at most: more than are charged in one turn.
const AHEAD_MAX: u32 = 2000;

/// How far ahead of its rate a client is. Four bytes, as every idle user has one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct FrameRate {
    /// When the client is within its rate again, as counted by [`frame_times`]. A past value stays
    /// for as long as the client is silent, so the count must not begin anew in the meantime.
    even_at: u32,
}

impl FrameRate {
    /// Counts this number of frames.
    pub(super) fn charge(&mut self, frames: u32, now: Instant) {
        let now = frame_times(now);
        let ahead = self.even_at.saturating_sub(now).saturating_add(frames).min(AHEAD_MAX);
        self.even_at = now.saturating_add(ahead);
    }

    /// How long the client is not to be read; zero as long as its burst lasts.
    pub(super) fn wait(&self, now: Instant) -> Duration {
        if self.even_at == 0 {
            // None of its frames was charged yet, as with almost all clients.
            return Duration::ZERO;
        }
        let ahead = self.even_at.saturating_sub(frame_times(now));
        FRAME * ahead.saturating_sub(BURST)
    }
}

/// How often [`FRAME`] has passed since this process first asked. The count ends after 13.6 years:
/// from then on nobody waits.
fn frame_times(now: Instant) -> u32 {
    static BEGINNING: OnceLock<Instant> = OnceLock::new();
    let beginning = *BEGINNING.get_or_init(|| now);
    let passed = now.saturating_duration_since(beginning);
    // Looked at before each frame: `as_millis` would divide numbers of 128 bits.
    let frame_times =
        passed.as_secs() * A_SECOND + u64::from(passed.subsec_millis()) * A_SECOND / 1000;
    u32::try_from(frame_times).unwrap_or(u32::MAX)
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

    /// Uptimes at which 32 bits of milliseconds begin anew or change their sign, and those around
    /// them.
    fn uptimes() -> Vec<Duration> {
        let boundaries = [0, 1 << 31, 1 << 32, 3 << 31, 1 << 33].map(Duration::from_millis);
        let aside = [400., 201., 200., 199., 25., 5., 1., 0.1, 0.];
        let aside = aside.map(Duration::from_secs_f64);
        let around = boundaries.iter().flat_map(|boundary| {
            aside.iter().flat_map(|it| [boundary.saturating_sub(*it), *boundary + *it])
        });
        let mut uptimes: Vec<_> =
            around.map(|uptime| FRAME * (uptime.as_millis() / FRAME.as_millis()) as u32).collect();
        uptimes.sort();
        uptimes
    }

    #[test]
    fn a_client_that_was_never_charged_never_waits_however_long_the_process_runs() {
        let start = Instant::now();
        let years = |years: u32| Duration::from_secs(365 * 24 * 60 * 60) * years;
        for uptime in uptimes().into_iter().chain([years(13), years(14), years(100)]) {
            let rate = FrameRate::default();
            assert_eq!(rate.wait(start + uptime), Duration::ZERO, "{uptime:?}");
        }
    }

    #[test]
    fn a_client_waits_for_its_last_frames_alone_however_long_it_is_silent_after_them() {
        let start = Instant::now();
        let uptimes = uptimes();
        for (n, charged) in uptimes.iter().enumerate() {
            let mut rate = FrameRate::default();
            rate.charge(BURST + 300, start + *charged);
            for now in &uptimes[n..] {
                let left = Duration::from_secs(30).saturating_sub(*now - *charged);
                assert_eq!(rate.wait(start + *now), left, "{charged:?} {now:?}");
            }
        }
    }

    #[test]
    fn after_a_pause_however_long_the_burst_is_there_again_and_no_more() {
        let start = Instant::now();
        for pause in uptimes() {
            let mut rate = FrameRate::default();
            rate.charge(500, start);
            let now = start + pause.max(Duration::from_secs(50));

            rate.charge(BURST, now);
            assert_eq!(rate.wait(now), Duration::ZERO, "{pause:?}");
            rate.charge(1, now);
            assert_eq!(rate.wait(now), Duration::from_millis(100), "{pause:?}");
        }
    }
}
