//! What is kept for a session that counts, and its bounds.

use serde_json::{Value, json};
use switchboard::config::Config;
use switchboard::domain::{Backlog, KEPT_COST, Parting};

use crate::harness::{Board, NOTHING, error, secs, types};

/// Small queues: 16 messages, 1000 bytes, 40 000 on the node.
fn small(config: &mut Config) {
    (config.queue_messages, config.queue_bytes, config.queue_total) = (16, 1000, 40_000);
    config.rate = 0;
}

fn board() -> Board {
    Board::with(small).and_counting(["ana", "bo"]).and(["cy"])
}

fn message(id: &str) -> Value {
    json!({"type": "message", "id": id, "to": "bo", "data": 7})
}

/// What the server keeps of [`message`].
const FRAME: usize = r#"{"type":"message","from":"cy","data":7}"#.len();

/// What that counts for.
const KEPT: usize = FRAME + KEPT_COST;

fn queue_full(id: &str) -> Value {
    json!({"type": "error", "code": "queue-full", "ref": id, "to": "bo"})
}

#[test]
fn past_the_messages_of_the_bound_the_sender_gets_queue_full_socket_or_no_socket() {
    for away in [false, true] {
        let mut board = board();
        if away {
            board.goes("bo");
        }
        for _ in 0..16 {
            board.says("cy", message("m"));
        }
        assert_eq!(board.hears("cy"), NOTHING);
        assert_eq!(board.census().kept_bytes, 16 * KEPT);

        board.says("cy", message("one too many"));

        assert_eq!(error(board.hears_one("cy")), queue_full("one too many"));
        assert_eq!(board.census().kept_bytes, 16 * KEPT);
        assert_eq!(board.closed("bo"), None);
    }
}

#[test]
fn past_the_bytes_of_the_bound_the_sender_gets_queue_full() {
    let mut board = board();
    let long = |id: &str| json!({"type": "message", "id": id, "to": "bo", "data": "x".repeat(400)});
    board.says("cy", long("1"));
    board.says("cy", long("2"));

    board.says("cy", long("3"));

    assert_eq!(error(board.hears_one("cy")), queue_full("3"));
}

#[test]
fn an_ack_makes_room() {
    let mut board = board();
    for _ in 0..16 {
        board.says("cy", message("m"));
    }
    board.acks_to("bo", 1);

    board.says("cy", message("fits"));
    board.says("cy", message("does not"));

    assert_eq!(error(board.hears_one("cy")), queue_full("does not"));
}

#[test]
fn a_resume_makes_room_as_an_ack_does() {
    let mut board = board();
    for _ in 0..16 {
        board.says("cy", message("m"));
    }
    board.goes("bo");
    board.resumes_having("bo", 16);
    assert_eq!(board.census().kept_bytes, 0);

    board.says("cy", message("fits"));

    assert_eq!(board.hears("cy"), NOTHING);
}

#[test]
fn what_the_server_says_has_a_share_of_its_own() {
    let mut board = board();
    board.joins(["bo"], "den");
    board.acks("bo");
    for _ in 0..16 {
        board.says("cy", message("m"));
    }
    board.goes("bo");

    board.says("cy", json!({"type": "join", "room": "den"}));

    board.resumes_having("bo", board.received("bo") - 16);
    assert_eq!(board.hears("bo")[17]["type"], "member-joined");
}

#[test]
fn a_session_that_fills_the_share_of_the_server_ends() {
    let mut board = board();
    board.joins(["bo"], "den");
    board.acks("bo");
    board.goes("bo");
    for _ in 0..5 {
        board.says("cy", json!({"type": "join", "room": "den"}));
        board.says("cy", json!({"type": "leave", "room": "den"}));
    }
    assert_eq!((board.census().users, board.census().waiting), (3, 1));
    let token = board.token("bo");

    for _ in 0..5 {
        board.says("cy", json!({"type": "join", "room": "den"}));
        board.says("cy", json!({"type": "leave", "room": "den"}));
    }

    assert_eq!((board.census().users, board.census().kept_bytes), (2, 0));
    board.knocks_with(board.login("bo", 0, &token));
    assert_eq!(board.hears("bo")[0]["resumed"], false);
}

#[test]
fn an_attached_session_that_fills_the_share_of_the_server_is_closed_with_4053_and_ends() {
    let mut board = board();
    for _ in 0..20 {
        board.says("bo", json!({"type": "join", "room": "den"}));
    }

    assert_eq!(board.closed("bo"), Some(4053));
    assert_eq!((board.census().users, board.census().waiting), (2, 0));
}

#[test]
fn neither_share_is_ever_more_than_its_bound() {
    let mut board = board();
    board.goes("bo");
    for round in 0..100 {
        let data = "x".repeat(round * 7 % 300);
        board.says("cy", json!({"type": "message", "to": "bo", "data": data}));
        assert!(board.census().kept_bytes <= 1000 + 16 * KEPT_COST);
    }
}

