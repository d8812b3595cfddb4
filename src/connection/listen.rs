//! The listener: pages and upgrades on one port, plain or by TLS.
//!
//! An actix-server with actix-http's service, because only there an upgraded socket can be taken
//! over. Handed-over sockets are invisible to it: [`OpenSockets`](super::OpenSockets) counts
//! them, and stopping the server comes last in a drain. What is not handed over yet is counted by
//! [`Pending`], and has its times: [`TLS_HANDSHAKE`], [`REQUEST_HEAD`], [`HTTP_AGE`].

use std::io;
use std::net::TcpListener;
use std::rc::Rc;
use std::time::Duration;

use actix_codec::{AsyncRead, AsyncWrite, Framed};
use actix_http::body::MessageBody;
use actix_http::error::DispatchError;
use actix_http::h1::{Codec, ExpectHandler};
use actix_http::{HttpService, Request, TlsAcceptorConfig};
use actix_rt::net::TcpStream;
use actix_server::{GracefulShutdownSignal, Server};
use actix_service::{IntoServiceFactory, Service, ServiceFactory, apply_fn_factory, map_config};
use actix_tls::accept::{TlsError, max_concurrent_tls_connect};
use actix_web::Error;
use actix_web::dev::{AppConfig, ServiceResponse};
use log::debug;
use rustls::ServerConfig;
use tokio::time::sleep;

use super::{Io, Node, Pending, upgrade};

/// How long a TLS handshake may take.
const TLS_HANDSHAKE: Duration = Duration::from_secs(5);
/// How long the head of a connection's first request may take.
const REQUEST_HEAD: Duration = Duration::from_secs(5);
/// How long a connection may live before it is a socket: only the head of the *first* request
/// has a time limit, and a half-sent second one would stay open.
const HTTP_AGE: Duration = Duration::from_secs(60);
/// Connections that the kernel may have accepted and this process not yet: as many as Linux allows
/// by default.
const ACCEPT_QUEUE: i32 = 4096;

/// Where to listen, and how.
pub struct Port {
    /// Bound already.
    pub listener: TcpListener,
    /// Threads that serve it.
    pub workers: usize,
    /// With it the port speaks TLS alone.
    pub tls: Option<ServerConfig>,
    /// Counts and bounds what is no socket yet.
    pub pending: Pending,
}

/// What one worker thread serves.
pub struct Site<P, S> {
    /// The `App` of everything but upgrades.
    pub pages: P,
    /// The `App` that is asked about upgrades, on any path and method: it needs a default
    /// service.
    pub sockets: S,
    /// What its connections share.
    pub node: Node,
}

/// Serves `port` until the server is stopped by its handle; signals are left to the caller. `site`
/// runs once in each worker's thread, before that one serves anything: the place to start a hub
/// that shall live there.
pub fn listen<F, P, PF, PB, S, SF, SB>(port: Port, site: F) -> io::Result<Server>
where
    F: Fn() -> Site<P, S> + Clone + Send + 'static,
    P: IntoServiceFactory<PF, Request> + 'static,
    PF: AppFactory<PB>,
    PB: MessageBody + 'static,
    S: IntoServiceFactory<SF, Request> + 'static,
    SF: AppFactory<SB>,
    SB: MessageBody + 'static,
{
    let Port { listener, workers, tls, pending } = port;
    socket2::SockRef::from(&listener).listen(ACCEPT_QUEUE)?;
    let builder = Server::build()
        .workers(workers)
        // `Pending` has the limit. Were one of these reached, the listener would stand still.
        .max_concurrent_connections(usize::MAX)
        .disable_signals();
    max_concurrent_tls_connect(usize::MAX);
    let stopping = builder.graceful_shutdown_signal();
    let builder = match tls {
        None => builder.listen("switchboard", listener, move || {
            bounded(http(site(), stopping.clone()).tcp(), pending.clone())
        })?,
        Some(tls) => builder.listen("switchboard", listener, move || {
            let http = http(site(), stopping.clone());
            let accepting = TlsAcceptorConfig::default().handshake_timeout(TLS_HANDSHAKE);
            bounded(http.rustls_0_23_with_config(tls.clone(), accepting), pending.clone())
        })?,
    };
    Ok(builder.run())
}

