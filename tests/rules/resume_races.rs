//! The rules that keep races of sockets harmless.

use serde_json::{Value, json};
use switchboard::config::DuplicateLogin;
use switchboard::domain::Login;

use crate::harness::{Board, NOTHING, error, secs, types};

fn board() -> Board {
    Board::new().and_counting(["ana", "bo"])
}

#[test]
fn who_takes_a_session_over_closes_the_older_socket_with_4009() {
    let mut board = board();
    let older = board.socket("ana");

    let newer = board.resumes("ana");

    assert_eq!(board.closed_over(&older), Some(4009));
    assert_eq!(board.closed_over(&newer), None);
    assert_eq!(types(&board.hears_over(&newer)), ["registered", "client-list"]);
    assert_eq!(board.hears("bo"), NOTHING);
}

#[test]
fn of_two_sockets_that_resume_at_once_the_second_has_the_session() {
    let mut board = board();
    board.goes("ana");

    let first = board.resumes_having("ana", 0);
    let second = board.resumes_having("ana", 0);

    assert_eq!(board.closed_over(&first), Some(4009));
    assert_eq!(board.hears_over(&second)[0]["resumed"], true);
    board.writes("bo", "ana", "m1");
    assert_eq!(types(&board.hears_over(&second)), ["message"]);
}

#[test]
fn a_late_attempt_is_closed_with_4009_alone_and_changes_nothing() {
    let mut board = board();
    board.writes("bo", "ana", "m1");
    board.goes("ana");
    let good = board.resumes_having("ana", 1);
    let _ = board.hears("bo");
    let _ = board.hears_over(&good);
    let before = board.state();

    let late = board.resumes_having("ana", 0);

    assert_eq!(board.closed_over(&late), Some(4009));
    assert_eq!(board.hears_over(&late), NOTHING);
    assert_eq!(board.closed_over(&good), None);
    assert_eq!((board.hears_over(&good), board.hears("bo")), (vec![], vec![]));
    assert_eq!(board.state(), before);
    assert_eq!(board.census().counts.late_resumes, 1);
}

#[test]
fn an_attempt_that_is_late_for_a_waiting_session_leaves_it_waiting() {
    let mut board = board();
    board.writes("bo", "ana", "m1");
    board.acks("ana");
    let received = board.received("ana");
    board.goes("ana");

    let late = board.resumes_having("ana", 0);

    assert_eq!(board.closed_over(&late), Some(4009));
    assert_eq!(board.census().waiting, 1);
    board.resumes_having("ana", received);
    assert_eq!(board.hears("ana")[0]["resumed"], true);
}

#[test]
fn more_received_than_was_sent_ends_the_session() {
    let mut board = board();
    board.joins(["ana", "bo"], "den");
    let received = board.received("ana");
    let older = board.socket("ana");

    board.resumes_having("ana", received + 1);

    assert_eq!(board.closed_over(&older), Some(4500));
    let registered = board.hears("ana").remove(0);
    assert_eq!(registered["resumed"], false);
    assert_eq!((&registered["received"], &registered["rooms"]), (&json!(0), &json!([])));
    assert_eq!(board.hears("bo")[0]["type"], "member-left");
}

#[test]
fn an_answer_that_is_lost_on_the_way_does_not_spoil_the_next_attempt() {
    let mut board = board();
    board.writes("bo", "ana", "m1");
    board.goes("ana");
    for _ in 0..3 {
        let lost = board.resumes_having("ana", 0);
        board.breaks(&lost);
    }

    board.resumes_having("ana", 0);

    let heard = board.hears("ana");
    assert_eq!(types(&heard), ["registered", "message", "client-list"]);
    assert_eq!(heard[0]["resumed"], true);
}

