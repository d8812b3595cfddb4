//! What a client says: whether it may, what it means, and the answer when it makes no sense.

use std::time::Instant;

use super::relaying::{Letter, Signal};
use super::{Service, Switchboard};
use crate::domain::call::Request;
use crate::domain::quota::Over;
use crate::domain::{Effect, Handle};
use crate::protocol::{
    ClientMessage, Close, Heard, Incoming, MessageId, Refusal, Rejected, ServerMessage,
    Unavailable, UserId,
};

/// So many messages in a row that are none end the session.
const GIBBERISH_MAX: u8 = 20;
/// The socket is closed when this many more messages were over the rate than within it.
const OVER_RATE_MAX: u8 = 100;
/// A message over the rate counts as one for each unit of its price, and as at most this many. One
/// that is too large has no such bound: no client means to send several.
const OVER_RATE_WEIGHT_MAX: u32 = 10;

impl<C: Handle> Switchboard<C> {
    /// Hears one message. What comes from a connection that is no longer the user's current one
    /// is neither counted, nor handled, nor answered.
    pub(super) fn hear(
        &mut self,
        connection: &C,
        user: &UserId,
        said: Result<Incoming, Rejected>,
        bytes: usize,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) {
        let Some(session) = self.registry.current(user, connection) else {
            self.counts.stale_messages += 1;
            return;
        };
        let both_count = session.ledger.is_some();
        self.socket_bytes = connection.backlog().node_bytes;
        let heard = said.as_ref().map_or(Heard::Bad, |it| it.message.heard());
        self.course.heard.count(heard);
        self.course.heard_bytes += bytes as u64;
        let (id, counted, said) = match said {
            Ok(Incoming { id, message }) => (id, message.is_counted(), Ok(message)),
            Err(Rejected { id, counted, refusal }) => (id, counted, Err(refusal)),
        };
        let counted = counted && both_count;
        if counted {
            self.count_heard(user, bytes, now);
        }
        match said {
            // Costs nothing, as it cannot come more often than what it answers.
            Ok(ClientMessage::Ack { received }) if self.is_progress(user, received) => {
                // Progress is within range, so there is nothing to object to.
                let _ = self.acknowledge(user, received, effects);
            }
            said => self.hear_paid(user, id, said, bytes, now, effects),
        }
        if counted {
            self.confirm_if_much(user, effects);
        }
    }

    /// Hears a message if the user's rate has room for it.
    fn hear_paid(
        &mut self,
        user: &UserId,
        id: Option<MessageId>,
        said: Result<ClientMessage, Refusal>,
        bytes: usize,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) {
        let price = self.price_of(user, said.as_ref().ok(), bytes);
        self.units_asked += u64::from(price.units);
        let Some(session) = self.registry.session_mut(user) else { return };
        let account = session.account.as_ref();
        if let Err(over) = self.quotas.message(&mut session.buckets, account, price, now) {
            let most = match said {
                Err(Refusal::TooLarge { .. }) => OVER_RATE_MAX.into(),
                _ => OVER_RATE_WEIGHT_MAX,
            };
            return self.hear_over_rate(user, id, over, price.units.min(most), now, effects);
        }
        session.manners.over_rate = session.manners.over_rate.saturating_sub(1);
        let is_after_gibberish = session.manners.gibberish > 0;
        match said {
            Ok(message) => match self.carry_out(user, id.clone(), message, now, effects) {
                Ok(()) if is_after_gibberish => self.hear_sense(user),
                Ok(()) => {}
                Err(refusal) => self.hear_refused(user, id, &refusal, now, effects),
            },
            Err(refusal) => self.hear_refused(user, id, &refusal, now, effects),
        }
    }

