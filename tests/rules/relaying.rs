//! From one client to another: offers, answers, candidates, messages, and their verdicts.

use serde_json::{Value, json};

use crate::harness::{Board, NOTHING, error};

const SIGNALS: [&str; 3] = ["offer", "answer", "candidate"];

#[track_caller]
fn refuses(board: &mut Board, user: &str, message: Value, expected: Value) {
    let before = board.state();
    board.says(user, message);
    assert_eq!(error(board.hears_one(user)), expected);
    for other in ["ana", "bo", "cy"] {
        assert_eq!(board.hears(other), NOTHING, "{other}");
    }
    assert_eq!(board.state(), before);
}

#[test]
fn signals_need_no_call_and_are_stamped_with_from() {
    let mut board = Board::of(["ana", "bo"]);

    for kind in SIGNALS {
        board.says("ana", json!({"type": kind, "id": "o1", "to": "bo", "data": {"sdp": "v=0"}}));

        assert_eq!(
            board.hears("bo"),
            [json!({"type": kind, "from": "ana", "data": {"sdp": "v=0"}})]
        );
        assert_eq!(board.hears("ana"), NOTHING);
    }
}

#[test]
fn signals_within_a_call_go_both_ways_while_it_rings_and_when_it_is_accepted() {
    for begin in [Board::rings, Board::connects] {
        let mut board = Board::of(["ana", "bo"]);
        let call = begin(&mut board, "ana", "bo");

        for kind in SIGNALS {
            for (from, to) in [("ana", "bo"), ("bo", "ana")] {
                board.says(from, json!({"type": kind, "to": to, "callId": call, "data": null}));

                assert_eq!(
                    board.hears(to),
                    [json!({"type": kind, "from": from, "callId": call, "data": null})]
                );
            }
        }
    }
}

#[test]
fn a_live_call_of_others_is_not_your_call() {
    let mut board = Board::of(["ana", "bo", "cy"]);
    let call = board.connects("ana", "bo");

    for kind in SIGNALS {
        refuses(
            &mut board,
            "cy",
            json!({"type": kind, "id": "1", "to": "ana", "callId": call, "data": 1}),
            json!({"type": "error", "code": "not-your-call", "ref": "1"}),
        );
    }
}

#[test]
fn my_own_call_with_somebody_else_is_not_your_call_either() {
    let mut board = Board::of(["ana", "bo", "cy"]);
    let call = board.connects("ana", "bo");

    for user in ["ana", "bo"] {
        refuses(
            &mut board,
            user,
            json!({"type": "offer", "id": "1", "to": "cy", "callId": call, "data": 1}),
            json!({"type": "error", "code": "not-your-call", "ref": "1"}),
        );
    }
}

#[test]
fn a_call_that_is_not_live_is_over() {
    let mut board = Board::of(["ana", "bo", "cy"]);
    let call = board.connects("ana", "bo");
    board.says("ana", json!({"type": "call-hangup", "callId": call}));
    board.settle();

    for call in [call.as_str(), "made-up"] {
        refuses(
            &mut board,
            "ana",
            json!({"type": "candidate", "id": "1", "to": "bo", "callId": call, "data": 1}),
            json!({"type": "error", "code": "call-over", "ref": "1"}),
        );
    }
}

#[test]
fn signals_within_a_room_need_both_to_be_in_it() {
    let mut board = Board::of(["ana", "bo", "cy"]);
    board.joins(["ana", "bo"], "den");

    board.says("ana", json!({"type": "offer", "to": "bo", "room": "den", "data": 1}));

    assert_eq!(
        board.hears_one("bo"),
        json!({"type": "offer", "from": "ana", "room": "den", "data": 1})
    );
    for (from, to, room) in [("ana", "cy", "den"), ("cy", "ana", "den"), ("ana", "bo", "attic")] {
        board.says(from, json!({"type": "offer", "id": "1", "to": to, "room": room, "data": 1}));
        assert_eq!(board.hears_one(from)["code"], "not-in-room", "{from} to {to} in {room}");
        assert_eq!(board.hears(to), NOTHING);
    }
}

#[test]
fn a_signal_may_belong_to_a_call_and_a_room() {
    let mut board = Board::of(["ana", "bo"]);
    board.joins(["ana", "bo"], "den");
    let call = board.connects("ana", "bo");

    let message = json!({"type": "offer", "to": "bo", "callId": call, "room": "den", "data": 1});
    board.says("ana", message);

    assert_eq!(
        board.hears_one("bo"),
        json!({"type": "offer", "from": "ana", "callId": call, "room": "den", "data": 1})
    );
}

#[test]
fn who_is_not_online_is_named() {
    let mut board = Board::of(["ana", "bo", "cy"]);

    for kind in ["offer", "answer", "candidate", "message"] {
        refuses(
            &mut board,
            "ana",
            json!({"type": kind, "id": "1", "to": "dan", "data": 1, "receipt": true}),
            json!({"type": "error", "code": "user-offline", "ref": "1", "to": "dan"}),
        );
    }
}

#[test]
fn sending_to_oneself_is_refused() {
    let mut board = Board::of(["ana", "bo", "cy"]);

    for kind in ["offer", "answer", "candidate", "message"] {
        refuses(
            &mut board,
            "ana",
            json!({"type": kind, "id": "1", "to": "ana", "data": 1, "receipt": true}),
            json!({"type": "error", "code": "self", "ref": "1"}),
        );
    }
}

