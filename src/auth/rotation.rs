//! Keys in a file: read at the start, and again when the file has changed.
//!
//! A thread of its own looks at the file once a second, so no token can make the server read it,
//! and whoever checks a token never waits for a disk. A file that has become useless leaves the
//! keys in force as they are, and is told of once.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use log::{info, warn};

use super::Fault;
use super::jwt::in_force;
use super::keys::{BadKeys, Keys};
use crate::config::Config;
use crate::files::{FILE_MAX, read};
use crate::watch::Watch;

/// How soon a change is seen.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// A file with keys.
pub(super) struct KeyFile {
    setting: &'static str,
    path: PathBuf,
    parse: fn(&[u8]) -> Result<Keys, BadKeys>,
}

/// What was seen at the last look.
#[derive(PartialEq, Eq)]
enum Seen {
    Content(Vec<u8>),
    Fault(BadKeys),
}

impl KeyFile {
    /// The file that the settings name.
    pub(super) fn of(config: &Config) -> Option<Self> {
        let pem = config.jwt_key.clone().map(|path| Self {
            setting: "jwt-key",
            path,
            parse: Keys::of_pem,
        });
        pem.or_else(|| {
            let path = config.jwt_jwks.clone()?;
            Some(Self { setting: "jwt-jwks", path, parse: Keys::of_jwks })
        })
    }

    /// The keys in it, which follow its changes as long as the watch is held.
    pub(super) fn read_and_watch(self) -> Result<(Arc<ArcSwap<Keys>>, Watch), Fault> {
        let fault = |why| Fault::File { setting: self.setting, path: self.path.clone(), why };
        let content = self.read().map_err(fault)?;
        let keys = in_force((self.parse)(&content).map_err(fault)?);
        let (followed, mut seen) = (keys.clone(), Seen::Content(content));
        let watch = Watch::start("jwt-keys", LOOK_EVERY, move |_| self.look(&followed, &mut seen))?;
        Ok((keys, watch))
    }

    fn read(&self) -> Result<Vec<u8>, BadKeys> {
        Ok(read(&self.path, FILE_MAX)?)
    }

    fn look(&self, keys: &ArcSwap<Keys>, seen: &mut Seen) {
        let now = self.read().map_or_else(Seen::Fault, Seen::Content);
        if now == *seen {
            return;
        }
        let parsed = match &now {
            Seen::Content(content) => (self.parse)(content),
            Seen::Fault(why) => Err(why.clone()),
        };
        match parsed {
            Ok(fresh) => {
                info!(keys = fresh.len(); "access tokens are checked with new keys");
                keys.store(Arc::new(fresh));
            }
            Err(why) => warn!(
                setting = self.setting, path:? = self.path, reason:% = why;
                "the keys for access tokens stay as they were, as their file cannot be used"
            ),
        }
        *seen = now;
    }
}
