//! Refusals of the public listener before an `App` is asked: of bytes that are no request, and of an
//! address that sends too many requests.

use std::time::{Duration, Instant};

use actix_http::Request;
use actix_web::HttpResponse;
use actix_web::http::ConnectionType;
use actix_web::web::Data;

use super::Context;
use super::client;
use super::headers::Carried;
use super::refusal::HttpRefusal;
use crate::address::is_in;
use crate::connection::{Fault, Reception};

/// The reception of pages and sockets.
pub struct Public(Data<Context>);

impl Public {
    /// With the settings and the gate of `context`.
    pub fn new(context: Data<Context>) -> Self {
        Self(context)
    }
}

impl Reception for Public {
    fn refuses(&self, request: &Request) -> Option<HttpResponse> {
        let Context { config, gate, .. } = &**self.0;
        let client = client::of_head(request.head(), &config.trusted_proxies);
        let wait = gate.request(&client, Instant::now()).err()?;
        let mut answer =
            HttpRefusal::TooManyRequests(wait.max(Duration::from_millis(1))).response();
        // A proxy's connection is that of other clients, too.
        if !request.peer_addr().is_some_and(|peer| is_in(&config.trusted_proxies, peer.ip())) {
            answer.head_mut().set_connection_type(ConnectionType::Close);
        }
        Carried::of(request.head().headers(), Some(config)).add_to(answer.headers_mut());
        Some(answer)
    }

    fn answer_to(&self, fault: Fault) -> HttpResponse {
        let refusal = HttpRefusal::Fault(fault);
        self.0.gate.count_refusal(&refusal);
        let mut answer = refusal.response();
        Carried::unknown().add_to(answer.headers_mut());
        answer
    }
}
