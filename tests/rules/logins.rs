//! Coming and going: the first messages, stale sockets, the drain.

use serde_json::json;
use switchboard::domain::Parting;

use crate::harness::{Board, NOTHING, error, secs, types};

#[test]
fn registered_comes_first_and_then_the_list_of_the_others() {
    let mut board = Board::new();
    board.logs_in_as("22", "李雷");
    board.logs_in("33");

    board.logs_in("11");

    let heard = board.hears("11");
    assert_eq!(types(&heard), ["registered", "client-list"]);
    assert_eq!(
        heard[1],
        json!({"type": "client-list", "clients": ["22", "33"], "names": {"22": "李雷"}, "total": 2})
    );
}

#[test]
fn registered_tells_what_a_client_needs_to_know() {
    let mut board = Board::with(|config| {
        config.stun = vec!["stun:a.example".into(), "stun:b.example".into()];
        (config.max_frame, config.rate, config.burst) = (2048, 7, 9);
        config.heartbeat = secs(3);
    });

    board.logs_in("11");

    let mut registered = board.hears("11").remove(0);
    let session = registered.as_object_mut().unwrap().remove("sessionId").unwrap();
    let session = session.as_str().unwrap();
    assert_eq!(session.len(), 16);
    assert!(session.chars().all(|c| matches!(c, 'a'..='z' | '2'..='7')), "{session}");
    assert_eq!(
        registered,
        json!({
            "type": "registered", "userId": "11", "resumed": false, "received": 0,
            "heartbeat": 3000, "limits": {"frame": 2048, "rate": 7, "burst": 9},
            "iceServers": [{"urls": ["stun:a.example", "stun:b.example"]}],
            "calls": [], "rooms": [], "features": [], "protocol": 1,
            "server": concat!("switchboard/", env!("CARGO_PKG_VERSION")),
        })
    );
}

#[test]
fn without_stun_there_are_no_ice_servers() {
    let mut board = Board::new();

    board.logs_in("11");

    assert_eq!(board.hears("11")[0]["iceServers"], json!([]));
}

#[test]
fn every_session_has_an_id_of_its_own() {
    let mut board = Board::new();

    board.logs_in("ana");
    let first = board.hears("ana").remove(0);
    board.logs_in("ana");
    let second = board.hears("ana").remove(0);

    assert_ne!(first["sessionId"], second["sessionId"]);
}

#[test]
fn who_comes_is_reachable_in_the_same_step() {
    let mut board = Board::of(["ana"]);

    board.logs_in("bo");
    board.says("ana", json!({"type": "message", "to": "bo", "data": 1}));

    assert_eq!(types(&board.hears("bo")), ["registered", "client-list", "message"]);
}

#[test]
fn a_call_may_come_from_somebody_whose_presence_has_not_been_told() {
    let mut board = Board::of(["ana"]);
    board.logs_in("bo"); // told at once, which begins a window

    board.logs_in("cy");
    board.says("cy", json!({"type": "call-request", "to": "ana"}));

    let heard = board.hears("ana");
    assert_eq!(types(&heard), ["presence", "call-request"]);
    assert_eq!(heard[0]["online"], json!(["bo"]));
    assert_eq!(heard[1]["from"], "cy");
}

#[test]
fn a_stale_message_changes_nothing_and_is_not_answered() {
    let mut board = Board::of(["ana", "bo"]);
    let old = board.socket("ana");
    board.logs_in("ana");
    board.settle();
    let before = board.state();

    for text in [
        r#"{"type":"call-request","id":"1","to":"bo"}"#,
        r#"{"type":"join","id":"1","room":"den"}"#,
        r#"{"type":"message","id":"1","to":"bo","data":1}"#,
        r#"{"type":"watch","id":"1","users":["bo"]}"#,
        r#"{"type":"ping","id":"1"}"#,
        "gibberish",
    ] {
        board.says_over(&old, text);
    }

    assert_eq!(board.state(), before);
    assert_eq!(board.hears_over(&old), NOTHING);
    assert_eq!(board.hears("ana"), NOTHING);
    assert_eq!(board.hears("bo"), NOTHING);
    assert_eq!(board.census().counts.stale_messages, 6);
}

#[test]
fn a_stale_message_costs_the_newer_session_nothing() {
    let mut board = Board::with(|config| (config.rate, config.burst) = (1, 2)).and(["ana"]);
    let old = board.socket("ana");
    board.logs_in("ana");
    board.settle();

    for _ in 0..50 {
        board.says_over(&old, "gibberish");
    }
    board.says("ana", json!({"type": "ping"}));
    board.says("ana", json!({"type": "ping"}));

    assert_eq!(types(&board.hears("ana")), ["pong", "pong"]);
}

