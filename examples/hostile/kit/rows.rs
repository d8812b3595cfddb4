//! The rows of the table: one attack each.

use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::attacks::{baseline, fan_out, frames, full_node, handshakes, kept, log, pages};
use super::attacks::{ringing, rooms, tokens, unread, watch};
use super::keys::Kind;
use super::outcome::ANSWER;
use super::served::Settings;
use super::stage::Stage;

/// An attack: it sets up, calls [`Stage::begins`], and ends after [`Stage::lasts`].
pub type Attack = fn(Arc<Stage>) -> BoxFuture<'static, ()>;

/// One row.
#[derive(Clone, Copy)]
pub struct Row {
    /// The name on the command line and in the table; it stays the same.
    pub name: &'static str,
    pub settings: Settings,
    pub attack: Attack,
    /// Bounds in addition to those of every row.
    pub bounds: &'static [Bound],
}

/// A bound of a row.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// Resident memory may grow by this and by so much for each connection of the attack, in KiB.
    Growth { fixed: u64, each: u64 },
    /// Cores that the server may keep busy.
    Cpu(f64),
    /// The same, judged in full size alone: cryptography and lists are slow in a build for tests.
    CpuInFull(f64),
    /// No step of the hub takes longer than 20 ms.
    Step,
    /// The operator's requests succeed, and their p99 is that of the honest pair's bound.
    Operator,
    /// Logins and `/healthz` come from the address of the attack: they wait for their turn among its
    /// new connections, and may take this long instead.
    AnswerWithin(Duration),
    /// SIGTERM ends the process within 10 s.
    Stops,
}

macro_rules! rows {
    ($($name:literal, $settings:expr, $attack:expr, $bounds:expr;)*) => {
        &[$(Row {
            name: $name,
            settings: $settings,
            attack: |stage| Box::pin($attack(stage)),
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
/// Ten connections of an address at a time, of which 40 a second are taken: 250 ms. Twice that.
const IN_TURN: Bound = Bound::AnswerWithin(Duration::from_millis(500));

/// All rows.
pub const ROWS: &[Row] = rows![
    "baseline", DEFAULT, baseline::busy, [];
    "pages-1", DEFAULT, |it| pages::pipelined(it, 1), [];
    "pages-200", DEFAULT, |it| pages::pipelined(it, 200), [];
    "pages-tls-1", TLS, |it| pages::pipelined(it, 1), [];
    "pages-tls-200", TLS, |it| pages::pipelined(it, 200), [];
    "admin-1", DEFAULT, |it| pages::to_admin(it, 1), [Bound::Operator];
    "admin-16", DEFAULT, |it| pages::to_admin(it, 16), [Bound::Operator];
    "unread-answers", DEFAULT, unread::answers, [PENDING];
    "endless-heads", DEFAULT, unread::heads, [HEAD];
    "watch-1", DEFAULT, |it| watch::oversized(it, 1), [];
    "watch-5", DEFAULT, |it| watch::oversized(it, 5), [];
    "watch-50", DEFAULT, |it| watch::oversized(it, 50), [];
    "watch-addresses", DEFAULT, watch::from_many_addresses, [];
    "list-at-rate", DEFAULT, |it| rooms::list(it, Some(10)), [];
    "list-flood", DEFAULT, |it| rooms::list(it, None), [];
    "join-at-rate", DEFAULT, |it| rooms::join(it, Some(50)), [];
    "join-flood", DEFAULT, |it| rooms::join(it, None), [];
    "fan-out", DEFAULT, fan_out::come_and_go, [Bound::Step];
    "ringing", DEFAULT, ringing::again_and_again, [];
    "kept-messages", DEFAULT, kept::messages, [];
    "full-node", SHIPPED, full_node::of_one_address, [];
    "unfinished-messages", LITTLE_MEMORY, kept::unfinished, [UNFINISHED];
    "unfinished-2", LITTLE_MEMORY, kept::unfinished_of_two, [];
    "handshakes-rsa", TLS_RSA, handshakes::tls, [Bound::CpuInFull(0.3)];
    "handshakes-ecdsa", TLS, handshakes::tls, [Bound::CpuInFull(0.3)];
    "logins", DEFAULT, handshakes::logins, [Bound::CpuInFull(0.1)];
    "pings", DEFAULT, frames::pings, [Bound::Cpu(0.25)];
    "fragments", DEFAULT, |it| frames::fragments(it, 0), [Bound::Cpu(0.25)];
    "fragments-64", DEFAULT, |it| frames::fragments(it, 64), [Bound::Cpu(0.25)];
    "fragments-65", DEFAULT, |it| frames::fragments(it, 65), [Bound::Cpu(0.25)];
    "fragments-1024", DEFAULT, |it| frames::fragments(it, 1024), [];
    "refresh-es256", JWT, tokens::refresh, [];
    "refresh-rs256", JWT_RSA, tokens::refresh, [];
    "bad-tokens", JWT, tokens::of_a_neighbour, [IN_TURN];
    "bad-logins-rs256", JWT_RSA, tokens::of_many_addresses, [];
    "admin-tokens", DEFAULT, tokens::of_the_operators_address, [Bound::Operator];
    "unread-log", UNREAD_LOG, log::filled, [Bound::Stops];
];

impl Row {
    /// The bound of each login and of each answer of `/healthz`.
    pub fn answer_within(&self) -> Duration {
        let own = self.bounds.iter().find_map(|it| match it {
            Bound::AnswerWithin(time) => Some(*time),
            _ => None,
        });
        own.unwrap_or(ANSWER)
    }
}

/// The row of this name.
pub fn named(name: &str) -> Option<&'static Row> {
    ROWS.iter().find(|it| it.name == name)
}
