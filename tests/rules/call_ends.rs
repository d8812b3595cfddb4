//! How calls end: by whom, for which reason, and what crosses on the way.

use serde_json::{Value, json};

use crate::harness::{Board, NOTHING, error, types};

const WORDS: [&str; 3] = ["call-reject", "call-cancel", "call-hangup"];

#[test]
fn the_reason_follows_from_state_and_side_and_not_from_the_word() {
    type Begin = fn(&mut Board, &str, &str) -> String;
    let cases: [(Begin, &str, &str, &str); 4] = [
        (Board::rings, "ana", "bo", "cancelled"),
        (Board::rings, "bo", "ana", "rejected"),
        (Board::connects, "ana", "bo", "hangup"),
        (Board::connects, "bo", "ana", "hangup"),
    ];
    for (begin, ends, other, reason) in cases {
        for word in WORDS {
            let mut board = Board::of(["ana", "bo"]);
            let call = begin(&mut board, "ana", "bo");

            board.says(ends, json!({"type": word, "id": "e1", "callId": call, "detail": "bye"}));

            let ended = json!({"type": "call-ended", "callId": call, "by": ends, "reason": reason});
            assert_eq!(board.hears(ends), [with(&ended, "ref", "e1")], "{word} by {ends}");
            assert_eq!(board.hears(other), [with(&ended, "detail", "bye")], "{word} by {ends}");
            assert_eq!(board.census().calls, 0);
        }
    }
}

#[test]
fn without_id_and_detail_both_are_told_the_same() {
    let mut board = Board::of(["ana", "bo"]);
    let call = board.connects("ana", "bo");

    board.says("bo", json!({"type": "call-hangup", "callId": call}));

    let ended = json!({"type": "call-ended", "callId": call, "by": "bo", "reason": "hangup"});
    assert_eq!(board.hears_one("ana"), ended);
    assert_eq!(board.hears("bo"), [ended]);
}

#[test]
fn both_ending_at_once_is_one_end_and_one_call_over() {
    let mut board = Board::of(["ana", "bo"]);
    let call = board.connects("ana", "bo");

    board.says("ana", json!({"type": "call-hangup", "id": "a", "callId": call}));
    board.says("bo", json!({"type": "call-hangup", "id": "b", "callId": call}));

    assert_eq!(types(&board.hears("ana")), ["call-ended"]);
    let heard = board.hears("bo");
    assert_eq!(types(&heard), ["call-ended", "error"]);
    assert_eq!(error(heard[1].clone()), json!({"type": "error", "code": "call-over", "ref": "b"}));
}

#[test]
fn a_cancel_before_the_accept_is_cancelled_and_the_accept_call_over() {
    let mut board = Board::of(["ana", "bo"]);
    let call = board.rings("ana", "bo");

    board.says("ana", json!({"type": "call-cancel", "id": "r3", "callId": call}));
    board.says("bo", json!({"type": "call-accept", "id": "a1", "callId": call}));

    let ended = json!({"type": "call-ended", "callId": call, "by": "ana", "reason": "cancelled"});
    assert_eq!(board.hears("ana"), [with(&ended, "ref", "r3")]);
    let heard = board.hears("bo");
    assert_eq!(heard[0], ended);
    assert_eq!(error(heard[1].clone()), json!({"type": "error", "code": "call-over", "ref": "a1"}));
}

#[test]
fn a_cancel_after_the_accept_is_a_hangup() {
    let mut board = Board::of(["ana", "bo"]);
    let call = board.rings("ana", "bo");

    board.says("bo", json!({"type": "call-accept", "id": "a1", "callId": call}));
    board.says("ana", json!({"type": "call-cancel", "id": "r3", "callId": call}));

    let ended = json!({"type": "call-ended", "callId": call, "by": "ana", "reason": "hangup"});
    let heard = board.hears("ana");
    assert_eq!(types(&heard), ["call-accept", "call-ended"]);
    assert_eq!(heard[1], with(&ended, "ref", "r3"));
    assert_eq!(board.hears("bo"), [ended]);
}

