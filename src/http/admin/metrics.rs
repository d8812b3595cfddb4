//! `/metrics`: every metric of the node, each with its name and its meaning, once.
//!
//! Whatever is counted anywhere is taken apart here field by field, so that a new count does not
//! compile until it has its metric. What each means, and what must hold between them, is in
//! `docs/metrics.md`; tests hold that page, the dashboard and the alerts against this list.

use std::collections::BTreeMap;

use actix_web::HttpResponse;
use actix_web::http::header::CONTENT_TYPE;
use actix_web::web::Data;
use log::error;

use super::refused::Refused;
use super::{Admin, Counters};
use crate::config::Config;
use crate::domain::{CallOver, Census, Counts, Course, LimitCounts};
use crate::http::GateCounts;
use crate::hub::{Inspect, Report, Spoken};
use crate::logging;
use crate::metrics::{Kind, Page};
use crate::protocol::Close;

/// The bounds of a node that alerts look at.
pub(super) struct Bounds {
    sockets: usize,
    pending: usize,
    queue_bytes: usize,
}

impl Bounds {
    pub(super) fn of(config: &Config) -> Self {
        let Config { max_sockets, max_pending, queue_total, .. } = *config;
        Self { sockets: max_sockets, pending: max_pending, queue_bytes: queue_total }
    }
}

/// The page that Prometheus reads.
pub(super) async fn scrape(admin: Data<Admin>) -> Result<HttpResponse, Refused> {
    // What is measured is read behind this, so the two agree only while nobody says anything.
    let Report { census, draining, spoken } = admin.ask(Inspect).await?;
    let mut page = Page::default();
    tell_node(&mut page, &admin.bounds, draining);
    tell_sockets(&mut page, &admin.counters);
    tell_gate(&mut page, admin.counters.gate.counts(), admin.access.wrong_tokens());
    tell_address_limits(&mut page, &admin.counters, census.counts.limits.over_address_rate);
    tell_census(&mut page, census);
    tell_counts(&mut page, census.counts);
    tell_course(&mut page, census.course);
    tell_spoken(&mut page, spoken.and(admin.counters.refusals.spoken()));
    page.meters(&admin.counters.meters);
    page.process();
    let text = page.text().map_err(|why| {
        error!(reason:% = why; "the metrics cannot be written");
        Refused::HubSilent
    })?;
    Ok(HttpResponse::Ok().insert_header((CONTENT_TYPE, Page::MEDIA_TYPE)).body(text))
}

fn tell_node(page: &mut Page, bounds: &Bounds, draining: bool) {
    let Bounds { sockets, pending, queue_bytes } = *bounds;
    let version = [(env!("CARGO_PKG_VERSION"), 1)];
    page.gauges(
        "switchboard_build_info",
        "Always 1; the version is the label.",
        "version",
        version,
    );
    let help = "1 while the node stops and takes nobody in, else 0.";
    page.gauge("switchboard_draining", help, usize::from(draining));
    let help = "The setting max-sockets; 0 is unlimited.";
    page.gauge("switchboard_sockets_max", help, sockets);
    let help = "The setting max-pending; 0 is unlimited.";
    page.gauge("switchboard_connections_pending_max", help, pending);
    page.gauge("switchboard_queue_bytes_max", "The setting queue-total.", queue_bytes);
    let help = "Lines of the log that were dropped because it was not read.";
    page.counter("switchboard_log_lines_dropped_total", help, logging::dropped_lines());
}

fn tell_sockets(page: &mut Page, counters: &Counters) {
    let Counters { open, memory, gate: _, closes, refusals: _, meters: _, pending } = counters;
    page.gauge("switchboard_sockets", "Sockets that are open.", open.count());
    page.counter("switchboard_sockets_opened_total", "Sockets that were opened.", open.opened());
    let mut server = BTreeMap::from(Close::ALL.map(|close| (close.code(), 0)));
    server.extend(closes.by_code());
    let server =
        server.into_iter().map(|(code, count)| (["server".into(), code.to_string()], count));
    let client = closes.by_clients();
    let client = client.by_word().map(|(code, count)| (["client".into(), code.into()], count));
    page.counters_by_two(
        "switchboard_socket_closes_total",
        "Sockets by whoever ended them and the close code; none: the stream ended or broke.",
        ["by", "code"],
        server.chain(client),
    );
    let help = "Connections that are no socket yet.";
    page.gauge("switchboard_connections_pending", help, pending.count());
    let help = "Connections that were cut off to make room for others (max-pending).";
    page.counter("switchboard_connections_cut_off_total", help, pending.cut_off());
    let help = "Connections refused because their address begins too many.";
    page.counter("switchboard_connections_refused_total", help, pending.too_fast());
    let help = "Connections that were ended for their time, by what took too long.";
    let late = [
        ("age", pending.aged()),
        ("tls-handshake", pending.slow_handshakes()),
        ("head", pending.slow_heads()),
        ("answer", pending.unread_answers()),
    ];
    page.counters("switchboard_connections_late_total", help, "limit", late);
    let help = "Memory of what the hub has given to sockets and they have not written.";
    page.gauge("switchboard_unwritten_bytes", help, memory.unwritten());
    let help = "Memory of messages that have not come whole or are not handled yet.";
    page.gauge("switchboard_incoming_bytes", help, memory.incoming());
}

