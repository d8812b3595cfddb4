//! From the socket to the hub.

use std::task::{self, Poll};

use log::trace;
use tokio::time::Instant;

use crate::hub::{Batch, ConnectionEvent};

use super::actor::{Connection, EndOfTalk};
use super::clock::Asked;
use super::closing::Phase;
use super::frames::Incoming;

/// Frames read in one turn; then others have theirs.
const FRAMES_A_TURN: usize = 16;

/// Bytes of messages read in one turn, from which on others have theirs: what all connections have
/// read and the hub has not handled yet shall be little more than a message each.
pub(super) const BYTES_A_TURN: usize = 64 << 10;

/// Control frames that may wait before reading does: a client that sends pings and takes no
/// pongs must not fill the memory.
const CONTROLS_WAITING: usize = 64;

/// Why a turn of reading stops.
enum Stop {
    /// The socket has nothing more, and wakes this task when it has.
    Dry,
    /// It was enough for one turn.
    Full,
    /// Nothing more comes.
    End(EndOfTalk),
}

impl Connection {
    /// Reads what this phase allows, at most [`FRAMES_A_TURN`] frames or [`BYTES_A_TURN`].
    pub(super) fn read(&mut self, cx: &mut task::Context<'_>, now: Instant) {
        let received = self.reader.received();
        match self.phase {
            Phase::Registering { .. } => return self.read_proof(cx),
            Phase::Resetting | Phase::Over => return,
            Phase::Open => self.read_messages(cx, now),
            Phase::Closing(_) | Phase::Ending(_) => self.read_out(cx),
        }
        if self.reader.received() > received {
            self.heard = now;
            let asked = std::mem::replace(&mut self.asked, Asked::Nothing);
            if let Asked::ByHeartbeat { at } | Asked::ByHub { at } = asked {
                self.node.meters.answered(now.saturating_duration_since(at));
            }
            if let Asked::ByHub { .. } = asked {
                self.report(ConnectionEvent::Alive);
            }
        }
    }

    /// Whether the client may be heard; if not, its turn comes when hub or socket are ready.
    pub(super) fn may_read(&self, cx: &task::Context<'_>) -> bool {
        let presence = self.presence.as_ref();
        presence.is_some_and(|presence| presence.link.may_read(cx.waker()))
            && self.backlog.controls() < CONTROLS_WAITING
    }

    fn read_messages(&mut self, cx: &mut task::Context<'_>, now: Instant) {
        if !self.may_read(cx) {
            return;
        }
        if let Some(end) = self.read_end.take() {
            return self.end_of_talk(*end);
        }
        let mut batch = self.take_early().unwrap_or_default();
        let stop = match batch.is_empty() {
            true => self.read_batch(cx, now, &mut batch),
            false => Stop::Full,
        };
        if batch.is_empty() {
            return self.stop_reading(cx, stop);
        }
        if let Some(presence) = &self.presence {
            presence.link.batch_sent();
        }
        self.report(ConnectionEvent::Said(batch));
        match stop {
            // Nothing waits for the hub: the socket wakes this task when more has come.
            Stop::Dry => return,
            Stop::Full => {}
            Stop::End(end) => self.read_end = Some(Box::new(end)),
        }
        if self.may_read(cx) {
            cx.waker().wake_by_ref();
        }
    }

    /// After a turn in which no message was whole.
    fn stop_reading(&mut self, cx: &task::Context<'_>, stop: Stop) {
        match stop {
            Stop::Dry => {}
            Stop::Full => cx.waker().wake_by_ref(),
            Stop::End(end) => self.end_of_talk(end),
        }
    }

    fn read_batch(&mut self, cx: &mut task::Context<'_>, now: Instant, batch: &mut Batch) -> Stop {
        let mut bytes = 0;
        for _ in 0..FRAMES_A_TURN {
            match self.reader.poll_next(&mut self.io, cx) {
                Poll::Ready(Ok(Incoming::Message(payload))) => {
                    trace!(user = self.user(), bytes = payload.len(); "in");
                    self.owing_since = None;
                    bytes += payload.len();
                    batch.push(payload);
                    if bytes >= BYTES_A_TURN {
                        break;
                    }
                }
                Poll::Ready(Ok(Incoming::Ping(content))) => self.backlog.push_pong(content),
                Poll::Ready(Ok(Incoming::Pong | Incoming::Parts)) => {}
                Poll::Ready(Ok(Incoming::Close(code))) => return Stop::End(EndOfTalk::Close(code)),
                Poll::Ready(Err(end)) => return Stop::End(EndOfTalk::Read(end)),
                Poll::Pending => {
                    self.owing_since = match self.reader.owes_more() {
                        true => self.owing_since.or(Some(now)),
                        false => None,
                    };
                    return Stop::Dry;
                }
            }
        }
        Stop::Full
    }

    /// Reads and throws away, until the client's close has come and then until its stream ends.
    fn read_out(&mut self, cx: &mut task::Context<'_>) {
        for _ in 0..FRAMES_A_TURN {
            match self.phase {
                Phase::Closing(patience) => match self.reader.poll_next(&mut self.io, cx) {
                    Poll::Ready(Ok(
                        Incoming::Message(_) | Incoming::Ping(_) | Incoming::Pong | Incoming::Parts,
                    )) => {}
                    Poll::Ready(Ok(Incoming::Close(_))) => self.phase = Phase::Ending(patience),
                    Poll::Ready(Err(end)) => return self.end_of_stream(end, patience),
                    Poll::Pending => return,
                },
                Phase::Ending(_) => match self.reader.poll_discard(&mut self.io, cx) {
                    Poll::Ready(Ok(true)) => {}
                    Poll::Ready(Ok(false)) => return self.over(),
                    Poll::Ready(Err(error)) => return self.broken(&error),
                    Poll::Pending => return,
                },
                Phase::Registering { .. } | Phase::Open | Phase::Resetting | Phase::Over => return,
            }
        }
        cx.waker().wake_by_ref();
    }
}
