//! Every setting: meaning, unit, default, range.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

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

/// All settings of a node, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// Where to listen. Port 0: any free one. Default 127.0.0.1:8080.
    pub listen: SocketAddr,
    /// Threads that serve sockets. 1 to 64, default 1.
    pub workers: usize,
    /// The longest message that a client may send, in bytes. 1 KiB to 16 MiB, default 64 KiB.
    pub max_frame: usize,
    /// Messages a second a user may send for long. 0: unlimited, default 100.
    pub rate: u32,
    /// Messages a user may send at once after a pause. 1 to 1 000 000, default 500.
    pub burst: u32,
    /// `call-request`s a minute a user. 0: unlimited, default 30.
    pub call_rate: u32,
    /// Rooms a user may be in. 0 to 1000, default 8.
    pub max_rooms: usize,
    /// Members a room may have. 2 to 1000, default 16.
    pub max_members: usize,
    /// Messages that may wait for a session. 16 to 1 000 000, default 512.
    pub queue_messages: usize,
    /// Bytes that may wait for a session. At least `max_frame`, default 512 KiB.
    pub queue_bytes: usize,
    /// Bytes that may wait on the whole node. At least `queue_bytes`, default 256 MiB.
    pub queue_total: usize,
    /// How long a socket may take no byte of its backlog. 1 s to 10 min, default 10 s.
    pub stall: Duration,
    /// How long a session outlives its socket. 0 s to 1 h, default 30 s.
    pub resume_window: Duration,
    /// Silence after which a ping goes out; twice that ends the socket. 1 s to 1 h, default 25 s.
    pub heartbeat: Duration,
    /// How long a callee may let it ring. 1 s to 10 min, default 45 s.
    pub ring_timeout: Duration,
    /// Over how long a drain spreads the clients' return. 0 s to 10 min, default 5 s.
    pub drain_window: Duration,
    /// Who is told who is there. Default `all`.
    pub presence: PresenceMode,
    /// Users up to which mode `all` names them. 0 to 100 000, default 1000.
    pub presence_limit: usize,
    /// What a second login under the same name does. Default `replace`.
    pub duplicate_login: DuplicateLogin,
    /// Sockets on this node. 0: unlimited, default 100 000.
    pub max_sockets: usize,
    /// Sockets from one address. 0: unlimited, default 1000.
    pub max_sockets_per_address: usize,
    /// New sockets a second from one address. 0: unlimited, default 50.
    pub new_sockets_per_address: u32,
    /// STUN URLs for `iceServers`. Default none.
    pub stun: Vec<String>,
    /// Further origins whose pages may connect, as `https://app.example`. Default none.
    pub origins: Vec<String>,
    /// Serve any `Host` in open mode, where everybody may claim every name. Default false.
    pub insecure_open: bool,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            listen: SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 8080),
            workers: 1,
            max_frame: 64 << 10,
            rate: 100,
            burst: 500,
            call_rate: 30,
            max_rooms: 8,
            max_members: 16,
            queue_messages: 512,
            queue_bytes: 512 << 10,
            queue_total: 256 << 20,
            stall: Duration::from_secs(10),
            resume_window: Duration::from_secs(30),
            heartbeat: Duration::from_secs(25),
            ring_timeout: Duration::from_secs(45),
            drain_window: Duration::from_secs(5),
            presence: PresenceMode::All,
            presence_limit: 1000,
            duplicate_login: DuplicateLogin::Replace,
            max_sockets: 100_000,
            max_sockets_per_address: 1000,
            new_sockets_per_address: 50,
            stun: Vec::new(),
            origins: Vec::new(),
            insecure_open: false,
        }
    }
}