    /// Refuses a message that costs more than is left.
    fn hear_over_rate(
        &mut self,
        user: &UserId,
        id: Option<MessageId>,
        over: Over,
        weight: u32,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) {
        let Some(session) = self.registry.session_mut(user) else { return };
        let weight = u8::try_from(weight).unwrap_or(u8::MAX);
        session.manners.over_rate = session.manners.over_rate.saturating_add(weight);
        let too_often = session.manners.over_rate >= OVER_RATE_MAX;
        if too_often {
            // The count ends with the socket; the session may come back.
            session.manners.over_rate = 0;
        }
        let refusal = match over {
            Over::User(retry_after) => {
                self.counts.limits.over_rate += 1;
                Refusal::RateLimited { retry_after }
            }
            Over::Address(retry_after) => {
                self.counts.limits.over_address_rate += 1;
                Refusal::AddressRateLimited { retry_after }
            }
        };
        self.object(user, id, &refusal, effects);
        if too_often {
            self.send_off(user, Close::OverRate, now, effects);
        }
    }

    fn hear_sense(&mut self, user: &UserId) {
        if let Some(session) = self.registry.session_mut(user) {
            session.manners.gibberish = 0;
        }
    }

    fn hear_refused(
        &mut self,
        user: &UserId,
        id: Option<MessageId>,
        refusal: &Refusal,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) {
        self.counts.limits.count(refusal);
        self.object(user, id, refusal, effects);
        if !refusal.is_gibberish() {
            return self.hear_sense(user);
        }
        let Some(session) = self.registry.session_mut(user) else { return };
        session.manners.gibberish += 1;
        if session.manners.gibberish >= GIBBERISH_MAX {
            self.evict(user, Close::BadClient, now, effects);
        }
    }

    pub(super) fn object(
        &mut self,
        user: &UserId,
        id: Option<MessageId>,
        refusal: &Refusal,
        effects: &mut Vec<Effect<C>>,
    ) {
        self.counts.refused += 1;
        self.tell(user, &refusal.message(id), effects);
    }

    fn carry_out(
        &mut self,
        user: &UserId,
        id: Option<MessageId>,
        message: ClientMessage,
        now: Instant,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<(), Refusal> {
        use ClientMessage as M;
        if self.service != Service::Open && message.is_counted() {
            return Err(Refusal::Unavailable(Unavailable::Draining));
        }
        if let Some(room) = message.room() {
            self.finish_leaving(user, room, effects);
        }
        match message {
            M::CallRequest { to, media, continues, data } => {
                let request = Request { media, data, continues };
                self.request_call(user, id, to, request, now, effects)
            }
            M::CallAccept { call, data, answer } => {
                self.accept_call(user, &call, data, answer, effects)
            }
            M::CallEnd { call, detail } => self.end_call(user, id, &call, detail, effects),
            M::Signal { kind, to, call, room, data, receipt } => {
                let signal = Signal { kind, to, call, room, data, receipt };
                self.signal(user, id, signal, effects)
            }
            M::Message { to, data, receipt, volatile } => {
                let letter = |to| Letter { to, data, receipt, volatile };
                self.message(user, id, to, letter, effects)
            }
            M::Join { room } => self.join(user, id, room, effects),
            M::Leave { room } => self.leave(user, id, &room, effects),
            M::Watch { users } => self.watch(user, id, users, effects),
            M::Unwatch { users } => {
                self.unwatch(user, &users);
                Ok(())
            }
            M::Block { users } => self.block(user, id, users, effects),
            M::Unblock { users } => {
                self.unblock(user, id, &users, effects);
                Ok(())
            }
            M::List { after, limit } => self.answer_list(user, id, after, limit, effects),
            M::Refresh { token } => self.refresh(user, id, token, effects),
            M::Ping => {
                self.show(user, &ServerMessage::Pong { r#ref: id }, effects);
                Ok(())
            }
            M::Pong => Ok(()),
            // Everything is settled already, so there is nothing to compare the count with.
            M::Ack { .. } if self.service == Service::Closed => Ok(()),
            M::Ack { received } => self.acknowledge(user, received, effects),
        }
    }
}
