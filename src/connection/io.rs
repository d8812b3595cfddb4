//! The stream under a connection, whichever way it came in.
//!
//! One enum, so that there is one actor type and one address type whatever listener took the
//! socket; a `From` for each stream keeps the upgrade generic. Knows bytes only.

use std::fmt;
use std::io;
use std::net::TcpListener;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::server::TlsStream;

/// What the kernel may hold for one socket before its backlog is seen here. 64 KiB, which Linux
/// doubles for its own bookkeeping; by default it would take about 4 MB from a stalled reader.
const SEND_BUFFER: usize = 64 << 10;

/// Bytes that the kernel may hold of what a client has sent and nobody reads, as long as it is read
/// slowly or there is no room for its message. Linux doubles it for its own bookkeeping; by default
/// it would take up to 32 MiB. A window of this size takes the first 10 segments of a line and twice
/// as many, so a message of 64 KiB comes as fast as without a bound: its third flight has the rest.
const RECEIVE_BUFFER: usize = 32 << 10;

/// Bytes that the kernel holds for one connection, at most, in both directions.
pub(crate) const KERNEL_BYTES: usize = 2 * (SEND_BUFFER + RECEIVE_BUFFER);

/// What TLS may hold for one socket, encrypted and not taken by the kernel: two full records.
/// By default it would be twice as much.
pub(super) const TLS_BUFFER: usize = 32 << 10;

/// The stream of one socket.
pub enum Io {
    /// TCP without encryption.
    Plain(TcpStream),
    /// TLS over TCP. Boxed, as its state is a kilobyte that a plain socket has no use for.
    Tls(Box<TlsStream<TcpStream>>),
}

impl fmt::Debug for Io {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Io::Plain(_) => "Plain",
            Io::Tls(_) => "Tls",
        })
    }
}

impl From<TcpStream> for Io {
    fn from(stream: TcpStream) -> Self {
        Io::Plain(stream)
    }
}

impl From<TlsStream<TcpStream>> for Io {
    fn from(mut stream: TlsStream<TcpStream>) -> Self {
        stream.get_mut().1.set_buffer_limit(Some(TLS_BUFFER));
        Io::Tls(Box::new(stream))
    }
}

/// Bounds what the kernel holds of what comes in, for all connections that `listener` will accept.
/// Comes before the first of them, because a connection's window is scaled at its SYN.
pub(super) fn bound_receive_buffer(listener: &TcpListener) -> io::Result<()> {
    socket2::SockRef::from(listener).set_recv_buffer_size(RECEIVE_BUFFER)
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
            Io::Tls(stream) => stream.get_ref().0,
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
            Io::Tls(stream) => Pin::new(stream).poll_read(cx, into),
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
            Io::Tls(stream) => Pin::new(stream).poll_write(cx, bytes),
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Io::Plain(stream) => Pin::new(stream).poll_flush(cx),
            Io::Tls(stream) => Pin::new(stream).poll_flush(cx),
        }
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Io::Plain(stream) => Pin::new(stream).poll_shutdown(cx),
            Io::Tls(stream) => Pin::new(stream).poll_shutdown(cx),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_kernel_holds_no_more_than_its_bound_for_a_connection() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        bound_receive_buffer(&listener).unwrap();
        listener.set_nonblocking(true).unwrap();
        let listener = tokio::net::TcpListener::from_std(listener).unwrap();
        let _client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (accepted, _) = listener.accept().await.unwrap();
        let io = Io::from(accepted);

        io.tune();

        // Both as Linux counts them, which is what it charges to a container.
        let socket = socket2::SockRef::from(io.tcp());
        let held = socket.recv_buffer_size().unwrap() + socket.send_buffer_size().unwrap();
        assert!(held <= KERNEL_BYTES, "{held}");
    }
}
