//! Calls: ending, and who is told. What follows from what is the table in `call.rs`.

use super::{CallOver, Switchboard};
use crate::domain::agenda::Due;
use crate::domain::call::{CallEvent, Outcome, Side, Stage};
use crate::domain::{Effect, Handle};
use crate::protocol::{CallId, EndReason, MessageId, Refusal, ServerMessage, UserId};

/// How a call ended, for those who are told.
struct Ending<'a> {
    reason: EndReason,
    by: Option<&'a UserId>,
    detail: Option<String>,
    /// The `id` of the message with which `by` ended it.
    to_message: Option<MessageId>,
}

impl<C: Handle> Switchboard<C> {
    /// Handles `call-reject`, `call-cancel` and `call-hangup`.
    pub(super) fn end_call(
        &mut self,
        user: &UserId,
        id: Option<MessageId>,
        call_id: &CallId,
        detail: Option<String>,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<(), Refusal> {
        let (call, side) = self.call_and_side(user, call_id)?;
        let event = CallEvent::End(side);
        if let Outcome::Ended(reason) = call.stage.on(event) {
            let ending = Ending { reason, by: Some(user), detail, to_message: id };
            self.finish_call(call_id, ending, effects);
        }
        Ok(())
    }

    /// Ends a call that has rung for `ring-timeout`.
    pub(super) fn ring_out(&mut self, call_id: &CallId, effects: &mut Vec<Effect<C>>) {
        let ended = self.end_by_nobody(call_id, CallEvent::RingTimeout, effects);
        self.counts.limits.unanswered += u64::from(ended);
    }

    /// Ends the call by something that neither party did. Returns whether it has ended.
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

    /// Ends the call by what has happened to one of its parties, unless that does not end it. The
    /// party may have no session any more.
    pub(super) fn end_by_party(
        &mut self,
        call_id: &CallId,
        party: &UserId,
        event: fn(Side) -> CallEvent,
        effects: &mut Vec<Effect<C>>,
    ) {
        let Some(call) = self.calls.get(call_id) else { return };
        let Some(side) = call.side(party) else { return };
        if let Outcome::Ended(reason) = call.stage.on(event(side)) {
            let ending = Ending { reason, by: Some(party), detail: None, to_message: None };
            self.finish_call(call_id, ending, effects);
        }
    }

    /// Takes the call off the book and tells those who are still there.
    fn finish_call(&mut self, call_id: &CallId, ending: Ending<'_>, effects: &mut Vec<Effect<C>>) {
        let Some(call) = self.calls.remove(call_id) else { return };
        self.release_request(call.request.bytes(), call.kept_for);
        self.agenda.take_out(call.rings_until, Due::NoAnswer(call_id.clone()));
        self.counts.calls_ended += 1;
        self.course.calls_over.count(CallOver::of_live(ending.reason));
        if call.stage == Stage::Ringing {
            self.ringing -= 1;
        }
        for party in [&call.caller, &call.callee] {
            if let Some(session) = self.registry.session_mut(party) {
                session.call.take_if(|own| own == call_id);
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
}
