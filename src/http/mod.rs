//! The URL table, and what stands at each URL.
//!
//! | path | as a page | as an upgrade |
//! |---|---|---|
//! | `/ws` | 426 | a socket |
//! | `/ws/check` | why an upgrade of the page that asks would be refused | 404 |
//! | `/healthz` | the process lives | 404 |
//! | `/readyz` | the hub answers and no drain is under way, else 503 | 404 |
//! | `/`, `/…` | the files of demo page and client library, else 404 | 404 |
//! | `/switchboard-VERSION.js`, … | the library's files, of this server's version, to be kept for good | 404 |

mod admin;
mod assets;
mod check;
mod client;
mod compressed;
mod credentials;
mod gate;
mod headers;
mod origin;
mod reception;
mod refusal;
mod ws;

use std::sync::Arc;
use std::time::Duration;

use actix::Addr;
use actix_service::ServiceFactory;
use actix_web::body::BoxBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::middleware::from_fn;
use actix_web::web::{Data, get, route};
use actix_web::{App, Error, HttpRequest, HttpResponse, Responder};
use tokio::time::timeout;

use crate::auth::Authenticator;
use crate::config::Config;
use crate::hub::{AskReady, SignalingHub};
use refusal::HttpRefusal;

pub use admin::{Admin, Counters, listen as listen_for_admin};
pub use gate::{Gate, GateCounts};
pub use reception::Public;
pub use ws::fuzz_query;

/// How long the hub may take to answer `/readyz`.
const HUB_PATIENCE: Duration = Duration::from_secs(1);

/// What the handlers need.
pub struct Context {
    /// All settings.
    pub config: Arc<Config>,
    /// Who checks access tokens; `None` in open mode.
    pub auth: Option<Arc<dyn Authenticator>>,
    /// The hub of this node.
    pub hub: Addr<SignalingHub>,
    /// Who may open how many sockets.
    pub gate: Arc<Gate>,
}

/// Routes behind the middleware of `headers`.
pub trait Routes:
    ServiceFactory<
        ServiceRequest,
        Config = (),
        Response = ServiceResponse<BoxBody>,
        Error = Error,
        InitError = (),
    >
{
}

impl<F> Routes for F where
    F: ServiceFactory<
            ServiceRequest,
            Config = (),
            Response = ServiceResponse<BoxBody>,
            Error = Error,
            InitError = (),
        >
{
}

/// Everything but upgrades.
pub fn pages(context: Data<Context>) -> App<impl Routes> {
    App::new()
        .app_data(context)
        .wrap(from_fn(headers::guarded))
        .route("/ws", get().to(not_an_upgrade))
        .route("/healthz", get().to(alive))
        .route("/readyz", get().to(ready))
        .default_service(route().to(check_or_file))
}

/// Upgrades.
pub fn sockets(context: Data<Context>) -> App<impl Routes> {
    App::new()
        .app_data(context)
        .wrap(from_fn(headers::guarded))
        .route("/ws", get().to(ws::connect))
        .default_service(route().to(no_socket_here))
}

async fn alive() -> impl Responder {
    "ok\n"
}

async fn ready(context: Data<Context>) -> HttpResponse {
    match readiness(&context).await {
        Readiness::Ready => HttpResponse::Ok().body("ready\n"),
        Readiness::Draining => HttpResponse::ServiceUnavailable().body("draining\n"),
        Readiness::Silent => no_answer_of_the_hub(),
    }
}

/// Whether the node takes anybody in.
enum Readiness {
    Ready,
    Draining,
    /// The hub has not answered in time.
    Silent,
}

async fn readiness(context: &Context) -> Readiness {
    match timeout(HUB_PATIENCE, context.hub.send(AskReady)).await {
        Ok(Ok(true)) => Readiness::Ready,
        Ok(Ok(false)) => Readiness::Draining,
        Ok(Err(_)) | Err(_) => Readiness::Silent,
    }
}

fn no_answer_of_the_hub() -> HttpResponse {
    HttpResponse::ServiceUnavailable().body("the hub is silent\n")
}

/// A client that was given a wrong path learns it by the same question as any other fault.
async fn check_or_file(request: HttpRequest, context: Data<Context>) -> HttpResponse {
    match *request.method() == Method::GET && check::is_meant_by(request.path()) {
        true => check::answer(request, context).await,
        false => assets::serve(request).await,
    }
}

async fn not_an_upgrade() -> HttpResponse {
    HttpRefusal::NotAnUpgrade.response()
}

async fn no_socket_here() -> HttpResponse {
    HttpRefusal::NoSocketHere.response()
}
