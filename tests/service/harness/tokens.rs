//! Access tokens, for servers that ask for them.

use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{EncodingKey, Header};
use serde_json::{Value, json};
use switchboard::config::{AuthMode, Config, Secret};

use super::config;

const SECRET: &str = "a secret of at least 32 bytes, for these tests";
/// A token is good for so long after its `exp`, in seconds.
const LEEWAY: i64 = 30;

/// As [`config`], with access tokens.
pub fn asking_for_tokens() -> Config {
    Config { auth: AuthMode::Jwt, jwt_secret: Some(Secret::new(SECRET)), ..config() }
}

/// A token of this user that the server takes for so many seconds, negative: no longer.
pub fn token(user: &str, lasts: i64) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs_f64();
    token_saying(&json!({"sub": user, "exp": now + (lasts - LEEWAY) as f64}))
}

/// A token with these claims.
pub fn token_saying(claims: &Value) -> String {
    let key = EncodingKey::from_secret(SECRET.as_bytes());
    jsonwebtoken::encode(&Header::default(), claims, &key).unwrap()
}
