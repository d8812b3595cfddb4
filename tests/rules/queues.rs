//! Who is behind: `queue-full` for the sender, and the server's own share.

use serde_json::{Value, json};
use switchboard::domain::{Backlog, UNWRITTEN_COST};

use crate::harness::{Board, NOTHING, error, types};

/// Small queues: 16 messages, 1000 bytes, 5000 on the node.
fn board() -> Board {
    let small = |config: &mut switchboard::config::Config| {
        (config.queue_messages, config.queue_bytes, config.queue_total) = (16, 1000, 5000);
    };
    Board::with(small).and(["ana", "bo", "cy"])
}

fn messages(messages: usize) -> Backlog {
    Backlog { messages, ..Backlog::default() }
}

fn bytes(bytes: usize) -> Backlog {
    Backlog { bytes, ..Backlog::default() }
}

fn node(node_bytes: usize) -> Backlog {
    Backlog { node_bytes, ..Backlog::default() }
}

/// The frame of a message with this `data` is 42 bytes and this one's own.
fn message(data: &Value) -> Value {
    json!({"type": "message", "id": "m1", "to": "bo", "data": data})
}

const FRAME: usize = r#"{"type":"message","from":"ana","data":7}"#.len();

#[test]
fn a_relay_passes_up_to_each_bound_and_not_past_it() {
    let passing = [messages(15), bytes(1000 - FRAME), node(5000 - UNWRITTEN_COST - FRAME)];
    let full = [messages(16), bytes(1001 - FRAME), node(5001 - UNWRITTEN_COST - FRAME)];
    for backlog in passing {
        let mut board = board();
        board.is_behind("bo", backlog);

        board.says("ana", message(&json!(7)));

        assert_eq!(types(&board.hears("bo")), ["message"], "{backlog:?}");
        assert_eq!(board.hears("ana"), NOTHING);
    }
    for backlog in full {
        let mut board = board();
        board.is_behind("bo", backlog);

        board.says("ana", message(&json!(7)));

        assert_eq!(board.hears("bo"), NOTHING, "{backlog:?}");
        assert_eq!(
            error(board.hears_one("ana")),
            json!({"type": "error", "code": "queue-full", "ref": "m1", "to": "bo"})
        );
        assert_eq!(board.closed("bo"), None);
    }
}

#[test]
fn every_kind_of_relay_is_refused_and_changes_nothing() {
    for kind in ["offer", "answer", "candidate", "message", "call-request"] {
        let mut board = board();
        board.is_behind("bo", messages(16));
        let before = board.state();

        board.says("ana", json!({"type": kind, "id": "1", "to": "bo", "data": 1}));

        assert_eq!(
            error(board.hears_one("ana")),
            json!({"type": "error", "code": "queue-full", "ref": "1", "to": "bo"})
        );
        assert_eq!(board.state(), before);
    }
}

#[test]
fn an_accept_that_does_not_fit_leaves_the_call_ringing() {
    let mut board = board();
    let call = board.rings("ana", "bo");
    board.is_behind("ana", messages(16));
    let before = board.state();

    board.says("bo", json!({"type": "call-accept", "id": "a1", "callId": call}));
    board.says("bo", json!({"type": "call-request", "id": "r1", "to": "ana"}));

    let heard = board.hears("bo");
    for (answer, id) in heard.iter().zip(["a1", "r1"]) {
        assert_eq!(
            error(answer.clone()),
            json!({"type": "error", "code": "queue-full", "ref": id, "to": "ana"})
        );
    }
    assert_eq!(heard.len(), 2);
    assert_eq!(board.state(), before);
    board.is_behind("ana", messages(0));
    board.says("bo", json!({"type": "call-accept", "callId": call}));
    assert_eq!(types(&board.hears("ana")), ["call-accept"]);
}

#[test]
fn with_a_receipt_queue_full_is_the_one_answer() {
    let mut board = board();
    board.is_behind("bo", messages(16));

    let wish = json!({"type": "offer", "id": "1", "to": "bo", "data": 1, "receipt": true});
    board.says("ana", wish);

    assert_eq!(types(&board.hears("ana")), ["error"]);
}

