//! A connection that is no socket yet: one request after the other.
//!
//! Promises: one request is read, served and answered before the next is looked at, each in a turn
//! of its own ([`Turns`]). A connection holds at most [`HEAD_MAX`] of input and one answer,
//! whose body is not copied. Every wait has a deadline: the head, the body, the next byte that the
//! client takes, the next request. Whatever the connection ends with can be read: the write side is
//! shut down first, and what still comes is thrown away for a moment.
//!
//! Not actix-http's own dispatcher, because that reads 128 KiB of head and 16 requests ahead, times
//! only the first head, and answers by itself without the headers of this server.

use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use actix_codec::Decoder;
use actix_http::h1::{Codec, Message, MessageType};
use actix_http::{ConnectionType, HttpMessage, Method, Payload, Request, ServiceConfig};
use actix_server::GracefulShutdownSignal;
use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_LENGTH;
use bytes::{Bytes, BytesMut};
use futures_util::future::LocalBoxFuture;
use log::debug;
use tokio::time::{Instant, sleep, timeout, timeout_at};

use super::answer::{self, Ends};
use super::head::{self, Fault, HEAD_MAX, Scan};
use super::reception::Reception;
use super::turns::Turns;
use super::upgrade::hand_over;
use super::{Io, Pending, Seat, SharedNode};

/// How long the head of a request may take from its first byte on; of the first request from the
/// start of the connection.
const REQUEST_HEAD: Duration = Duration::from_secs(5);
/// How long a body may take.
const REQUEST_BODY: Duration = Duration::from_secs(10);
/// How long a client's connection may wait for its next request.
const IDLE: Duration = Duration::from_secs(5);
/// The same of a trusted proxy, whose connections are kept for many clients: longer than the 75 s
/// after which balancers give them up, so that no request meets a connection that is just closed.
const IDLE_PROXY: Duration = Duration::from_secs(90);
const _: () = assert!(IDLE_PROXY.as_secs() > 75);
/// From this age on, the next answer is the connection's last. So it has time to be read before the
/// connection is cut off.
const LAST_ANSWER_FROM: Duration = Duration::from_secs(30);

/// An `App` as one function.
pub(super) type Ask = Box<dyn Fn(Request) -> LocalBoxFuture<'static, HttpResponse>>;

/// The services and bounds that all connections of a thread share.
pub(super) struct Desk {
    /// Everything but upgrades.
    pub(super) pages: Ask,
    /// Upgrades, and what their sockets share; without it upgrades are asked for in vain.
    pub(super) sockets: Option<(Ask, SharedNode)>,
    pub(super) reception: Box<dyn Reception>,
    pub(super) pending: Pending,
    pub(super) turns: Turns,
    pub(super) config: ServiceConfig,
    pub(super) stopping: GracefulShutdownSignal,
}

/// A connection while it speaks HTTP.
pub(super) struct Requests {
    io: Io,
    peer: SocketAddr,
    from_proxy: bool,
    desk: Rc<Desk>,
    codec: Codec,
    /// Received and not looked at.
    unread: BytesMut,
    /// Requests that were read.
    count: u32,
    /// The last of them wants no body.
    is_head: bool,
    born: Instant,
    /// It has waited for its turn among the connections of its address.
    has_begun: bool,
}

/// The next thing on a connection.
enum Next {
    /// A head of this length.
    Head(usize),
    Fault(Fault),
    /// Nothing: the client or its time is over.
    Nothing,
}

/// The outcome of a request.
enum Outcome {
    Answer(HttpResponse),
    Socket(HttpResponse, Seat),
    Fault(Fault),
}

/// The end of a connection as one of requests.
enum Last {
    /// An answer that says so.
    Answer,
    /// An upgrade.
    Socket(Seat),
}

impl Requests {
    /// `has_begun`: this connection has waited for its turn among those of its address.
    pub(super) fn new(io: Io, peer: SocketAddr, has_begun: bool, desk: Rc<Desk>) -> Self {
        Self {
            io,
            peer,
            from_proxy: desk.pending.is_proxy(peer.ip()),
            codec: Codec::new(desk.config.clone()),
            desk,
            unread: BytesMut::new(),
            count: 0,
            is_head: false,
            born: Instant::now(),
            has_begun,
        }
    }

