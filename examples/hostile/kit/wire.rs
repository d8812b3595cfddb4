//! Connections from any loopback address, and the few WebSocket frames that the kit needs.
//!
//! Linux lets a client bind to any address of 127.0.0.0/8, so one machine can be many addresses.

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use rustls::pki_types::{IpAddr, ServerName};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;
use tokio_rustls::TlsConnector;

/// The address of honest clients.
pub const HONEST: Ipv4Addr = Ipv4Addr::LOCALHOST;
/// The address of an attack that comes from one address.
pub const ATTACKER: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
/// Patience with a connection, a handshake or an answer.
pub const PATIENCE: Duration = Duration::from_secs(6);
/// Bytes read at once.
const CHUNK: usize = 32 << 10;
/// Longest HTTP head and longest message of the server that the kit reads.
const LONGEST: usize = 4 << 20;

/// TCP, with TLS or without.
pub trait Stream: AsyncRead + AsyncWrite + Unpin + Send {}

impl<S: AsyncRead + AsyncWrite + Unpin + Send> Stream for S {}

/// Source address number `n` of many: 127.1.0.1, 127.1.0.2 and so on, below a million.
pub fn address(n: usize) -> Ipv4Addr {
    let (high, low) = (n / 250, n % 250 + 1);
    Ipv4Addr::new(127, 1 + (high / 250) as u8, (high % 250) as u8, low as u8)
}

/// Where and how to connect.
#[derive(Clone)]
pub struct Dial {
    pub to: SocketAddr,
    pub tls: Option<TlsConnector>,
    /// The kernel's receive buffer in bytes, for a client that does not read.
    pub receive_buffer: Option<u32>,
}

impl Dial {
    /// A TCP connection from `from`, before any handshake of TLS.
    pub async fn tcp(&self, from: Ipv4Addr) -> io::Result<TcpStream> {
        let socket = TcpSocket::new_v4()?;
        if let Some(bytes) = self.receive_buffer {
            socket.set_recv_buffer_size(bytes)?;
        }
        socket.bind(SocketAddr::from((from, 0)))?;
        let stream = in_time(socket.connect(self.to)).await?;
        stream.set_nodelay(true)?;
        Ok(stream)
    }

    /// A connection from `from`, with TLS if the server speaks TLS.
    pub async fn connect(&self, from: Ipv4Addr) -> io::Result<Box<dyn Stream>> {
        let tcp = self.tcp(from).await?;
        let Some(tls) = &self.tls else { return Ok(Box::new(tcp)) };
        let name = ServerName::IpAddress(IpAddr::from(std::net::IpAddr::V4(HONEST)));
        Ok(Box::new(in_time(tls.connect(name, tcp)).await?))
    }

    /// A WebSocket from `from`; an answer other than 101 is an error that names the status.
    pub async fn upgrade(&self, from: Ipv4Addr, login: &Login) -> io::Result<Socket> {
        let mut stream = self.connect(from).await?;
        stream.write_all(login.request().as_bytes()).await?;
        let (status, rest) = in_time(head(&mut *stream)).await?;
        if status != 101 {
            return Err(io::Error::other(status.to_string()));
        }
        Ok(Socket { stream, unread: rest })
    }

    /// A registered user from `from`.
    pub async fn log_in(&self, from: Ipv4Addr, login: &Login) -> io::Result<Socket> {
        let mut socket = self.upgrade(from, login).await?;
        let first = in_time(socket.next()).await?;
        match first.contains(r#""type":"registered""#) {
            true => Ok(socket),
            false => Err(io::Error::other(first)),
        }
    }

    /// The status and the body of `GET path` on a connection of its own.
    pub async fn get(
        &self,
        from: Ipv4Addr,
        path: &str,
        token: Option<&str>,
    ) -> io::Result<(u16, String)> {
        let mut stream = self.connect(from).await?;
        let request = format!(
            "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{}\r\n",
            authorization(token)
        );
        stream.write_all(request.as_bytes()).await?;
        let (status, mut body) = in_time(head(&mut *stream)).await?;
        let mut rest = stream.take(LONGEST as u64);
        // An end without TLS's goodbye is an end, too.
        let _ = in_time(rest.read_to_end(&mut body)).await;
        Ok((status, String::from_utf8_lossy(&body).into_owned()))
    }
}

/// Name and token of a login, and whether it acknowledges what it gets.
#[derive(Clone, Debug, Default)]
pub struct Login {
    pub user: String,
    pub token: Option<Arc<str>>,
    pub resumable: bool,
}

impl Login {
    /// A user who does not acknowledge, without a token.
    pub fn of(user: impl Into<String>) -> Self {
        Self { user: user.into(), ..Self::default() }
    }

    fn request(&self) -> String {
        let received = if self.resumable { "&received=0" } else { "" };
        format!(
            "GET /ws?userId={}{received} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{}\r\n",
            self.user,
            authorization(self.token.as_deref())
        )
    }
}

