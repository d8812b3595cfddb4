//! Asking, ringing, accepting.

use serde_json::json;

use crate::harness::{Board, NOTHING, error, millis, secs, types};

#[test]
fn a_request_rings_at_the_callee_and_is_answered_to_the_caller() {
    let mut board = Board::of(["bo"]);
    board.logs_in_as("ana", "Ana");
    board.settle();

    board.says(
        "ana",
        json!({
            "type": "call-request", "id": "r1", "to": "bo", "continues": "f5q2",
            "media": {"audio": true, "video": false}, "data": {"topic": "lunch"},
        }),
    );

    let ringing = board.hears_one("ana");
    let call = &ringing["callId"];
    assert_eq!(call.as_str().unwrap().len(), 16);
    assert_eq!(ringing, json!({"type": "call-ringing", "callId": call, "to": "bo", "ref": "r1"}));
    assert_eq!(
        board.hears_one("bo"),
        json!({
            "type": "call-request", "callId": call, "from": "ana", "name": "Ana",
            "media": {"audio": true, "video": false}, "data": {"topic": "lunch"},
            "continues": "f5q2", "expires": 45_000,
        })
    );
}

#[test]
fn what_the_caller_leaves_out_is_left_out() {
    let mut board = Board::of(["ana", "bo"]);

    board.says("ana", json!({"type": "call-request", "to": "bo"}));

    let ringing = board.hears_one("ana");
    let call = &ringing["callId"];
    assert_eq!(ringing, json!({"type": "call-ringing", "callId": call, "to": "bo"}));
    assert_eq!(
        board.hears_one("bo"),
        json!({"type": "call-request", "callId": call, "from": "ana", "expires": 45_000})
    );
}

#[test]
fn an_accept_makes_the_caller_the_offerer_and_is_not_echoed() {
    let mut board = Board::of(["ana", "bo"]);
    let call = board.rings("ana", "bo");

    board.says("bo", json!({"type": "call-accept", "id": "a1", "callId": call, "data": null}));

    assert_eq!(
        board.hears("ana"),
        [json!({
            "type": "call-accept", "callId": call, "from": "bo", "offerer": true, "data": null,
        })]
    );
    assert_eq!(board.hears("bo"), NOTHING);
}

#[test]
fn an_accept_carries_the_answer_to_an_offer_that_came_while_it_rang() {
    let mut board = Board::of(["ana", "bo"]);
    let call = board.rings("ana", "bo");
    let offer = json!({"type": "offer", "to": "bo", "callId": call, "data": {"sdp": "o"}});
    board.says("ana", offer);
    assert_eq!(
        board.hears("bo"),
        [json!({"type": "offer", "from": "ana", "callId": call, "data": {"sdp": "o"}})]
    );

    let accept = json!({"type": "call-accept", "callId": call, "data": 1, "answer": {"sdp": "a"}});
    board.says("bo", accept);

    assert_eq!(
        board.hears("ana"),
        [json!({
            "type": "call-accept", "callId": call, "from": "bo", "offerer": true, "data": 1,
            "answer": {"sdp": "a"},
        })]
    );
    assert_eq!(board.hears("bo"), NOTHING);
}

#[test]
fn an_accept_of_the_callee_again_is_silent() {
    let mut board = Board::of(["ana", "bo"]);
    let call = board.connects("ana", "bo");
    let before = board.state();

    board.says("bo", json!({"type": "call-accept", "id": "a2", "callId": call, "data": 2}));

    assert_eq!(board.hears("ana"), NOTHING);
    assert_eq!(board.hears("bo"), NOTHING);
    assert_eq!(board.state(), before);
}

#[test]
fn an_accept_of_the_caller_is_not_its_to_give() {
    for begin in [Board::rings, Board::connects] {
        let mut board = Board::of(["ana", "bo"]);
        let call = begin(&mut board, "ana", "bo");
        let before = board.state();

        board.says("ana", json!({"type": "call-accept", "id": "a1", "callId": call}));

        assert_eq!(
            error(board.hears_one("ana")),
            json!({"type": "error", "code": "not-your-call", "ref": "a1"})
        );
        assert_eq!(board.hears("bo"), NOTHING);
        assert_eq!(board.state(), before);
    }
}

#[test]
fn it_rings_for_45_seconds_and_then_both_are_told_no_answer() {
    let mut board = Board::of(["ana", "bo"]);
    let call = board.rings("ana", "bo");

    board.passes(millis(44_999));
    assert_eq!(board.hears("ana"), NOTHING);
    board.passes(millis(1));

    let ended = json!({"type": "call-ended", "callId": call, "by": null, "reason": "no-answer"});
    assert_eq!(board.hears_one("ana"), ended);
    assert_eq!(board.hears("bo"), [ended]);
    assert_eq!(board.census().calls, 0);
}

