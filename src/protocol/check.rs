//! The answer of `/ws/check`: whether a WebSocket of the page that asks would be accepted, and if not why.

use serde::Serialize;

/// Why a WebSocket would be refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckReason {
    /// Pages of this origin may not connect.
    Origin,
    /// The server is called by a name that is not its own.
    Host,
    /// There is no WebSocket at this path.
    Path,
    /// The server has no room, for anybody or for this address.
    Full,
    /// The server is about to stop.
    Draining,
}

impl CheckReason {
    /// Whether the same page is refused until somebody changes its address or the server's settings.
    pub const fn is_permanent(self) -> bool {
        match self {
            Self::Origin | Self::Host | Self::Path => true,
            Self::Full | Self::Draining => false,
        }
    }
}

/// The body of an answer: `{"accepts":true}`, or with `false` the reason.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    accepts: bool,
    #[serde(flatten)]
    obstacle: Option<Obstacle>,
}

#[derive(Clone, Debug, Serialize)]
struct Obstacle {
    reason: CheckReason,
    permanent: bool,
    message: String,
}

impl Check {
    /// A WebSocket would be accepted.
    pub const fn accepts() -> Self {
        Self { accepts: true, obstacle: None }
    }

    /// It would be refused; `message` says why, and what can be done.
    pub fn refuses(reason: CheckReason, message: String) -> Self {
        let obstacle = Obstacle { reason, permanent: reason.is_permanent(), message };
        Self { accepts: false, obstacle: Some(obstacle) }
    }
}
