//! `watch` and `unwatch`: presence of single users, in whatever mode.

use serde_json::json;
use switchboard::config::{Config, PresenceMode};

use crate::harness::{Board, NOTHING, error, millis, offline, online, secs, types};

fn off(config: &mut Config) {
    config.presence = PresenceMode::Off;
}

/// Everybody is told numbers only.
fn totals(config: &mut Config) {
    config.presence_limit = 0;
}

#[test]
fn a_watch_is_answered_with_the_present_state_of_just_these() {
    for mode in [off, totals, |_: &mut Config| ()] {
        let mut board = Board::with(mode).and(["11", "33"]);
        board.logs_in_as("22", "李雷");
        board.settle();

        board.says("11", json!({"type": "watch", "id": "w1", "users": ["22", "44"]}));

        assert_eq!(
            board.hears("11"),
            [json!({
                "type": "presence", "ref": "w1", "online": ["22"], "offline": ["44"],
                "names": {"22": "李雷"},
            })]
        );
    }
}

#[test]
fn changes_of_the_watched_follow_and_of_nobody_else() {
    for mode in [off, totals] {
        let mut board = Board::with(mode).and(["ana", "bo"]);
        board.says("ana", json!({"type": "watch", "users": ["bo", "cy"]}));
        board.settle();

        board.goes("bo");
        board.logs_in("di");
        board.passes(secs(1));
        board.logs_in_as("cy", "Cy");
        board.passes(secs(1));

        let mut heard = board.hears("ana");
        heard.retain(|message| message.get("total").is_none());
        let cy = json!({
            "type": "presence", "online": ["cy"], "offline": [], "names": {"cy": "Cy"},
        });
        assert_eq!(heard, [offline(["bo"]), cy]);
    }
}

#[test]
fn in_mode_all_a_watched_change_is_told_once() {
    let mut board = Board::of(["ana"]);
    board.says("ana", json!({"type": "watch", "users": ["bo"]}));
    board.settle();

    board.logs_in("bo");
    board.passes(secs(2));

    assert_eq!(board.hears("ana"), [online(["bo"])]);
}

#[test]
fn changes_of_the_watched_are_gathered_and_net_zero_is_not_told() {
    let mut board = Board::with(off).and(["ana", "bo", "cy"]);
    board.says("ana", json!({"type": "watch", "users": ["bo", "cy", "di"]}));
    board.settle();
    board.logs_in("di");
    assert_eq!(board.hears("ana"), [online(["di"])]);

    board.goes("bo");
    board.logs_in("bo");
    board.goes("cy");
    board.goes("di");
    board.passes(millis(99));
    assert_eq!(board.hears("ana"), NOTHING);
    board.passes(millis(1));

    assert_eq!(board.hears("ana"), [offline(["cy", "di"])]);
}

#[test]
fn a_watch_within_a_window_is_told_what_follows_its_answer() {
    for mode in [off, totals, |_: &mut Config| ()] {
        let mut board = Board::with(mode).and(["ana", "bo"]);
        board.logs_in("first"); // begins a window
        board.goes("bo");
        drop(board.hears("ana"));

        board.says("ana", json!({"type": "watch", "id": "w1", "users": ["bo"]}));
        board.logs_in("bo");
        assert_eq!(board.hears_one("ana")["offline"], json!(["bo"]));
        board.passes(millis(100));

        assert_eq!(board.hears("ana"), [online(["bo"])]);
    }
}

#[test]
fn watching_again_is_answered_again() {
    let mut board = Board::with(off).and(["ana", "bo"]);

    for _ in 0..2 {
        board.says("ana", json!({"type": "watch", "users": ["bo"]}));
        assert_eq!(board.hears("ana"), [online(["bo"])]);
    }
    board.goes("bo");

    assert_eq!(board.hears("ana"), [offline(["bo"])]);
}

