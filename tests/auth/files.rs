//! Files with keys: which are taken, and what is said to one that is not.

use serde_json::{Value, json};
use switchboard::auth::authenticator;
use switchboard::config::Config;
use tempfile::TempDir;

use crate::{checks, config, key_bytes, key_file, with_pem};

fn refused(config: &Config) -> String {
    match authenticator(config) {
        Ok(_) => panic!("it was taken"),
        Err(fault) => fault.to_string(),
    }
}

/// What is said to a key set with this content.
fn refused_set(content: &str) -> String {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("jwks.json");
    std::fs::write(&path, content).unwrap();
    let said = refused(&Config { jwt_jwks: Some(path), ..config() });
    said.split_once("cannot be used: ").unwrap().1.to_owned()
}

fn set() -> Value {
    serde_json::from_slice(&key_bytes("jwks.json")).unwrap()
}

#[test]
fn a_file_without_a_key_that_could_be_used_is_refused_by_a_sentence() {
    let folder = TempDir::new().unwrap();
    let several = folder.path().join("several.pem");
    let both = [key_bytes("rsa.pub.pem"), key_bytes("p256.pub.pem")].concat();
    std::fs::write(&several, both).unwrap();
    for (path, why) in [
        ("/nowhere.pem".into(), "No such file or directory (os error 2)"),
        (key_file("jwks.json"), "it holds no public key as PEM; RSA, P-256 and Ed25519 are taken"),
        (key_file("rsa.pem"), "it holds a private key: the server needs the public one alone"),
        (
            key_file("refused.certificate.pem"),
            "it holds a certificate: take the public key, `openssl x509 -pubkey -noout`",
        ),
        (key_file("refused.rsa1024.pub.pem"), "its RSA key has 1024 bits; 2048 to 4096 are taken"),
        (
            key_file("refused.p384.pub.pem"),
            "it holds no public key as PEM; RSA, P-256 and Ed25519 are taken",
        ),
        (
            key_file("refused.secp256k1.pub.pem"),
            "it holds no public key as PEM; RSA, P-256 and Ed25519 are taken",
        ),
        (
            key_file("refused.ed448.pub.pem"),
            "it holds no public key as PEM; RSA, P-256 and Ed25519 are taken",
        ),
        (
            several,
            "it holds 2 keys: PEM is for one, put several into a JSON Web Key Set (jwt-jwks)",
        ),
    ] {
        let said = refused(&Config { jwt_key: Some(path.clone()), ..config() });
        assert_eq!(said, format!("the file {path:?} that jwt-key names cannot be used: {why}"));
    }
}

#[test]
fn a_key_set_with_a_symmetric_or_a_private_key_is_refused_as_a_whole() {
    let symmetric = json!({"kty": "oct", "kid": "s", "k": "c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"});
    let mut private = set()["keys"][1].clone();
    private["d"] = json!("c2VjcmV0");
    for (key, start) in
        [(symmetric, "it holds a symmetric key"), (private, "it holds a private key")]
    {
        let mut set = set();
        set["keys"].as_array_mut().unwrap().push(key);
        let said = refused_set(&set.to_string());
        assert!(said.starts_with(start), "{said}");
        assert!(!said.contains("c2Vj"), "{said}");
    }
}

#[test]
fn what_is_no_key_set_is_refused() {
    for text in ["", "[]", "{}", "{\"keys\":5}", "-----BEGIN PUBLIC KEY-----"] {
        let said = refused_set(text);
        assert!(said.starts_with("it is no JSON Web Key Set (RFC 7517), at line "), "{said}");
    }
}

#[test]
fn keys_that_are_malformed_or_for_something_else_are_passed_over() {
    let of = |key: Value| json!({"keys": [key]}).to_string();
    let [rsa, p256, ed25519] = [0, 1, 2].map(|it| set()["keys"][it].clone());
    let with = |key: &Value, member: &str, value: Value| {
        let mut key = key.clone();
        key[member] = value;
        of(key)
    };
    for text in [
        json!({"keys": []}).to_string(),
        of(json!(5)),
        of(json!({"kty": "RSA"})),
        with(&rsa, "use", json!("enc")),
        with(&rsa, "alg", json!("RSA-OAEP")),
        with(&rsa, "n", json!("not base64!")),
        with(&ed25519, "x", json!("AAAA")),
        with(&ed25519, "key_ops", json!(["sign"])),
        with(&p256, "alg", json!("HS256")),
        with(&p256, "x", p256["y"].clone()),
        with(&p256, "x", json!("AAAA")),
        with(&p256, "crv", json!("P-384")),
    ] {
        let said = refused_set(&text);
        assert_eq!(said, "no key in it is for RS256, PS256, ES256 or EdDSA signatures", "{text}");
    }
    assert_eq!(
        refused_set(&with(&rsa, "n", json!("AQAB"))),
        "its RSA key has 17 bits; 2048 to 4096 are taken"
    );
}

#[test]
fn without_a_key_nothing_is_checked_and_open_mode_needs_none() {
    let said = refused(&config());
    assert_eq!(said, "auth jwt needs a key: set jwt-secret, jwt-key or jwt-jwks");
    assert!(authenticator(&Config::default()).unwrap().is_none());
    let _ = checks(&with_pem("p256.pub.pem"));
}
