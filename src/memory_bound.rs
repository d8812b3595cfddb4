//! The most memory that a node needs with its settings: the sum of `docs/operations.md`.
//!
//! Every term is a setting times a constant of the part of the program that holds the memory. Each
//! client is taken at its worst, so a node in use needs far less.

use crate::config::{AuthMode, Config};
use crate::connection::{self, INCOMING_SHARE, KERNEL_BYTES, SCRATCH};
use crate::domain::{self, LONG_SHARE};
use crate::protocol::ACCESS_TOKEN_MAX;

const KIB: u64 = 1 << 10;

/// The program, its pages, its threads, its counts, and the log that waits to be written.
const PROGRAM: u64 = 32 << 20;
/// A connection that is no socket yet: its head in a buffer that doubles (32 KiB), the answer that it
/// has not taken without its body (8), TLS (64).
const PENDING: u64 = 104 * KIB;

/// Bytes that a session keeps of an access token, its lists of names: no more than the token had.
const GRANT: usize = ACCESS_TOKEN_MAX;

/// The memory that a node needs at most, by what needs it, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemoryBound {
    /// The program itself.
    pub program: u64,
    /// Messages that wait for clients and those that have not come whole, all clients together.
    pub queues: u64,
    /// Memory of each socket, or session without one, besides; `max-sockets` of them.
    pub sockets: u64,
    /// Connections that are no socket yet.
    pub pending: u64,
    /// Buffers of the kernel for all connections. They are outside of the process, and a container's
    /// limit counts them.
    pub kernel: u64,
}

impl MemoryBound {
    /// With these settings; `None` where one of them is unlimited.
    pub fn of(config: &Config) -> Option<Self> {
        let Config { max_sockets, max_pending, queue_total, max_frame, workers, .. } = *config;
        if max_sockets == 0 || max_pending == 0 {
            return None;
        }
        let incoming = (queue_total / INCOMING_SHARE).max(max_frame);
        // The message that goes over the bound, as it comes and as it is relayed.
        let over = 2 * max_frame + workers * SCRATCH;
        Some(Self {
            program: PROGRAM,
            queues: (queue_total + queue_total / LONG_SHARE + incoming + over) as u64,
            sockets: (max_sockets as u64).saturating_mul(Self::of_a_socket(config)),
            pending: (max_pending as u64).saturating_mul(PENDING),
            kernel: (max_sockets as u64)
                .saturating_add(max_pending as u64)
                .saturating_mul(KERNEL_BYTES as u64),
        })
    }

    /// Memory of a socket, or of the session that waits for one, besides its part of `queue-total`.
    pub fn of_a_socket(config: &Config) -> u64 {
        let socket = connection::SOCKET_BYTES + domain::session_bytes(config.max_rooms);
        let tls = if config.tls_cert.is_some() { connection::TLS_BYTES } else { 0 };
        let token = if config.auth == AuthMode::Jwt { GRANT } else { 0 };
        (socket + tls + token) as u64
    }

    /// All of it, with a quarter more for what the allocator needs: classes of sizes, pages in part
    /// in use, and what was freed within the last second. The kernel has no part in that.
    pub fn total(&self) -> u64 {
        let Self { program, queues, sockets, pending, kernel } = *self;
        let sum = [queues, sockets, pending].into_iter().fold(program, u64::saturating_add);
        sum.saturating_add(sum / 4).saturating_add(kernel)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_setting_of_the_sum_raises_it_and_unlimited_has_none() {
        let bound = |change: fn(&mut Config)| {
            let mut config = Config::default();
            change(&mut config);
            MemoryBound::of(&config).map(|bound| bound.total())
        };
        let usual = bound(|_| ());
        assert!(usual.is_some());
        let config = Config::default();
        let connections = (config.max_sockets + config.max_pending) as u64;
        let kernel = MemoryBound::of(&config).map(|bound| bound.kernel);
        assert_eq!(kernel, Some(connections * KERNEL_BYTES as u64));
        for more in [
            bound(|it| it.queue_total *= 2),
            bound(|it| it.max_sockets *= 2),
            bound(|it| it.max_pending *= 2),
            bound(|it| it.max_frame *= 2),
            bound(|it| it.max_rooms *= 2),
            bound(|it| it.tls_cert = Some("chain.pem".into())),
            bound(|it| it.auth = AuthMode::Jwt),
        ] {
            assert!(more > usual, "{more:?} {usual:?}");
        }
        assert_eq!(bound(|it| it.max_sockets = 0), None);
        assert_eq!(bound(|it| it.max_pending = 0), None);
    }
}
