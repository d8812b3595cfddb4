//! The rows of the table: one attack each.

use std::time::Duration;

use super::attacks::{baseline, fan_out, frames, full_node, handshakes, kept, log, pages};
use super::attacks::{ringing, rooms, silent, strangers, tokens, unread, watch};
use super::honest::Newcomer;
use super::keys::Kind;
use super::row::{Bound, Row, a_second, in_all};
use super::served::Settings;
use super::wire::ATTACKER;

macro_rules! rows {
    ($($name:literal: $what:literal, $settings:expr, $attack:expr, least $least:expr, bounds $bounds:expr;)*) => {
        &[$(Row {
            name: $name,
            what: $what,
            settings: $settings,
            attack: |stage| Box::pin($attack(stage)),
            least: &$least,
            bounds: &$bounds,
        }),*]
    };
}

const DEFAULT: Settings = Settings { tls: None, jwt: None, unread_log: false, further: &[] };
const TLS: Settings = Settings { tls: Some(Kind::P256), ..DEFAULT };
const TLS_RSA: Settings = Settings { tls: Some(Kind::Rsa(4096)), ..DEFAULT };
const JWT: Settings = Settings { jwt: Some(Kind::P256), ..DEFAULT };
const JWT_RSA: Settings = Settings { jwt: Some(Kind::Rsa(2048)), ..DEFAULT };
const UNREAD_LOG: Settings = Settings { unread_log: true, ..DEFAULT };
const LITTLE_MEMORY: Settings = Settings { further: &["--queue-total", "8MiB"], ..DEFAULT };

/// As in the compose file.
const SHIPPED: Settings = Settings { further: &["--queue-total", "128MiB"], ..DEFAULT };

/// Memory that the HTTP side may hold for a connection that is no socket yet.
const PENDING: Bound = Bound::Growth { fixed: 0, each: 160 };
/// Memory for a head: it is cut at 16 KiB, in a buffer that may double.
/// The rest is the connection's own.
const HEAD: Bound = Bound::Growth { fixed: 0, each: 64 };
/// One and a half times `queue-total` of [`LITTLE_MEMORY`], and sockets with a buffer to read into.
const UNFINISHED: Bound = Bound::Growth { fixed: 12 << 10, each: 16 };

/// Comes from the address of the attack, once a second.
const SAME_ADDRESS: Bound = Bound::Newcomer(Newcomer {
    from: ATTACKER,
    every: Duration::from_secs(1),
    within: Duration::from_secs(2),
});

