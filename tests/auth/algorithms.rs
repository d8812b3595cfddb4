//! The key decides which algorithms there are, and the token has no say in it.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, EncodingKey};
use serde_json::{Value, json};
use switchboard::config::Config;
use switchboard::protocol::{ACCESS_TOKEN_MAX, BadToken, Close};

use crate::{
    SECRET, claims, key_bytes, private_key, secret_key, signed, token, verify, with_jwks, with_pem,
    with_secret,
};

fn header(algorithm: Algorithm) -> Value {
    json!({"alg": algorithm, "typ": "JWT"})
}

/// A good token of a private key.
fn of(name: &str, algorithm: Algorithm) -> String {
    token(&header(algorithm), &claims(), algorithm, &private_key(name, algorithm))
}

#[test]
fn a_secret_takes_the_three_algorithms_of_hmac() {
    for algorithm in [Algorithm::HS256, Algorithm::HS384, Algorithm::HS512] {
        let token = token(&header(algorithm), &claims(), algorithm, &secret_key());
        assert_eq!(verify(&with_secret(), &token).unwrap().user.as_str(), "11", "{algorithm:?}");
    }
}

#[test]
fn a_public_key_takes_the_algorithms_of_its_kind() {
    for (name, file, algorithm) in [
        ("rsa", "rsa.pub.pem", Algorithm::RS256),
        ("rsa", "rsa.pub.pem", Algorithm::PS256),
        ("rsa", "rsa.pkcs1.pub.pem", Algorithm::RS256),
        ("p256", "p256.pub.pem", Algorithm::ES256),
        ("ed25519", "ed25519.pub.pem", Algorithm::EdDSA),
    ] {
        let verified = verify(&with_pem(file), &of(name, algorithm));
        assert_eq!(verified.unwrap().user.as_str(), "11", "{file} {algorithm:?}");
    }
}

#[test]
fn a_key_set_takes_each_key_by_its_name() {
    for (kid, algorithm) in [
        ("rsa", Algorithm::RS256),
        ("rsa", Algorithm::PS256),
        ("p256", Algorithm::ES256),
        ("ed25519", Algorithm::EdDSA),
    ] {
        let header = json!({"alg": algorithm, "kid": kid});
        let token = token(&header, &claims(), algorithm, &private_key(kid, algorithm));
        assert!(verify(&with_jwks(), &token).is_ok(), "{kid} {algorithm:?}");
    }
}

