//! Calls: asking, answering, ending. What follows from what is the table in `call.rs`.

use std::time::Instant;

use super::Switchboard;
use crate::domain::agenda::Due;
use crate::domain::call::{CallEvent, Outcome, Request, Side, Stage};
use crate::domain::calls::Call;
use crate::domain::session::Session;
use crate::domain::{Effect, Handle};
use crate::protocol::{CallId, Data, EndReason, MessageId, Refusal, ServerMessage, UserId};

/// How a call ended, for those who are told.
struct Ending<'a> {
    reason: EndReason,
    by: Option<&'a UserId>,
    detail: Option<String>,
    /// The `id` of the message with which `by` ended it.
    to_message: Option<MessageId>,
}

impl<C: Handle> Switchboard<C> {
    /// `call-request`.
    pub(super) fn request_call(
        &mut self,
        caller: &UserId,
        id: Option<MessageId>,
        to: UserId,
        request: Request,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<(), Refusal> {
        if *caller == to {
            return Err(Refusal::ToSelf);
        }
        self.may_address(caller, &to)?;
        let Some(session) = self.registry.session_mut(caller) else { return Ok(()) };
        self.quotas
            .call(&mut session.buckets, now)
            .map_err(|retry_after| Refusal::RateLimited { retry_after })?;
        if let Some(own) = session.call.clone() {
            return self.request_within(caller, id, &own, &to, request, effects);
        }
        match self.registry.session(&to).map(|callee| callee.call.is_some()) {
            None => self.decline(caller, id, EndReason::Offline, effects),
            Some(true) => self.decline(caller, id, EndReason::Busy, effects),
            Some(false) => return self.start_ringing(caller, id, to, request, now, effects),
        }
        Ok(())
    }

    /// `call-request` of somebody who has a call: glare accepts it, all else is busy.
    fn request_within(
        &mut self,
        user: &UserId,
        id: Option<MessageId>,
        own: &CallId,
        to: &UserId,
        request: Request,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<(), Refusal> {
        let call = &self.calls[own];
        let outcome = call
            .side(user)
            .filter(|side| call.party(side.other()) == to)
            .map_or(Outcome::Busy, |side| call.stage.on(CallEvent::Request(side)));
        if outcome != Outcome::Accepted {
            self.decline(user, id, EndReason::Busy, effects);
            return Ok(());
        }
        let accept = ServerMessage::CallAccept {
            call_id: own.clone(),
            from: user.clone(),
            offerer: true,
            media: request.media,
            r#ref: None,
            data: request.data,
        };
        self.relay(to, accept.encode(), None, effects)?;
        let answer = ServerMessage::CallAccept {
            call_id: own.clone(),
            from: to.clone(),
            offerer: false,
            media: None,
            r#ref: id,
            data: None,
        };
        self.tell(user, &answer, effects);
        self.mark_accepted(own);
        Ok(())
    }

    fn start_ringing(
        &mut self,
        caller: &UserId,
        id: Option<MessageId>,
        callee: UserId,
        request: Request,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<(), Refusal> {
        let call_id = self.mint.call();
        let rings_until = now + self.config.ring_timeout;
        let call = Call {
            caller: caller.clone(),
            callee: callee.clone(),
            stage: Stage::Ringing,
            rings_until,
            request: request.detached(),
        };
        let invitation = self.invitation(&call_id, &call, now).encode();
        self.relay(&callee, invitation, None, effects)?;
        self.kept_bytes += call.request.bytes();
        self.calls.insert(call_id.clone(), call);
        self.agenda.put(rings_until, Due::NoAnswer(call_id.clone()));
        self.counts.calls_started += 1;
        self.ringing += 1;
        for party in [caller, &callee] {
            if let Some(session) = self.registry.session_mut(party) {
                session.call = Some(call_id.clone());
            }
        }
        let away = self.is_away(&callee);
        let ringing = ServerMessage::CallRinging { call_id, to: callee, away, r#ref: id };
        self.tell(caller, &ringing, effects);
        Ok(())
    }

    /// Lets a call ring again at the callee's new session.
    pub(super) fn ring(&mut self, call_id: &CallId, now: Instant, effects: &mut Vec<Effect<C>>) {
        let Some(call) = self.calls.get(call_id) else { return };
        let callee = call.callee.clone();
        let invitation = self.invitation(call_id, call, now);
        self.tell(&callee, &invitation, effects);
    }

    fn invitation(&self, call_id: &CallId, call: &Call, now: Instant) -> ServerMessage {
        ServerMessage::CallRequest {
            call_id: call_id.clone(),
            from: call.caller.clone(),
            name: self.registry.session(&call.caller).and_then(|caller| caller.name.clone()),
            media: call.request.media,
            continues: call.request.continues.clone(),
            expires: call.rings_until.saturating_duration_since(now).as_millis() as u64,
            data: call.request.data.clone(),
        }
    }

    /// `call-accept`.
    pub(super) fn accept_call(
        &mut self,
        user: &UserId,
        call_id: &CallId,
        data: Option<Data>,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<(), Refusal> {
        let (call, side) = self.own_call(user, call_id)?;
        match call.stage.on(CallEvent::Accept(side)) {
            Outcome::Accepted => {
                let caller = call.caller.clone();
                let accept = ServerMessage::CallAccept {
                    call_id: call_id.clone(),
                    from: user.clone(),
                    offerer: true,
                    media: None,
                    r#ref: None,
                    data,
                };
                self.relay(&caller, accept.encode(), None, effects)?;
                self.mark_accepted(call_id);
                Ok(())
            }
            Outcome::Unchanged => Ok(()),
            Outcome::NotYours | Outcome::Busy | Outcome::RingsAgain | Outcome::Ended(_) => {
                Err(Refusal::NotYourCall(call_id.clone()))
            }
        }
    }

    /// `call-reject`, `call-cancel`, `call-hangup`.
    pub(super) fn end_call(
        &mut self,
        user: &UserId,
        id: Option<MessageId>,
        call_id: &CallId,
        detail: Option<String>,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<(), Refusal> {
        let (call, side) = self.own_call(user, call_id)?;
        let event = CallEvent::End(side);
        if let Outcome::Ended(reason) = call.stage.on(event) {
            let ending = Ending { reason, by: Some(user), detail, to_message: id };
            self.finish_call(call_id, ending, effects);
        }
        Ok(())
    }

    /// Nobody has answered.
    pub(super) fn ring_out(&mut self, call_id: &CallId, effects: &mut Vec<Effect<C>>) {
        let ended = self.end_by_nobody(call_id, CallEvent::RingTimeout, effects);
        self.counts.limits.unanswered += u64::from(ended);
    }

    /// What ends the call is neither of its parties. Whether it has ended.
    pub(super) fn end_by_nobody(
        &mut self,
        call_id: &CallId,
        event: CallEvent,
        effects: &mut Vec<Effect<C>>,
    ) -> bool {
        let Some(call) = self.calls.get(call_id) else { return false };
        let Outcome::Ended(reason) = call.stage.on(event) else { return false };
        let ending = Ending { reason, by: None, detail: None, to_message: None };
        self.finish_call(call_id, ending, effects);
        true
    }

    /// Ends the call of a session that is no longer in the registry.
    pub(super) fn drop_call(
        &mut self,
        user: &UserId,
        session: &Session<C>,
        event: fn(Side) -> CallEvent,
        effects: &mut Vec<Effect<C>>,
    ) {
        let Some(call_id) = &session.call else { return };
        let call = &self.calls[call_id];
        let Some(side) = call.side(user) else { return };
        if let Outcome::Ended(reason) = call.stage.on(event(side)) {
            let ending = Ending { reason, by: Some(user), detail: None, to_message: None };
            self.finish_call(call_id, ending, effects);
        }
    }

    /// The live call of that name, and on which side of it the user is.
    pub(super) fn own_call(
        &self,
        user: &UserId,
        call_id: &CallId,
    ) -> Result<(&Call, Side), Refusal> {
        let call = self.calls.get(call_id).ok_or_else(|| Refusal::CallOver(call_id.clone()))?;
        let side = call.side(user).ok_or_else(|| Refusal::NotYourCall(call_id.clone()))?;
        Ok((call, side))
    }

    fn mark_accepted(&mut self, call_id: &CallId) {
        let Some(call) = self.calls.get_mut(call_id) else { return };
        if call.stage == Stage::Ringing {
            self.ringing -= 1;
        }
        call.stage = Stage::Accepted;
        self.kept_bytes -= std::mem::take(&mut call.request).bytes();
        self.agenda.take_out(call.rings_until, Due::NoAnswer(call_id.clone()));
    }

    /// Takes the call off the book and tells those who are still there.
    fn finish_call(&mut self, call_id: &CallId, ending: Ending<'_>, effects: &mut Vec<Effect<C>>) {
        let Some(call) = self.calls.remove(call_id) else { return };
        self.kept_bytes -= call.request.bytes();
        self.agenda.take_out(call.rings_until, Due::NoAnswer(call_id.clone()));
        self.counts.calls_ended += 1;
        self.course.calls_over.count(ending.reason.into());
        if call.stage == Stage::Ringing {
            self.ringing -= 1;
        }
        for party in [&call.caller, &call.callee] {
            if let Some(session) = self.registry.session_mut(party) {
                session.call = None;
            }
            let ended_it = ending.by == Some(party);
            let ended = ServerMessage::CallEnded {
                call_id: Some(call_id.clone()),
                by: ending.by.cloned(),
                reason: ending.reason,
                detail: if ended_it { None } else { ending.detail.clone() },
                r#ref: if ended_it { ending.to_message.clone() } else { None },
            };
            self.tell(party, &ended, effects);
        }
    }

    /// There will be no call.
    fn decline(
        &mut self,
        caller: &UserId,
        id: Option<MessageId>,
        reason: EndReason,
        effects: &mut Vec<Effect<C>>,
    ) {
        self.course.calls_over.count(reason.into());
        let ended =
            ServerMessage::CallEnded { call_id: None, by: None, reason, detail: None, r#ref: id };
        self.tell(caller, &ended, effects);
    }
}
