//! Who may open how many sockets.
//!
//! Counts sockets of the node and of each address from their acceptance to their very end, and
//! how fast an address opens them. An IPv6 address counts by its /64, which is what one
//! subscriber gets. Past a limit a socket may still take the place of another of the same user;
//! past four times a limit it is refused by HTTP.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use log::warn;

use crate::address::{Client, Headers, subscriber};
use crate::address_limit::AddressLimit;
use crate::config::Config;
use crate::connection::{AddressRate, Fault};
use crate::hub::Seat;
use crate::logging::Seldom;
use crate::protocol::{BadToken, Unavailable};

use super::refusal::HttpRefusal;
use counts::Counters;
use pace::{InPace, Pace};
use refusal_log::RefusalLog;

pub use counts::GateCounts;

mod counts;
mod pace;
mod refusal_log;
#[cfg(test)]
mod tests;

/// From so many times a limit on, an address is not even told in words.
const PATIENCE: u32 = 4;

/// The counters of one node.
#[derive(Debug)]
pub struct Gate {
    max_sockets: usize,
    max_per_address: usize,
    pace: Pace,
    /// The same for those with a good access token, so that the bad ones of a neighbour take nothing
    /// from them.
    verified: Pace,
    requests: AddressRate,
    open: Mutex<Open>,
    /// Bad tokens.
    failures: AddressRate,
    counters: Counters,
    limits: Limits,
    /// Whether it was said that a header of a proxy is not believed.
    told_of_proxies: AtomicBool,
    told_of_ceiling: Seldom,
    refusal_log: RefusalLog,
}

/// The limits of an address that are looked at here.
#[derive(Debug)]
struct Limits {
    sockets: AddressLimit,
    new_sockets: AddressLimit,
    requests: AddressLimit,
    failed_logins: AddressLimit,
}

#[derive(Debug, Default)]
struct Open {
    /// Those that were let in: who is refused takes nobody's place while it reads why.
    seated: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// Whether the client that wants a socket has shown a good token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Standing {
    /// It has a good access token.
    Verified,
    /// It has none, or a bad one, or a URL that is not right.
    Claimed,
}

/// What becomes of a socket.
pub(super) enum Entry {
    /// It may log in.
    Open(Pass),
    /// There is no room: it may only take the place of another, else it is told why not.
    Crowded(Unavailable, Pass),
    /// Its address opens sockets too fast: it is told so, after the upgrade.
    TooFast(Pass),
    /// It is turned away before the upgrade.
    TurnedAway(OverFar),
}

/// The limit of an address of which there are four times as many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OverFar {
    /// `max-sockets-per-address`.
    Sockets,
    /// `new-sockets-per-address`.
    NewSockets,
}

/// One counted socket, as long as it lives.
#[derive(Debug)]
pub(super) struct Pass {
    gate: Arc<Gate>,
    address: IpAddr,
    /// Whether it counts against `max-sockets`.
    seated: AtomicBool,
}

impl Gate {
    /// A gate with nobody in.
    pub fn new(config: &Config) -> Self {
        let pace = || Pace::new(config.new_sockets_per_address);
        Self {
            max_sockets: config.max_sockets,
            max_per_address: config.max_sockets_per_address,
            pace: pace(),
            verified: pace(),
            requests: AddressRate::new(
                config.requests_per_address,
                config.request_burst_per_address,
            ),
            open: Mutex::default(),
            failures: AddressRate::per(
                config.failed_logins_per_address,
                Duration::from_secs(60),
                config.failed_logins_per_address,
            ),
            counters: Counters::default(),
            limits: Limits {
                sockets: AddressLimit::new("max-sockets-per-address"),
                new_sockets: AddressLimit::new("new-sockets-per-address"),
                requests: AddressLimit::new("requests-per-address"),
                failed_logins: AddressLimit::new("failed-logins-per-address"),
            },
            told_of_proxies: AtomicBool::new(false),
            told_of_ceiling: Seldom::default(),
            refusal_log: RefusalLog::default(),
        }
    }

    /// Who did not get in.
    pub fn counts(&self) -> GateCounts {
        self.counters.read()
    }

