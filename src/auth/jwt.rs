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
use serde::de::IgnoredAny;

use super::claims::{Claims, LEEWAY};
use super::keys::Keys;
use super::rotation::KeyFile;
use super::{Authenticator, Fault, Identity};
use crate::config::{Config, Secret};
use crate::protocol::{ACCESS_TOKEN_MAX, AccessToken, BadToken};
use crate::watch::Watch;

/// Checks tokens with the keys that are in force.
pub(super) struct Jwt {
    keys: Arc<ArcSwap<Keys>>,
    /// All but the algorithm, which the key decides.
    validation: Validation,
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
        Ok(Self { keys, validation: validation(config), watch })
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
    crit: Option<IgnoredAny>,
}

impl Head {
    fn read(token: &str) -> Option<Self> {
        let (head, _) = token.split_once('.')?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(head).ok()?).ok()
    }
}

impl Authenticator for Jwt {
    fn verify(&self, token: &AccessToken) -> Result<Identity, BadToken> {
        let token = token.as_str();
        if token.len() > ACCESS_TOKEN_MAX {
            return Err(BadToken::TooLong);
        }
        let head = Head::read(token).ok_or(BadToken::Malformed)?;
        if head.crit.is_some() {
            return Err(BadToken::Critical);
        }
        let algorithm = Algorithm::from_str(&head.alg).map_err(|_| BadToken::Algorithm)?;
        let keys = self.keys.load();
        let key = keys.find(head.kid.as_deref(), algorithm)?;
        let validation = Validation { algorithms: vec![algorithm], ..self.validation.clone() };
        let claims = jsonwebtoken::decode::<Claims>(token, &key.key, &validation)
            .map_err(|error| why(&error))?
            .claims;
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
