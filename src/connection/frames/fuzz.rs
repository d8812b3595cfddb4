//! Doors for `fuzz/` and `benches/`.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};

use bytes::BytesMut;
use tokio::io::{AsyncRead, ReadBuf};

use super::{Incoming, ReadEnd, Reader, Room};
use crate::protocol::Close;

const LIMIT: usize = 256;

/// How many messages there are in what a socket sends, read in pieces of that size.
pub fn count_messages(wire: &[u8], piece: usize, limit: usize) -> usize {
    let (heard, close) = read(wire, piece, limit, Room::Plenty);
    assert_eq!(close, None);
    heard.iter().filter(|it| matches!(it, Incoming::Message(_))).count()
}

/// What a socket may send. It comes to the same however it is cut into pieces and however much room the
/// node has for messages of this size, no message is over the limit, and reading it ends.
pub fn fuzz_frames(wire: &[u8]) {
    let Some((piece, wire)) = wire.split_first() else { return };
    let whole = read(wire, wire.len().max(1), LIMIT, Room::Plenty);
    for room in [Room::Plenty, Room::Little] {
        assert_eq!(whole, read(wire, usize::from(*piece).max(1), LIMIT, room));
    }
}

fn read(wire: &[u8], piece: usize, limit: usize, room: Room) -> (Vec<Incoming>, Option<Close>) {
    let mut stream = Pieces { left: wire, piece };
    let mut reader = Reader::new(limit, BytesMut::new());
    let mut context = Context::from_waker(Waker::noop());
    let mut heard = Vec::new();
    // Each look takes at least a byte of the wire.
    for _ in 0..=wire.len() {
        match reader.poll_next(&mut stream, &mut context, room) {
            Poll::Ready(Ok(Incoming::Parts | Incoming::NoRoom)) => {}
            Poll::Ready(Ok(incoming)) => {
                if let Incoming::Message(payload) = &incoming {
                    assert!(payload.len() <= limit);
                }
                heard.push(incoming);
            }
            Poll::Ready(Err(ReadEnd::Eof)) => return (heard, None),
            Poll::Ready(Err(ReadEnd::Violation(close))) => return (heard, Some(close)),
            Poll::Ready(Err(ReadEnd::Broken(error))) => panic!("{error}"),
            Poll::Pending => panic!("nobody is waited for"),
        }
    }
    panic!("it never ends");
}

/// Bytes that come a few at a time.
struct Pieces<'a> {
    left: &'a [u8],
    piece: usize,
}

impl AsyncRead for Pieces<'_> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let count = self.piece.min(self.left.len()).min(into.remaining());
        let (now, later) = self.left.split_at(count);
        into.put_slice(now);
        self.left = later;
        Poll::Ready(Ok(()))
    }
}
