//! The node itself: its statistics, and the document that describes this API.

use std::collections::BTreeMap;
use std::sync::atomic::Ordering::Relaxed;

use actix_web::http::header::ContentType;
use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, get};
use serde::Serialize;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, ToSchema};

use super::Admin;
use super::refused::{Problem, Refused};
use crate::domain;
use crate::http::GateCounts;
use crate::hub::Inspect;

/// What there is, and what has been.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stats {
    /// Name and version of the server.
    #[schema(value_type = String)]
    server: &'static str,
    /// Whether it stops and takes nobody in.
    draining: bool,
    /// Users who are there.
    users: usize,
    /// Of those, users whose session waits for a socket.
    waiting: usize,
    /// Live calls.
    calls: usize,
    /// Rooms with somebody in them.
    rooms: usize,
    /// Sockets that are open.
    sockets: usize,
    /// Connections that are no socket yet.
    pending: usize,
    /// Those of them that had to make room for others since the start.
    cut_off: u64,
    /// Bytes kept for sessions until they are acknowledged.
    kept_bytes: usize,
    /// Bytes that sockets have not taken yet.
    unwritten_bytes: usize,
    /// Requests to this API with a wrong token.
    wrong_tokens: u64,
    counts: Counts,
    gate: Gate,
    /// Sockets that the server has closed since the start, by close code.
    closes: BTreeMap<String, u64>,
}

/// The same names as where they are counted, so that a new count cannot be forgotten here.
macro_rules! counts {
    ($(#[doc = $doc:literal])* $name:ident of $source:ident: $($count:ident),+; $($within:ident: $part:ty),*) => {
        $(#[doc = $doc])*
        #[derive(Serialize, ToSchema)]
        #[serde(rename_all = "camelCase")]
        pub(super) struct $name {
            $($count: u64,)+
            $($within: $part,)*
        }

        impl From<$source> for $name {
            fn from(counts: $source) -> Self {
                let $source { $($count,)+ $($within,)* } = counts;
                Self { $($count,)+ $($within: $within.into(),)* }
            }
        }
    };
}

type DomainCounts = domain::Counts;
type DomainLimits = domain::LimitCounts;

counts! {
    /// Events since the start. `registered - replaced - ended` users are there.
    Counts of DomainCounts:
    registered, resumed, failed_resumes, late_resumes, late_logins, expired, replaced, ended,
    said_goodbye, broken, evicted, removed, tokens_expired, refreshed, refused_refreshes,
    stale_messages, stale_ends, refused, calls_started, calls_ended;
    limits: Limits
}

counts! {
    /// How often each limit on what users say was met.
    Limits of DomainLimits:
    too_large, over_rate, over_call_rate, too_many_rooms, room_full, too_many_watched, too_many_blocked, queue_full,
    node_full, receipts_full, unanswered;
}

counts! {
    /// Who did not get in.
    Gate of GateCounts:
    full, crowded, too_fast, turned_away, foreign, oversized, handshakes, parameters, tokens_refused,
    slowed_down;
}

/// Statistics of the node.
#[utoipa::path(
    tag = "node",
    operation_id = "stats",
    responses(
        (status = 200, description = "the statistics", body = Stats),
        (status = "default", description = "refused", body = Problem),
    )
)]
#[get("/stats")]
pub(super) async fn stats(admin: Data<Admin>) -> Result<Json<Stats>, Refused> {
    let report = admin.ask(Inspect).await?;
    let domain::Census { users, waiting, kept_bytes, calls, rooms, counts, .. } = report.census;
    let counters = &admin.counters;
    let closes =
        counters.closes.by_code().into_iter().map(|(code, count)| (code.to_string(), count));
    Ok(Json(Stats {
        server: concat!("switchboard/", env!("CARGO_PKG_VERSION")),
        draining: report.draining,
        users,
        waiting,
        calls,
        rooms,
        sockets: counters.open.count(),
        pending: counters.pending.count(),
        cut_off: counters.pending.cut_off(),
        kept_bytes,
        unwritten_bytes: counters.unwritten.load(Relaxed),
        wrong_tokens: admin.access.wrong_tokens(),
        counts: counts.into(),
        gate: counters.gate.counts().into(),
        closes: closes.collect(),
    }))
}

/// This document.
#[utoipa::path(
    tag = "node",
    operation_id = "describe",
    responses(
        (status = 200, description = "OpenAPI", body = serde_json::Value),
        (status = "default", description = "refused", body = Problem),
    )
)]
#[get("/openapi.json")]
pub(super) async fn describe(document: Data<Document>) -> HttpResponse {
    HttpResponse::Ok().content_type(ContentType::json()).body(document.0.clone())
}

/// The OpenAPI document as it is sent.
pub(super) struct Document(String);

impl Document {
    pub(super) fn new(api: &OpenApi) -> Self {
        Self(api.to_json().expect("a document of texts, lists and numbers always makes JSON"))
    }
}

/// What the document says of the API as a whole; the rest of it comes from the handlers.
#[derive(utoipa::OpenApi)]
#[openapi(
    info(
        title = "switchboard admin API",
        description = "What there is on a node, and a hand in it, for the operator's programs."
    ),
    security(("token" = [])),
    modifiers(&Bearer),
)]
pub(super) struct About;

/// How a request shows that it may.
struct Bearer;

impl Modify for Bearer {
    fn modify(&self, api: &mut OpenApi) {
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        let components = api.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
    }
}
