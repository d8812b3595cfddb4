//! The access token of a request: where it stands, and what it says.

use actix_web::HttpRequest;
use actix_web::http::header::AUTHORIZATION;

use crate::auth::{Authenticator, Identity};
use crate::domain::Login;
use crate::protocol::{AccessToken, BadToken, UserId};

/// Before an access token among the subprotocols, which proxies do not log as they do URLs.
pub(super) const BEARER: &str = "bearer.";

/// The token in the header, where there is one (RFC 6750, section 2.1). Other schemes are for
/// whoever stands between: a proxy may have a password of its own.
pub(super) fn in_header(request: &HttpRequest) -> Result<Option<AccessToken>, BadToken> {
    let mut found = None;
    for value in request.headers().get_all(AUTHORIZATION) {
        let text = value.to_str().map_err(|_| BadToken::Malformed)?;
        let (scheme, token) = text.split_once(' ').unwrap_or((text, ""));
        if scheme.eq_ignore_ascii_case("bearer") {
            let token = AccessToken::new(token.trim());
            if found.replace(token.clone()).is_some_and(|other| other != token) {
                return Err(BadToken::Several);
            }
        }
    }
    Ok(found)
}

/// What the one token says that was given, in whatever places.
pub(super) fn check(
    given: impl IntoIterator<Item = AccessToken>,
    authenticator: &dyn Authenticator,
) -> Result<Identity, BadToken> {
    let mut given = given.into_iter();
    let token = given.next().ok_or(BadToken::Missing)?;
    if given.any(|other| other != token) {
        return Err(BadToken::Several);
    }
    authenticator.verify(&token)
}

/// The login of whoever the token says it is: the claimed name must be that one, or none.
pub(super) fn sign(login: Login, identity: Identity) -> Result<Login, BadToken> {
    let is_other = |claimed: &UserId| *claimed != identity.user;
    if login.user.as_ref().is_some_and(is_other) {
        return Err(BadToken::OtherUser);
    }
    // The runtime's clock, which the hub goes by.
    let now = tokio::time::Instant::now().into_std();
    let (verified, name) = identity.from(now);
    Ok(Login { user: Some(verified.user), name, grant: Some(verified.grant), ..login })
}
