//! The hub's one alarm clock.
//!
//! Promises: it rings once for the time that it was last set to, at or after that time, and for
//! no other. Setting it costs no allocation but the first. It is polled behind the mailbox, in the
//! same wake-up, so whatever handlers set it to is what it waits for.
//!
//! Not `run_later` and `cancel_future`: what is cancelled while it is due is polled once more.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Instant;

use actix_rt::time::{Sleep, sleep_until};

/// Rings at one time, or not at all.
#[derive(Debug, Default)]
pub(super) struct Alarm {
    sleep: Option<Pin<Box<Sleep>>>,
    is_set: bool,
}

impl Alarm {
    /// Forgets what it was set to. `None`: it shall not ring.
    pub(super) fn set(&mut self, at: Option<Instant>) {
        self.is_set = at.is_some();
        let Some(at) = at.map(actix_rt::time::Instant::from_std) else { return };
        match &mut self.sleep {
            Some(sleep) if sleep.deadline() == at => {}
            Some(sleep) => sleep.as_mut().reset(at),
            None => self.sleep = Some(Box::pin(sleep_until(at))),
        }
    }

    /// Ready when it rings; it is not set to anything then.
    pub(super) fn poll_ring(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.sleep {
            Some(sleep) if self.is_set => {
                let rings = sleep.as_mut().poll(cx);
                self.is_set = rings.is_pending();
                rings
            }
            _ => Poll::Pending,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use actix_rt::time::{sleep, timeout};

    use super::*;

    const fn ms(number: u64) -> Duration {
        Duration::from_millis(number)
    }

    async fn rings_within(alarm: &mut Alarm, limit: Duration) -> bool {
        timeout(limit, poll_fn(|cx| alarm.poll_ring(cx))).await.is_ok()
    }

    #[actix_rt::test]
    async fn it_rings_once_at_its_time() {
        let mut alarm = Alarm::default();
        let begin = Instant::now();
        alarm.set(Some(begin + ms(20)));

        assert!(rings_within(&mut alarm, ms(5000)).await);
        assert!(begin.elapsed() >= ms(20));
        assert!(!rings_within(&mut alarm, ms(50)).await);
    }

    #[actix_rt::test]
    async fn it_rings_for_the_time_that_it_was_last_set_to_and_no_other() {
        let mut alarm = Alarm::default();
        let begin = Instant::now();
        for time in [30, 5, 20] {
            alarm.set(Some(begin + ms(time)));
        }

        assert!(rings_within(&mut alarm, ms(5000)).await);
        assert!(begin.elapsed() >= ms(20));
        assert!(!rings_within(&mut alarm, ms(50)).await);
    }

    #[actix_rt::test]
    async fn one_that_is_due_and_set_anew_does_not_ring_for_what_it_was_set_to() {
        let mut alarm = Alarm::default();
        let begin = Instant::now();
        alarm.set(Some(begin + ms(1)));
        sleep(ms(10)).await;

        alarm.set(Some(begin + ms(200)));

        assert!(rings_within(&mut alarm, ms(5000)).await);
        assert!(begin.elapsed() >= ms(200));
        alarm.set(Some(begin));
        alarm.set(None);
        assert!(!rings_within(&mut alarm, ms(50)).await);
    }

    #[actix_rt::test]
    async fn what_is_past_rings_at_once_and_the_same_time_can_be_set_again() {
        let mut alarm = Alarm::default();
        let past = Instant::now();
        for _ in 0..2 {
            alarm.set(Some(past));
            assert!(rings_within(&mut alarm, ms(5000)).await);
        }
    }
}
