//! What all users of one address may ask for together.

use std::net::{IpAddr, Ipv4Addr};

use serde_json::{Value, json};
use switchboard::domain::Login;
use switchboard::protocol::UserId;

use crate::harness::{Board, error, millis, secs, types};

const OFFICE: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
const HOME: IpAddr = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 2));

fn login(user: &str, address: IpAddr) -> Login {
    Login { address: Some(address), ..Login::fresh(UserId::parse(user).unwrap()) }
}

/// `ana` and `bo` are in the office, `cy` is at home.
fn board(address_rate: u32, address_burst: u32) -> Board {
    let mut board = Board::with(|config| {
        (config.address_rate, config.address_burst) = (address_rate, address_burst);
    });
    for (user, address) in [("ana", OFFICE), ("bo", OFFICE), ("cy", HOME)] {
        board.knocks_with(login(user, address));
    }
    board.passes(secs(60));
    for user in ["ana", "bo", "cy"] {
        drop(board.hears(user));
    }
    board
}

fn pings(board: &mut Board, user: &str, count: usize) -> Vec<Value> {
    for _ in 0..count {
        board.says(user, json!({"type": "ping"}));
    }
    board.hears(user)
}

fn refused(heard: &[Value]) -> usize {
    heard.iter().filter(|message| message["code"] == "rate-limited").count()
}

#[test]
fn users_of_one_address_share_one_allowance_and_the_refusal_says_so() {
    let mut board = board(10, 20);
    assert_eq!(refused(&pings(&mut board, "ana", 15)), 0);
    assert_eq!(refused(&pings(&mut board, "bo", 5)), 0);

    board.says("bo", json!({"type": "ping", "id": "p"}));

    let refusal = board.hears_one("bo");
    assert!(refusal["message"].as_str().unwrap().contains("your address"), "{refusal}");
    let expected = json!({"type": "error", "code": "rate-limited", "ref": "p", "retryAfter": 100});
    assert_eq!(error(refusal), expected);
    assert_eq!(types(&pings(&mut board, "cy", 1)), ["pong"], "who is elsewhere is not refused");
    assert_eq!(board.census().counts.limits.over_address_rate, 1);
}

#[test]
fn the_allowance_of_an_address_comes_back_with_time() {
    let mut board = board(10, 20);
    pings(&mut board, "ana", 20);

    board.passes(secs(1));

    assert_eq!(refused(&pings(&mut board, "bo", 12)), 2);
}

#[test]
fn what_the_address_refuses_costs_the_user_nothing() {
    let mut board = Board::with(|config| {
        (config.rate, config.burst) = (1, 3);
        (config.address_rate, config.address_burst) = (1000, 2);
    });
    board.knocks_with(login("ana", OFFICE));
    board.settle();
    assert_eq!(refused(&pings(&mut board, "ana", 10)), 8);

    board.passes(millis(10));

    assert_eq!(refused(&pings(&mut board, "ana", 1)), 0);
}

#[test]
fn names_that_were_read_in_vain_are_paid_for_by_the_address() {
    let mut board = Board::with(|config| {
        (config.rate, config.burst) = (1, 30);
        (config.address_rate, config.address_burst) = (10, 40);
    });
    for user in ["ana", "bo"] {
        board.knocks_with(login(user, OFFICE));
    }
    board.passes(secs(60));
    assert_eq!(refused(&pings(&mut board, "ana", 30)), 0);

    let names: Vec<_> = (0..256).map(|n| format!("u{n}")).collect();
    board.says("ana", json!({"type": "watch", "users": names}));

    // Of the 10 units that are left, 2 for the names and a quarter for the refusal.
    assert_eq!(refused(&pings(&mut board, "bo", 10)), 3);
}

#[test]
fn a_crowd_that_goes_on_above_four_times_its_allowance_is_sent_away() {
    let mut board = board(10, 20);
    for _ in 0..100 {
        pings(&mut board, "ana", 5);
        board.passes(millis(50));
    }

    assert_eq!(board.closed("ana"), Some(4029));
}

#[test]
fn a_login_that_its_address_has_no_allowance_for_is_told_to_try_later() {
    let mut board = board(10, 20);
    pings(&mut board, "ana", 20);

    let dora = board.knocks_with(login("dora", OFFICE));
    let edda = board.knocks_with(login("edda", HOME));

    let heard = board.hears_over(&dora);
    assert!(heard[0]["message"].as_str().unwrap().contains("your address"), "{heard:?}");
    assert_eq!(error(heard[0].clone()), json!({"type": "error", "code": "unavailable"}));
    assert_eq!(board.closed_over(&dora), Some(1013));
    assert_eq!(types(&board.hears_over(&edda))[0], "registered");
}

