//! How much a user may send, and all users of an address together.
//!
//! Two leaky buckets a user, messages and calls, each one point in time ([`Allowance`]). They belong to the user and outlive its sessions until they
//! are full again, so that connecting anew brings no fresh allowance.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::account::{Account, Accounts};
use crate::config::Config;
use crate::gcra::Allowance;
use crate::protocol::UserId;

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
    /// Of these, those for its length and its names: a message that is refused has been read, too.
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
