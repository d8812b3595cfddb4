//! The order in which clients that wait are heard: fair queueing (Demers, Keshav and Shenker, 1989).
//!
//! Promises: a client that has asked little of the hub goes before those that have asked more, however
//! many these are. Clients that have asked equally much are heard in the order of coming. Nobody
//! starves: a client never waits behind one that comes later than [`AHEAD_MAX`] after it. Cost: a heap of the clients that wait, and four bytes for any other.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::time::{Duration, Instant};

/// Time in which a client is even again for one unit that it has asked, in microseconds. So one that
/// keeps to the default rate, 100 units a second, waits behind nobody.
///
/// Units and not time, because the time includes that of other processes.
const UNIT: u32 = 10_000;

/// Time that each piece of a message counts as while it waits, in microseconds, because its price is
/// not known yet. So for two seconds short messages go before long ones, which may take a hundred times
/// as long and may come by the thousand.
const PIECE: u32 = 100_000;
/// The longest time that a message counts as, whatever its length.
const MESSAGE_MAX: u32 = 2_000_000;

/// A client is ahead by this much at most, whatever it has asked: by the default burst.
const AHEAD_MAX: Duration = Duration::from_secs(5);

/// The use that a client has made of the hub, as the time at which it is even again.
///
/// In microseconds since the queue began. It wraps after 71 minutes: then a client that was silent
/// for exactly that long may wait behind others, for [`AHEAD_MAX`] at most.
#[derive(Debug, Default)]
pub(super) struct Usage(AtomicU32);

/// A client's place: the time at which it is even, in microseconds since the queue began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct EvenAt(u64);

/// Clients that wait to be heard, each with the item `T`.
pub(super) struct FairQueue<T> {
    /// The beginning of the time in which use is counted.
    begin: Instant,
    heap: BinaryHeap<Waiting<T>>,
    pushed: u64,
}

struct Waiting<T> {
    /// With the number in the order of coming.
    place: (EvenAt, u64),
    item: T,
}

/// Room that is kept when nobody waits.
const KEPT: usize = 64;

impl<T> FairQueue<T> {
    /// An empty queue.
    pub(super) fn new(begin: Instant) -> Self {
        Self { begin, heap: BinaryHeap::new(), pushed: 0 }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.heap.is_empty()
    }

    /// The place of a client that has a message of this many pieces to say now: by the time at which it
    /// would be even. So a short message goes before long ones of clients that have asked nothing yet.
    pub(super) fn place(&self, usage: &Usage, pieces: usize, now: Instant) -> EvenAt {
        let now = self.micros(now);
        let pieces = u32::try_from(pieces).unwrap_or(u32::MAX);
        let message = PIECE.saturating_mul(pieces).min(MESSAGE_MAX);
        EvenAt(now + u64::from(limited(usage.ahead(now).saturating_add(message))))
    }

    /// Has a client wait in its place.
    pub(super) fn push(&mut self, place: EvenAt, item: T) {
        let place = (place, self.pushed);
        self.pushed += 1;
        self.heap.push(Waiting { place, item });
    }

    /// Takes the next one out.
    pub(super) fn pop(&mut self) -> Option<T> {
        let next = self.heap.pop()?.item;
        if self.heap.is_empty() && self.heap.capacity() > KEPT {
            self.heap = BinaryHeap::new();
        }
        Some(next)
    }

    /// Counts units of the rate that a client has asked for, granted or refused.
    pub(super) fn charge(&self, usage: &Usage, units: u32, now: Instant) {
        let now = self.micros(now);
        let ahead = limited(usage.ahead(now).saturating_add(UNIT.saturating_mul(units)));
        usage.0.store((now as u32).wrapping_add(ahead), Relaxed);
    }

    fn micros(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.begin).as_micros() as u64
    }
}

impl Usage {
    /// Microseconds until the client is even.
    fn ahead(&self, now: u64) -> u32 {
        let ahead = self.0.load(Relaxed).wrapping_sub(now as u32);
        // Every other difference is one of the past.
        if ahead <= AHEAD_MAX.as_micros() as u32 { ahead } else { 0 }
    }
}

fn limited(ahead: u32) -> u32 {
    ahead.min(AHEAD_MAX.as_micros() as u32)
}

/// The one whose turn is first is the greatest, as a heap gives that one out.
impl<T> Ord for Waiting<T> {
    fn cmp(&self, other: &Self) -> Ordering {
        other.place.cmp(&self.place)
    }
}

