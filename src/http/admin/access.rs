//! Who may use the admin API: whoever has the token.
//!
//! Promises: without the token nothing of a request is carried out, and its body is not read. Wrong
//! tokens slow an address down. On a loopback address only requests that call it by a loopback
//! name are served, so that no page of the web can reach it through a DNS entry of its own.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HOST, HeaderName};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, ResponseError};
use log::debug;
use tokio::time::timeout;

use super::Admin;
use super::refused::Refused;
use crate::config::Secret;
use crate::http::gate::subscriber;
use crate::http::origin;

/// How long a request may take from its head to its answer, its body included.
const REQUEST: Duration = Duration::from_secs(10);
/// So many wrong tokens an address may try at once …
const GUESSES: u32 = 10;
/// … and one more in each of these.
const GUESS_EVERY: Duration = Duration::from_secs(6);
/// Addresses that are remembered before those at rest are forgotten.
const REMEMBERED: usize = 1000;

/// What a request needs to be let in.
pub(super) struct Access {
    token: Secret,
    on_loopback: bool,
    guesses: Guesses,
}

/// Lets a request in, or refuses it.
pub(super) async fn admit(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    let admin = request.app_data::<Data<Admin>>().ok_or(Refused::NotFound)?;
    if let Err(refused) = admin.access.check(&request) {
        debug!("admin request refused reason={refused:?}");
        return Ok(request.into_response(refused.error_response()));
    }
    match timeout(REQUEST, next.call(request)).await {
        Ok(answered) => Ok(answered?.map_into_boxed_body()),
        Err(_) => Err(Refused::TooSlow.into()),
    }
}

impl Access {
    pub(super) fn new(token: Secret, on_loopback: bool) -> Self {
        Self { token, on_loopback, guesses: Guesses::default() }
    }

    /// Tokens that were wrong since the start.
    pub(super) fn wrong_tokens(&self) -> u64 {
        self.guesses.wrong.load(Relaxed)
    }

    fn check(&self, request: &ServiceRequest) -> Result<(), Refused> {
        let host = text(request, HOST).unwrap_or_default();
        if self.on_loopback && !origin::is_loopback(host) {
            return Err(Refused::ForeignHost(origin::shown(host)));
        }
        // Only a unix socket has no peer address, and there is no such listener.
        let peer = request.peer_addr().map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.ip());
        let (address, now) = (subscriber(peer), Instant::now());
        if let Some(retry_after) = self.guesses.pause(address, now) {
            return Err(Refused::TooManyGuesses { retry_after });
        }
        let bearer = text(request, AUTHORIZATION).and_then(|header| {
            let (scheme, token) = header.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| Secret::new(token.trim()))
        });
        match bearer {
            // In constant time.
            Some(token) if token == self.token => Ok(()),
            Some(_) => {
                self.guesses.was_wrong(address, now);
                Err(Refused::WrongToken)
            }
            None => Err(Refused::NoToken),
        }
    }
}

fn text(request: &ServiceRequest, name: HeaderName) -> Option<&str> {
    request.headers().get(name)?.to_str().ok()
}

/// How many wrong tokens each address has tried: for each the time when all is forgotten.
#[derive(Debug, Default)]
struct Guesses {
    forgotten_at: Mutex<HashMap<IpAddr, Instant>>,
    wrong: AtomicU64,
}

impl Guesses {
    /// How long the address has to wait before its next token is looked at.
    fn pause(&self, address: IpAddr, now: Instant) -> Option<Duration> {
        let addresses = self.forgotten_at.lock().unwrap_or_else(PoisonError::into_inner);
        let owed = addresses.get(&address)?.saturating_duration_since(now);
        owed.checked_sub(GUESS_EVERY * (GUESSES - 1)).filter(|pause| !pause.is_zero())
    }

    fn was_wrong(&self, address: IpAddr, now: Instant) {
        self.wrong.fetch_add(1, Relaxed);
        let mut addresses = self.forgotten_at.lock().unwrap_or_else(PoisonError::into_inner);
        if addresses.len() >= REMEMBERED {
            addresses.retain(|_, at| *at > now);
        }
        let at = addresses.entry(address).or_insert(now);
        *at = now.max(*at) + GUESS_EVERY;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn after_ten_wrong_tokens_an_address_has_one_more_every_six_seconds() {
        let guesses = Guesses::default();
        let (address, other) = (IpAddr::from([10, 0, 0, 1]), IpAddr::from([10, 0, 0, 2]));
        let begin = Instant::now();

        for _ in 0..10 {
            assert_eq!(guesses.pause(address, begin), None);
            guesses.was_wrong(address, begin);
        }

        assert_eq!(guesses.pause(address, begin), Some(GUESS_EVERY));
        assert_eq!(guesses.pause(other, begin), None);
        let later = begin + GUESS_EVERY;
        assert_eq!(guesses.pause(address, later), None);
        guesses.was_wrong(address, later);
        assert_eq!(guesses.pause(address, later), Some(GUESS_EVERY));
        assert_eq!(guesses.pause(address, later + GUESS_EVERY * 10), None);
    }
}
