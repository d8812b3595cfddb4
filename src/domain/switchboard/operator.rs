//! What an operator may see and do: pages of what there is, and a hand in it.
//!
//! What is seen changes nothing, and costs no more than a page. What is done is a step like any
//! input: what it brings about is appended to `effects`, and whatever falls due with it is done.

use std::time::Instant;

use super::{Service, Switchboard};
use crate::domain::book::Page;
use crate::domain::call::{CallEvent, Stage};
use crate::domain::calls::Call;
use crate::domain::session::Session;
use crate::domain::{Backlog, Effect, Handle};
use crate::protocol::{
    CallId, Close, Data, DisplayName, Refusal, Relayed, RoomId, Sender, ServerMessage, SessionId,
    Unavailable, UserId,
};

/// A user who is there, in a line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserReport {
    /// Who.
    pub user: UserId,
    /// What people read.
    pub name: Option<DisplayName>,
    /// Which session.
    pub session: SessionId,
    /// When that began.
    pub since: Instant,
    /// Whether its socket broke and it waits for another.
    pub is_waiting: bool,
    /// In the order of joining.
    pub rooms: Vec<RoomId>,
    /// Its own call: one that it has requested, or an accepted one.
    pub call: Option<CallId>,
    /// The calls that ring at it, in the order in which they began to; at most 3.
    pub ringing: Vec<CallId>,
}

/// A user who is there, in detail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserDetail {
    /// The line.
    pub report: UserReport,
    /// Its calls: its own one, if any, then those that ring at it.
    pub calls: Vec<CallReport>,
    /// Whether the session can outlive its socket.
    pub counts: bool,
    /// What is kept until it is acknowledged: messages, bytes.
    pub kept: (usize, usize),
    /// What its socket has not taken yet.
    pub unwritten: Backlog,
}

/// A live call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CallReport {
    /// Which.
    pub call: CallId,
    /// Who asked.
    pub caller: UserId,
    /// Who was asked.
    pub callee: UserId,
    /// How far it has come.
    pub stage: Stage,
}

/// Whom a message to a room has reached.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reached {
    /// How many took it.
    pub members: usize,
    /// Who was too far behind to take it.
    pub too_far_behind: Vec<UserId>,
}

/// What an operator sees.
impl<C: Handle> Switchboard<C> {
    /// At most `limit` users after `after`, in byte order.
    pub fn users(&self, after: Option<&UserId>, limit: usize) -> Page<UserReport, UserId> {
        let (users, next) = self.registry.page(after, limit, None);
        let entries = users.into_iter().filter_map(|user| self.report(user)).collect();
        Page { entries, next }
    }

    /// How many users are there.
    pub fn user_count(&self) -> usize {
        self.registry.len()
    }

    /// All about one user who is there.
    pub fn user(&self, user: &UserId) -> Option<UserDetail> {
        let session = self.registry.session(user)?;
        let report = self.report(user.clone())?;
        let calls = self.calls_of(user, report.call.as_ref());
        let calls = calls.iter().map(|id| report_call(id, &self.calls[id])).collect();
        Some(UserDetail {
            report,
            calls,
            counts: session.ledger.is_some(),
            kept: session.ledger.as_ref().map_or((0, 0), |ledger| ledger.outbox.fill_of_both()),
            unwritten: session.connection().map(Handle::backlog).unwrap_or_default(),
        })
    }

    fn report(&self, user: UserId) -> Option<UserReport> {
        let session = self.registry.session(&user)?;
        let Session { id, name, since, rooms, call, .. } = session;
        let ringing = self.calls.ringing_at(&user).to_vec();
        Some(UserReport {
            user,
            name: name.clone(),
            session: id.clone(),
            since: *since,
            is_waiting: session.is_away(),
            rooms: rooms.clone(),
            call: call.clone(),
            ringing,
        })
    }

    /// At most `limit` live calls after `after`, in byte order.
    pub fn live_calls(&self, after: Option<&CallId>, limit: usize) -> Page<CallReport, CallId> {
        self.calls.page(after, limit, report_call)
    }

    /// At most `limit` rooms after `after`, in byte order, with the number of their members.
    pub fn live_rooms(
        &self,
        after: Option<&RoomId>,
        limit: usize,
    ) -> Page<(RoomId, usize), RoomId> {
        self.rooms.page(after, limit)
    }

    /// Who is in the room, in the order of their coming; nobody where there is no such room.
    pub fn members(&self, room: &RoomId) -> Vec<(UserId, Option<DisplayName>)> {
        let name = |user: &UserId| self.registry.session(user).and_then(|it| it.name.clone());
        self.rooms.members(room).iter().map(|user| (user.clone(), name(user))).collect()
    }
}

fn report_call(id: &CallId, call: &Call) -> CallReport {
    CallReport {
        call: id.clone(),
        caller: call.caller.clone(),
        callee: call.callee.clone(),
        stage: call.stage,
    }
}

/// What an operator does.
impl<C: Handle> Switchboard<C> {
    /// Ends the user's session, whether it has a socket or not. It may log in again.
    pub fn remove_user(
        &mut self,
        user: &UserId,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<(), Refusal> {
        if self.registry.session(user).is_none() {
            return Err(Refusal::UserOffline(user.clone()));
        }
        self.counts.removed += 1;
        self.evict(user, Close::Removed, now, effects);
        self.follow_up(now, effects);
        Ok(())
    }

    /// Ends the call; both parties are told.
    pub fn cut_call(
        &mut self,
        call: &CallId,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<(), Refusal> {
        if !self.end_by_nobody(call, CallEvent::Cut, effects) {
            return Err(Refusal::CallOver(call.clone()));
        }
        self.follow_up(now, effects);
        Ok(())
    }

    /// Sends a message to one user.
    pub fn say_to_user(
        &mut self,
        user: &UserId,
        data: Data,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<(), Refusal> {
        self.may_speak()?;
        let relayed = Relayed { from: Sender::Server, call_id: None, room: None, data };
        self.relay(user, ServerMessage::Message(relayed).encode(), None, effects)?;
        self.follow_up(now, effects);
        Ok(())
    }

    /// Sends a message to everybody in a room. Where there is no such room it reaches nobody.
    pub fn say_to_room(
        &mut self,
        room: &RoomId,
        data: Data,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<Reached, Refusal> {
        self.may_speak()?;
        let relayed =
            Relayed { from: Sender::Server, call_id: None, room: Some(room.clone()), data };
        let frame = ServerMessage::Message(relayed).encode();
        let mut reached = Reached::default();
        let members = self.rooms.members(room).iter();
        let members = members.filter(|user| !self.left.holds_room(user, room));
        for user in members.cloned().collect::<Vec<_>>() {
            match self.relay(&user, frame.clone(), None, effects) {
                Ok(_) => reached.members += 1,
                // A member without a session is about to leave the room.
                Err(Refusal::UserOffline(_)) => {}
                Err(_) => reached.too_far_behind.push(user),
            }
        }
        self.follow_up(now, effects);
        Ok(reached)
    }

    fn may_speak(&self) -> Result<(), Refusal> {
        match self.service {
            Service::Open => Ok(()),
            Service::Settling | Service::Closed => Err(Refusal::Unavailable(Unavailable::Draining)),
        }
    }
}
