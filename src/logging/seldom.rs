//! What an operator is told at most once a minute, however often it happens.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_secs(60);

/// One cause, and when it was last told.
#[derive(Debug, Default)]
pub struct Seldom(Mutex<Option<Instant>>);

impl Seldom {
    /// One that was never told.
    pub const fn new() -> Self {
        Self(Mutex::new(None))
    }

    /// Whether it is time to tell it; if so, it counts as told.
    #[must_use]
    pub fn is_due(&self) -> bool {
        self.is_due_at(Instant::now())
    }

    fn is_due_at(&self, now: Instant) -> bool {
        // Nothing panics while it holds the lock.
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_due = told.is_none_or(|told| now.saturating_duration_since(told) >= PAUSE);
        if is_due {
            *told = Some(now);
        }
        is_due
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_due_at_first_and_then_once_a_minute() {
        let seldom = Seldom::new();
        let begin = Instant::now();
        let due: Vec<_> = [0, 1, 59, 60, 61, 119, 120]
            .into_iter()
            .filter(|after| seldom.is_due_at(begin + Duration::from_secs(*after)))
            .collect();
        assert_eq!(due, [0, 60, 120]);
    }
}