#[test]
fn a_stale_end_changes_nothing() {
    let mut board = Board::of(["ana", "bo"]);
    let old = board.socket("ana");
    board.logs_in("ana");
    board.connects_after_settling("ana", "bo");
    let before = board.state();

    board.breaks(&old);
    board.breaks(&old);
    board.passes(secs(1));

    assert_eq!(board.state(), before);
    assert_eq!(board.hears("bo"), NOTHING);
    assert_eq!(board.closed("ana"), None);
}

#[test]
fn ending_twice_is_told_to_nobody_twice() {
    let mut board = Board::of(["ana", "bo"]);

    board.goes("ana");
    board.goes("ana");
    board.passes(secs(1));

    assert_eq!(board.hears("bo"), [json!({"type": "presence", "online": [], "offline": ["ana"]})]);
    assert_eq!(board.census().counts.ended, 1);
}

#[test]
fn a_goodbye_ends_the_session_like_any_other_end() {
    for parting in [Parting::Goodbye, Parting::Violation, Parting::Broken] {
        let mut board = Board::of(["ana", "bo"]);
        board.joins(["ana", "bo"], "den");
        let call = board.connects("ana", "bo");

        board.ends(&board.socket("ana"), parting);

        let lost = json!({"type": "call-ended", "callId": call, "by": "ana", "reason": "lost"});
        let left = json!({"type": "member-left", "room": "den", "userId": "ana"});
        let gone = json!({"type": "presence", "online": [], "offline": ["ana"]});
        assert_eq!(board.hears("bo"), [lost, left, gone]);
    }
}

#[test]
fn the_counts_tell_how_many_are_there() {
    let mut board = Board::of(["ana", "bo", "cy"]);
    board.logs_in("ana");
    board.goes("bo");
    board.ends(&board.socket("cy"), Parting::Goodbye);

    let census = board.census();

    let counts = census.counts;
    assert_eq!((counts.registered, counts.replaced, counts.ended), (4, 1, 2));
    assert_eq!((counts.broken, counts.said_goodbye), (1, 1));
    assert_eq!(census.users, 1);
}

#[test]
fn a_drain_closes_everybody_with_1012_and_nobody_is_told_of_the_others() {
    let mut board = Board::of(["ana", "bo", "cy"]);
    board.joins(["ana", "bo"], "den");
    board.connects("ana", "bo");

    board.drains();
    board.passes(secs(60));

    for user in ["ana", "bo", "cy"] {
        assert_eq!(board.closed(user), Some(1012));
        assert_eq!(board.hears(user), NOTHING);
    }
    let census = board.census();
    assert_eq!((census.users, census.calls, census.rooms), (0, 0, 0));
    assert_eq!(census.counts.calls_started, census.counts.calls_ended);
}

#[test]
fn a_newcomer_of_a_drain_is_told_unavailable_and_closed_with_1013() {
    let mut board = Board::of(["ana"]);
    board.drains();

    board.logs_in("bo");
    board.logs_in("ana");

    for user in ["ana", "bo"] {
        assert_eq!(error(board.hears_one(user)), json!({"type": "error", "code": "unavailable"}));
        assert_eq!(board.closed(user), Some(1013));
    }
}

#[test]
fn after_a_drain_whatever_still_arrives_changes_nothing() {
    let mut board = Board::of(["ana", "bo"]);
    board.drains();

    board.says("ana", json!({"type": "call-request", "to": "bo"}));
    board.goes("ana");
    board.drains();

    assert_eq!(board.census().users, 0);
    assert_eq!(board.census().counts.ended, 2);
}

#[test]
fn the_same_inputs_give_every_socket_the_same_frames() {
    let run = || {
        let mut board = Board::new();
        let users = ["ana", "bo", "cy", "di", "ed"];
        users.iter().for_each(|user| drop(board.logs_in(user)));
        for user in users {
            board.says(user, json!({"type": "join", "room": "den"}));
            board.says(user, json!({"type": "call-request", "to": "ana"}));
            board.says("ed", json!({"type": "unwatch", "users": ["ana"]}));
        }
        board.passes(secs(1));
        users.map(|user| board.hears(user))
    };

    assert_eq!(run(), run());
}

impl Board {
    fn connects_after_settling(&mut self, caller: &str, callee: &str) {
        self.settle();
        self.connects(caller, callee);
    }
}
