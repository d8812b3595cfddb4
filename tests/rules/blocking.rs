//! Blocking: what does not get through, and that it cannot be told apart from offline.

use serde_json::{Value, json};
use switchboard::domain::{Backlog, Parting};

use crate::harness::{Board, NOTHING, error, secs, types};

fn blocks(board: &mut Board, user: &str, others: &[&str]) -> Value {
    board.says(user, json!({"type": "block", "id": "b1", "users": others}));
    board.hears_one(user)
}

/// Bo has blocked Mallory; Ana is there as well.
fn board() -> Board {
    let mut board = Board::of(["ana", "bo", "mallory"]);
    blocks(&mut board, "bo", &["mallory"]);
    board
}

fn writes(board: &mut Board, from: &str, to: &str) {
    board.says(from, json!({"type": "message", "id": "m1", "to": to, "data": 1}));
}

fn names(from: usize, count: usize) -> Vec<String> {
    (from..from + count).map(|it| format!("u{it:03}")).collect()
}

#[test]
fn block_and_unblock_are_answered_with_everybody_who_is_blocked_in_byte_order() {
    let mut board = Board::of(["bo"]);
    let answer = |users: &[&str]| json!({"type": "blocked", "users": users, "ref": "b1"});

    assert_eq!(blocks(&mut board, "bo", &["mallory", "eve", "eve"]), answer(&["eve", "mallory"]));
    assert_eq!(blocks(&mut board, "bo", &["Zed", "eve"]), answer(&["Zed", "eve", "mallory"]));
    assert_eq!(blocks(&mut board, "bo", &[]), answer(&["Zed", "eve", "mallory"]));
    board.says("bo", json!({"type": "unblock", "users": ["eve", "nobody"]}));
    assert_eq!(board.hears_one("bo"), json!({"type": "blocked", "users": ["Zed", "mallory"]}));
    board.says("bo", json!({"type": "unblock", "id": "b1", "users": ["mallory", "Zed"]}));
    assert_eq!(board.hears_one("bo"), answer(&[]));
}

#[test]
fn nobody_can_block_itself() {
    let mut board = Board::of(["bo"]);

    let refused = blocks(&mut board, "bo", &["eve", "bo"]);

    assert_eq!(error(refused), json!({"type": "error", "code": "self", "ref": "b1"}));
    assert_eq!(blocks(&mut board, "bo", &[])["users"], json!([]), "nothing of it was taken");
    board.says("bo", json!({"type": "unblock", "users": ["bo"]}));
    assert_eq!(board.hears_one("bo")["type"], "blocked");
}

#[test]
fn at_most_256_users_can_be_blocked_in_all() {
    let mut board = Board::of(["bo"]);
    let block = |users: Vec<String>| json!({"type": "block", "id": "b1", "users": users});
    board.says("bo", block(names(0, 200)));
    board.says("bo", block(names(100, 156)));
    assert_eq!(board.hears("bo")[1]["users"].as_array().unwrap().len(), 256);

    board.says("bo", block(names(255, 2)));
    assert_eq!(
        error(board.hears_one("bo")),
        json!({"type": "error", "code": "not-permitted", "ref": "b1"})
    );
    assert_eq!(board.census().counts.limits.too_many_blocked, 1);

    board.says("bo", json!({"type": "unblock", "users": ["u000"]}));
    board.says("bo", block(names(255, 2)));
    let heard = board.hears("bo");
    assert_eq!(heard[1]["users"].as_array().unwrap().len(), 256);
    assert!(!heard[1]["users"].as_array().unwrap().contains(&json!("u000")));
}

#[test]
fn more_than_256_names_in_one_message_are_refused() {
    let mut board = Board::of(["bo"]);
    for kind in ["block", "unblock"] {
        board.says("bo", json!({"type": kind, "id": "b1", "users": names(0, 257)}));

        let refused = board.hears_one("bo");
        assert!(refused["message"].as_str().unwrap().contains("256"), "{refused}");
        assert_eq!(error(refused), json!({"type": "error", "code": "not-permitted", "ref": "b1"}));
    }
    board.says("bo", json!({"type": "unblock", "users": names(0, 256)}));
    assert_eq!(board.hears_one("bo"), json!({"type": "blocked", "users": []}));
}

