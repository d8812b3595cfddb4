//! How much a user may send, and all users of an address together.
//!
//! Two leaky buckets a user, messages and calls, each one point in time (GCRA, ITU-T I.371): no
//! counting down, nothing to refill. They belong to the user and outlive its sessions until they
//! are full again, so that connecting anew brings no fresh allowance.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::account::{Account, Accounts};
use crate::config::Config;
use crate::protocol::UserId;

/// One allowance: `burst` at once, then one every `interval`.
#[derive(Clone, Copy, Debug)]
pub(super) struct Allowance {
    pub(super) interval: Duration,
    pub(super) burst: u32,
}

impl Allowance {
    /// `None` for a rate of 0, which means unlimited.
    pub(super) fn new(rate: u32, per: Duration, burst: u32) -> Option<Self> {
        (rate > 0).then(|| Self { interval: per / rate, burst })
    }

    /// Takes `cost` out of a bucket that is full again at `full_at`.
    ///
    /// Returns when it will then be full again, or how long to wait.
    pub(super) fn take(
        &self,
        full_at: Instant,
        cost: u32,
        now: Instant,
    ) -> Result<Instant, Duration> {
        let full_at = full_at.max(now) + self.interval * cost;
        let latest = now + self.interval * self.burst.max(cost);
        match full_at.checked_duration_since(latest) {
            None | Some(Duration::ZERO) => Ok(full_at),
            Some(wait) => Err(wait),
        }
    }
}

/// A user's buckets: when each is full again.
#[derive(Clone, Copy, Debug)]
pub(super) struct Buckets {
    messages: Instant,
    calls: Instant,
}

impl Buckets {
    pub(super) fn full(now: Instant) -> Self {
        Self { messages: now, calls: now }
    }

    fn full_at(&self) -> Instant {
        self.messages.max(self.calls)
    }
}

/// What a message costs, in units of the rate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Price {
    /// In all.
    pub(super) units: u32,
    /// Of these, those for its length: a message that is refused has been read, too.
    pub(super) reading: u32,
}

/// Whose allowance is used up, and how long to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Over {
    /// The user's own.
    User(Duration),
    /// That of all users of its address.
    Address(Duration),
}

/// The allowances of the node, and the buckets of users who are not there.
#[derive(Debug)]
pub(super) struct Quotas {
    messages: Option<Allowance>,
    calls: Option<Allowance>,
    /// The use that addresses have made of their allowance.
    pub(super) accounts: Accounts,
    parked: HashMap<UserId, Buckets>,
}

impl Quotas {
    pub(super) fn new(config: &Config) -> Self {
        const MINUTE: Duration = Duration::from_secs(60);
        Self {
            messages: Allowance::new(config.rate, Duration::from_secs(1), config.burst),
            calls: Allowance::new(config.call_rate, MINUTE, config.call_rate),
            accounts: Accounts::new(config),
            parked: HashMap::new(),
        }
    }

    /// Takes the price of a message from the user and from its address, or from neither.
    ///
    /// A refusal costs the user nothing. It costs the address a little, because it costs the hub
    /// a little.
    pub(super) fn message(
        &self,
        buckets: &mut Buckets,
        account: Option<&Account>,
        price: Price,
        now: Instant,
    ) -> Result<(), Over> {
        let user = match self.messages {
            Some(allowance) => allowance.take(buckets.messages, price.units, now),
            None => Ok(buckets.messages),
        };
        let taken = user.map_err(Over::User).and_then(|full_at| {
            self.accounts.take(account, price.units, now).map(|()| full_at).map_err(Over::Address)
        });
        match taken {
            Ok(full_at) => buckets.messages = full_at,
            Err(_) => self.accounts.note_refusal(account, price.reading, now),
        }
        taken.map(|_| ())
    }

    /// Takes the cost of a call, or says how long to wait.
    pub(super) fn call(&self, buckets: &mut Buckets, now: Instant) -> Result<(), Duration> {
        if let Some(allowance) = self.calls {
            buckets.calls = allowance.take(buckets.calls, 1, now)?;
        }
        Ok(())
    }

    /// Keeps the buckets of a user who leaves. Returns when they can be forgotten, if not now.
    pub(super) fn park(
        &mut self,
        user: &UserId,
        buckets: Buckets,
        now: Instant,
    ) -> Option<Instant> {
        let full_at = buckets.full_at();
        if full_at <= now {
            return None;
        }
        self.parked.insert(user.clone(), buckets);
        Some(full_at)
    }

    /// The buckets of a user who comes.
    pub(super) fn fetch(&mut self, user: &UserId, now: Instant) -> Buckets {
        self.parked.remove(user).unwrap_or_else(|| Buckets::full(now))
    }

    /// Forgets the user's parked buckets if they are full.
    pub(super) fn forget_full(&mut self, user: &UserId, now: Instant) {
        if self.parked.get(user).is_some_and(|buckets| buckets.full_at() <= now) {
            self.parked.remove(user);
        }
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
    fn a_rate_of_zero_is_no_limit() {
        assert!(Allowance::new(0, SECOND, 1).is_none());
    }
}