#[test]
fn glare_before_the_cancel_connects_and_then_hangs_up() {
    let mut board = Board::of(["ana", "bo"]);
    let call = board.rings("ana", "bo");

    board.says("bo", json!({"type": "call-request", "id": "r9", "to": "ana"}));
    board.says("ana", json!({"type": "call-cancel", "id": "r3", "callId": call}));

    let heard = board.hears("ana");
    assert_eq!(types(&heard), ["call-accept", "call-ended"]);
    assert_eq!((&heard[1]["reason"], &heard[1]["ref"]), (&json!("hangup"), &json!("r3")));
    let heard = board.hears("bo");
    assert_eq!(types(&heard), ["call-accept", "call-ended"]);
    assert_eq!((&heard[0]["ref"], &heard[1]["reason"]), (&json!("r9"), &json!("hangup")));
}

#[test]
fn the_cancel_before_glare_makes_the_second_request_a_call_of_its_own() {
    let mut board = Board::of(["ana", "bo"]);
    let call = board.rings("ana", "bo");

    board.says("ana", json!({"type": "call-cancel", "id": "r3", "callId": call}));
    board.says("bo", json!({"type": "call-request", "id": "r9", "to": "ana"}));

    let heard = board.hears("ana");
    assert_eq!(types(&heard), ["call-ended", "call-request"]);
    assert_ne!(heard[1]["callId"], json!(call));
    let heard = board.hears("bo");
    assert_eq!(types(&heard), ["call-ended", "call-ringing"]);
    assert_eq!(heard[1]["ref"], "r9");
}

#[test]
fn a_reject_that_crosses_a_cancel_is_call_over() {
    let mut board = Board::of(["ana", "bo"]);
    let call = board.rings("ana", "bo");

    board.says("bo", json!({"type": "call-reject", "id": "b", "callId": call}));
    board.says("ana", json!({"type": "call-cancel", "id": "a", "callId": call}));

    let heard = board.hears("ana");
    assert_eq!(types(&heard), ["call-ended", "error"]);
    assert_eq!((&heard[0]["reason"], &heard[1]["code"]), (&json!("rejected"), &json!("call-over")));
    assert_eq!(types(&board.hears("bo")), ["call-ended"]);
}

#[test]
fn the_end_of_a_session_loses_its_call_for_the_other() {
    for begin in [Board::rings, Board::connects] {
        for (goes, stays) in [("ana", "bo"), ("bo", "ana")] {
            let mut board = Board::of(["ana", "bo"]);
            let call = begin(&mut board, "ana", "bo");

            board.goes(goes);

            let ended = json!({"type": "call-ended", "callId": call, "by": goes, "reason": "lost"});
            assert_eq!(board.hears(stays)[0], ended);
            assert_eq!(board.hears(goes), NOTHING);
            assert_eq!(board.census().calls, 0);
        }
    }
}

#[test]
fn after_lost_the_call_can_be_continued_as_a_new_one() {
    let mut board = Board::of(["ana", "bo"]);
    let old = board.connects("ana", "bo");
    board.goes("bo");
    board.logs_in("bo");
    board.settle();

    board.says("ana", json!({"type": "call-request", "to": "bo", "continues": old}));

    let invitation = board.hears_one("bo");
    assert_eq!(invitation["continues"], json!(old));
    assert_ne!(invitation["callId"], json!(old));
}

#[test]
fn of_a_detail_128_characters_pass_and_the_call_ends() {
    for length in [128, 129, 5000] {
        let mut board = Board::of(["ana", "bo"]);
        let call = board.connects("ana", "bo");
        let detail = "雷".repeat(length);

        board.says("ana", json!({"type": "call-hangup", "callId": call, "detail": detail}));

        assert_eq!(board.hears_one("bo")["detail"], json!("雷".repeat(128)));
    }
}

fn with(message: &Value, field: &str, value: &str) -> Value {
    let mut message = message.clone();
    message[field] = json!(value);
    message
}
