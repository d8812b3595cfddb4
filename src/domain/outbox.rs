//! What was said to a session that counts, until its client has acknowledged it.
//!
//! Both sides count and nothing is numbered on the wire, as in XEP-0198. Promises: what was put
//! in comes out once, in order, acknowledged or when the session ends; neither share ever holds
//! more than its bound. Delivers nothing itself.

use std::collections::VecDeque;
use std::collections::vec_deque::IntoIter;

use bytestring::ByteString;

use crate::config::Config;
use crate::protocol::{MessageId, SessionId, UserId};

/// Whose a kept message is, and so which share of the queue it fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Share {
    /// Another client's.
    Relayed,
    /// The server's own: ends, verdicts, errors.
    Own,
}

/// Who wants to know what became of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Receipt {
    pub(super) sender: UserId,
    pub(super) session: SessionId,
    pub(super) message: MessageId,
}

/// A message that has not been acknowledged.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) frame: ByteString,
    pub(super) share: Share,
    pub(super) receipt: Option<Receipt>,
    /// Whether a socket was ever given it.
    pub(super) handed: bool,
}

impl Kept {
    /// Bytes that it counts for on the node.
    pub(super) fn memory(&self) -> usize {
        self.frame.len() + KEPT_COST
    }
}

/// How much of one share is in use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Fill {
    messages: usize,
    bytes: usize,
}

/// The kept tail of what was said to a session.
#[derive(Debug, Default)]
pub(super) struct Outbox {
    /// How many were acknowledged; the first kept one has this index.
    acknowledged: u64,
    kept: VecDeque<Kept>,
    relayed: Fill,
    own: Fill,
}

/// Bytes that a kept message counts for on the node besides its content. Its place in the queue takes 88
/// bytes, the room that the queue grows by up to 22, its buffer up to 56 besides the content. A
/// receipt adds its names, up to 460 bytes, mostly under 100. `tests/resident.rs` measures it.
pub const KEPT_COST: usize = 256;

/// The longest verdict: a message id of 64 characters and a user id of 128, and what is around.
const VERDICT_BYTES: usize = 448;

/// What an acknowledgement or a resume says that cannot be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OutOfRange {
    /// Less than was acknowledged before.
    Late,
    /// More than was ever sent.
    Ahead,
}

impl Outbox {
    /// Whether another client's message of this size finds room.
    pub(super) fn takes_relayed(&self, bytes: usize, config: &Config) -> bool {
        self.relayed.messages < config.queue_messages
            && self.relayed.bytes + bytes <= config.queue_bytes
    }

    /// Whether a message of the server's own finds room beside the verdicts that are promised.
    pub(super) fn takes_own(&self, bytes: usize, promised: usize, config: &Config) -> bool {
        self.own.messages + promised < config.queue_messages
            && self.own.bytes + promised * VERDICT_BYTES + bytes <= config.queue_bytes
    }

    /// Whether one more verdict can be promised beside those that are: with half of the own share
    /// in use it cannot, as the rest is for what nobody asked for.
    pub(super) fn takes_promise(&self, promised: usize, config: &Config) -> bool {
        self.own.messages + promised < config.queue_messages / 2
            && self.own.bytes + (promised + 1) * VERDICT_BYTES <= config.queue_bytes / 2
    }

    /// Keeps a message. There must be room.
    pub(super) fn keep(&mut self, message: Kept) {
        let fill = self.fill(message.share);
        fill.messages += 1;
        fill.bytes += message.frame.len();
        self.make_room();
        self.kept.push_back(message);
    }

    /// Grows by a quarter: a queue that doubled would hold twice what it counts.
    fn make_room(&mut self) {
        if self.kept.len() == self.kept.capacity() {
            self.kept.reserve_exact((self.kept.len() / 4).max(4));
        }
    }

    /// Gives back the room of what was acknowledged.
    fn give_back(&mut self) {
        if self.kept.is_empty() {
            self.kept = VecDeque::new();
        } else if self.kept.len() < self.kept.capacity() / 4 {
            self.kept.shrink_to(self.kept.len() * 2);
        }
    }

    /// Whether acknowledging `count` would forget anything.
    pub(super) fn is_progress(&self, count: u64) -> bool {
        count > self.acknowledged && count <= self.sent()
    }

    /// Forgets all before `count` and gives them back, or says why that cannot be.
    pub(super) fn acknowledge(
        &mut self,
        count: u64,
    ) -> Result<impl Iterator<Item = Kept> + use<>, OutOfRange> {
        if count < self.acknowledged {
            return Err(OutOfRange::Late);
        }
        if count > self.sent() {
            return Err(OutOfRange::Ahead);
        }
        let done = (count - self.acknowledged) as usize;
        self.acknowledged = count;
        let done: Vec<_> = self.kept.drain(..done).collect();
        self.give_back();
        for message in &done {
            let fill = self.fill(message.share);
            fill.messages -= 1;
            fill.bytes -= message.frame.len();
        }
        Ok(done.into_iter())
    }

