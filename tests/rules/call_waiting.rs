//! Call waiting: several calls ring at a user, and none of them is its own until it accepts one.

use serde_json::{Value, json};
use switchboard::domain::{CallOver, CallReport, Stage};
use switchboard::protocol::{CallId, UserId};

use crate::harness::{Board, NOTHING, error, millis, secs, types};

const CALLERS: [&str; 3] = ["cy", "dee", "eli"];

/// Ana and Bo, three who call Bo, and Fay.
fn board() -> Board {
    Board::of(["ana", "bo", "cy", "dee", "eli", "fay"])
}

/// The same, and the three ring at Bo. The ids of their calls, in order.
fn ringing() -> (Board, [String; 3]) {
    let mut board = board();
    let calls = CALLERS.map(|caller| board.rings(caller, "bo"));
    (board, calls)
}

fn ended(call: &str, by: &str, reason: &str) -> Value {
    json!({"type": "call-ended", "callId": call, "by": by, "reason": reason})
}

fn busy() -> Value {
    json!({"type": "call-ended", "by": null, "reason": "busy", "ref": "r1"})
}

fn calls_someone(board: &mut Board, caller: &str, to: &str) -> Value {
    board.says(caller, json!({"type": "call-request", "id": "r1", "to": to}));
    board.hears_one(caller)
}

fn accepts(board: &mut Board, user: &str, call: &str) {
    board.says(user, json!({"type": "call-accept", "id": "a1", "callId": call}));
}

/// The calls of a user as an operator sees them: its own one, and those that ring.
fn seen(board: &Board, user: &str) -> (Option<String>, Vec<String>) {
    let user = board.rules().user(&UserId::parse(user).unwrap()).unwrap();
    let own = user.report.call.map(|call| call.to_string());
    (own, user.report.ringing.iter().map(ToString::to_string).collect())
}

#[test]
fn three_calls_may_ring_at_a_user_and_a_fourth_caller_is_told_busy() {
    let (mut board, calls) = ringing();

    assert_eq!(calls_someone(&mut board, "fay", "bo"), busy());

    assert_eq!(board.hears("bo"), NOTHING);
    assert_eq!(seen(&board, "bo"), (None, calls.to_vec()));
    assert_eq!(board.census().ringing, 3);
}

#[test]
fn whichever_call_stops_ringing_another_caller_has_its_place() {
    for (index, caller) in CALLERS.into_iter().enumerate() {
        let (mut board, calls) = ringing();
        board.says("bo", json!({"type": "call-reject", "callId": calls[index]}));
        assert_eq!(board.hears_one("bo"), ended(&calls[index], "bo", "rejected"));
        assert_eq!(board.hears_one(caller), ended(&calls[index], "bo", "rejected"));

        let last = board.rings("fay", "bo");

        let mut left = calls.to_vec();
        left.remove(index);
        left.push(last);
        assert_eq!(seen(&board, "bo"), (None, left));
    }
}

#[test]
fn a_user_who_is_being_rung_may_call_a_third_party_and_still_accept() {
    let (mut board, [first, ..]) = ringing();

    let own = board.rings("bo", "ana");

    assert_eq!(seen(&board, "bo").0, Some(own.clone()));
    accepts(&mut board, "ana", &own);
    assert_eq!(board.hears("bo")[0]["type"], "call-accept");
    accepts(&mut board, "bo", &first);
    assert_eq!(board.hears_one("bo")["code"], "call-over", "it ended when the other was accepted");
}

#[test]
fn a_user_who_calls_somebody_is_busy_to_others() {
    let mut board = board();
    board.rings("bo", "ana");

    assert_eq!(calls_someone(&mut board, "cy", "bo"), busy());

    assert_eq!(board.hears("bo"), NOTHING);
}

#[test]
fn a_user_has_one_request_under_way_however_many_ring_at_it() {
    let (mut board, _) = ringing();
    board.rings("bo", "ana");

    assert_eq!(calls_someone(&mut board, "bo", "fay"), busy());

    assert_eq!(board.hears("fay"), NOTHING);
}