#[test]
fn what_a_superseded_socket_still_says_is_neither_counted_nor_handled_nor_answered() {
    let mut board = board();
    let older = board.socket("ana");
    let newer = board.resumes("ana");
    let _ = board.hears_over(&newer);
    let before = (board.state(), board.census().kept_bytes);

    for text in [
        r#"{"type":"message","id":"1","to":"bo","data":1,"receipt":true}"#,
        r#"{"type":"join","room":"den"}"#,
        r#"{"type":"ack","received":0}"#,
        r#"{"type":"ping"}"#,
        "nonsense",
    ] {
        board.says_over(&older, text);
    }
    board.passes(secs(5));

    assert_eq!((board.state(), board.census().kept_bytes), before);
    assert_eq!((board.hears_over(&newer), board.hears("bo")), (vec![], vec![]));
    board.resumes("ana");
    assert_eq!(board.hears("ana")[0]["received"], 0);
}

#[test]
fn the_end_of_a_superseded_socket_changes_nothing() {
    let mut board = board();
    let older = board.socket("ana");
    let newer = board.resumes("ana");

    board.breaks(&older);
    board.ends(&older, switchboard::domain::Parting::Goodbye);
    board.passes(secs(60));

    assert_eq!(board.closed_over(&newer), None);
    assert_eq!((board.census().users, board.census().waiting), (2, 0));
}