    /// Serves the connection until it ends or becomes a socket.
    pub(super) async fn serve(mut self) {
        loop {
            let next = self.next().await;
            if matches!(next, Ok(Next::Head(_) | Next::Fault(_))) && !self.begins().await {
                // A reset costs nothing more.
                self.io.reset_on_drop();
                return debug!("http connection refused, its address begins them too fast");
            }
            let served = match next {
                Ok(Next::Head(length)) => self.serve_one(length).await,
                Ok(Next::Fault(fault)) => self.say_fault(fault).await.map(Some),
                Ok(Next::Nothing) => return,
                Err(error) => Err(error),
            };
            match served {
                Ok(None) => {}
                Ok(Some(Last::Answer)) => return answer::end(self.io).await,
                Ok(Some(Last::Socket(seat))) => return self.become_socket(seat),
                Err(error) => {
                    if error.kind() == io::ErrorKind::TimedOut {
                        self.desk.pending.count_unread_answer();
                        self.io.reset_on_drop();
                    }
                    return debug!(kind:% = error.kind(); "http connection broke off");
                }
            }
        }
    }

    /// Waits for the turn of this connection among those of its address. Whether it has one.
    async fn begins(&mut self) -> bool {
        if self.has_begun {
            return true;
        }
        self.has_begun = true;
        let wait = self.desk.pending.begins(self.peer.ip());
        if let Some(wait) = wait.filter(|wait| !wait.is_zero()) {
            sleep(wait).await;
        }
        wait.is_some()
    }

    /// Waits for the next head.
    async fn next(&mut self) -> io::Result<Next> {
        if self.unread.is_empty() && self.count > 0 && self.is_silent().await? {
            return Ok(Next::Nothing);
        }
        let begin = if self.count == 0 { self.born } else { Instant::now() };
        let deadline = begin + REQUEST_HEAD;
        let mut scan = Scan::default();
        loop {
            match scan.end_of_head(&self.unread) {
                Ok(Some(length)) => return Ok(Next::Head(length)),
                Ok(None) if self.unread.len() >= HEAD_MAX => {
                    return Ok(Next::Fault(Fault::LongHead));
                }
                Ok(None) => {}
                Err(fault) => return Ok(Next::Fault(fault)),
            }
            match timeout_at(deadline, self.read()).await {
                Ok(Ok(0)) => return Ok(Next::Nothing),
                Ok(Ok(_)) => {}
                Ok(Err(error)) => return Err(error),
                Err(_) => {
                    self.desk.pending.count_slow_head();
                    let is_begun = !self.unread.is_empty();
                    let fault = Next::Fault(Fault::SlowHead);
                    return Ok(if is_begun { fault } else { Next::Nothing });
                }
            }
        }
    }

    /// Waits between two requests. Whether there is no further one.
    async fn is_silent(&mut self) -> io::Result<bool> {
        let idle = if self.from_proxy { IDLE_PROXY } else { IDLE };
        let stopping = self.desk.stopping.clone();
        tokio::select! {
            read = timeout(idle, self.read()) => read.unwrap_or(Ok(0)).map(|read| read == 0),
            () = stopping.notified() => Ok(true),
        }
    }

    /// Reads what is there, at most what [`HEAD_MAX`] leaves room for.
    async fn read(&mut self) -> io::Result<usize> {
        answer::read(&mut self.io, &mut self.unread, HEAD_MAX).await
    }

    /// Serves one request. Whether that was the last one, and how.
    async fn serve_one(&mut self, length: usize) -> io::Result<Option<Last>> {
        self.count += 1;
        let outcome = self.outcome_of(length).await?;
        match outcome {
            Outcome::Fault(fault) => self.say_fault(fault).await.map(Some),
            Outcome::Answer(answer) => {
                let most = self.desk.reception.requests_max(self.from_proxy);
                let is_old = !self.from_proxy && self.born.elapsed() > LAST_ANSWER_FROM;
                let ends =
                    if self.count >= most || is_old { Ends::Connection } else { Ends::Request };
                let goes_on = self.write(answer, ends).await?;
                Ok((!goes_on).then_some(Last::Answer))
            }
            Outcome::Socket(answer, seat) => {
                self.write(answer, Ends::Request).await?;
                Ok(Some(Last::Socket(seat)))
            }
        }
    }

