//! How much a user may send, and how much nonsense.

use serde_json::{Value, json};

use crate::harness::{Board, NOTHING, error, millis, secs, types};

fn board(rate: u32, burst: u32) -> Board {
    Board::with(|config| (config.rate, config.burst) = (rate, burst)).and(["ana", "bo"])
}

fn pings(board: &mut Board, count: usize) -> Vec<Value> {
    for _ in 0..count {
        board.says("ana", json!({"type": "ping"}));
    }
    board.hears("ana")
}

fn refused(heard: &[Value]) -> usize {
    heard.iter().filter(|message| message["code"] == "rate-limited").count()
}

#[test]
fn a_burst_passes_and_the_next_message_is_refused_with_how_long_to_wait() {
    let mut board = Board::of(["ana"]);
    assert_eq!(refused(&pings(&mut board, 500)), 0);

    board.says("ana", json!({"type": "ping", "id": "p"}));

    assert_eq!(
        error(board.hears_one("ana")),
        json!({"type": "error", "code": "rate-limited", "ref": "p", "retryAfter": 10})
    );
}

#[test]
fn after_a_burst_the_rate_passes() {
    let mut board = Board::of(["ana"]);
    pings(&mut board, 500);

    board.passes(secs(1));

    assert_eq!(refused(&pings(&mut board, 150)), 50);
}

#[test]
fn a_message_over_the_rate_is_not_processed() {
    let mut board = board(1, 1);
    pings(&mut board, 1);
    let before = board.state();

    board.says("ana", json!({"type": "call-request", "to": "bo"}));
    board.says("ana", json!({"type": "join", "room": "den"}));
    board.says("ana", json!({"type": "message", "to": "bo", "data": 1}));

    assert_eq!(refused(&board.hears("ana")), 3);
    assert_eq!(board.hears("bo"), NOTHING);
    assert_eq!(board.state(), before);
}

#[test]
fn a_message_sent_again_after_retry_after_passes() {
    for rate in [1, 3, 7, 100, 300, 700, 999, 1_000_000] {
        let mut board = board(rate, 1);
        pings(&mut board, 1);
        board.oversleeps(std::time::Duration::from_nanos(100));
        let refusal = pings(&mut board, 1).remove(0);

        board.passes(millis(refusal["retryAfter"].as_u64().unwrap()));

        assert_eq!(types(&pings(&mut board, 1)), ["pong"], "{rate} a second: {refusal}");
    }
}

#[test]
fn a_refused_message_costs_nothing() {
    let mut board = board(1, 1);
    assert_eq!(refused(&pings(&mut board, 51)), 50);

    board.passes(secs(1));

    assert_eq!(types(&pings(&mut board, 1)), ["pong"]);
}

#[test]
fn a_message_that_costs_more_than_is_left_is_refused_with_how_long_to_wait() {
    let mut board = board(10, 25);
    let watch = |names: usize| {
        let users: Vec<_> = (0..names).map(|number| format!("u{number}")).collect();
        json!({"type": "watch", "users": users})
    };
    for _ in 0..2 {
        board.says("ana", watch(72)); // costs 10
    }
    assert_eq!(types(&board.hears("ana")), ["presence", "presence"]);
    let before = board.state();

    board.says("ana", watch(72));

    assert_eq!(board.hears_one("ana")["retryAfter"], 500);
    assert_eq!(board.state(), before);
    assert_eq!(refused(&pings(&mut board, 6)), 1);
}

#[test]
fn bad_messages_cost_like_good_ones() {
    let mut board = board(1, 3);

    for _ in 0..4 {
        board.says_text("ana", "gibberish");
    }

    let heard = board.hears("ana");
    assert_eq!(refused(&heard), 1);
    assert_eq!(heard[3]["code"], "rate-limited");
}

#[test]
fn a_rate_of_0_is_no_limit() {
    let mut board = board(0, 1);

    assert_eq!(refused(&pings(&mut board, 10_000)), 0);
}

#[test]
fn at_100_in_a_row_over_the_rate_the_socket_is_closed_with_4029() {
    let mut board = board(1, 1);
    pings(&mut board, 1);

    assert_eq!(refused(&pings(&mut board, 99)), 99);
    assert_eq!(board.closed("ana"), None);
    assert_eq!(refused(&pings(&mut board, 1)), 1);

    assert_eq!(board.closed("ana"), Some(4029));
    assert_eq!(board.hears_one("bo")["offline"], json!(["ana"]));
}

#[test]
fn a_message_within_the_rate_takes_one_off_the_100() {
    let mut board = board(1, 1);
    pings(&mut board, 1 + 99);
    board.passes(secs(1));
    pings(&mut board, 1);

    pings(&mut board, 1);
    assert_eq!(board.closed("ana"), None);
    pings(&mut board, 1);

    assert_eq!(board.closed("ana"), Some(4029));
}

#[test]
fn a_client_that_goes_on_at_a_multiple_of_its_rate_is_closed_and_one_at_less_than_twice_is_not() {
    for (messages_a_second, closed) in [(39, None), (80, Some(4029))] {
        let mut board = board(20, 20);
        for _ in 0..20 {
            pings(&mut board, messages_a_second);
            board.passes(secs(1));
        }

        assert_eq!(board.closed("ana"), closed, "{messages_a_second}");
    }
}

