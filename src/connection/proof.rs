//! Showing that the client is there, before it takes the place of somebody.
//!
//! The request of a login that was given up may lie in the network for long, and arrive after the
//! one that its client made since. Only a client that is there answers a ping.

use std::task::{self, Poll};
use std::time::Duration;

use tokio::time::Instant;

use crate::domain::Login;
use crate::hub::{Batch, ConnectionEvent};

use super::actor::{Connection, EndOfTalk};
use super::closing::Phase;
use super::frames::Incoming;
use super::reading::{BYTES_A_TURN, MESSAGE_COST};

/// How long the client may take to answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Messages that may come before the pong, or control frames. Nobody has to send any before it is
/// registered, and who sends that many is there.
const EARLY: usize = 16;

/// A connection that has been asked for a sign of life before it is registered.
#[derive(Debug)]
pub(super) struct Proof {
    /// What it claims again with; `None` when it has.
    login: Option<Box<Login>>,
    /// The messages that came before the pong, for the time after `registered`: one batch, in buffers of its own.
    early: Batch,
    early_bytes: usize,
    /// Until when it is to be registered, once it has shown itself.
    until: Instant,
}

impl Proof {
    /// Bytes of memory of what came early.
    pub(super) fn early_bytes(&self) -> usize {
        self.early_bytes
    }
}

impl Connection {
    /// Sends the ping whose answer is the proof.
    pub(super) fn ask_for_proof(&mut self, login: Box<Login>) {
        let Phase::Registering { until } = self.phase else { return };
        let proof = Proof { login: Some(login), early: Batch::new(), early_bytes: 0, until };
        self.proof = Some(Box::new(proof));
        self.phase = Phase::Registering { until: until.min(Instant::now() + PATIENCE) };
        self.backlog.push_ping();
    }

    /// What came while the proof was awaited, once.
    pub(super) fn take_early(&mut self) -> Option<Batch> {
        let Proof { early, .. } = *self.proof.take()?;
        (!early.is_empty()).then_some(early)
    }

    /// Reads until the proof has come, if one is awaited. Frames that carry nothing count against
    /// their rate here too, and a client that has used up its burst is there.
    pub(super) fn read_proof(&mut self, cx: &mut task::Context<'_>, now: Instant) {
        let room = self.room();
        while self.proof.as_ref().is_some_and(|proof| proof.login.is_some()) {
            let next = self.reader.poll_next(&mut self.io, cx, room);
            self.frame_rate.charge(self.reader.take_small(), now);
            if !self.frame_rate.wait(now).is_zero() {
                self.claim_again();
            }
            match next {
                Poll::Ready(Ok(Incoming::Message(payload))) => {
                    let Some(proof) = &mut self.proof else { return };
                    proof.early_bytes += payload.len() + MESSAGE_COST;
                    proof.early.push(payload.detached());
                    if proof.early.len() == EARLY || proof.early_bytes >= BYTES_A_TURN {
                        self.claim_again();
                    }
                }
                // A client that sends more than there is room for is alive, too.
                Poll::Ready(Ok(Incoming::Pong | Incoming::NoRoom)) => self.claim_again(),
                Poll::Ready(Ok(Incoming::Ping(content))) => {
                    self.backlog.push_pong(content);
                    if self.backlog.controls() >= EARLY {
                        self.claim_again();
                    }
                }
                Poll::Ready(Ok(Incoming::Parts)) => return cx.waker().wake_by_ref(),
                Poll::Ready(Ok(Incoming::Close(code))) => {
                    return self.end_of_talk(EndOfTalk::Close(code));
                }
                Poll::Ready(Err(end)) => return self.end_of_talk(EndOfTalk::Read(end)),
                Poll::Pending => return,
            }
        }
    }

    fn claim_again(&mut self) {
        let Some(proof) = &mut self.proof else { return };
        let Some(login) = proof.login.take() else { return };
        self.phase = Phase::Registering { until: proof.until };
        self.report(ConnectionEvent::Opened(login));
    }
}
