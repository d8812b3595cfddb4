//! `duplicate-login reject`: the holder keeps the name as long as it answers.

use serde_json::json;
use switchboard::config::DuplicateLogin;
use switchboard::domain::Backlog;

use crate::harness::{Board, NOTHING, error, millis, secs, types};

fn board_of_ana() -> Board {
    Board::with(|config| config.duplicate_login = DuplicateLogin::Reject).and(["ana", "bo"])
}

#[test]
fn the_holder_is_asked_for_a_sign_of_life_and_the_newcomer_waits() {
    let mut board = board_of_ana();
    let holder = board.socket("ana");

    let newcomer = board.logs_in("ana");
    board.passes(millis(4_999));

    assert_eq!(board.probes(&holder), 1);
    assert_eq!(board.closed_over(&holder), None);
    assert_eq!(board.hears_over(&newcomer), NOTHING);
    assert_eq!(board.closed_over(&newcomer), None);
}

#[test]
fn a_holder_that_answers_keeps_the_name() {
    let mut board = board_of_ana();
    let holder = board.socket("ana");
    let newcomer = board.logs_in("ana");
    board.passes(secs(4));

    board.shows_life(&holder);
    board.passes(secs(60));

    let refused = board.hears_over(&newcomer);
    assert_eq!(refused.len(), 1);
    assert_eq!(error(refused[0].clone()), json!({"type": "error", "code": "name-in-use"}));
    assert_eq!(board.closed_over(&newcomer), Some(4510));
    assert_eq!(board.closed_over(&holder), None);
    board.says_over(&holder, r#"{"type":"ping"}"#);
    assert_eq!(types(&board.hears_over(&holder)), ["pong"]);
}

#[test]
fn a_holder_that_is_silent_for_5_seconds_loses_the_name() {
    let mut board = board_of_ana();
    let holder = board.socket("ana");
    board.logs_in("ana");

    board.passes(secs(5));

    assert_eq!(board.closed_over(&holder), Some(4008));
    assert_eq!(types(&board.hears("ana")), ["registered", "client-list"]);
    assert_eq!(board.hears("bo"), NOTHING);
}

#[test]
fn what_passes_on_from_a_silent_holder_is_what_passes_on_at_a_replace() {
    let mut board = board_of_ana();
    let call = board.rings("bo", "ana");
    board.logs_in("ana");

    board.passes(secs(5));

    let heard = board.hears("ana");
    assert_eq!(types(&heard), ["registered", "client-list", "call-request"]);
    assert_eq!((&heard[2]["callId"], &heard[2]["expires"]), (&json!(call), &json!(40_000)));
}

#[test]
fn a_late_sign_of_life_still_keeps_the_name_if_nobody_has_it_yet() {
    let mut board = board_of_ana();
    let holder = board.socket("ana");
    let newcomer = board.logs_in("ana");

    board.oversleeps(secs(6));
    board.shows_life(&holder);
    board.passes(secs(60));

    assert_eq!(board.closed_over(&newcomer), Some(4510));
    assert_eq!(board.closed_over(&holder), None);
}

#[test]
fn a_sign_of_life_after_the_loss_changes_nothing() {
    let mut board = board_of_ana();
    let holder = board.socket("ana");
    board.logs_in("ana");
    board.passes(secs(5));
    let before = board.state();

    board.shows_life(&holder);

    assert_eq!(board.state(), before);
    assert_eq!(board.closed("ana"), None);
}

#[test]
fn a_challenger_that_is_gone_takes_nothing() {
    let mut board = board_of_ana();
    let holder = board.socket("ana");
    let newcomer = board.logs_in("ana");
    board.passes(secs(2));

    board.breaks(&newcomer);
    board.passes(secs(60));

    assert_eq!(board.closed_over(&holder), None);
    assert_eq!(board.hears_over(&newcomer), NOTHING);
    assert_eq!(board.census().users, 2);
}

#[test]
fn after_a_challenger_that_is_gone_the_next_one_is_a_new_question() {
    let mut board = board_of_ana();
    let holder = board.socket("ana");
    let first = board.logs_in("ana");
    board.passes(secs(2));
    board.breaks(&first);

    board.logs_in("ana");
    board.passes(secs(4));
    assert_eq!(board.probes(&holder), 2);
    assert_eq!(board.closed_over(&holder), None);
    board.passes(secs(1));

    assert_eq!(board.closed_over(&holder), Some(4008));
}

#[test]
fn of_two_challengers_the_later_one_waits_on_and_time_is_not_counted_anew() {
    let mut board = board_of_ana();
    let holder = board.socket("ana");
    let first = board.logs_in("ana");
    board.passes(secs(3));

    let second = board.logs_in("ana");

    assert_eq!(board.probes(&holder), 1);
    assert_eq!(types(&board.hears_over(&first)), ["error"]);
    assert_eq!(board.closed_over(&first), Some(4510));
    board.passes(secs(2));
    assert_eq!(board.closed_over(&holder), Some(4008));
    assert_eq!(types(&board.hears_over(&second)), ["registered", "client-list"]);
}

#[test]
fn the_end_of_a_refused_challenger_does_not_touch_the_one_that_waits() {
    let mut board = board_of_ana();
    let first = board.logs_in("ana");
    let second = board.logs_in("ana");

    board.breaks(&first);
    board.passes(secs(5));

    assert_eq!(types(&board.hears_over(&second)), ["registered", "client-list"]);
}

#[test]
fn when_the_holder_goes_the_challenger_has_the_name_at_once() {
    let mut board = board_of_ana();
    board.joins(["ana", "bo"], "den");
    let holder = board.socket("ana");
    board.logs_in("ana");

    board.breaks(&holder);

    assert_eq!(types(&board.hears("ana")), ["registered", "client-list"]);
    assert_eq!(types(&board.hears("bo")), ["member-left", "presence"]);
    let now = board.census();
    board.passes(secs(60));
    assert_eq!(board.census(), now);
}

#[test]
fn what_a_waiting_challenger_says_changes_nothing() {
    let mut board = board_of_ana();
    let newcomer = board.logs_in("ana");
    let before = board.state();

    board.says_over(&newcomer, r#"{"type":"call-request","id":"1","to":"bo"}"#);
    board.shows_life(&newcomer);

    assert_eq!(board.state(), before);
    assert_eq!(board.hears_over(&newcomer), NOTHING);
    assert_eq!(board.closed_over(&newcomer), None);
}

#[test]
fn a_free_name_is_nobodys_to_defend() {
    let mut board = board_of_ana();
    board.goes("ana");

    board.logs_in("ana");

    assert_eq!(types(&board.hears("ana")), ["registered", "client-list"]);
}

#[test]
fn a_drain_sends_the_challenger_away_too() {
    let mut board = board_of_ana();
    let holder = board.socket("ana");
    let newcomer = board.logs_in("ana");

    board.drains();
    board.passes(secs(60));

    assert_eq!(board.closed_over(&holder), Some(1012));
    assert_eq!(board.hears_over(&newcomer)[0]["code"], "unavailable");
    assert_eq!(board.closed_over(&newcomer), Some(1013));
}

#[test]
fn a_name_that_is_granted_twice_is_taken_once() {
    // Both holders are silent. To take ana's name ends the call, of which bo, who is too far
    // behind to be told, is sent away: a second reason to ask for bo's name.
    let mut board = board_of_ana();
    board.rings("ana", "bo");
    board.is_behind("bo", Backlog { messages: 1024, ..Backlog::default() });
    board.logs_in("ana");
    let newcomer = board.logs_in("bo");

    board.passes(secs(5));

    assert_eq!(types(&board.hears_over(&newcomer)), ["registered", "client-list"]);
    assert_eq!(board.closed_over(&newcomer), None);
    assert_eq!(board.census().users, 2);
}

#[test]
fn after_an_answer_the_next_challenger_is_a_new_question() {
    let mut board = board_of_ana();
    let holder = board.socket("ana");
    board.logs_in("ana");
    board.passes(secs(4));
    board.shows_life(&holder);

    board.logs_in("ana");
    board.passes(millis(4_999));
    assert_eq!(board.probes(&holder), 2);
    assert_eq!(board.closed_over(&holder), None);
    board.passes(millis(1));

    assert_eq!(board.closed_over(&holder), Some(4008));
}
