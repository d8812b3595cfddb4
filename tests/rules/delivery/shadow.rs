//! What the server must have kept for one session, as an onlooker of its effects can tell.

use std::collections::VecDeque;

use bytestring::ByteString;
use switchboard::config::Config;
use switchboard::domain::KEPT_COST;
use switchboard::protocol::ServerMessage;

#[derive(Default)]
pub struct Shadow {
    acknowledged: u64,
    kept: VecDeque<(ByteString, bool)>,
    /// What a resume has to replay first of all.
    expected: VecDeque<(ByteString, bool)>,
}

impl Shadow {
    pub fn keeps(&mut self, frame: &ByteString, message: &ServerMessage) {
        if let Some((expected, _)) = self.expected.pop_front() {
            assert_eq!(*frame, expected, "a replay leaves something out");
        }
        use ServerMessage as M;
        let relayed = matches!(message, M::Message(_) | M::Offer(_));
        self.kept.push_back((frame.clone(), relayed));
    }

    pub fn acknowledges(&mut self, count: u64) {
        let sent = self.acknowledged + self.kept.len() as u64;
        if (self.acknowledged..=sent).contains(&count) {
            self.kept.drain(..(count - self.acknowledged) as usize);
            self.acknowledged = count;
        }
    }

    /// Another socket has the session, with so much counted.
    pub fn resumes(&mut self, received: u64) {
        assert!(received >= self.acknowledged, "a late attempt got the session");
        let known = self.kept.len().min((received - self.acknowledged) as usize);
        self.kept.drain(..known);
        self.acknowledged = received;
        self.expected = std::mem::take(&mut self.kept);
    }

    pub fn bytes(&self) -> usize {
        self.kept.iter().map(|(frame, _)| frame.len()).sum()
    }

    /// The same with their cost.
    pub fn memory(&self) -> usize {
        self.bytes() + self.kept.len() * KEPT_COST
    }

    pub fn is_within(&self, config: &Config) {
        assert!(self.expected.is_empty(), "not replayed: {:?}", self.expected);
        let relayed = || self.kept.iter().filter(|it| it.1).map(|it| it.0.len());
        assert!(relayed().count() <= config.queue_messages, "too many messages");
        assert!(relayed().sum::<usize>() <= config.queue_bytes, "too many bytes");
        assert!(self.kept.len() <= 2 * config.queue_messages, "too many messages in all");
        assert!(self.bytes() <= 2 * config.queue_bytes, "too many bytes in all");
    }
}
