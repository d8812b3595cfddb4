//! From the socket to the hub.

use std::task::{self, Poll};
use std::time::Duration;

use log::trace;
use tokio::time::Instant;

use crate::hub::{ALWAYS_READ, Batch, ConnectionEvent, Payload};

use super::Limits;
use super::actor::{Connection, EndOfTalk};
use super::clock::Asked;
use super::closing::Phase;
use super::frames::{Incoming, ReadEnd, Room};

/// Frames read in one turn; then others have theirs.
pub(super) const FRAMES_A_TURN: usize = 16;

/// Bytes read in one turn, or of messages, from which on others have theirs. So the bytes that a
/// connection has read and the hub has not handled yet are little more than a message. Without room
/// for others a turn has [`ALWAYS_READ`] bytes.
pub(super) const BYTES_A_TURN: usize = 64 << 10;

/// Control frames that may wait before reading does: a client that sends pings and takes no
/// pongs must not fill the memory.
pub(super) const CONTROLS_WAITING: usize = 16;

/// Bytes that a message on its way to the hub counts for besides its content.
pub(super) const MESSAGE_COST: usize = size_of::<Payload>();

/// How long a client that must not send more at the moment waits until it is looked at again.
const NO_ROOM: Duration = Duration::from_millis(100);

/// Why a turn of reading stops.
enum Stop {
    /// The socket has nothing more, and wakes this task when it has.
    Dry,
    /// It was enough for one turn.
    Full,
    /// Nothing more may be read until some time has passed.
    HeldUp,
    /// Nothing more comes.
    End(EndOfTalk),
}

