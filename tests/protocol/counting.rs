//! What the server says and why it refuses is counted under the names that stand in the manual.

use std::collections::BTreeSet;

use switchboard::metrics::Kind;
use switchboard::protocol::{Close, ErrorCode, Heard, Said, ServerMessage};

use super::{decode, examples, value};

const MANUAL: &str = include_str!("../../docs/protocol.md");

/// The first cells of the table in this section of the manual.
fn first_cells(section: &str) -> impl Iterator<Item = &'static str> {
    let text = MANUAL.split("\n## ").find(|it| it.starts_with(section)).unwrap();
    let rows = text.lines().filter_map(|line| line.strip_prefix("| "));
    rows.filter_map(|row| row.split(" |").next())
}

#[test]
fn every_message_of_the_server_is_counted_under_its_type() {
    let mut seen = BTreeSet::new();
    for (name, text) in examples("server") {
        let message: ServerMessage = serde_json::from_str(&text).unwrap();

        let said = Said::of_frame(&message.encode()).unwrap_or_else(|| panic!("{name}"));

        assert_eq!(said.word(), value(&text)["type"], "{name}");
        seen.insert(said.word());
    }
    // The server pings by control frames; as a message it is for clients that cannot see those.
    assert_eq!(seen, Said::ALL.iter().map(|it| it.word()).collect());
}

#[test]
fn every_message_of_a_client_is_counted_under_its_type_but_for_the_three_ends_of_a_call() {
    const ENDS: [&str; 3] = ["call-reject", "call-cancel", "call-hangup"];
    let mut seen = BTreeSet::from([Heard::Bad.word()]);
    for (name, text) in examples("client") {
        let heard = decode(&text).unwrap().message.heard();

        let kind = value(&text)["type"].as_str().unwrap().to_owned();
        let word = if ENDS.contains(&kind.as_str()) { "call-end" } else { kind.as_str() };
        assert_eq!(heard.word(), word, "{name}");
        seen.insert(heard.word());
    }
    assert_eq!(seen, Heard::ALL.iter().map(|it| it.word()).collect());
}

#[test]
fn every_code_in_the_manual_is_counted() {
    let codes = first_cells("10. Error codes").filter_map(|it| it.strip_prefix('`'));
    let codes: BTreeSet<_> = codes.map(|it| it.trim_end_matches('`')).collect();
    let mut counted: BTreeSet<_> = ErrorCode::ALL.iter().map(|it| it.word()).collect();
    // Reserved: nothing sends it.
    counted.insert("internal");
    assert_eq!(codes, counted);

    let frame = r#"{"type":"error","code":"queue-full","message":"… \"code\":\"self\""}"#;
    assert_eq!(ErrorCode::of_frame(frame), Some(ErrorCode::QueueFull));
}

#[test]
fn every_close_of_the_server_is_in_the_manual_and_counted_once() {
    let codes = Close::ALL.map(Close::code);
    assert!(codes.is_sorted_by(|a, b| a < b), "{codes:?}");
    let documented = first_cells("11. Close codes").flat_map(|it| it.split(' '));
    let documented: BTreeSet<u16> = documented.filter_map(|it| it.parse().ok()).collect();
    assert!(codes.iter().all(|code| documented.contains(code)), "{documented:?}");
    // From 4000 on they are the server's own, so each has to be one that it sends.
    let own: BTreeSet<_> = documented.into_iter().filter(|code| *code >= 4000).collect();
    assert_eq!(own, codes.into_iter().filter(|code| *code >= 4000).collect());
}