#[test]
fn accepting_one_call_ends_the_others_that_ring_with_busy_for_both_sides() {
    let (mut board, [first, second, third]) = ringing();

    accepts(&mut board, "bo", &second);

    assert_eq!(board.hears("bo"), [ended(&first, "bo", "busy"), ended(&third, "bo", "busy")]);
    assert_eq!(board.hears_one("cy"), ended(&first, "bo", "busy"));
    assert_eq!(types(&board.hears("dee")), ["call-accept"]);
    assert_eq!(board.hears_one("eli"), ended(&third, "bo", "busy"));
    assert_eq!(seen(&board, "bo"), (Some(second), vec![]));
    let over = board.census().course.calls_over;
    assert_eq!((over.of(CallOver::TakenAnother), over.of(CallOver::Busy)), (2, 0));
    board.connects("cy", "eli");
}

#[test]
fn accepting_a_call_cancels_the_users_own_request() {
    let (mut board, [first, ..]) = ringing();
    let own = board.rings("bo", "ana");

    accepts(&mut board, "bo", &first);

    assert_eq!(board.hears_one("ana"), ended(&own, "bo", "cancelled"));
    assert_eq!(board.hears("bo")[0], ended(&own, "bo", "cancelled"));
    assert_eq!(seen(&board, "bo").0, Some(first));
    board.passes(secs(100));
    assert_eq!(board.census().calls, 1, "nothing rings out later");
}

#[test]
fn when_the_users_own_request_is_accepted_those_that_ring_at_it_end_with_busy() {
    let (mut board, calls) = ringing();
    let own = board.rings("bo", "ana");

    accepts(&mut board, "ana", &own);

    let mut heard = board.hears("bo");
    assert_eq!(heard.remove(0)["type"], "call-accept");
    assert_eq!(heard, calls.each_ref().map(|call| ended(call, "bo", "busy")));
    for (caller, call) in CALLERS.into_iter().zip(&calls) {
        assert_eq!(board.hears_one(caller), ended(call, "bo", "busy"));
    }
    assert_eq!(board.hears("ana"), NOTHING);
}

#[test]
fn what_rings_at_the_callee_that_accepts_ends_too() {
    let mut board = board();
    let at_ana = board.rings("dee", "ana");
    let call = board.rings("ana", "bo");
    let other = board.rings("cy", "bo");

    accepts(&mut board, "bo", &call);

    assert_eq!(board.hears_one("cy"), ended(&other, "bo", "busy"));
    assert_eq!(board.hears_one("dee"), ended(&at_ana, "ana", "busy"));
    assert_eq!(types(&board.hears("ana")), ["call-accept", "call-ended"]);
    assert_eq!(board.hears_one("bo"), ended(&other, "bo", "busy"));
}

#[test]
fn in_an_accepted_call_another_one_does_not_ring() {
    let mut board = board();
    board.connects("ana", "bo");

    for to in ["ana", "bo"] {
        assert_eq!(calls_someone(&mut board, "cy", to), busy());
    }
}

#[test]
fn of_two_accepts_of_a_user_the_first_one_counts() {
    let (mut board, [first, second, _]) = ringing();
    accepts(&mut board, "bo", &first);
    board.settle();
    let before = board.state();

    accepts(&mut board, "bo", &second);

    assert_eq!(
        error(board.hears_one("bo")),
        json!({"type": "error", "code": "call-over", "ref": "a1"})
    );
    assert_eq!(board.state(), before);
}