/// The HTTP service of one worker, whatever the stream under it.
fn http<T, P, PF, PB, S, SF, SB>(
    site: Site<P, S>,
    stopping: GracefulShutdownSignal,
) -> HttpService<T, impl AppFactory<PB, ()>, PB, ExpectHandler, impl UpgradeFactory<T>>
where
    T: AsyncRead + AsyncWrite + Unpin + 'static,
    Io: From<T>,
    P: IntoServiceFactory<PF, Request>,
    PF: AppFactory<PB>,
    PB: MessageBody + 'static,
    S: IntoServiceFactory<SF, Request>,
    SF: AppFactory<SB>,
    SB: MessageBody + 'static,
{
    let Site { pages, sockets, node } = site;
    HttpService::build()
        .client_request_timeout(REQUEST_HEAD)
        .client_disconnect_timeout(Duration::ZERO)
        .tcp_nodelay(true)
        // Without it idle kept-alive connections hold the stop up.
        .graceful_shutdown_signal(move || {
            let stopping = stopping.clone();
            async move { stopping.notified().await }
        })
        .upgrade(upgrade(sockets, Rc::new(node)))
        .finish(map_config(pages, |()| AppConfig::default()))
}

/// `http` for as long as a connection may take, and while its place is not needed by another.
fn bounded<H>(
    http: H,
    pending: Pending,
) -> impl ServiceFactory<TcpStream, Config = (), Response = (), Error = H::Error, InitError = H::InitError>
where
    H: ServiceFactory<TcpStream, Config = (), Response = (), Error: HandshakeEnd>,
{
    apply_fn_factory(http, move |stream: TcpStream, http: &H::Service| {
        let pending = pending.clone();
        let mut place = pending.enter(stream.peer_addr().ok().map(|peer| peer.ip()));
        let served = http.call(stream);
        async move {
            tokio::select! {
                served = served => {
                    if served.as_ref().is_err_and(HandshakeEnd::came_late) {
                        pending.count_slow_handshake();
                    }
                    return served;
                }
                () = place.is_needed() => debug!("http connection ended to make room"),
                () = sleep(HTTP_AGE) => {
                    pending.count_aged();
                    debug!("http connection ended for its age");
                }
            }
            Ok(())
        }
    })
}

/// What tells whether a connection ended because its TLS handshake took too long.
trait HandshakeEnd {
    fn came_late(&self) -> bool;
}

impl HandshakeEnd for DispatchError {
    /// Without TLS there is none.
    fn came_late(&self) -> bool {
        false
    }
}

impl<Tls> HandshakeEnd for TlsError<Tls, DispatchError> {
    fn came_late(&self) -> bool {
        matches!(self, TlsError::Timeout)
    }
}

/// What an actix-web `App` with response bodies of type `B` becomes.
pub trait AppFactory<B, Config = AppConfig>:
    ServiceFactory<
        Request,
        Config = Config,
        Response = ServiceResponse<B>,
        Error = Error,
        InitError = (),
        Future: 'static,
        Service: Service<Request, Future: 'static>,
    > + 'static
{
}

impl<B, Config, F> AppFactory<B, Config> for F where
    F: ServiceFactory<
            Request,
            Config = Config,
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
            Future: 'static,
            Service: Service<Request, Future: 'static>,
        > + 'static
{
}

/// What [`upgrade`] makes for streams `T`.
trait UpgradeFactory<T>:
    ServiceFactory<
        (Request, Framed<T, Codec>),
        Config = (),
        Response = (),
        Error = Error,
        InitError = (),
        Future: 'static,
    >
{
}

impl<T, F> UpgradeFactory<T> for F where
    F: ServiceFactory<
            (Request, Framed<T, Codec>),
            Config = (),
            Response = (),
            Error = Error,
            InitError = (),
            Future: 'static,
        >
{
}
