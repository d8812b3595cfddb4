//! How a socket comes and how it goes, as far as the rules care.

use std::fmt;
use std::net::IpAddr;
use std::time::Instant;

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

use super::grant::Grant;
use crate::protocol::{DisplayName, Unavailable, UserId};

/// A checked wish to be somebody: what a token says has been established before it gets here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// The user to be. `None`: the user of the session that `resume` names, else one that is made.
    pub user: Option<UserId>,
    /// The name that people read.
    pub name: Option<DisplayName>,
    /// How many of the server's messages the client has counted; `None` if it does not count, and
    /// then nothing is kept for it.
    pub received: Option<u64>,
    /// The session that it wants back.
    pub resume: Option<ResumeToken>,
    /// Why there is no room for one more; then it may only come back, in the place of the socket
    /// that its user has or had.
    pub crowded: Option<Unavailable>,
    /// Its number among the claims of the node, given by [`Effect::Prove`](super::Effect::Prove):
    /// `None` until the client has shown that it is there.
    pub proven: Option<u64>,
    /// What its access token lets it do; `None` in open mode.
    pub grant: Option<Box<Grant>>,
    /// The address that its limits count under, as [`crate::address::subscriber`] gives it; `None`:
    /// there is no limit for it.
    pub address: Option<IpAddr>,
}

impl Login {
    /// A fresh login of a client that does not count.
    pub fn fresh(user: UserId) -> Self {
        Self {
            user: Some(user),
            name: None,
            received: None,
            resume: None,
            crowded: None,
            proven: None,
            grant: None,
            address: None,
        }
    }
}

impl Login {
    /// Whether its access token was good once and is not any more.
    pub(super) fn has_expired(&self, now: Instant) -> bool {
        self.grant.as_ref().is_some_and(|grant| grant.expires <= now)
    }
}

/// The secret that makes a session the client's own again on another socket. Any text: one that
/// was never given out fits no session.
#[derive(Clone, PartialEq, Eq)]
pub struct ResumeToken(Box<str>);

impl ResumeToken {
    /// As the client brings it.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    pub(super) fn hash(&self) -> TokenHash {
        TokenHash(Sha256::digest(self.0.as_bytes()).into())
    }
}

impl fmt::Debug for ResumeToken {
    /// Without the secret.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ResumeToken")
    }
}

/// What is kept of a [`ResumeToken`]: whoever reads the memory cannot resume with it.
#[derive(Clone, Copy, Debug)]
pub(super) struct TokenHash([u8; 32]);

impl TokenHash {
    /// Compares in constant time.
    pub(super) fn fits(&self, token: &ResumeToken) -> bool {
        self.0.ct_eq(&token.hash().0).into()
    }

    /// The first half, under which the session is found when the client does not say whose it is.
    pub(super) fn key(&self) -> u128 {
        let mut half = [0; 16];
        half.copy_from_slice(&self.0[..16]);
        u128::from_le_bytes(half)
    }
}

/// How a socket ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Parting {
    /// The client said so: close code 1000, 1001 or none.
    Goodbye,
    /// The client did something for which a session ends (1002, 1007, 4513).
    Violation,
    /// Anything else: reset, cut, silent, slow. A session that counts waits.
    Broken,
}
