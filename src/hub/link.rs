//! The thread between the hub and one connection actor: what each may tell the other.
//!
//! A [`Link`] is the hub's handle of a connection. Two links are equal when they lead to the same
//! actor, which is how whatever a replaced connection still says is recognised and refused. Its
//! clones share one stored recipient, so the mailbox bound holds: a clone of a `Recipient` would
//! bring a free slot of its own.

use std::net::IpAddr;
use std::sync::atomic::{
    AtomicU32, AtomicUsize,
    Ordering::{Acquire, Relaxed, Release},
};
use std::sync::{Arc, OnceLock};
use std::task::Waker;
use std::time::{Duration, Instant};

use actix::{Message, Recipient};
use bytes::Bytes;
use bytestring::ByteString;
use futures_util::task::AtomicWaker;
use smallvec::SmallVec;

use crate::domain::{Login, Parting, UNWRITTEN_COST};
use crate::protocol::{BadToken, Close, UserId};

use super::SocketMemory;
use super::fair_queue::Usage;

/// One WebSocket message, in either direction, without its frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Payload {
    /// A text message; UTF-8 is already checked.
    Text(ByteString),
    /// A binary message.
    Binary(Bytes),
    /// An incoming message over the limit: skipped as it arrived, never kept.
    Oversized {
        /// Its size in bytes as far as it was announced.
        bytes: u64,
    },
}

impl Payload {
    /// Bytes of content, as they count against a queue.
    pub fn len(&self) -> usize {
        match self {
            Payload::Text(text) => text.len(),
            Payload::Binary(bytes) => bytes.len(),
            Payload::Oversized { .. } => 0,
        }
    }

    /// Bytes that were read of it. One that was too large has been read, too, and thrown away.
    pub fn received(&self) -> usize {
        match self {
            Payload::Text(_) | Payload::Binary(_) => self.len(),
            Payload::Oversized { bytes } => usize::try_from(*bytes).unwrap_or(usize::MAX),
        }
    }

    /// The same content in a buffer of its own, for one that is kept for long: a message that came in shares
    /// its buffer with what was read together with it.
    #[must_use]
    pub fn detached(self) -> Self {
        match self {
            Payload::Text(text) => Payload::Text(String::from(&*text).into()),
            Payload::Binary(bytes) => Payload::Binary(Bytes::copy_from_slice(&bytes)),
            Payload::Oversized { .. } => self,
        }
    }

    /// Whether there is no content.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Messages in order, in either direction. Mostly it is one, which needs no memory of its own.
pub type Batch = SmallVec<[Payload; 1]>;

/// What the hub sends to a connection: messages to write in this order, then perhaps the request
/// to close itself. The first one a connection gets tells it that it is registered (or refused);
/// until then it reads nothing from its socket. [`Then::Prove`] comes before that one.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct Deliver {
    /// Written in order; none is dropped unless the socket ends first.
    pub payloads: Batch,
    /// What to do after them.
    pub then: Then,
    /// When the message was read off its socket that brought this about, if one did.
    pub since: Option<Instant>,
}

/// What a connection does when it has queued what was delivered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Then {
    /// Go on.
    Continue,
    /// Send a ping now and report [`ConnectionEvent::Opened`] again, with this login, when a pong
    /// has come. Only to a connection that is not registered.
    Prove(Box<Login>),
    /// Send a ping now and report [`ConnectionEvent::Alive`] at the next sign of life.
    Probe,
    /// Close itself for this reason.
    Close(Close),
}

/// What a connection tells the hub.
#[derive(Debug, Message)]
#[rtype(result = "()")]
pub struct FromConnection {
    /// Who says it.
    pub link: Link,
    /// What has happened.
    pub event: ConnectionEvent,
    /// When it was said.
    pub at: Instant,
}

