//! Bytes to messages: what a client sends, within limits.
//!
//! Promises: a message over the limit is skipped as it arrives and reported once, one far over it
//! is refused; nothing is reserved for bytes that were only announced; text is UTF-8; an idle
//! reader owns no buffer, and [`Reader::count`] counts the buffers of any other. Decides nothing
//! about what to do then: that is the actor's. Cost: one copy out of the thread's read buffer,
//! none after it for a message in one frame that came in one read.
//!
//! A message shares its allocation with what was read together with it, up to 64 KiB: who keeps
//! one for long copies it.

use std::cell::RefCell;
use std::io;
use std::net::IpAddr;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_http::ws::{OpCode, Parser};
use actix_web_actors::ws::CloseCode;
use bytes::{Buf, Bytes, BytesMut};
use tokio::io::{AsyncRead, ReadBuf};

use crate::hub::{ALWAYS_HELD, ALWAYS_READ, Payload, SocketMemory};
use crate::protocol::Close;

use buffer::Unread;
use head::Head;
use unfinished::{Unfinished, utf8};

pub use fuzz::{count_messages, fuzz_frames};

mod buffer;
mod fuzz;
mod head;
#[cfg(test)]
mod tests;
mod unfinished;

/// One read takes at most this much; each thread has one buffer of this size.
pub(crate) const SCRATCH: usize = 64 << 10;

/// A message at more than this many times the limit is not even skipped.
const FAR: u64 = 16;
/// Frames looked at before somebody else has a turn: fragments need not carry anything, so a
/// client could keep a thread busy with a message that never ends.
const FRAMES_A_LOOK: usize = 64;
/// Reads from the socket in one look, for the same reason.
const READS_A_LOOK: usize = 4;

/// A fragment with less content than this costs more to look at than to carry. Clients that cut
/// their messages by what a network or a buffer takes at once (1400 bytes, 4 KiB) stay above it.
const SMALL: u64 = 1 << 10;

thread_local! {
    static READ_INTO: RefCell<Box<[u8]>> = RefCell::new(vec![0; SCRATCH].into_boxed_slice());
}

/// Something whole that a client has sent.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Incoming {
    /// A message; an oversized one without its content.
    Message(Payload),
    /// A ping and what its pong has to repeat.
    Ping(Bytes),
    /// A pong.
    Pong,
    /// The client closes, with this code if it gave one.
    Close(Option<CloseCode>),
    /// Many frames, and no message whole yet: others shall have their turn.
    Parts,
    /// No message is whole yet, and there is no room for more of it at the moment.
    NoRoom,
}

/// How much may be read of messages that are not whole yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    /// Up to the limit of a message.
    Plenty,
    /// Up to [`ALWAYS_READ`].
    Little,
}

/// Why nothing more comes.
#[derive(Debug)]
pub(super) enum ReadEnd {
    /// The client has shut down its side.
    Eof,
    /// The socket broke.
    Broken(io::Error),
    /// What came is not to be answered with anything but this close.
    Violation(Close),
}

/// The reading half of a connection.
#[derive(Debug)]
pub(super) struct Reader {
    /// Read and not yet understood.
    unread: Unread,
    /// Boxed, as few clients ever send such a one.
    message: Option<Box<Unfinished>>,
    received: u64,
    /// Bytes that the node counts for this reader.
    counted: u32,
    /// Control frames and small fragments since [`Reader::take_small`].
    small: u32,
}

impl Reader {
    /// A reader that takes messages of up to `limit` bytes. `unread` came with the handshake.
    pub(super) fn new(limit: usize, unread: BytesMut) -> Self {
        let received = unread.len() as u64;
        let limit = u32::try_from(limit).unwrap_or(u32::MAX);
        let unread = Unread::new(unread, limit);
        Self { unread, message: None, received, counted: 0, small: 0 }
    }

    /// Bytes that have come, from the beginning.
    pub(super) fn received(&self) -> u64 {
        self.received
    }

    /// Whether the client owes the rest of something it has begun.
    pub(super) fn owes_more(&self) -> bool {
        !self.unread.is_empty() || self.message.is_some()
    }

    /// Control frames, and small fragments from the middle of messages, that came since the last
    /// call. The first and the last frame of a message are paid for by the rate of messages.
    pub(super) fn take_small(&mut self) -> u32 {
        std::mem::take(&mut self.small)
    }

