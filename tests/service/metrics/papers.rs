//! The manual, the dashboard and the alerts, held against what is scraped.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;
use switchboard::config::{Config, Secret};

use super::{Page, TOKEN, promtool, scrape};
use crate::harness::{TestServer, config};

fn paper(name: &str) -> String {
    fs::read_to_string(format!("{}/docs/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

/// The page of a node where nothing has happened.
async fn page() -> Page {
    let admin_listen = Some("127.0.0.1:0".parse().unwrap());
    let admin_token = Some(Secret::new(TOKEN));
    let server = TestServer::start(Config { admin_listen, admin_token, ..config() }).await;
    let page = scrape(&server).await;
    server.ends_clean().await;
    page
}

/// The cells of each row of the manual's tables whose first cell is `` `word` ``.
fn rows(manual: &str) -> BTreeMap<String, Vec<String>> {
    let cells = |line: &str| -> Option<(String, Vec<String>)> {
        let inner = line.strip_prefix("| `")?.strip_suffix('|')?;
        let (name, rest) = inner.split_once("` |")?;
        Some((name.into(), rest.split('|').map(|cell| cell.trim().to_owned()).collect()))
    };
    manual.lines().filter_map(cells).collect()
}

/// What begins like a metric, wherever it stands.
fn metrics_in(text: &str) -> BTreeSet<&str> {
    let words = text.split(|sign: char| !(sign.is_ascii_alphanumeric() || sign == '_'));
    words.filter(|it| it.starts_with("switchboard_") || it.starts_with("process_")).collect()
}

/// Every `metric{label="value"}` of a query.
fn selectors_in(text: &str) -> BTreeSet<(&str, &str, &str)> {
    let mut found = BTreeSet::new();
    for (at, _) in text.match_indices('{') {
        let word = |sign: char| !(sign.is_ascii_alphanumeric() || sign == '_');
        let metric = text[..at].rsplit(word).next().unwrap();
        let inside = text[at + 1..].split('}').next().unwrap();
        for pair in inside.split(',') {
            let (label, values) = pair.split_once('=').unwrap();
            let values = values.trim_start_matches('~').trim_matches('"').split('|');
            found.extend(values.map(|value| (metric, label.trim_end_matches('!'), value)));
        }
    }
    found
}

#[track_caller]
fn knows_only_what_there_is(what: &str, text: &str, page: &Page) {
    let names = page.names();
    for name in metrics_in(text) {
        assert!(names.contains(name), "{what} asks for {name}, which there is not");
    }
    for (metric, label, value) in selectors_in(text) {
        // Those that Prometheus adds.
        let is_ours = !["job", "instance"].contains(&label);
        let is_there = !is_ours || page.has(metric, label, value);
        assert!(is_there, "{what}: there is no {metric} with {label}={value:?}");
    }
}

#[actix_rt::test]
async fn the_manual_names_every_metric_with_its_type_and_labels_and_no_other() {
    let page = page().await;
    let manual = paper("metrics.md");
    let rows = rows(&manual);
    let documented: BTreeSet<_> = rows.keys().filter(|it| !it.starts_with("Switchboard")).collect();

    assert_eq!(documented, page.types.keys().collect::<BTreeSet<_>>());
    let labels = page.labels();
    for (name, kind) in &page.types {
        let [documented, said, meaning, ..] = &rows[name][..] else { panic!("{name}") };
        assert_eq!(documented, kind, "{name}");
        let said: BTreeSet<_> =
            said.split(", ").map(|it| it.trim_matches('`')).filter(|it| !it.is_empty()).collect();
        assert_eq!(said, labels[name.as_str()], "{name}");
        assert!(meaning.ends_with('.'), "{name}: {meaning}");
    }
    assert!((200..300).contains(&page.lines()), "about 250 lines are promised: {}", page.lines());
    promtool(&["check", "metrics"], &page.text).unwrap();
}

#[actix_rt::test]
async fn the_alerts_fire_by_metrics_that_there_are_and_the_manual_says_what_to_do() {
    let page = page().await;
    let rules = paper("alerts.yaml");

    knows_only_what_there_is("alerts.yaml", &rules, &page);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/alerts.yaml");
    promtool(&["check", "rules", path], "").unwrap();
    let alerts: BTreeSet<_> =
        rules.lines().filter_map(|it| it.trim().strip_prefix("- alert: ")).collect();
    let rows = rows(&paper("metrics.md"));
    let documented: BTreeSet<_> =
        rows.keys().map(String::as_str).filter(|it| it.starts_with("Switchboard")).collect();
    assert_eq!(alerts, documented);
    assert!(alerts.len() > 10, "{alerts:?}");
}

#[test]
fn each_alert_fires_for_a_node_that_is_unwell_and_not_for_one_that_is_well() {
    const CASES: &str = include_str!("alerts_test.yaml");
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/service/metrics/alerts_test.yaml");
    promtool(&["test", "rules", path], "").unwrap();

    let rules = paper("alerts.yaml");
    let cases: Vec<_> = CASES.split("  - interval: 1m\n").skip(1).collect();
    for alert in rules.lines().filter_map(|it| it.trim().strip_prefix("- alert: ")) {
        let fires = format!("alertname: {alert}\n        exp_alerts:\n          - exp_labels:");
        let case = cases.iter().find(|case| case.contains(&fires));
        let case = case.unwrap_or_else(|| panic!("{alert} never fires"));
        let series = |node: &str| case.matches(&format!("instance=\"{node}\"")).count();
        assert!(series("a") > 0 && series("a") == series("b"), "{alert} has no well node");
    }
}

#[test]
fn the_scrape_configuration_in_the_manual_is_one_that_prometheus_takes() {
    let manual = paper("metrics.md");
    let block = manual.split("```yaml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let token = folder.path().join("token");
    fs::write(&token, TOKEN).unwrap();
    let rules = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/alerts.yaml");
    let block = block
        .replace("/etc/prometheus/switchboard-admin-token", &token.display().to_string())
        .replace("switchboard-alerts.yaml", rules);
    let file = folder.path().join("prometheus.yml");
    fs::write(&file, block).unwrap();

    promtool(&["check", "config", &file.display().to_string()], "").unwrap();
}

#[actix_rt::test]
async fn the_dashboard_shows_every_metric_of_ours_and_none_that_there_is_not() {
    let page = page().await;
    let dashboard: Value = serde_json::from_str(&paper("grafana.json")).unwrap();
    let targets = dashboard["panels"].as_array().unwrap().iter();
    let targets = targets.filter_map(|panel| panel["targets"].as_array()).flatten();
    let queries: Vec<_> = targets.map(|it| it["expr"].as_str().unwrap()).collect();

    let mut shown = BTreeSet::new();
    for query in &queries {
        knows_only_what_there_is("grafana.json", query, &page);
        shown.extend(metrics_in(query).into_iter().map(|it| it.trim_end_matches("_bucket")));
    }
    for name in page.types.keys().filter(|it| it.starts_with("switchboard_")) {
        assert!(shown.contains(name.as_str()), "{name} is on no panel");
    }
}

#[test]
fn labels_and_metrics_are_found_in_queries() {
    let query = r#"rate(switchboard_a_total{by="x",code=~"1|2"}[5m]) > process_b"#;

    assert_eq!(metrics_in(query), BTreeSet::from(["switchboard_a_total", "process_b"]));
    let a = |label, value| ("switchboard_a_total", label, value);
    let selectors = BTreeSet::from([a("by", "x"), a("code", "1"), a("code", "2")]);
    assert_eq!(selectors_in(query), selectors);
}
