//! The listener: pages and upgrades on one port.
//!
//! An actix-server with actix-http's service, because only there an upgraded socket can be taken
//! over. Handed-over sockets are invisible to it: [`OpenSockets`](super::OpenSockets) counts
//! them, and stopping the server comes last in a drain.

use std::io;
use std::net::TcpListener;
use std::rc::Rc;
use std::time::Duration;

use actix_http::body::MessageBody;
use actix_http::{HttpService, Request};
use actix_server::Server;
use actix_service::{IntoServiceFactory, Service, ServiceFactory, apply_fn_factory, map_config};
use actix_web::Error;
use actix_web::dev::{AppConfig, ServiceResponse};
use log::debug;
use tokio::time::timeout;

use super::{Node, upgrade};

/// How long the head of a connection's first request may take.
const REQUEST_HEAD: Duration = Duration::from_secs(5);
/// How long a connection may live before it is a socket: only the head of the *first* request
/// has a time limit, and a half-sent second one would stay open.
const HTTP_AGE: Duration = Duration::from_secs(120);

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

/// Serves `listener` with `workers` threads until the server is stopped by its handle; signals
/// are left to the caller. `site` runs once in each worker's thread, before that one serves
/// anything: the place to start a hub that shall live there.
pub fn listen<F, P, PF, PB, S, SF, SB>(
    listener: TcpListener,
    workers: usize,
    site: F,
) -> io::Result<Server>
where
    F: Fn() -> Site<P, S> + Clone + Send + 'static,
    P: IntoServiceFactory<PF, Request>,
    PF: AppFactory<PB>,
    PB: MessageBody + 'static,
    S: IntoServiceFactory<SF, Request>,
    SF: AppFactory<SB>,
    SB: MessageBody + 'static,
{
    let builder = Server::build().workers(workers).disable_signals();
    let stopping = builder.graceful_shutdown_signal();
    let service = move || {
        let Site { pages, sockets, node } = site();
        let stopping = stopping.clone();
        let http = HttpService::build()
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
            .tcp();
        apply_fn_factory(http, |stream, http| {
            let served = http.call(stream);
            async move {
                timeout(HTTP_AGE, served).await.unwrap_or_else(|_| {
                    debug!("http connection ended for its age");
                    Ok(())
                })
            }
        })
    };
    Ok(builder.listen("switchboard", listener, service)?.run())
}

/// What an actix-web `App` with response bodies of type `B` becomes.
pub trait AppFactory<B>:
    ServiceFactory<
        Request,
        Config = AppConfig,
        Response = ServiceResponse<B>,
        Error = Error,
        InitError = (),
        Future: 'static,
        Service: Service<Request, Future: 'static>,
    > + 'static
{
}

impl<B, F> AppFactory<B> for F where
    F: ServiceFactory<
            Request,
            Config = AppConfig,
            Response = ServiceResponse<B>,
            Error = Error,
            InitError = (),
            Future: 'static,
            Service: Service<Request, Future: 'static>,
        > + 'static
{
}
