//! Every setting: meaning, unit, default, range.
//!
//! Promises: one declaration a setting, in `settings!` below. The field of [`Config`], the flag,
//! the variable, the TOML key, the check and what `switchboard config` prints all come from it.
//! A [`Config`] from [`load`] is checked (and by [`Loaded::check_access`] before it is served
//! with); nobody checks it again. Knows nothing of who uses a setting, and reads neither the command
//! line nor the environment: it is handed both.

mod fault;
mod kind;
mod load;
mod networks;
mod print;
mod secret;
mod setting;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

use kind::{Address, Bytes, Choice, Count, FilePath, List, Span, Switch, Word};
use networks::Networks;
use secret::SecretText;
use setting::settings;

pub use fault::Fault;
pub use kind::{Renewal, span};
pub use load::{CONFIG_VARIABLE, Given, LOG_VARIABLE, Loaded, Source, load};
pub use print::{as_markdown, as_toml};
pub use secret::Secret;
pub use setting::Setting;

/// How users say who they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuthMode {
    /// The claimed name is the name.
    Open,
    /// An access token says it (JSON Web Token, RFC 7519).
    Jwt,
}

/// How a line of the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people: a sentence, then `key=value`.
    Text,
    /// For programs: a JSON object.
    Json,
}

/// Who is told who is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PresenceMode {
    /// Everyone sees everyone.
    All,
    /// Nobody is told, unless by `watch`.
    Off,
}

/// What a second login under a name that is in use does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DuplicateLogin {
    /// The newer one wins.
    Replace,
    /// The older one stays, as long as it answers.
    Reject,
}

const KIB: u64 = 1 << 10;
const MIB: u64 = 1 << 20;
const GIB: u64 = 1 << 30;

const MINUTE: u64 = 60;
const HOUR: u64 = 60 * MINUTE;

/// The highest rate: one message a microsecond, far past what a user can send, and still exact
/// in the nanoseconds between two of them.
const RATE_MAX: u64 = 1_000_000;
/// The highest ceiling of sockets: more than Linux lets one process open by far.
const SOCKETS_MAX: u64 = 10_000_000;

