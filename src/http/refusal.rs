//! What is refused by HTTP: its status, and a JSON body like an `error` message.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::ResponseError;
use actix_web::http::StatusCode;
use actix_web::http::header::{RETRY_AFTER, SEC_WEBSOCKET_VERSION, UPGRADE};
use actix_web_actors::ws::HandshakeError;

use crate::connection::Fault;
use crate::protocol::{ErrorMessage, ServerMessage};

/// A request that is not served. A page sees none of this for an upgrade; it is for developers,
/// and for whatever is no browser.
#[derive(Debug, thiserror::Error)]
pub(super) enum HttpRefusal {
    /// `GET /ws` as a page.
    #[error("this is a WebSocket: connect with the `ws:` or `wss:` scheme")]
    NotAnUpgrade,
    /// An upgrade elsewhere.
    #[error("there is no WebSocket here: connect to /ws")]
    NoSocketHere,
    /// No such file.
    #[error("there is nothing at this path")]
    NotFound,
    /// Another method than GET or HEAD.
    #[error("only GET and HEAD are served here")]
    Method,
    /// A query over the limit.
    #[error("the query of the URL is over the limit of {0} bytes")]
    LongQuery(usize),
    /// Bytes that are no request.
    #[error(transparent)]
    Fault(Fault),
    /// An address that sends too many requests.
    #[error("too many requests from your address: wait {} s", whole_seconds(*.0))]
    TooManyRequests(Duration),
    /// A request with content.
    #[error("nothing here takes a body: send the request without one")]
    Body,
    /// The page comes from elsewhere.
    #[error("pages of origin {0} may not connect: the setting `origins` lists those that may")]
    ForeignOrigin(String),
    /// The name by which the server is called is not a loopback name.
    #[error(
        "in open mode the server answers to localhost, 127.0.0.1 and [::1] only, not to {0}: \
         set `auth` to jwt, or `insecure-open` to let everybody in under every name"
    )]
    ForeignHost(String),
    /// The name by which the server is called is not in its list.
    #[error("this server is not called {0}: the setting `hosts` lists its names")]
    UnlistedHost(String),
    /// No version 13 handshake.
    #[error("this is no WebSocket handshake of RFC 6455, version 13: {0}")]
    Handshake(#[from] HandshakeError),
    /// Subprotocols are offered, but not ours.
    #[error("the subprotocol `switchboard.v1` must be among those offered")]
    Subprotocol,
    /// An address that has brought too many bad access tokens.
    #[error("too many refused access tokens from your address: wait {} s", whole_seconds(*.0))]
    SlowDown(Duration),
    /// An address at four times its limits.
    #[error("too many connections from your address")]
    TooMany,
}

/// How long an address at four times its limits is asked to wait.
const ADDRESS_PAUSE: Duration = Duration::from_secs(10);

impl HttpRefusal {
    pub(super) fn response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status());
        match self {
            HttpRefusal::NotAnUpgrade => {
                response.insert_header((UPGRADE, "websocket"));
            }
            HttpRefusal::Handshake(_) => {
                response.insert_header((SEC_WEBSOCKET_VERSION, "13"));
            }
            _ => {}
        }
        if let Some(wait) = self.retry_after() {
            response.insert_header((RETRY_AFTER, whole_seconds(wait)));
        }
        response.json(ServerMessage::Error(ErrorMessage {
            code: self.code().into(),
            message: self.to_string(),
            r#ref: None,
            to: None,
            retry_after: self.retry_after().map(|wait| wait.as_millis() as u64),
        }))
    }

    fn status(&self) -> StatusCode {
        match self {
            HttpRefusal::NotAnUpgrade => StatusCode::UPGRADE_REQUIRED,
            HttpRefusal::NoSocketHere | HttpRefusal::NotFound => StatusCode::NOT_FOUND,
            HttpRefusal::Method => StatusCode::METHOD_NOT_ALLOWED,
            HttpRefusal::LongQuery(_) => StatusCode::URI_TOO_LONG,
            HttpRefusal::Fault(fault) => fault.status(),
            HttpRefusal::Body => StatusCode::PAYLOAD_TOO_LARGE,
            HttpRefusal::ForeignOrigin(_)
            | HttpRefusal::ForeignHost(_)
            | HttpRefusal::UnlistedHost(_) => StatusCode::FORBIDDEN,
            HttpRefusal::Handshake(HandshakeError::UnsupportedVersion) => {
                StatusCode::UPGRADE_REQUIRED
            }
            HttpRefusal::Handshake(error) => error.error_response().status(),
            HttpRefusal::Subprotocol => StatusCode::BAD_REQUEST,
            HttpRefusal::SlowDown(_) | HttpRefusal::TooMany | HttpRefusal::TooManyRequests(_) => {
                StatusCode::TOO_MANY_REQUESTS
            }
        }
    }

    fn code(&self) -> &'static str {
        match self {
            HttpRefusal::NotAnUpgrade | HttpRefusal::Handshake(_) | HttpRefusal::Subprotocol => {
                "bad-message"
            }
            HttpRefusal::NoSocketHere | HttpRefusal::NotFound | HttpRefusal::Method => "not-found",
            HttpRefusal::LongQuery(_)
            | HttpRefusal::Fault(Fault::LongHead | Fault::ManyHeaders | Fault::LongBody(_))
            | HttpRefusal::Body => "too-large",
            HttpRefusal::Fault(_) => "bad-message",
            HttpRefusal::ForeignOrigin(_)
            | HttpRefusal::ForeignHost(_)
            | HttpRefusal::UnlistedHost(_) => "not-permitted",
            HttpRefusal::SlowDown(_) | HttpRefusal::TooMany | HttpRefusal::TooManyRequests(_) => {
                "rate-limited"
            }
        }
    }

    fn retry_after(&self) -> Option<Duration> {
        match self {
            HttpRefusal::TooMany => Some(ADDRESS_PAUSE),
            HttpRefusal::SlowDown(wait) | HttpRefusal::TooManyRequests(wait) => Some(*wait),
            _ => None,
        }
    }
}

/// Rounded up: who waits so long has waited long enough.
fn whole_seconds(wait: Duration) -> u64 {
    wait.as_millis().div_ceil(1000) as u64
}
