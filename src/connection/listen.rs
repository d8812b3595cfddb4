//! The listener: pages and upgrades on one port, plain or by TLS.
//!
//! actix-server accepts and hands each connection to a worker's thread, where [`Requests`] serves
//! it. Sockets that were handed over are invisible to actix-server: [`OpenSockets`](super::OpenSockets)
//! counts them, and stopping the server comes last in a drain. What is not handed over yet is counted
//! by [`Pending`]. New connections have a rate limit. By TLS it acts when the client's hello has come and
//! before the key exchange. That one has its turn among the requests and counts against the rate by
//! its time. A connection that sends no hello takes nothing from the rate.

use std::cell::Cell;
use std::io;
use std::net::{IpAddr, TcpListener};
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use actix_http::body::MessageBody;
use actix_http::{Request, ServiceConfig};
use actix_rt::net::TcpStream;
use actix_server::{GracefulShutdownSignal, Server};
use actix_service::{
    IntoServiceFactory, Service, ServiceFactory, fn_factory, fn_service, map_config,
};
use actix_web::dev::{AppConfig, ServiceResponse};
use actix_web::{Error, HttpResponse};
use futures_util::future::LocalBoxFuture;
use log::debug;
use rustls::ServerConfig;
use rustls::server::Acceptor;
use tokio::time::{sleep, timeout};
use tokio_rustls::LazyConfigAcceptor;

use super::reception::Reception;
use super::requests::{Ask, Desk, Requests};
use super::turns::Turns;
use super::{Io, Node, Pending};

#[cfg(test)]
mod tests;

/// How long a TLS handshake may take.
const TLS_HANDSHAKE: Duration = Duration::from_secs(5);
/// How long a client's connection may live before it is a socket.
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
    /// Refuses requests before an `App` is asked.
    pub reception: Box<dyn Reception>,
}

/// The service of one worker thread where there are no sockets.
pub struct Pages<P> {
    /// The `App`.
    pub pages: P,
    /// Refuses requests before it is asked.
    pub reception: Box<dyn Reception>,
}

/// Serves `port` until the server is stopped by its handle; signals are left to the caller. `site`
/// runs once in each worker's thread, before that one serves anything: the place to start a hub
/// that is to live there.
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
    serve(port, move |own: Own| -> LocalBoxFuture<'static, Result<Desk, ()>> {
        let Site { pages, sockets, node, reception } = site();
        Box::pin(async move {
            let sockets = Some((asking(sockets).await?, Rc::new(node)));
            Ok(own.desk(asking(pages).await?, sockets, reception))
        })
    })
}

/// The same without sockets.
pub fn listen_for_pages<F, P, PF, PB>(port: Port, pages: F) -> io::Result<Server>
where
    F: Fn() -> Pages<P> + Clone + Send + 'static,
    P: IntoServiceFactory<PF, Request> + 'static,
    PF: AppFactory<PB>,
    PB: MessageBody + 'static,
{
    serve(port, move |own: Own| -> LocalBoxFuture<'static, Result<Desk, ()>> {
        let Pages { pages, reception } = pages();
        Box::pin(async move { Ok(own.desk(asking(pages).await?, None, reception)) })
    })
}

/// The parts that a listener brings to the desk of each of its workers.
struct Own {
    pending: Pending,
    stopping: GracefulShutdownSignal,
}

impl Own {
    fn desk(
        self,
        pages: Ask,
        sockets: Option<(Ask, Rc<Node>)>,
        reception: Box<dyn Reception>,
    ) -> Desk {
        let Self { pending, stopping } = self;
        Desk {
            pages,
            sockets,
            reception,
            pending,
            turns: Turns::default(),
            config: ServiceConfig::default(),
            stopping,
        }
    }
}

