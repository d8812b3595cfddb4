//! What still has to be written, in order, and how much of it.
//!
//! Promises: content that waits is shared and not copied; each message is reported once, when its
//! last byte is taken or when it is given up. Has no bound of its own:
//! the hub counts what it delivers, and the caller asks [`Backlog::controls`] before it adds more
//! of its own. An empty backlog owns no memory.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_codec::Encoder;
use actix_http::ws::Codec;
use actix_web_actors::ws::{CloseReason, Message};
use bytes::{Bytes, BytesMut};
use tokio::io::AsyncWrite;

use crate::hub::Payload;

#[cfg(test)]
mod tests;

/// One write takes at most this much; each thread has one buffer of this size, small enough to
/// stay in the processor's first cache. Heads and contents are put together in it: for a message
/// of usual size that costs less than a list of slices costs the kernel.
const SCRATCH: usize = 16 << 10;

/// A final frame with opcode 9 and nothing in it (RFC 6455, section 5.5.2): by far the most frequent
/// control frame, and always the same.
static PING: [u8; 2] = [0x89, 0];

/// Bytes of the longest control frame, in the buffer that it has for itself.
pub(super) const CONTROL_BYTES: usize = 160;

/// Frames that room is made for at once, at least.
const GROWTH_MIN: usize = 4;

thread_local! {
    static WRITE_FROM: RefCell<Vec<u8>> = RefCell::new(Vec::with_capacity(SCRATCH));
}

/// The writing half of a connection.
#[derive(Debug, Default)]
pub(super) struct Backlog {
    queue: VecDeque<Outgoing>,
    /// Bytes of the first that the socket has taken already. No frame comes near to 4 GiB.
    begun: u32,
    controls: u32,
}

#[derive(Debug)]
enum Outgoing {
    Message { head: Head, content: Bytes },
    Control(Bytes),
}

/// What a write has achieved.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    /// Bytes that the socket has taken, heads and control frames included.
    pub(super) taken: usize,
    /// Messages of which the last byte is taken.
    pub(super) messages: usize,
    /// The content of these messages.
    pub(super) bytes: usize,
}

impl Backlog {
    /// Adds a message.
    pub(super) fn push(&mut self, payload: Payload) {
        let (opcode, content) = match payload {
            Payload::Text(text) => (Opcode::Text, text.into_bytes()),
            Payload::Binary(bytes) => (Opcode::Binary, bytes),
            // Only ever comes in; as an empty message it is accounted for like any other.
            Payload::Oversized { .. } => (Opcode::Binary, Bytes::new()),
        };
        self.add(Outgoing::Message { head: Head::new(opcode, content.len()), content });
    }

    /// The queue grows by a quarter: one that doubled would hold twice what is counted for it.
    fn add(&mut self, outgoing: Outgoing) {
        if self.queue.len() == self.queue.capacity() {
            self.queue.reserve_exact((self.queue.len() / 4).max(GROWTH_MIN));
        }
        self.queue.push_back(outgoing);
    }

    /// Adds a ping without content.
    pub(super) fn push_ping(&mut self) {
        self.controls += 1;
        self.add(Outgoing::Control(Bytes::from_static(&PING)));
    }

    /// Adds the answer to a ping.
    pub(super) fn push_pong(&mut self, content: Bytes) {
        self.push_control(Message::Pong(content));
    }

    /// Adds the close frame; `None` is one without a code.
    pub(super) fn push_close(&mut self, reason: Option<CloseReason>) {
        self.push_control(Message::Close(reason));
    }

    fn push_control(&mut self, message: Message) {
        let mut frame = BytesMut::new();
        // Fails for continuations out of order only.
        if Codec::new().encode(message, &mut frame).is_ok() {
            self.controls += 1;
            self.add(Outgoing::Control(frame.freeze()));
        }
    }

    /// Whether all is taken.
    pub(super) fn is_empty(&self) -> bool {
        self.queue.is_empty()
    }

    /// Control frames that wait.
    pub(super) fn controls(&self) -> usize {
        self.controls as usize
    }

