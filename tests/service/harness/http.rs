//! Plain HTTP, spelled out, because the tests are about what is malformed.

use std::net::SocketAddr;

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::{PATIENCE, Stream};

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
