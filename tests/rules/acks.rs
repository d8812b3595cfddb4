//! Counting and acknowledging, in both directions.

use serde_json::{Value, json};

use crate::harness::{Board, NOTHING, error, millis, secs, types};

fn board() -> Board {
    Board::with(|config| config.rate = 0).and_counting(["ana", "bo"])
}

/// The counts that `user` was told, with whatever else it heard left out.
fn acks(board: &mut Board, user: &str) -> Vec<u64> {
    let heard = board.hears(user);
    let acks = heard.iter().filter(|message| message["type"] == "ack");
    acks.map(|ack| ack["received"].as_u64().unwrap()).collect()
}

fn ack(received: u64) -> Value {
    json!({"type": "ack", "id": "a1", "received": received})
}

#[test]
fn the_server_acknowledges_after_32_messages() {
    let mut board = board();
    for _ in 0..31 {
        board.says("ana", json!({"type": "message", "to": "bo", "data": 1}));
    }
    assert_eq!(acks(&mut board, "ana"), [0; 0]);

    board.says("ana", json!({"type": "message", "to": "bo", "data": 1}));

    assert_eq!(acks(&mut board, "ana"), [32]);
    for _ in 0..32 {
        board.says("ana", json!({"type": "message", "to": "bo", "data": 1}));
    }
    assert_eq!(acks(&mut board, "ana"), [64]);
}

#[test]
fn the_server_acknowledges_after_64_kib() {
    let mut board = board();
    let half = "x".repeat(32 << 10);

    board.says("ana", json!({"type": "message", "to": "bo", "data": half}));
    assert_eq!(acks(&mut board, "ana"), [0; 0]);
    board.says("ana", json!({"type": "message", "to": "bo", "data": half}));

    assert_eq!(acks(&mut board, "ana"), [2]);
}

#[test]
fn the_server_acknowledges_within_5_seconds_at_the_latest() {
    let mut board = board();
    board.says("ana", json!({"type": "message", "to": "bo", "data": 1}));
    board.passes(millis(4_000));
    board.says("ana", json!({"type": "message", "to": "bo", "data": 1}));
    board.passes(millis(999));
    assert_eq!(acks(&mut board, "ana"), [0; 0]);

    board.passes(millis(1));

    assert_eq!(acks(&mut board, "ana"), [2]);
    board.passes(secs(60));
    assert_eq!(acks(&mut board, "ana"), [0; 0]);
}

#[test]
fn every_message_counts_good_or_bad_except_ack_ping_and_pong() {
    let mut board = board();
    for counted in [
        json!({"type": "message", "to": "bo", "data": 1}),
        json!({"type": "message", "to": "nobody", "data": 1}),
        json!({"type": "join", "room": "den"}),
        json!({"type": "list"}),
        json!({"type": "unwatch", "users": []}),
        json!({"type": "nonsense"}),
        json!({"type": "join", "room": 7}),
        json!([]),
    ] {
        board.says("ana", counted);
    }
    board.says_text("ana", "{");
    for not_counted in [json!({"type": "ping"}), json!({"type": "pong"}), ack(0), ack(1_000)] {
        board.says("ana", not_counted);
    }

    board.passes(secs(5));

    assert_eq!(acks(&mut board, "ana"), [9]);
}

#[test]
fn a_malformed_ack_ping_or_pong_does_not_count_either() {
    let mut board = board();
    board.says("ana", json!({"type": "ack", "received": "all"}));
    board.says("ana", json!({"type": "ping", "from": "bo"}));
    board.says("ana", json!({"type": "pong", "extra": 1}));

    board.passes(secs(5));

    assert_eq!(types(&board.hears("ana")), ["error", "error", "error"]);
}

#[test]
fn a_skipped_oversized_message_counts() {
    use switchboard::domain::Input;
    use switchboard::protocol::{Refusal, Rejected, UserId};
    let mut board = board();
    let said = Err(Rejected::unread(Refusal::TooLarge { limit: 1 << 16 }));
    let (connection, user) = (board.socket("ana"), UserId::parse("ana").unwrap());

    board.applies(Input::Said { connection, user, said, bytes: 0 });
    board.passes(secs(5));

    assert_eq!(acks(&mut board, "ana"), [1]);
}