fn tell_gate(page: &mut Page, counts: GateCounts, wrong_admin_tokens: u64) {
    let GateCounts {
        full,
        crowded,
        too_fast,
        turned_away,
        foreign,
        oversized,
        malformed,
        over_request_rate,
        handshakes,
        parameters,
        tokens_refused,
        slowed_down,
    } = counts;
    page.counters(
        "switchboard_logins_refused_total",
        "Requests and sockets refused before the hub, or that could only take a place.",
        "reason",
        [
            ("max-sockets", full),
            ("max-sockets-per-address", crowded),
            ("new-sockets-per-address", too_fast),
            ("four-times-a-limit", turned_away),
            ("foreign", foreign),
            ("oversized", oversized),
            ("malformed", malformed),
            ("requests-per-address", over_request_rate),
            ("handshake", handshakes),
            ("parameters", parameters),
            ("token", tokens_refused),
            ("failed-logins-per-address", slowed_down),
        ],
    );
    let help = "Requests to the admin API with a wrong token.";
    page.counter("switchboard_admin_wrong_tokens_total", help, wrong_admin_tokens);
}

fn tell_address_limits(page: &mut Page, counters: &Counters, over_address_rate: u64) {
    let rate = [("address-rate", over_address_rate)];
    let limits = counters.gate.limits_met().into_iter().chain(counters.pending.limits_met());
    page.counters(
        "switchboard_address_limits_total",
        "How often clients were refused or slowed down as all of their address were at a limit.",
        "limit",
        limits.chain(rate),
    );
}

fn tell_census(page: &mut Page, census: Census) {
    let Census {
        users,
        waiting,
        kept_bytes,
        calls,
        ringing,
        rooms,
        open_receipts,
        counts: _,
        course: _,
    } = census;
    page.gauge("switchboard_users", "Users who are there.", users);
    let sessions = [("attached", users - waiting), ("waiting", waiting)];
    let help = "Sessions by whether they have a socket or wait for one.";
    page.gauges("switchboard_sessions", help, "state", sessions);
    let calls = [("ringing", ringing), ("accepted", calls - ringing)];
    page.gauges("switchboard_calls", "Live calls.", "state", calls);
    page.gauge("switchboard_rooms", "Rooms with somebody in them.", rooms);
    let help = "Memory of what is kept for sessions until they acknowledge it.";
    page.gauge("switchboard_kept_bytes", help, kept_bytes);
    let help = "Messages that are kept and whose sender waits for a verdict.";
    page.gauge("switchboard_receipts_open", help, open_receipts);
}