/// The life of a connection as the hub sees it.
#[derive(Debug)]
pub enum ConnectionEvent {
    /// First of all: this socket wants to be that user. Again after [`Then::Prove`].
    Opened(Box<Login>),
    /// The client has said this, in order. The hub calls [`Link::batch_taken`] when it is done.
    Said(Batch),
    /// A sign of life after [`Then::Probe`].
    Alive,
    /// Last of all, once: the socket is over.
    Ended(Parting),
}

/// A socket's place among those that are counted: held while the socket is open and while a
/// session waits in its place, given back by its drop.
pub trait Seat: std::fmt::Debug + Send + Sync {
    /// The socket is somebody's now, even if there was no place free when it came.
    fn taken(&self) {}

    /// The error is how long its address has to wait before a token of it is looked at.
    fn may_bring_token(&self) -> Result<(), Duration> {
        Ok(())
    }

    /// Its client's address, as limits count it; `None` where that is not known.
    fn address(&self) -> Option<IpAddr> {
        None
    }

    /// Its client has brought a bad token by `refresh`.
    fn brought_bad_token(&self, _why: &BadToken) {}
}

impl Seat for () {}

/// A seat that connection and link share.
pub type Guard = Arc<dyn Seat>;

/// The hub's handle of a connection, and the little state that both share.
#[derive(Clone)]
pub struct Link(Arc<Shared>);

struct Shared {
    /// Set when the hub has made it somebody's.
    user: OnceLock<UserId>,
    recipient: Recipient<Deliver>,
    /// Handed to the connection and not yet taken by the socket.
    unwritten_bytes: AtomicUsize,
    unwritten_messages: AtomicUsize,
    /// The memory that all connections of the node hold.
    memory: Arc<SocketMemory>,
    /// Its part that waits for the sockets of this one's address, if that is known.
    of_address: Option<Arc<AtomicUsize>>,
    /// 0 while no batch is with the hub, else one more than the bytes it counts for.
    batch_with_hub: AtomicU32,
    /// The use that the client has made of the hub.
    usage: Usage,
    reader: AtomicWaker,
    guard: Guard,
}

impl Link {
    /// A handle of the connection behind `recipient`, which speaks for nobody yet.
    /// `memory` is the one count of the node.
    pub fn new(recipient: Recipient<Deliver>, memory: Arc<SocketMemory>, guard: Guard) -> Self {
        let of_address = guard.address().map(|address| memory.unwritten_of(address));
        Self(Arc::new(Shared {
            user: OnceLock::new(),
            recipient,
            unwritten_bytes: AtomicUsize::new(0),
            unwritten_messages: AtomicUsize::new(0),
            memory,
            of_address,
            batch_with_hub: AtomicU32::new(0),
            usage: Usage::default(),
            reader: AtomicWaker::new(),
            guard,
        }))
    }

    /// The user for whom the connection speaks, once it is registered.
    pub fn user(&self) -> Option<&UserId> {
        self.0.user.get()
    }
}

/// The connection's side.
impl Link {
    /// Marks that a batch of frames is on its way to the hub, which keeps `bytes` of memory: nothing
    /// more is read until it is taken, which makes a flood its own back-pressure.
    pub fn batch_sent(&self, bytes: usize) {
        // A batch is one message over the limit of a turn at most, far from 4 GiB.
        let counted = u32::try_from(bytes).unwrap_or(u32::MAX).min(u32::MAX - 1);
        self.0.batch_with_hub.store(counted + 1, Relaxed);
        self.0.memory.incoming_changed(0, counted as usize);
    }

    /// Whether the connection may read on; if not, `reader` is woken when it may.
    pub fn may_read(&self, reader: &Waker) -> bool {
        if self.0.batch_with_hub.load(Relaxed) == 0 {
            return true;
        }
        self.0.reader.register(reader);
        // The hub may have taken the batch between the look and the registration.
        self.0.batch_with_hub.load(Acquire) == 0
    }

    /// The socket has taken (or will never take) this much of what was delivered.
    pub fn written(&self, messages: usize, bytes: usize) {
        self.0.unwritten_messages.fetch_sub(messages, Relaxed);
        self.0.unwritten_bytes.fetch_sub(bytes, Relaxed);
        self.0.subtract_unwritten(messages, bytes);
    }
}