#[test]
fn only_a_ringing_call_waits_for_its_time() {
    let mut board = Board::of(["ana", "bo"]);
    assert!(!board.has_something_due());

    let call = board.rings("ana", "bo");
    assert!(board.has_something_due());
    board.says("bo", json!({"type": "call-accept", "callId": call}));
    assert!(!board.has_something_due(), "it was accepted");
    board.says("bo", json!({"type": "call-hangup", "callId": call}));
    board.settle();

    let call = board.rings("ana", "bo");
    board.says("bo", json!({"type": "call-reject", "callId": call}));
    assert!(!board.has_something_due(), "it was rejected");
}

#[test]
fn an_accepted_call_lasts_as_long_as_it_likes() {
    let mut board = Board::of(["ana", "bo"]);
    let call = board.connects("ana", "bo");

    board.passes(secs(24 * 3600));

    assert_eq!(board.hears("ana"), NOTHING);
    board.says("ana", json!({"type": "call-hangup", "callId": call}));
    assert_eq!(board.hears_one("bo")["reason"], "hangup");
}

#[test]
fn the_ring_timer_of_a_call_that_is_over_does_not_touch_the_next_one() {
    let mut board = Board::of(["ana", "bo"]);
    let first = board.rings("ana", "bo");
    board.passes(secs(40));
    board.says("ana", json!({"type": "call-cancel", "callId": first}));
    board.settle();
    let second = board.rings("ana", "bo");

    board.passes(secs(44));

    assert_eq!(board.hears("ana"), NOTHING);
    board.passes(secs(1));
    assert_eq!(board.hears_one("ana")["callId"], json!(second));
}

#[test]
fn a_request_to_who_is_not_online_is_answered_offline() {
    let mut board = Board::of(["ana"]);

    board.says("ana", json!({"type": "call-request", "id": "r1", "to": "bo"}));

    assert_eq!(
        board.hears_one("ana"),
        json!({"type": "call-ended", "by": null, "reason": "offline", "ref": "r1"})
    );
    assert_eq!(board.census().calls, 0);
}

#[test]
fn a_request_to_oneself_is_refused() {
    let mut board = Board::of(["ana"]);

    board.says("ana", json!({"type": "call-request", "id": "r1", "to": "ana"}));

    assert_eq!(
        error(board.hears_one("ana")),
        json!({"type": "error", "code": "self", "ref": "r1"})
    );
}

#[test]
fn whoever_has_a_call_of_its_own_is_busy_to_callers() {
    type Begin = fn(&mut Board, &str, &str) -> String;
    let own: [(Begin, &[&str]); 2] = [(Board::rings, &["ana"]), (Board::connects, &["ana", "bo"])];
    for (begin, callees) in own {
        for &callee in callees {
            let mut board = Board::of(["ana", "bo", "cy"]);
            begin(&mut board, "ana", "bo");
            let before = board.state();

            board.says("cy", json!({"type": "call-request", "id": "r1", "to": callee}));

            assert_eq!(
                board.hears_one("cy"),
                json!({"type": "call-ended", "by": null, "reason": "busy", "ref": "r1"})
            );
            assert_eq!(board.hears(callee), NOTHING);
            assert_eq!(board.state(), before);
        }
    }
}

#[test]
fn whoever_has_a_call_of_its_own_is_busy_as_a_caller() {
    type Begin = fn(&mut Board, &str, &str) -> String;
    let own: [(Begin, &[(&str, &str)]); 2] = [
        (Board::rings, &[("ana", "cy"), ("ana", "bo"), ("ana", "nobody")]),
        (Board::connects, &[("ana", "cy"), ("bo", "cy"), ("ana", "bo"), ("ana", "nobody")]),
    ];
    for (begin, requests) in own {
        for &(caller, to) in requests {
            let mut board = Board::of(["ana", "bo", "cy"]);
            begin(&mut board, "ana", "bo");
            let before = board.state();

            board.says(caller, json!({"type": "call-request", "id": "r1", "to": to}));

            assert_eq!(
                board.hears_one(caller),
                json!({"type": "call-ended", "by": null, "reason": "busy", "ref": "r1"})
            );
            assert_eq!(board.hears("cy"), NOTHING);
            assert_eq!(board.state(), before);
        }
    }
}

