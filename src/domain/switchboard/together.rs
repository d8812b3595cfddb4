//! Rooms: joining, leaving, and who is told.

use super::Switchboard;
use crate::domain::{Effect, Handle};
use crate::protocol::{
    DisplayName, Member, Membership, MessageId, Refusal, RoomId, ServerMessage, UserId,
};

impl<C: Handle> Switchboard<C> {
    /// `join`. Joining again is answered again.
    pub(super) fn join(
        &mut self,
        user: &UserId,
        id: Option<MessageId>,
        room: RoomId,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<(), Refusal> {
        let newcomer = !self.is_in(&room, user);
        if newcomer {
            self.may_join(user, &room)?;
            self.enter(user, &room)?;
        }
        let joined = ServerMessage::RoomJoined(self.membership(&room, user, id));
        self.tell(user, &joined, effects);
        if newcomer {
            let name = self.registry.session(user).and_then(|session| session.name.clone());
            let joined = Member { room: room.clone(), user_id: user.clone(), name };
            self.tell_others(&room, user, &ServerMessage::MemberJoined(joined), effects);
        }
        Ok(())
    }

    fn enter(&mut self, user: &UserId, room: &RoomId) -> Result<(), Refusal> {
        let (max_rooms, max_members) = (self.config.max_rooms, self.config.max_members);
        let is_full = self.rooms.members(room).len() >= max_members
            && self.others_in(room, user).len() >= max_members;
        let Some(session) = self.registry.session_mut(user) else { return Ok(()) };
        if session.rooms.len() >= max_rooms {
            return Err(Refusal::TooManyRooms { limit: max_rooms });
        }
        if is_full {
            return Err(Refusal::RoomFull { room: room.clone(), limit: max_members });
        }
        session.rooms.push(room.clone());
        self.rooms.add(room.clone(), user.clone());
        Ok(())
    }

    /// `leave`.
    pub(super) fn leave(
        &mut self,
        user: &UserId,
        id: Option<MessageId>,
        room: &RoomId,
        effects: &mut Vec<Effect<C>>,
    ) -> Result<(), Refusal> {
        if !self.is_in(room, user) {
            return Err(Refusal::NotInRoom { room: room.clone(), who: user.clone() });
        }
        let Some(session) = self.registry.session_mut(user) else { return Ok(()) };
        session.rooms.retain(|other| other != room);
        let name = session.name.clone();
        self.step_out(room, user, name, effects);
        let left = ServerMessage::RoomLeft(self.membership(room, user, id));
        self.tell(user, &left, effects);
        Ok(())
    }

    /// Takes the user out of the room and tells those who stay.
    pub(super) fn step_out(
        &mut self,
        room: &RoomId,
        user: &UserId,
        name: Option<DisplayName>,
        effects: &mut Vec<Effect<C>>,
    ) {
        self.rooms.remove(room, user);
        let left = Member { room: room.clone(), user_id: user.clone(), name };
        self.tell_others(room, user, &ServerMessage::MemberLeft(left), effects);
    }

    /// Whether the user's session is in the room. The session tells, as it is in few rooms and a room
    /// may have many members. Of these some have yet to leave it, and may have a new session meanwhile.
    pub(super) fn is_in(&self, room: &RoomId, user: &UserId) -> bool {
        self.registry.session(user).is_some_and(|session| session.rooms.contains(room))
    }

    /// All whose sessions are in the room, without `user`.
    pub(super) fn others_in(&self, room: &RoomId, user: &UserId) -> Vec<UserId> {
        let mut others = self.rooms.others(room, user);
        if !self.left.is_empty() {
            others.retain(|other| !self.left.holds_room(other, room));
        }
        others
    }

    pub(super) fn membership(
        &self,
        room: &RoomId,
        user: &UserId,
        id: Option<MessageId>,
    ) -> Membership {
        let members = self.rooms.others(room, user);
        let names = self.registry.names(&members);
        Membership { room: room.clone(), members, names, r#ref: id }
    }

    fn tell_others(
        &mut self,
        room: &RoomId,
        user: &UserId,
        message: &ServerMessage,
        effects: &mut Vec<Effect<C>>,
    ) {
        let frame = message.encode();
        for member in self.others_in(room, user) {
            self.tell_frame(&member, frame.clone(), effects);
        }
    }
}