settings! {
    /// The address and port to listen on; port 0 takes any free one.
    listen: SocketAddr = SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 8080), Address;

    /// Threads that serve sockets.
    workers: usize = 1, Count("threads", 1..=64);

    /// The longest message that a client may send.
    max_frame: usize = 64 << 10, Bytes(KIB..=16 * MIB);

    /// Units that a user may use in the long run; most messages cost one; 0 is unlimited.
    rate: u32 = 100, Count("units a second", 0..=RATE_MAX);

    /// Units that a user may use at once after a pause.
    burst: u32 = 500, Count("units", 1..=1_000_000);

    /// Units that all users of one address may use in the long run; 0 is unlimited.
    address_rate: u32 = 5000, Count("units a second", 0..=RATE_MAX);

    /// Units that all users of one address may use at once after a pause.
    address_burst: u32 = 5000, Count("units", 1..=1_000_000);

    /// Calls that a user may request; 0 is unlimited.
    call_rate: u32 = 30, Count("calls a minute", 0..=RATE_MAX);

    /// Rooms that a user may be in at a time.
    max_rooms: usize = 8, Count("rooms", 0..=1000);

    /// Members that a room may have.
    max_members: usize = 16, Count("users", 2..=1000);

    // A resume replays both shares in one step, and an acknowledgement settles them in one.
    /// Messages that may wait for a session; past it the sender gets `queue-full`.
    queue_messages: usize = 512, Count("messages", 16..=4096);

    /// Bytes that may wait for a session, at least `max-frame`; past it the sender gets
    /// `queue-full`.
    queue_bytes: usize = 512 << 10, Bytes(KIB..=GIB);

    /// Memory of what waits, is kept or has not come whole, on the whole node, at least `queue-bytes`;
    /// past it every relay is `queue-full`.
    queue_total: usize = 256 << 20, Bytes(KIB..=512 * GIB);

    /// How long a socket may take no byte of what waits for it before it is closed (4053).
    stall: Duration = Duration::from_secs(10), Span(1..=10 * MINUTE);

    /// How long a session outlives its socket.
    resume_window: Duration = Duration::from_secs(30), Span(0..=HOUR);

    /// Silence after which a ping goes out; twice that ends the socket (4008).
    heartbeat: Duration = Duration::from_secs(25), Span(1..=HOUR);

    /// How long a callee may let it ring.
    ring_timeout: Duration = Duration::from_secs(45), Span(1..=10 * MINUTE);

    /// Over how long a drain spreads the return of the clients.
    drain_window: Duration = Duration::from_secs(5), Span(0..=10 * MINUTE);

    /// Who is told who is there: `all` tells everyone of everyone, `off` only those who watch.
    presence: PresenceMode = PresenceMode::All, Choice;

    /// Users up to which presence `all` names them; past it everybody is told the total.
    presence_limit: usize = 1000, Count("users", 0..=100_000);

    /// What a second login under a name in use does: `replace` the first or get a `reject`.
    duplicate_login: DuplicateLogin = DuplicateLogin::Replace, Choice;

    /// Sockets that this node serves at a time; 0 is unlimited.
    max_sockets: usize = 100_000, Count("sockets", 0..=SOCKETS_MAX);

    /// Sockets that one address may hold at a time; 0 is unlimited.
    max_sockets_per_address: usize = 1000, Count("sockets", 0..=SOCKETS_MAX);

    /// New sockets that one address may open; 0 is unlimited.
    new_sockets_per_address: u32 = 50, Count("sockets a second", 0..=RATE_MAX);

    /// Connections that one address may begin, with a first request or, by TLS, with a hello; twice as
    /// many at once. Those over it wait for up to 2 s and are then refused; 0 is unlimited. Trusted
    /// proxies have no such limit.
    new_connections_per_address: u32 = 100, Count("connections a second", 0..=RATE_MAX);

    /// HTTP requests of one address in the long run, upgrades included; past it they are answered
    /// by 429; 0 is unlimited.
    requests_per_address: u32 = 200, Count("requests a second", 0..=RATE_MAX);

    /// HTTP requests of one address at once after a pause.
    request_burst_per_address: u32 = 2000, Count("requests", 1..=1_000_000);

    /// Connections of this node that are no socket yet, at a time; past it an older one makes
    /// room; 0 is unlimited.
    max_pending: usize = 4096, Count("connections", 0..=SOCKETS_MAX);

    /// Connections of one address that are no socket yet, at a time; past it an older one of
    /// its own makes room; 0 is unlimited. Trusted proxies have no such limit.
    max_pending_per_address: usize = 256, Count("connections", 0..=SOCKETS_MAX);

    /// Networks of proxies that are believed when they tell by `Forwarded` or `X-Forwarded-For`
    /// where a client comes from.
    trusted_proxies: Vec<IpNet> = Vec::new(), Networks;

    /// The certificate chain (PEM) for TLS, with `tls-key`; `listen` then speaks TLS alone.
    tls_cert: Option<PathBuf> = None, FilePath;

    /// The private key (PEM) of the certificate in `tls-cert`.
    tls_key: Option<PathBuf> = None, FilePath;

    /// STUN servers that clients are told in `iceServers`.
    stun: Vec<String> = Vec::new(), List::STUN_URLS;

    /// TURN servers that clients are told in `iceServers`, with credentials made by `turn-secret`.
    turn_url: Vec<String> = Vec::new(), List::TURN_URLS;

    /// The secret shared with the TURN servers of `turn-url` (coturn: `static-auth-secret`).
    turn_secret: Option<Secret> = None, SecretText(16);

    /// How long TURN credentials are good; clients are sent fresh ones after half of it.
    turn_ttl: Duration = Duration::from_secs(HOUR), Span(MINUTE..=24 * HOUR);

    /// Further origins whose pages may connect, besides the server's own.
    origins: Vec<String> = Vec::new(), List::ORIGINS;

    /// The names, without ports, by which the server may be called; none is every name.
    hosts: Vec<String> = Vec::new(), List::HOSTS;

    /// Serve open mode on any address and to any `Host`, although everybody may claim every name;
    /// refused with `auth` jwt.
    insecure_open: bool = false, Switch;

    /// How users say who they are: `open` takes every name as it is claimed, `jwt` asks for an
    /// access token.
    auth: AuthMode = AuthMode::Open, Choice;

    /// The secret that signs and checks access tokens (HS256, HS384, HS512).
    jwt_secret: Option<Secret> = None, SecretText(32);

    /// The file with the one public key, as PEM, that access tokens are checked with.
    jwt_key: Option<PathBuf> = None, FilePath;

    /// The file with the public keys, as a JSON Web Key Set, that access tokens are checked with.
    jwt_jwks: Option<PathBuf> = None, FilePath;

    /// The names of this server, one of which an access token must have as `aud`.
    jwt_audience: Vec<String> = Vec::new(), List::TEXTS;

    /// Who may issue access tokens: one of these must be `iss`.
    jwt_issuer: Vec<String> = Vec::new(), List::TEXTS;

    /// What an access token must have as `typ`, as in at+jwt: one of these; none is any type but
    /// another `…+jwt` than at+jwt.
    jwt_type: Vec<String> = Vec::new(), List::TEXTS;

    /// Refused access tokens after which further ones of an address are answered by 429; 0 is
    /// unlimited.
    failed_logins_per_address: u32 = 10, Count("tokens a minute", 0..=RATE_MAX);

    /// The address and port of the admin API, as in 127.0.0.1:8081; none switches it off.
    admin_listen: Option<SocketAddr> = None, Address;

    /// The token that requests to the admin API must have.
    admin_token: Option<Secret> = None, SecretText(16);

    /// How a line of the log is written: `text` for people, `json` for programs.
    log_format: LogFormat = LogFormat::Text, Choice;
}

impl Word for AuthMode {
    const ALL: &[Self] = &[Self::Open, Self::Jwt];

    fn word(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Jwt => "jwt",
        }
    }
}

impl Word for LogFormat {
    const ALL: &[Self] = &[Self::Text, Self::Json];

    fn word(self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Json => "json",
        }
    }
}

impl Word for PresenceMode {
    const ALL: &[Self] = &[Self::All, Self::Off];

    fn word(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Off => "off",
        }
    }
}

impl Word for DuplicateLogin {
    const ALL: &[Self] = &[Self::Replace, Self::Reject];

    fn word(self) -> &'static str {
        match self {
            Self::Replace => "replace",
            Self::Reject => "reject",
        }
    }
}
