//! Access tokens: any text; and any header and any claims, signed with the key.
#![no_main]

use std::sync::{Arc, LazyLock};

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD as BASE64;
use hmac::{Hmac, KeyInit, Mac};
use libfuzzer_sys::fuzz_target;
use serde_json::Value;
use sha2::Sha256;
use switchboard::auth::{Authenticator, Identity, authenticator};
use switchboard::config::{AuthMode, Config, Secret};
use switchboard::protocol::{AccessToken, BadToken};

const KEY: &str = "a key that only this program has";

static CHECK: LazyLock<Arc<dyn Authenticator>> = LazyLock::new(|| {
    let jwt_secret = Some(Secret::new(KEY));
    let config = Config { auth: AuthMode::Jwt, jwt_secret, ..Config::default() };
    authenticator(&config).expect("a key").expect("tokens")
});

fuzz_target!(|text: &str| {
    match text.split_once('\n') {
        Some((header, claims)) => signed(header, claims),
        // Nobody signs by chance.
        None => assert!(verify(text).is_err()),
    }
});

/// What is taken says what was signed.
fn signed(header: &str, claims: &str) {
    let body = format!("{}.{}", BASE64.encode(header), BASE64.encode(claims));
    let mut mac = Hmac::<Sha256>::new_from_slice(KEY.as_bytes()).expect("any length will do");
    mac.update(body.as_bytes());
    let token = format!("{body}.{}", BASE64.encode(mac.finalize().into_bytes()));
    if let Ok(identity) = verify(&token) {
        let header: Value = serde_json::from_str(header).expect("JSON");
        let claims: Value = serde_json::from_str(claims).expect("JSON");
        assert_eq!(header["alg"], "HS256");
        assert_eq!(claims["sub"], identity.user.as_str());
        assert!(claims["exp"].is_number());
    }
}

fn verify(token: &str) -> Result<Identity, BadToken> {
    CHECK.verify(&AccessToken::new(token))
}
