//! Who a user is: access tokens, and the keys that they are checked with.
//!
//! Promises: which algorithms a token may be signed with is a property of the key, never of the
//! token; a token is bounded before it is parsed; nothing of it gets into a log or an error. Keys
//! in a file are read anew when the file changes, away from whoever checks tokens. Reads the
//! wall clock, and leaves all other time to its callers.

mod claims;
mod issue;
mod jwt;
mod keys;
mod rotation;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use crate::config::{AuthMode, Config, Secret};
use crate::domain::{Grant, Permissions, Verified};
use crate::protocol::{AccessToken, BadToken, DisplayName, UserId};

pub use issue::{Issue, issue};
pub use keys::BadKeys;

use jwt::Jwt;

/// Whoever can say what an access token means.
pub trait Authenticator: Send + Sync {
    /// What the token says, or why it is refused. Takes a fraction of a millisecond.
    fn verify(&self, token: &AccessToken) -> Result<Identity, BadToken>;

    /// Looks at its key file at once, or takes `secret` in place of the one that it has.
    fn renew(&self, _secret: Option<&Secret>) {}
}

/// What a token says that is good now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// Its subject.
    pub user: UserId,
    /// The name for people to read.
    pub name: Option<DisplayName>,
    /// How long it is still good, the leeway included.
    pub lasts: Duration,
    /// What it lets its user do.
    pub permissions: Permissions,
}

impl Identity {
    /// The same as the rules see it, on the clock that they are told the time by.
    pub fn from(self, now: std::time::Instant) -> (Verified, Option<DisplayName>) {
        let grant = Grant { expires: now + self.lasts, permissions: self.permissions };
        (Verified { user: self.user, grant: Box::new(grant) }, self.name)
    }
}

/// Why tokens cannot be checked; a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// There is nothing to check them with.
    #[error("auth jwt needs a key: set jwt-secret, jwt-key or jwt-jwks")]
    NoKey,
    /// The file with the keys.
    #[error("the file {path:?} that {setting} names cannot be used: {why}")]
    File {
        /// The setting.
        setting: &'static str,
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        why: BadKeys,
    },
    /// The system gives no thread that could look after the file.
    #[error(
        "cannot start the threads that follow the keys for access tokens: {0}; the limit of \
         threads may be reached (`ulimit -u`, TasksMax of systemd, pids of the container)"
    )]
    Watch(#[from] std::io::Error),
}

/// Who checks tokens with these settings; `None` in open mode, where there are none.
pub fn authenticator(config: &Config) -> Result<Option<Arc<dyn Authenticator>>, Fault> {
    match config.auth {
        AuthMode::Open => Ok(None),
        AuthMode::Jwt => Ok(Some(Arc::new(Jwt::new(config)?))),
    }
}
