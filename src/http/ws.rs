//! `/ws`: who wants to connect as whom, and whether it may.
//!
//! A page that is refused before the upgrade learns nothing of it, so whatever concerns the user
//! is said afterwards, by an `error` message and a close code.

use std::sync::Arc;

use actix_web::http::header::SEC_WEBSOCKET_PROTOCOL;
use actix_web::web::{Data, Query};
use actix_web::{HttpRequest, HttpResponse};
use log::debug;

use super::Context;
use super::client;
use super::credentials;
use super::gate::{Entry, Standing};
use super::origin;
use super::refusal::HttpRefusal;
use crate::address::{Client, subscriber};
use crate::connection::{Admission, Seat, accept};
use crate::domain::{Login, ResumeToken};
use crate::protocol::{AccessToken, BadMessage, Close, DisplayName, Refusal, Unavailable, UserId};

/// The subprotocol that is echoed.
const SUBPROTOCOL: &str = "switchboard.v1";
/// Characters of an unknown parameter that are enough to find it by.
const NAMED: usize = 40;

/// Answers an upgrade request.
pub(super) async fn connect(request: HttpRequest, context: Data<Context>) -> HttpResponse {
    match take_seat(&request, &context) {
        Ok(response) => response,
        Err(refusal) => {
            debug!(reason:? = refusal; "upgrade refused");
            context.gate.count_refusal(&refusal);
            refusal.response()
        }
    }
}

fn take_seat(request: &HttpRequest, context: &Context) -> Result<HttpResponse, HttpRefusal> {
    origin::check(request.headers(), &context.config)?;
    let protocol = subprotocol(request)?;
    let client = client::of(request, &context.config.trusted_proxies);
    // The token first: neither bad ones nor a burst of them may keep a good one from its address out.
    // How many are looked at is bounded by `requests-per-address`.
    let address = Some(subscriber(client.address));
    let login = login(request, &client, context)?.map(|login| Login { address, ..login });
    let standing = match &login {
        Ok(Login { grant: Some(_), .. }) => Standing::Verified,
        Ok(_) | Err(_) => Standing::Claimed,
    };
    let (wish, pass) = match context.gate.enter(client, standing) {
        Entry::Open(pass) => (login, pass),
        // Whoever comes back takes no further place, which only the hub can tell.
        Entry::Crowded(why, pass) => {
            (login.map(|login| Login { crowded: Some(why), ..login }), pass)
        }
        Entry::TooFast(pass) => {
            (Err((Refusal::Unavailable(Unavailable::Address), Close::TryLater)), pass)
        }
        Entry::TurnedAway(_) => return Err(HttpRefusal::TooMany),
    };
    let admission = match wish {
        Ok(login) => Admission::Login(login),
        Err((refusal, close)) => {
            pass.give_seat_back();
            Admission::Refused { message: refusal.message(None).encode(), close }
        }
    };
    Ok(accept(request, Seat { admission, protocol, guard: Arc::new(pass) })?)
}

/// Before a resume token among the subprotocols, which proxies do not log as they do URLs.
const RESUME: &str = "resume.";

/// The subprotocol to echo, where any are offered (RFC 6455, section 4.2.2).
fn subprotocol(request: &HttpRequest) -> Result<Option<&'static str>, HttpRefusal> {
    if offered(request).next().is_none() {
        return Ok(None);
    }
    match offered(request).any(|it| it == SUBPROTOCOL) {
        true => Ok(Some(SUBPROTOCOL)),
        false => Err(HttpRefusal::Subprotocol),
    }
}

/// What follows `prefix` in the subprotocols that begin so.
fn secrets<'a>(request: &'a HttpRequest, prefix: &'a str) -> impl Iterator<Item = &'a str> {
    offered(request).filter_map(move |it| it.strip_prefix(prefix))
}

fn offered(request: &HttpRequest) -> impl Iterator<Item = &str> {
    let lists = request.headers().get_all(SEC_WEBSOCKET_PROTOCOL);
    lists.flat_map(|list| list.to_str().unwrap_or_default().split(',')).map(str::trim)
}

/// What is said to whoever cannot come in, after the upgrade.
type Parting = (Refusal, Close);