#[test]
fn a_message_over_the_rate_counts_too() {
    let mut board =
        Board::with(|config| (config.rate, config.burst) = (1, 1)).and_counting(["ana"]);
    for _ in 0..3 {
        board.says("ana", json!({"type": "join", "room": "den"}));
    }

    board.passes(secs(5));

    assert_eq!(acks(&mut board, "ana"), [3]);
}

#[test]
fn an_ack_above_what_was_sent_is_a_bad_message_and_changes_nothing() {
    let mut board = board();
    board.writes("bo", "ana", "m1");
    let _ = board.hears("ana");

    board.says("ana", ack(2));

    let refused = json!({"type": "error", "code": "bad-message", "ref": "a1"});
    assert_eq!(error(board.hears_one("ana")), refused);
    assert_eq!(board.hears("bo"), NOTHING);
    // The error was sent as well.
    board.says("ana", ack(2));
    assert_eq!(types(&board.hears("bo")), ["delivered"]);
}

#[test]
fn an_ack_below_the_last_is_ignored() {
    let mut board = board();
    board.writes("bo", "ana", "m1");
    board.writes("bo", "ana", "m2");
    board.acks_to("ana", 2);
    let _ = (board.hears("ana"), board.hears("bo"));

    board.says("ana", ack(1));
    board.says("ana", ack(0));
    board.says("ana", ack(2));

    assert_eq!((board.hears("ana"), board.hears("bo")), (vec![], vec![]));
    assert_eq!(board.closed("ana"), None);
}

#[test]
fn an_ack_that_says_something_new_costs_nothing_of_the_rate() {
    let mut board =
        Board::with(|config| (config.rate, config.burst) = (1, 1)).and_counting(["ana", "bo"]);
    board.says("bo", json!({"type": "message", "to": "ana", "data": 1}));
    board.acks("ana");

    board.says("ana", json!({"type": "join", "room": "den"}));

    assert_eq!(board.hears("ana").last().unwrap()["type"], "room-joined");
}

#[test]
fn an_ack_that_says_nothing_new_costs_as_much_as_any_message() {
    let mut board =
        Board::with(|config| (config.rate, config.burst) = (1, 1)).and_counting(["ana"]);
    board.acks("ana");

    board.acks("ana");

    assert_eq!(board.hears_one("ana")["code"], "rate-limited");
}

#[test]
fn an_ack_of_a_client_that_does_not_count_is_ignored() {
    let mut board = board().and(["cy"]);

    board.says("cy", ack(0));
    board.says("cy", ack(7));
    board.passes(secs(60));

    assert_eq!(board.hears("cy"), NOTHING);
}

#[test]
fn a_client_that_does_not_count_is_never_sent_an_ack() {
    let mut board = board().and(["cy"]);
    for _ in 0..100 {
        board.says("cy", json!({"type": "message", "to": "bo", "data": 1}));
    }

    board.passes(secs(60));

    assert_eq!(board.hears("cy"), NOTHING);
}

#[test]
fn what_was_counted_without_an_ack_is_told_by_the_resume() {
    let mut board = board();
    board.says("ana", json!({"type": "message", "to": "bo", "data": 1}));
    board.goes("ana");
    board.passes(secs(6));

    board.resumes("ana");

    assert_eq!(board.hears("ana")[0]["received"], 1);
    board.passes(secs(6));
    assert_eq!(acks(&mut board, "ana"), [0; 0]);
}

#[test]
fn a_resume_acknowledges_what_it_says_was_received() {
    let mut board = board();
    board.writes("bo", "ana", "m1");
    board.writes("bo", "ana", "m2");
    board.goes("ana");

    board.resumes_having("ana", 1);

    let delivered = board.hears_one("bo");
    assert_eq!(delivered, json!({"type": "delivered", "ref": "m1", "to": "ana"}));
}

#[test]
fn state_messages_are_not_counted_by_the_server_either() {
    let mut board = board();
    board.says("ana", json!({"type": "ping"}));
    board.says("ana", json!({"type": "list"}));
    board.says("ana", json!({"type": "watch", "users": ["bo"]}));
    board.logs_in("cy");
    board.passes(secs(2));
    let heard = board.hears("ana");
    assert_eq!(types(&heard), ["pong", "client-list", "presence", "presence"]);

    board.says("ana", ack(1));

    assert_eq!(board.hears_one("ana")["code"], "bad-message");
}
