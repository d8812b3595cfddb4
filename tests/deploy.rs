//! The files that a node is deployed with: they name settings and pages that there are.

#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::Command;

use switchboard::config::{Config, Given, SETTINGS, load};
use switchboard::memory_bound::MemoryBound;

const FILES: [&str; 5] = [
    "docker-compose.yml",
    "Dockerfile",
    "deploy/kubernetes.yaml",
    "deploy/ingress.yaml",
    "deploy/switchboard.service",
];

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
        Some('g' | 'G') => 30,
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

/// A value of `docker-compose.yml` as compose fills in its variables: `${NAME-default}`, or with `:-`
/// where an empty variable is none. They may be nested.
fn interpolated(text: &str, variables: &BTreeMap<String, String>) -> String {
    let Some((before, rest)) = text.split_once("${") else { return text.into() };
    let mut depth = 1;
    let end = rest.find(|sign| {
        depth += match sign {
            '{' => 1,
            '}' => -1,
            _ => 0,
        };
        depth == 0
    });
    let (variable, behind) = rest.split_at(end.expect("a bracket that is closed"));
    let (name, default) = variable.split_once('-').unwrap_or((variable, ""));
    let not_empty = name.ends_with(':');
    let given = variables.get(name.trim_end_matches(':'));
    let given = given.filter(|value| !(not_empty && value.is_empty()));
    let value = given.cloned().unwrap_or_else(|| interpolated(default, variables));
    format!("{before}{value}{}", interpolated(&behind[1..], variables))
}

/// The variables that the server of `docker-compose.yml` gets where these stand in `.env`.
fn environment_in_compose(env_file: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let compose = file("docker-compose.yml");
    let (_, server) = compose.split_once("\n  switchboard:\n").unwrap();
    let (server, _) = server.split_once("\n  caddy:\n").unwrap();
    assert!(server.contains("    env_file:\n      - path: .env\n        required: false\n"));
    let (_, named) = server.split_once("\n    environment:\n").unwrap();
    let named = named.lines().take_while(|line| line.starts_with("      ")).map(str::trim);
    let named = named.filter(|line| !line.starts_with('#')).map(|line| {
        let (name, value) = line.split_once(": ").unwrap_or_else(|| panic!("{line}"));
        (name.to_owned(), interpolated(value, env_file))
    });
    // The file's own variables override those of `.env`.
    env_file.clone().into_iter().chain(named).collect()
}

#[test]
fn every_setting_in_the_env_file_of_compose_reaches_the_process() {
    let settings = SETTINGS.iter().map(|setting| (setting.variable(), "of .env".to_owned()));
    let env_file: BTreeMap<_, _> = settings.collect();

    let environment = environment_in_compose(&env_file);

    let empty = [("SWITCHBOARD_HOSTS".to_owned(), String::new())].into();
    assert_eq!(environment_in_compose(&empty)["SWITCHBOARD_HOSTS"], "", "none is every name");
    let (others, listen) = environment
        .iter()
        .partition::<BTreeMap<_, _>, _>(|(name, _)| *name != "SWITCHBOARD_LISTEN");
    assert!(others.values().all(|value| *value == "of .env"), "{others:?}");
    assert_eq!(others.len(), SETTINGS.len() - 1);
    assert_eq!(listen.values().next().unwrap().as_str(), "0.0.0.0:8080");
    assert!(file("docs/deployment.md").contains("`SWITCHBOARD_LISTEN` alone is fixed"));
}

#[test]
fn compose_serves_without_an_env_file_and_with_that_of_the_manual() {
    let manual = file("docs/deployment.md");
    let (_, block) = manual.split_once("```sh\nSITE=").unwrap();
    let (block, _) = block.split_once("```").unwrap();
    let line = |line: &str| {
        let (name, value) = line.split(" #").next().unwrap().trim().split_once('=').unwrap();
        (name.to_owned(), value.replace('…', &"x".repeat(32)))
    };
    let of_the_manual = format!("SITE={block}").lines().map(line).collect::<BTreeMap<_, _>>();
    for env_file in [BTreeMap::new(), of_the_manual] {
        let variables = environment_in_compose(&env_file).into_iter();
        let variables = variables.map(|(name, value)| (name.into(), value.into())).collect();

        let loaded = load(Given { flags: Vec::new(), variables, file: None }).unwrap();

        loaded.check_access().unwrap();
    }
}

/// A file that a node is deployed with: what stands before and behind a variable's name in front of
/// its value, and the limit of memory.
struct Deployed {
    name: &'static str,
    before: &'static str,
    behind: &'static str,
    memory: &'static str,
}

const DEPLOYED: [Deployed; 3] = [
    Deployed { name: "docker-compose.yml", before: "", behind: ": ", memory: "mem_limit: " },
    Deployed {
        name: "deploy/kubernetes.yaml",
        before: "- name: ",
        behind: "\n              value: ",
        memory: "limits:\n              memory: ",
    },
    Deployed {
        name: "deploy/switchboard.service",
        before: "Environment=",
        behind: "=",
        memory: "MemoryMax=",
    },
];

