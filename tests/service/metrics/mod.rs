//! What Prometheus sees of a node.

mod page;
mod papers;
mod storm;

use std::process::{Command, Output, Stdio};

use crate::harness::TestServer;
use page::Page;

/// The token of the admin API.
const TOKEN: &str = "a-token-for-prometheus";

/// What stands at `/metrics` now.
async fn scrape(server: &TestServer) -> Page {
    let address = server.admin_address().unwrap();
    let token = format!("Authorization: Bearer {TOKEN}");
    let answer = crate::harness::ask(address, "/metrics", &[&token]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert!(answer.header("content-type").unwrap().starts_with("text/plain; version=0.0.4"));
    Page::read(&answer.body)
}

/// What Prometheus's own tool has to say to this input, if it says that it is wrong.
fn promtool(arguments: &[&str], input: &str) -> Result<(), String> {
    let mut command = Command::new("promtool");
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let started = command.spawn();
    let mut tool = started.expect("promtool; tests/run.sh --install-only installs it");
    std::io::Write::write_all(&mut tool.stdin.take().unwrap(), input.as_bytes()).unwrap();
    let Output { status, stdout, stderr } = tool.wait_with_output().unwrap();
    match status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&[stdout, stderr].concat()).into_owned()),
    }
}
