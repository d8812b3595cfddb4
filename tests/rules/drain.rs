//! The node stops: what is under way is settled, then everybody is sent away.

use serde_json::json;
use switchboard::config::DuplicateLogin;

use crate::harness::{Board, NOTHING, error, millis, secs, types};

/// `bo` owes `ana` an acknowledgement.
fn board() -> Board {
    let mut board = Board::new().and_counting(["ana", "bo"]).and(["cy"]);
    board.writes("ana", "bo", "m1");
    let _ = board.hears("bo");
    board
}

#[test]
fn an_ack_under_way_has_a_second_and_settles_its_verdict() {
    let mut board = board();
    board.drains();
    board.passes(millis(999));
    assert_eq!((board.closed("ana"), board.hears("ana")), (None, vec![]));

    board.acks_to("bo", 1);

    let told = board.hears("ana");
    assert_eq!(told[0], json!({"type": "delivered", "ref": "m1", "to": "bo"}));
    assert_eq!(types(&told), ["delivered", "ack"]);
    for user in ["ana", "bo", "cy"] {
        assert_eq!(board.closed(user), Some(1012));
    }
}

#[test]
fn after_a_second_every_verdict_is_given_and_everybody_sent_away() {
    let mut board = board();
    board.writes("ana", "bo", "m2");
    board.goes("bo");
    board.writes("ana", "bo", "m3");
    board.drains();

    board.passes(secs(1));

    let heard = board.hears("ana");
    assert_eq!(types(&heard), ["relayed", "relayed", "undelivered", "ack"]);
    assert_eq!(board.closed("ana"), Some(1012));
    let census = board.census();
    assert_eq!((census.users, census.waiting, census.kept_bytes), (0, 0, 0));
}

#[test]
fn where_nobody_waits_for_a_verdict_all_are_sent_away_at_once() {
    let mut board = board();
    board.acks_to("bo", 1);
    board.says("ana", json!({"type": "message", "to": "bo", "data": 1}));

    board.drains();

    assert_eq!(board.closed("bo"), Some(1012));
}

#[test]
fn who_counts_is_told_with_the_close_how_far_it_was_heard() {
    let mut board = board();
    board.acks_to("bo", 1);
    let _ = board.hears("ana");

    board.drains();

    assert_eq!(board.hears("ana"), [json!({"type": "ack", "received": 1})]);
    assert_eq!(board.hears("bo"), NOTHING);
}

#[test]
fn while_it_settles_new_messages_are_unavailable() {
    let mut board = board();
    board.drains();

    board.says("cy", json!({"type": "message", "id": "1", "to": "bo", "data": 1}));
    board.says("ana", json!({"type": "join", "id": "2", "room": "den"}));

    for (user, id) in [("cy", "1"), ("ana", "2")] {
        let unavailable = json!({"type": "error", "code": "unavailable", "ref": id});
        assert_eq!(error(board.hears_one(user)), unavailable);
    }
    assert_eq!(board.hears("bo"), NOTHING);
}

#[test]
fn while_it_settles_pings_are_answered() {
    let mut board = board();
    board.drains();

    board.says("cy", json!({"type": "ping"}));

    assert_eq!(types(&board.hears("cy")), ["pong"]);
}

#[test]
fn while_it_settles_nobody_is_let_in_not_even_by_a_resume() {
    let mut board = board();
    let older = board.socket("ana");
    board.drains();

    let resuming = board.resumes("ana");
    let newcomer = board.logs_in("di");

    for socket in [resuming, newcomer] {
        let heard = board.hears_over(&socket);
        assert_eq!(error(heard[0].clone()), json!({"type": "error", "code": "unavailable"}));
        assert_eq!(board.closed_over(&socket), Some(1013));
    }
    assert_eq!(board.closed_over(&older), None);
}

#[test]
fn a_second_drain_does_not_give_another_second() {
    let mut board = board();
    board.drains();
    board.passes(millis(900));
    board.drains();

    board.passes(millis(100));

    assert_eq!(board.closed("ana"), Some(1012));
}

