//! What the admin API asks of the hub: one message a question or an order.
//!
//! Whoever asks waits outside; a page is bounded, so that nobody else waits long.

use actix::prelude::*;

use super::SignalingHub;
use crate::config::Secret;
use crate::domain::{CallReport, Page, Reached, UserDetail, UserReport};
use crate::protocol::{CallId, Data, DisplayName, LIST_MAX, Refusal, RoomId, UserId};

/// Asks for a page of users, and how many there are in all.
#[derive(Clone, Debug, Message)]
#[rtype(result = "(Page<UserReport, UserId>, usize)")]
pub struct ListUsers {
    /// Begin behind this one.
    pub after: Option<UserId>,
    /// At most so many; never more than 1000.
    pub limit: usize,
}

impl Handler<ListUsers> for SignalingHub {
    type Result = MessageResult<ListUsers>;

    fn handle(&mut self, asked: ListUsers, _: &mut Context<Self>) -> Self::Result {
        let limit = asked.limit.min(LIST_MAX);
        let page = self.carry_out(|hub| hub.board.users(asked.after.as_ref(), limit));
        MessageResult((page, self.board.user_count()))
    }
}

/// Asks all about one user.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Option<UserDetail>")]
pub struct LookAtUser(pub UserId);

impl Handler<LookAtUser> for SignalingHub {
    type Result = MessageResult<LookAtUser>;

    fn handle(&mut self, LookAtUser(user): LookAtUser, _: &mut Context<Self>) -> Self::Result {
        MessageResult(self.carry_out(|hub| hub.board.user(&user)))
    }
}

/// Asks for a page of live calls.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Page<CallReport, CallId>")]
pub struct ListCalls {
    /// Begin behind this one.
    pub after: Option<CallId>,
    /// At most so many; never more than 1000.
    pub limit: usize,
}

impl Handler<ListCalls> for SignalingHub {
    type Result = MessageResult<ListCalls>;

    fn handle(&mut self, asked: ListCalls, _: &mut Context<Self>) -> Self::Result {
        let limit = asked.limit.min(LIST_MAX);
        MessageResult(self.carry_out(|hub| hub.board.live_calls(asked.after.as_ref(), limit)))
    }
}

/// Asks for a page of rooms, with the number of their members.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Page<(RoomId, usize), RoomId>")]
pub struct ListRooms {
    /// Begin behind this one.
    pub after: Option<RoomId>,
    /// At most so many; never more than 1000.
    pub limit: usize,
}

impl Handler<ListRooms> for SignalingHub {
    type Result = MessageResult<ListRooms>;

    fn handle(&mut self, asked: ListRooms, _: &mut Context<Self>) -> Self::Result {
        let limit = asked.limit.min(LIST_MAX);
        MessageResult(self.carry_out(|hub| hub.board.live_rooms(asked.after.as_ref(), limit)))
    }
}

/// Asks who is in a room; nobody where there is none of that name.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Vec<(UserId, Option<DisplayName>)>")]
pub struct LookAtRoom(pub RoomId);

impl Handler<LookAtRoom> for SignalingHub {
    type Result = MessageResult<LookAtRoom>;

    fn handle(&mut self, LookAtRoom(room): LookAtRoom, _: &mut Context<Self>) -> Self::Result {
        MessageResult(self.carry_out(|hub| hub.board.members(&room)))
    }
}

/// Orders the end of a user's session (4503).
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<(), Refusal>")]
pub struct RemoveUser(pub UserId);

impl Handler<RemoveUser> for SignalingHub {
    type Result = Result<(), Refusal>;

    fn handle(&mut self, RemoveUser(user): RemoveUser, _: &mut Context<Self>) -> Self::Result {
        self.carry_out(|hub| hub.step(|board, now, effects| board.remove_user(&user, now, effects)))
    }
}

/// Orders the end of a call.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<(), Refusal>")]
pub struct CutCall(pub CallId);

impl Handler<CutCall> for SignalingHub {
    type Result = Result<(), Refusal>;

    fn handle(&mut self, CutCall(call): CutCall, _: &mut Context<Self>) -> Self::Result {
        self.carry_out(|hub| hub.step(|board, now, effects| board.cut_call(&call, now, effects)))
    }
}

/// Orders a message to a user.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<(), Refusal>")]
pub struct SayToUser(pub UserId, pub Data);

impl Handler<SayToUser> for SignalingHub {
    type Result = Result<(), Refusal>;

    fn handle(&mut self, SayToUser(user, data): SayToUser, _: &mut Context<Self>) -> Self::Result {
        self.carry_out(|hub| {
            hub.step(|board, now, effects| board.say_to_user(&user, data, now, effects))
        })
    }
}

/// Orders a message to everybody in a room.
#[derive(Clone, Debug, Message)]
#[rtype(result = "Result<Reached, Refusal>")]
pub struct SayToRoom(pub RoomId, pub Data);

impl Handler<SayToRoom> for SignalingHub {
    type Result = Result<Reached, Refusal>;

    fn handle(&mut self, SayToRoom(room, data): SayToRoom, _: &mut Context<Self>) -> Self::Result {
        self.carry_out(|hub| {
            hub.step(|board, now, effects| board.say_to_room(&room, data, now, effects))
        })
    }
}

/// Has TURN credentials made with this secret from now on. Those that are out stay as they are.
#[derive(Clone, Debug, Message)]
#[rtype(result = "()")]
pub struct UseTurnSecret(pub Secret);

impl Handler<UseTurnSecret> for SignalingHub {
    type Result = ();

    fn handle(&mut self, UseTurnSecret(secret): UseTurnSecret, _: &mut Context<Self>) {
        self.board.set_turn_secret(&secret);
    }
}
