//! JSON Web Tokens (RFC 7519), as RFC 8725 wants them checked.

use std::str::FromStr;
use std::sync::Arc;
use std::time::SystemTime;

use arc_swap::ArcSwap;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::errors::{Error, ErrorKind};
use jsonwebtoken::{Algorithm, Validation};
use serde::Deserialize;

use super::claims::{Claims, LEEWAY, even_null};
use super::keys::Keys;
use super::rotation::KeyFile;
use super::{Authenticator, Fault, Identity};
use crate::config::{Config, Secret};
use crate::protocol::{ACCESS_TOKEN_MAX, AccessToken, BadToken, with_whole_characters};
use crate::watch::Watch;

/// Checks tokens with the keys that are in force.
pub(super) struct Jwt {
    keys: Arc<ArcSwap<Keys>>,
    /// All but the algorithm, which the key decides.
    validation: Validation,
    /// The `typ` that a token must have; an empty list allows any.
    types: Vec<String>,
    /// Follows the file of the keys, where they are in one.
    watch: Option<Watch>,
}

impl Jwt {
    pub(super) fn new(config: &Config) -> Result<Self, Fault> {
        let (keys, watch) = match (&config.jwt_secret, KeyFile::of(config)) {
            (_, Some(file)) => file.read_and_watch().map(|(keys, watch)| (keys, Some(watch)))?,
            (Some(secret), None) => (in_force(Keys::of_secret(secret.expose())), None),
            (None, None) => return Err(Fault::NoKey),
        };
        Ok(Self { keys, validation: validation(config), types: config.jwt_type.clone(), watch })
    }
}

pub(super) fn in_force(keys: Keys) -> Arc<ArcSwap<Keys>> {
    Arc::new(ArcSwap::from_pointee(keys))
}

fn validation(config: &Config) -> Validation {
    let mut validation = Validation::new(Algorithm::HS256);
    let mut required = vec!["exp", "sub"];
    validation.leeway = LEEWAY.as_secs();
    validation.validate_nbf = true;
    // Without an audience of our own a token that has one is for somebody else (RFC 7519, section
    // 4.1.3).
    if !config.jwt_audience.is_empty() {
        validation.set_audience(&config.jwt_audience);
        required.push("aud");
    }
    if !config.jwt_issuer.is_empty() {
        validation.set_issuer(&config.jwt_issuer);
        required.push("iss");
    }
    validation.set_required_spec_claims(&required);
    validation
}

/// What must be known of a token before its signature can be checked.
#[derive(Deserialize)]
struct Head {
    alg: String,
    kid: Option<String>,
    #[serde(default, deserialize_with = "even_null")]
    typ: Option<String>,
    /// The extensions that the checker must understand. It is a list, and not an empty one (RFC 7515, section
    /// 4.1.11).
    #[serde(default, deserialize_with = "even_null")]
    crit: Option<Vec<String>>,
}

impl Head {
    fn read(token: &str) -> Option<Self> {
        let (head, _) = token.split_once('.')?;
        serde_json::from_str(&with_whole_characters(&decoded(head)?)).ok()
    }

    /// Whether a checker that understands no extension may go on.
    fn check_crit(&self) -> Result<(), BadToken> {
        match self.crit.as_deref() {
            None => Ok(()),
            Some([]) => Err(BadToken::Malformed),
            Some(_) => Err(BadToken::Critical),
        }
    }

    /// Whether the token is of one of these types, or no `wanted` is named and it is not said to be
    /// something else than an access token (RFC 8725, section 3.11; RFC 9068, section 2.1).
    fn check_type(&self, wanted: &[String]) -> Result<(), BadToken> {
        let typ = self.typ.as_deref().map(media_type);
        let is_right = match &typ {
            Some(typ) if wanted.is_empty() => !typ.ends_with("+jwt") || typ == "at+jwt",
            None => wanted.is_empty(),
            Some(typ) => wanted.iter().any(|it| media_type(it) == *typ),
        };
        if is_right { Ok(()) } else { Err(BadToken::Type) }
    }
}

/// `application/` goes without saying, and case means nothing (RFC 7515, section 4.1.9).
fn media_type(typ: &str) -> String {
    let typ = typ.to_ascii_lowercase();
    typ.strip_prefix("application/").map(str::to_owned).unwrap_or(typ)
}

/// The text of a part of a token.
fn decoded(part: &str) -> Option<String> {
    String::from_utf8(URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// As [`Claims::unreadable_id`], where the library cannot read the claims of a token.
fn unreadable_id(token: &str) -> Option<BadToken> {
    let claims = token.split('.').nth(1).and_then(decoded)?;
    serde_json::from_str::<Claims>(&claims).ok()?.unreadable_id()
}

impl Authenticator for Jwt {
    fn verify(&self, token: &AccessToken) -> Result<Identity, BadToken> {
        let token = token.as_str();
        if token.len() > ACCESS_TOKEN_MAX {
            return Err(BadToken::TooLong);
        }
        let head = Head::read(token).ok_or(BadToken::Malformed)?;
        head.check_crit()?;
        head.check_type(&self.types)?;
        let algorithm = Algorithm::from_str(&head.alg).map_err(|_| BadToken::Algorithm)?;
        let keys = self.keys.load();
        let key = keys.find(head.kid.as_deref(), algorithm)?;
        let validation = Validation { algorithms: vec![algorithm], ..self.validation.clone() };
        let claims = jsonwebtoken::decode::<Claims>(token, &key.key, &validation)
            .map_err(|error| match error.kind() {
                // The signature fits, as that is checked before the claims.
                ErrorKind::Json(_)
                | ErrorKind::MissingRequiredClaim(_)
                | ErrorKind::InvalidClaimFormat(_) => {
                    unreadable_id(token).unwrap_or_else(|| why(&error))
                }
                _ => why(&error),
            })?
            .claims;
        if let Some(why) = claims.unreadable_id() {
            return Err(why);
        }
        if self.validation.aud.is_none() && claims.aud.is_some() {
            return Err(BadToken::Audience);
        }
        claims.identity(SystemTime::now())
    }

    fn renew(&self, secret: Option<&Secret>) {
        match (&self.watch, secret) {
            (Some(watch), _) => watch.look_now(),
            (None, Some(secret)) => self.keys.store(Arc::new(Keys::of_secret(secret.expose()))),
            (None, None) => {}
        }
    }
}

fn why(error: &Error) -> BadToken {
    match error.kind() {
        ErrorKind::ExpiredSignature => BadToken::Expired,
        ErrorKind::ImmatureSignature => BadToken::NotYet,
        ErrorKind::InvalidAudience => BadToken::Audience,
        ErrorKind::InvalidIssuer => BadToken::Issuer,
        ErrorKind::InvalidAlgorithm => BadToken::Algorithm,
        ErrorKind::MissingRequiredClaim(claim) | ErrorKind::InvalidClaimFormat(claim) => {
            let claims = ["exp", "sub", "aud", "iss", "nbf"];
            BadToken::NoClaim(claims.into_iter().find(|it| it == claim).unwrap_or("exp"))
        }
        ErrorKind::InvalidToken
        | ErrorKind::Base64(_)
        | ErrorKind::Json(_)
        | ErrorKind::Utf8(_) => BadToken::Malformed,
        _ => BadToken::Signature,
    }
}
