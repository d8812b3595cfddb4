//! One socket, one actor: the only owner of its stream, its buffers and its end.
//!
//! A [`Connection`] turns frames into messages for the hub and deliveries into frames, keeps the
//! heartbeat, and closes itself, once; the hub can only ask for it. It knows nothing of what is
//! said. The way in is [`listen`]: a handler [`accept`]s a request, and when that is answered the
//! socket is handed over.
//!
//! Until the hub's first [`Deliver`](crate::hub::Deliver) nothing is read, but for the sign of life
//! of one that is to take somebody's place; if none comes within 10 s it closes with 1013. One batch
//! is with the hub at a time, of at most 16 messages and no further one beyond 64 KiB; what came
//! behind it, a close or a violation too, is looked at when that batch is taken.
//!
//! **How it closes.** What is queued by then, what came with the close too, is written first,
//! then the close frame; of a reader that has stalled, only what came with the close. What still
//! comes in is read and thrown away, so that the page sees the
//! code and not a reset. When the client's own close has come the write side is shut down, and
//! the end of the stream ends it. All this has 3 s and 1 MiB; then the socket is dropped, by a
//! reset if the close frame is still not out. A close that arrives is answered the same way; a
//! violation does not wait for an answer. Only "no sign of life" and "reads too slowly" are a
//! reset at once, after one attempt to write the close frame behind what is half written.
//!
//! Accounts: every delivered message is told to [`Link::written`](crate::hub::Link::written)
//! exactly once, and every connection that has said `Opened` says `Ended` once, a panic included.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix::Recipient;

use crate::config::Config;
use crate::domain::UNWRITTEN_COST;
use crate::hub::{ALWAYS_HELD, ALWAYS_READ, FromConnection, Refusals, SocketMemory};
use crate::metrics::Meters;

mod actor;
mod answer;
mod backlog;
mod clock;
mod closes;
mod closing;
mod frame_rate;
mod frames;
mod head;
mod io;
mod listen;
mod open;
mod pending;
mod proof;
mod rate;
mod reading;
mod reception;
mod requests;
mod turns;
mod upgrade;

pub use actor::Connection;
pub use closes::{ClientEnd, ClientEndTally, Closes};
pub(crate) use frames::SCRATCH;
pub use frames::{count_messages, fuzz_frames};
pub use head::{Fault, HEAD_MAX};
pub use io::Io;
pub(crate) use io::KERNEL_BYTES;
pub use listen::{Pages, Port, Site, listen, listen_for_pages};
pub use open::{OpenSocket, OpenSockets};
pub use pending::Pending;
pub use rate::AddressRate;
pub use reception::{Plain, Reception};
pub use upgrade::{Admission, Seat, accept};

/// What every connection of a worker shares.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where connections report to.
    pub hub: Recipient<FromConnection>,
    /// What a client may do.
    pub limits: Limits,
    /// The memory that all connections of the node hold.
    pub memory: Arc<SocketMemory>,
    /// Sockets that are open, over all connections of the node.
    pub open: OpenSockets,
    /// Counts what ends them.
    pub closes: Closes,
    /// Counts what is said to those whom the hub never hears of.
    pub refusals: Refusals,
    /// Measures.
    pub meters: Meters,
}

/// The settings that a connection needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// See [`Config::max_frame`].
    pub max_frame: usize,
    /// See [`Config::heartbeat`].
    pub heartbeat: Duration,
    /// See [`Config::stall`].
    pub stall: Duration,
    /// How long the hub may take to let a socket in; 10 s.
    pub registering: Duration,
    /// Bytes of incoming messages from which on the node is crowded: then a client may send little
    /// of a message that is not whole, and has little time for it. An eighth of
    /// [`Config::queue_total`], and at least [`Config::max_frame`].
    pub incoming: usize,
    /// The same for the clients of one address, while there is room for those of others: an eighth
    /// of `incoming`, and at least [`Config::max_frame`].
    pub incoming_of_address: usize,
}

impl From<&Config> for Limits {
    fn from(config: &Config) -> Self {
        let Config { max_frame, heartbeat, stall, queue_total, .. } = *config;
        let incoming = (queue_total / INCOMING_SHARE).max(max_frame);
        let incoming_of_address = (incoming / ADDRESS_SHARE).max(max_frame);
        let registering = REGISTERING;
        Self { max_frame, heartbeat, stall, registering, incoming, incoming_of_address }
    }
}

/// Bytes that a socket holds besides its part of `queue-total`, at most: itself, idle; the control
/// frames that wait for it; what it may always send of a message that is not whole, and of messages
/// that the hub has not handled.
pub(crate) const SOCKET_BYTES: usize = (3 << 10)
    + reading::CONTROLS_WAITING * (backlog::CONTROL_BYTES + UNWRITTEN_COST)
    + ALWAYS_HELD
    + ALWAYS_READ
    + reading::FRAMES_A_TURN * reading::MESSAGE_COST;

/// Bytes that TLS adds to it, at most: its state; two records encrypted and not written, two
/// received and not read.
pub(crate) const TLS_BYTES: usize = (8 << 10) + 2 * io::TLS_BUFFER;

/// The part of `queue-total` that incoming messages may take before the node is crowded.
pub(crate) const INCOMING_SHARE: usize = 8;

/// The part of that which the clients of one address may take.
const ADDRESS_SHARE: usize = 8;

const REGISTERING: Duration = Duration::from_secs(10);

type SharedNode = Rc<Node>;
