//! Keys that change while the server runs.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::thread::sleep;
use std::time::{Duration, Instant};

use jsonwebtoken::Algorithm;
use log::kv::Key;
use serde_json::{Value, json};
use switchboard::auth::Authenticator;
use switchboard::config::Config;
use switchboard::protocol::{AccessToken, BadToken};
use tempfile::TempDir;

use crate::{checks, claims, config, key_bytes, private_key, token};

/// A change is seen within a second; the rest is for a busy machine.
const PATIENCE: Duration = Duration::from_secs(20);

fn signed_by(name: &str) -> AccessToken {
    let key = private_key(name, Algorithm::ES256);
    AccessToken::new(&token(&json!({"alg": "ES256"}), &claims(), Algorithm::ES256, &key))
}

/// Waits until the token gets this answer.
#[track_caller]
fn comes_to(server: &Arc<dyn Authenticator>, token: &AccessToken, answer: Option<&BadToken>) {
    let until = Instant::now() + PATIENCE;
    while server.verify(token).err().as_ref() != answer {
        assert!(Instant::now() < until, "still {:?}", server.verify(token));
        sleep(Duration::from_millis(20));
    }
}

/// What the operator is warned of.
struct Alarms;

/// The files that were warned of.
static WARNINGS: Mutex<Vec<String>> = Mutex::new(Vec::new());

impl log::Log for Alarms {
    fn enabled(&self, _: &log::Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &log::Record<'_>) {
        if record.level() == log::Level::Warn {
            let path = record.key_values().get(Key::from_str("path"));
            WARNINGS.lock().unwrap().extend(path.map(|path| path.to_string()));
        }
    }

    fn flush(&self) {}
}

impl Alarms {
    fn begin() -> Self {
        log::set_logger(&Self).unwrap();
        log::set_max_level(log::LevelFilter::Warn);
        Self
    }

    /// Warnings that name the file.
    fn of(&self, path: &Path) -> usize {
        let path = format!("{path:?}");
        WARNINGS.lock().unwrap().iter().filter(|it| **it == path).count()
    }

    /// Waits until there are so many.
    #[track_caller]
    fn comes_to(&self, path: &Path, count: usize) {
        let until = Instant::now() + PATIENCE;
        while self.of(path) < count {
            assert!(Instant::now() < until, "{:?}", WARNINGS.lock().unwrap());
            sleep(Duration::from_millis(20));
        }
    }
}

/// As careful deployments do: the new file takes the place of the old one at once.
fn replace(path: &Path, content: &[u8]) {
    let new = path.with_extension("new");
    fs::write(&new, content).unwrap();
    fs::rename(new, path).unwrap();
}

#[test]
fn a_key_that_takes_the_place_of_another_is_in_force_without_a_restart() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("key.pem");
    fs::write(&path, key_bytes("p256.pub.pem")).unwrap();
    let server = checks(&Config { jwt_key: Some(path.clone()), ..config() });
    let (old, new) = (signed_by("p256"), signed_by("p256-other"));
    assert!(server.verify(&old).is_ok());
    assert_eq!(server.verify(&new), Err(BadToken::Signature));

    replace(&path, &key_bytes("p256-other.pub.pem"));

    comes_to(&server, &new, None);
    assert_eq!(server.verify(&old), Err(BadToken::Signature));
}

#[test]
fn a_file_that_has_become_useless_leaves_the_keys_as_they_were_until_it_is_mended() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("key.pem");
    fs::write(&path, key_bytes("p256.pub.pem")).unwrap();
    let log = Alarms::begin();
    let server = checks(&Config { jwt_key: Some(path.clone()), ..config() });
    let (old, new) = (signed_by("p256"), signed_by("p256-other"));

    for (n, broken) in [&b"rubbish"[..], &key_bytes("rsa.pem"), b""].into_iter().enumerate() {
        replace(&path, broken);
        log.comes_to(&path, n + 1);
        assert!(server.verify(&old).is_ok());
    }
    fs::remove_file(&path).unwrap();
    log.comes_to(&path, 4);
    assert!(server.verify(&old).is_ok());
    // Opening it would wait for a writer, for ever.
    assert!(Command::new("mkfifo").arg(&path).status().unwrap().success());
    log.comes_to(&path, 5);
    assert!(server.verify(&old).is_ok());

    replace(&path, &key_bytes("p256-other.pub.pem"));
    comes_to(&server, &new, None);
    assert_eq!(server.verify(&old), Err(BadToken::Signature));
    assert_eq!(log.of(&path), 5, "each state of the file is told of once");
}

#[test]
fn a_key_is_added_to_a_set_used_and_taken_out_again() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("jwks.json");
    let all: Value = serde_json::from_slice(&key_bytes("jwks.json")).unwrap();
    let of = |keys: &[usize]| json!({"keys": keys.iter().map(|it| all["keys"][*it].clone()).collect::<Vec<_>>()});
    fs::write(&path, of(&[0]).to_string()).unwrap();
    let server = checks(&Config { jwt_jwks: Some(path.clone()), ..config() });
    let by = |kid: &str, algorithm| {
        let header = json!({"alg": algorithm, "kid": kid});
        let key = private_key(kid, algorithm);
        AccessToken::new(&token(&header, &claims(), algorithm, &key))
    };
    let (old, new) = (by("rsa", Algorithm::RS256), by("p256", Algorithm::ES256));
    assert_eq!(server.verify(&new), Err(BadToken::UnknownKey));

    replace(&path, of(&[0, 1]).to_string().as_bytes());
    comes_to(&server, &new, None);
    assert!(server.verify(&old).is_ok());

    replace(&path, of(&[1]).to_string().as_bytes());
    comes_to(&server, &old, Some(&BadToken::UnknownKey));
    assert!(server.verify(&new).is_ok());
}

#[test]
fn what_comes_over_the_wire_makes_nobody_read_the_file() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("jwks.json");
    fs::write(&path, key_bytes("jwks.json")).unwrap();
    let server = checks(&Config { jwt_jwks: Some(path), ..config() });
    let key = private_key("rsa", Algorithm::RS256);
    let unknown = json!({"alg": "RS256", "kid": "unknown"});
    let token = AccessToken::new(&token(&unknown, &claims(), Algorithm::RS256, &key));

    let begin = Instant::now();
    for _ in 0..10_000 {
        assert_eq!(server.verify(&token), Err(BadToken::UnknownKey));
    }

    // A read each would take a multiple of this.
    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
}