#[test]
fn ten_long_messages_over_the_rate_count_as_a_hundred_short_ones() {
    let mut board = board(1, 1);
    pings(&mut board, 1);
    let long = json!({"type": "message", "to": "bo", "data": "x".repeat(60_000)});

    for _ in 0..9 {
        board.says("ana", long.clone());
    }
    assert_eq!(board.closed("ana"), None);
    board.says("ana", long);

    assert_eq!(board.closed("ana"), Some(4029));
}

#[test]
fn a_new_login_brings_no_fresh_bucket() {
    let mut board = board(1, 3);
    pings(&mut board, 3);

    board.goes("ana");
    board.passes(secs(1));
    board.logs_in("ana");
    drop(board.hears("ana"));

    assert_eq!(refused(&pings(&mut board, 3)), 2);
}

#[test]
fn going_and_coming_many_times_brings_none_either() {
    let mut board = board(1, 3);
    pings(&mut board, 3);

    for _ in 0..20 {
        board.goes("ana");
        board.passes(millis(10));
        board.logs_in("ana");
        board.passes(millis(10));
    }
    drop(board.hears("ana"));

    assert_eq!(refused(&pings(&mut board, 1)), 1);
}

#[test]
fn a_bucket_belongs_to_one_user() {
    let mut board = board(1, 1);
    pings(&mut board, 2);

    board.says("bo", json!({"type": "ping"}));

    assert_eq!(types(&board.hears("bo")), ["pong"]);
}

#[test]
fn call_requests_have_a_rate_a_minute_of_their_own() {
    let mut board = Board::with(|config| config.call_rate = 3).and(["ana"]);
    let request = json!({"type": "call-request", "id": "r", "to": "nobody"});
    for _ in 0..3 {
        board.says("ana", request.clone());
    }
    assert_eq!(types(&board.hears("ana")), ["call-ended"; 3]);

    board.says("ana", request.clone());

    assert_eq!(
        error(board.hears_one("ana")),
        json!({"type": "error", "code": "rate-limited", "ref": "r", "retryAfter": 20_000})
    );
    assert_eq!(refused(&pings(&mut board, 5)), 0);
    board.passes(secs(20));
    board.says("ana", request);
    assert_eq!(types(&board.hears("ana")), ["call-ended"]);
}

#[test]
fn the_call_rate_survives_connecting_anew() {
    let mut board = Board::with(|config| config.call_rate = 1).and(["ana"]);
    let request = json!({"type": "call-request", "to": "nobody"});
    board.says("ana", request.clone());

    board.logs_in("ana");
    board.goes("ana");
    board.logs_in("ana");
    drop(board.hears("ana"));
    board.says("ana", request);

    assert_eq!(board.hears_one("ana")["code"], "rate-limited");
}

#[test]
fn a_call_rate_of_0_is_no_limit() {
    let mut board = Board::with(|config| config.call_rate = 0).and(["ana"]);

    for _ in 0..400 {
        board.says("ana", json!({"type": "call-request", "to": "nobody"}));
    }

    assert_eq!(refused(&board.hears("ana")), 0);
}

const GIBBERISH: [&str; 4] = [
    "not json",
    r#"{"type":"message","to":"bo"}"#,
    r#"{"type":"nonsense"}"#,
    r#"{"type":"ping","colour":"red"}"#,
];

#[test]
fn at_20_bad_messages_in_a_row_the_socket_is_closed_with_4500() {
    let mut board = Board::of(["ana", "bo"]);

    for number in 0..19 {
        board.says_text("ana", GIBBERISH[number % 4]);
    }
    assert_eq!(board.closed("ana"), None);
    board.says_text("ana", GIBBERISH[3]);

    assert_eq!(board.closed("ana"), Some(4500));
    let heard = board.hears("ana");
    assert_eq!(types(&heard), ["error"; 20]);
    let codes: Vec<_> = heard[..4].iter().map(|it| it["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["bad-json", "bad-message", "unknown-type", "unknown-field"]);
    assert_eq!(board.hears_one("bo")["offline"], json!(["ana"]));
}

#[test]
fn a_good_message_starts_the_20_anew() {
    let mut board = Board::of(["ana", "bo"]);
    for _ in 0..3 {
        (0..19).for_each(|_| board.says_text("ana", GIBBERISH[0]));

        board.says("ana", json!({"type": "message", "to": "nobody", "data": 1}));
    }

    assert_eq!(board.closed("ana"), None);
}

#[test]
fn a_bad_message_changes_nothing() {
    let mut board = Board::of(["ana", "bo"]);
    board.joins(["ana", "bo"], "den");
    board.connects("ana", "bo");
    let before = board.state();

    for text in GIBBERISH {
        board.says_text("ana", text);
    }

    assert_eq!(board.state(), before);
    assert_eq!(board.hears("bo"), NOTHING);
}

#[test]
fn bad_user_ids_are_no_gibberish() {
    let mut board = Board::of(["ana"]);

    for _ in 0..50 {
        board.says("ana", json!({"type": "call-request", "to": "no spaces"}));
    }

    assert_eq!(board.closed("ana"), None);
    assert_eq!(board.hears("ana")[49]["code"], "bad-user-id");
}
