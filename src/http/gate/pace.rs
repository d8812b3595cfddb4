//! How fast an address opens sockets.

use std::net::IpAddr;
use std::time::{Duration, Instant};

use super::PATIENCE;
use crate::connection::AddressRate;

/// How fast an address may open sockets: refused in words above the first, by HTTP above the
/// second.
#[derive(Debug)]
pub(super) struct Pace {
    polite: AddressRate,
    hard: AddressRate,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum InPace {
    Yes,
    Hardly,
    No,
}

impl Pace {
    /// `rate` a second, as many at once; 0 is unlimited.
    pub(super) fn new(rate: u32) -> Self {
        let hard = rate.saturating_mul(PATIENCE);
        Self { polite: AddressRate::new(rate, rate), hard: AddressRate::new(hard, hard) }
    }

    pub(super) fn check(&self, address: IpAddr, now: Instant) -> InPace {
        let is_within = |rate: &AddressRate| rate.take(address, now, Duration::ZERO).is_ok();
        if !is_within(&self.hard) {
            InPace::No
        } else if !is_within(&self.polite) {
            InPace::Hardly
        } else {
            InPace::Yes
        }
    }
}
