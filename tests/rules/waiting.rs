//! A session without a socket: what goes on meanwhile, and what ends it.

use serde_json::json;
use switchboard::config::DuplicateLogin;
use switchboard::domain::Parting;

use crate::harness::{Board, NOTHING, millis, offline, secs, types};

fn board() -> Board {
    Board::new().and_counting(["ana", "bo"])
}

#[test]
fn a_session_waits_for_the_resume_window_and_then_ends() {
    let mut board = board();
    board.joins(["ana", "bo"], "den");
    board.goes("ana");
    board.passes(millis(29_999));
    assert_eq!((board.census().users, board.census().waiting), (2, 1));
    assert_eq!(board.hears_counted("bo"), NOTHING);

    board.passes(millis(1));

    assert_eq!((board.census().users, board.census().waiting), (1, 0));
    assert_eq!(board.census().counts.expired, 1);
    assert_eq!(types(&board.hears_counted("bo")), ["member-left"]);
}

#[test]
fn the_end_of_the_window_is_the_first_that_presence_tells() {
    let mut board = board();
    board.goes("ana");

    board.passes(secs(30));

    assert_eq!(board.hears("bo"), [offline(["ana"])]);
}

#[test]
fn the_window_begins_anew_with_every_break() {
    let mut board = board();
    board.goes("ana");
    board.passes(secs(29));
    board.resumes("ana");
    board.passes(secs(29));
    board.goes("ana");

    board.passes(millis(29_999));

    assert_eq!(board.census().waiting, 1);
}

#[test]
fn without_a_window_the_session_ends_with_its_socket() {
    let mut board = Board::with(|config| config.resume_window = secs(0)).and_counting(["ana"]);

    board.goes("ana");

    assert_eq!(board.census().users, 0);
}

#[test]
fn goodbye_ends_a_session_that_counts_at_once() {
    for parting in [Parting::Goodbye, Parting::Violation] {
        let mut board = board();
        board.connects("ana", "bo");

        board.ends(&board.socket("ana"), parting);

        assert_eq!(board.census().users, 1);
        let ended = board.hears("bo").remove(0);
        assert_eq!((&ended["type"], &ended["reason"]), (&json!("call-ended"), &json!("lost")));
    }
}

#[test]
fn the_other_one_in_a_call_is_told_that_the_peer_is_away_and_back() {
    let mut board = board();
    let call = board.connects("ana", "bo");

    board.goes("ana");
    let away = json!({"type": "call-peer-away", "callId": call, "from": "ana"});
    assert_eq!(board.hears_one("bo"), away);

    board.resumes("ana");
    let back = json!({"type": "call-peer-back", "callId": call, "from": "ana"});
    assert_eq!(board.hears_one("bo"), back);
}

#[test]
fn who_takes_over_a_socket_that_still_stood_was_never_away() {
    let mut board = board();
    board.connects("ana", "bo");

    board.resumes("ana");

    assert_eq!(board.hears("bo"), NOTHING);
}

#[test]
fn away_and_back_are_told_while_it_rings_too() {
    let mut board = board();
    board.rings("ana", "bo");

    board.goes("bo");
    board.resumes("bo");

    assert_eq!(types(&board.hears("ana")), ["call-peer-away", "call-peer-back"]);
}

#[test]
fn when_both_are_away_each_hears_of_the_other_when_it_is_back() {
    let mut board = board();
    board.connects("ana", "bo");
    board.acks("ana");
    board.goes("ana");
    board.goes("bo");

    board.resumes("ana");
    board.resumes("bo");

    assert_eq!(
        types(&board.hears("ana"))[1..],
        ["call-peer-away", "client-list", "call-peer-back"]
    );
    let heard = board.hears("bo");
    assert_eq!(types(&heard)[1..], ["call-peer-back", "client-list"]);
    assert_eq!(heard[0]["calls"].as_array().unwrap().len(), 1);
}

