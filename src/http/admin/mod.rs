//! The admin API: what there is on this node, and a hand in it, for the operator's programs.
//!
//! | path under `/api/v1` | GET | POST | DELETE |
//! |---|---|---|---|
//! | `/users` | a page of users | | |
//! | `/users/{user}` | one user in detail | | its session ends (4503) |
//! | `/users/{user}/messages` | | a message to it | |
//! | `/calls` | a page of live calls | | |
//! | `/calls/{call}` | | | it ends |
//! | `/rooms` | a page of rooms | | |
//! | `/rooms/{room}` | who is in it | | |
//! | `/rooms/{room}/messages` | | a message to its members | |
//! | `/stats` | statistics of the node | | |
//! | `/openapi.json` | all this for programs | | |
//!
//! Beside it `/metrics` is the page that Prometheus reads.
//!
//! Served on a listener of its own, to whoever has the token ([`access`]). What is asked is one
//! message to the hub; the document is made of the same handlers that answer. There is no CORS.

mod access;
mod calls;
mod messages;
mod metrics;
mod node;
mod page;
mod refused;
mod rooms;
mod users;

use std::io;
use std::net::TcpListener;
use std::sync::Arc;

use actix::{Addr, Handler, Message};
use actix_http::Request;
use actix_web::body::MessageBody;
use actix_web::dev::{Server, ServiceFactory, ServiceRequest, ServiceResponse};
use actix_web::middleware::{DefaultHeaders, from_fn};
use actix_web::web::{Data, PayloadConfig, get, route};
use actix_web::{App, Error, HttpResponse, ResponseError};
use arc_swap::ArcSwap;
use log::debug;
use tokio::time::timeout;
use utoipa::OpenApi;
use utoipa_actix_web::{AppExt, scope};

use super::{Gate, HUB_PATIENCE};
use crate::config::{Config, Secret};
use crate::connection::{
    Closes, Fault, OpenSockets, Pages, Pending, Port, Reception, listen_for_pages,
};
use crate::hub::{Refusals, SignalingHub, SocketMemory};
use crate::metrics::Meters;
use access::Access;
use metrics::Bounds;
use node::{About, Document};
use refused::{HEADERS, Refused};

/// Connections at a time, past which an older one makes room: the API is for a few programs, and each
/// request has its own.
const CONNECTIONS: usize = 64;
/// The longest body of a request, where `max-frame` is not less.
const BODY_MAX: usize = 64 << 10;

/// The counters of a node, beside those of its hub.
pub struct Counters {
    /// Sockets.
    pub open: OpenSockets,
    /// The memory that all connections hold.
    pub memory: Arc<SocketMemory>,
    /// Who did not get in.
    pub gate: Arc<Gate>,
    /// How sockets were closed.
    pub closes: Closes,
    /// What was said to those whom the hub never heard of.
    pub refusals: Refusals,
    /// What is measured.
    pub meters: Meters,
    /// Connections that are no socket yet.
    pub pending: Pending,
}

/// What the handlers need.
pub struct Admin {
    hub: Addr<SignalingHub>,
    access: Access,
    counters: Counters,
    bounds: Bounds,
    body_max: usize,
}

impl Admin {
    /// For the node with these settings, whose token is the one in `token`.
    pub fn new(
        config: &Config,
        token: Arc<ArcSwap<Secret>>,
        hub: Addr<SignalingHub>,
        counters: Counters,
    ) -> Self {
        let on_loopback = config.admin_listen.is_some_and(|it| it.ip().is_loopback());
        let access = Access::new(token, on_loopback);
        Self {
            hub,
            access,
            counters,
            bounds: Bounds::of(config),
            body_max: BODY_MAX.min(config.max_frame),
        }
    }

    async fn ask<M>(&self, message: M) -> Result<M::Result, Refused>
    where
        SignalingHub: Handler<M>,
        M: Message<Result: Send> + Send + 'static,
    {
        match timeout(HUB_PATIENCE, self.hub.send(message)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) | Err(_) => Err(Refused::HubSilent),
        }
    }
}

/// Serves `listener` on a thread of its own until the server is stopped by its handle.
pub fn listen(listener: TcpListener, admin: Admin) -> io::Result<Server> {
    let admin = Data::new(admin);
    // Without a rate limit: an address may be that of a proxy or a tunnel for every operator.
    let pending = Pending::new(&Config {
        max_pending: CONNECTIONS,
        max_pending_per_address: 0,
        new_connections_per_address: 0,
        ..Config::default()
    });
    let port = Port { listener, workers: 1, tls: None, pending };
    listen_for_pages(port, move || Pages {
        pages: app(admin.clone()),
        reception: Box::new(Operators(admin.clone())),
    })
}

/// Lets nobody in without the token.
struct Operators(Data<Admin>);

impl Reception for Operators {
    fn body_max(&self) -> usize {
        self.0.body_max
    }

    /// Each request has its own connection.
    fn requests_max(&self, _: bool) -> u32 {
        1
    }

    fn refuses(&self, request: &Request) -> Option<HttpResponse> {
        let refused = self.0.access.check(request.head()).err()?;
        debug!(reason:? = refused; "admin request refused");
        Some(refused.alone())
    }

    fn answer_to(&self, fault: Fault) -> HttpResponse {
        Refused::from(fault).alone()
    }
}

fn app(
    admin: Data<Admin>,
) -> App<
    impl ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<impl MessageBody>,
        Error = Error,
        InitError = (),
    >,
> {
    let api = scope::scope("/api/v1")
        .service(users::list)
        .service(users::look)
        .service(users::remove)
        .service(messages::to_user)
        .service(calls::list)
        .service(calls::end)
        .service(rooms::list)
        .service(rooms::look)
        .service(messages::to_room)
        .service(node::stats)
        .service(node::describe);
    let (app, document) = App::new()
        .app_data(PayloadConfig::new(admin.body_max))
        .app_data(admin)
        .route("/metrics", get().to(metrics::scrape))
        .wrap(from_fn(access::in_time))
        .wrap(HEADERS.into_iter().fold(DefaultHeaders::new(), DefaultHeaders::add))
        .into_utoipa_app()
        .openapi(About::openapi())
        .service(api)
        .default_service(route().to(nothing_here))
        .split_for_parts();
    app.app_data(Data::new(Document::new(&document)))
}

async fn nothing_here() -> HttpResponse {
    Refused::NotFound.error_response()
}