#[test]
fn an_unwatch_is_not_answered_and_ends_the_news() {
    let mut board = Board::with(off).and(["ana", "bo", "cy"]);
    board.says("ana", json!({"type": "watch", "users": ["bo", "cy"]}));
    board.settle();

    board.says("ana", json!({"type": "unwatch", "id": "u1", "users": ["bo", "nobody"]}));
    board.goes("bo");
    board.goes("cy");
    board.passes(secs(1));

    assert_eq!(board.hears("ana"), [offline(["cy"])]);
}

#[test]
fn an_unwatch_does_not_touch_other_watchers() {
    let mut board = Board::with(off).and(["ana", "bo", "cy"]);
    board.says("ana", json!({"type": "watch", "users": ["cy"]}));
    board.says("bo", json!({"type": "watch", "users": ["cy"]}));
    board.settle();

    board.says("ana", json!({"type": "unwatch", "users": ["cy"]}));
    board.goes("cy");

    assert_eq!(board.hears("ana"), NOTHING);
    assert_eq!(types(&board.hears("bo")), ["presence"]);
}

#[test]
fn the_end_of_a_watcher_is_no_news_to_the_watched() {
    let mut board = Board::with(off).and(["ana", "bo"]);
    board.says("ana", json!({"type": "watch", "users": ["bo"]}));
    board.goes("ana");
    board.goes("bo");
    board.logs_in("ana");
    board.settle();

    board.logs_in("bo");

    assert_eq!(board.hears("ana"), NOTHING);
}

#[test]
fn watching_oneself_is_refused() {
    let mut board = Board::with(off).and(["ana", "bo"]);

    board.says("ana", json!({"type": "watch", "id": "w1", "users": ["bo", "ana"]}));

    assert_eq!(
        error(board.hears_one("ana")),
        json!({"type": "error", "code": "self", "ref": "w1"})
    );
    board.goes("bo");
    assert_eq!(board.hears("ana"), NOTHING);
}

#[test]
fn in_all_256_may_be_watched_and_of_one_too_many_nothing_is_taken() {
    let mut board = Board::with(off).and(["ana"]);
    let users = |from: usize, to: usize| (from..to).map(|it| it.to_string()).collect::<Vec<_>>();
    board.says("ana", json!({"type": "watch", "users": users(0, 200)}));
    board.settle();

    board.says("ana", json!({"type": "watch", "id": "w1", "users": users(150, 257)}));
    assert_eq!(
        error(board.hears_one("ana")),
        json!({"type": "error", "code": "not-permitted", "ref": "w1"})
    );
    board.logs_in("256");
    board.passes(secs(1));
    assert_eq!(board.hears("ana"), NOTHING);

    board.says("ana", json!({"type": "watch", "users": users(150, 256)}));
    assert_eq!(types(&board.hears("ana")), ["presence"]);
    board.says("ana", json!({"type": "unwatch", "users": ["0"]}));
    board.says("ana", json!({"type": "watch", "users": ["256"]}));
    assert_eq!(board.hears("ana"), [online(["256"])]);
}

#[test]
fn a_replace_of_the_watched_is_no_news() {
    let mut board = Board::with(off).and(["ana", "bo"]);
    board.says("ana", json!({"type": "watch", "users": ["bo"]}));
    board.settle();

    board.logs_in("bo");
    board.passes(secs(1));

    assert_eq!(board.hears("ana"), NOTHING);
}

#[test]
fn who_falls_from_names_to_totals_goes_on_being_told_of_the_watched_by_name() {
    let mut board = Board::with(|config| config.presence_limit = 2).and(["ana", "bo"]);
    board.says("ana", json!({"type": "watch", "users": ["bo", "cy"]}));
    board.settle();

    board.logs_in("cy");
    board.passes(secs(2));
    assert_eq!(board.hears("ana"), [json!({"type": "presence", "total": 2}), online(["cy"])]);
    board.goes("bo");
    board.passes(secs(2));

    assert_eq!(board.hears("ana"), [offline(["bo"]), json!({"type": "presence", "total": 1})]);
}