/// Tokens that are none, or are not signed as they should be.
#[test]
fn what_does_not_fit_the_key_is_refused_and_why_is_told() {
    use Algorithm as A;
    use BadToken as B;
    let public = EncodingKey::from_secret(&key_bytes("rsa.pub.pem"));
    let public_der = EncodingKey::from_secret(&der(&key_bytes("rsa.pub.pem")));
    let other = EncodingKey::from_secret(b"another secret of at least 32 bytes");
    let rsa = private_key("rsa", A::RS256);
    let none = |alg: &str| {
        let head = URL_SAFE_NO_PAD.encode(json!({"alg": alg}).to_string());
        format!("{head}.{}.", URL_SAFE_NO_PAD.encode(claims().to_string()))
    };
    let with = |header: Value, algorithm, key: &_| token(&header, &claims(), algorithm, key);
    let good = signed(&claims());
    let kid = |kid: &str| json!({"alg": "RS256", "kid": kid});
    let sign_by = |header: Value| with(header, A::RS256, &rsa);
    let es = private_key("p256", A::ES256);
    let other_es = private_key("p256-other", A::ES256);
    let crit = |crit: Value| with(json!({"alg": "HS256", "crit": crit}), A::HS256, &secret_key());
    let typ = |typ: Value| with(json!({"alg": "HS256", "typ": typ}), A::HS256, &secret_key());

    let cases: Vec<(&str, Config, String, BadToken)> = vec![
        ("another secret", with_secret(), with(header(A::HS256), A::HS256, &other), B::Signature),
        ("another key", with_pem("p256-other.pub.pem"), of("p256", A::ES256), B::Signature),
        (
            "HS384 said to be HS256",
            with_secret(),
            with(header(A::HS256), A::HS384, &secret_key()),
            B::Signature,
        ),
        (
            "RS256 said to be PS256",
            with_pem("rsa.pub.pem"),
            with(header(A::PS256), A::RS256, &rsa),
            B::Signature,
        ),
        // Algorithm confusion: the public key, which everybody knows, as the secret.
        (
            "HMAC by the PEM",
            with_pem("rsa.pub.pem"),
            with(header(A::HS256), A::HS256, &public),
            B::Algorithm,
        ),
        (
            "HMAC by the DER",
            with_pem("rsa.pub.pem"),
            with(header(A::HS256), A::HS256, &public_der),
            B::Algorithm,
        ),
        (
            "HMAC by the PEM said to be RSA",
            with_pem("rsa.pub.pem"),
            with(header(A::RS256), A::HS256, &public),
            B::Signature,
        ),
        (
            "HMAC with a key set",
            with_jwks(),
            with(json!({"alg": "HS256", "kid": "rsa"}), A::HS256, &public),
            B::Algorithm,
        ),
        ("RSA with a secret", with_secret(), of("rsa", A::RS256), B::Algorithm),
        ("RSA with a P-256 key", with_pem("p256.pub.pem"), of("rsa", A::RS256), B::Algorithm),
        ("RS512", with_pem("rsa.pub.pem"), with(header(A::RS512), A::RS512, &rsa), B::Algorithm),
        (
            "an algorithm that the key set forbids its key",
            with_jwks(),
            with(json!({"alg": "ES384", "kid": "p256"}), A::ES256, &es),
            B::Algorithm,
        ),
        ("none", with_secret(), none("none"), B::Algorithm),
        ("NONE", with_secret(), none("NONE"), B::Algorithm),
        ("none with a key", with_pem("rsa.pub.pem"), none("none"), B::Algorithm),
        ("no signature", with_secret(), none("HS256"), B::Signature),
        ("an algorithm from nowhere", with_secret(), none("HS257"), B::Algorithm),
        ("the key of another kid", with_jwks(), sign_by(kid("p256")), B::Algorithm),
        ("a kid that there is none of", with_jwks(), sign_by(kid("rsa-2")), B::UnknownKey),
        ("no kid where there are several", with_jwks(), sign_by(header(A::RS256)), B::UnknownKey),
        (
            "a key for encryption",
            with_jwks(),
            with(json!({"alg": "ES256", "kid": "for-encryption"}), A::ES256, &other_es),
            B::UnknownKey,
        ),
        ("a kid like a path", with_jwks(), sign_by(kid("../../etc/passwd")), B::UnknownKey),
        (
            "what must be understood",
            with_secret(),
            with(json!({"alg": "HS256", "crit": ["b64"], "b64": false}), A::HS256, &secret_key()),
            B::Critical,
        ),
        ("a crit that is null", with_secret(), crit(json!(null)), B::Malformed),
        ("a crit that is empty", with_secret(), crit(json!([])), B::Malformed),
        ("a crit that is no list", with_secret(), crit(json!("b64")), B::Malformed),
        ("a crit of no names", with_secret(), crit(json!([1])), B::Malformed),
        ("a crit of something unknown", with_secret(), crit(json!(["exp"])), B::Critical),
        ("a typ that is no text", with_secret(), typ(json!(null)), B::Malformed),
        (
            "a key of its own",
            with_pem("p256.pub.pem"),
            with(
                json!({"alg": "ES256", "jwk": {"kty": "EC", "crv": "P-256", "x": "UIkuYCUR2Eu2qCIHmELvUPtOA6VL4x4CZIxYq9zzO1s", "y": "yiyp3YdQj380Hmfm6M04PlTJx9JqfhTJHw5kJE1VAs4"}}),
                A::ES256,
                &other_es,
            ),
            B::Signature,
        ),
        ("nothing", with_secret(), String::new(), B::Malformed),
        ("two dots", with_secret(), "..".into(), B::Malformed),
        ("two parts", with_secret(), good.rsplit_once('.').unwrap().0.into(), B::Malformed),
        ("four parts", with_secret(), format!("{good}.x"), B::Malformed),
        ("a cut signature", with_secret(), good[..good.len() - 3].into(), B::Signature),
        ("a cut head", with_secret(), good[1..].into(), B::Malformed),
        ("padding", with_secret(), format!("{good}="), B::Malformed),
        ("a space", with_secret(), format!("{good} "), B::Malformed),
        ("a NUL", with_secret(), format!("{good}\0"), B::Malformed),
        ("no UTF-8 that was mended", with_secret(), format!("\u{fffd}{good}"), B::Malformed),
        (
            "no UTF-8 within",
            with_secret(),
            {
                let claims = URL_SAFE_NO_PAD.encode(b"{\"sub\":\"\xff\",\"exp\":9999999999}");
                let message = format!("{}.{claims}", good.split('.').next().unwrap());
                let signature =
                    jsonwebtoken::crypto::sign(message.as_bytes(), &secret_key(), A::HS256);
                format!("{message}.{}", signature.unwrap())
            },
            B::Malformed,
        ),
        ("a megabyte", with_secret(), "a".repeat(1 << 20), B::TooLong),
        ("one byte too long", with_secret(), "a".repeat(ACCESS_TOKEN_MAX + 1), B::TooLong),
        ("as long as may be", with_secret(), "a".repeat(ACCESS_TOKEN_MAX), B::Malformed),
        (
            "deep",
            with_secret(),
            format!("{}.e30.e30", URL_SAFE_NO_PAD.encode("[".repeat(5000))),
            B::Malformed,
        ),
        ("the secret itself", with_secret(), SECRET.into(), B::Malformed),
    ];
    for (name, config, token, why) in cases {
        assert_eq!(verify(&config, &token), Err(why.clone()), "{name}");
        assert_eq!(why.close(), Close::TokenRefused, "{name}");
        assert!(why.is_an_attempt(), "{name}");
    }
}

#[test]
fn every_byte_of_a_token_is_signed() {
    let good = signed(&claims());
    for at in 0..good.len() {
        let mut bytes = good.clone().into_bytes();
        // The last character holds two bits that mean nothing; they must be zero then.
        bytes[at] = if bytes[at] == b'A' { b'B' } else { b'A' };
        let forged = String::from_utf8(bytes).unwrap();
        assert!(verify(&with_secret(), &forged).is_err(), "byte {at}: {forged}");
    }
}

#[test]
fn no_sentence_quotes_the_token() {
    let secretive = json!({"sub": "s3cret s3cret", "exp": 9_999_999_999_u64});
    for claims in [secretive, json!({"sub": "11", "exp": 1, "s3cret": 1}), json!({"aud": "s3cret"})]
    {
        let why = verify(&with_secret(), &signed(&claims)).unwrap_err();
        assert!(!format!("{why} {why:?}").contains("s3cret"), "{why} {why:?}");
    }
}

fn der(pem: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(pem.to_vec()).unwrap();
    let base64: String = text.lines().filter(|line| !line.starts_with('-')).collect();
    base64::engine::general_purpose::STANDARD.decode(base64).unwrap()
}
