//! Work that is too long for one step: a step does a part, the next one goes on.
//!
//! Promises: whatever clients do, what falls due in a step brings about at most [`SLICE`] frames
//! and one room's more, and looks at ten times as many users or names. Messages of others come in
//! between. The rest is done in order, at the next [`Input::Tick`](super::Input::Tick), which is due at
//! once.

use std::time::Instant;

use super::left::Left;
use super::{Service, Switchboard};
use crate::domain::{Effect, Handle};
use crate::protocol::{RoomId, ServerMessage, UserId};

/// Frames that may follow from what falls due in one step: about 0.1 ms of the hub. Their connections
/// write them before the next step, which takes a millisecond. A message on its way waits for such a
/// millisecond three times: to be read, to be judged and to be written. A room that is left is told as
/// a whole, so the last piece of a slice may bring `max-members` frames more.
pub const SLICE: usize = 100;
/// Users or names that are looked at, or forgotten, for the time that a frame takes.
pub(super) const LOOKS_A_FRAME: usize = 10;

impl<C: Handle> Switchboard<C> {
    /// Whether [`Input::Tick`](super::Input::Tick) is wanted at once, because the last step left work.
    pub fn has_work_left(&self) -> bool {
        self.unfinished.is_some()
    }

    /// Does what is left and what has become due, as far as one step may go.
    pub(super) fn catch_up(&mut self, now: Instant, effects: &mut Vec<Effect<C>>) {
        self.begin_slice(effects);
        loop {
            self.let_overrun_go(now, effects);
            if self.is_spent(effects) {
                self.unfinished = Some(now).filter(|_| self.has_more(now));
                return;
            }
            if !self.do_next(now, effects) {
                self.unfinished = None;
                return;
            }
        }
    }

    /// Follows up anything but a tick. The rest of an earlier step waits for its tick, so that
    /// a batch of messages does not do a slice each.
    pub(super) fn follow_up(&mut self, now: Instant, effects: &mut Vec<Effect<C>>) {
        if self.unfinished.is_none() {
            self.catch_up(now, effects);
        }
    }

    fn begin_slice(&mut self, effects: &[Effect<C>]) {
        self.slice_from = effects.len();
        self.looks = 0;
    }

    /// Whether this step has done enough.
    pub(super) fn is_spent(&self, effects: &[Effect<C>]) -> bool {
        let frames = effects.len().saturating_sub(self.slice_from);
        frames + self.looks / LOOKS_A_FRAME >= SLICE
    }

    /// Takes this many looks out of the step, before they are done. A whole step must have room for them.
    /// Returns whether they fit; if not, the step is spent, and the work is for the next one.
    pub(super) fn takes(&mut self, looks: usize, effects: &[Effect<C>]) -> bool {
        let frames = effects.len().saturating_sub(self.slice_from);
        let left = (SLICE.saturating_sub(frames) * LOOKS_A_FRAME).saturating_sub(self.looks);
        self.looks += if looks <= left { looks } else { left };
        looks <= left
    }

    /// Lets those go who have fallen too far behind, as far as one step may go. The end of a session
    /// ends its calls, and to be told of that may be too much for the next one.
    fn let_overrun_go(&mut self, now: Instant, effects: &mut Vec<Effect<C>>) {
        while !self.is_spent(effects) {
            let Some((user, behind)) = self.overrun.pop_first() else { return };
            match &mut self.farewell {
                Some(farewell) => {
                    self.looks += 1;
                    farewell.behind.insert(user);
                }
                None => {
                    self.looks += LOOKS_A_FRAME;
                    self.let_go(&user, behind, now, effects);
                }
            }
        }
    }

    /// Whether [`Switchboard::do_next`] has something to do.
    fn has_more(&self, now: Instant) -> bool {
        !self.overrun.is_empty()
            || !self.left.is_empty()
            || self.farewell.is_some()
            || self.service == Service::Settling && self.open_receipts == 0
            || self.presence.telling.is_some()
            || self.presence.round.now.has_turns()
            || self.agenda.next().is_some_and(|at| at <= now)
    }

    /// One piece of work. Whether there was any.
    fn do_next(&mut self, now: Instant, effects: &mut Vec<Effect<C>>) -> bool {
        if let Some((number, left)) = self.left.pop() {
            if let Some(rest) = self.clear_away(left, effects) {
                self.left.put_back(number, rest);
            }
        } else if self.farewell.is_some() {
            self.go_on_sending_away(effects);
        } else if self.service == Service::Settling && self.open_receipts == 0 {
            self.send_away();
        } else if self.go_on_telling(now, effects) || self.go_on_with_totals(effects) {
        } else if let Some(due) = self.agenda.pop(now) {
            // A timer that comes to nothing takes its time, too.
            self.looks += LOOKS_A_FRAME;
            self.fall_due(due, now, effects);
        } else {
            return false;
        }
        true
    }

    /// Tells the news. Returns what there was no room for in this step.
    fn clear_away(&mut self, left: Left, effects: &mut Vec<Effect<C>>) -> Option<Left> {
        self.looks += 1;
        match left {
            Left::Room { user, name, room, tells_user } => {
                // Members without a socket are told, too.
                self.looks += self.rooms.members(&room).len();
                self.step_out(&room, &user, name, effects);
                if tells_user {
                    let left = ServerMessage::RoomLeft(self.membership(&room, &user, None));
                    self.tell(&user, &left, effects);
                }
                None
            }
            Left::Kept { receiver, mut rest } => {
                for message in rest.by_ref() {
                    self.looks += 1;
                    self.settle_left(message, &receiver, effects);
                    if self.is_spent(effects) {
                        break;
                    }
                }
                (rest.len() > 0).then_some(Left::Kept { receiver, rest })
            }
        }
    }

    /// Leaves a room at once that the user has yet to leave, before it says something about it.
    pub(super) fn finish_leaving(
        &mut self,
        leaver: &UserId,
        of: &RoomId,
        effects: &mut Vec<Effect<C>>,
    ) {
        if let Some(left) = self.left.take_room(leaver, of) {
            // A room is left whole.
            let _ = self.clear_away(left, effects);
        }
    }
}