#[test]
fn a_call_rings_for_one_who_is_away_and_the_caller_is_told_so() {
    let mut board = board();
    board.goes("bo");

    board.says("ana", json!({"type": "call-request", "to": "bo"}));
    let ringing = board.hears_one("ana");
    assert_eq!((&ringing["type"], &ringing["away"]), (&json!("call-ringing"), &json!(true)));

    board.passes(secs(10));
    board.resumes("bo");
    let heard = board.hears("bo");
    assert_eq!(types(&heard), ["registered", "call-request", "client-list"]);
    assert_eq!(heard[0]["calls"], json!([ringing["callId"]]));
    assert_eq!(types(&board.hears_counted("ana")), ["call-peer-back"]);
    board.says("bo", json!({"type": "call-accept", "callId": ringing["callId"]}));
    assert_eq!(board.hears_one("ana")["type"], "call-accept");
}

#[test]
fn away_is_left_out_where_the_callee_has_a_socket() {
    let mut board = board();

    board.says("ana", json!({"type": "call-request", "to": "bo"}));

    assert_eq!(board.hears_one("ana").get("away"), None);
}

#[test]
fn a_call_that_was_not_answered_ends_for_one_who_is_away_too() {
    let mut board =
        Board::with(|config| config.resume_window = secs(60)).and_counting(["ana", "bo"]);
    board.rings("ana", "bo");
    board.goes("bo");
    board.passes(secs(45));
    assert_eq!(board.hears("ana").last().unwrap()["reason"], "no-answer");

    board.resumes("bo");

    let heard = board.hears("bo");
    assert_eq!(types(&heard), ["registered", "call-ended", "client-list"]);
    assert_eq!((&heard[0]["calls"], &heard[1]["reason"]), (&json!([]), &json!("no-answer")));
}

#[test]
fn one_who_is_away_is_busy_as_before() {
    let mut board = board().and(["cy"]);
    board.connects("ana", "bo");
    board.goes("ana");

    board.says("cy", json!({"type": "call-request", "to": "ana"}));

    assert_eq!(board.hears_one("cy")["reason"], "busy");
}

#[test]
fn rooms_go_on_and_what_happened_in_them_is_replayed() {
    let mut board = board().and(["cy"]);
    board.joins(["ana", "bo"], "den");
    board.acks("ana");
    board.goes("ana");
    board.says("bo", json!({"type": "leave", "room": "den"}));
    board.says("cy", json!({"type": "join", "room": "den"}));
    board.says("cy", json!({"type": "message", "room": "den", "data": 1}));
    assert_eq!(board.hears("cy")[0]["members"], json!(["ana"]));

    board.resumes("ana");

    let heard = board.hears("ana");
    let missed = ["member-left", "member-joined", "message"];
    assert_eq!(types(&heard)[1..4], missed);
}

#[test]
fn a_fresh_login_inherits_a_call_that_still_rings_at_it_and_nothing_else() {
    let mut board = board();
    board.joins(["ana", "bo"], "den");
    board.says("bo", json!({"type": "watch", "users": ["cy"]}));
    board.settle();
    let call = board.rings("ana", "bo");
    board.writes("ana", "bo", "m1");
    board.goes("bo");
    board.passes(secs(10));

    board.logs_in_counting("bo");

    let heard = board.hears("bo");
    assert_eq!(types(&heard), ["registered", "client-list", "call-request"]);
    assert_eq!((&heard[0]["calls"], &heard[0]["rooms"]), (&json!([]), &json!([])));
    assert_eq!((&heard[2]["callId"], &heard[2]["expires"]), (&json!(call), &json!(35_000)));
    board.settle();
    board.logs_in("cy");
    board.passes(secs(2));
    assert_eq!(types(&board.hears("bo")), ["presence"], "once, to everybody");
}

