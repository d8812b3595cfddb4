//! The URL table, and what stands at each URL.
//!
//! | path | as a page | as an upgrade |
//! |---|---|---|
//! | `/ws` | 426 | a socket |
//! | `/healthz` | the process lives | 404 |
//! | `/readyz` | the hub answers and no drain is under way, else 503 | 404 |
//! | `/`, `/…` | the files of demo page and client library, else 404 | 404 |

mod assets;
mod gate;
mod origin;
mod refusal;
mod ws;

use std::sync::Arc;
use std::time::Duration;

use actix::Addr;
use actix_web::web::{Data, ServiceConfig, get, route};
use actix_web::{HttpResponse, Responder};
use tokio::time::timeout;

use crate::config::Config;
use crate::hub::{AskReady, SignalingHub};
use refusal::HttpRefusal;

pub use gate::Gate;
pub use ws::fuzz_query;

/// How long the hub may take to answer `/readyz`.
const HUB_PATIENCE: Duration = Duration::from_secs(1);

/// What the handlers need.
pub struct Context {
    /// All settings.
    pub config: Arc<Config>,
    /// The hub of this node.
    pub hub: Addr<SignalingHub>,
    /// Who may open how many sockets.
    pub gate: Arc<Gate>,
}

/// Everything but upgrades.
pub fn pages(context: Data<Context>) -> impl FnOnce(&mut ServiceConfig) + Clone {
    move |urls| {
        urls.app_data(context)
            .route("/ws", get().to(not_an_upgrade))
            .route("/healthz", get().to(alive))
            .route("/readyz", get().to(ready))
            .default_service(route().to(assets::serve));
    }
}

/// Upgrades.
pub fn sockets(context: Data<Context>) -> impl FnOnce(&mut ServiceConfig) + Clone {
    move |urls| {
        urls.app_data(context)
            .route("/ws", get().to(ws::connect))
            .default_service(route().to(no_socket_here));
    }
}

async fn alive() -> impl Responder {
    "ok\n"
}

async fn ready(context: Data<Context>) -> HttpResponse {
    match timeout(HUB_PATIENCE, context.hub.send(AskReady)).await {
        Ok(Ok(false)) => HttpResponse::ServiceUnavailable().body("draining\n"),
        Ok(Ok(true)) => HttpResponse::Ok().body("ready\n"),
        Ok(Err(_)) | Err(_) => HttpResponse::ServiceUnavailable().body("the hub is silent\n"),
    }
}

async fn not_an_upgrade() -> HttpResponse {
    HttpRefusal::NotAnUpgrade.response()
}

async fn no_socket_here() -> HttpResponse {
    HttpRefusal::NoSocketHere.response()
}
