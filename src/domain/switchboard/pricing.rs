//! Prices of messages and logins, in units of the rate: the one place where prices are.
//!
//! One unit pays for at most 20 µs of the hub; `cargo bench --bench prices` measures it, and
//! `tests/rules/prices.rs` holds it without a clock. A price is known before anything is done: it
//! follows from the message, from its size and from how many it concerns now.

use super::Switchboard;
use crate::config::PresenceMode;
use crate::domain::quota::Price;
use crate::domain::session::Session;
use crate::domain::{Handle, Login};
use crate::protocol::{ClientMessage, Destination, LIST_MAX, RoomId, UserId};

/// Bytes of a message that are read and copied for one unit.
const BYTES: usize = 4 << 10;
/// Frames to others for one unit. Rooms of the default size cost one unit a message.
const FRAMES: usize = 16;
/// Members for one unit, where each is told and listed.
const MEMBERS: usize = 8;
/// Names that are looked up, remembered and listed for one unit.
const NAMES: usize = 8;
/// Names that are read for one unit, about 0.1 µs each: a list that is refused has been read, too.
const NAMES_READ: usize = 128;
/// Entries of a `client-list` for one unit.
const LISTED: usize = 32;
/// Besides the one unit of each message: a token is checked elsewhere, but a signature takes up to a
/// millisecond.
const TOKEN: usize = 9;

impl<C: Handle> Switchboard<C> {
    /// Returns the price of this message of `user`, in units of the rate. `None` is a message that makes no
    /// sense. `bytes` is its size.
    pub fn price(&self, user: &UserId, message: Option<&ClientMessage>, bytes: usize) -> u32 {
        use ClientMessage as M;
        let more = match message {
            Some(M::Message { to: Destination::Room(room), .. }) => self.others(room) / FRAMES,
            Some(M::Join { room } | M::Leave { room }) => self.others(room) / MEMBERS,
            Some(M::Watch { users } | M::Unwatch { users }) => users.len().div_ceil(NAMES),
            // The answer lists all who are blocked.
            Some(M::Block { users } | M::Unblock { users }) => {
                (users.len() + self.blocks.of(user).len()).div_ceil(NAMES)
            }
            Some(M::List { limit, .. }) => (*limit).min(self.registry.len()) / LISTED,
            Some(M::Refresh { .. }) => self.refresh_price(user),
            Some(
                M::CallRequest { .. }
                | M::CallAccept { .. }
                | M::CallEnd { .. }
                | M::Signal { .. }
                | M::Message { to: Destination::User(_), .. }
                | M::Ping
                | M::Pong
                | M::Ack { .. },
            )
            | None => 0,
        };
        units(1 + bytes / BYTES + more)
    }

    /// The same, and what of it is for reading the message.
    pub(super) fn price_of(
        &self,
        user: &UserId,
        message: Option<&ClientMessage>,
        bytes: usize,
    ) -> Price {
        use ClientMessage as M;
        let names = match message {
            Some(
                M::Watch { users }
                | M::Unwatch { users }
                | M::Block { users }
                | M::Unblock { users },
            ) => users.len(),
            _ => 0,
        };
        let reading = units(bytes / BYTES + names / NAMES_READ);
        Price { units: self.price(user, message, bytes), reading }
    }

    /// Units of all messages that were ever priced, carried out or not.
    pub const fn units_asked(&self) -> u64 {
        self.units_asked
    }

    /// A token may take rooms and watches away, and bring a list.
    fn refresh_price(&self, user: &UserId) -> usize {
        let Some(session) = self.registry.session(user) else { return TOKEN };
        let rooms = session.rooms.iter().map(|room| 1 + self.others(room) / MEMBERS);
        TOKEN + rooms.sum::<usize>() + session.watching.len() / NAMES + self.first_list() / LISTED
    }

    /// Returns the price of a login to its address, in units of the rate: the list that it is sent, what is
    /// sent to it again, and telling the others that it is there.
    pub(super) fn login_price(&self, login: &Login) -> u32 {
        let list = 1 + self.first_list() / LISTED;
        let user = self.user_of(login);
        let Some(session) = user.and_then(|user| self.registry.session(user)) else {
            return units(list + self.presence.named / FRAMES);
        };
        let again = match login.resume {
            Some(_) => kept(session) / FRAMES + session.watching.len() / NAMES,
            None => 0,
        };
        units(list + again)
    }

    /// Entries of the first list of somebody who comes now.
    fn first_list(&self) -> usize {
        let users = self.registry.len();
        match self.config.presence {
            PresenceMode::All if users < self.config.presence_limit => users.min(LIST_MAX),
            PresenceMode::All | PresenceMode::Off => 0,
        }
    }

    fn others(&self, room: &RoomId) -> usize {
        self.rooms.members(room).len()
    }
}

fn kept<C>(session: &Session<C>) -> usize {
    session.ledger.as_ref().map_or(0, |ledger| ledger.outbox.fill_of_both().0)
}

/// Prices that no bucket could hold are all the same.
fn units(price: usize) -> u32 {
    u32::try_from(price).unwrap_or(u32::MAX)
}
