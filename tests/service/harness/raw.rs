//! A client that sends exactly these bytes and answers nothing by itself: no pong, no close.

use std::io;
use std::net::SocketAddr;

use serde_json::Value;
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::http::{Answer, upgrade};
use super::{PATIENCE, Stream};

pub struct RawClient {
    pub stream: Stream,
    unread: Vec<u8>,
    head: String,
}

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Opcode {
    Continuation = 0,
    Text = 1,
    Binary = 2,
    Reserved = 3,
    Close = 8,
    Ping = 9,
    Pong = 10,
}

/// Whether a message ends with the frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    Yes,
    No,
}

/// A frame from the server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub opcode: u8,
    pub content: Vec<u8>,
}

/// A masked frame, as a client must send it.
pub fn frame(opcode: Opcode, last: Last, content: &[u8]) -> Vec<u8> {
    let mut bytes = head(opcode, last, content.len() as u64);
    let mask = [0x37, 0xfa, 0x21, 0x3d];
    bytes.extend(mask);
    bytes.extend(content.iter().zip(mask.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    bytes
}

/// The frame's head up to the mask.
pub fn head(opcode: Opcode, last: Last, length: u64) -> Vec<u8> {
    let mut bytes = vec![(if last == Last::Yes { 0x80 } else { 0 }) | opcode as u8];
    match length {
        0..=125 => bytes.push(0x80 | length as u8),
        126..=0xffff => {
            bytes.push(0x80 | 126);
            bytes.extend((length as u16).to_be_bytes());
        }
        _ => {
            bytes.push(0x80 | 127);
            bytes.extend(length.to_be_bytes());
        }
    }
    bytes
}

impl RawClient {
    /// Upgraded, and nothing read behind the handshake.
    pub async fn dials(address: SocketAddr, query: &str) -> Self {
        Self::dials_with(Stream::to(address).await, query).await
    }

    /// The same, and its kernel takes little before it makes the server wait.
    pub async fn dials_with_little_room(address: SocketAddr, query: &str) -> Self {
        Self::dials_with_little_room_from([127, 0, 0, 1], address, query).await
    }

    /// The same from an address of the loopback network, of which a machine has many.
    pub async fn dials_with_little_room_from(
        from: [u8; 4],
        address: SocketAddr,
        query: &str,
    ) -> Self {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind((from, 0).into()).unwrap();
        socket.set_recv_buffer_size(4096).unwrap();
        let tcp = socket.connect(address).await.unwrap();
        Self::dials_with(Stream::over(tcp).await, query).await
    }

    /// Upgraded with these header lines.
    pub async fn dials_bearing(address: SocketAddr, query: &str, headers: &[&str]) -> Self {
        let mut stream = Stream::to(address).await;
        ask(&mut stream, query, headers).await;
        Self::upgraded(stream).await
    }

    /// Upgraded on a stream that is there already.
    pub async fn dials_with(mut stream: Stream, query: &str) -> Self {
        ask(&mut stream, query, &[]).await;
        Self::upgraded(stream).await
    }

    /// A stream on which an upgrade has been asked for and comes about.
    pub async fn upgraded(stream: Stream) -> Self {
        let client = Self::answered(stream).await;
        assert_eq!(client.answer().status, 101, "{:?}", client.answer());
        client
    }

    /// Asks for an upgrade with these header lines; its URL is a bad one, so that the server
    /// closes with 4500 what it lets in.
    pub async fn asks(address: SocketAddr, headers: &[&str]) -> Self {
        let mut stream = Stream::to(address).await;
        ask(&mut stream, "userId=", headers).await;
        Self::answered(stream).await
    }

    async fn answered(stream: Stream) -> Self {
        let mut client = Self { stream, unread: Vec::new(), head: String::new() };
        let end = loop {
            if let Some(end) = client.unread.windows(4).position(|it| it == b"\r\n\r\n") {
                break end + 4;
            }
            assert!(client.read().await.unwrap() > 0, "the upgrade was not answered");
        };
        let head = client.unread.drain(..end).collect();
        client.head = String::from_utf8(head).unwrap();
        client
    }

    /// The answer to the upgrade, without a body.
    pub fn answer(&self) -> Answer {
        Answer::from_text(&self.head)
    }

    /// The body of an answer that is no upgrade.
    pub async fn reads_out(mut self) -> String {
        while self.read().await.unwrap() > 0 {}
        String::from_utf8_lossy(&self.unread).into_owned()
    }

    /// Upgraded and registered.
    pub async fn connects(address: SocketAddr, query: &str) -> Self {
        let mut client = Self::dials(address, query).await;
        client.is_registered().await;
        client
    }

    /// Answers the ping of a server where somebody has the name.
    pub async fn shows_that_it_is_there(&mut self) {
        let ping = self.next_frame().await.unwrap();
        assert_eq!(ping.opcode, 9, "{ping:?}");
        self.sends(&frame(Opcode::Pong, Last::Yes, &ping.content)).await;
    }

    /// The same, if it is asked.
    pub async fn is_registered(&mut self) {
        let mut first = self.next_frame().await.unwrap();
        if first.opcode == 9 {
            self.sends(&frame(Opcode::Pong, Last::Yes, &first.content)).await;
            first = self.next_frame().await.unwrap();
        }
        let registered: Value = serde_json::from_slice(&first.content).unwrap();
        assert_eq!(registered["type"], "registered");
        assert_eq!(self.hears().await["type"], "client-list");
    }

    pub async fn sends(&mut self, bytes: &[u8]) {
        timeout(PATIENCE, self.stream.write_all(bytes)).await.expect("the server reads").unwrap();
    }

    pub async fn says(&mut self, text: &str) {
        self.sends(&frame(Opcode::Text, Last::Yes, text.as_bytes())).await;
    }

    /// The next frame, or how the stream ended.
    pub async fn next_frame(&mut self) -> io::Result<Frame> {
        loop {
            if let Some(frame) = self.take_frame() {
                return Ok(frame);
            }
            if self.read().await? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
        }
    }

    /// The next message; pings are taken for granted.
    pub async fn hears(&mut self) -> Value {
        loop {
            let frame = self.next_frame().await.unwrap();
            match frame.opcode {
                1 => return serde_json::from_slice(&frame.content).unwrap(),
                9 => {}
                _ => panic!("a message was expected, not {frame:?}"),
            }
        }
    }

    /// The next message apart from presence.
    pub async fn expects(&mut self, kind: &str) -> Value {
        loop {
            let said = self.hears().await;
            if said["type"] != "presence" {
                assert_eq!(said["type"], kind, "{said}");
                return said;
            }
        }
    }

    /// Whatever else comes, the stream ends with this close; returns its reason.
    pub async fn ends_with(&mut self, code: u16) -> String {
        let mut seen = Vec::<String>::new();
        loop {
            match self.next_frame().await {
                Ok(Frame { opcode: 8, content }) => {
                    let found = u16::from_be_bytes([content[0], content[1]]);
                    let reason = String::from_utf8(content[2..].to_vec()).unwrap();
                    assert_eq!(found, code, "{reason}");
                    return reason;
                }
                Ok(Frame { content, .. }) => seen.push(String::from_utf8_lossy(&content).into()),
                Err(error) => panic!("close {code} was expected, not {error}; heard {seen:?}"),
            }
        }
    }

    /// The stream ends, in whatever way.
    pub async fn is_cut_off(&mut self) {
        while self.next_frame().await.is_ok() {}
    }

    /// Is gone, and its kernel tells the other side at once.
    pub fn resets(self) {
        SockRef::from(self.stream.tcp()).set_linger(Some(std::time::Duration::ZERO)).unwrap();
    }

    fn take_frame(&mut self) -> Option<Frame> {
        let [first, second, rest @ ..] = &self.unread[..] else { return None };
        let (extended, length) = match second & 0x7f {
            126 => (2, u16::from_be_bytes(*rest.first_chunk()?) as usize),
            127 => (8, u64::from_be_bytes(*rest.first_chunk()?) as usize),
            short => (0, short as usize),
        };
        let opcode = first & 0x0f;
        let begin = 2 + extended;
        if self.unread.len() < begin + length {
            return None;
        }
        let content = self.unread[begin..begin + length].to_vec();
        self.unread.drain(..begin + length);
        Some(Frame { opcode, content })
    }

    async fn read(&mut self) -> io::Result<usize> {
        let read = timeout(PATIENCE, self.stream.read_buf(&mut self.unread)).await;
        read.unwrap_or_else(|_| {
            panic!("nothing within {PATIENCE:?} behind {:?}", String::from_utf8_lossy(&self.unread))
        })
    }
}

async fn ask(stream: &mut Stream, query: &str, headers: &[&str]) {
    let mut lines = upgrade(headers);
    let host = format!("Host: {}", stream.tcp().peer_addr().unwrap());
    if !lines.iter().any(|it| it.starts_with("Host:")) {
        lines.push(&host);
    }
    let request = format!("GET /ws?{query} HTTP/1.1\r\n{}\r\n\r\n", lines.join("\r\n"));
    stream.write_all(request.as_bytes()).await.unwrap();
}
