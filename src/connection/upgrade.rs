//! From an HTTP request to a socket that has its own actor.
//!
//! Every upgrade request, on any path and with any method, goes to a small `App` of its own, so that
//! its handlers have routes, extractors and a real `HttpRequest`. A handler that wants the socket
//! answers with [`accept`]; any other answer is written as an ordinary response, and the connection
//! ends with it. Nothing of HTTP is left when the actor has started.

use actix_web::http::Version;
use actix_web::http::header::SEC_WEBSOCKET_PROTOCOL;
use actix_web::{HttpRequest, HttpResponse};
use actix_web_actors::ws::{self, HandshakeError};
use bytes::BytesMut;
use bytestring::ByteString;

use crate::domain::Login;
use crate::hub::Guard;
use crate::protocol::Close;

use super::{Connection, Io, SharedNode};

/// What an accepted socket comes with.
pub struct Seat {
    /// Whether it is let in.
    pub admission: Admission,
    /// The subprotocol to name in the answer; one that the client has offered.
    pub protocol: Option<&'static str>,
    /// Dropped when the connection is over and no session waits in its place, for whoever counts
    /// sockets.
    pub guard: Guard,
}

/// What happens to a socket after the upgrade.
#[derive(Clone, Debug)]
pub enum Admission {
    /// It wants to be a user; the hub decides.
    Login(Login),
    /// It is told why not, and closed. The hub never hears of it. A page learns nothing from an
    /// upgrade that fails, so refusals come after it.
    Refused {
        /// An `error` message.
        message: ByteString,
        /// How it is closed.
        close: Close,
    },
}

/// The answer to a request that becomes a socket. Only inside the `App` of upgrades.
///
/// Fails if it is no version 13 handshake (RFC 6455 section 4.2.1); the error makes its own
/// response: 405, 400, or 426 with the version.
pub fn accept(request: &HttpRequest, seat: Seat) -> Result<HttpResponse, HandshakeError> {
    // RFC 6455, section 4.1.
    if request.version() < Version::HTTP_11 {
        return Err(HandshakeError::NoWebsocketUpgrade);
    }
    // Stricter than the handshake below, which lets older versions and any key through.
    actix_http::ws::verify_handshake(request.head())?;
    let mut builder = ws::handshake(request)?;
    if let Some(protocol) = seat.protocol {
        builder.insert_header((SEC_WEBSOCKET_PROTOCOL, protocol));
    }
    let mut response = builder.finish();
    response.extensions_mut().insert(seat);
    Ok(response)
}

/// Starts the actor of a socket whose upgrade was answered; `unread` came behind the request.
pub(super) fn hand_over(io: Io, unread: &[u8], seat: Seat, node: &SharedNode) {
    let Seat { admission, guard, .. } = seat;
    // Copied, because its buffer has kilobytes of room and would live as long as the socket.
    Connection::start(io, BytesMut::from(unread), admission, guard, node);
}
