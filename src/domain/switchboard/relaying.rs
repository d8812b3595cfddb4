//! From one client to another: offers, answers, candidates, messages, and their verdicts.

use super::delivery::Fate;
use super::{Switchboard, VerdictKind};
use crate::domain::outbox::Receipt;
use crate::domain::{Effect, Handle};
use crate::protocol::{
    CallId, Data, Destination, MessageId, Refusal, Relayed, RoomId, ServerMessage, SignalKind,
    UserId, Verdict,
};

/// A connection with more than this part of its queue waiting is behind: it gets no volatile
/// messages.
const BEHIND_FROM: usize = 4;

/// An offer, an answer or a candidate on its way.
pub(super) struct Signal {
    pub(super) kind: SignalKind,
    pub(super) to: UserId,
    pub(super) call: Option<CallId>,
    pub(super) room: Option<RoomId>,
    pub(super) data: Data,
    pub(super) receipt: bool,
}

/// A message to one user on its way.
pub(super) struct Letter {
    pub(super) to: UserId,
    pub(super) data: Data,
    pub(super) receipt: bool,
    pub(super) volatile: bool,
}

impl<C: Handle> Switchboard<C> {
    /// `offer`, `answer`, `candidate`.
    pub(super) fn signal(
        &mut self,
        from: &UserId,
        id: Option<MessageId>,
        signal: Signal,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<(), Refusal> {
        let Signal { kind, to, call, room, data, receipt } = signal;
        if *from == to {
            return Err(Refusal::ToSelf);
        }
        if let Some(call_id) = &call {
            let (call, side) = self.call_and_side(from, call_id)?;
            if *call.party(side.other()) != to {
                return Err(Refusal::NotYourCall(call_id.clone()));
            }
        }
        match &room {
            Some(room) => self.both_in(room, from, &to)?,
            None => self.may_address(from, &to)?,
        }
        let is_unrelated = call.is_none() && room.is_none();
        let relayed = Relayed { from: from.into(), call_id: call, room, data };
        let message = match kind {
            SignalKind::Offer => ServerMessage::Offer(relayed),
            SignalKind::Answer => ServerMessage::Answer(relayed),
            SignalKind::Candidate => ServerMessage::Candidate(relayed),
        };
        let receipt = self.receipt(from, id.filter(|_| receipt))?;
        if is_unrelated {
            self.may_reach(from, &to)?;
        }
        let fate = self.relay(&to, message.encode(), receipt.clone(), effects)?;
        self.judge_handed(fate, receipt, to, effects);
        Ok(())
    }

    /// `message`.
    pub(super) fn message(
        &mut self,
        from: &UserId,
        id: Option<MessageId>,
        destination: Destination,
        letter: impl FnOnce(UserId) -> Letter,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<(), Refusal> {
        match destination {
            Destination::User(to) => self.message_to_user(from, id, letter(to), effects),
            Destination::Room(room) => {
                let Letter { data, volatile, .. } = letter(from.clone());
                self.message_to_room(from, id, room, data, volatile, effects)
            }
        }
    }

    fn message_to_user(
        &mut self,
        from: &UserId,
        id: Option<MessageId>,
        letter: Letter,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<(), Refusal> {
        let Letter { to, data, receipt, volatile } = letter;
        if *from == to {
            return Err(Refusal::ToSelf);
        }
        self.may_address(from, &to)?;
        let receipt = self.receipt(from, id.filter(|_| receipt))?;
        self.may_reach(from, &to)?;
        if volatile && self.is_behind(&to) {
            self.give_verdict(receipt, to, VerdictKind::Undelivered, effects);
            return Ok(());
        }
        let relayed = Relayed { from: from.into(), call_id: None, room: None, data };
        let frame = ServerMessage::Message(relayed).encode();
        let fate = self.relay(&to, frame, receipt.clone(), effects)?;
        self.judge_handed(fate, receipt, to, effects);
        Ok(())
    }

    fn message_to_room(
        &mut self,
        from: &UserId,
        id: Option<MessageId>,
        room: RoomId,
        data: Data,
        volatile: bool,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<(), Refusal> {
        if !self.is_in(&room, from) {
            return Err(Refusal::NotInRoom { room, who: from.clone() });
        }
        let others = self.others_in(&room, from);
        let relayed = Relayed { from: from.into(), call_id: None, room: Some(room), data };
        let frame = ServerMessage::Message(relayed).encode();
        for to in &others {
            if volatile && self.is_behind(to) {
                continue;
            }
            match self.relay(to, frame.clone(), None, effects) {
                // A member without a session is about to leave the room.
                Ok(_) | Err(Refusal::UserOffline(_)) => {}
                Err(refusal) => self.tell(from, &refusal.message(id.clone()), effects),
            }
        }
        Ok(())
    }

    fn both_in(&self, room: &RoomId, from: &UserId, to: &UserId) -> Result<(), Refusal> {
        match [from, to].into_iter().find(|user| !self.is_in(room, user)) {
            Some(who) => Err(Refusal::NotInRoom { room: room.clone(), who: who.clone() }),
            None => Ok(()),
        }
    }

    /// Whether the user is away or has much waiting. Nobody is behind who is not there.
    fn is_behind(&self, user: &UserId) -> bool {
        let Some(session) = self.registry.session(user) else { return false };
        let Some(connection) = session.connection() else { return true };
        let backlog = connection.backlog();
        backlog.messages > self.config.queue_messages / BEHIND_FROM
            || backlog.bytes > self.config.queue_bytes / BEHIND_FROM
    }

    fn receipt(&self, sender: &UserId, id: Option<MessageId>) -> Result<Option<Receipt>, Refusal> {
        let Some(message) = id else { return Ok(None) };
        let Some(session) = self.registry.session(sender) else { return Ok(None) };
        if !self.can_promise(sender) {
            return Err(Refusal::ReceiptsFull);
        }
        Ok(Some(Receipt { sender: sender.clone(), session: session.id.clone(), message }))
    }

    /// What only a socket has is as good as it gets: nobody will ever acknowledge it.
    fn judge_handed(
        &mut self,
        fate: Fate,
        receipt: Option<Receipt>,
        to: UserId,
        effects: &mut Vec<Effect<C>>,
    ) {
        if fate == Fate::Handed {
            self.give_verdict(receipt, to, VerdictKind::Relayed, effects);
        }
    }

    /// Tells the sender what became of its message, if it asked.
    fn give_verdict(
        &mut self,
        receipt: Option<Receipt>,
        to: UserId,
        verdict: VerdictKind,
        effects: &mut Vec<Effect<C>>,
    ) {
        let Some(Receipt { sender, message, .. }) = receipt else { return };
        self.course.receipts += 1;
        self.course.verdicts.count(verdict);
        self.tell(&sender, &verdict.of(Verdict { r#ref: message, to }), effects);
    }
}