impl Connection {
    /// Reads what this phase allows, at most [`FRAMES_A_TURN`] frames or [`BYTES_A_TURN`].
    pub(super) fn read(&mut self, cx: &mut task::Context<'_>, now: Instant) {
        let received = self.reader.received();
        match self.phase {
            Phase::Registering { .. } => return self.read_proof(cx, now),
            Phase::Resetting | Phase::Over => return,
            Phase::Open => self.read_messages(cx, now),
            Phase::Closing(_) | Phase::Ending(_) => self.read_out(cx, now),
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

    /// How much of messages that are not whole may be read.
    pub(super) fn room(&self) -> Room {
        if self.is_crowded() { Room::Little } else { Room::Plenty }
    }

    /// Whether incoming messages take all the room that the node has for them, or that it has for one
    /// address. One client alone finds room always, so that no message is too long for a small node.
    fn is_crowded(&self) -> bool {
        let Limits { incoming, incoming_of_address, .. } = self.node.limits;
        let fills = |held: usize, room: usize| held >= room && held > self.reader.counted_over();
        let all = self.node.memory.crowding();
        // An address is looked up only if it can have that much.
        let address = || self.held_by_address().is_some_and(|it| fills(it, incoming_of_address));
        fills(all, incoming) || all >= incoming_of_address && address()
    }

    /// Whether the client takes room that others could use.
    pub(super) fn owes_much(&self) -> bool {
        self.owing_since.is_some() && self.reader.counted_over() > 0
    }

    /// Whether it has to be finished soon, because there is no room for others.
    pub(super) fn is_in_the_way(&self) -> bool {
        self.owes_much() && self.is_crowded()
    }

    /// How long nothing is read although hub and socket are ready.
    pub(super) fn held_up_for(&self, now: Instant) -> Option<Duration> {
        self.is_held_up.then(|| self.frame_rate.wait(now).max(NO_ROOM))
    }

    fn read_messages(&mut self, cx: &mut task::Context<'_>, now: Instant) {
        if !self.may_read(cx) {
            return;
        }
        if let Some(end) = self.read_end.take() {
            return self.end_of_talk(*end);
        }
        let mut batch = self.take_early().unwrap_or_default();
        let (stop, bytes) = match batch.is_empty() {
            true => self.read_batch(cx, now, &mut batch),
            false => (Stop::Full, batch.iter().map(Payload::len).sum()),
        };
        if batch.is_empty() {
            return self.stop_reading(cx, stop);
        }
        if let Some(presence) = &self.presence {
            presence.link.batch_sent(bytes + batch.len() * MESSAGE_COST);
        }
        self.report(ConnectionEvent::Said(batch));
        match stop {
            // Nothing waits for the hub: the socket, or time, wakes this task.
            Stop::Dry | Stop::HeldUp => return,
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
            Stop::Dry | Stop::HeldUp => {}
            Stop::Full => cx.waker().wake_by_ref(),
            Stop::End(end) => self.end_of_talk(end),
        }
    }

    /// Reads until something ends the turn. Returns why it ends, and the bytes that `batch` keeps.
    fn read_batch(
        &mut self,
        cx: &mut task::Context<'_>,
        now: Instant,
        batch: &mut Batch,
    ) -> (Stop, usize) {
        let (room, begin) = (self.room(), self.reader.received());
        let most = match room {
            Room::Plenty => BYTES_A_TURN,
            Room::Little => ALWAYS_READ,
        };
        let mut bytes = 0;
        let mut stop = Stop::Full;
        for _ in 0..FRAMES_A_TURN {
            // Before each frame: those that carry nothing have a rate.
            self.is_held_up = !self.frame_rate.wait(now).is_zero();
            if self.is_held_up {
                stop = Stop::HeldUp;
                break;
            }
            let next = self.reader.poll_next(&mut self.io, cx, room);
            match self.take_frame(next, now, batch) {
                Ok(length) => bytes += length,
                Err(end) => {
                    stop = end;
                    break;
                }
            }
            if bytes.max((self.reader.received() - begin) as usize) >= most {
                break;
            }
        }
        // A short message may keep alive all that was read together with it.
        let read = (self.reader.received() - begin) as usize;
        (stop, bytes.max(read))
    }

    /// Takes what the reader has, into the batch if it is a message, and returns its length; or why
    /// the turn ends.
    fn take_frame(
        &mut self,
        next: Poll<Result<Incoming, ReadEnd>>,
        now: Instant,
        batch: &mut Batch,
    ) -> Result<usize, Stop> {
        let small = self.reader.take_small();
        if small > 0 {
            self.frame_rate.charge(small, now);
        }
        match next {
            Poll::Ready(Ok(Incoming::Message(payload))) => {
                trace!(user = self.user(), bytes = payload.len(); "in");
                self.owing_since = None;
                let length = payload.len();
                batch.push(payload);
                return Ok(length);
            }
            Poll::Ready(Ok(Incoming::Ping(content))) => self.backlog.push_pong(content),
            Poll::Ready(Ok(Incoming::Pong | Incoming::Parts)) => {}
            Poll::Ready(Ok(Incoming::Close(code))) => {
                return Err(Stop::End(EndOfTalk::Close(code)));
            }
            Poll::Ready(Err(end)) => return Err(Stop::End(EndOfTalk::Read(end))),
            Poll::Ready(Ok(Incoming::NoRoom)) => {
                self.owing_since = self.owing_since.or(Some(now));
                self.is_held_up = true;
                return Err(Stop::HeldUp);
            }
            Poll::Pending => {
                self.owing_since = match self.reader.owes_more() {
                    true => self.owing_since.or(Some(now)),
                    false => None,
                };
                return Err(Stop::Dry);
            }
        }
        Ok(0)
    }

    /// Reads and throws away, until the client's close has come and then until its stream ends.
    fn read_out(&mut self, cx: &mut task::Context<'_>, now: Instant) {
        for _ in 0..FRAMES_A_TURN {
            let room = self.room();
            match self.phase {
                Phase::Closing(patience) => {
                    let next = self.reader.poll_next(&mut self.io, cx, room);
                    let small = self.reader.take_small();
                    if small > 0 {
                        self.frame_rate.charge(small, now);
                    }
                    match next {
                        // Over their rate small frames are no longer told apart: that takes the time,
                        // and all that is left to come of use is the client's close.
                        _ if !self.frame_rate.wait(now).is_zero() => {
                            self.phase = Phase::Ending(patience);
                        }
                        Poll::Ready(Ok(
                            Incoming::Message(_)
                            | Incoming::Ping(_)
                            | Incoming::Pong
                            | Incoming::Parts,
                        )) => {}
                        // Without room for a message its frames are thrown away unread.
                        Poll::Ready(Ok(Incoming::Close(_) | Incoming::NoRoom)) => {
                            self.phase = Phase::Ending(patience);
                        }
                        Poll::Ready(Err(end)) => return self.end_of_stream(end, patience),
                        Poll::Pending => return,
                    }
                }
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