#[test]
fn a_message_to_a_room_names_each_member_that_is_too_far_behind() {
    let mut board = board().and(["di"]);
    board.joins(["ana", "bo", "cy", "di"], "den");
    board.is_behind("bo", messages(16));
    board.is_behind("cy", bytes(1000));

    board.says("ana", json!({"type": "message", "id": "1", "room": "den", "data": 1}));

    let full = |to| json!({"type": "error", "code": "queue-full", "ref": "1", "to": to});
    let heard: Vec<_> = board.hears("ana").into_iter().map(error).collect();
    assert_eq!(heard, [full("bo"), full("cy")]);
    assert_eq!(types(&board.hears("di")), ["message"]);
    assert_eq!(board.hears("bo"), NOTHING);
}

#[test]
fn a_volatile_message_is_dropped_in_silence_when_the_other_is_behind() {
    let mut board = board();
    board.joins(["ana", "bo", "cy"], "den");
    board.is_behind("bo", messages(5));

    let wish = json!({"type": "message", "id": "1", "to": "bo", "data": 1, "volatile": true});
    board.says("ana", wish);
    board.says("ana", json!({"type": "message", "room": "den", "data": 1, "volatile": true}));

    assert_eq!(board.hears("ana"), NOTHING);
    assert_eq!(board.hears("bo"), NOTHING);
    assert_eq!(types(&board.hears("cy")), ["message"]);
}

#[test]
fn a_volatile_message_passes_to_who_keeps_up() {
    for backlog in [messages(4), bytes(250)] {
        let mut board = board();
        board.is_behind("bo", backlog);

        let wish = json!({"type": "message", "to": "bo", "data": 1, "volatile": true});
        board.says("ana", wish);

        assert_eq!(
            board.hears("bo"),
            [json!({"type": "message", "from": "ana", "data": 1})],
            "{backlog:?}"
        );
    }
}

#[test]
fn a_volatile_message_that_was_dropped_is_undelivered_to_who_asked() {
    for backlog in [messages(5), bytes(251)] {
        let mut board = board();
        board.is_behind("bo", backlog);

        board.says(
            "ana",
            json!({
                "type": "message", "id": "1", "to": "bo", "data": 1, "volatile": true,
                "receipt": true,
            }),
        );

        assert_eq!(board.hears("ana"), [json!({"type": "undelivered", "ref": "1", "to": "bo"})]);
    }
}

#[test]
fn a_volatile_message_to_who_is_not_there_is_user_offline() {
    let mut board = board();

    board.says("ana", json!({"type": "message", "to": "dan", "data": 1, "volatile": true}));

    assert_eq!(board.hears_one("ana")["code"], "user-offline");
}

#[test]
fn what_the_server_itself_says_has_a_second_share() {
    for backlog in [messages(31), bytes(1800), node(1_000_000)] {
        let mut board = board();
        let call = board.connects("ana", "bo");
        board.is_behind("bo", backlog);

        board.says("ana", json!({"type": "call-hangup", "callId": call}));

        assert_eq!(types(&board.hears("bo")), ["call-ended"], "{backlog:?}");
        assert_eq!(board.closed("bo"), None);
    }
}

#[test]
fn who_fills_the_second_share_is_closed_with_4053_and_its_session_ends() {
    for backlog in [messages(32), bytes(1990)] {
        let mut board = board();
        board.joins(["bo", "cy"], "den");
        let call = board.connects("ana", "bo");
        board.is_behind("bo", backlog);

        board.says("ana", json!({"type": "call-hangup", "callId": call}));

        assert_eq!(board.closed("bo"), Some(4053), "{backlog:?}");
        assert_eq!(board.hears("bo"), NOTHING);
        assert_eq!(types(&board.hears("cy")), ["member-left", "presence"]);
        assert_eq!(types(&board.hears("ana")), ["call-ended", "presence"]);
        assert_eq!(board.census().counts.evicted, 1);
    }
}

