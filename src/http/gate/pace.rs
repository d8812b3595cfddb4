//! How fast an address opens sockets.

use std::net::IpAddr;
use std::num::NonZeroU32;

use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use super::PATIENCE;

/// Addresses whose rate is remembered before those at rest are forgotten.
const REMEMBERED: usize = 10_000;

/// How fast an address may open sockets: refused in words above the first, by HTTP above the
/// second.
#[derive(Debug)]
pub(super) struct Pace {
    polite: DefaultKeyedRateLimiter<IpAddr>,
    hard: DefaultKeyedRateLimiter<IpAddr>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum InPace {
    Yes,
    Hardly,
    No,
}

impl Pace {
    pub(super) fn new(rate: NonZeroU32) -> Self {
        let hard = rate.saturating_mul(const { NonZeroU32::new(PATIENCE).expect("not zero") });
        Self {
            polite: RateLimiter::keyed(Quota::per_second(rate)),
            hard: RateLimiter::keyed(Quota::per_second(hard)),
        }
    }

    pub(super) fn check(&self, address: IpAddr) -> InPace {
        if self.hard.len() > REMEMBERED {
            self.hard.retain_recent();
            self.polite.retain_recent();
        }
        if self.hard.check_key(&address).is_err() {
            InPace::No
        } else if self.polite.check_key(&address).is_err() {
            InPace::Hardly
        } else {
            InPace::Yes
        }
    }
}
