//! What clients are told of STUN and TURN servers, and when.

use std::time::Duration;

use serde_json::{Value, json};
use switchboard::config::{Config, Secret};

use crate::harness::{BEGIN, Board, NOTHING, secs};

const TTL: Duration = secs(3600);
const URL: &str = "turn:turn.example:3478";

fn with_turn(config: &mut Config) {
    config.turn_url = vec![URL.into()];
    config.turn_secret = Some(Secret::new("north"));
    config.turn_ttl = TTL;
}

fn board() -> Board {
    Board::with(|config| {
        with_turn(config);
        config.resume_window = TTL;
    })
}

/// Until when the credentials of the one TURN entry are good, in seconds from the begin.
#[track_caller]
fn good_until(ice_servers: &Value) -> u64 {
    let [turn] = &ice_servers.as_array().unwrap()[..] else { panic!("{ice_servers}") };
    assert_eq!(turn["urls"], json!([URL]));
    let (expiry, _) = turn["username"].as_str().unwrap().split_once(':').unwrap();
    expiry.parse::<u64>().unwrap() - BEGIN.as_secs()
}

/// The credentials of every `ice-servers` that the user has heard.
fn freshened(board: &mut Board, user: &str) -> Vec<u64> {
    let heard = board.hears(user);
    let is_ice = |message: &&Value| message["type"] == "ice-servers";
    heard.iter().filter(is_ice).map(|message| good_until(&message["iceServers"])).collect()
}

#[test]
fn registered_carries_stun_and_turn_servers_each_in_an_entry_of_its_own() {
    let mut board = Board::with(|config| {
        with_turn(config);
        config.stun = vec!["stun:stun.example".into()];
    });
    board.logs_in("11");

    // printf 1735696800:11 | openssl dgst -sha1 -hmac north -binary | base64
    assert_eq!(
        board.hears("11")[0]["iceServers"],
        json!([
            {"urls": ["stun:stun.example"]},
            {"urls": [URL], "username": "1735696800:11", "credential": "V1AU4lr5WzA5cB0u3o8CZhaxxVw="},
        ])
    );
}

#[test]
fn credentials_are_for_one_user_and_for_the_time_to_live_from_now_on() {
    let mut board = board();
    board.passes(secs(100));
    board.logs_in("ana");
    board.logs_in("bo");

    let (ana, bo) = (board.hears("ana").remove(0), board.hears("bo").remove(0));
    assert_eq!(good_until(&ana["iceServers"]), 100 + TTL.as_secs());
    assert!(ana["iceServers"][0]["username"].as_str().unwrap().ends_with(":ana"));
    assert_ne!(ana["iceServers"][0]["credential"], bo["iceServers"][0]["credential"]);
}

#[test]
fn who_stays_is_sent_fresh_ones_in_good_time_again_and_again() {
    let mut board = board();
    board.logs_in("ana");
    let mut good = good_until(&board.hears("ana")[0]["iceServers"]);

    for second in (60..10 * TTL.as_secs()).step_by(60) {
        board.passes(secs(60));
        let fresh = freshened(&mut board, "ana");
        for newer in fresh {
            assert!(newer - TTL.as_secs() <= second, "made ahead of time");
            assert!((TTL / 4).as_secs() <= good - second + 60, "late: a quarter is left");
            assert!(good - second <= (TTL / 2).as_secs(), "early: half is left");
            good = newer;
        }
        assert!(good > second, "expired");
    }
}

#[test]
fn ten_thousand_who_came_at_once_are_not_served_at_once() {
    let mut board = Board::with(with_turn);
    let users: Vec<_> = (0..10_000).map(|number| format!("u{number}")).collect();
    for user in &users {
        board.logs_in(user);
    }
    board.settle();
    let mut most = 0;

    for _ in 0..TTL.as_secs() / 10 {
        board.passes(secs(10));
        most = most.max(users.iter().map(|user| freshened(&mut board, user).len()).sum());
    }

    // They have a quarter of an hour between them: 111 in ten seconds on average.
    assert!((1..=2 * 111).contains(&most), "{most} in ten seconds");
}

#[test]
fn who_waits_is_sent_none_and_gets_fresh_ones_with_the_resume() {
    let mut board = board();
    board.logs_in_counting("ana");
    board.goes("ana");
    board.settle();
    let resume_over = board.rules().next_due();
    board.passes(TTL - secs(3));
    assert_eq!(board.rules().next_due(), resume_over, "nothing else is planned");

    board.resumes("ana");

    let heard = board.hears("ana");
    assert_eq!(heard[0]["resumed"], true);
    assert_eq!(good_until(&heard[0]["iceServers"]), (TTL * 2 - secs(1)).as_secs());
    assert_eq!(heard.iter().filter(|it| it["type"] == "ice-servers").count(), 0);
    board.passes(TTL / 2 - secs(1));
    assert_eq!(board.hears("ana"), NOTHING, "the plan of the first socket is forgotten");
    board.passes(TTL / 4 + secs(1));
    assert_eq!(freshened(&mut board, "ana").len(), 1);
}

#[test]
fn a_socket_that_takes_over_is_sent_them_once() {
    let mut board = board();
    board.logs_in_counting("ana");
    board.passes(TTL / 4);
    board.resumes("ana");
    board.passes(TTL / 4);
    board.logs_in("ana");
    drop(board.hears("ana"));

    board.passes(TTL / 2 - secs(1));
    assert_eq!(board.hears("ana"), NOTHING);
    board.passes(TTL / 4 + secs(1));
    assert_eq!(freshened(&mut board, "ana").len(), 1);
}

#[test]
fn nothing_is_planned_where_there_is_no_turn_server_and_for_nobody_who_has_gone() {
    let mut bare = Board::with(|config| config.stun = vec!["stun:stun.example".into()]);
    bare.logs_in("ana");
    bare.settle();
    assert!(!bare.has_something_due());

    let mut board = board();
    board.logs_in("ana");
    board.settle();
    assert!(board.has_something_due());
    board.goes("ana");
    board.settle();
    assert!(!board.has_something_due());
}
