//! Access tokens: which are taken, which are refused and why, and what they say.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod algorithms;
mod claims;
mod files;
mod minting;
mod rotation;
mod rubbish;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use switchboard::auth::{Authenticator, Identity, authenticator};
use switchboard::config::{AuthMode, Config, Secret};
use switchboard::protocol::{AccessToken, BadToken};

pub const SECRET: &str = "a secret of at least 32 bytes, for these tests";

/// A file among the keys of these tests.
pub fn key_file(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/auth/keys")).join(name)
}

pub fn key_bytes(name: &str) -> Vec<u8> {
    std::fs::read(key_file(name)).unwrap()
}

pub fn config() -> Config {
    Config { auth: AuthMode::Jwt, ..Config::default() }
}

pub fn with_secret() -> Config {
    Config { jwt_secret: Some(Secret::new(SECRET)), ..config() }
}

pub fn with_pem(name: &str) -> Config {
    Config { jwt_key: Some(key_file(name)), ..config() }
}

pub fn with_jwks() -> Config {
    Config { jwt_jwks: Some(key_file("jwks.json")), ..config() }
}

pub fn checks(config: &Config) -> Arc<dyn Authenticator> {
    authenticator(config).unwrap().unwrap()
}

#[track_caller]
pub fn verify(config: &Config, token: &str) -> Result<Identity, BadToken> {
    checks(config).verify(&AccessToken::new(token))
}

pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Claims that are good for a minute.
pub fn claims() -> Value {
    json!({"sub": "11", "exp": now() + 60})
}

/// The same with these besides, or instead.
pub fn claims_with(more: Value) -> Value {
    let mut claims = claims();
    let Value::Object(more) = more else { panic!("claims are an object") };
    for (claim, value) in more {
        claims[claim] = value;
    }
    claims
}

pub fn secret_key() -> EncodingKey {
    EncodingKey::from_secret(SECRET.as_bytes())
}

/// The private key of that name, for this algorithm.
pub fn private_key(name: &str, algorithm: Algorithm) -> EncodingKey {
    let pem = key_bytes(&format!("{name}.pem"));
    match algorithm {
        Algorithm::ES256 => EncodingKey::from_ec_pem(&pem),
        Algorithm::EdDSA => EncodingKey::from_ed_pem(&pem),
        _ => EncodingKey::from_rsa_pem(&pem),
    }
    .unwrap()
}

/// A token whose header says this, whatever it is signed with.
pub fn token(header: &Value, claims: &Value, algorithm: Algorithm, key: &EncodingKey) -> String {
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let message = format!("{}.{}", part(header), part(claims));
    let signature = jsonwebtoken::crypto::sign(message.as_bytes(), key, algorithm).unwrap();
    format!("{message}.{signature}")
}

/// A token that is signed with the secret.
pub fn signed(claims: &Value) -> String {
    token(&json!({"alg": "HS256"}), claims, Algorithm::HS256, &secret_key())
}
