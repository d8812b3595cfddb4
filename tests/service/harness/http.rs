//! Plain HTTP, spelled out, because the tests are about what is malformed.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Identity, PATIENCE, Stream};

/// An answer of the server.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub head: String,
    pub body: String,
}

impl Answer {
    pub fn from_text(text: &str) -> Self {
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((text, ""));
        let status = head.split(' ').nth(1).and_then(|it| it.parse().ok());
        let status = status.unwrap_or_else(|| panic!("no status in {text:?}"));
        Self { status, head: head.into(), body: body.into() }
    }

    /// The body of a refusal.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The value of a header that is there once.
    pub fn header(&self, name: &str) -> Option<&str> {
        let of =
            |line: &str| line.split(':').next().is_some_and(|it| it.eq_ignore_ascii_case(name));
        let mut lines = self.head.lines().filter(|line| of(line));
        let line = lines.next()?;
        assert_eq!(lines.next(), None, "{name} twice");
        Some(line.split_once(':')?.1.trim())
    }

    pub fn has_header(&self, line: &str) -> bool {
        self.head.lines().any(|it| it.eq_ignore_ascii_case(line))
    }
}

/// Sends a request with these header lines and reads the answer to its end.
pub async fn ask(address: SocketAddr, path: &str, headers: &[&str]) -> Answer {
    request(address, &format!("GET {path}"), headers, "").await
}

/// The same with a method, as in `POST /path`, and a body.
pub async fn request(address: SocketAddr, what: &str, headers: &[&str], body: &str) -> Answer {
    let mut request = format!("{what} HTTP/1.1\r\n");
    if !headers.iter().any(|it| it.starts_with("Host:")) {
        request += &format!("Host: {address}\r\n");
    }
    for line in headers {
        request += &format!("{line}\r\n");
    }
    if !body.is_empty() {
        request += &format!("Content-Length: {}\r\n", body.len());
    }
    request += "\r\n";
    request += body;
    let exchange = async {
        let mut stream = Stream::to(address).await;
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let end = stream.read_to_end(&mut answer).await;
        let text = String::from_utf8_lossy(&answer).into_owned();
        end.unwrap_or_else(|why| panic!("{why} after {text:?}"));
        text
    };
    let text = timeout(PATIENCE, exchange).await.expect("an answer to its end");
    Answer::from_text(&text)
}

/// The header lines of a good upgrade, those that begin like one of `others` exchanged.
pub fn upgrade<'a>(others: &[&'a str]) -> Vec<&'a str> {
    let name = |line: &str| line.split(':').next().unwrap_or_default().to_owned();
    let usual = [
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    ];
    let kept = usual.into_iter().filter(|line| !others.iter().any(|it| name(it) == name(line)));
    // A header without a value stands for its absence.
    let others = others.iter().copied().filter(|line| !line.ends_with(':'));
    kept.chain(others).collect()
}

/// A connection that is kept for several requests, and whose answers are read one by one.
pub struct Kept {
    pub stream: Stream,
    unread: Vec<u8>,
}

impl Kept {
    pub async fn to(address: SocketAddr) -> Self {
        Self::over(Stream::to(address).await)
    }

    /// `None` where the connection ends before it can be used.
    pub async fn opens(tcp: TcpStream) -> Option<Self> {
        let stream = match crate::OVER_TLS {
            false => Ok(Stream::Plain(tcp)),
            true => Stream::tls_over(tcp, Identity::ours().client()).await,
        };
        stream.ok().map(Self::over)
    }

    pub fn over(stream: Stream) -> Self {
        Self { stream, unread: Vec::new() }
    }

    pub async fn sends(&mut self, text: &str) {
        let sent = timeout(PATIENCE, self.stream.write_all(text.as_bytes())).await;
        sent.expect("the server reads").unwrap();
    }

    /// The next answer, without a body where it is one to HEAD; `None` at the end of the stream.
    pub async fn next_answer(&mut self, to: &str) -> Option<Answer> {
        let end = loop {
            if let Some(end) = self.unread.windows(4).position(|it| it == b"\r\n\r\n") {
                break end + 4;
            }
            if !self.reads_on().await {
                assert!(self.unread.is_empty(), "{:?}", String::from_utf8_lossy(&self.unread));
                return None;
            }
        };
        let head = String::from_utf8(self.unread.drain(..end).collect()).unwrap();
        let mut answer = Answer::from_text(&head);
        let length = answer.header("content-length").map_or(0, |it| it.parse().unwrap());
        let length: usize = if to == "HEAD" { 0 } else { length };
        while self.unread.len() < length {
            assert!(self.reads_on().await, "the body of {head} ends early");
        }
        answer.body = String::from_utf8_lossy(&self.unread[..length]).into_owned();
        self.unread.drain(..length);
        Some(answer)
    }

    /// Whether there was more.
    async fn reads_on(&mut self) -> bool {
        let read = timeout(PATIENCE, self.stream.read_buf(&mut self.unread)).await;
        read.expect("an answer or an end").is_ok_and(|read| read > 0)
    }
}
