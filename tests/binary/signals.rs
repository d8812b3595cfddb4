//! What signals do, besides the stop.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::Value;
use sha1::Sha1;
use tempfile::TempDir;
use tokio_tungstenite::tungstenite::connect;

use super::{PATIENCE, Running, connects, switchboard};

const OLD: &str = "the old secret, which has at least 32 bytes";
const NEW: &str = "the new secret, which has at least 32 bytes";

#[test]
fn signals_that_mean_nothing_change_nothing() {
    let mut running = Running::start();

    for signal in [
        "USR1", "USR2", "ALRM", "VTALRM", "PROF", "IO", "STKFLT", "XFSZ", "PIPE", "CHLD", "URG",
        "WINCH", "CONT", "34", "41", "64",
    ] {
        running.is_sent(signal);
    }
    running.is_sent("HUP");
    running.logs("read again");

    running.connects("ana");
    running.is_told_to_stop();
    assert_eq!(running.ends().0, Some(0));
}

#[test]
fn a_log_in_a_file_that_may_not_grow_any_more_does_not_end_the_node() {
    let folder = TempDir::new().unwrap();
    let log = folder.path().join("log");
    let program = switchboard(&["--listen", "127.0.0.1:0", "--log", "trace"]);
    let mut command = Command::new("sh");
    // 4 KiB or 8, as shells count in two ways.
    command.args(["-c", r#"ulimit -f 8; log="$1"; shift; exec "$@" 2>"$log""#, "sh"]).arg(&log);
    command.arg(program.get_program()).args(program.get_args());
    let mut process = Ended(command.spawn().unwrap());
    let begin = Instant::now();
    let address = loop {
        let said = fs::read_to_string(&log).unwrap_or_default();
        if let Some((_, rest)) = said.split_once("listening url=http://")
            && let Some((address, _)) = rest.split_once("/\n")
        {
            break address.to_owned();
        }
        assert!(begin.elapsed() < PATIENCE, "{said}");
        thread::sleep(Duration::from_millis(5));
    };

    // The write that meets the limit fills the file up to it.
    while !fs::metadata(&log).unwrap().len().is_multiple_of(4096) {
        drop(connects(&address, "ana"));
        assert!(begin.elapsed() < PATIENCE, "the log does not grow");
    }
    for _ in 0..20 {
        drop(connects(&address, "bo"));
    }

    assert!(fs::metadata(&log).unwrap().len().is_multiple_of(4096));
    assert!(process.0.try_wait().unwrap().is_none(), "it has ended");
}

/// A process that does not outlive its test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Files that settings name.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(TempDir::new().unwrap())
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: &str) {
        fs::write(self.path(name), content).unwrap();
    }

    /// A value for a setting of a secret.
    fn secret(&self, name: &str, content: &str) -> String {
        self.write(name, content);
        format!("file:{}", self.path(name).display())
    }

    fn certificate(&self) {
        let name = ["calls.example".to_owned()];
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(name).unwrap();
        self.write("cert", &cert.pem());
        self.write("key", &signing_key.serialize_pem());
    }
}

/// The first message to a client that brings a token signed with `secret`.
fn answer(running: &Running, secret: &str) -> Value {
    let mut command = switchboard(&["token", "--user", "ana"]);
    let output = command.env("SWITCHBOARD_JWT_SECRET", secret).output().unwrap();
    let token = String::from_utf8(output.stdout).unwrap();
    let url = format!("ws://{}/ws?token={}", running.address, token.trim());
    let (mut socket, _) = connect(url).unwrap();
    serde_json::from_str(socket.read().unwrap().to_text().unwrap()).unwrap()
}