fn authorization(token: Option<&str>) -> String {
    token.map(|it| format!("Authorization: Bearer {it}\r\n")).unwrap_or_default()
}

/// A WebSocket, and the bytes of it that have come and are not read yet.
pub struct Socket {
    pub stream: Box<dyn Stream>,
    pub unread: Vec<u8>,
}

impl Socket {
    /// Sends a text message.
    pub async fn say(&mut self, text: &str) -> io::Result<()> {
        in_time(self.stream.write_all(&frame(TEXT, text.as_bytes()))).await
    }

    /// The next text message. A close frame is an error that names its code.
    pub async fn next(&mut self) -> io::Result<String> {
        next_text(&mut self.stream, &mut self.unread).await
    }

    /// Reads until a message of `kind`, within [`PATIENCE`].
    pub async fn until(&mut self, kind: &str) -> io::Result<String> {
        let wanted = format!(r#""type":"{kind}""#);
        in_time(async {
            loop {
                let text = self.next().await?;
                if text.contains(&wanted) {
                    return Ok(text);
                }
            }
        })
        .await
    }

    /// Sends a close frame and drops the connection.
    pub async fn leave(mut self) {
        let _ = in_time(self.stream.write_all(&frame(CLOSE, &1000u16.to_be_bytes()))).await;
    }
}

/// The first byte of a whole text message (RFC 6455, section 5.2).
pub const TEXT: u8 = 0x81;
/// The first byte of a text message that has further fragments.
pub const FIRST_FRAGMENT: u8 = 0x01;
/// The first byte of a fragment in the middle.
pub const FRAGMENT: u8 = 0x00;
/// The first byte of the last fragment.
pub const LAST_FRAGMENT: u8 = 0x80;
/// The first byte of a ping.
pub const PING: u8 = 0x89;
const CLOSE: u8 = 0x88;

/// A client's frame. Its mask is zero, which leaves the payload as it is.
pub fn frame(first: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = frame_head(first, payload.len());
    frame.extend_from_slice(payload);
    frame
}

/// The head of a client's frame with a payload of `length` bytes, at most 64 KiB less one.
pub fn frame_head(first: u8, length: usize) -> Vec<u8> {
    let mut head = vec![first];
    match u8::try_from(length) {
        Ok(short @ ..126) => head.push(0x80 | short),
        _ => {
            head.push(0x80 | 126);
            head.extend(u16::try_from(length).expect("the kit sends no longer ones").to_be_bytes());
        }
    }
    head.extend([0; 4]);
    head
}

/// The next text message of a stream; pings and pongs are passed over.
pub async fn next_text(
    stream: &mut (impl AsyncRead + Unpin),
    unread: &mut Vec<u8>,
) -> io::Result<String> {
    loop {
        while let Some((first, payload)) = take_frame(unread) {
            match first & 0x0f {
                1 => return Ok(String::from_utf8_lossy(&payload).into_owned()),
                8 => {
                    let code = payload.first_chunk().map_or(0, |it| u16::from_be_bytes(*it));
                    return Err(io::Error::other(format!("closed with {code}")));
                }
                _ => {}
            }
        }
        let mut chunk = [0; CHUNK];
        let read = stream.read(&mut chunk).await?;
        if read == 0 || unread.len() > LONGEST {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        unread.extend_from_slice(&chunk[..read]);
    }
}

/// Takes a whole frame of the server off the front.
fn take_frame(unread: &mut Vec<u8>) -> Option<(u8, Vec<u8>)> {
    let first = *unread.first()?;
    let (start, length) = match *unread.get(1)? {
        126 => (4, usize::from(u16::from_be_bytes(*unread.get(2..)?.first_chunk()?))),
        127 => (10, u64::from_be_bytes(*unread.get(2..)?.first_chunk()?) as usize),
        short => (2, usize::from(short)),
    };
    let payload = unread.get(start..start + length)?.to_vec();
    unread.drain(..start + length);
    Some((first, payload))
}

/// Reads the head of an answer: its status, and the bytes behind the head.
async fn head(stream: &mut (impl AsyncRead + Unpin + ?Sized)) -> io::Result<(u16, Vec<u8>)> {
    let mut read = Vec::new();
    loop {
        if let Some(end) = memchr::memmem::find(&read, b"\r\n\r\n") {
            let status = read.get(9..12).and_then(|it| std::str::from_utf8(it).ok());
            let status = status.and_then(|it| it.parse().ok());
            let status = status.ok_or(io::ErrorKind::InvalidData)?;
            return Ok((status, read.split_off(end + 4)));
        }
        let mut chunk = [0; 2048];
        let got = stream.read(&mut chunk).await?;
        if got == 0 || read.len() > LONGEST {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        read.extend_from_slice(&chunk[..got]);
    }
}

/// Does `work` within [`PATIENCE`].
pub async fn in_time<T>(work: impl Future<Output = io::Result<T>>) -> io::Result<T> {
    timeout(PATIENCE, work).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}
