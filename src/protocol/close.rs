//! Why the server closes a socket: every close code that it sends, in one place.
//!
//! The ranges carry the rule for clients (docs/protocol.md): up to 4499, and 1005, 1006,
//! 1011–1014: reconnect with back-off; from 4500, and 1002, 1003, 1007, 1009: do not.

use std::time::Duration;

/// The server's reasons to close.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Close {
    /// The node drains or restarts.
    Restart {
        /// The longest wait that this socket may be told, so that not all come back at once.
        window: Duration,
    },
    /// Full, draining, or too many sockets from this address.
    TryLater,
    /// No sign of life for two heartbeats, or a message not finished in that time, or in 5 s where
    /// unfinished messages leave no room for those of others.
    NoSignOfLife,
    /// The session has a newer socket, or this attempt to resume it came late.
    Superseded,
    /// Over the rate for long; or nothing but control frames and tiny fragments for two heartbeats,
    /// over their rate.
    OverRate,
    /// The client reads too slowly.
    ReadsTooSlowly,
    /// A frame that breaks RFC 6455 (section 7.4.1, 1002).
    ProtocolError,
    /// Text that is not UTF-8 (RFC 6455 section 8.1, 1007).
    NotUtf8,
    /// A bad parameter at connecting, or 20 bad messages in a row.
    BadClient,
    /// The access token has expired: the client is to come back with a fresh one.
    TokenExpired,
    /// The access token was refused.
    TokenRefused,
    /// An operator has removed the user.
    Removed,
    /// The user has connected again; the newer connection keeps the name.
    Replaced,
    /// The name is held by another connection (`duplicate-login reject`).
    NameInUse,
    /// A message announced at more than 16 times the limit.
    FarTooLarge,
}

impl Close {
    /// One of each, in the order of their codes.
    pub const ALL: [Self; 15] = [
        Close::ProtocolError,
        Close::NotUtf8,
        Close::Restart { window: Duration::ZERO },
        Close::TryLater,
        Close::NoSignOfLife,
        Close::Superseded,
        Close::OverRate,
        Close::ReadsTooSlowly,
        Close::TokenExpired,
        Close::BadClient,
        Close::TokenRefused,
        Close::Removed,
        Close::Replaced,
        Close::NameInUse,
        Close::FarTooLarge,
    ];

    /// The close code (RFC 6455 section 7.4); published ones never change.
    pub const fn code(self) -> u16 {
        match self {
            Close::ProtocolError => 1002,
            Close::NotUtf8 => 1007,
            Close::Restart { .. } => 1012,
            Close::TryLater => 1013,
            Close::NoSignOfLife => 4008,
            Close::Superseded => 4009,
            Close::OverRate => 4029,
            Close::ReadsTooSlowly => 4053,
            Close::TokenExpired => 4401,
            Close::BadClient => 4500,
            Close::TokenRefused => 4501,
            Close::Removed => 4503,
            Close::Replaced => 4509,
            Close::NameInUse => 4510,
            Close::FarTooLarge => 4513,
        }
    }

    /// Its place in [`Close::ALL`]: a new one does not compile until it has one.
    #[cfg(test)]
    const fn place(self) -> usize {
        match self {
            Close::ProtocolError => 0,
            Close::NotUtf8 => 1,
            Close::Restart { .. } => 2,
            Close::TryLater => 3,
            Close::NoSignOfLife => 4,
            Close::Superseded => 5,
            Close::OverRate => 6,
            Close::ReadsTooSlowly => 7,
            Close::TokenExpired => 8,
            Close::BadClient => 9,
            Close::TokenRefused => 10,
            Close::Removed => 11,
            Close::Replaced => 12,
            Close::NameInUse => 13,
            Close::FarTooLarge => 14,
        }
    }

    /// Words for the close frame and the log, at most 60 bytes.
    pub const fn reason(self) -> &'static str {
        match self {
            Close::ProtocolError => "frame breaks RFC 6455",
            Close::NotUtf8 => "text is not UTF-8",
            Close::Restart { .. } => "restarting",
            Close::TryLater => "full",
            Close::NoSignOfLife => "no sign of life",
            Close::Superseded => "the session has a newer socket",
            Close::OverRate => "over the rate for long",
            Close::ReadsTooSlowly => "reads too slowly",
            Close::BadClient => "bad parameter or too many bad messages",
            Close::TokenExpired => "token expired",
            Close::TokenRefused => "token refused",
            Close::Removed => "removed by an operator",
            Close::Replaced => "replaced by a newer connection",
            Close::NameInUse => "name in use",
            Close::FarTooLarge => "message far over the limit",
        }
    }

    /// The window out of which a client that shall come back is told its own `retry after N ms`,
    /// so that a crowd spreads out; `None` for a close after which nobody shall come back.
    pub const fn retry_window(self) -> Option<Duration> {
        match self {
            Close::Restart { window } => Some(window),
            Close::TryLater | Close::OverRate => Some(Duration::from_secs(10)),
            Close::NoSignOfLife
            | Close::Superseded
            | Close::ReadsTooSlowly
            | Close::TokenExpired => Some(Duration::from_secs(2)),
            Close::ProtocolError
            | Close::NotUtf8
            | Close::BadClient
            | Close::TokenRefused
            | Close::Removed
            | Close::Replaced
            | Close::NameInUse
            | Close::FarTooLarge => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Close;

    #[test]
    fn all_has_each_close_once_in_the_order_of_the_codes() {
        assert!(Close::ALL.iter().map(|close| close.place()).eq(0..Close::ALL.len()));
        assert!(Close::ALL.is_sorted_by_key(|close| close.code()));
    }
}
