//! What becomes of several calls when a session breaks, ends, comes back or is replaced.

use serde_json::json;

use super::{CALLERS, accepts, busy, calls_someone, ended, ringing};
use crate::harness::{Board, NOTHING, secs, types};

#[test]
fn the_end_of_a_session_loses_all_its_calls() {
    let (mut board, calls) = ringing();
    let own = board.rings("bo", "ana");

    board.goes("bo");

    for (other, call) in CALLERS.into_iter().zip(&calls).chain([("ana", &own)]) {
        assert_eq!(board.hears(other)[0], ended(call, "bo", "lost"));
    }
    assert_eq!((board.census().calls, board.census().ringing), (0, 0));
    board.settle();
    assert!(!board.has_something_due(), "no timer of a call is left");
}

#[test]
fn a_resume_lists_the_own_call_and_then_those_that_ring() {
    let mut board = Board::of(["ana", "cy", "dee"]).and_counting(["bo"]);
    let calls = [board.rings("cy", "bo"), board.rings("dee", "bo")];
    let own = board.rings("bo", "ana");
    board.acks("bo");

    board.goes("bo");
    let away = |call: &str| json!({"type": "call-peer-away", "callId": call, "from": "bo"});
    assert_eq!(board.hears_one("cy"), away(&calls[0]));
    assert_eq!(board.hears_one("dee"), away(&calls[1]));
    assert_eq!(board.hears_one("ana"), away(&own));
    board.resumes("bo");

    assert_eq!(board.hears("bo")[0]["calls"], json!([own, calls[0], calls[1]]));
    for other in ["ana", "cy", "dee"] {
        assert_eq!(types(&board.hears(other)), ["call-peer-back"]);
    }
}

#[test]
fn a_user_whose_session_waits_is_rung_by_three_as_well() {
    let mut board = Board::of(["ana", "cy", "dee", "eli"]).and_counting(["bo"]);
    board.goes("bo");
    for caller in CALLERS {
        let ringing = calls_someone(&mut board, caller, "bo");
        assert_eq!((&ringing["type"], &ringing["away"]), (&json!("call-ringing"), &json!(true)));
    }
    assert_eq!(calls_someone(&mut board, "ana", "bo"), busy());

    board.resumes("bo");

    let heard = board.hears("bo");
    let rung = ["call-request", "call-request", "call-request"];
    assert_eq!(types(&heard)[1..4], rung);
}

#[test]
fn all_calls_ring_again_at_a_fresh_session_in_order_and_the_own_call_is_replaced() {
    let (mut board, calls) = ringing();
    let own = board.rings("bo", "ana");
    board.passes(secs(5));

    board.logs_in("bo");

    assert_eq!(board.hears_one("ana"), ended(&own, "bo", "replaced"));
    let heard = board.hears("bo");
    assert_eq!(heard[0]["calls"], json!([]));
    let rung: Vec<_> = heard.iter().filter(|it| it["type"] == "call-request").collect();
    assert_eq!(rung.iter().map(|it| &it["callId"]).collect::<Vec<_>>(), calls.each_ref());
    assert!(rung.iter().all(|it| it["expires"].as_u64().unwrap() <= 40_000));
    for caller in CALLERS {
        assert_eq!(board.hears(caller), NOTHING);
    }
    accepts(&mut board, "bo", &calls[2]);
    assert_eq!(types(&board.hears("eli")), ["call-accept"]);
    assert_eq!(types(&board.hears("bo")), ["call-ended", "call-ended"]);
}