#[test]
fn a_sighup_puts_new_secrets_in_force_and_names_the_settings_that_need_a_restart() {
    let files = Files::new();
    files.write("toml", "rate = 50\n");
    let (jwt, turn) = (files.secret("jwt", OLD), files.secret("turn", OLD));
    let toml = files.path("toml");
    let variables = [
        ("SWITCHBOARD_AUTH", "jwt"),
        ("SWITCHBOARD_JWT_SECRET", &jwt),
        ("SWITCHBOARD_TURN_SECRET", &turn),
        ("SWITCHBOARD_TURN_URL", "turn:turn.example"),
        ("SWITCHBOARD_CONFIG", toml.to_str().unwrap()),
    ];
    let mut running = Running::start_with(&[], &variables);
    assert_eq!(answer(&running, OLD)["type"], "registered");
    assert_eq!(answer(&running, NEW)["code"], "bad-token");

    files.write("jwt", NEW);
    files.write("turn", NEW);
    files.write("toml", "rate = 60\n");
    running.is_sent("HUP");
    let named = running.logs("need a restart");

    assert!(named.contains("settings=rate"), "{named}");
    assert_eq!(answer(&running, OLD)["code"], "bad-token");
    let registered = answer(&running, NEW);
    let server = &registered["iceServers"][0];
    let signed = Hmac::<Sha1>::new_from_slice(NEW.as_bytes()).unwrap();
    let signed = signed.chain_update(server["username"].as_str().unwrap()).finalize();
    assert_eq!(server["credential"], BASE64_STANDARD.encode(signed.into_bytes()));
}

#[test]
fn a_secret_that_cannot_be_used_changes_nothing_and_is_told_once() {
    let files = Files::new();
    let jwt = files.secret("jwt", OLD);
    let variables = [("SWITCHBOARD_AUTH", "jwt"), ("SWITCHBOARD_JWT_SECRET", jwt.as_str())];
    let mut running = Running::start_with(&[], &variables);

    for (content, sentence) in [("short", "at least 32 bytes"), ("", "it is empty")] {
        files.write("jwt", content);
        running.is_sent("HUP");
        let told = running.logs("the settings and secrets stay as they were");
        assert!(told.contains("WARN") && told.contains("jwt-secret"), "{told}");
        assert!(told.contains(sentence) && !told.contains("short"), "{told}");
        assert_eq!(answer(&running, OLD)["type"], "registered");
    }
    running.is_told_to_stop();
    running.logs("stopped");
    let warnings = running.log.iter().filter(|it| it.contains("WARN")).count();
    assert_eq!(warnings, 2, "{:#?}", running.log);
}

#[test]
fn a_sighup_puts_a_new_admin_token_in_force() {
    let files = Files::new();
    let token = files.secret("admin", OLD);
    let mut running = Running::start_with(
        &["--admin-listen", "127.0.0.1:0"],
        &[("SWITCHBOARD_ADMIN_TOKEN", &token)],
    );
    let listening = running.log.iter().find_map(|it| it.split_once("API listening address="));
    let admin = listening.unwrap().1.trim().to_owned();
    let status = |token: &str| {
        let url = format!("http://{admin}/metrics");
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let asked = agent.get(url).header("authorization", format!("Bearer {token}"));
        asked.call().unwrap().status().as_u16()
    };
    assert_eq!((status(OLD), status(NEW)), (200, 401));

    files.write("admin", NEW);
    running.is_sent("HUP");
    running.logs("new admin-token");

    assert_eq!((status(OLD), status(NEW)), (401, 200));
}

/// Less than the 2 s after which the files are looked at in any case.
const AT_ONCE: Duration = Duration::from_millis(1500);

#[test]
fn a_sighup_takes_a_new_certificate_at_once_and_tells_of_a_bad_one() {
    let files = Files::new();
    files.certificate();
    let [cert, key] = ["cert", "key"].map(|it| files.path(it).display().to_string());
    let settings = ["--tls-cert", &cert, "--tls-key", &key];
    let mut running = Running::start_with(&settings, &[]);
    // The next look is 2 s after the one that has found these.
    files.certificate();
    running.logs("new certificate in use");
    let looked = Instant::now();

    files.certificate();
    running.is_sent("HUP");
    running.logs("new certificate in use");
    files.write("key", "no key");
    running.is_sent("HUP");
    let told = running.logs("the certificate before it stays in use");

    assert!(looked.elapsed() < AT_ONCE, "{:?}", looked.elapsed());
    assert!(told.contains("no unencrypted private key"), "{told}");
}
