//! What a sender is told of a message with a receipt: exactly one verdict.

use serde_json::{Value, json};
use switchboard::domain::Parting;

use crate::harness::{Board, NOTHING, secs, types};

fn board() -> Board {
    Board::new().and_counting(["ana", "bo"])
}

fn verdict(kind: &str, id: &str) -> Value {
    json!({"type": kind, "ref": id, "to": "bo"})
}

#[test]
fn delivered_comes_with_the_ack_and_not_before() {
    let mut board = board();
    board.writes("ana", "bo", "m1");
    board.writes("ana", "bo", "m2");
    board.passes(secs(4));
    assert_eq!(board.hears("ana"), NOTHING);

    board.acks_to("bo", 1);
    assert_eq!(board.hears_one("ana"), verdict("delivered", "m1"));
    board.acks_to("bo", 2);
    assert_eq!(board.hears_one("ana"), verdict("delivered", "m2"));
}

#[test]
fn every_kind_of_relay_has_its_verdict() {
    for kind in ["offer", "answer", "candidate", "message"] {
        let mut board = board();
        board.says("ana", json!({"type": kind, "id": "1", "to": "bo", "data": 1, "receipt": true}));

        board.acks("bo");

        assert_eq!(board.hears_one("ana"), verdict("delivered", "1"), "{kind}");
    }
}

#[test]
fn without_a_receipt_there_is_no_verdict() {
    let mut board = board();
    board.says("ana", json!({"type": "message", "id": "1", "to": "bo", "data": 1}));

    board.acks("bo");
    board.ends(&board.socket("bo"), Parting::Goodbye);

    assert!(!types(&board.hears("ana")).contains(&"delivered"));
}

#[test]
fn undelivered_is_what_no_socket_was_ever_given() {
    let mut board = board();
    board.goes("bo");
    board.writes("ana", "bo", "m1");
    board.passes(secs(29));
    assert_eq!(board.hears_counted("ana"), NOTHING);

    board.passes(secs(1));

    assert_eq!(board.hears_counted("ana")[0], verdict("undelivered", "m1"));
}

#[test]
fn relayed_is_what_a_socket_was_given_and_nobody_acknowledged() {
    let mut board = board();
    board.writes("ana", "bo", "m1");
    board.goes("bo");
    board.writes("ana", "bo", "m2");

    board.passes(secs(30));

    let heard = board.hears_counted("ana");
    assert_eq!(heard[..2], [verdict("relayed", "m1"), verdict("undelivered", "m2")]);
}

#[test]
fn what_was_replayed_to_a_socket_is_relayed_at_the_end() {
    let mut board = board();
    board.goes("bo");
    board.writes("ana", "bo", "m1");
    board.resumes("bo");
    board.goes("bo");

    board.passes(secs(30));

    assert_eq!(board.hears_counted("ana")[0], verdict("relayed", "m1"));
}

#[test]
fn a_goodbye_and_a_violation_settle_at_once() {
    for parting in [Parting::Goodbye, Parting::Violation] {
        let mut board = board();
        board.writes("ana", "bo", "m1");

        board.ends(&board.socket("bo"), parting);

        assert_eq!(board.hears_counted("ana")[0], verdict("relayed", "m1"), "{parting:?}");
        assert_eq!(board.census().users, 1);
    }
}

#[test]
fn a_fresh_login_settles_what_was_kept_for_the_session_before() {
    let mut board = board();
    board.goes("bo");
    board.writes("ana", "bo", "m1");

    board.logs_in_counting("bo");

    assert_eq!(board.hears_one("ana"), verdict("undelivered", "m1"));
    assert_eq!(types(&board.hears("bo")), ["registered", "client-list"]);
}

