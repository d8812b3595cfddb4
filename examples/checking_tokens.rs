//! How long it takes to check an access token, for each kind of key.
//!
//! `cargo run --release --example checking_tokens`

use std::error::Error;
use std::path::Path;
use std::time::Instant;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde_json::json;
use switchboard::auth::authenticator;
use switchboard::config::{AuthMode, Config, Secret};
use switchboard::protocol::AccessToken;

const SECRET: &str = "a secret of at least 32 bytes, for this";
/// Checks in one round; the fastest round counts.
const CHECKS: u32 = 1000;
const ROUNDS: u32 = 5;

fn main() -> Result<(), Box<dyn Error>> {
    let keys = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/auth/keys");
    let pem = |name: &str| std::fs::read(keys.join(name));
    let jwt = || Config { auth: AuthMode::Jwt, ..Config::default() };
    let by_file = |name: &str| Config { jwt_key: Some(keys.join(name)), ..jwt() };
    let rsa = EncodingKey::from_rsa_pem(&pem("rsa.pem")?)?;
    let by_secret = Config { jwt_secret: Some(Secret::new(SECRET)), ..jwt() };
    let secret = EncodingKey::from_secret(SECRET.as_bytes());
    let p256 = EncodingKey::from_ec_pem(&pem("p256.pem")?)?;
    let ed25519 = EncodingKey::from_ed_pem(&pem("ed25519.pem")?)?;

    measure(Algorithm::HS256, &secret, &by_secret)?;
    measure(Algorithm::EdDSA, &ed25519, &by_file("ed25519.pub.pem"))?;
    measure(Algorithm::PS256, &rsa, &by_file("rsa.pub.pem"))?;
    measure(Algorithm::RS256, &rsa, &by_file("rsa.pub.pem"))?;
    measure(Algorithm::ES256, &p256, &by_file("p256.pub.pem"))
}

fn measure(algorithm: Algorithm, key: &EncodingKey, config: &Config) -> Result<(), Box<dyn Error>> {
    let claims = json!({"sub": "11", "name": "Ana", "exp": 9_999_999_999_u64});
    let token = jsonwebtoken::encode(&Header::new(algorithm), &claims, key)?;
    let token = AccessToken::new(&token);
    let authenticator = authenticator(config)?.ok_or("there are tokens in this mode")?;
    let mut fastest = f64::INFINITY;
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        for _ in 0..CHECKS {
            authenticator.verify(&token)?;
        }
        fastest = fastest.min(begin.elapsed().as_secs_f64());
    }
    println!("{algorithm:?}: {:.1} µs", fastest * 1e6 / f64::from(CHECKS));
    Ok(())
}
