//! How much all users of one address may ask of the hub together, and how much it keeps for them.
//!
//! In open mode users cost nothing, so an address would have as many allowances as it has
//! sockets. One leaky bucket an address (GCRA, ITU-T I.371) bounds their sum. It outlives the
//! last session of its address until it is full again, and is then forgotten.

use std::cell::Cell;
use std::collections::HashMap;
use std::net::IpAddr;
use std::rc::Rc;
use std::time::{Duration, Instant};

use super::outbox::KEPT_COST;
use crate::config::Config;
use crate::gcra::Allowance;

/// The part of `queue-total` that messages for the users of one address may take.
pub(crate) const ADDRESS_PART: usize = 8;

/// A refusal costs the hub a quarter of what a message costs, and the reading of it, which is all that a
/// long one costs.
const QUARTER: u32 = 4;

/// The bucket of one address, shared by its sessions.
#[derive(Clone, Debug)]
pub(super) struct Account(Rc<Bucket>);

#[derive(Debug)]
struct Bucket {
    address: IpAddr,
    /// When it is full again.
    full_at: Cell<Instant>,
    /// Memory of what is kept for its users, and of what they sent along with calls that ring.
    kept_bytes: Cell<usize>,
}

impl Account {
    /// The address whose bucket this is.
    pub(super) fn address(&self) -> IpAddr {
        self.0.address
    }

    /// Bytes that are kept on behalf of the address.
    pub(super) fn kept_bytes(&self) -> usize {
        self.0.kept_bytes.get()
    }

    /// This many bytes more are kept.
    pub(super) fn keep(&self, bytes: usize) {
        self.0.kept_bytes.set(self.kept_bytes() + bytes);
    }

    /// This many bytes are no longer kept.
    pub(super) fn release(&self, bytes: usize) {
        self.0.kept_bytes.set(self.kept_bytes() - bytes);
    }
}

/// The buckets of all addresses.
#[derive(Debug)]
pub(super) struct Accounts {
    /// `None`: no limit, and every bucket is full.
    allowance: Option<Allowance>,
    /// Bytes that may wait for the users of one address.
    bytes_max: usize,
    by_address: HashMap<IpAddr, Account>,
}

impl Accounts {
    pub(super) fn new(config: &Config) -> Self {
        const SECOND: Duration = Duration::from_secs(1);
        let allowance = Allowance::new(config.address_rate, SECOND, config.address_burst);
        // One session may fill its queue on a small node, too.
        let of_a_session = config.queue_bytes + config.queue_messages * KEPT_COST;
        let bytes_max = (config.queue_total / ADDRESS_PART).max(of_a_session);
        Self { allowance, bytes_max, by_address: HashMap::new() }
    }

    /// Bytes that may be kept and wait for sockets of one address: an eighth of `queue-total`, and at
    /// least what a single session may have.
    pub(super) fn bytes_max(&self) -> usize {
        self.bytes_max
    }

    /// The bucket of an address, for a session to hold. `None` without an address.
    pub(super) fn open(&mut self, address: Option<IpAddr>, now: Instant) -> Option<Account> {
        let address = address?;
        let (full_at, kept_bytes) = (Cell::new(now), Cell::new(0));
        let fresh = || Account(Rc::new(Bucket { address, full_at, kept_bytes }));
        Some(self.by_address.entry(address).or_insert_with(fresh).clone())
    }

    /// Takes `cost` units, or returns how long to wait.
    pub(super) fn take(
        &self,
        account: Option<&Account>,
        cost: u32,
        now: Instant,
    ) -> Result<(), Duration> {
        let (Some(Account(bucket)), Some(allowance)) = (account, self.allowance) else {
            return Ok(());
        };
        bucket.full_at.set(allowance.take(bucket.full_at.get(), cost, now)?);
        Ok(())
    }

    /// Charges a refused message that took `reading` units to read, without going below an empty bucket.
    pub(super) fn note_refusal(&self, account: Option<&Account>, reading: u32, now: Instant) {
        let (Some(Account(bucket)), Some(allowance)) = (account, self.allowance) else { return };
        let cost = allowance.interval / QUARTER + allowance.interval * reading;
        bucket.full_at.set(allowance.drain(bucket.full_at.get(), cost, now));
    }

    /// Gives a session's bucket back. Returns when [`Accounts::forget_full`] is wanted, if no
    /// other session holds it.
    pub(super) fn close(&mut self, account: Account, now: Instant) -> Option<Instant> {
        let (address, full_at) = (account.0.address, account.0.full_at.get());
        drop(account);
        self.forget_full(address, now);
        let is_left = self.by_address.get(&address).is_some_and(Self::is_unused);
        is_left.then_some(full_at)
    }