    async fn outcome_of(&mut self, length: usize) -> io::Result<Outcome> {
        let desk = Rc::clone(&self.desk);
        let turn = desk.turns.take().await;
        let mut request = match self.parse(length) {
            Ok(request) => request,
            Err(fault) => return Ok(Outcome::Fault(fault)),
        };
        if let Some(answer) = desk.reception.refuses(&request) {
            turn.pass_on().await;
            return Ok(Outcome::Answer(self.last_if_cut_short(answer)));
        }
        let sockets = desk.sockets.as_ref().filter(|_| head::wants_upgrade(request.head()));
        if let Some((sockets, _)) = sockets {
            let mut answer = turn.begins(sockets(request)).await;
            let seat = answer.extensions_mut().remove::<Seat>();
            return Ok(match seat {
                Some(seat) => Outcome::Socket(answer, seat),
                None => Outcome::Answer(as_last(answer)),
            });
        }
        let body_max = desk.reception.body_max();
        if body_max > 0 && self.codec.message_type() == MessageType::Payload {
            turn.pass_on().await;
            match self.read_body(&request, body_max).await? {
                Ok(body) => *request.payload() = Payload::from(body),
                Err(fault) => return Ok(Outcome::Fault(fault)),
            }
            return Ok(Outcome::Answer((desk.pages)(request).await));
        }
        // HEAD is GET without the body of the answer (RFC 9110, section 9.3.2), which is left out
        // when the answer is written.
        if request.head().method == Method::HEAD {
            request.head_mut().method = Method::GET;
        }
        let answer = turn.begins((desk.pages)(request)).await;
        Ok(Outcome::Answer(self.last_if_cut_short(answer)))
    }

    fn parse(&mut self, length: usize) -> Result<Request, Fault> {
        let mut bytes = self.unread.split_to(length);
        if self.unread.is_empty() {
            // Empty it would keep the memory of the head.
            self.unread = BytesMut::new();
        }
        let Some(Message::Item(mut request)) = self.codec.decode(&mut bytes)? else {
            return Err(Fault::Headers);
        };
        head::check(request.head())?;
        self.is_head = request.head().method == Method::HEAD;
        request.head_mut().peer_addr = Some(self.peer);
        Ok(request)
    }

    /// Nothing can follow a body that is not read, nor an upgrade that does not come about.
    fn last_if_cut_short(&self, answer: HttpResponse) -> HttpResponse {
        let has_body = self.codec.message_type() != MessageType::None;
        if has_body || self.codec.upgrade() { as_last(answer) } else { answer }
    }

    async fn read_body(
        &mut self,
        request: &Request,
        body_max: usize,
    ) -> io::Result<Result<Bytes, Fault>> {
        let length = request.headers().get(CONTENT_LENGTH).and_then(|it| it.to_str().ok());
        let length = length.and_then(|it| it.parse().ok()).unwrap_or(0usize);
        if length > body_max {
            return Ok(Err(Fault::LongBody(body_max)));
        }
        if request.head().expect() {
            answer::write_bytes(&mut self.io, b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        let deadline = Instant::now() + REQUEST_BODY;
        let mut body = BytesMut::with_capacity(length);
        loop {
            match self.codec.decode(&mut self.unread) {
                Ok(Some(Message::Chunk(None))) => return Ok(Ok(body.freeze())),
                Ok(Some(Message::Chunk(Some(chunk)))) if body.len() + chunk.len() > body_max => {
                    return Ok(Err(Fault::LongBody(body_max)));
                }
                Ok(Some(Message::Chunk(Some(chunk)))) => body.extend_from_slice(&chunk),
                Ok(Some(Message::Item(_))) | Err(_) => return Ok(Err(Fault::BadBody)),
                Ok(None) => match timeout_at(deadline, self.read()).await {
                    Ok(Ok(0)) => return Err(io::ErrorKind::UnexpectedEof.into()),
                    Ok(Ok(_)) => {}
                    Ok(Err(error)) => return Err(error),
                    Err(_) => return Ok(Err(Fault::SlowBody)),
                },
            }
        }
    }

    /// The last answer: to what is no request.
    async fn say_fault(&mut self, fault: Fault) -> io::Result<Last> {
        debug!(reason:% = fault; "request refused");
        let answer = self.desk.reception.answer_to(fault);
        self.write(answer, Ends::Connection).await?;
        Ok(Last::Answer)
    }

    async fn write(&mut self, answer: HttpResponse, ends: Ends) -> io::Result<bool> {
        answer::write(&mut self.io, &mut self.codec, answer, ends, self.is_head).await
    }

    fn become_socket(self, seat: Seat) {
        let Self { io, unread, desk, .. } = self;
        if let Some((_, node)) = &desk.sockets {
            hand_over(io, &unread, seat, node);
        }
    }
}

fn as_last(mut answer: HttpResponse) -> HttpResponse {
    answer.head_mut().set_connection_type(ConnectionType::Close);
    answer
}
