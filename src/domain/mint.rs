//! Where ids of calls and sessions, names of guests and resume tokens come from.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rand::Rng;
use rand::rngs::StdRng;

use super::login::ResumeToken;
use crate::protocol::{CallId, SessionId, UserId};

/// Makes ids out of a seeded generator: the same seed, the same ids. With a seed from the
/// operating system they can neither be guessed nor repeat: 80 random bits each.
#[derive(Debug)]
pub(super) struct Mint(StdRng);

impl Mint {
    pub(super) fn new(generator: StdRng) -> Self {
        Self(generator)
    }

    pub(super) fn call(&mut self) -> CallId {
        CallId::parse(&self.text()).expect("16 letters and digits are a call id")
    }

    pub(super) fn session(&mut self) -> SessionId {
        SessionId::parse(&self.text()).expect("16 letters and digits are a session id")
    }

    /// A name for somebody who brings none: nobody else has it.
    pub(super) fn guest(&mut self) -> UserId {
        let id = format!("guest-{}", self.text());
        UserId::parse(&id).expect("letters, digits and a dash are a user id")
    }

    /// 128 random bits.
    pub(super) fn resume_token(&mut self) -> ResumeToken {
        let mut bits = [0; 16];
        self.0.fill_bytes(&mut bits);
        ResumeToken::new(&BASE64_URL_SAFE_NO_PAD.encode(bits))
    }

    /// A time between none and `span`.
    pub(super) fn part_of(&mut self, span: Duration) -> Duration {
        span.mul_f64(f64::from(self.0.next_u32()) / f64::from(u32::MAX))
    }

    /// 16 characters of 5 bits each.
    fn text(&mut self) -> String {
        const ALPHABET: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
        let bits = (u128::from(self.0.next_u64()) << 64) | u128::from(self.0.next_u64());
        (0..16).map(|i| ALPHABET[(bits >> (5 * i)) as usize & 31] as char).collect()
    }
}
