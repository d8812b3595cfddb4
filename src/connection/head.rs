//! Telling a request head from anything else: RFC 9112, read strictly.
//!
//! Promises: what two readers could take for two different things is refused. So a proxy and this
//! server never disagree about where a request ends and whom it is for. The library's parser comes
//! after these checks and has its own. No I/O.

use actix_http::error::ParseError;
use actix_http::header::{
    HOST, HeaderMap, HeaderName, SEC_WEBSOCKET_KEY, SEC_WEBSOCKET_VERSION, UPGRADE,
};
use actix_http::{Method, RequestHead, StatusCode};
use actix_web::http::uri::Authority;
use memchr::memchr;

/// The longest head: request line, headers and the ends of their lines, in bytes. Room for a token
/// of 8 KiB and a browser's usual 2.
pub const HEAD_MAX: usize = 16 << 10;

/// Why something is no request that can be served; a sentence for developers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// No end of the head within [`HEAD_MAX`].
    #[error("the URL and the headers together are over the limit of {HEAD_MAX} bytes")]
    LongHead,
    /// More than the parser has room for: 96.
    #[error("the request has more than 96 headers")]
    ManyHeaders,
    /// The head was not there in time.
    #[error("the head of the request did not come within 5 s")]
    SlowHead,
    /// A body over the limit.
    #[error("the body is over the limit of {0} bytes")]
    LongBody(usize),
    /// The body was not there in time, or ended early.
    #[error("the body of the request did not come within 10 s")]
    SlowBody,
    /// A body that is not framed as it says.
    #[error("the body is not chunked as RFC 9112, section 7.1, asks for")]
    BadBody,
    /// A line feed without a carriage return before it (RFC 9112, section 2.2).
    #[error("a line of the head ends without a carriage return: end lines by CR LF")]
    BareLineFeed,
    /// More than one empty line before the request line (RFC 9112, section 2.2).
    #[error("there are empty lines where the request line should be")]
    NoRequestLine,
    /// A header that goes on in the next line (RFC 9112, section 5.2).
    #[error("a header is folded into several lines: write it in one")]
    Folded,
    /// The method, the target or the version.
    #[error("the request line is malformed: it takes a method, a target and HTTP/1.1")]
    RequestLine,
    /// The parser's fault with the headers.
    #[error(
        "a header is malformed, `Host` is missing or there twice, or the length of the body is told \
         in a way that RFC 9112, section 6.3, forbids"
    )]
    Headers,
    /// `Host` is no host and port (RFC 9110, section 7.2).
    #[error("`Host` is no name or address with or without a port")]
    Host,
    /// The authority of an absolute target is not that of `Host` (RFC 9112, section 3.2.2).
    #[error("the target of the request and `Host` name different servers")]
    OtherHost,
    /// A header of the handshake that may be there once (RFC 6455, section 11.3).
    #[error("`{0}` may be there only once")]
    Repeated(&'static str),
}

impl Fault {
    /// The status that it is answered with.
    pub fn status(&self) -> StatusCode {
        match self {
            Fault::LongHead | Fault::ManyHeaders => StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE,
            Fault::SlowHead | Fault::SlowBody => StatusCode::REQUEST_TIMEOUT,
            Fault::LongBody(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Fault::BadBody
            | Fault::BareLineFeed
            | Fault::NoRequestLine
            | Fault::Folded
            | Fault::RequestLine
            | Fault::Headers
            | Fault::Host
            | Fault::OtherHost
            | Fault::Repeated(_) => StatusCode::BAD_REQUEST,
        }
    }
}

impl From<ParseError> for Fault {
    fn from(error: ParseError) -> Self {
        match error {
            ParseError::Method | ParseError::Uri(_) | ParseError::Version => Fault::RequestLine,
            ParseError::TooLarge => Fault::ManyHeaders,
            _ => Fault::Headers,
        }
    }
}

/// How far a head has been looked at while it comes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Scan {
    /// Bytes without a line feed behind the last line.
    at: usize,
    /// Where the line begins that is coming.
    line: usize,
    /// Lines with something in them.
    lines: usize,
}