    /// All that is kept, to be handed to another socket.
    pub(super) fn replay(&mut self) -> impl Iterator<Item = ByteString> {
        self.kept.iter_mut().map(|message| {
            message.handed = true;
            message.frame.clone()
        })
    }

    /// All that is kept, when the session is over.
    pub(super) fn into_rest(self) -> IntoIter<Kept> {
        self.kept.into_iter()
    }

    /// How many messages were ever said to this session.
    pub(super) fn sent(&self) -> u64 {
        self.acknowledged + self.kept.len() as u64
    }

    /// Messages and bytes kept, of both shares.
    pub(super) fn fill_of_both(&self) -> (usize, usize) {
        (self.kept.len(), self.relayed.bytes + self.own.bytes)
    }

    /// The index of the oldest message that is kept, or of the next one: so many are acknowledged.
    pub(super) fn oldest(&self) -> u64 {
        self.acknowledged
    }

    /// Bytes that all of it counts for on the node.
    pub(super) fn memory(&self) -> usize {
        let (messages, bytes) = self.fill_of_both();
        bytes + messages * KEPT_COST
    }

    /// Messages and bytes of the server's own that are kept.
    pub(super) fn own(&self) -> (usize, usize) {
        (self.own.messages, self.own.bytes)
    }

    fn fill(&mut self, share: Share) -> &mut Fill {
        match share {
            Share::Relayed => &mut self.relayed,
            Share::Own => &mut self.own,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str, share: Share) -> Kept {
        Kept { frame: text.to_owned().into(), share, receipt: None, handed: false }
    }

    #[test]
    fn an_acknowledgement_forgets_what_it_covers_and_nothing_else() {
        let mut outbox = Outbox::default();
        for text in ["a", "b", "c"] {
            outbox.keep(message(text, Share::Relayed));
        }

        let done: Vec<_> = outbox.acknowledge(2).expect("two were sent").collect();

        assert_eq!(done.iter().map(|it| &*it.frame).collect::<Vec<_>>(), ["a", "b"]);
        assert_eq!(outbox.replay().collect::<Vec<_>>(), ["c"]);
        assert_eq!((outbox.sent(), outbox.relayed.bytes), (3, 1));
    }

    #[test]
    fn an_acknowledgement_is_refused_below_the_last_and_above_what_was_sent() {
        let mut outbox = Outbox::default();
        outbox.keep(message("a", Share::Own));
        assert_eq!(outbox.acknowledge(1).map(Iterator::count), Ok(1));

        assert_eq!(outbox.acknowledge(0).map(Iterator::count), Err(OutOfRange::Late));
        assert_eq!(outbox.acknowledge(2).map(Iterator::count), Err(OutOfRange::Ahead));
        assert_eq!(outbox.acknowledge(1).map(Iterator::count), Ok(0));
    }

    #[test]
    fn a_promised_verdict_has_its_room_whatever_else_is_said() {
        let config = Config { queue_messages: 4, ..Config::default() };
        let mut outbox = Outbox::default();
        assert!(outbox.takes_promise(1, &config));
        assert!(!outbox.takes_promise(2, &config));

        outbox.keep(message("a", Share::Own));
        outbox.keep(message("b", Share::Own));

        assert!(!outbox.takes_own(1, 2, &config), "the rest is promised");
        assert!(outbox.takes_own(1, 1, &config), "a promise that is kept makes room for itself");
    }

    #[test]
    fn a_queue_has_little_more_room_than_messages_however_many_came_and_went() {
        let mut outbox = Outbox::default();
        for _ in 0..1000 {
            outbox.keep(message("a", Share::Relayed));
            assert!(outbox.kept.capacity() <= outbox.kept.len() * 5 / 4 + 4);
        }

        for count in 1..=1000 {
            drop(outbox.acknowledge(count));
            assert!(outbox.kept.capacity() <= outbox.kept.len() * 4 + 4, "{count}");
        }

        assert_eq!(outbox.kept.capacity(), 0);
    }

    #[test]
    fn each_share_has_a_bound_of_its_own() {
        let config = Config { queue_messages: 1, queue_bytes: 10, ..Config::default() };
        let mut outbox = Outbox::default();
        assert!(!outbox.takes_relayed(11, &config));
        outbox.keep(message("a", Share::Relayed));

        assert!(!outbox.takes_relayed(1, &config));
        assert!(outbox.takes_own(10, 0, &config));
    }
}