#[test]
fn glare_accepts_and_ends_whatever_else_both_of_them_had() {
    let mut board = board();
    let at_ana = board.rings("cy", "ana");
    let crossing = board.rings("ana", "bo");
    let others = [at_ana, board.rings("dee", "bo")];
    let own = board.rings("bo", "eli");

    board.says("bo", json!({"type": "call-request", "id": "r1", "to": "ana"}));

    let heard = board.hears("bo");
    assert_eq!(
        heard[0],
        json!({"type": "call-accept", "callId": crossing, "from": "ana", "offerer": false,
            "ref": "r1"})
    );
    let mut ends = vec![ended(&others[0], "ana", "busy")];
    assert_eq!(board.hears_one("cy"), ends[0]);
    let heard_by_ana = board.hears("ana");
    assert_eq!(types(&heard_by_ana), ["call-accept", "call-ended"]);
    assert_eq!(heard_by_ana[1..], ends);
    ends = vec![ended(&own, "bo", "cancelled"), ended(&others[1], "bo", "busy")];
    assert_eq!(heard[1..], ends);
    assert_eq!(board.hears_one("eli"), ends[0]);
    assert_eq!(board.hears_one("dee"), ends[1]);
    assert_eq!(board.census().calls, 1);
}

#[test]
fn each_call_rings_out_by_itself() {
    let mut board = board();
    let first = board.rings("cy", "bo");
    board.passes(secs(20));
    let second = board.rings("dee", "bo");

    board.passes(secs(25));

    let told = json!({"type": "call-ended", "callId": first, "by": null, "reason": "no-answer"});
    assert_eq!((board.hears_one("cy"), board.hears_one("bo")), (told.clone(), told));
    assert_eq!(board.hears("dee"), NOTHING);
    assert_eq!(seen(&board, "bo"), (None, vec![second]));
}