impl Deployed {
    /// The settings that size a node, as the file sets them.
    fn config(&self) -> Config {
        let text = file(self.name);
        let Self { before, behind, .. } = self;
        let variable = |name: &str| {
            let name = format!("SWITCHBOARD_{name}");
            let value = value(&text, &format!("{before}{name}{behind}"));
            (name.into(), interpolated(value, &BTreeMap::new()).into())
        };
        let variables = ["QUEUE_TOTAL", "MAX_SOCKETS", "MAX_PENDING"].map(variable).to_vec();
        for other in ["MAX_FRAME", "MAX_ROOMS", "WORKERS", "TLS_CERT"] {
            let sets = text.lines().find(|line| line.contains(&format!("SWITCHBOARD_{other}")));
            let sets = sets.filter(|line| !line.trim().starts_with('#'));
            assert_eq!(sets, None, "it is in the sum, too");
        }
        let given = Given { flags: Vec::new(), variables, file: None };
        load(given).unwrap().config
    }
}

#[test]
fn the_memory_limit_of_each_is_enough_for_the_sum_of_its_settings_and_no_waste() {
    for deployed in &DEPLOYED {
        let limit = bytes(value(&file(deployed.name), deployed.memory));
        let bound = MemoryBound::of(&deployed.config()).expect("everything is limited");
        let needed = bound.total();
        println!("{}: {} of {} MiB", deployed.name, needed >> 20, limit >> 20);
        assert!(limit >= needed, "{}: {limit} for {needed}, {bound:?}", deployed.name);
        assert!(limit <= needed * 5 / 4, "{}: {limit} for {needed}", deployed.name);
    }
}

#[test]
fn descriptors_are_enough_for_as_many_sockets_as_are_let_in() {
    for (deployed, before) in [(&DEPLOYED[0], "nofile: "), (&DEPLOYED[2], "LimitNOFILE=")] {
        let config = deployed.config();
        let needed = (config.max_sockets + config.max_pending + 100) as u64;
        let descriptors = number(&file(deployed.name), before);
        assert!(descriptors >= needed, "{}: {descriptors} for {needed}", deployed.name);
    }
}

#[test]
fn the_manual_adds_up_the_same_sum() {
    let manual = file("docs/operations.md");
    let each = MemoryBound::of_a_socket(&Config::default());
    let shown = number(&manual.replace(" KiB + max-pending", "\n"), "max-sockets × ");
    assert_eq!(shown, each.div_ceil(1024), "KiB a socket");
    let bound = MemoryBound::of(&Config { max_sockets: 1000, ..Config::default() }).unwrap();
    let gibibytes = format!("{:.1} GiB for 1000 users", bound.total() as f64 / (1u64 << 30) as f64);
    assert!(manual.contains(&gibibytes), "{gibibytes}");
}

#[test]
fn kubernetes_trusts_no_network_until_it_is_told_the_addresses_of_the_ingress_controller() {
    let kubernetes = file("deploy/kubernetes.yaml");
    let trusted = value(&kubernetes, "- name: SWITCHBOARD_TRUSTED_PROXIES\n              value: ");
    let variables = vec![("SWITCHBOARD_TRUSTED_PROXIES".into(), trusted.into())];

    let fault = load(Given { flags: Vec::new(), variables, file: None }).unwrap_err();

    let said = fault.to_string();
    assert!(said.contains("trusted-proxies") && said.contains(trusted), "{said}");
}

#[test]
fn kubernetes_lets_in_the_ingress_controller_and_operators_and_nothing_out() {
    let kubernetes = file("deploy/kubernetes.yaml");
    let (_, policy) = kubernetes.split_once("kind: NetworkPolicy").unwrap();
    assert!(policy.contains("policyTypes:\n    - Ingress\n    - Egress\n"));
    assert!(policy.trim_end().ends_with("egress: []"));
    let (_, ingress) = policy.split_once("\n  ingress:\n").unwrap();
    assert_eq!(ingress.matches("- from:").count(), ingress.matches("ports:").count());
    assert_eq!(ingress.matches("namespaceSelector:").count(), 2);
}

#[test]
fn caddy_tells_browsers_to_come_by_tls_alone_but_not_under_loopback_names() {
    let text = file("deploy/Caddyfile");
    assert!(text.contains("header @public Strict-Transport-Security max-age=31536000"));
    assert!(text.contains("@public not host localhost *.localhost 127.0.0.1 ::1"));
    assert!(file("docs/operations.md").contains("header Strict-Transport-Security max-age="));
    let folder = tempfile::TempDir::new().unwrap();
    let asked = Command::new("caddy")
        .args(["validate", "--adapter", "caddyfile", "--config"])
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/Caddyfile"))
        .envs([("SITE", "calls.example.org"), ("TLS", "internal"), ("UPSTREAM", "127.0.0.1:1")])
        .envs(["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"].map(|name| (name, folder.path())))
        .output();
    let answer = asked.expect("caddy; tests/run.sh --install-only installs it");
    assert!(answer.status.success(), "{}", String::from_utf8_lossy(&answer.stderr));
}

#[test]
fn images_of_others_have_a_place_for_a_digest() {
    let compose = file("docker-compose.yml");
    for variable in ["CADDY_IMAGE", "COTURN_IMAGE"] {
        assert!(compose.contains(&format!("image: ${{{variable}:-")), "{variable}");
    }
    let ours = ["image: switchboard", "image: ${"];
    for image in compose.lines().map(str::trim).filter(|line| line.starts_with("image: ")) {
        assert!(ours.iter().any(|begin| image.starts_with(begin)), "{image}");
    }
    for base in file("Dockerfile").lines().filter(|line| line.starts_with("FROM ")) {
        assert!(base.starts_with("FROM ${"), "{base}");
    }
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