    /// Forgets the bucket of an address if it is full and no session holds it.
    pub(super) fn forget_full(&mut self, address: IpAddr, now: Instant) {
        let Some(account) = self.by_address.get(&address) else { return };
        if Self::is_unused(account) && account.0.full_at.get() <= now {
            self.by_address.remove(&address);
        }
    }

    /// Gives back what a call has kept on behalf of an address. Returns when
    /// [`Accounts::forget_full`] is wanted, if no session holds its bucket.
    pub(super) fn release(&mut self, address: IpAddr, bytes: usize) -> Option<Instant> {
        let account = self.by_address.get(&address)?;
        account.release(bytes);
        Self::is_unused(account).then(|| account.0.full_at.get())
    }

    fn is_unused(account: &Account) -> bool {
        Rc::strong_count(&account.0) == 1 && account.kept_bytes() == 0
    }

    /// Addresses that are remembered.
    #[cfg(test)]
    fn len(&self) -> usize {
        self.by_address.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ADDRESS: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    fn accounts(address_rate: u32, address_burst: u32) -> Accounts {
        Accounts::new(&Config { address_rate, address_burst, ..Config::default() })
    }

    #[test]
    fn sessions_of_one_address_share_one_bucket() {
        let (mut accounts, now) = (accounts(10, 2), Instant::now());
        let (one, other) = (accounts.open(Some(ADDRESS), now), accounts.open(Some(ADDRESS), now));

        assert_eq!(accounts.take(one.as_ref(), 1, now), Ok(()));
        assert_eq!(accounts.take(other.as_ref(), 1, now), Ok(()));
        assert_eq!(accounts.take(one.as_ref(), 1, now), Err(Duration::from_millis(100)));
    }

    #[test]
    fn four_refusals_cost_a_unit_and_never_more_than_an_empty_bucket() {
        let (mut accounts, now) = (accounts(10, 2), Instant::now());
        let account = accounts.open(Some(ADDRESS), now);
        let refused = |accounts: &Accounts| accounts.note_refusal(account.as_ref(), 0, now);
        (0..4).for_each(|_| refused(&accounts));
        assert_eq!(accounts.take(account.as_ref(), 1, now), Ok(()));
        (0..100).for_each(|_| refused(&accounts));

        assert_eq!(accounts.take(account.as_ref(), 1, now), Err(Duration::from_millis(100)));
    }

    #[test]
    fn a_long_message_that_is_refused_costs_its_address_what_it_took_to_read() {
        let (mut accounts, now) = (accounts(10, 20), Instant::now());
        let account = accounts.open(Some(ADDRESS), now);

        accounts.note_refusal(account.as_ref(), 16, now);

        assert_eq!(accounts.take(account.as_ref(), 3, now), Ok(()));
        assert!(accounts.take(account.as_ref(), 1, now).is_err());
    }

    #[test]
    fn a_bucket_is_forgotten_when_nobody_holds_it_and_it_is_full() {
        let (mut accounts, now) = (accounts(10, 2), Instant::now());
        let account = accounts.open(Some(ADDRESS), now).expect("there is a limit");
        accounts.take(Some(&account), 1, now).expect("it is full");
        let full_at = accounts.close(account, now).expect("it is not full yet");

        accounts.forget_full(ADDRESS, now);
        assert_eq!(accounts.len(), 1);
        accounts.forget_full(ADDRESS, full_at);

        assert_eq!(accounts.len(), 0);
    }

    #[test]
    fn without_a_rate_a_bucket_is_always_full_and_forgotten_with_its_last_session() {
        let (mut accounts, now) = (accounts(0, 2), Instant::now());
        let account = accounts.open(Some(ADDRESS), now).expect("there is an address");
        assert_eq!(accounts.take(Some(&account), 1000, now), Ok(()));
        accounts.note_refusal(Some(&account), 1000, now);

        assert_eq!(accounts.close(account, now), None);

        assert_eq!(accounts.len(), 0);
    }

    #[test]
    fn a_bucket_is_remembered_as_long_as_a_call_keeps_something_on_behalf_of_its_address() {
        let (mut accounts, now) = (accounts(10, 2), Instant::now());
        let account = accounts.open(Some(ADDRESS), now).expect("there is an address");
        account.keep(100);
        assert_eq!(accounts.close(account, now), None);
        assert_eq!(accounts.len(), 1);

        let full_at = accounts.release(ADDRESS, 100).expect("nobody holds it");
        accounts.forget_full(ADDRESS, full_at);

        assert_eq!(accounts.len(), 0);
    }
}
