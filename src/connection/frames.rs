//! Bytes to messages: what a client sends, within limits.
//!
//! Promises: a message over the limit is skipped as it arrives and reported once, one far over it
//! is refused; nothing is reserved for bytes that were only announced; text is UTF-8; an idle
//! reader owns no buffer. Decides nothing about what to do then: that is the actor's. Cost: one
//! copy out of the thread's read buffer, none after it for a message in one frame.
//!
//! A message shares its allocation with what was read together with it, up to 64 KiB: who keeps
//! one for long copies it.

use std::cell::RefCell;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use actix_codec::Decoder;
use actix_http::ws::{Codec, Item};
use actix_web_actors::ws::{CloseCode, Frame};
use bytes::{Buf, Bytes, BytesMut};
use bytestring::ByteString;
use tokio::io::{AsyncRead, ReadBuf};

use crate::hub::Payload;
use crate::protocol::Close;

use head::Head;

pub use fuzz::{count_messages, fuzz_frames};

mod fuzz;
mod head;
#[cfg(test)]
mod tests;

/// One read takes at most this much; each thread has one buffer of this size.
const SCRATCH: usize = 64 << 10;

/// A message at more than this many times the limit is not even skipped.
const FAR: u64 = 16;
/// Frames looked at before somebody else has a turn: fragments need not carry anything, so a
/// client could keep a thread busy with a message that never ends.
const FRAMES_A_LOOK: usize = 64;

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
    codec: Codec,
    limit: u64,
    /// Read and not yet understood.
    unread: BytesMut,
    /// Boxed, as few clients ever send such a one.
    message: Option<Box<Unfinished>>,
    received: u64,
}

/// What has come of a message that takes more than one frame, or more than the limit.
#[derive(Debug)]
enum Unfinished {
    Fragments {
        text: Option<CheckedUtf8>,
        content: BytesMut,
    },
    /// Over the limit: `bytes` of content are announced so far, `left` bytes of the present frame
    /// are still to come.
    Skipped {
        bytes: u64,
        left: u64,
        last: bool,
    },
}

/// How far the fragments of a text are known to be UTF-8, in bytes.
type CheckedUtf8 = usize;

impl Reader {
    /// A reader that takes messages of up to `limit` bytes. `unread` came with the handshake.
    pub(super) fn new(limit: usize, unread: BytesMut) -> Self {
        let received = unread.len() as u64;
        let codec = Codec::new().max_size(limit);
        Self { codec, limit: limit as u64, unread, message: None, received }
    }

    /// Bytes that have come, from the beginning.
    pub(super) fn received(&self) -> u64 {
        self.received
    }

    /// Whether the client owes the rest of something it has begun.
    pub(super) fn owes_more(&self) -> bool {
        !self.unread.is_empty() || self.message.is_some()
    }

