//! Making tokens, for trying out.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;

use crate::config::Secret;
use crate::protocol::{DisplayName, UserId};

/// What a token is to say.
#[derive(Clone, Debug)]
pub struct Issue {
    /// Its subject.
    pub user: UserId,
    /// The name for people to read.
    pub name: Option<DisplayName>,
    /// How long it is good.
    pub ttl: Duration,
    /// For which audience, if the server asks for one.
    pub audience: Option<String>,
    /// As which issuer, if the server asks for one.
    pub issuer: Option<String>,
    /// Of which type (`typ`), if the server asks for one.
    pub typ: Option<String>,
}

#[derive(Serialize)]
struct Claims<'a> {
    sub: &'a str,
    iat: u64,
    exp: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aud: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iss: Option<&'a str>,
}

/// A token that is good from `now` on, signed with the secret (HS256).
pub fn issue(secret: &Secret, wish: &Issue, now: SystemTime) -> String {
    let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
    let claims = Claims {
        sub: wish.user.as_str(),
        iat: now.as_secs(),
        exp: (now + wish.ttl).as_secs(),
        name: wish.name.as_ref().map(DisplayName::as_str),
        aud: wish.audience.as_deref(),
        iss: wish.issuer.as_deref(),
    };
    let key = EncodingKey::from_secret(secret.expose().as_bytes());
    let mut header = Header::new(Algorithm::HS256);
    if wish.typ.is_some() {
        header.typ.clone_from(&wish.typ);
    }
    jsonwebtoken::encode(&header, &claims, &key)
        .expect("HMAC takes a key of any length, and texts and numbers make JSON")
}