    /// Drops all but a frame half written, and tells how many messages and bytes that were.
    pub(super) fn drop_waiting(&mut self) -> Progress {
        let mut dropped = Progress::default();
        for given_up in self.queue.drain(usize::from(self.begun > 0).min(self.queue.len())..) {
            dropped.count(&given_up, &mut self.controls);
        }
        self.queue.shrink_to(0);
        dropped
    }

    /// Drops all, and tells how many messages and bytes that were.
    pub(super) fn drop_all(&mut self) -> Progress {
        self.begun = 0;
        self.drop_waiting()
    }

    /// Writes until all is taken and flushed. What has been achieved is added to `progress`,
    /// whatever the outcome.
    pub(super) fn poll_write<S>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
        progress: &mut Progress,
    ) -> Poll<io::Result<()>>
    where
        S: AsyncWrite + Unpin,
    {
        while !self.queue.is_empty() {
            let taken = ready!(WRITE_FROM.with_borrow_mut(|scratch| {
                self.put_together(scratch);
                Pin::new(&mut *stream).poll_write(cx, scratch)
            }))?;
            if taken == 0 {
                return Poll::Ready(Err(io::ErrorKind::WriteZero.into()));
            }
            self.advance(taken, progress);
        }
        self.queue = VecDeque::new();
        Pin::new(stream).poll_flush(cx)
    }

    /// Fills `scratch` with what comes next, as far as it has room.
    fn put_together(&self, scratch: &mut Vec<u8>) {
        scratch.clear();
        let mut begun = self.begun as usize;
        for part in self.queue.iter().flat_map(Outgoing::parts) {
            let rest = part.get(begun..).unwrap_or_default();
            begun = begun.saturating_sub(part.len());
            let room = SCRATCH - scratch.len();
            scratch.extend_from_slice(&rest[..rest.len().min(room)]);
            if rest.len() >= room {
                return;
            }
        }
    }

    fn advance(&mut self, taken: usize, progress: &mut Progress) {
        progress.taken += taken;
        let mut begun = self.begun as usize + taken;
        while let Some(first) = self.queue.front() {
            let length = first.length();
            if begun < length {
                break;
            }
            begun -= length;
            progress.count(first, &mut self.controls);
            self.queue.pop_front();
        }
        self.begun = begun as u32;
        self.give_back();
    }

    /// Gives back the room of what is written. An empty queue's goes when all is flushed.
    fn give_back(&mut self) {
        let length = self.queue.len();
        if length > 0 && length < self.queue.capacity() / 4 {
            self.queue.shrink_to((length * 2).max(GROWTH_MIN));
        }
    }
}

impl Progress {
    fn count(&mut self, outgoing: &Outgoing, controls: &mut u32) {
        match outgoing {
            Outgoing::Message { content, .. } => {
                self.messages += 1;
                self.bytes += content.len();
            }
            Outgoing::Control(_) => *controls -= 1,
        }
    }
}

impl Outgoing {
    fn parts(&self) -> [&[u8]; 2] {
        match self {
            Outgoing::Message { head, content } => [head.bytes(), content],
            Outgoing::Control(frame) => [frame, &[]],
        }
    }

    fn length(&self) -> usize {
        self.parts().iter().map(|part| part.len()).sum()
    }
}

#[derive(Clone, Copy, Debug)]
enum Opcode {
    Text = 1,
    Binary = 2,
}

/// The head of an unfragmented frame to a client (RFC 6455 section 5.2). Written here because
/// the codec would copy the content behind it.
#[derive(Debug)]
struct Head {
    bytes: [u8; 10],
    length: u8,
}

impl Head {
    fn new(opcode: Opcode, content: usize) -> Self {
        let mut bytes = [0; 10];
        bytes[0] = 0x80 | opcode as u8;
        let length = match (u8::try_from(content), u16::try_from(content)) {
            (Ok(short @ ..126), _) => {
                bytes[1] = short;
                2
            }
            (_, Ok(medium)) => {
                bytes[1] = 126;
                bytes[2..4].copy_from_slice(&medium.to_be_bytes());
                4
            }
            _ => {
                bytes[1] = 127;
                bytes[2..].copy_from_slice(&(content as u64).to_be_bytes());
                10
            }
        };
        Self { bytes, length }
    }

    fn bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }
}
