//! A client: one socket of one user.
//!
//! As cheap as it can be, since its time must not be what the server waits for.

use std::cell::Cell;
use std::net::SocketAddr;
use std::pin::pin;
use std::time::Duration;

use actix_codec::{Decoder, Encoder};
use actix_http::ws::{Codec, Frame, Message};
use bytes::{Buf, BytesMut};
use bytestring::ByteString;
use futures_util::stream::{self, StreamExt};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Target;
use super::dialect::{Dialect, Heard, Step};
use super::secure;

/// So many connect at a time.
const AT_A_TIME: usize = 50;
/// Room for what is read at once.
const ROOM: usize = 16 << 10;
/// A message that is larger is a fault.
const LARGEST: usize = 1 << 20;
/// How long it may take until somebody hears something.
const PATIENCE: Duration = Duration::from_secs(30);

thread_local! {
    /// What all clients have heard from each other.
    static HEARD: Cell<u64> = const { Cell::new(0) };
}

pub struct Client {
    pub user: String,
    pub dialect: Dialect,
    stream: Box<dyn Stream>,
    codec: Codec,
    unread: BytesMut,
    unsent: BytesMut,
    /// How often it has been asked for a sign of life.
    pub pings: usize,
}

/// With TLS or without.
pub trait Stream: AsyncRead + AsyncWrite + Unpin {}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

impl Client {
    /// Connects and waits until it is reachable.
    pub async fn connects(target: &Target, user: String) -> Self {
        let mut client = Self::dials(target, user).await;
        let welcome = client.next().await.expect("a welcome");
        assert!(client.dialect.is_welcome(&welcome), "{welcome}");
        client
    }

    /// Connects.
    pub async fn dials(target: &Target, user: String) -> Self {
        let tcp = connect(&target.url).await;
        let mut stream: Box<dyn Stream> = match &target.trust {
            Some(certificate) => Box::new(secure::wrap(tcp, certificate).await),
            None => Box::new(tcp),
        };
        let url = target.dialect.url(&target.url, &user);
        let unread = shake_hands(&mut stream, &url).await;
        let codec = Codec::new().client_mode().max_size(LARGEST);
        let (dialect, unsent) = (target.dialect, BytesMut::new());
        Self { user, dialect, stream, codec, unread, unsent, pings: 0 }
    }

    /// `count` of them, who are called `prefix` and a number.
    pub async fn many(target: &Target, prefix: &str, count: usize) -> Vec<Self> {
        let all = stream::iter((0..count).map(|n| Self::connects(target, format!("{prefix}{n}"))));
        all.buffered(AT_A_TIME).collect().await
    }

    /// Puts a step of a call down, as [`Self::says`] does.
    pub fn sends(&mut self, step: Step, to: &str, data: &str) {
        let text = self.dialect.message(step, to, data);
        self.says(text);
    }

    /// Puts a text down; [`Self::flushes`] sends it, or [`Self::next`] when there is nothing left that
    /// has come already.
    pub fn says(&mut self, text: String) {
        self.writes(Message::Text(text.into()));
    }

    fn writes(&mut self, message: Message) {
        self.codec.encode(message, &mut self.unsent).unwrap();
    }

    /// Sends what has been put down.
    pub async fn flushes(&mut self) {
        // May be given up and begun again.
        self.stream.write_all_buf(&mut self.unsent).await.unwrap();
        self.stream.flush().await.unwrap();
    }

    /// The next step that comes from somebody.
    pub async fn hears(&mut self) -> Heard {
        loop {
            let message = self.next().await.expect("the socket is open");
            if let Some(heard) = self.dialect.hear(&message) {
                HEARD.set(HEARD.get() + 1);
                return heard;
            }
        }
    }

    /// The next text, or `None` when the server has ended it. May be given up and asked for again.
    pub async fn next(&mut self) -> Option<ByteString> {
        loop {
            match self.codec.decode(&mut self.unread).unwrap() {
                Some(Frame::Text(text)) => return Some(text.try_into().unwrap()),
                Some(Frame::Ping(content)) => {
                    self.pings += 1;
                    self.writes(Message::Pong(content));
                }
                Some(Frame::Close(_)) => return None,
                Some(Frame::Pong(_)) => {}
                Some(other) => panic!("{} hears {other:?}", self.user),
                None => {
                    if self.unsent.has_remaining() {
                        self.flushes().await;
                    }
                    self.unread.reserve(ROOM);
                    if self.stream.read_buf(&mut self.unread).await.unwrap_or(0) == 0 {
                        return None;
                    }
                }
            }
        }
    }

    /// Says goodbye and waits for the end.
    pub async fn leaves(mut self) {
        self.writes(Message::Close(None));
        // The server may have ended it already.
        let _ = self.stream.write_all_buf(&mut self.unsent).await;
        let _ = self.stream.flush().await;
        self.unsent.clear();
        while self.next().await.is_some() {}
        self.unread.clear();
        while self.stream.read_buf(&mut self.unread).await.is_ok_and(|read| read > 0) {
            self.unread.clear();
        }
    }
}

/// A TCP connection to where `url` points.
pub async fn connect(url: &str) -> TcpStream {
    let host = url.split('/').nth(2).unwrap();
    let address: SocketAddr = host.replace("localhost", "127.0.0.1").parse().unwrap();
    let tcp = TcpStream::connect(address).await.unwrap();
    tcp.set_nodelay(true).unwrap();
    tcp
}

/// Asks for the upgrade, and returns what came behind the answer.
pub async fn shake_hands(stream: &mut (impl Stream + ?Sized), url: &str) -> BytesMut {
    let (host, path) = url.split_once("://").unwrap().1.split_once('/').unwrap();
    let request = format!(
        "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = BytesMut::with_capacity(ROOM);
    let end = loop {
        assert_ne!(stream.read_buf(&mut answer).await.unwrap(), 0, "{answer:?}");
        if let Some(end) = memchr::memmem::find(&answer, b"\r\n\r\n") {
            break end + 4;
        }
    };
    assert!(answer.starts_with(b"HTTP/1.1 101"), "{answer:?}");
    // The answer to the key above; both are those of RFC 6455, section 1.3.
    assert!(memchr::memmem::find(&answer, b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=").is_some(), "{answer:?}");
    answer.split_off(end)
}

/// Does this work, and panics when nobody hears of anybody any more although it is not done: then a
/// message was lost.
pub async fn unless_stuck<T>(work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    loop {
        let heard = HEARD.get();
        if let Ok(done) = timeout(PATIENCE, work.as_mut()).await {
            return done;
        }
        assert_ne!(HEARD.get(), heard, "nothing comes any more: a message was lost");
    }
}

/// Everybody says goodbye.
pub async fn all_leave(clients: Vec<Client>) {
    stream::iter(clients).for_each_concurrent(AT_A_TIME, Client::leaves).await;
}