#[test]
fn past_the_bound_of_the_node_every_relay_is_queue_full() {
    let tight = |config: &mut Config| {
        small(config);
        config.queue_total = 1000 + KEPT_COST + KEPT;
    };
    let mut board = Board::with(tight).and_counting(["ana", "bo"]).and(["cy"]);
    board.goes("ana");
    board.goes("bo");
    let fill = 1000 - (FRAME - 1 + 2);
    let long = json!({"type": "message", "to": "ana", "data": "x".repeat(fill)});
    board.says("cy", long);
    assert_eq!(board.census().kept_bytes, 1000 + KEPT_COST);

    board.says("cy", message("fits"));
    board.says("cy", message("does not"));

    assert_eq!(error(board.hears_one("cy")), queue_full("does not"));
}

#[test]
fn nothing_is_kept_for_a_client_that_does_not_count() {
    let mut board = board();
    for _ in 0..10 {
        board.says("bo", json!({"type": "message", "to": "cy", "data": 7}));
    }
    board.says("cy", json!({"type": "join", "room": "den"}));

    assert_eq!(board.census().kept_bytes, 0);
    board.goes("cy");
    board.says("bo", json!({"type": "message", "id": "1", "to": "cy", "data": 7}));
    assert_eq!(board.hears("bo").last().unwrap()["code"], "user-offline");
}

#[test]
fn nothing_is_kept_when_a_session_is_over_however_it_ends() {
    let ends: [fn(&mut Board); 5] = [
        |board| board.ends(&board.socket("bo"), Parting::Goodbye),
        |board| board.ends(&board.socket("bo"), Parting::Violation),
        |board| {
            board.goes("bo");
            board.passes(secs(30));
        },
        |board| drop(board.logs_in("bo")),
        |board| {
            board.drains();
            board.passes(secs(1));
        },
    ];
    for end in ends {
        let mut board = board();
        board.says("cy", message("m"));
        assert_eq!(board.census().kept_bytes, KEPT);

        end(&mut board);

        assert_eq!(board.census().kept_bytes, 0);
    }
}

#[test]
fn a_client_that_does_not_count_hears_the_same_as_ever() {
    let heard = |counting: bool| {
        let mut board = Board::new().and(["ana", "bo"]);
        if counting {
            board = board.and_counting(["cy"]);
        } else {
            board.logs_in("cy");
            board.settle();
        }
        board.joins(["ana", "cy"], "den");
        board.rings("cy", "ana");
        board.says("cy", json!({"type": "offer", "to": "ana", "data": 1}));
        board.says("cy", json!({"type": "message", "room": "den", "data": 1}));
        board.ends(&board.socket("cy"), Parting::Goodbye);
        board.passes(secs(2));
        (board.frames("bo").len(), types(&board.hears("ana")).join(" "))
    };

    assert_eq!(heard(true), heard(false));
}

#[test]
fn what_sockets_have_not_taken_fills_the_node_for_one_who_is_away_too() {
    let mut board = board();
    board.goes("bo");
    board.is_behind("cy", Backlog { node_bytes: 40_000, ..Backlog::default() });

    board.says("cy", message("m1"));

    assert_eq!(error(board.hears_one("cy")), queue_full("m1"));
}

#[test]
fn on_a_full_node_a_sender_that_has_yet_to_acknowledge_hears_queue_full_and_stays() {
    let mut board = board();
    board.says("cy", json!({"type": "message", "to": "ana", "data": 7}));
    for user in ["ana", "bo"] {
        board.is_behind(user, Backlog { node_bytes: 40_000, ..Backlog::default() });
    }

    board.says("ana", message("m1"));

    assert_eq!(error(board.hears("ana").remove(1)), queue_full("m1"));
    assert_eq!((board.closed("ana"), board.census().users), (None, 3));
}

#[test]
fn on_a_full_node_a_session_with_64_messages_of_the_server_under_way_ends_at_the_next() {
    let mut board = Board::with(|config| config.rate = 0).and_counting(["ana"]);
    board.is_behind("ana", Backlog { node_bytes: 256 << 20, ..Backlog::default() });
    for _ in 0..64 {
        board.says("ana", json!({"type": "join", "room": "den"}));
    }
    assert_eq!(board.closed("ana"), None);

    board.says("ana", json!({"type": "join", "room": "den"}));

    assert_eq!(board.closed("ana"), Some(4053));
    assert_eq!(board.census().users, 0);
}

#[test]
fn on_a_full_node_a_session_with_16_kib_of_the_server_under_way_ends_at_the_next() {
    let users: Vec<_> = (0..60).map(|n| format!("{n}-{}", "x".repeat(100))).collect();
    let mut board = Board::with(|config| (config.rate, config.max_members) = (0, 100));
    for user in &users {
        board.logs_in(user);
        board.says(user, json!({"type": "join", "room": "den"}));
    }
    let mut board = board.and_counting(["ana"]);
    board.is_behind("ana", Backlog { node_bytes: 256 << 20, ..Backlog::default() });
    // Each is a list of all who are in the room.
    let join = json!({"type": "join", "room": "den"});
    let long = serde_json::to_string(&users).unwrap().len();

    for round in 1.. {
        board.says("ana", join.clone());
        if board.closed("ana").is_some() {
            assert!((16 << 10) / (long * 3) <= round && round <= (16 << 10) / long + 1, "{round}");
            break;
        }
    }

    assert_eq!(board.closed("ana"), Some(4053));
}
