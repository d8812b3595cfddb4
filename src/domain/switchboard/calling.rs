//! Calls: asking and answering. What follows from what is the table in `call.rs`.
//!
//! A user has at most one call of its own: one that it has requested, or an accepted one. Besides
//! that, up to [`RINGING_MAX`] calls may ring at it. Those neither make it busy nor keep it from
//! calling. Nothing rings at a user who is in an accepted call.

use std::net::IpAddr;
use std::time::Instant;

use super::Switchboard;
use crate::domain::agenda::Due;
use crate::domain::call::{CallEvent, Outcome, Request, Side, Stage};
use crate::domain::calls::Call;
use crate::domain::{Effect, Handle};
use crate::protocol::{CallId, Data, EndReason, MessageId, Refusal, ServerMessage, UserId};

/// Calls that may ring at one user at the same time.
const RINGING_MAX: usize = 3;
/// Of these, calls from users of one address: two of an office may call somebody at the same time, and
/// nobody can fill all places alone.
const RINGING_OF_ADDRESS: usize = 2;

impl<C: Handle> Switchboard<C> {
    /// Handles `call-request`. Every request counts against `call-rate`, whatever comes of it.
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
        if let Some(call) = self.crossing_call(caller, &to) {
            return self.accept_by_glare(caller, id, &call, &to, request, effects);
        }
        match self.obstacle(caller, &to) {
            Some(reason) => {
                self.decline(caller, id, reason, effects);
                Ok(())
            }
            None => self.start_ringing(caller, id, to, request, now, effects),
        }
    }

    /// The call of `to` that rings at the user and that the user accepts by calling `to`.
    fn crossing_call(&self, user: &UserId, to: &UserId) -> Option<CallId> {
        let crosses = |id: &&CallId| {
            let call = &self.calls[*id];
            call.caller == *to
                && call.stage.on(CallEvent::Request(Side::Callee)) == Outcome::Accepted
        };
        self.calls.ringing_at(user).iter().find(crosses).cloned()
    }

    /// The reason why a call would not ring, if there is one. A blocked caller gets the one for a
    /// callee who is offline.
    fn obstacle(&self, caller: &UserId, to: &UserId) -> Option<EndReason> {
        if self.registry.session(caller).is_some_and(|it| it.call.is_some()) {
            return Some(EndReason::Busy);
        }
        let callee = self.registry.session(to).filter(|_| !self.blocks.holds(to, caller));
        let Some(callee) = callee else { return Some(EndReason::Offline) };
        let is_busy = callee.call.is_some()
            || self.calls.ringing_at(to).len() >= RINGING_MAX
            || self.ringing_from_address_of(caller, to) >= RINGING_OF_ADDRESS;
        is_busy.then_some(EndReason::Busy)
    }

    /// How many calls ring at `to` from users of the caller's address; 0 if that is not known, or is
    /// this machine's: everybody who comes through a local proxy that is not trusted has that one.
    fn ringing_from_address_of(&self, caller: &UserId, to: &UserId) -> usize {
        let address_of =
            |user: &UserId| Some(self.registry.session(user)?.account.as_ref()?.address());
        let address = address_of(caller).filter(|address| !address.is_loopback());
        let Some(address) = address else { return 0 };
        let rings_from_there =
            |call: &&CallId| address_of(&self.calls[*call].caller) == Some(address);
        self.calls.ringing_at(to).iter().filter(rings_from_there).count()
    }

    /// Accepts a call that rings at the user, because the user has called its caller.
    fn accept_by_glare(
        &mut self,
        user: &UserId,
        id: Option<MessageId>,
        call_id: &CallId,
        to: &UserId,
        request: Request,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<(), Refusal> {
        let accept = ServerMessage::CallAccept {
            call_id: call_id.clone(),
            from: user.clone(),
            offerer: true,
            media: request.media,
            r#ref: None,
            data: request.data,
            answer: None,
        };
        self.relay(to, accept.encode(), None, effects)?;
        let answer = ServerMessage::CallAccept {
            call_id: call_id.clone(),
            from: to.clone(),
            offerer: false,
            media: None,
            r#ref: id,
            data: None,
            answer: None,
        };
        self.tell(user, &answer, effects);
        self.connect_parties(call_id, effects);
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
        let bytes = request.bytes();
        let session = self.registry.session(caller);
        if bytes > 0 && session.is_some_and(|it| self.address_is_full(it, bytes)) {
            self.counts.limits.queue_full += 1;
            return Err(Refusal::QueueFull(callee));
        }
        let call_id = self.mint.call();
        let rings_until = now + self.config.ring_timeout;
        let mut call = Call {
            caller: caller.clone(),
            callee: callee.clone(),
            stage: Stage::Ringing,
            rings_until,
            request: request.detached(),
            kept_for: None,
        };
        let invitation = self.invitation(&call_id, &call, now).encode();
        self.relay(&callee, invitation, None, effects)?;
        call.kept_for = self.keep_request(caller, bytes);
        self.calls.insert(call_id.clone(), call);
        self.agenda.put(rings_until, Due::NoAnswer(call_id.clone()));
        self.counts.calls_started += 1;
        self.ringing += 1;
        if let Some(session) = self.registry.session_mut(caller) {
            session.call = Some(call_id.clone());
        }
        let away = self.is_away(&callee);
        let ringing = ServerMessage::CallRinging { call_id, to: callee, away, r#ref: id };
        self.tell(caller, &ringing, effects);
        Ok(())
    }

    /// Counts what the caller sends along, on behalf of its address too if there is any.
    fn keep_request(&mut self, caller: &UserId, bytes: usize) -> Option<IpAddr> {
        self.kept_bytes += bytes;
        let session = self.registry.session(caller).filter(|_| bytes > 0)?;
        let account = session.account.as_ref()?;
        account.keep(bytes);
        Some(account.address())
    }

    /// Counts no longer what was kept while a call rang.
    pub(super) fn release_request(&mut self, bytes: usize, kept_for: Option<IpAddr>) {
        self.kept_bytes -= bytes;
        let Some(address) = kept_for else { return };
        if let Some(full_at) = self.quotas.accounts.release(address, bytes) {
            self.agenda.put(full_at, Due::AccountFull(address));
        }
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

    /// Handles `call-accept`.
    pub(super) fn accept_call(
        &mut self,
        user: &UserId,
        call_id: &CallId,
        data: Option<Data>,
        answer: Option<Data>,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<(), Refusal> {
        let (call, side) = self.call_and_side(user, call_id)?;
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
                    answer,
                };
                self.relay(&caller, accept.encode(), None, effects)?;
                self.connect_parties(call_id, effects);
                Ok(())
            }
            Outcome::Unchanged => Ok(()),
            Outcome::NotYours | Outcome::Busy | Outcome::RingsAgain | Outcome::Ended(_) => {
                Err(Refusal::NotYourCall(call_id.clone()))
            }
        }
    }

    /// The live call with that id, and on which side of it the user is.
    pub(super) fn call_and_side(
        &self,
        user: &UserId,
        call_id: &CallId,
    ) -> Result<(&Call, Side), Refusal> {
        let call = self.calls.get(call_id).ok_or_else(|| Refusal::CallOver(call_id.clone()))?;
        let side = call.side(user).ok_or_else(|| Refusal::NotYourCall(call_id.clone()))?;
        Ok((call, side))
    }

    /// All live calls of a user: its own one, which is the caller's to pass, then those that ring
    /// at it, in the order in which they began to.
    pub(super) fn calls_of(&self, user: &UserId, own: Option<&CallId>) -> Vec<CallId> {
        own.into_iter().chain(self.calls.ringing_at(user)).cloned().collect()
    }

    /// Marks a call as accepted and as the own call of both parties. Their other calls end.
    fn connect_parties(&mut self, call_id: &CallId, effects: &mut Vec<Effect<C>>) {
        let Some((rings_until, request, kept_for)) = self.calls.accept(call_id) else { return };
        self.ringing -= 1;
        self.release_request(request.bytes(), kept_for);
        self.agenda.take_out(rings_until, Due::NoAnswer(call_id.clone()));
        let Call { caller, callee, .. } = &self.calls[call_id];
        for party in [caller.clone(), callee.clone()] {
            let Some(session) = self.registry.session_mut(&party) else { continue };
            let own = session.call.replace(call_id.clone()).filter(|own| own != call_id);
            for other in self.calls_of(&party, own.as_ref()) {
                self.end_by_party(&other, &party, CallEvent::TakenAnother, effects);
            }
        }
    }

    /// Tells the caller that there will be no call.
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
