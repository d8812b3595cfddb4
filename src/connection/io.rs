//! The stream under a connection, whichever way it came in.
//!
//! One enum, so that there is one actor type and one address type whatever listener took the
//! socket; a `From` for each stream keeps the upgrade generic. Knows bytes only.

use std::io::{self, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// What the kernel may hold for one socket before its backlog is seen here. 64 KiB, which Linux
/// doubles for its own bookkeeping; by default it would take about 4 MB from a stalled reader.
const SEND_BUFFER: usize = 64 << 10;

/// The stream of one socket.
#[derive(Debug)]
pub enum Io {
    /// TCP without encryption.
    Plain(TcpStream),
}

impl From<TcpStream> for Io {
    fn from(stream: TcpStream) -> Self {
        Io::Plain(stream)
    }
}

impl Io {
    /// Sets what a signaling socket needs: small messages leave at once, and a peer that does not
    /// read is noticed early.
    pub fn tune(&self) {
        let tcp = self.tcp();
        // A peer that is gone already makes these fail; reading says so next.
        let _ = tcp.set_nodelay(true);
        let _ = socket2::SockRef::from(tcp).set_send_buffer_size(SEND_BUFFER);
    }

    /// Makes the coming drop a reset, which frees what the kernel still holds for the peer.
    pub fn reset_on_drop(&self) {
        // Fails only where the socket has ended by itself.
        let _ = self.tcp().set_zero_linger();
    }

    fn tcp(&self) -> &TcpStream {
        match self {
            Io::Plain(stream) => stream,
        }
    }
}

impl AsyncRead for Io {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Io::Plain(stream) => Pin::new(stream).poll_read(cx, into),
        }
    }
}

impl AsyncWrite for Io {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Io::Plain(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Io::Plain(stream) => Pin::new(stream).poll_write_vectored(cx, slices),
        }
    }

    fn is_write_vectored(&self) -> bool {
        match self {
            Io::Plain(stream) => stream.is_write_vectored(),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Io::Plain(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Io::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}