    /// Bytes that the node counts for this reader.
    pub(super) fn counted(&self) -> usize {
        self.counted as usize
    }

    /// The part of that which takes room that others could use.
    pub(super) fn counted_over(&self) -> usize {
        self.counted().saturating_sub(ALWAYS_HELD)
    }

    /// Tells the node what this reader, of a client at `address`, holds now, and `besides` of what it
    /// has read. The address is asked for only if that has changed: it is in memory of its own.
    pub(super) fn count(
        &mut self,
        memory: &SocketMemory,
        address: impl FnOnce() -> Option<IpAddr>,
        besides: usize,
    ) {
        let message = self.message.as_deref().map_or(0, Unfinished::held);
        let held = self.unread.held() + message + besides;
        let held = u32::try_from(held).unwrap_or(u32::MAX);
        if held != self.counted {
            memory.held_changed(address(), self.counted as usize, held as usize);
            self.counted = held;
        }
    }

    /// The next thing whole. After an error nothing more may be asked.
    pub(super) fn poll_next<S>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
        room: Room,
    ) -> Poll<Result<Incoming, ReadEnd>>
    where
        S: AsyncRead + Unpin,
    {
        for _ in 0..READS_A_LOOK {
            match self.understand() {
                Ok(Some(incoming)) => return Poll::Ready(Ok(incoming)),
                Ok(None) => {}
                Err(close) => return Poll::Ready(Err(ReadEnd::Violation(close))),
            }
            let most = self.may_read(room);
            if most == 0 {
                self.unread.detach();
                return Poll::Ready(Ok(Incoming::NoRoom));
            }
            let unread = &mut self.unread;
            match poll_scratch(stream, cx, most, |bytes| unread.append(bytes)) {
                Poll::Ready(Ok(0)) => return Poll::Ready(Err(ReadEnd::Eof)),
                Poll::Ready(Ok(read)) => self.received += read as u64,
                Poll::Ready(Err(error)) => return Poll::Ready(Err(ReadEnd::Broken(error))),
                Poll::Pending => {
                    self.unread.detach();
                    return Poll::Pending;
                }
            }
        }
        Poll::Ready(Ok(Incoming::Parts))
    }

    /// Bytes that may be read now.
    fn may_read(&self, room: Room) -> usize {
        match (room, self.message.as_deref()) {
            (Room::Plenty, _) | (_, Some(Unfinished::Skipped { left: 1.., .. })) => SCRATCH,
            (Room::Little, message) => {
                let held = self.unread.len() + message.map_or(0, Unfinished::held);
                ALWAYS_READ.saturating_sub(held)
            }
        }
    }

    /// Reads and throws away; `Ok(false)` is the end of the stream.
    pub(super) fn poll_discard<S>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<bool>>
    where
        S: AsyncRead + Unpin,
    {
        self.unread.clear();
        self.message = None;
        let read = ready!(poll_scratch(stream, cx, SCRATCH, |_| ()))?;
        self.received += read as u64;
        Poll::Ready(Ok(read > 0))
    }

    fn understand(&mut self) -> Result<Option<Incoming>, Close> {
        let incoming = self.next_whole();
        self.unread.give_back();
        incoming
    }

    fn next_whole(&mut self) -> Result<Option<Incoming>, Close> {
        for _ in 0..FRAMES_A_LOOK {
            match self.skip_on() {
                Skip::Done(oversized) => return Ok(Some(Incoming::Message(oversized))),
                Skip::More => return Ok(None),
                Skip::Nothing => {}
            }
            let Some(head) = Head::look(&self.unread)? else { return Ok(None) };
            if !head.follows(self.message.is_some()) {
                return Err(Close::ProtocolError);
            }
            let is_small = head.is_control() || head.is_middle() && head.content < SMALL;
            if !head.is_control() && self.over_limit(&head)? {
                self.small += u32::from(is_small);
                continue;
            }
            // The parser reserves what a frame announces, so it sees whole ones only.
            if (self.unread.len() as u64) < head.length as u64 + head.content {
                return Ok(None);
            }
            let limit = self.unread.limit() as usize;
            let frame = Parser::parse(self.unread.frames(), true, limit);
            let Ok(Some((last, opcode, content))) = frame else { return Err(Close::ProtocolError) };
            self.small += u32::from(is_small);
            let content = content.map(BytesMut::freeze).unwrap_or_default();
            if let Some(incoming) = self.assemble(opcode, last, content)? {
                return Ok(Some(incoming));
            }
        }
        Ok(Some(Incoming::Parts))
    }

    /// Whether the message goes over the limit with this frame, which is skipped then.
    fn over_limit(&mut self, head: &Head) -> Result<bool, Close> {
        let before = match self.message.as_deref() {
            None => 0,
            Some(Unfinished::Fragments { content, .. }) => content.len() as u64,
            Some(Unfinished::Skipped { bytes, .. }) => *bytes,
        };
        let (bytes, limit) = (before.saturating_add(head.content), u64::from(self.unread.limit()));
        if bytes > limit.saturating_mul(FAR) {
            return Err(Close::FarTooLarge);
        }
        let skipped = matches!(self.message.as_deref(), Some(Unfinished::Skipped { .. }));
        if bytes <= limit && !skipped {
            return Ok(false);
        }
        // The head is skipped too: its mask may not be there yet.
        let left = head.length as u64 + head.content;
        self.message = Some(Box::new(Unfinished::Skipped { bytes, left, last: head.last }));
        Ok(true)
    }

    fn skip_on(&mut self) -> Skip {
        let Some(Unfinished::Skipped { bytes, left, last }) = self.message.as_deref_mut() else {
            return Skip::Nothing;
        };
        let here = (*left).min(self.unread.len() as u64);
        self.unread.frames().advance(here as usize);
        *left -= here;
        if *left > 0 {
            return Skip::More;
        }
        if !*last {
            return Skip::Nothing;
        }
        let oversized = Payload::Oversized { bytes: *bytes };
        self.message = None;
        Skip::Done(oversized)
    }

    /// Takes a frame that may come here; a message is out when its last frame is in.
    fn assemble(
        &mut self,
        opcode: OpCode,
        last: bool,
        content: Bytes,
    ) -> Result<Option<Incoming>, Close> {
        let limit = self.unread.limit() as usize;
        Ok(Some(match opcode {
            OpCode::Text if last => Incoming::Message(utf8(content)?),
            OpCode::Binary if last => Incoming::Message(Payload::Binary(content)),
            OpCode::Ping => Incoming::Ping(content),
            OpCode::Pong => Incoming::Pong,
            OpCode::Close => Incoming::Close(close_code(&content)?),
            OpCode::Text | OpCode::Binary => {
                let mut begun = Unfinished::begin(opcode == OpCode::Text);
                begun.go_on(&content, limit)?;
                self.message = Some(Box::new(begun));
                return Ok(None);
            }
            OpCode::Continue => {
                if let Some(message) = self.message.as_deref_mut() {
                    message.go_on(&content, limit)?;
                }
                if !last {
                    return Ok(None);
                }
                // `Head::follows` has refused a continuation of nothing.
                let message = self.message.take().ok_or(Close::ProtocolError)?;
                Incoming::Message(message.finish()?)
            }
            OpCode::Bad => return Err(Close::ProtocolError),
        }))
    }
}

enum Skip {
    /// The next frame may be looked at.
    Nothing,
    /// The frame goes on in bytes that have not come.
    More,
    /// The message is over.
    Done(Payload),
}

/// The code of a close frame with this content, which has none or a legal one (RFC 6455 section 7.4).
fn close_code(content: &[u8]) -> Result<Option<CloseCode>, Close> {
    if content.is_empty() {
        return Ok(None);
    }
    let reason = Parser::try_parse_close_payload(content).map_err(|_| Close::ProtocolError)?;
    Ok(reason.map(|reason| reason.code))
}

fn poll_scratch<S>(
    stream: &mut S,
    cx: &mut Context<'_>,
    most: usize,
    take: impl FnOnce(&[u8]),
) -> Poll<io::Result<usize>>
where
    S: AsyncRead + Unpin,
{
    READ_INTO.with_borrow_mut(|scratch| {
        let mut buffer = ReadBuf::new(&mut scratch[..most.min(SCRATCH)]);
        ready!(Pin::new(stream).poll_read(cx, &mut buffer))?;
        take(buffer.filled());
        Poll::Ready(Ok(buffer.filled().len()))
    })
}
