//! Who may use the admin API: whoever has the token.
//!
//! Promises: without the token nothing of a request is carried out, and its body is not read. Wrong
//! tokens are answered by 429 after ten a minute of an address. On a loopback address only requests that call it by a loopback
//! name are served, so that no page of the web can reach it through a DNS entry of its own.

use std::net::Ipv4Addr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use actix_http::RequestHead;
use actix_web::Error;
use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HOST, HeaderName};
use actix_web::middleware::Next;
use arc_swap::ArcSwap;
use tokio::time::timeout;

use super::refused::Refused;
use crate::address::subscriber;
use crate::config::Secret;
use crate::connection::AddressRate;
use crate::http::origin;

/// How long a request may take from its head to its answer, its body included.
const REQUEST: Duration = Duration::from_secs(10);
/// So many wrong tokens an address may try a minute.
const GUESSES: u32 = 10;

/// What a request needs to be let in.
pub(super) struct Access {
    /// In force; another one may take its place.
    token: Arc<ArcSwap<Secret>>,
    on_loopback: bool,
    failures: AddressRate,
    wrong: AtomicU64,
}

/// Gives a request that is let in its time.
pub(super) async fn in_time(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse, Error> {
    match timeout(REQUEST, next.call(request)).await {
        Ok(answered) => Ok(answered?.map_into_boxed_body()),
        Err(_) => Err(Refused::TooSlow.into()),
    }
}

impl Access {
    pub(super) fn new(token: Arc<ArcSwap<Secret>>, on_loopback: bool) -> Self {
        let failures = AddressRate::per(GUESSES, Duration::from_secs(60), GUESSES);
        Self { token, on_loopback, failures, wrong: AtomicU64::new(0) }
    }

    /// Tokens that were wrong since the start.
    pub(super) fn wrong_tokens(&self) -> u64 {
        self.wrong.load(Relaxed)
    }

    /// Lets a request in, or says why not. A good token is good however many bad ones have come
    /// from its address, which the operator may share with an attacker.
    pub(super) fn check(&self, head: &RequestHead) -> Result<(), Refused> {
        let host = text(head, HOST).unwrap_or_default();
        if self.on_loopback && !origin::is_loopback(host) {
            return Err(Refused::ForeignHost(origin::shown(host)));
        }
        let bearer = text(head, AUTHORIZATION).and_then(|header| {
            let (scheme, token) = header.split_once(' ')?;
            scheme.eq_ignore_ascii_case("bearer").then(|| Secret::new(token.trim()))
        });
        match bearer {
            // In constant time.
            Some(token) if token == **self.token.load() => Ok(()),
            Some(_) => Err(self.wrong_token(head)),
            None => Err(Refused::NoToken),
        }
    }

    fn wrong_token(&self, head: &RequestHead) -> Refused {
        self.wrong.fetch_add(1, Relaxed);
        // Only a unix socket has no peer address, and there is no such listener.
        let peer = head.peer_addr.map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.ip());
        let (address, now) = (subscriber(peer), Instant::now());
        if let Err(retry_after) = self.failures.check(address, now) {
            return Refused::TooManyGuesses { retry_after };
        }
        self.failures.note(address, now);
        Refused::WrongToken
    }
}

fn text(head: &RequestHead, name: HeaderName) -> Option<&str> {
    head.headers().get(name)?.to_str().ok()
}