#[test]
fn a_blocked_user_is_told_byte_for_byte_what_it_is_told_of_a_user_who_is_offline() {
    let says = [
        json!({"type": "call-request", "id": "1", "to": "bo"}),
        json!({"type": "call-request", "to": "bo", "media": {"audio": true}, "data": 1}),
        json!({"type": "message", "id": "1", "to": "bo", "data": 1}),
        json!({"type": "message", "to": "bo", "data": 1}),
        json!({"type": "message", "id": "1", "to": "bo", "data": 1, "receipt": true}),
        json!({"type": "message", "id": "1", "to": "bo", "data": 1, "volatile": true}),
        json!({"type": "message", "id": "1", "to": "bo", "data": 1, "receipt": true, "volatile": true}),
        json!({"type": "offer", "id": "1", "to": "bo", "data": 1}),
        json!({"type": "answer", "to": "bo", "data": 1, "id": "1", "receipt": true}),
        json!({"type": "candidate", "to": "bo", "data": null}),
        json!({"type": "offer", "id": "1", "to": "bo", "data": 1, "callId": "none"}),
        json!({"type": "offer", "id": "1", "to": "bo", "data": 1, "room": "den"}),
    ];
    let limited =
        || Board::with(|config| (config.rate, config.burst, config.call_rate) = (1, 9, 3));
    for said in says {
        let mut offline = limited().and(["ana", "mallory"]);
        let mut blocked = limited().and(["ana", "bo", "mallory"]);
        blocks(&mut blocked, "bo", &["mallory"]);
        // Whatever Bo's queue looks like.
        let much = Backlog { messages: 500, bytes: 500_000, ..Backlog::default() };
        blocked.is_behind("bo", much);

        // Until the rates refuse it: the price is the same as well.
        for _ in 0..12 {
            offline.says("mallory", said.clone());
            blocked.says("mallory", said.clone());
        }

        let (offline, blocked) = (offline.hears("mallory"), blocked.hears("mallory"));
        assert_eq!(blocked, offline, "{said}");
        assert_eq!(blocked.len(), 12);
        assert_eq!(blocked[11]["code"], "rate-limited");
    }
}

#[test]
fn nothing_of_a_blocked_user_gets_through_and_all_of_others_does() {
    let mut board = board();
    for kind in ["message", "offer", "answer", "candidate"] {
        board.says("mallory", json!({"type": kind, "to": "bo", "data": 1}));
        assert_eq!(board.hears("bo"), NOTHING, "{kind}");
        board.says("ana", json!({"type": kind, "to": "bo", "data": 1}));
        assert_eq!(board.hears_one("bo")["type"], kind);
    }
    board.says("mallory", json!({"type": "call-request", "to": "bo"}));
    assert_eq!(board.hears("bo"), NOTHING);
    assert_eq!(board.census().counts.calls_started, 0);
    board.rings("ana", "bo");
}

#[test]
fn a_call_that_rings_ends_as_if_rejected_when_its_caller_is_blocked() {
    let mut board = Board::of(["ana", "bo", "mallory", "eve"]);
    let [first, kept, last] = ["mallory", "ana", "eve"].map(|caller| board.rings(caller, "bo"));

    board.says("bo", json!({"type": "block", "id": "b1", "users": ["eve", "mallory"]}));

    let rejected = |call: &str| json!({"type": "call-ended", "callId": call, "by": "bo", "reason": "rejected"});
    let blocked = json!({"type": "blocked", "users": ["eve", "mallory"], "ref": "b1"});
    assert_eq!(board.hears("bo"), [rejected(&first), rejected(&last), blocked]);
    assert_eq!(board.hears_one("mallory"), rejected(&first));
    assert_eq!(board.hears_one("eve"), rejected(&last));
    assert_eq!(board.hears("ana"), NOTHING);
    board.says("bo", json!({"type": "call-accept", "callId": kept}));
    assert_eq!(board.hears_one("ana")["type"], "call-accept");
}

#[test]
fn an_accepted_call_goes_on_and_carries_signals() {
    let mut board = Board::of(["bo", "mallory"]);
    let call = board.connects("mallory", "bo");

    blocks(&mut board, "bo", &["mallory"]);

    for (from, to) in [("mallory", "bo"), ("bo", "mallory")] {
        board.says(from, json!({"type": "offer", "to": to, "callId": call, "data": 1}));
        assert_eq!(board.hears_one(to)["callId"], json!(call));
    }
    writes(&mut board, "mallory", "bo");
    assert_eq!(board.hears_one("mallory")["code"], "user-offline", "it names no call");
    board.says("mallory", json!({"type": "call-hangup", "callId": call}));
    assert_eq!(board.hears_one("bo")["reason"], "hangup");
    let _ = board.hears("mallory");
    board.says("mallory", json!({"type": "call-request", "to": "bo"}));
    assert_eq!(board.hears_one("mallory")["reason"], "offline");
}

#[test]
fn shared_rooms_go_on() {
    let mut board = board();
    board.joins(["bo", "mallory"], "den");

    board.says("mallory", json!({"type": "message", "room": "den", "data": 1}));
    board.says("mallory", json!({"type": "offer", "to": "bo", "room": "den", "data": 2}));

    let heard = board.hears("bo");
    assert_eq!(types(&heard), ["message", "offer"]);
    assert!(heard.iter().all(|it| it["room"] == "den"));
}

