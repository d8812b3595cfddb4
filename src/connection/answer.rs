//! Bytes of HTTP in and out of a connection, each with a bound and a deadline.

use std::cell::RefCell;
use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Poll, ready};
use std::time::Duration;

use actix_codec::Encoder;
use actix_http::body::{self, BodySize, BoxBody, MessageBody};
use actix_http::h1::{Codec, Message};
use actix_http::{ConnectionType, Response};
use actix_web::HttpResponse;
use bytes::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWriteExt, ReadBuf};
use tokio::sync::Semaphore;
use tokio::task::yield_now;
use tokio::time::timeout;

use super::Io;
use super::head::HEAD_MAX;

/// How long a client may take no byte of its answer.
const STALL: Duration = Duration::from_secs(5);
/// How long it may take for all of it.
const ANSWER: Duration = Duration::from_secs(60);
/// How long a client may take to read the last answer and to end the connection.
const LINGER: Duration = Duration::from_secs(2);
/// Bytes that it may go on sending meanwhile.
const LINGER_BYTES: usize = 128 << 10;
/// Connections that are read from at a time meanwhile, of the whole process. Any number of clients
/// that go on sending must not keep a thread busy; the others wait, for the same time at most.
const LINGERING: usize = 32;
static READERS: Semaphore = Semaphore::const_new(LINGERING);
/// A body up to this many bytes leaves in one write with its head.
const SMALL_BODY: usize = 4 << 10;

/// The extent of what an answer ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// Its request alone.
    Request,
    /// The connection, too, and it says so.
    Connection,
}

thread_local! {
    /// Where input is read to, so that a connection that waits for some needs no memory for it.
    static SCRATCH: RefCell<Box<[u8]>> = RefCell::new(vec![0; HEAD_MAX].into());
}

/// Reads what is there behind `into`, which gets no longer than `most`. The end of the stream is 0.
pub(super) async fn read(io: &mut Io, into: &mut BytesMut, most: usize) -> io::Result<usize> {
    let room = most.saturating_sub(into.len()).min(HEAD_MAX);
    poll_fn(|cx| {
        SCRATCH.with_borrow_mut(|scratch| {
            let mut scratch = ReadBuf::new(&mut scratch[..room]);
            ready!(Pin::new(&mut *io).poll_read(cx, &mut scratch))?;
            into.extend_from_slice(scratch.filled());
            Poll::Ready(Ok(scratch.filled().len()))
        })
    })
    .await
}

/// Writes an answer. Whether the connection goes on behind it.
///
/// Fails with `TimedOut` if the client does not take it in time.
pub(super) async fn write(
    io: &mut Io,
    codec: &mut Codec,
    answer: HttpResponse,
    ends: Ends,
    to_head: bool,
) -> io::Result<bool> {
    let mut answer = Response::from(answer);
    if ends == Ends::Connection {
        answer.head_mut().set_connection_type(ConnectionType::Close);
    }
    let (head, body) = answer.into_parts();
    let is_none = body.size() == BodySize::None;
    let body = whole(body).await?;
    let size = if is_none { BodySize::None } else { BodySize::Sized(body.len() as u64) };
    let mut bytes = BytesMut::new();
    codec.encode(Message::Item((head, size)), &mut bytes)?;
    let goes_on = codec.keep_alive();
    let mut body = if to_head { Bytes::new() } else { body };
    if body.len() <= SMALL_BODY {
        bytes.extend_from_slice(&body);
        body = Bytes::new();
    }
    let written = timeout(ANSWER, async {
        write_bytes(io, &bytes).await?;
        write_bytes(io, &body).await
    });
    written.await??;
    Ok(goes_on)
}

/// The bytes of a body, without a copy where it is in one piece.
async fn whole(body: BoxBody) -> io::Result<Bytes> {
    match body.try_into_bytes() {
        Ok(bytes) => Ok(bytes),
        Err(stream) => {
            body::to_bytes(stream).await.map_err(|why| io::Error::other(why.to_string()))
        }
    }
}

/// Writes all of `bytes`; fails with `TimedOut` where none of them is taken for a while.
pub(super) async fn write_bytes(io: &mut Io, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        match timeout(STALL, io.write(bytes)).await?? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            written => bytes = &bytes[written..],
        }
    }
    timeout(STALL, io.flush()).await?
}

/// Ends a connection behind its last answer: shuts down the write side and takes what still comes.
/// A connection that is dropped with unread input is a reset, and the client may lose the answer.
pub(super) async fn end(mut io: Io) {
    let polite_end = async {
        io.shutdown().await?;
        let _reads = READERS.acquire().await;
        let mut left = LINGER_BYTES;
        while left > 0 {
            let read = discard(&mut io).await?;
            left = if read == 0 { 0 } else { left.saturating_sub(read) };
            yield_now().await;
        }
        io::Result::Ok(())
    };
    // The client may be gone, or go on sending.
    let _ = timeout(LINGER, polite_end).await;
}

async fn discard(io: &mut Io) -> io::Result<usize> {
    poll_fn(|cx| {
        SCRATCH.with_borrow_mut(|scratch| {
            let mut scratch = ReadBuf::new(scratch);
            ready!(Pin::new(&mut *io).poll_read(cx, &mut scratch))?;
            Poll::Ready(Ok(scratch.filled().len()))
        })
    })
    .await
}