/// The hub's side.
impl Link {
    /// Counts a message that the hub is about to deliver, so that bounds see it at once. Returns how
    /// many there are to be written with it.
    pub fn count(&self, bytes: usize) -> usize {
        let messages = self.0.unwritten_messages.fetch_add(1, Relaxed) + 1;
        self.0.unwritten_bytes.fetch_add(bytes, Relaxed);
        self.0.memory.add_unwritten(bytes + UNWRITTEN_COST);
        if let Some(of_address) = &self.0.of_address {
            of_address.fetch_add(bytes + UNWRITTEN_COST, Relaxed);
        }
        messages
    }

    /// Messages and bytes counted and not yet written.
    pub fn unwritten(&self) -> (usize, usize) {
        (self.0.unwritten_messages.load(Relaxed), self.0.unwritten_bytes.load(Relaxed))
    }

    /// Bytes of memory of all connections of the node that count against `queue-total`.
    pub fn node_memory(&self) -> usize {
        self.0.memory.counted()
    }

    /// Bytes of memory that wait for sockets of this one's address; 0 if that is not known.
    pub fn address_memory(&self) -> usize {
        self.0.of_address.as_ref().map_or(0, |it| it.load(Relaxed))
    }

    /// Sends what has been counted. A connection that is gone has its goodbye under way already.
    pub fn deliver(&self, delivery: Deliver) {
        // why: the bound that acts is the counted backlog; a mailbox is drained into it at every
        // wake-up, and a close must reach a connection however full its mailbox is.
        self.0.recipient.do_send(delivery);
    }

    /// From now on the connection speaks for this user.
    pub fn identify(&self, user: UserId) {
        let is_first = self.0.user.set(user).is_ok();
        self.0.guard.taken();
        debug_assert!(is_first, "a connection is registered once");
    }

    /// The error is how long its address has to wait before a token of it is looked at.
    pub fn may_bring_token(&self) -> Result<(), Duration> {
        self.0.guard.may_bring_token()
    }

    /// Its client has brought a bad token, which counts as a bad login of its address.
    pub fn brought_bad_token(&self, why: &BadToken) {
        self.0.guard.brought_bad_token(why);
    }

    /// The use that the client has made of the hub. Only the hub changes it.
    pub(super) fn usage(&self) -> &Usage {
        &self.0.usage
    }

    /// The hub has the batch in hand: what it relays of it does not count twice.
    pub fn batch_arrived(&self) {
        let counted = self.0.batch_with_hub.swap(1, Relaxed);
        self.0.memory.incoming_changed(counted.saturating_sub(1) as usize, 0);
    }

    /// The batch has been handled: the connection may read on.
    pub fn batch_taken(&self) {
        self.0.batch_is_gone();
        self.0.reader.wake();
    }
}

impl Shared {
    fn subtract_unwritten(&self, messages: usize, bytes: usize) {
        let bytes = bytes + messages * UNWRITTEN_COST;
        self.memory.subtract_unwritten(bytes);
        if let Some(of_address) = &self.of_address {
            of_address.fetch_sub(bytes, Relaxed);
        }
    }

    fn batch_is_gone(&self) {
        let counted = self.batch_with_hub.swap(0, Release);
        if counted > 1 {
            self.memory.incoming_changed(counted as usize - 1, 0);
        }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        let messages = *self.unwritten_messages.get_mut();
        let bytes = *self.unwritten_bytes.get_mut();
        self.subtract_unwritten(messages, bytes);
        self.batch_is_gone();
        if let (Some(address), Some(count)) = (self.guard.address(), self.of_address.take()) {
            self.memory.forget_unwritten_of(address, count);
        }
    }
}

impl PartialEq for Link {
    /// Compares the addresses of the actors; clones of one link need not be looked into for that.
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.recipient == other.0.recipient
    }
}

impl Eq for Link {}

impl std::fmt::Debug for Link {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Link({:?})", self.user())
    }
}
