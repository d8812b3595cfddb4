//! What the rules want done: the only way in which they touch the world.

use std::fmt::Debug;

use bytestring::ByteString;

use super::Login;
use crate::protocol::{AccessToken, Close, MessageId, UserId};

/// The rules' handle of a connection. Two are equal when they lead to the same actor.
pub trait Handle: Clone + Eq + Debug {
    /// How far the connection is behind. What an [`Effect::Deliver`] hands over counts from the
    /// next input on at the latest.
    fn backlog(&self) -> Backlog;
}

/// Bytes that a message that waits for its socket counts for besides its content: 48 bytes of the write
/// queue and the room that the queue grows by, and what its buffer takes besides its content.
pub const UNWRITTEN_COST: usize = 96;

/// What has been delivered and not yet been taken by a socket.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Backlog {
    /// Messages on this connection.
    pub messages: usize,
    /// Bytes on this connection.
    pub bytes: usize,
    /// Bytes of memory that all connections of the node hold, with [`UNWRITTEN_COST`] for each
    /// message, and what they have read and the hub has not handled, without what each may always
    /// send of a message that is not whole.
    pub node_bytes: usize,
    /// The part of `node_bytes` that waits for sockets of the same address as this one; 0 if the
    /// address is not known.
    pub address_bytes: usize,
}

/// One thing to do. The order of the effects of one connection is to be kept.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect<C> {
    /// Write this text frame.
    Deliver {
        /// To whom.
        to: C,
        /// Encoded once, shared among its receivers.
        frame: ByteString,
    },
    /// Ping, and report the next sign of life.
    Probe(C),
    /// Ping, and claim again with this login when a pong has come: whoever is not there any more
    /// takes nobody's place.
    Prove {
        /// Which.
        connection: C,
        /// What to claim with.
        login: Login,
    },
    /// Ask the connection to close itself. Nothing is delivered to it afterwards.
    Close {
        /// Which.
        connection: C,
        /// Why.
        close: Close,
    },
    /// Ask whether this node may hold the name; [`super::Input::Claimed`] is the yes.
    Claim {
        /// Who asks.
        connection: C,
        /// For which name.
        user: UserId,
        /// What else it brings.
        login: Login,
    },
    /// Ask what the token of a `refresh` says; [`super::Input::Refreshed`] is the answer. What the
    /// connection says after it is to be heard after the answer.
    Verify {
        /// Who brings it.
        connection: C,
        /// As whom it speaks.
        user: UserId,
        /// The `id` of the message.
        id: Option<MessageId>,
        /// The token, unchecked.
        token: AccessToken,
    },
    /// From now on the connection speaks for this user.
    Identify {
        /// Which.
        connection: C,
        /// Whom it is.
        user: UserId,
    },
}
