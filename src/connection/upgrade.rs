//! From an HTTP request to a socket that has its own actor.
//!
//! [`upgrade`] is the service that gets every upgrade request, on any path and with any method.
//! It asks a small `App` of its own, so that its handlers have routes, extractors and a real
//! `HttpRequest`. A handler that wants the socket answers with [`accept`]; any other answer is
//! written as an ordinary response, and the connection ends in a way that lets the client read
//! it. Nothing of HTTP is left when the actor has started: the service's future has returned.

use std::io;
use std::pin::Pin;
use std::time::Duration;

use actix_codec::{AsyncRead, AsyncWrite, Framed};
use actix_http::body::{self, BodySize, MessageBody};
use actix_http::h1::{Codec, Message};
use actix_http::{ConnectionType, Request, Response};
use actix_service::{IntoServiceFactory, Service, ServiceFactory, apply_fn_factory, map_config};
use actix_web::dev::AppConfig;
use actix_web::http::Version;
use actix_web::http::header::SEC_WEBSOCKET_PROTOCOL;
use actix_web::{Error, HttpRequest, HttpResponse};
use actix_web_actors::ws::{self, HandshakeError};
use bytes::BytesMut;
use bytestring::ByteString;
use futures_util::future::poll_fn;
use log::debug;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use crate::domain::Login;
use crate::hub::Guard;
use crate::protocol::Close;

use super::listen::AppFactory;
use super::{Connection, Io, SharedNode};

/// How long a client may take to read a refusal and to end the connection.
const REFUSING: Duration = Duration::from_secs(3);
/// What it may go on sending meanwhile.
const REFUSING_BYTES: usize = 1 << 20;

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

/// The answer to a request that becomes a socket. Only inside the `App` of [`upgrade`].
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

/// The upgrade service of a listener, asking `sockets` about each request.
pub fn upgrade<T, A, F, B>(
    sockets: A,
    node: SharedNode,
) -> impl ServiceFactory<
    (Request, Framed<T, Codec>),
    Config = (),
    Response = (),
    Error = Error,
    InitError = (),
    Future = impl Future + 'static,
>
where
    T: AsyncRead + AsyncWrite + Unpin + 'static,
    Io: From<T>,
    A: IntoServiceFactory<F, Request>,
    F: AppFactory<B>,
    B: MessageBody + 'static,
{
    let sockets = map_config(sockets, |()| AppConfig::default());
    apply_fn_factory(sockets, move |(request, framed): (Request, Framed<T, Codec>), sockets| {
        let answer = Service::<Request>::call(sockets, request);
        let node = SharedNode::clone(&node);
        async move {
            let answer = match answer.await {
                Ok(answer) => HttpResponse::from(answer).map_into_boxed_body(),
                Err(error) => HttpResponse::from_error(error),
            };
            if let Err(error) = carry_out(answer, framed, &node).await {
                debug!(kind:% = error.kind(); "upgrade broke off");
            }
            Ok(())
        }
    })
}

async fn carry_out<T>(
    mut answer: HttpResponse,
    mut framed: Framed<T, Codec>,
    node: &SharedNode,
) -> io::Result<()>
where
    T: AsyncRead + AsyncWrite + Unpin,
    Io: From<T>,
{
    let seat = answer.extensions_mut().remove::<Seat>();
    let Some(Seat { admission, guard, .. }) = seat else { return refuse(answer, framed).await };
    write(&mut framed, answer.into()).await?;
    let parts = framed.into_parts();
    // Copied, because its buffer has kilobytes of room and would live as long as the socket.
    let unread = BytesMut::from(&parts.read_buf[..]);
    Connection::start(parts.io.into(), unread, admission, guard, node);
    Ok(())
}

/// Answers, shuts down the write side and takes what still comes: a socket dropped with unread
/// input is a reset, and the client may lose the answer.
async fn refuse<T>(answer: HttpResponse, mut framed: Framed<T, Codec>) -> io::Result<()>
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let mut answer = Response::from(answer);
    answer.head_mut().set_connection_type(ConnectionType::Close);
    let polite_end = async {
        write(&mut framed, answer).await?;
        let stream = framed.io_mut();
        stream.shutdown().await?;
        let mut scratch = BytesMut::with_capacity(4096);
        let mut left = REFUSING_BYTES;
        while left > 0 {
            scratch.clear();
            let read = stream.read_buf(&mut scratch).await?;
            left = if read == 0 { 0 } else { left.saturating_sub(read) };
        }
        Ok(())
    };
    timeout(REFUSING, polite_end).await.unwrap_or(Ok(()))
}

async fn write<T>(framed: &mut Framed<T, Codec>, answer: Response<body::BoxBody>) -> io::Result<()>
where
    T: AsyncRead + AsyncWrite + Unpin,
{
    let (head, content) = answer.into_parts();
    let unsized_body = content.size() == BodySize::None;
    let content = body::to_bytes(content).await.map_err(|e| io::Error::other(e.to_string()))?;
    let size = if unsized_body { BodySize::None } else { BodySize::Sized(content.len() as u64) };
    let mut framed = Pin::new(framed);
    framed.as_mut().write(Message::Item((head, size)))?;
    if !content.is_empty() {
        framed.as_mut().write(Message::Chunk(Some(content)))?;
    }
    if size != BodySize::None {
        framed.as_mut().write(Message::Chunk(None))?;
    }
    poll_fn(|cx| framed.as_mut().flush::<Outgoing>(cx)).await
}

/// What the HTTP codec encodes.
type Outgoing = Message<(Response<()>, BodySize)>;