impl<T> PartialOrd for Waiting<T> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<T> PartialEq for Waiting<T> {
    fn eq(&self, other: &Self) -> bool {
        self.place == other.place
    }
}

impl<T> Eq for Waiting<T> {}

#[cfg(test)]
mod tests {
    use super::*;

    const MS: Duration = Duration::from_millis(1);

    fn queue() -> (FairQueue<&'static str>, Instant) {
        let begin = Instant::now();
        (FairQueue::new(begin), begin)
    }

    fn waits<T>(queue: &mut FairQueue<T>, usage: &Usage, item: T, now: Instant) {
        let place = queue.place(usage, 1, now);
        queue.push(place, item);
    }

    fn order<T>(queue: &mut FairQueue<T>) -> Vec<T> {
        std::iter::from_fn(|| queue.pop()).collect()
    }

    #[test]
    fn a_client_that_has_used_little_goes_before_all_that_have_used_more_and_came_before() {
        let (mut queue, begin) = queue();
        let (little, more, most) = (Usage::default(), Usage::default(), Usage::default());
        queue.charge(&most, 100, begin);
        queue.charge(&more, 50, begin);
        queue.charge(&little, 1, begin);

        waits(&mut queue, &most, "most", begin);
        waits(&mut queue, &more, "more", begin);
        waits(&mut queue, &little, "little", begin + 100 * MS);

        assert_eq!(order(&mut queue), ["little", "more", "most"]);
    }

    #[test]
    fn clients_that_have_used_equally_much_go_in_the_order_of_coming() {
        let (mut queue, begin) = queue();
        let nothing = Usage::default();

        for client in ["first", "second", "third"] {
            waits(&mut queue, &nothing, client, begin);
        }

        assert_eq!(order(&mut queue), ["first", "second", "third"]);
    }

    #[test]
    fn a_short_message_goes_before_the_long_first_messages_of_others() {
        let (mut queue, begin) = queue();
        let (fresh, talks) = (Usage::default(), Usage::default());
        queue.charge(&talks, 3, begin);
        for pieces in [20, 20, usize::MAX] {
            let place = queue.place(&fresh, pieces, begin);
            queue.push(place, "long");
        }

        waits(&mut queue, &talks, "short", begin + 1500 * MS);

        assert_eq!(order(&mut queue), ["short", "long", "long", "long"]);
    }

    #[test]
    fn a_client_waits_behind_nobody_who_comes_more_than_five_seconds_after_it() {
        let (mut queue, begin) = queue();
        let (flood, fresh) = (Usage::default(), Usage::default());
        for _ in 0..100 {
            queue.charge(&flood, 33, begin);
        }
        queue.charge(&flood, u32::MAX, begin);

        waits(&mut queue, &flood, "flood", begin);
        waits(&mut queue, &fresh, "in time", begin + AHEAD_MAX - 200 * MS);
        waits(&mut queue, &fresh, "late", begin + AHEAD_MAX + MS);

        assert_eq!(order(&mut queue), ["in time", "flood", "late"]);
    }

    #[test]
    fn a_client_that_keeps_to_the_default_rate_waits_behind_nobody_and_one_that_does_not_waits() {
        let (mut queue, begin) = queue();
        let (modest, greedy) = (Usage::default(), Usage::default());
        for turn in 0..200 {
            queue.charge(&modest, 1, begin + turn * 10 * MS);
            queue.charge(&greedy, 2, begin + turn * 10 * MS);
        }
        let now = begin + 200 * 10 * MS;

        waits(&mut queue, &greedy, "greedy", now);
        waits(&mut queue, &modest, "modest", now);
        waits(&mut queue, &Usage::default(), "fresh", now);

        assert_eq!(order(&mut queue), ["modest", "fresh", "greedy"]);
    }

    #[test]
    fn after_a_silence_however_long_a_client_is_even() {
        let (mut queue, begin) = queue();
        let usage = Usage::default();
        queue.charge(&usage, 33, begin);
        for minutes in [1, 30, 60, 71, 100, 1000, 100_000] {
            let now = begin + Duration::from_secs(minutes * 60);
            waits(&mut queue, &usage, "silent", now);
            waits(&mut queue, &Usage::default(), "fresh", now);
            assert_eq!(order(&mut queue), ["silent", "fresh"], "{minutes} min");
        }
    }
}
