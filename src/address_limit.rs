//! A limit of an address that its clients met: counted, and told to the operator.
//!
//! Many honest users may share an address, behind the NAT of an office or a carrier. Each of them is
//! told that the address is at its limit, and none can raise it. So the operator is told, too.
//!
//! Promises: of one limit at most [`BUCKETS`] lines a minute, whatever addresses do. No line names an
//! address: it is personal data, and the log goes far.

use std::hash::{BuildHasher, RandomState};
use std::net::IpAddr;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use log::info;

use crate::address::subscriber;
use crate::logging::Seldom;

/// Addresses share this many bounds on lines of the log, so that one that is at a limit all the time
/// seldom hides another one.
const BUCKETS: usize = 8;

/// One limit, by its setting.
#[derive(Debug)]
pub(crate) struct AddressLimit {
    setting: &'static str,
    met: AtomicU64,
    /// Random, so that nobody can choose the bucket of somebody else.
    hasher: RandomState,
    told: [Seldom; BUCKETS],
}

impl AddressLimit {
    /// The limit of this setting, which nobody has met.
    pub(crate) fn new(setting: &'static str) -> Self {
        let told = [const { Seldom::new() }; BUCKETS];
        Self { setting, met: AtomicU64::new(0), hasher: RandomState::new(), told }
    }

    /// Counts that a client of `address` was refused or slowed down, and logs it where it is time to.
    pub(crate) fn is_met_by(&self, address: IpAddr) {
        self.met.fetch_add(1, Relaxed);
        if self.bucket(address).is_due() {
            tell(self.setting);
        }
    }

    /// The name of its setting.
    pub(crate) fn setting(&self) -> &'static str {
        self.setting
    }

    /// How often it was met, since the start.
    pub(crate) fn count(&self) -> u64 {
        self.met.load(Relaxed)
    }

    fn bucket(&self, address: IpAddr) -> &Seldom {
        let hash = self.hasher.hash_one(subscriber(address));
        &self.told[hash as usize % BUCKETS]
    }
}

/// Logs that an address is at the limit of this setting.
pub(crate) fn tell(setting: &str) {
    info!(
        limit = setting;
        "clients of one address are refused or slowed down, as all of them together are at this \
         limit; where many users share an address, raise it"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_time_counts_and_addresses_of_one_subscriber_share_a_bucket() {
        let limit = AddressLimit::new("requests-per-address");
        let [one, same] = ["2001:db8::1", "2001:db8::2"].map(|it| it.parse().unwrap());
        limit.is_met_by(one);
        limit.is_met_by(same);

        assert_eq!(limit.count(), 2);
        assert!(std::ptr::eq(limit.bucket(one), limit.bucket(same)));
        assert!(!limit.bucket(one).is_due(), "it was told just now");
    }

    #[test]
    fn addresses_without_number_are_told_of_as_often_as_there_are_buckets() {
        let limit = AddressLimit::new("requests-per-address");
        let address = |n: u32| IpAddr::from(n.to_be_bytes());

        let lines = (0..1000).filter(|n| limit.bucket(address(*n)).is_due()).count();

        assert_eq!(lines, BUCKETS);
    }
}
