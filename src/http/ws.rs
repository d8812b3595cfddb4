//! `/ws`: who wants to connect as whom, and whether it may.
//!
//! A page that is refused before the upgrade learns nothing of it, so whatever concerns the user
//! is said afterwards, by an `error` message and a close code.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::http::header::SEC_WEBSOCKET_PROTOCOL;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use log::debug;
use rand::Rng;

use super::Context;
use super::gate::Entry;
use super::origin;
use super::refusal::HttpRefusal;
use crate::connection::{Admission, Seat, accept};
use crate::domain::Login;
use crate::protocol::{BadMessage, Close, DisplayName, Refusal, UserId};

/// The subprotocol that is echoed.
const SUBPROTOCOL: &str = "switchboard.v1";
/// Characters of an unknown parameter that are enough to find it by.
const NAMED: usize = 40;

/// Answers an upgrade request.
pub(super) async fn connect(request: HttpRequest, context: Data<Context>) -> HttpResponse {
    match take_seat(&request, &context) {
        Ok(response) => response,
        Err(refusal) => {
            debug!("upgrade refused reason={refusal:?}");
            refusal.response()
        }
    }
}

fn take_seat(request: &HttpRequest, context: &Context) -> Result<HttpResponse, HttpRefusal> {
    origin::check(request, &context.config)?;
    let protocol = subprotocol(request)?;
    // Only a unix socket has no peer address, and there is no such listener.
    let address = request.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |peer| peer.ip());
    let (admission, pass) = match context.gate.enter(address) {
        Entry::Open(pass) => (login(request.query_string()), pass),
        Entry::Refused(why, pass) => (Err((Refusal::Unavailable(why), Close::TryLater)), pass),
        Entry::TurnedAway => return Err(HttpRefusal::TooMany),
    };
    let admission = match admission {
        Ok(login) => Admission::Login(login),
        Err((refusal, close)) => {
            Admission::Refused { message: refusal.message(None).encode(), close }
        }
    };
    Ok(accept(request, Seat { admission, protocol, guard: Box::new(pass) })?)
}

/// The subprotocol to echo, where any are offered (RFC 6455, section 4.2.2).
fn subprotocol(request: &HttpRequest) -> Result<Option<&'static str>, HttpRefusal> {
    let mut offered = request
        .headers()
        .get_all(SEC_WEBSOCKET_PROTOCOL)
        .flat_map(|list| list.to_str().unwrap_or_default().split(','))
        .map(str::trim)
        .peekable();
    if offered.peek().is_none() {
        return Ok(None);
    }
    if offered.any(|it| it == SUBPROTOCOL) {
        Ok(Some(SUBPROTOCOL))
    } else {
        Err(HttpRefusal::Subprotocol)
    }
}

#[derive(Default)]
struct Parameters {
    user: Option<UserId>,
    name: Option<DisplayName>,
    received: bool,
    resume: bool,
}

/// In open mode the claimed name is the name.
fn login(query: &str) -> Result<Login, (Refusal, Close)> {
    let parameters = parameters(query).map_err(|refusal| (refusal, Close::BadClient))?;
    let user = parameters.user.unwrap_or_else(guest);
    Ok(Login { user, name: parameters.name })
}

fn parameters(query: &str) -> Result<Parameters, Refusal> {
    let pairs = Query::<Vec<(String, String)>>::from_query(query)
        .map_err(|_| bad("the query of the URL cannot be read: is it percent-encoded UTF-8?"))?;
    let mut found = Parameters::default();
    for (key, value) in pairs.into_inner() {
        let (parameter, again) = match key.as_str() {
            "userId" => {
                let user = UserId::parse(&value)
                    .map_err(|why| Refusal::BadUserId { field: "userId", why })?;
                ("userId", found.user.replace(user).is_some())
            }
            "name" => {
                let name = DisplayName::parse(&value)
                    .map_err(|why| Refusal::BadMessage(BadMessage::Id { field: "name", why }))?;
                ("name", found.name.replace(name).is_some())
            }
            "received" => {
                value.parse::<u64>().map_err(|_| {
                    bad("parameter `received` must be the count of messages received, 0 at first")
                })?;
                ("received", std::mem::replace(&mut found.received, true))
            }
            "resume" => ("resume", std::mem::replace(&mut found.resume, true)),
            // Means nothing where everybody may claim every name.
            "token" => ("token", false),
            unknown => {
                let name = unknown.chars().take(NAMED).collect();
                return Err(Refusal::BadMessage(BadMessage::UnknownParameter(name)));
            }
        };
        if again {
            return Err(Refusal::BadMessage(BadMessage::RepeatedParameter(parameter)));
        }
    }
    if found.resume && !found.received {
        return Err(bad("parameter `resume` needs `received`, the count of messages received"));
    }
    Ok(found)
}

fn bad(rule: &'static str) -> Refusal {
    Refusal::BadMessage(BadMessage::Together(rule))
}

/// A name for somebody who brings none: nobody else has it.
fn guest() -> UserId {
    let id = format!("guest-{:016x}", rand::rng().next_u64());
    UserId::parse(&id).expect("letters, digits and a dash are a user id")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_takes_user_and_display_name_from_the_query() {
        let login = login("userId=11&name=%E6%9D%8E%E9%9B%B7&received=0").expect("well formed");
        assert_eq!(login.user.as_str(), "11");
        assert_eq!(login.name.expect("a name").as_str(), "李雷");
    }

    #[test]
    fn somebody_without_a_name_gets_one_that_nobody_has() {
        let (one, two) = (login("").expect("a guest"), login("").expect("a guest"));
        assert_ne!(one.user, two.user);
    }

    #[test]
    fn a_bad_parameter_is_named_and_ends_the_attempt() {
        for (query, code) in [
            ("userId=", "bad-user-id"),
            ("userId=a%20b", "bad-user-id"),
            ("userId=a&userId=b", "bad-message"),
            ("name=two%0Alines", "bad-message"),
            ("received=-1", "bad-message"),
            ("resume=x", "bad-message"),
            ("userid=11", "bad-message"),
        ] {
            let (refusal, close) = login(query).expect_err(query);
            assert_eq!((refusal.code(), close), (code, Close::BadClient), "{query}");
        }
    }
}