#[test]
fn who_fills_it_with_answers_to_itself_is_closed_too() {
    let mut board = board();
    board.is_behind("ana", messages(32));

    board.says("ana", json!({"type": "ping"}));
    board.says("ana", json!({"type": "ping"}));

    assert_eq!(board.closed("ana"), Some(4053));
    assert_eq!(board.census().users, 2);
}

#[test]
fn an_eviction_loses_the_call_of_the_one_who_is_closed() {
    let mut board = board();
    let call = board.rings("ana", "bo");
    board.is_behind("bo", messages(32));

    board.says("bo", json!({"type": "ping"}));

    let heard = board.hears("ana");
    assert_eq!(
        heard[0],
        json!({"type": "call-ended", "callId": call, "by": "bo", "reason": "lost"})
    );
}

#[test]
fn one_eviction_may_bring_about_another() {
    let mut board = board();
    board.joins(["ana", "bo", "cy"], "den");
    board.is_behind("bo", messages(32));
    board.is_behind("cy", messages(32));

    board.goes("ana");

    assert_eq!((board.closed("bo"), board.closed("cy")), (Some(4053), Some(4053)));
    assert_eq!(board.census().users, 0);
    assert_eq!(board.census().rooms, 0);
}

#[test]
fn a_socket_that_was_behind_does_not_hold_its_successor_back() {
    let mut board = board();
    board.is_behind("bo", messages(32));

    board.logs_in("bo");

    assert_eq!(types(&board.hears("bo")), ["registered", "client-list"]);
    assert_eq!(board.closed("bo"), None);
}

#[test]
fn a_list_longer_than_the_queue_keeps_nobody_out() {
    let mut board = Board::with(|config| {
        (config.max_frame, config.queue_bytes) = (1024, 1024);
    });
    let users: Vec<_> = (0..300).map(|n| format!("a-rather-long-name-{n}")).collect();

    for user in &users {
        board.logs_in(user);
        assert_eq!(types(&board.hears(user))[..2], ["registered", "client-list"]);
    }

    assert!(users.iter().all(|user| board.closed(user).is_none()));
}

#[test]
fn a_full_node_closes_nobody_who_reads() {
    let mut board = board();
    let node_bytes = usize::MAX >> 1;
    let full = Backlog { messages: 8, bytes: 1000, node_bytes, address_bytes: 0 };
    board.is_behind("ana", full);

    board.says("ana", json!({"type": "ping"}));

    assert_eq!(types(&board.hears("ana")), ["pong"]);
    assert_eq!(board.closed("ana"), None);
}

#[test]
fn a_list_reaches_a_client_that_reads_on_a_full_node_and_past_the_share_for_lists_closes_it() {
    const TOTAL: usize = 1 << 20;
    let users: Vec<_> = (0..200).map(|n| format!("{n}-{}", "x".repeat(100))).collect();
    for (node_bytes, is_served) in [(TOTAL, true), (TOTAL + TOTAL / 8, false)] {
        let mut board = Board::with(|config| config.queue_total = TOTAL);
        users.iter().for_each(|user| drop(board.logs_in(user)));
        board.logs_in("bo");
        board.settle();
        board.is_behind("bo", node(node_bytes));

        board.says("bo", json!({"type": "list"}));

        assert_eq!(types(&board.hears("bo")) == ["client-list"], is_served, "{node_bytes}");
        assert_eq!(board.closed("bo"), (!is_served).then_some(4053));
    }
}

#[test]
fn what_a_caller_sent_along_counts_while_it_rings() {
    let mut board = board();
    let data = "x".repeat(500);
    board.says("ana", json!({"type": "call-request", "to": "bo", "data": data}));
    assert_eq!(board.census().kept_bytes, 502);

    let call = board.hears("bo")[0]["callId"].as_str().unwrap().to_owned();
    board.says("bo", json!({"type": "call-accept", "callId": call}));

    assert_eq!(board.census().kept_bytes, 0);
}