#[test]
fn a_user_may_call_and_address_whom_it_has_blocked() {
    let mut board = board();
    writes(&mut board, "bo", "mallory");
    assert_eq!(board.hears_one("mallory")["from"], "bo");

    let call = board.connects("bo", "mallory");
    board.says("bo", json!({"type": "call-hangup", "callId": call}));
    board.settle();

    let call = board.rings("bo", "mallory");
    board.says("mallory", json!({"type": "call-request", "to": "bo"}));
    assert_eq!(board.hears_one("mallory")["type"], "call-accept", "it answers Bo's own call");
    assert_eq!(board.hears_one("bo")["callId"], json!(call));
}

#[test]
fn a_block_has_one_direction_and_ends_with_unblock() {
    let mut board = board();
    blocks(&mut board, "mallory", &["ana"]);
    board.rings("ana", "bo");
    board.says("bo", json!({"type": "unblock", "users": ["mallory"]}));
    let _ = board.hears("bo");

    writes(&mut board, "mallory", "bo");

    assert_eq!(board.hears_one("bo")["from"], "mallory");
    writes(&mut board, "ana", "mallory");
    assert_eq!(board.hears_one("ana")["code"], "user-offline");
}

#[test]
fn a_user_who_is_not_there_can_be_blocked_and_is_when_it_comes() {
    let mut board = Board::of(["bo"]);
    blocks(&mut board, "bo", &["mallory"]);
    board.logs_in("mallory");
    board.settle();

    writes(&mut board, "mallory", "bo");

    assert_eq!(board.hears_one("mallory")["code"], "user-offline");
    board.logs_in("mallory");
    board.settle();
    writes(&mut board, "mallory", "bo");
    assert_eq!(board.hears_one("mallory")["code"], "user-offline", "in a fresh session as well");
}

#[test]
fn blocks_outlive_a_resume() {
    let mut board = Board::of(["mallory"]).and_counting(["bo"]);
    blocks(&mut board, "bo", &["mallory"]);
    board.goes("bo");
    writes(&mut board, "mallory", "bo");
    assert_eq!(board.hears_one("mallory")["code"], "user-offline", "while it waits");

    board.resumes("bo");
    writes(&mut board, "mallory", "bo");

    assert_eq!(board.hears_one("mallory")["code"], "user-offline");
    assert_eq!(blocks(&mut Board::of(["bo"]), "bo", &[])["users"], json!([]));
}

#[test]
fn blocks_end_with_the_session_whichever_way_it_ends() {
    type End = fn(&mut Board);
    let ends: [End; 3] = [
        |board| {
            board.ends(&board.socket("bo"), Parting::Goodbye);
            board.logs_in("bo");
        },
        |board| {
            board.goes("bo");
            board.passes(secs(31));
            board.logs_in("bo");
        },
        |board| {
            board.logs_in("bo");
        },
    ];
    for end in ends {
        let mut board = Board::of(["mallory"]).and_counting(["bo"]);
        blocks(&mut board, "bo", &["mallory"]);
        end(&mut board);
        board.settle();

        writes(&mut board, "mallory", "bo");

        assert_eq!(board.hears_one("bo")["from"], "mallory");
    }
}

#[test]
fn a_block_costs_an_eighth_of_a_message_for_each_name_in_it_and_in_its_answer() {
    let cost = |blocked: usize, message: Value| {
        let mut board = Board::with(|config| (config.rate, config.burst) = (1, 100)).and(["bo"]);
        blocks(&mut board, "bo", &[]);
        board.says("bo", json!({"type": "block", "users": names(0, blocked)}));
        let _ = board.hears("bo");
        board.passes(secs(200));
        board.says("bo", message);
        let _ = board.hears("bo");
        let mut pings = 0;
        loop {
            board.says("bo", json!({"type": "ping"}));
            if board.hears_one("bo")["type"] != "pong" {
                return 100 - pings;
            }
            pings += 1;
        }
    };
    for kind in ["block", "unblock"] {
        let prices =
            [(0, 0, 1), (0, 7, 2), (0, 8, 2), (0, 9, 3), (0, 256, 33), (256, 0, 33), (255, 1, 33)];
        for (blocked, users, price) in [&prices[..], &[(256, 256, 65)]].concat() {
            let message = json!({"type": kind, "users": names(0, users)});
            assert_eq!(cost(blocked, message), price, "{kind} of {users} with {blocked} blocked");
        }
    }
}

#[test]
fn block_and_its_answer_are_counted() {
    let mut board = Board::new().and_counting(["bo"]);
    let before = board.received("bo");
    blocks(&mut board, "bo", &["mallory"]);
    assert_eq!(board.received("bo"), before + 1);

    board.goes("bo");
    board.resumes_having("bo", before);

    let heard = board.hears("bo");
    assert_eq!(types(&heard)[..2], ["registered", "blocked"]);
    assert_eq!(heard[0]["received"], 1);
}