/// Who wants to come. In open mode the claimed name is the name, else the token says it. The outer
/// error is for an address that has brought too many bad tokens.
fn login(
    request: &HttpRequest,
    client: &Client,
    context: &Context,
) -> Result<Result<Login, Parting>, HttpRefusal> {
    let resume = secrets(request, RESUME).next().map(ResumeToken::new);
    let wish = match parameters(request.query_string(), resume) {
        Ok(wish) => wish,
        Err(refusal) => {
            context.gate.refused_parameters();
            return Ok(Err((refusal, Close::BadClient)));
        }
    };
    let Some(authenticator) = &context.auth else { return Ok(Ok(wish.login)) };
    let signed = credentials::in_header(request).and_then(|in_header| {
        let offered = secrets(request, credentials::BEARER).map(AccessToken::new);
        let given = in_header.into_iter().chain(offered).chain(wish.token);
        credentials::sign(wish.login, credentials::check(given, &**authenticator)?)
    });
    match signed {
        Ok(login) => Ok(Ok(login)),
        Err(why) => {
            debug!(reason:? = why; "access token refused");
            context.gate.refused(client, &why).map_err(HttpRefusal::SlowDown)?;
            let close = why.close();
            Ok(Err((Refusal::BadToken(why), close)))
        }
    }
}

/// What the query says.
#[derive(Debug)]
struct Wish {
    login: Login,
    token: Option<AccessToken>,
}

fn parameters(query: &str, resume: Option<ResumeToken>) -> Result<Wish, Refusal> {
    let pairs = Query::<Vec<(String, String)>>::from_query(query)
        .map_err(|_| bad("the query of the URL cannot be read: is it percent-encoded UTF-8?"))?;
    let mut token = None;
    let mut login = Login {
        user: None,
        name: None,
        received: None,
        resume,
        crowded: None,
        proven: None,
        grant: None,
        address: None,
    };
    for (key, value) in pairs.into_inner() {
        let (parameter, again) = match key.as_str() {
            "userId" => {
                let user = UserId::parse(&value)
                    .map_err(|why| Refusal::BadUserId { field: "userId", why })?;
                ("userId", login.user.replace(user).is_some())
            }
            "name" => {
                let name = DisplayName::parse(&value)
                    .map_err(|why| Refusal::BadMessage(BadMessage::Id { field: "name", why }))?;
                ("name", login.name.replace(name).is_some())
            }
            "received" => {
                let received = value.parse().map_err(|_| {
                    bad("parameter `received` must be the count of messages received, 0 at first")
                })?;
                ("received", login.received.replace(received).is_some())
            }
            "resume" => ("resume", login.resume.replace(ResumeToken::new(&value)).is_some()),
            // Means nothing where everybody may claim every name.
            "token" => ("token", token.replace(AccessToken::new(&value)).is_some()),
            unknown => {
                let name = unknown.chars().take(NAMED).collect();
                return Err(Refusal::BadMessage(BadMessage::UnknownParameter(name)));
            }
        };
        if again {
            return Err(Refusal::BadMessage(BadMessage::RepeatedParameter(parameter)));
        }
    }
    if login.resume.is_some() && login.received.is_none() {
        return Err(bad("to resume needs `received` in the URL, the count of messages received"));
    }
    Ok(Wish { login, token })
}

/// A door for `fuzz/`: any query comes to a login or to an `error` message.
pub fn fuzz_query(query: &str) {
    if let Err(refusal) = parameters(query, None) {
        refusal.message(None).encode();
    }
}

fn bad(rule: &'static str) -> Refusal {
    Refusal::BadMessage(BadMessage::Together(rule))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_takes_user_and_display_name_from_the_query() {
        let query = "userId=11&name=%E6%9D%8E%E9%9B%B7&received=0";
        let login = parameters(query, None).expect("well formed").login;
        assert_eq!(login.user.expect("a user").as_str(), "11");
        assert_eq!(login.received, Some(0));
        assert_eq!(login.name.expect("a name").as_str(), "李雷");

        // Half a surrogate pair, as three bytes that are no UTF-8.
        let login = parameters("name=a%ED%A0%80", None).expect("well formed").login;
        assert_eq!(login.name.expect("a name").as_str(), "a\u{fffd}\u{fffd}\u{fffd}");
    }

    #[test]
    fn a_bad_parameter_is_named_and_ends_the_attempt() {
        for (query, code) in [
            ("userId=", "bad-user-id"),
            ("userId=a%20b", "bad-user-id"),
            ("userId=a&userId=b", "bad-message"),
            ("name=two%0Alines", "bad-message"),
            ("name=%E2%80%AEana", "bad-message"),
            ("userId=%ED%A0%80", "bad-user-id"),
            ("received=-1", "bad-message"),
            ("resume=x", "bad-message"),
            ("userid=11", "bad-message"),
            ("token=a&token=a", "bad-message"),
        ] {
            let refusal = parameters(query, None).expect_err(query);
            assert_eq!(refusal.code(), code, "{query}");
        }
    }
}