    /// The limits of an address by their settings, and how often each was met.
    pub(super) fn limits_met(&self) -> [(&'static str, u64); 4] {
        let Limits { sockets, new_sockets, requests, failed_logins } = &self.limits;
        [sockets, new_sockets, requests, failed_logins].map(|it| (it.setting(), it.count()))
    }

    /// Puts down that a client has brought a bad token. The error is how long its address has to wait
    /// before it is told in words again.
    pub(super) fn refused(&self, client: &Client, why: &BadToken) -> Result<(), Duration> {
        self.counters.tokens_refused.fetch_add(1, Relaxed);
        if !why.is_an_attempt() {
            return Ok(());
        }
        let (address, now) = (subscriber(client.address), Instant::now());
        let verdict = self.failures.check(address, now);
        self.failures.note(address, now);
        if verdict.is_err() {
            self.counters.slowed_down.fetch_add(1, Relaxed);
            self.limits.failed_logins.is_met_by(address);
            self.look_for_proxies(client);
        }
        verdict
    }

    /// Puts down that the query of a URL was not right.
    pub(super) fn refused_parameters(&self) {
        self.counters.parameters.fetch_add(1, Relaxed);
    }

    /// Counts a request that was refused before its address mattered.
    pub(super) fn count_refusal(&self, refusal: &HttpRefusal) {
        match refusal {
            HttpRefusal::ForeignOrigin(_)
            | HttpRefusal::ForeignHost(_)
            | HttpRefusal::UnlistedHost(_) => {
                self.counters.foreign.fetch_add(1, Relaxed);
                self.refusal_log.report(refusal);
            }
            HttpRefusal::LongQuery(_)
            | HttpRefusal::Fault(Fault::LongHead | Fault::ManyHeaders | Fault::LongBody(_))
            | HttpRefusal::Body => {
                self.counters.oversized.fetch_add(1, Relaxed);
            }
            HttpRefusal::Fault(Fault::SlowHead | Fault::SlowBody) => {}
            HttpRefusal::Fault(_) => {
                self.counters.malformed.fetch_add(1, Relaxed);
            }
            HttpRefusal::Handshake(_) | HttpRefusal::Subprotocol => {
                self.counters.handshakes.fetch_add(1, Relaxed);
            }
            HttpRefusal::NotAnUpgrade
            | HttpRefusal::NoSocketHere
            | HttpRefusal::NotFound
            | HttpRefusal::Method
            | HttpRefusal::SlowDown(_)
            | HttpRefusal::TooManyRequests(_)
            | HttpRefusal::TooMany => {}
        }
    }

    /// Counts a request of `client` against the rate of its address. The error is how long the
    /// address has to wait.
    pub(super) fn request(&self, client: &Client, now: Instant) -> Result<(), Duration> {
        let taken = self.requests.take(client.address, now, Duration::ZERO);
        if taken.is_err() {
            self.counters.over_request_rate.fetch_add(1, Relaxed);
            self.limits.requests.is_met_by(client.address);
            self.look_for_proxies(client);
        }
        taken.map(|_| ())
    }

    /// Lets one more in, or says why not.
    pub(super) fn enter(self: &Arc<Self>, client: Client, standing: Standing) -> Entry {
        let entry = self.judge(subscriber(client.address), standing);
        let Limits { sockets, new_sockets, .. } = &self.limits;
        let (counter, limit) = match &entry {
            Entry::Open(_) => return entry,
            Entry::Crowded(Unavailable::Address, _) => (&self.counters.crowded, Some(sockets)),
            Entry::Crowded(_, _) => {
                if self.told_of_ceiling.is_due() {
                    warn!(max_sockets = self.max_sockets; "as many sockets as max-sockets allows");
                }
                (&self.counters.full, None)
            }
            Entry::TooFast(_) => (&self.counters.too_fast, Some(new_sockets)),
            Entry::TurnedAway(OverFar::Sockets) => (&self.counters.turned_away, Some(sockets)),
            Entry::TurnedAway(OverFar::NewSockets) => {
                (&self.counters.turned_away, Some(new_sockets))
            }
        };
        counter.fetch_add(1, Relaxed);
        if let Some(limit) = limit {
            limit.is_met_by(client.address);
            self.look_for_proxies(&client);
        }
        entry
    }

    /// Why a socket of this client would have to take the place of another one just now, or be
    /// refused.
    pub(super) fn lack_of_room(&self, client: &Client) -> Option<Unavailable> {
        let open = self.open();
        let held = open.by_address.get(&subscriber(client.address)).copied().unwrap_or(0);
        if is_over(held, self.max_per_address, 1) {
            return Some(Unavailable::Address);
        }
        is_over(open.seated, self.max_sockets, 1).then_some(Unavailable::Full)
    }

    /// Behind a proxy that nobody has named, all users share one address and its limits. Said once,
    /// as anybody can send such a header.
    fn look_for_proxies(&self, client: &Client) {
        if client.headers == Headers::Unbelieved && !self.told_of_proxies.swap(true, Relaxed) {
            warn!(
                "an address is at one of its limits, and what it says of its clients \
                 (Forwarded, X-Forwarded-For) is not believed: if it is a proxy of yours, name its \
                 network in `trusted-proxies`"
            );
        }
    }

    fn judge(self: &Arc<Self>, address: IpAddr, standing: Standing) -> Entry {
        let pace = match standing {
            Standing::Verified => &self.verified,
            Standing::Claimed => &self.pace,
        };
        let in_pace = pace.check(address, Instant::now());
        let mut open = self.open();
        let held = open.by_address.get(&address).copied().unwrap_or(0);
        if in_pace == InPace::No {
            return Entry::TurnedAway(OverFar::NewSockets);
        }
        if is_over(held, self.max_per_address, PATIENCE) {
            return Entry::TurnedAway(OverFar::Sockets);
        }
        let full = is_over(open.seated, self.max_sockets, 1);
        let crowded = is_over(held, self.max_per_address, 1);
        let too_fast = in_pace == InPace::Hardly;
        let seated = !full && !crowded && !too_fast;
        open.seated += usize::from(seated);
        *open.by_address.entry(address).or_default() += 1;
        drop(open);
        let pass = Pass { gate: self.clone(), address, seated: AtomicBool::new(seated) };
        if too_fast {
            Entry::TooFast(pass)
        } else if crowded {
            Entry::Crowded(Unavailable::Address, pass)
        } else if full {
            Entry::Crowded(Unavailable::Full, pass)
        } else {
            Entry::Open(pass)
        }
    }

    /// Nothing panics while it holds the lock, and if it did the numbers would still be numbers.
    fn open(&self) -> MutexGuard<'_, Open> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether `count` has reached `times` times its limit; limit 0 is unlimited.
fn is_over(count: usize, limit: usize, times: u32) -> bool {
    limit > 0 && count >= limit.saturating_mul(times as usize)
}

impl Pass {
    /// Whoever is refused takes nobody's place while it reads why.
    pub(super) fn give_seat_back(&self) {
        if self.seated.swap(false, Relaxed) {
            let mut open = self.gate.open();
            open.seated = open.seated.saturating_sub(1);
        }
    }
}

impl Seat for Pass {
    fn taken(&self) {
        if !self.seated.swap(true, Relaxed) {
            self.gate.open().seated += 1;
        }
    }

    fn address(&self) -> Option<IpAddr> {
        Some(self.address)
    }

    fn may_bring_token(&self) -> Result<(), Duration> {
        self.gate.failures.check(self.address, Instant::now())
    }

    fn brought_bad_token(&self, why: &BadToken) {
        if why.is_an_attempt() {
            self.gate.failures.note(self.address, Instant::now());
        }
    }
}

impl Drop for Pass {
    fn drop(&mut self) {
        let mut open = self.gate.open();
        if *self.seated.get_mut() {
            open.seated = open.seated.saturating_sub(1);
        }
        if let Some(held) = open.by_address.get_mut(&self.address) {
            *held -= 1;
            if *held == 0 {
                open.by_address.remove(&self.address);
            }
        }
    }
}