#[test]
fn logins_cost_more_where_there_are_more_to_list_and_to_tell() {
    let logins = |others: usize| {
        let mut board = Board::with(|config| {
            (config.address_rate, config.address_burst) = (1, 100);
        });
        for number in 0..others {
            board.logs_in(&format!("other-{number}"));
        }
        let lets_in = |number: &usize| {
            let socket = board.knocks_with(login(&format!("user-{number}"), OFFICE));
            board.closed_over(&socket).is_none()
        };
        (0..100).take_while(lets_in).count()
    };

    let (at_first, among_many) = (logins(0), logins(300));
    assert!((40..=50).contains(&at_first), "{at_first}");
    assert!((3..=4).contains(&among_many), "{among_many}");
}

#[test]
fn a_resume_costs_what_is_sent_again_whether_it_names_its_user_or_not() {
    for names_itself in [true, false] {
        let mut board = Board::with(|config| {
            (config.address_rate, config.address_burst) = (1, 30);
        });
        board.knocks_with(Login { received: Some(0), ..login("ana", HOME) });
        board.logs_in("bo");
        for number in 0..320 {
            board.says("bo", json!({"type": "message", "to": "ana", "data": number}));
        }
        board.goes("ana");
        let mut resume =
            Login { address: Some(OFFICE), ..board.login("ana", 0, &board.token("ana")) };
        resume.user = resume.user.filter(|_| names_itself);

        let socket = board.knocks_with(resume.clone());
        assert_eq!(board.closed_over(&socket), None, "21 of 30 units");
        let again = board.knocks_with(resume);

        assert_eq!(board.closed_over(&again), Some(1013), "names itself: {names_itself}");
    }
}

#[test]
fn connecting_anew_brings_an_address_no_fresh_allowance() {
    let mut board = board(1, 20);
    pings(&mut board, "ana", 10);
    pings(&mut board, "bo", 8);
    board.goes("ana");
    board.goes("bo");

    board.knocks_with(login("dora", OFFICE));
    let _ = board.hears("dora");

    assert_eq!(refused(&pings(&mut board, "dora", 3)), 2);
}

#[test]
fn a_session_that_is_resumed_counts_under_the_address_that_it_is_resumed_from() {
    let mut board = board(1, 20);
    let counting = Login { received: Some(0), ..login("dora", OFFICE) };
    board.knocks_with(counting);
    let _ = board.hears("dora");
    pings(&mut board, "ana", 19);
    board.goes("dora");
    let again = board.login("dora", board.received("dora"), &board.token("dora"));

    board.knocks_with(Login { address: Some(HOME), ..again });
    let _ = board.hears("dora");

    assert_eq!(refused(&pings(&mut board, "dora", 5)), 0);
}

#[test]
fn an_address_rate_of_0_is_no_limit() {
    let mut board = board(0, 1);

    assert_eq!(refused(&pings(&mut board, "ana", 400)), 0);
    assert_eq!(refused(&pings(&mut board, "bo", 400)), 0);
}

#[test]
fn two_users_of_one_address_may_ring_somebody_and_a_third_finds_it_busy() {
    let mut board = board(0, 1);
    for (user, address) in [("di", OFFICE), ("ed", HOME), ("fay", HOME)] {
        board.knocks_with(login(user, address));
    }
    board.settle();
    board.rings("ana", "ed");
    let second = board.rings("bo", "ed");

    board.says("di", json!({"type": "call-request", "to": "ed"}));
    assert_eq!(board.hears_one("di")["reason"], "busy");
    board.rings("cy", "ed");
    board.says("fay", json!({"type": "call-request", "to": "ed"}));
    assert_eq!(board.hears_one("fay")["reason"], "busy", "three ring");

    board.says("bo", json!({"type": "call-hangup", "callId": second}));
    drop(["bo", "ed"].map(|user| board.hears(user)));
    board.rings("di", "ed");
}

#[test]
fn calls_from_this_machine_are_not_bounded_by_address() {
    let mut board = Board::new();
    for user in ["ana", "bo", "cy", "di"] {
        board.knocks_with(login(user, IpAddr::V4(Ipv4Addr::LOCALHOST)));
    }
    board.settle();

    for caller in ["ana", "bo", "cy"] {
        board.rings(caller, "di");
    }
}
