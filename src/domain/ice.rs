//! What clients are told of STUN and TURN servers.
//!
//! TURN credentials are those of the TURN REST form (draft-uberti-behave-turn-rest-00), which
//! coturn calls `use-auth-secret`: the name says until when it is good and for whom, and the
//! password follows from the name and a secret that this node and the TURN server share. So
//! nothing is kept of them, and nobody has to ask the TURN server. Reads no clock.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

use crate::config::{Config, Secret};
use crate::protocol::{IceServer, UserId};

/// The wall clock, as a reading of it at one moment: what a TURN server compares with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wall {
    at: Instant,
    since_1970: Duration,
}

impl Wall {
    /// At `at` so much time had passed since 1970 (UTC).
    pub fn new(at: Instant, since_1970: Duration) -> Self {
        Self { at, since_1970 }
    }

    /// The Unix time at `moment`, before or after the reading.
    pub fn unix_time(&self, moment: Instant) -> Duration {
        match moment.checked_duration_since(self.at) {
            Some(later) => self.since_1970 + later,
            None => self.since_1970.saturating_sub(self.at - moment),
        }
    }
}

/// The servers of `iceServers`, and what makes credentials for them.
#[derive(Debug)]
pub(super) struct Ice {
    stun: Vec<String>,
    turn: Option<Turn>,
    wall: Option<Wall>,
}

struct Turn {
    urls: Vec<String>,
    /// Keyed with the secret, so that the key is prepared once.
    mac: Hmac<Sha1>,
    ttl: Duration,
}

impl Ice {
    pub(super) fn new(config: &Config) -> Self {
        let turn = config.turn_secret.as_ref().map(|secret| Turn {
            urls: config.turn_url.clone(),
            mac: keyed(secret.expose()),
            ttl: config.turn_ttl,
        });
        Self { stun: config.stun.clone(), turn, wall: None }
    }

    /// Where no TURN server is set the secret means nothing.
    pub(super) fn set_secret(&mut self, secret: &Secret) {
        if let Some(turn) = &mut self.turn {
            turn.mac = keyed(secret.expose());
        }
    }

    pub(super) fn set_wall(&mut self, wall: Wall) {
        self.wall = Some(wall);
    }

    /// How long credentials are good, if there are any.
    pub(super) fn ttl(&self) -> Option<Duration> {
        self.turn.as_ref().map(|turn| turn.ttl)
    }

    /// `iceServers` for `user`, with credentials made now.
    pub(super) fn servers(&self, user: &UserId, now: Instant) -> Vec<IceServer> {
        let now = self.wall.map_or(Duration::ZERO, |wall| wall.unix_time(now));
        let urls = self.stun.clone();
        let stun = IceServer { urls, username: None, credential: None };
        let turn = self.turn.as_ref().map(|turn| turn.server(user, now));
        [Some(stun).filter(|it| !it.urls.is_empty()), turn].into_iter().flatten().collect()
    }
}

impl Turn {
    fn server(&self, user: &UserId, now: Duration) -> IceServer {
        let (username, credential) = sign(&self.mac, user, (now + self.ttl).as_secs());
        let urls = self.urls.clone();
        IceServer { urls, username: Some(username), credential: Some(credential) }
    }
}

impl std::fmt::Debug for Turn {
    /// Without the secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Turn").field("urls", &self.urls).field("ttl", &self.ttl).finish()
    }
}

fn keyed(secret: &str) -> Hmac<Sha1> {
    Hmac::new_from_slice(secret.as_bytes()).expect("HMAC takes a key of any length (RFC 2104)")
}

/// Name and password that are good until the Unix time `expiry`, in seconds.
fn sign(mac: &Hmac<Sha1>, user: &UserId, expiry: u64) -> (String, String) {
    let username = format!("{expiry}:{user}");
    let password = mac.clone().chain_update(&username).finalize().into_bytes();
    (username, BASE64_STANDARD.encode(password))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_the_hmac_sha1_of_its_name_in_base64() {
        // printf 1735693200:11 | openssl dgst -sha1 -hmac north -binary | base64
        let signed = sign(&keyed("north"), &UserId::parse("11").expect("a user"), 1_735_693_200);

        assert_eq!(signed, ("1735693200:11".into(), "wJQt7QyPIG/zgTq/4/9zFxB1bUw=".into()));
    }

    #[test]
    fn the_wall_clock_goes_on_with_the_moments_that_it_is_asked_for() {
        let at = Instant::now();
        let wall = Wall::new(at, Duration::from_secs(1_735_693_200));

        let asked = wall.unix_time(at + Duration::from_millis(1500));

        assert_eq!(asked, Duration::from_millis(1_735_693_201_500));
    }
}
