//! `/ws/check`: why a WebSocket of the page that asks would be refused.
//!
//! A browser tells a page nothing of a refused upgrade but close code 1006, so the client library
//! asks here. Pages of every origin may read the answer: it holds the sentence of the refusal, which
//! any client but a page can read there, and no secret.

use actix_web::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL};
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::client;
use super::origin::{self, Page};
use super::refusal::HttpRefusal;
use super::{Context, Readiness, no_answer_of_the_hub, readiness};
use crate::protocol::{Check, CheckReason, Unavailable};

/// The path of the WebSocket.
const SOCKET: &str = "/ws";
/// Suffix of the path of a WebSocket for questions about it.
const CHECK: &str = "/check";

/// The query of the URL.
#[derive(Debug, Default, Deserialize)]
struct Asked {
    /// The origin of a page that asks its own server: browsers send none with that, though they do
    /// with an upgrade. Where the request has the header, that counts.
    origin: Option<String>,
}

/// Whether `path` asks about a WebSocket, be it about one that is not there.
pub(super) fn is_meant_by(path: &str) -> bool {
    path.strip_suffix(CHECK).is_some_and(|socket| socket.ends_with(SOCKET))
}

/// Answers for the WebSocket at the path before `/check`.
pub(super) async fn answer(request: HttpRequest, context: Data<Context>) -> HttpResponse {
    let check = match fault_of(&request, &context) {
        Some((reason, message)) => Check::refuses(reason, message),
        None => match readiness(&context).await {
            Readiness::Silent => return no_answer_of_the_hub(),
            Readiness::Draining => unavailable(CheckReason::Draining, Unavailable::Draining),
            Readiness::Ready => {
                let client = client::of(&request, &context.config.trusted_proxies);
                let why = context.gate.lack_of_room(&client);
                why.map_or(Check::accepts(), |why| unavailable(CheckReason::Full, why))
            }
        },
    };
    HttpResponse::Ok()
        .insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"))
        .insert_header((CACHE_CONTROL, "no-store"))
        .json(check)
}

/// The lasting fault of an upgrade there. It is looked for in the order in which an upgrade meets
/// it, so a page that may not connect learns nothing of how the server is.
fn fault_of(request: &HttpRequest, context: &Context) -> Option<(CheckReason, String)> {
    let path = request.path();
    let socket = path.strip_suffix(CHECK).unwrap_or(path);
    if socket != SOCKET {
        return Some((CheckReason::Path, wrong_path(socket)));
    }
    let headers = request.headers();
    let asked = Query::<Asked>::from_query(request.query_string());
    let asked = asked.map(Query::into_inner).unwrap_or_default();
    let own = match Page::of(headers) {
        Page::None => asked.origin.as_deref(),
        Page::At(_) | Page::Unclear => None,
    };
    let page = own.map_or_else(|| Page::of(headers), Page::At);
    let refusal = origin::check_page(page, headers, &context.config).err()?;
    Some(match (&refusal, own) {
        (HttpRefusal::ForeignOrigin(origin), Some(_)) => {
            (CheckReason::Origin, changed_host(origin, origin::host(headers)))
        }
        (HttpRefusal::ForeignOrigin(_), None) => (CheckReason::Origin, refusal.to_string()),
        _ => (CheckReason::Host, refusal.to_string()),
    })
}

/// The fault where a browser sends no `Origin` because it asks the page's own server, which is
/// called by another name when the request arrives.
fn changed_host(origin: &str, host: &str) -> String {
    format!(
        "the page is of {origin}, but the server is called {}: let the proxy pass on `Host` as it \
         is, or add the origin to the setting `origins`",
        origin::shown(host)
    )
}

fn wrong_path(socket: &str) -> String {
    let socket = origin::shown(socket);
    format!(
        "there is no WebSocket at {socket}, only at {SOCKET}: take what is before {SOCKET} out of \
         the address, or let the proxy take it away"
    )
}

fn unavailable(reason: CheckReason, why: Unavailable) -> Check {
    Check::refuses(reason, why.to_string())
}