impl Scan {
    /// The length of the head at the start of `bytes`, its last line included; `None` while it is
    /// still coming. `bytes` are those of the call before, and more.
    pub(super) fn end_of_head(&mut self, bytes: &[u8]) -> Result<Option<usize>, Fault> {
        while let Some(next) = memchr(b'\n', &bytes[self.at..]) {
            let feed = self.at + next;
            let line = &bytes[self.line..=feed];
            let Some(content) = line.strip_suffix(b"\r\n") else { return Err(Fault::BareLineFeed) };
            match (content.first(), self.lines) {
                (None, 0) if self.line > 0 => return Err(Fault::NoRequestLine),
                (None, 0) => {}
                (None, _) => return Ok(Some(feed + 1)),
                (Some(b' ' | b'\t'), 1..) => return Err(Fault::Folded),
                (Some(_), _) => self.lines += 1,
            }
            (self.at, self.line) = (feed + 1, feed + 1);
        }
        self.at = bytes.len();
        Ok(None)
    }
}

/// Checks what the parser lets through.
pub(super) fn check(head: &RequestHead) -> Result<(), Fault> {
    let headers = head.headers();
    let once = [
        (SEC_WEBSOCKET_KEY, "Sec-WebSocket-Key"),
        (SEC_WEBSOCKET_VERSION, "Sec-WebSocket-Version"),
    ];
    for (header, name) in once {
        if headers.get_all(header).nth(1).is_some() {
            return Err(Fault::Repeated(name));
        }
    }
    let host = host(headers)?;
    match (head.uri.authority(), &head.method) {
        (None, _) | (_, &Method::CONNECT) => Ok(()),
        (Some(target), _) => {
            let default = if head.uri.scheme_str() == Some("https") { 443 } else { 80 };
            // RFC 1.0 knows no `Host`.
            let same = host.is_none_or(|host| are_same(target, &host, default));
            if same && !target.as_str().contains('@') { Ok(()) } else { Err(Fault::OtherHost) }
        }
    }
}

/// The value of `Host`; `None` where it is empty or missing.
fn host(headers: &HeaderMap) -> Result<Option<Authority>, Fault> {
    let Some(host) = headers.get(HOST).filter(|host| !host.is_empty()) else { return Ok(None) };
    let host = Authority::try_from(host.as_bytes()).map_err(|_| Fault::Host)?;
    // No user, and a port that is a number.
    let port = host.as_str().strip_prefix(host.host()).ok_or(Fault::Host)?;
    if port.is_empty() || port == ":" || host.port_u16().is_some() {
        Ok(Some(host))
    } else {
        Err(Fault::Host)
    }
}

fn are_same(one: &Authority, other: &Authority, default: u16) -> bool {
    let port = |it: &Authority| it.port_u16().unwrap_or(default);
    one.host().eq_ignore_ascii_case(other.host()) && port(one) == port(other)
}

/// Whether a request wants to be a socket, or a tunnel: one of the protocols in `Upgrade`
/// (RFC 9110, section 7.8).
pub(super) fn wants_upgrade(head: &RequestHead) -> bool {
    let offers = |name: HeaderName| {
        let lists = head.headers().get_all(name);
        lists.flat_map(|list| list.to_str().unwrap_or_default().split(',')).map(str::trim)
    };
    head.method == Method::CONNECT
        || offers(UPGRADE).any(|protocol| protocol.eq_ignore_ascii_case("websocket"))
}

#[cfg(test)]
mod tests {
    use actix_codec::Decoder;
    use actix_http::h1::{Codec, Message};
    use bytes::BytesMut;

    use super::*;

    /// The outcome for a head that goes through every check.
    fn judged(text: &str) -> Result<(), Fault> {
        let mut bytes = BytesMut::from(text);
        Scan::default().end_of_head(&bytes)?.expect("a whole head");
        match Codec::default().decode(&mut bytes)? {
            Some(Message::Item(request)) => check(request.head()),
            _ => panic!("no head: {text:?}"),
        }
    }