#[test]
fn a_call_in_which_the_caller_was_replaced_ends() {
    let mut board = board();
    board.rings("ana", "bo");
    board.goes("ana");
    let _ = board.hears("bo");

    board.logs_in_counting("ana");

    assert_eq!(board.hears_one("bo")["reason"], "replaced");
    assert_eq!(types(&board.hears("ana")), ["registered", "client-list"]);
}

#[test]
fn a_waiting_session_does_not_hold_its_name() {
    let reject = |config: &mut switchboard::config::Config| {
        config.duplicate_login = DuplicateLogin::Reject;
    };
    let mut board = Board::with(reject).and_counting(["ana"]);
    board.goes("ana");

    board.logs_in("ana");

    assert_eq!(types(&board.hears("ana")), ["registered", "client-list"]);
}

#[test]
fn who_waits_for_the_name_gets_it_when_the_socket_of_the_holder_breaks() {
    let reject = |config: &mut switchboard::config::Config| {
        config.duplicate_login = DuplicateLogin::Reject;
    };
    let mut board = Board::with(reject).and_counting(["ana"]);
    let holder = board.socket("ana");
    let challenger = board.logs_in("ana");

    board.breaks(&holder);
    board.passes(secs(60));

    assert_eq!(types(&board.hears_over(&challenger)), ["registered", "client-list"]);
    assert_eq!(board.closed_over(&challenger), None);
    assert_eq!(board.census().users, 1);
}

#[test]
fn a_socket_closed_for_the_rate_or_for_slowness_leaves_its_session_waiting() {
    let low = |config: &mut switchboard::config::Config| (config.rate, config.burst) = (1, 1);
    let mut board = Board::with(low).and_counting(["ana"]);
    for _ in 0..101 {
        board.says("ana", json!({"type": "ping"}));
    }
    assert_eq!(board.closed("ana"), Some(4029));
    assert_eq!((board.census().users, board.census().waiting), (1, 1));
    board.passes(secs(5));
    board.resumes("ana");
    assert_eq!(board.hears("ana")[0]["resumed"], true);

    let far = switchboard::domain::Backlog { messages: 3 * 512, ..Default::default() };
    board.is_behind("ana", far);
    board.says("ana", json!({"type": "ping"}));

    assert_eq!(board.closed("ana"), Some(4053));
    assert_eq!((board.census().users, board.census().waiting), (1, 1));
}

#[test]
fn twenty_bad_messages_in_a_row_end_the_session() {
    let mut board = board();
    for _ in 0..20 {
        board.says_text("ana", "nonsense");
    }

    assert_eq!(board.closed("ana"), Some(4500));
    assert_eq!((board.census().users, board.census().waiting), (1, 0));
}

#[test]
fn a_waiting_session_counts_in_the_list_and_in_the_total() {
    let mut board = board();
    board.goes("bo");

    board.logs_in("cy");

    let list = board.hears("cy").remove(1);
    assert_eq!((&list["clients"], &list["total"]), (&json!(["ana", "bo"]), &json!(2)));
}

#[test]
fn who_was_closed_for_its_rate_has_a_row_of_its_own_after_the_resume() {
    let low = |config: &mut switchboard::config::Config| (config.rate, config.burst) = (1, 1);
    let mut board = Board::with(low).and_counting(["ana"]);
    for _ in 0..101 {
        board.says("ana", json!({"type": "ping"}));
    }
    board.resumes("ana");

    board.says("ana", json!({"type": "ping"}));

    assert_eq!(board.closed("ana"), None);
    assert_eq!(board.hears("ana").last().unwrap()["code"], "rate-limited");
}

#[test]
fn a_caller_that_was_told_its_callee_is_away_hears_that_it_is_back_when_it_rings_again() {
    let mut board = board();
    let call = board.rings("ana", "bo");
    board.goes("bo");
    assert_eq!(board.hears_one("ana")["type"], "call-peer-away");

    board.logs_in_counting("bo");

    let back = json!({"type": "call-peer-back", "callId": call, "from": "bo"});
    assert_eq!(board.hears_one("ana"), back);
}