fn tell_counts(page: &mut Page, counts: Counts) {
    let Counts {
        registered,
        resumed,
        failed_resumes,
        late_resumes,
        late_logins,
        expired: _, // as sessions that ended, by reason
        replaced,
        ended: _, // by reason
        said_goodbye,
        broken,
        evicted,
        removed,
        tokens_expired,
        refreshed,
        refused_refreshes,
        stale_messages,
        stale_ends,
        refused,
        calls_started,
        calls_ended: _, // by reason
        limits,
    } = counts;
    let mut total = |name: &str, help: &str, count| page.counter(name, help, count);
    total("switchboard_sessions_registered_total", "Sessions that began.", registered);
    total(
        "switchboard_sessions_replaced_total",
        "Sessions that a newer one of the same user took the place of.",
        replaced,
    );
    total("switchboard_sessions_resumed_total", "Times a session got another socket.", resumed);
    total(
        "switchboard_logins_late_total",
        "Logins that would have taken the place of one made after them.",
        late_logins,
    );
    total(
        "switchboard_stale_messages_total",
        "Messages from sockets that were no longer their user's.",
        stale_messages,
    );
    total(
        "switchboard_stale_unregisters_total",
        "Ends of sockets that were no longer, or never, their user's.",
        stale_ends,
    );
    total("switchboard_messages_refused_total", "Messages answered by an error.", refused);
    total("switchboard_calls_started_total", "Calls that began to ring.", calls_started);
    total(
        "switchboard_evictions_total",
        "Users' sockets that the hub closed for what their client did, their token or an operator.",
        evicted,
    );
    total("switchboard_removals_total", "Users whom an operator removed.", removed);
    total(
        "switchboard_tokens_expired_total",
        "Sockets closed because their access token had expired.",
        tokens_expired,
    );
    let reasons = [("unknown", failed_resumes), ("late", late_resumes)];
    let help = "Attempts to resume that did not get their session.";
    page.counters("switchboard_resumes_refused_total", help, "reason", reasons);
    let ways = [("goodbye", said_goodbye), ("broken", broken)];
    let help = "Users' sockets that their clients ended, by how.";
    page.counters("switchboard_departures_total", help, "how", ways);
    let results = [("taken", refreshed), ("refused", refused_refreshes)];
    let help = "Access tokens brought by refresh.";
    page.counters("switchboard_token_refreshes_total", help, "result", results);
    tell_limits(page, limits);
}

fn tell_limits(page: &mut Page, limits: LimitCounts) {
    let LimitCounts {
        too_large,
        over_rate,
        over_address_rate,
        over_call_rate,
        too_many_rooms,
        room_full,
        too_many_watched,
        too_many_blocked,
        queue_full,
        node_full,
        receipts_full,
        unanswered,
    } = limits;
    page.counters(
        "switchboard_limits_total",
        "How often each limit on what clients say was met, by its setting.",
        "limit",
        [
            ("max-frame", too_large),
            ("rate", over_rate),
            ("address-rate", over_address_rate),
            ("call-rate", over_call_rate),
            ("max-rooms", too_many_rooms),
            ("max-members", room_full),
            ("watched-users", too_many_watched),
            ("blocked-users", too_many_blocked),
            ("queue-messages", queue_full),
            ("queue-total", node_full),
            ("receipts", receipts_full),
            ("ring-timeout", unanswered),
        ],
    );
}

fn tell_course(page: &mut Page, course: Course) {
    let Course { heard, heard_bytes, sessions_ended, calls_over, receipts, verdicts } = course;
    let help = "Messages of clients, by type.";
    page.counters("switchboard_messages_received_total", help, "type", heard.by_word());
    let help = "Bytes of these, without what frames and TLS add.";
    page.counter("switchboard_received_bytes_total", help, heard_bytes);
    let help = "Sessions that ended and were not replaced, by reason.";
    let name = "switchboard_sessions_ended_total";
    page.counters(name, help, "reason", sessions_ended.by_word());
    // Who was busy or offline was never rung.
    let (declined, ended): (Vec<_>, Vec<_>) =
        CallOver::ALL.iter().partition(|it| matches!(it, CallOver::Busy | CallOver::Offline));
    let by_reason = |reasons: Vec<CallOver>| {
        reasons.into_iter().map(|reason| (reason.word(), calls_over.of(reason)))
    };
    let help = "Calls that are over, by reason.";
    page.counters("switchboard_calls_ended_total", help, "reason", by_reason(ended));
    let help = "Calls that were asked for and never rang, by reason.";
    page.counters("switchboard_calls_declined_total", help, "reason", by_reason(declined));
    let help = "Messages whose sender was promised a verdict.";
    page.counter("switchboard_receipts_total", help, receipts);
    let help = "Verdicts, whether or not the sender was still there to be told.";
    page.counters("switchboard_verdicts_total", help, "verdict", verdicts.by_word());
}

fn tell_spoken(page: &mut Page, spoken: Spoken) {
    let Spoken { said, bytes, errors } = spoken;
    let help = "Messages to clients, by type; a replay counts again.";
    page.counters("switchboard_messages_sent_total", help, "type", said.by_word());
    let help = "Bytes of these, without what frames and TLS add.";
    page.counter("switchboard_sent_bytes_total", help, bytes);
    let help = "Errors to clients, by code; a replay counts again.";
    page.counters("switchboard_errors_total", help, "code", errors.by_word());
}