/// All rows.
pub const ROWS: &[Row] = rows![
    "baseline": "no attack: the machine is as busy, with a sink that is flooded",
        DEFAULT, baseline::busy,
        least [a_second("404", 1000, 1000)],
        bounds [];
    "pages-1": "`GET /nothing`, pipelined on one connection as fast as it can",
        DEFAULT, |it| pages::pipelined(it, 1),
        least [a_second("404", 200, 200), a_second("429", 10, 20)],
        bounds [];
    "pages-200": "`GET /nothing`, pipelined on 200 connections of one address",
        DEFAULT, |it| pages::pipelined(it, 200),
        least [a_second("404", 200, 200), a_second("429", 10, 20)],
        bounds [];
    "pages-tls-1": "`GET /nothing` by TLS, pipelined on one connection",
        TLS, |it| pages::pipelined(it, 1),
        least [a_second("404", 200, 200), a_second("429", 10, 20)],
        bounds [];
    "pages-tls-200": "`GET /nothing` by TLS, pipelined on 200 connections of one address",
        TLS, |it| pages::pipelined(it, 200),
        least [a_second("404", 200, 200), a_second("429", 10, 20)],
        bounds [];
    "admin-1": "requests to the admin listener without a token, pipelined on one connection",
        DEFAULT, |it| pages::to_admin(it, 1),
        least [a_second("401", 50, 50)],
        bounds [Bound::Operator];
    "admin-16": "requests to the admin listener without a token, pipelined on 16 connections",
        DEFAULT, |it| pages::to_admin(it, 16),
        least [a_second("401", 50, 50)],
        bounds [Bound::Operator];
    "unread-answers": "100 pipelined `GET /switchboard.js` that nobody reads, 12 addresses × 256 connections",
        DEFAULT, unread::answers,
        least [in_all("sent", 250, 2500), in_all("connections ended by the server", 200, 2000)],
        bounds [PENDING];
    "endless-heads": "heads without an end, 16 addresses × 256 connections",
        DEFAULT, unread::heads,
        least [in_all("connections held", 350, 3500), in_all("the server refused: oversized", 300, 3000)],
        bounds [HEAD];
    "silent": "100 new connections a second of one address that send nothing, whether or not they are taken",
        DEFAULT, silent::open,
        least [a_second("connections tried", 90, 90), a_second("connections opened", 80, 80)],
        bounds [SAME_ADDRESS];
    "watch-1": "`watch` with 64 KB of names, one socket",
        DEFAULT, |it| watch::oversized(it, 1),
        least [a_second("not-permitted", 100, 100), a_second("closed with 4029", 5, 5)],
        bounds [];
    "watch-5": "`watch` with 64 KB of names, 5 sockets of one address",
        DEFAULT, |it| watch::oversized(it, 5),
        least [a_second("not-permitted", 100, 100), a_second("closed with 4029", 5, 5)],
        bounds [];
    "watch-50": "`watch` with 64 KB of names, 50 sockets of one address",
        DEFAULT, |it| watch::oversized(it, 50),
        least [a_second("not-permitted", 100, 100), a_second("closed with 4029", 5, 5)],
        bounds [];
    "watch-addresses": "`watch` and `unwatch` of 256 names, 1000 addresses",
        DEFAULT, watch::from_many_addresses,
        least [a_second("rate-limited", 20, 20), a_second("closed with 4029", 2, 2)],
        bounds [];
    "list-at-rate": "`list` 10 times a second, 50 sockets of one address, 400 users online",
        DEFAULT, |it| rooms::list(it, Some(10)),
        least [in_all("online", 80, 400), a_second("client-list", 200, 200)],
        bounds [];
    "list-flood": "`list` as fast as it can, 50 sockets of one address, 400 users online",
        DEFAULT, |it| rooms::list(it, None),
        least [in_all("online", 80, 400), a_second("client-list", 20, 50), a_second("closed with 4029", 2, 4)],
        bounds [];
    "join-at-rate": "`join` and `leave` 50 times a second, 50 sockets of one address, rooms of 16",
        DEFAULT, |it| rooms::join(it, Some(50)),
        least [a_second("room-joined", 500, 500)],
        bounds [];
    "join-flood": "`join` and `leave` as fast as it can, 50 sockets of one address, rooms of 16",
        DEFAULT, |it| rooms::join(it, None),
        least [a_second("room-joined", 200, 200), a_second("rate-limited", 50, 200), a_second("closed with 4029", 2, 4)],
        bounds [];
    "fan-out": "256 users who come and go at once, watched by 4500",
        DEFAULT, fan_out::come_and_go,
        least [in_all("online", 150, 4500), a_second("came and went", 250, 250), a_second("presence", 500, 1000)],
        bounds [Bound::Step];
    "ringing": "one account rings the victim all the time",
        DEFAULT, ringing::again_and_again,
        least [in_all("a call is answered by offline", 10, 20), a_second("a call is answered by rate-limited", 15, 20)],
        bounds [Bound::Own("the victim calls, is called, blocks")];
    "strangers": "offers as fast as it can, 10 sockets of one address, to 400 users who never answer and to the honest pair",
        DEFAULT, strangers::ask,
        least [in_all("online", 80, 400), a_second("offer", 200, 500), a_second("rate-limited", 50, 200)],
        bounds [];
    "kept-messages": "480 messages of 20 B to each of 200 sessions that do not acknowledge",
        DEFAULT, kept::messages,
        least [in_all("online", 80, 400), in_all("sent", 19_200, 96_000)],
        bounds [Bound::Own("resident ≤ 1.5 × counted")];
    "full-node": "9 messages of 63 KiB to each of 300 sessions of one address, which do not acknowledge; `queue-total` 128 MiB, as shipped",
        SHIPPED, full_node::of_one_address,
        least [in_all("online", 60, 300), in_all("queue-full", 100, 500)],
        bounds [Bound::Own("≤ 16 MiB and 34 KiB a session are kept")];
    "unfinished-messages": "600 messages of 64 KiB without their last byte; `queue-total` 8 MiB",
        LITTLE_MEMORY, kept::unfinished,
        least [in_all("sent", 290, 580), in_all("connections ended by the server", 100, 200)],
        bounds [UNFINISHED];
    "unfinished-2": "20 messages of 64 KiB without their last byte of each of two addresses, opened again when they are cut; `queue-total` 8 MiB",
        LITTLE_MEMORY, kept::unfinished_of_two,
        least [in_all("sent", 40, 40), in_all("connections ended by the server", 10, 10)],
        bounds [];
    "handshakes-rsa": "TLS handshakes of one address as fast as it can, RSA-4096",
        TLS_RSA, handshakes::tls,
        least [a_second("handshakes", 20, 20)],
        bounds [Bound::CpuInFull(0.3)];
    "handshakes-ecdsa": "TLS handshakes of one address as fast as it can, ECDSA P-256",
        TLS, handshakes::tls,
        least [a_second("handshakes", 30, 30)],
        bounds [Bound::CpuInFull(0.3)];
    "logins": "50 logins a second of one address, each stays for half a second, 900 users online",
        DEFAULT, handshakes::logins,
        least [in_all("online", 150, 900), a_second("logins", 30, 30)],
        bounds [Bound::CpuInFull(0.1)];
    "pings": "empty pings, 10 sockets of one address",
        DEFAULT, frames::pings,
        least [in_all("sent", 1_000_000, 1_000_000), a_second("pong", 100, 100)],
        bounds [Bound::Cpu(0.25)];
    "pings-closing": "empty pings on sockets that the server has closed and the client has not, 10 at a time of one address",
        DEFAULT, frames::pings_while_closing,
        least [in_all("sent", 200_000, 200_000), a_second("closed with 4500", 10, 10)],
        bounds [Bound::Cpu(0.25)];
    "fragments": "empty fragments, 10 sockets of one address",
        DEFAULT, |it| frames::fragments(it, 0),
        least [in_all("sent", 1_000_000, 1_000_000)],
        bounds [Bound::Cpu(0.25)];
    "fragments-64": "fragments of 64 bytes, 10 sockets of one address",
        DEFAULT, |it| frames::fragments(it, 64),
        least [in_all("sent", 300_000, 300_000)],
        bounds [Bound::Cpu(0.25)];
    "fragments-65": "fragments of 65 bytes, 10 sockets of one address",
        DEFAULT, |it| frames::fragments(it, 65),
        least [in_all("sent", 300_000, 300_000)],
        bounds [Bound::Cpu(0.25)];
    "fragments-1024": "fragments of 1 KiB, 10 sockets of one address: a flood of bytes, as whole messages are",
        DEFAULT, |it| frames::fragments(it, 1024),
        least [a_second("rate-limited", 100, 100), a_second("closed with 4029", 10, 10)],
        bounds [];
    "refresh-es256": "`refresh` with forged tokens (ES256), 10 sockets of one address",
        JWT, tokens::refresh,
        least [in_all("bad-token", 10, 10), a_second("rate-limited", 200, 200)],
        bounds [];
    "refresh-rs256": "`refresh` with forged tokens (RS256), 10 sockets of one address",
        JWT_RSA, tokens::refresh,
        least [in_all("bad-token", 10, 10), a_second("rate-limited", 200, 200)],
        bounds [];
    "bad-tokens": "bad access tokens from the address of an honest user",
        JWT, tokens::of_a_neighbour,
        least [in_all("a bad token: bad-token", 10, 10), a_second("a bad token: 429", 20, 20)],
        bounds [];
    "bad-logins-rs256": "logins with forged tokens (RS256), 40 a second of each of 50 addresses",
        JWT_RSA, tokens::of_many_addresses,
        least [in_all("a bad token: bad-token", 200, 500), a_second("a bad token: 429", 50, 100)],
        bounds [];
    "admin-tokens": "wrong admin tokens from the address of the operator",
        DEFAULT, tokens::of_the_operators_address,
        least [in_all("a wrong token: 401", 10, 10), a_second("a wrong token: 429", 200, 200)],
        bounds [Bound::Operator];
    "unread-log": "users who come and go; log at `debug` to a pipe that nobody reads",
        UNREAD_LOG, log::filled,
        least [a_second("logins", 100, 100), in_all("the server dropped lines of its log", 10, 10)],
        bounds [Bound::Stops];
];

/// The row of this name.
pub fn named(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|it| it.name == name)
}