#[test]
fn a_session_is_gone_with_the_node() {
    let mut board = board();
    board.goes("bo");
    board.drains();
    board.passes(secs(1));

    board.resumes("bo");

    assert_eq!(board.closed("bo"), Some(1013));
    assert_eq!(board.census().users, 0);
}

#[test]
fn everybody_is_sent_away_with_the_drain_window_or_one_second_for_2000_users() {
    use switchboard::protocol::Close;
    let window = |close: Option<Close>| match close {
        Some(Close::Restart { window }) => window,
        other => panic!("{other:?}"),
    };
    let mut board = board();
    board.drains();
    board.passes(secs(1));
    assert_eq!(window(board.close("ana")), secs(5));

    let mut board = Board::with(|config| config.drain_window = secs(0));
    for user in 0..100 {
        board.logs_in(&format!("u{user}"));
    }
    board.drains();
    assert_eq!(window(board.close("u7")), millis(50));
}

/// The holder of the name, and another that wants it, on a node that settles.
fn contested() -> (Board, crate::harness::Socket, crate::harness::Socket) {
    let reject = |config: &mut switchboard::config::Config| {
        config.duplicate_login = DuplicateLogin::Reject;
    };
    let mut board = Board::with(reject).and_counting(["ana", "bo"]);
    board.writes("bo", "ana", "m1");
    let holder = board.socket("ana");
    let challenger = board.logs_in("ana");
    (board, holder, challenger)
}

#[test]
fn who_waits_for_a_name_is_not_let_in_when_its_holder_goes_while_it_settles() {
    for parting in [
        switchboard::domain::Parting::Broken,
        switchboard::domain::Parting::Goodbye,
        switchboard::domain::Parting::Violation,
    ] {
        let (mut board, holder, challenger) = contested();
        board.drains();

        board.ends(&holder, parting);
        board.passes(secs(60));

        let heard = board.hears_over(&challenger);
        assert_eq!(types(&heard), ["error"], "{parting:?}");
        assert_eq!(heard[0]["code"], "unavailable");
        assert_eq!(board.closed_over(&challenger), Some(1013));
        assert_eq!(board.census().users, 0);
    }
}

#[test]
fn who_waits_for_a_name_is_not_let_in_when_its_time_has_come_while_it_settles() {
    let (mut board, holder, challenger) = contested();
    board.passes(millis(4_500));
    board.drains();

    board.passes(secs(60));

    assert_eq!(types(&board.hears_over(&challenger)), ["error"]);
    assert_eq!(board.closed_over(&challenger), Some(1013));
    assert_eq!(board.closed_over(&holder), Some(1012));
    assert_eq!(board.census().users, 0);
}

#[test]
fn a_sender_hears_every_verdict_however_much_it_has_yet_to_acknowledge() {
    let small = |config: &mut switchboard::config::Config| config.queue_messages = 16;
    let mut board = Board::with(small).and_counting(["ana", "bo"]);
    for id in ["m1", "m2", "m3"] {
        board.writes("ana", "bo", id);
    }
    // All of its queue but what is promised to the verdicts.
    for _ in 0..13 {
        board.says("ana", json!({"type": "join", "room": "den"}));
    }
    let _ = board.hears("ana");
    board.drains();

    board.passes(secs(1));

    assert_eq!(types(&board.hears("ana")), ["relayed", "relayed", "relayed", "ack"]);
    assert_eq!(board.closed("ana"), Some(1012));
}

#[test]
fn who_reads_too_slowly_to_be_told_its_verdicts_is_closed_with_4053() {
    let mut board = board();
    let far = switchboard::domain::Backlog { messages: 1024, ..Default::default() };
    board.is_behind("ana", far);
    board.drains();

    board.passes(secs(1));

    assert_eq!((board.hears("ana"), board.closed("ana")), (vec![], Some(4053)));
    assert_eq!(board.closed("bo"), Some(1012));
}