#[test]
fn an_ack_over_an_older_socket_settles_nothing() {
    let mut board = board();
    board.writes("bo", "ana", "m1");
    let older = board.socket("ana");
    board.resumes_having("ana", 0);

    board.says_over(&older, r#"{"type":"ack","received":1}"#);

    assert_eq!(board.hears("bo"), NOTHING);
    board.acks_to("ana", 1);
    assert_eq!(types(&board.hears("bo")), ["delivered"]);
}

#[test]
fn a_resume_that_fails_while_another_holds_the_name_gets_4509_and_changes_nothing() {
    let mut board = board();
    let token = board.token("ana");
    let holder = board.logs_in_counting("ana");
    let _ = board.hears_over(&holder);
    board.joins(["ana"], "den");
    let before = board.state();

    let failed = board.knocks_with(board.login("ana", 0, &token));

    assert_eq!(board.closed_over(&failed), Some(4509));
    assert_eq!(board.hears_over(&failed), NOTHING);
    assert_eq!(board.closed_over(&holder), None);
    assert_eq!((board.hears_over(&holder), board.hears("bo")), (vec![], vec![]));
    assert_eq!(board.state(), before);
    assert_eq!(board.probes(&holder), 0);
}

/// The first message to somebody who brings this token for that user, whose session waits or is
/// over, without what differs from session to session.
fn answer_to(token: impl Fn(&Board) -> String, gap: u64) -> Value {
    let mut board = board();
    let mine = board.token("ana");
    let token = token(&board);
    board.goes("ana");
    board.passes(secs(gap));
    let socket = board.knocks_with(board.login("ana", 0, &token));
    let mut heard = board.hears_over(&socket);
    assert_eq!(types(&heard), ["registered", "client-list"]);
    let mut registered = heard.remove(0);
    assert_ne!(registered["resumeToken"], json!(mine));
    for own in ["sessionId", "resumeToken"] {
        registered.as_object_mut().unwrap().remove(own).unwrap();
    }
    registered
}

#[test]
fn a_foreign_an_expired_or_a_malformed_token_gives_a_fresh_session_and_reveals_nothing() {
    let foreign = answer_to(|board| board.token("bo"), 1);
    let expired = answer_to(|board| board.token("ana"), 31);
    let unknown = answer_to(|_| "AAAAAAAAAAAAAAAAAAAAAA".into(), 1);
    let malformed = answer_to(|_| "\u{e9} ".repeat(10_000), 1);
    let empty = answer_to(|_| String::new(), 31);

    assert_eq!(foreign["resumed"], false);
    for other in [expired, unknown, malformed, empty] {
        assert_eq!(foreign, other);
    }
}

#[test]
fn a_foreign_token_leaves_its_own_session_as_it_was() {
    let mut board = board();
    board.writes("ana", "bo", "m1");
    let bo = board.socket("bo");
    let _ = board.hears_over(&bo);
    board.goes("ana");

    board.knocks_with(board.login("ana", 1, &board.token("bo")));
    board.knocks_with(board.login("cy", 1, &board.token("bo")));

    assert_eq!(board.closed_over(&bo), None);
    board.passes(secs(2));
    board.writes("cy", "bo", "m2");
    assert!(types(&board.hears_over(&bo)).contains(&"message"));
}

#[test]
fn a_fresh_login_after_a_failed_resume_ends_the_calls_of_the_waiting_session() {
    let mut board = board();
    board.connects("ana", "bo");
    board.goes("ana");
    let _ = board.hears("bo");

    board.knocks_with(board.login("ana", 0, "unknown"));

    let ended = board.hears_one("bo");
    assert_eq!((&ended["type"], &ended["reason"]), (&json!("call-ended"), &json!("lost")));
    assert_eq!(board.hears("ana")[0]["calls"], json!([]));
}

#[test]
fn the_calls_of_a_session_that_expired_before_the_resume_have_ended_as_lost() {
    let mut board = board();
    board.connects("ana", "bo");
    board.goes("ana");
    board.passes(secs(30));
    board.resumes("ana");

    let heard = board.hears_counted("bo");

    assert_eq!(types(&heard), ["call-peer-away", "call-ended"]);
    assert_eq!(heard[1]["reason"], "lost");
    assert_eq!(board.hears("ana")[0]["resumed"], false);
}

#[test]
fn a_token_is_good_for_nothing_once_its_session_was_replaced() {
    let mut board = board();
    let token = board.token("ana");
    board.logs_in_counting("ana");
    board.goes("ana");

    board.knocks_with(board.login("ana", 0, &token));

    assert_eq!(board.hears("ana")[0]["resumed"], false);
}

#[test]
fn a_failed_resume_without_a_user_id_is_a_guest() {
    let mut board = board();
    let login = Login { user: None, ..board.login("ana", 0, "unknown") };

    let socket = board.knocks_with(login);

    let registered = board.hears_over(&socket).remove(0);
    assert!(registered["userId"].as_str().unwrap().starts_with("guest-"));
    assert_eq!(board.census().users, 3);
}

#[test]
fn a_resume_needs_no_sign_of_life_of_its_own_older_socket() {
    let reject = |config: &mut switchboard::config::Config| {
        config.duplicate_login = DuplicateLogin::Reject;
    };
    let mut board = Board::with(reject).and_counting(["ana"]);
    let older = board.socket("ana");

    board.resumes("ana");

    assert_eq!(board.probes(&older), 0);
    assert_eq!(board.closed_over(&older), Some(4009));
    assert_eq!(board.hears("ana")[0]["resumed"], true);
}

#[test]
fn a_resume_is_a_sign_of_life_to_whoever_wants_the_name() {
    let reject = |config: &mut switchboard::config::Config| {
        config.duplicate_login = DuplicateLogin::Reject;
    };
    let mut board = Board::with(reject).and_counting(["ana"]);
    let resume = board.login("ana", 0, &board.token("ana"));
    let challenger = board.logs_in("ana");

    board.knocks_with(resume);
    board.passes(secs(60));

    let refused = board.hears_over(&challenger);
    assert_eq!(error(refused[0].clone()), json!({"type": "error", "code": "name-in-use"}));
    assert_eq!(board.closed_over(&challenger), Some(4510));
    assert_eq!(types(&board.hears("ana")), ["registered", "client-list"]);
}

#[test]
fn a_received_above_what_was_sent_leaves_the_client_its_name() {
    let mut board = board();
    let token = board.token("ana");
    board.goes("ana");

    let login = Login { user: None, ..board.login("ana", 99, &token) };
    board.knocks_with(login);

    let registered = &board.hears("ana")[0];
    assert_eq!((&registered["userId"], &registered["resumed"]), (&json!("ana"), &json!(false)));
}