    /// The next thing whole. After an error nothing more may be asked.
    pub(super) fn poll_next<S>(
        &mut self,
        stream: &mut S,
        cx: &mut Context<'_>,
    ) -> Poll<Result<Incoming, ReadEnd>>
    where
        S: AsyncRead + Unpin,
    {
        loop {
            match self.understand() {
                Ok(Some(incoming)) => return Poll::Ready(Ok(incoming)),
                Ok(None) => {}
                Err(close) => return Poll::Ready(Err(ReadEnd::Violation(close))),
            }
            let unread = &mut self.unread;
            match ready!(poll_scratch(stream, cx, |bytes| unread.extend_from_slice(bytes))) {
                Ok(0) => return Poll::Ready(Err(ReadEnd::Eof)),
                Ok(read) => self.received += read as u64,
                Err(error) => return Poll::Ready(Err(ReadEnd::Broken(error))),
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
        self.unread = BytesMut::new();
        let read = ready!(poll_scratch(stream, cx, |_| ()))?;
        self.received += read as u64;
        Poll::Ready(Ok(read > 0))
    }

    fn understand(&mut self) -> Result<Option<Incoming>, Close> {
        let incoming = self.next_whole();
        if self.unread.is_empty() {
            // Even without capacity it would keep alive the block that it was split from.
            self.unread = BytesMut::new();
        }
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
            if !head.is_control() && self.over_limit(&head)? {
                continue;
            }
            // The codec reserves what a frame announces, so it sees whole ones only.
            if (self.unread.len() as u64) < head.length as u64 + head.content {
                return Ok(None);
            }
            let frame = self.codec.decode(&mut self.unread).map_err(|_| Close::ProtocolError)?;
            if let Some(incoming) = frame.map(|frame| self.assemble(frame)).transpose()?.flatten() {
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
        let bytes = before.saturating_add(head.content);
        if bytes > self.limit.saturating_mul(FAR) {
            return Err(Close::FarTooLarge);
        }
        let skipped = matches!(self.message.as_deref(), Some(Unfinished::Skipped { .. }));
        if bytes <= self.limit && !skipped {
            return Ok(false);
        }
        // The codec keeps the order of fragments: it gets the same frame without content.
        let mut empty = BytesMut::from(&head.without_content()[..]);
        self.codec.decode(&mut empty).map_err(|_| Close::ProtocolError)?;
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
        self.unread.advance(here as usize);
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

    fn assemble(&mut self, frame: Frame) -> Result<Option<Incoming>, Close> {
        Ok(Some(match frame {
            Frame::Text(text) => Incoming::Message(utf8(text)?),
            Frame::Binary(bytes) => Incoming::Message(Payload::Binary(bytes)),
            Frame::Ping(bytes) => Incoming::Ping(bytes),
            Frame::Pong(_) => Incoming::Pong,
            Frame::Close(reason) => Incoming::Close(reason.map(|reason| reason.code)),
            Frame::Continuation(Item::FirstText(bytes)) => return self.begin(Some(0), &bytes),
            Frame::Continuation(Item::FirstBinary(bytes)) => return self.begin(None, &bytes),
            Frame::Continuation(Item::Continue(bytes)) => return self.go_on(&bytes),
            Frame::Continuation(Item::Last(bytes)) => {
                self.go_on(&bytes)?;
                Incoming::Message(self.finish()?)
            }
        }))
    }

    fn begin(
        &mut self,
        text: Option<CheckedUtf8>,
        bytes: &[u8],
    ) -> Result<Option<Incoming>, Close> {
        self.message = Some(Box::new(Unfinished::Fragments { text, content: BytesMut::new() }));
        self.go_on(bytes)
    }

    fn go_on(&mut self, bytes: &[u8]) -> Result<Option<Incoming>, Close> {
        if let Some(Unfinished::Fragments { text, content }) = self.message.as_deref_mut() {
            content.extend_from_slice(bytes);
            if let Some(checked) = text {
                *checked += utf8_so_far(&content[*checked..])?;
            }
        }
        Ok(None)
    }

    fn finish(&mut self) -> Result<Payload, Close> {
        match self.message.take().map(|message| *message) {
            Some(Unfinished::Fragments { text: Some(_), content }) => utf8(content.freeze()),
            Some(Unfinished::Fragments { text: None, content }) => {
                Ok(Payload::Binary(content.freeze()))
            }
            // The codec has refused a last fragment without a first one.
            None | Some(Unfinished::Skipped { .. }) => Err(Close::ProtocolError),
        }
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

fn utf8(bytes: Bytes) -> Result<Payload, Close> {
    ByteString::try_from(bytes).map(Payload::Text).map_err(|_| Close::NotUtf8)
}

/// How many bytes are UTF-8 for sure; a character may be cut off at the end.
fn utf8_so_far(bytes: &[u8]) -> Result<usize, Close> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.len()),
        Err(error) if error.error_len().is_none() => Ok(error.valid_up_to()),
        Err(_) => Err(Close::NotUtf8),
    }
}

fn poll_scratch<S>(
    stream: &mut S,
    cx: &mut Context<'_>,
    take: impl FnOnce(&[u8]),
) -> Poll<io::Result<usize>>
where
    S: AsyncRead + Unpin,
{
    READ_INTO.with_borrow_mut(|scratch| {
        let mut buffer = ReadBuf::new(scratch);
        ready!(Pin::new(stream).poll_read(cx, &mut buffer))?;
        take(buffer.filled());
        Poll::Ready(Ok(buffer.filled().len()))
    })
}
