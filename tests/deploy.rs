//! The files that a node is deployed with: they name settings and pages that there are.

#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use switchboard::config::{Config, SETTINGS};

const FILES: [&str; 4] =
    ["docker-compose.yml", "Dockerfile", "deploy/kubernetes.yaml", "deploy/switchboard.service"];

fn file(name: &str) -> String {
    fs::read_to_string(format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The words of a text that begin so.
fn words<'a>(text: &'a str, begin: &str) -> BTreeSet<&'a str> {
    let words = text.split(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '_'));
    words.filter(|word| word.starts_with(begin)).collect()
}

#[test]
fn every_variable_that_they_set_is_a_setting() {
    let known: BTreeSet<_> = SETTINGS.iter().map(|setting| setting.variable()).collect();
    let mut seen = 0;
    for name in FILES {
        let text = file(name);
        for variable in words(&text, "SWITCHBOARD_") {
            assert!(known.contains(variable), "{name}: {variable} is no setting");
            seen += 1;
        }
    }
    assert!(seen > 15, "{seen}");
}

#[test]
fn the_unit_is_one_that_systemd_takes() {
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("switchboard.service");
    // The program need not be installed for that.
    let unit =
        file("deploy/switchboard.service").replace("/usr/local/bin/switchboard", "/bin/true");
    fs::write(&path, unit).unwrap();

    let asked = Command::new("systemd-analyze").arg("verify").arg(&path).output();
    let answer = asked.expect("systemd-analyze; tests/run.sh --install-only installs it");

    let said = String::from_utf8_lossy(&answer.stderr).into_owned();
    assert!(answer.status.success() && !said.contains("switchboard.service"), "{said}");
}

/// What stands behind a word, up to the end of its line.
#[track_caller]
fn value<'a>(text: &'a str, before: &str) -> &'a str {
    let found = text.split_once(before).unwrap_or_else(|| panic!("no {before:?}"));
    found.1.lines().next().unwrap().trim().trim_matches('"')
}

#[track_caller]
fn number(text: &str, before: &str) -> u64 {
    let value = value(text, before);
    value.parse().unwrap_or_else(|_| panic!("{before} {value:?}"))
}

/// Bytes of `512m`, `1Gi`, `256MiB`, `2G`.
fn bytes(text: &str) -> u64 {
    let digits = text.trim_end_matches(|sign: char| !sign.is_ascii_digit());
    let unit = match text[digits.len()..].chars().next() {
        Some('m' | 'M') => 20,
        Some('G') => 30,
        other => panic!("{other:?} of {text}"),
    };
    digits.parse::<u64>().unwrap() << unit
}

#[test]
fn whoever_looks_after_a_node_waits_longer_than_a_drain_takes() {
    /// The server's own bound, and what a process needs around it.
    const DRAIN: u64 = 9 + 1;
    let kubernetes = file("deploy/kubernetes.yaml");
    let pause = number(&kubernetes, "seconds: ");
    assert!(number(&kubernetes, "terminationGracePeriodSeconds: ") > pause + DRAIN);
    let compose = file("docker-compose.yml");
    let grace = value(&compose, "stop_grace_period: ").trim_end_matches('s');
    assert!(grace.parse::<u64>().unwrap() > DRAIN);
    assert!(number(&file("deploy/switchboard.service"), "TimeoutStopSec=") > DRAIN);
}

#[test]
fn memory_and_descriptors_are_enough_for_as_many_sockets_as_are_let_in() {
    let defaults = Config::default();
    let is_enough = |what: &str, memory: &str, queue: u64, sockets: u64| {
        // The rule of docs/deployment.md.
        let needs = (queue + 10_000 * sockets) * 3 / 2;
        assert!(bytes(memory) >= needs, "{what}: {memory} for {needs}");
    };
    let has_descriptors = |what: &str, descriptors: u64, sockets: u64| {
        let needs = sockets + defaults.max_pending as u64 + 100;
        assert!(descriptors >= needs, "{what}: {descriptors} for {needs}");
    };
    let compose = file("docker-compose.yml");
    let sockets = number(&compose, "SWITCHBOARD_MAX_SOCKETS: ");
    let queue = bytes(value(&compose, "SWITCHBOARD_QUEUE_TOTAL: "));
    is_enough("compose", value(&compose, "mem_limit: "), queue, sockets);
    has_descriptors("compose", number(&compose, "nofile: "), sockets);

    let kubernetes = file("deploy/kubernetes.yaml");
    let setting = |name: &str| {
        let (_, rest) = kubernetes.split_once(&format!("- name: {name}\n")).unwrap();
        value(rest, "value: ")
    };
    let sockets = setting("SWITCHBOARD_MAX_SOCKETS").parse().unwrap();
    let (_, limits) = kubernetes.split_once("limits:").unwrap();
    let queue = bytes(setting("SWITCHBOARD_QUEUE_TOTAL"));
    is_enough("kubernetes", value(limits, "memory: "), queue, sockets);

    let (unit, sockets) = (file("deploy/switchboard.service"), defaults.max_sockets as u64);
    let queue = defaults.queue_total as u64;
    is_enough("systemd", value(&unit, "MemoryMax="), queue, sockets);
    has_descriptors("systemd", number(&unit, "LimitNOFILE="), sockets);
}

#[test]
fn a_turn_server_without_a_secret_says_so_and_ends() {
    let compose = file("docker-compose.yml");
    let script = compose.lines().find(|line| line.contains("exec turnserver")).unwrap();
    let script = script.trim().trim_start_matches("- ").trim_matches('\'').replace("$$", "$");
    let run = |secret: &str| {
        // In the place of the program stands one that tells its arguments.
        let script = script.replace("exec turnserver", "exec echo");
        let mut command = Command::new("sh");
        command.args(["-c", &script, "turnserver", "--no-cli"]).env("TURN_SECRET", secret);
        command.output().unwrap()
    };
    let refused = run("");
    assert_eq!(refused.status.code(), Some(1));
    let said = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(said, "coturn needs a secret: set TURN_SECRET\n");
    assert_eq!(run("x").stdout, b"--no-cli --static-auth-secret=x\n");
}

#[test]
fn they_ask_pages_that_there_are_and_keep_what_runs_contained() {
    let kubernetes = file("deploy/kubernetes.yaml");
    let known = ["/healthz", "/readyz"];
    let paths: Vec<_> = kubernetes
        .lines()
        .filter_map(|line| line.trim().strip_prefix("path: "))
        .filter(|path| known.contains(path))
        .collect();
    assert_eq!(paths, ["/healthz", "/healthz", "/readyz"]);
    for line in ["readOnlyRootFilesystem: true", "runAsNonRoot: true", "replicas: 1"] {
        assert!(kubernetes.contains(line), "{line}");
    }
    let compose = file("docker-compose.yml");
    for line in ["read_only: true", "max-size: ", "no-new-privileges:true"] {
        assert!(compose.contains(line), "{line}");
    }
    assert!(file("deploy/Caddyfile").contains("health_uri /readyz"));
}