#[test]
fn in_an_accepted_call_a_request_to_the_other_party_is_busy_and_not_glare() {
    let mut board = Board::of(["ana", "bo"]);
    board.connects("ana", "bo");

    board.says("bo", json!({"type": "call-request", "id": "r1", "to": "ana"}));

    assert_eq!(board.hears_one("bo")["reason"], "busy");
    assert_eq!(board.hears("ana"), NOTHING);
}

#[test]
fn rooms_do_not_make_busy() {
    let mut board = Board::of(["ana", "bo"]);
    board.joins(["ana", "bo"], "den");

    board.connects("ana", "bo");
}

#[test]
fn who_was_busy_can_be_called_when_the_call_is_over() {
    let mut board = Board::of(["ana", "bo", "cy"]);
    let call = board.connects("ana", "bo");
    board.says("bo", json!({"type": "call-hangup", "callId": call}));
    board.settle();

    board.connects("cy", "bo");
}

#[test]
fn glare_accepts_the_call_that_was_first() {
    let mut board = Board::of(["ana", "bo"]);
    board.says("ana", json!({"type": "call-request", "id": "r1", "to": "bo"}));
    let call = board.hears_one("ana")["callId"].clone();
    drop(board.hears("bo"));

    board.says(
        "bo",
        json!({
            "type": "call-request", "id": "r9", "to": "ana",
            "media": {"audio": true, "video": true}, "data": [1],
        }),
    );

    assert_eq!(
        board.hears("ana"),
        [json!({
            "type": "call-accept", "callId": call, "from": "bo", "offerer": true,
            "media": {"audio": true, "video": true}, "data": [1],
        })]
    );
    assert_eq!(
        board.hears("bo"),
        [json!({
            "type": "call-accept", "callId": call, "from": "ana", "offerer": false, "ref": "r9",
        })]
    );
    assert_eq!(board.census().counts.calls_started, 1);
}

#[test]
fn a_call_accepted_by_glare_does_not_ring_out() {
    let mut board = Board::of(["ana", "bo"]);
    board.rings("ana", "bo");
    board.says("bo", json!({"type": "call-request", "to": "ana"}));
    board.settle();

    board.passes(secs(100));

    assert_eq!(board.hears("ana"), NOTHING);
    assert_eq!(board.census().calls, 1);
}

#[test]
fn an_accept_after_glare_is_silent_for_the_callee() {
    let mut board = Board::of(["ana", "bo"]);
    let call = board.rings("ana", "bo");
    board.says("bo", json!({"type": "call-request", "to": "ana"}));
    board.settle();

    board.says("bo", json!({"type": "call-accept", "callId": call}));

    assert_eq!(board.hears("ana"), NOTHING);
    assert_eq!(board.hears("bo"), NOTHING);
}

#[test]
fn a_third_party_cannot_accept_or_end_a_call() {
    for begin in [Board::rings, Board::connects] {
        for word in ["call-accept", "call-reject", "call-cancel", "call-hangup"] {
            let mut board = Board::of(["ana", "bo", "cy"]);
            let call = begin(&mut board, "ana", "bo");
            let before = board.state();

            board.says("cy", json!({"type": word, "id": "x", "callId": call}));

            assert_eq!(
                error(board.hears_one("cy")),
                json!({"type": "error", "code": "not-your-call", "ref": "x"})
            );
            assert_eq!(board.hears("ana"), NOTHING);
            assert_eq!(board.hears("bo"), NOTHING);
            assert_eq!(board.state(), before);
        }
    }
}

#[test]
fn a_call_that_is_over_or_never_was_is_told_to_nobody_else() {
    for word in ["call-accept", "call-reject", "call-cancel", "call-hangup"] {
        for user in ["ana", "bo", "cy"] {
            let mut board = Board::of(["ana", "bo", "cy"]);
            let over = board.connects("ana", "bo");
            board.says("ana", json!({"type": "call-hangup", "callId": over}));
            board.settle();

            for call in [over.as_str(), "made-up"] {
                board.says(user, json!({"type": word, "id": "x", "callId": call}));

                assert_eq!(
                    error(board.hears_one(user)),
                    json!({"type": "error", "code": "call-over", "ref": "x"})
                );
            }
            for other in ["ana", "bo", "cy"] {
                assert_eq!(board.hears(other), NOTHING);
            }
        }
    }
}

#[test]
fn expires_is_what_is_set() {
    let mut board = Board::with(|config| config.ring_timeout = millis(1_500)).and(["ana", "bo"]);

    board.says("ana", json!({"type": "call-request", "to": "bo"}));
    drop(board.hears("ana"));
    assert_eq!(board.hears_one("bo")["expires"], 1_500);
    board.passes(millis(1_500));

    assert_eq!(types(&board.hears("bo")), ["call-ended"]);
}