    #[actix_rt::test]
    async fn a_head_that_two_readers_could_take_for_two_things_is_refused() {
        let get = "GET / HTTP/1.1\r\nHost: localhost\r\n";
        for (text, judgement) in [
            (format!("{get}\r\n"), Ok(())),
            (format!("\r\n{get}\r\n"), Ok(())),
            (format!("\r\n\r\n{get}\r\n"), Err(Fault::NoRequestLine)),
            ("GET / HTTP/1.1\nHost: localhost\n\n".into(), Err(Fault::BareLineFeed)),
            (format!("{get}X: 1\n\r\n"), Err(Fault::BareLineFeed)),
            (format!("{get}X: 1\r\n\n"), Err(Fault::BareLineFeed)),
            (format!("{get}X: 1\r\n 2\r\n\r\n"), Err(Fault::Folded)),
            (format!("{get}X: 1\r\n\tY: 2\r\n\r\n"), Err(Fault::Folded)),
            (format!("{get}X: 1\rY: 2\r\n\r\n"), Err(Fault::Headers)),
            (format!("{get}X : 1\r\n\r\n"), Err(Fault::Headers)),
            (format!("{get}Host: localhost\r\n\r\n"), Err(Fault::Headers)),
            (format!("{get}Content-Length: 1\r\nContent-Length: 1\r\n\r\n"), Err(Fault::Headers)),
            (
                format!("{get}Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n"),
                Err(Fault::Headers),
            ),
            ("GET / HTTP/1.1\r\n\r\n".into(), Err(Fault::Headers)),
            ("GET / HTTP/3.0\r\nHost: a\r\n\r\n".into(), Err(Fault::RequestLine)),
            (format!("{get}{}\r\n", "X: 1\r\n".repeat(97)), Err(Fault::ManyHeaders)),
            (
                format!("{get}Sec-WebSocket-Key: a\r\nSec-WebSocket-Key: a\r\n\r\n"),
                Err(Fault::Repeated("Sec-WebSocket-Key")),
            ),
        ] {
            assert_eq!(judged(&text), judgement, "{text:?}");
        }
    }

    #[actix_rt::test]
    async fn host_is_a_name_or_address_and_a_port_and_the_same_as_in_the_target() {
        for (target, host, judgement) in [
            ("/", "localhost", Ok(())),
            ("/", "localhost:8080", Ok(())),
            ("/", "[::1]:8080", Ok(())),
            ("/", "", Ok(())),
            ("/", "evil@localhost", Err(Fault::Host)),
            ("/", "evil:pass@localhost:80", Err(Fault::Host)),
            ("/", "localhost:x", Err(Fault::Host)),
            ("/", "localhost:65536", Err(Fault::Host)),
            ("/", "local host", Err(Fault::Host)),
            ("/", "localhost/a", Err(Fault::Host)),
            ("/", "local,host/a", Err(Fault::Host)),
            ("http://localhost/", "LOCALHOST:80", Ok(())),
            ("https://localhost/", "localhost:443", Ok(())),
            ("http://evil.example/", "localhost", Err(Fault::OtherHost)),
            ("http://localhost:81/", "localhost", Err(Fault::OtherHost)),
            ("http://evil@localhost/", "localhost", Err(Fault::OtherHost)),
        ] {
            let text = format!("GET {target} HTTP/1.1\r\nHost: {host}\r\n\r\n");
            assert_eq!(judged(&text), judgement, "{target} {host:?}");
        }
    }

    #[test]
    fn a_head_that_comes_byte_by_byte_ends_where_one_that_comes_at_once_does() {
        let text = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\nGET /next HTTP/1.1\r\n";
        let whole = Scan::default().end_of_head(text).unwrap();
        let mut scan = Scan::default();
        let first = (1..=text.len()).find_map(|n| scan.end_of_head(&text[..n]).unwrap());

        assert_eq!((whole, first), (Some(35), Some(35)));
    }
}