#[test]
fn a_caller_who_gives_up_or_is_gone_ends_its_own_call_alone() {
    let (mut board, [first, second, third]) = ringing();

    board.says("cy", json!({"type": "call-cancel", "callId": first}));
    board.goes("dee");

    let heard = board.hears("bo");
    assert_eq!(heard[0], ended(&first, "cy", "cancelled"));
    assert_eq!(heard[1], ended(&second, "dee", "lost"));
    assert_eq!(board.hears("eli").iter().filter(|it| it["type"] == "call-ended").count(), 0);
    assert_eq!(seen(&board, "bo"), (None, vec![third]));
}

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
fn what_callers_sent_along_is_kept_while_it_rings_and_no_longer() {
    let mut board = board();
    let data = "x".repeat(1000);
    for caller in CALLERS {
        board.says(caller, json!({"type": "call-request", "to": "bo", "data": data}));
    }
    let calls = seen(&board, "bo").1;
    assert!(board.census().kept_bytes > 3000);

    accepts(&mut board, "bo", &calls[1]);

    assert_eq!(board.census().kept_bytes, 0);
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

#[test]
fn an_operator_ends_one_call_alone_and_sees_all() {
    let (mut board, [first, second, third]) = ringing();
    let own = board.rings("bo", "ana");
    let user = |id: &str| UserId::parse(id).unwrap();
    let report = |call: &str, caller: &str, callee: &str| CallReport {
        call: CallId::parse(call).unwrap(),
        caller: user(caller),
        callee: user(callee),
        stage: Stage::Ringing,
    };
    let bo = board.rules().user(&user("bo")).unwrap();
    let all = [
        report(&own, "bo", "ana"),
        report(&first, "cy", "bo"),
        report(&second, "dee", "bo"),
        report(&third, "eli", "bo"),
    ];
    assert_eq!(bo.calls, all);

    let call = CallId::parse(&second).unwrap();
    assert_eq!(board.steps(|rules, now, effects| rules.cut_call(&call, now, effects)), Ok(()));

    let told =
        json!({"type": "call-ended", "callId": second, "by": null, "reason": "ended-by-operator"});
    assert_eq!((board.hears_one("dee"), board.hears_one("bo")), (told.clone(), told));
    assert_eq!(seen(&board, "bo"), (Some(own), vec![first, third]));
}

#[test]
fn signals_may_name_any_live_call_of_the_two() {
    let (mut board, calls) = ringing();
    for (caller, call) in CALLERS.into_iter().zip(&calls) {
        board.says("bo", json!({"type": "offer", "to": caller, "callId": call, "data": 1}));
        assert_eq!(board.hears_one(caller)["callId"], json!(call));
        board.says(caller, json!({"type": "answer", "to": "bo", "callId": call, "data": 1}));
        assert_eq!(board.hears_one("bo")["callId"], json!(call));
    }

    let foreign = json!({"type": "offer", "id": "o1", "to": "cy", "callId": calls[1], "data": 1});
    board.says("bo", foreign);

    assert_eq!(
        error(board.hears_one("bo")),
        json!({"type": "error", "code": "not-your-call", "ref": "o1"})
    );
}

#[test]
fn every_request_counts_against_the_call_rate_whatever_comes_of_it() {
    let board = || {
        let with = Board::with(|config| config.call_rate = 3);
        let mut board = with.and(["ana", "bo", "cy", "dee", "eli", "fay"]);
        for caller in CALLERS {
            board.rings(caller, "bo");
        }
        board.says("ana", json!({"type": "block", "users": ["fay"]}));
        board.settle();
        board
    };
    for (to, reason) in [("bo", "busy"), ("nobody", "offline"), ("ana", "offline")] {
        let mut board = board();
        for _ in 0..3 {
            assert_eq!(calls_someone(&mut board, "fay", to)["reason"], reason);
        }
        let refused = calls_someone(&mut board, "fay", to);
        assert_eq!((&refused["code"], &refused["ref"]), (&json!("rate-limited"), &json!("r1")));
        board.passes(millis(refused["retryAfter"].as_u64().unwrap()));
        assert_eq!(calls_someone(&mut board, "fay", to)["reason"], reason);
    }
    let mut board = Board::with(|config| config.call_rate = 3).and(["bo", "fay"]);
    for _ in 0..3 {
        let call = board.rings("fay", "bo");
        board.says("bo", json!({"type": "call-reject", "callId": call}));
        let _ = (board.hears("fay"), board.hears("bo"));
    }
    assert_eq!(calls_someone(&mut board, "fay", "bo")["code"], "rate-limited", "rejected ones too");
}

/// One account rings the victim again and again. Ringing must not shut the victim in.
#[test]
fn a_user_who_is_rung_again_and_again_calls_and_is_called_and_can_block() {
    let mut board = Board::of(["mallory", "victim", "ana", "bo"]);
    for _ in 0..10 {
        let attack = board.rings("mallory", "victim");
        let call = board.rings("ana", "victim");
        accepts(&mut board, "victim", &call);
        assert_eq!(types(&board.hears("ana")), ["call-accept"]);
        assert_eq!(board.hears_one("victim"), ended(&attack, "victim", "busy"));
        board.says("ana", json!({"type": "call-hangup", "callId": call}));
        board.settle();

        board.rings("mallory", "victim");
        let call = board.rings("victim", "bo");
        accepts(&mut board, "bo", &call);
        assert_eq!(types(&board.hears("victim")), ["call-accept", "call-ended"]);
        board.says("victim", json!({"type": "call-hangup", "callId": call}));
        board.settle();
    }
    let call = board.rings("mallory", "victim");

    board.says("victim", json!({"type": "block", "users": ["mallory"]}));

    assert_eq!(board.hears_one("mallory"), ended(&call, "victim", "rejected"));
    board.settle();
    for _ in 0..5 {
        let told = json!({"type": "call-ended", "by": null, "reason": "offline", "ref": "r1"});
        assert_eq!(calls_someone(&mut board, "mallory", "victim"), told);
        board.says("mallory", json!({"type": "message", "id": "m", "to": "victim", "data": 1}));
        assert_eq!(board.hears_one("mallory")["code"], "user-offline");
        board.passes(secs(45));
    }
    assert_eq!(board.hears("victim"), NOTHING);
    board.connects("ana", "victim");
}
