//! The files that a node is deployed with: they name settings and pages that there are.

#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::BTreeSet;
use std::fs;
use std::process::Command;

use switchboard::config::SETTINGS;

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

#[test]
fn whoever_looks_after_a_node_asks_pages_that_there_are_and_waits_for_a_drain() {
    let kubernetes = file("deploy/kubernetes.yaml");
    for line in [
        "path: /healthz",
        "path: /readyz",
        "terminationGracePeriodSeconds: 20",
        "readOnlyRootFilesystem: true",
        "replicas: 1",
    ] {
        assert!(kubernetes.contains(line), "{line}");
    }
    let compose = file("docker-compose.yml");
    for line in ["read_only: true", "mem_limit: ", "max-size: ", "stop_grace_period: 12s"] {
        assert!(compose.contains(line), "{line}");
    }
    assert!(file("deploy/Caddyfile").contains("health_uri /readyz"));
    assert!(file("deploy/switchboard.service").contains("TimeoutStopSec=15"));
}
