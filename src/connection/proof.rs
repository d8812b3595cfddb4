//! Showing that the client is there, before it takes the place of somebody.
//!
//! The request of a login that was given up may lie in the network for long, and arrive after the
//! one that its client made since. Only a client that is there answers a ping.

use std::task::{self, Poll};

use crate::domain::Login;
use crate::hub::{ConnectionEvent, Payload};

use super::actor::{Connection, EndOfTalk};
use super::frames::Incoming;

/// Messages that may come before the pong. Nobody has to send any before it is registered, and
/// who sends that many is there.
const EARLY: usize = 16;

/// A connection that has been asked for a sign of life before it is registered.
#[derive(Debug)]
pub(super) struct Proof {
    /// What it claims again with; `None` when it has.
    login: Option<Box<Login>>,
    /// What came before the pong, for the time after `registered`.
    early: Vec<Payload>,
}

impl Connection {
    /// Sends the ping whose answer is the proof.
    pub(super) fn ask_for_proof(&mut self, login: Box<Login>) {
        self.proof = Some(Box::new(Proof { login: Some(login), early: Vec::new() }));
        self.backlog.push_ping();
    }

    /// What came while the proof was awaited, once.
    pub(super) fn take_early(&mut self) -> Option<Vec<Payload>> {
        let Proof { early, .. } = *self.proof.take()?;
        (!early.is_empty()).then_some(early)
    }

    /// Reads until the proof has come, if one is awaited.
    pub(super) fn read_proof(&mut self, cx: &mut task::Context<'_>) {
        while let Some(proof) = &mut self.proof
            && proof.login.is_some()
        {
            match self.reader.poll_next(&mut self.io, cx) {
                Poll::Ready(Ok(Incoming::Message(payload))) => {
                    proof.early.push(payload);
                    if proof.early.len() == EARLY {
                        self.claim_again();
                    }
                }
                Poll::Ready(Ok(Incoming::Pong)) => self.claim_again(),
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
        let login = self.proof.as_mut().and_then(|proof| proof.login.take());
        if let Some(login) = login {
            self.report(ConnectionEvent::Opened(*login));
        }
    }
}