fn serve<F>(port: Port, desk: F) -> io::Result<Server>
where
    F: Fn(Own) -> LocalBoxFuture<'static, Result<Desk, ()>> + Clone + Send + 'static,
{
    let Port { listener, workers, tls, pending } = port;
    super::io::bound_receive_buffer(&listener)?;
    socket2::SockRef::from(&listener).listen(ACCEPT_QUEUE)?;
    let builder = Server::build()
        .workers(workers)
        // `Pending` has the limit. Were one of these reached, the listener would stand still.
        .max_concurrent_connections(usize::MAX)
        .disable_signals();
    let stopping = builder.graceful_shutdown_signal();
    let tls = tls.map(|mut tls| {
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        Arc::new(tls)
    });
    let builder = builder.listen("switchboard", listener, move || {
        let own = Own { pending: pending.clone(), stopping: stopping.clone() };
        // Called here, which is in the worker's thread: the hub starts in it.
        let desk = Cell::new(Some(desk(own)));
        let tls = tls.clone();
        fn_factory(move || {
            let (desk, tls) = (desk.take(), tls.clone());
            async move {
                let desk = Rc::new(desk.ok_or(())?.await?);
                Ok::<_, ()>(fn_service(move |stream: TcpStream| {
                    let (tls, desk) = (tls.clone(), Rc::clone(&desk));
                    // Boxed, because each future around it would hold its kilobytes twice.
                    Box::pin(async move {
                        accept(stream, tls, desk).await;
                        Ok::<_, ()>(())
                    })
                }))
            }
        })
    })?;
    Ok(builder.run())
}

/// `app` as one function.
async fn asking<A, F, B>(app: A) -> Result<Ask, ()>
where
    A: IntoServiceFactory<F, Request>,
    F: AppFactory<B>,
    B: MessageBody + 'static,
{
    let app = map_config(app, |()| AppConfig::default()).new_service(()).await?;
    Ok(Box::new(move |request| {
        let answer = app.call(request);
        Box::pin(async move {
            match answer.await {
                Ok(answer) => HttpResponse::from(answer).map_into_boxed_body(),
                Err(error) => HttpResponse::from_error(error),
            }
        })
    }))
}

/// Serves one connection for as long as it may take, and while no other needs its place.
async fn accept(stream: TcpStream, tls: Option<Arc<ServerConfig>>, desk: Rc<Desk>) {
    // A peer that is gone already has no address.
    let Ok(peer) = stream.peer_addr() else { return };
    let pending = &desk.pending;
    let mut place = pending.enter(peer.ip());
    // With TLS its turn comes before the key exchange.
    let has_begun = tls.is_some();
    let served = async {
        if let Some(io) = opened(stream, tls, peer.ip(), &desk).await {
            io.tune();
            Requests::new(io, peer, has_begun, Rc::clone(&desk)).serve().await;
        }
    };
    let too_old = async {
        match pending.is_proxy(peer.ip()) {
            true => std::future::pending().await,
            false => sleep(HTTP_AGE).await,
        }
    };
    tokio::select! {
        () = served => {}
        () = place.is_needed() => debug!("http connection ended to make room"),
        () = too_old => {
            pending.count_aged();
            debug!("http connection ended for its age");
        }
    }
}

/// The stream with TLS, where there is any.
async fn opened(
    stream: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    peer: IpAddr,
    desk: &Desk,
) -> Option<Io> {
    let Some(tls) = tls else { return Some(stream.into()) };
    // Boxed, because its state is of no use afterwards.
    match timeout(TLS_HANDSHAKE, Box::pin(shake_hands(stream, tls, peer, desk))).await {
        Ok(Ok(io)) => Some(io),
        Ok(Err(error)) => {
            debug!(kind:% = error.kind(); "tls handshake failed");
            None
        }
        Err(_) => {
            desk.pending.count_slow_handshake();
            debug!("tls handshake took too long");
            None
        }
    }
}

async fn shake_hands(
    stream: TcpStream,
    tls: Arc<ServerConfig>,
    peer: IpAddr,
    desk: &Desk,
) -> io::Result<Io> {
    let hello = LazyConfigAcceptor::new(Acceptor::default(), stream).await?;
    let Some(wait) = desk.pending.begins(peer) else {
        // A reset costs nothing more, and fails only where the connection has ended by itself.
        let _ = hello.io.set_zero_linger();
        return Err(io::ErrorKind::QuotaExceeded.into());
    };
    if !wait.is_zero() {
        sleep(wait).await;
    }
    let turn = desk.turns.take().await;
    // The whole hello is here, so the first step signs. It is what a handshake costs.
    let took = |time| desk.pending.count_key_exchange(peer, time);
    Ok(turn.begins_timed(hello.into_stream(tls), took).await?.into())
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