#[test]
fn a_message_reaches_its_user_and_no_other() {
    let mut board = Board::of(["ana", "bo", "cy"]);

    board.says("ana", json!({"type": "message", "to": "bo", "data": {"text": "你好"}}));

    assert_eq!(
        board.hears("bo"),
        [json!({"type": "message", "from": "ana", "data": {"text": "你好"}})]
    );
    assert_eq!(board.hears("cy"), NOTHING);
    assert_eq!(board.hears("ana"), NOTHING);
}

#[test]
fn a_message_to_a_room_reaches_all_other_members() {
    let mut board = Board::of(["ana", "bo", "cy", "di"]);
    board.joins(["ana", "bo", "cy"], "den");

    board.says("ana", json!({"type": "message", "id": "m1", "room": "den", "data": 1}));

    let message = json!({"type": "message", "from": "ana", "room": "den", "data": 1});
    assert_eq!(board.hears_one("bo"), message);
    assert_eq!(board.hears("cy"), [message]);
    assert_eq!(board.hears("di"), NOTHING);
    assert_eq!(board.hears("ana"), NOTHING);
}

#[test]
fn a_message_to_a_room_needs_membership() {
    let mut board = Board::of(["ana", "bo", "cy"]);
    board.joins(["ana", "bo"], "den");

    for room in ["den", "attic"] {
        refuses(
            &mut board,
            "cy",
            json!({"type": "message", "id": "1", "room": room, "data": 1}),
            json!({"type": "error", "code": "not-in-room", "ref": "1"}),
        );
    }
}

#[test]
fn a_receipt_is_answered_relayed_exactly_once() {
    let mut board = Board::of(["ana", "bo"]);

    for kind in ["offer", "answer", "candidate", "message"] {
        let message = json!({"type": kind, "id": "m1", "to": "bo", "data": 1, "receipt": true});
        board.says("ana", message);

        assert_eq!(board.hears("ana"), [json!({"type": "relayed", "ref": "m1", "to": "bo"})]);
        assert_eq!(board.hears_one("bo"), json!({"type": kind, "from": "ana", "data": 1}));
    }
}

#[test]
fn without_a_wish_for_a_receipt_there_is_none() {
    let mut board = Board::of(["ana", "bo"]);

    for receipt in [json!({}), json!({"receipt": false})] {
        let mut message = json!({"type": "message", "id": "m1", "to": "bo", "data": 1});
        message.as_object_mut().unwrap().extend(receipt.as_object().unwrap().clone());
        board.says("ana", message);
    }

    assert_eq!(board.hears("ana"), NOTHING);
    assert_eq!(board.hears("bo").len(), 2);
}

#[test]
fn a_receipt_without_id_or_of_a_room_is_a_bad_message() {
    let mut board = Board::of(["ana", "bo", "cy"]);
    board.joins(["ana", "bo"], "den");

    refuses(
        &mut board,
        "ana",
        json!({"type": "message", "to": "bo", "data": 1, "receipt": true}),
        json!({"type": "error", "code": "bad-message"}),
    );
    refuses(
        &mut board,
        "ana",
        json!({"type": "message", "id": "1", "room": "den", "data": 1, "receipt": true}),
        json!({"type": "error", "code": "bad-message", "ref": "1"}),
    );
}

#[test]
fn messages_of_one_sender_arrive_in_order() {
    let mut board = Board::of(["ana", "bo"]);

    for number in 0..100 {
        let kind = ["message", "offer", "candidate"][number % 3];
        board.says("ana", json!({"type": kind, "to": "bo", "data": number}));
    }

    let numbers: Vec<_> = board.hears("bo").iter().map(|it| it["data"].as_u64().unwrap()).collect();
    assert_eq!(numbers, (0..100).collect::<Vec<_>>());
}

#[test]
fn data_is_relayed_byte_for_byte_wherever_it_may_stand() {
    // What is wrong in no JSON text, and survives no parser unharmed.
    let data = r#"{ "a" : 1.00e+5,"b":[ ],"a":"é\/" ,"big":123456789012345678901234567890}"#;
    let mut board = Board::of(["ana", "bo"]);
    board.joins(["ana", "bo"], "den");

    board.says_text("ana", &format!(r#"{{"data": {data} ,"type":"message","to":"bo"}}"#));
    board.says_text("ana", &format!(r#"{{"type":"message","data":{data},"room":"den"}}"#));
    board.says_text("ana", &format!(r#"{{"type":"offer","data":{data},"to":"bo"}}"#));
    board.says_text("ana", &format!(r#"{{"type":"call-request","data":{data},"to":"bo"}}"#));

    for frame in board.frames("bo").iter().rev().take(4) {
        assert!(frame.ends_with(&format!(",\"data\":{data}}}")), "{frame}");
    }
}

#[test]
fn open_mode_has_no_token_to_refresh() {
    let mut board = Board::of(["ana", "bo", "cy"]);

    refuses(
        &mut board,
        "ana",
        json!({"type": "refresh", "id": "1", "token": "abc"}),
        json!({"type": "error", "code": "not-permitted", "ref": "1"}),
    );
}

#[test]
fn a_ping_is_answered_and_an_ack_is_not() {
    let mut board = Board::of(["ana"]);

    board.says("ana", json!({"type": "ping", "id": "p1"}));
    board.says("ana", json!({"type": "ack", "id": "k1", "received": 7}));
    board.says("ana", json!({"type": "ping"}));

    assert_eq!(board.hears("ana"), [json!({"type": "pong", "ref": "p1"}), json!({"type": "pong"})]);
}