#[test]
fn for_a_receiver_that_does_not_count_it_is_relayed_at_once() {
    let mut board = board();
    board.logs_in("bo");
    board.settle();

    board.writes("ana", "bo", "m1");

    assert_eq!(board.hears_one("ana"), verdict("relayed", "m1"));
    board.goes("bo");
    board.passes(secs(60));
    assert!(!types(&board.hears("ana")).contains(&"relayed"));
}

#[test]
fn a_volatile_message_to_one_who_is_away_is_undelivered_at_once() {
    let mut board = board();
    board.goes("bo");
    let message = |id: &str| {
        json!({"type": "message", "id": id, "to": "bo", "data": 1, "volatile": true,
               "receipt": id == "m1"})
    };

    board.says("ana", message("m1"));
    board.says("ana", message("m2"));

    assert_eq!(board.hears_one("ana"), verdict("undelivered", "m1"));
    board.resumes("bo");
    assert_eq!(types(&board.hears("bo")), ["registered", "client-list"]);
}

#[test]
fn a_verdict_waits_for_a_sender_that_is_away() {
    let mut board = board();
    board.writes("ana", "bo", "m1");
    board.goes("ana");
    board.acks("bo");

    board.resumes("ana");

    assert_eq!(board.hears("ana")[1], verdict("delivered", "m1"));
}

#[test]
fn a_verdict_goes_to_the_session_that_asked_or_nowhere() {
    let mut board = board();
    board.writes("ana", "bo", "m1");
    board.logs_in_counting("ana");
    let _ = board.hears("ana");

    board.acks("bo");

    assert_eq!(board.hears("ana"), NOTHING);
    assert_eq!(board.census().kept_bytes, 0);
}

#[test]
fn a_sender_that_does_not_count_gets_verdicts_too() {
    let mut board = board().and(["cy"]);
    board.writes("cy", "bo", "m1");

    board.acks("bo");

    assert_eq!(board.hears_one("cy"), verdict("delivered", "m1"));
}

#[test]
fn a_message_that_was_refused_has_an_error_and_no_verdict() {
    let mut board = board();

    board.writes("ana", "nobody", "m1");
    board.passes(secs(60));

    assert_eq!(types(&board.hears_counted("ana")), ["error"]);
}

#[test]
fn two_messages_with_the_same_id_have_a_verdict_each() {
    let mut board = board();
    board.writes("ana", "bo", "m1");
    board.writes("ana", "bo", "m1");

    board.acks("bo");

    let twice = [verdict("delivered", "m1"), verdict("delivered", "m1")];
    assert_eq!(board.hears("ana"), twice);
}

#[test]
fn all_promised_verdicts_may_come_at_once_and_end_nobodys_session() {
    let mut board = Board::with(|config| {
        (config.queue_messages, config.rate) = (16, 0);
    })
    .and_counting(["ana", "bo"]);
    board.goes("bo");
    for n in 0..20 {
        board.writes("ana", "bo", &n.to_string());
        board.acks("ana");
    }
    let heard = board.hears_counted("ana");
    let refused = heard.iter().filter(|it| it["code"] == "queue-full").count();
    assert_eq!(refused, 12, "half of the queue is promised, the rest is refused: {heard:?}");

    board.passes(secs(31));

    let verdicts = board.hears_counted("ana");
    let kinds = types(&verdicts);
    assert_eq!(kinds.iter().filter(|kind| **kind == "undelivered").count(), 8, "{verdicts:?}");
    assert_eq!(board.closed("ana"), None);
}

#[test]
fn a_verdict_that_has_come_makes_room_for_another_receipt() {
    let mut board = Board::with(|config| config.queue_messages = 16).and_counting(["ana", "bo"]);
    for n in 0..8 {
        board.writes("ana", "bo", &n.to_string());
    }
    board.writes("ana", "bo", "one too many");
    assert_eq!(board.hears_one("ana")["code"], "queue-full");

    board.acks("bo");
    board.acks("ana");
    let _ = board.hears("ana");
    board.writes("ana", "bo", "another");

    assert_eq!(board.hears("ana"), NOTHING);
}
