//! Past `presence-limit`: numbers instead of names, so that one more user costs the same.

use serde_json::{Value, json};

use crate::harness::{Board, NOTHING, millis, secs};

fn total(others: usize) -> Value {
    json!({"type": "presence", "total": others})
}

fn board_of_three_with_limit_three() -> Board {
    Board::with(|config| config.presence_limit = 3).and(["ana", "bo", "cy"])
}

/// Past the limit from the start, and nobody has anything left to hear.
fn crowd(size: usize) -> (Board, Vec<String>) {
    let mut board = Board::with(|config| config.presence_limit = 3);
    let users: Vec<_> = (0..size).map(|number| format!("user{number}")).collect();
    users.iter().for_each(|user| drop(board.logs_in(user)));
    board.passes(secs(5));
    users.iter().for_each(|user| drop(board.hears(user)));
    (board, users)
}

#[test]
fn up_to_the_limit_names_are_told() {
    let mut board = Board::with(|config| config.presence_limit = 3).and(["ana", "bo"]);

    board.logs_in("cy");

    assert_eq!(board.hears("cy")[1]["clients"], json!(["ana", "bo"]));
    assert_eq!(board.hears_one("ana")["online"], json!(["cy"]));
}

#[test]
fn past_the_limit_a_fresh_list_is_empty_with_the_total_of_the_others() {
    let mut board = board_of_three_with_limit_three();

    board.logs_in("di");

    assert_eq!(board.hears("di")[1], json!({"type": "client-list", "clients": [], "total": 3}));
    board.passes(secs(5));
    assert_eq!(board.hears("di"), NOTHING);
}

#[test]
fn crossing_the_limit_tells_the_total_instead_of_names() {
    let mut board = board_of_three_with_limit_three();

    board.logs_in("di");

    for user in ["ana", "bo", "cy"] {
        assert_eq!(board.hears(user), [total(3)], "never counting oneself");
    }
}

#[test]
fn totals_are_told_at_most_once_a_second() {
    let mut board = board_of_three_with_limit_three();
    board.logs_in("di");
    drop(board.hears("ana"));

    for number in 0..30 {
        board.passes(millis(33));
        board.logs_in(&format!("user{number}"));
    }
    assert_eq!(board.hears("ana"), NOTHING);
    board.passes(millis(10));
    assert_eq!(board.hears("ana"), [total(33)]);
    board.passes(secs(10));

    assert_eq!(board.hears("ana"), NOTHING);
}

#[test]
fn one_more_user_is_one_effect_for_itself_and_none_for_the_crowd() {
    let (mut board, users) = crowd(500);
    board.logs_in("first"); // everybody is told at once, which begins a second
    users.iter().for_each(|user| drop(board.hears(user)));

    board.passes(millis(500));
    board.logs_in("second");

    for user in &users {
        assert_eq!(board.hears(user), NOTHING, "{user}");
    }
}

#[test]
fn where_thousands_are_told_a_number_a_thousand_have_their_turn_each_second() {
    let (mut board, users) = crowd(2500);
    board.logs_in("more");
    let mut told = Vec::new();
    let mut turns = Vec::new();
    for _ in 0..4 {
        let heard = users.iter().filter(|user| !board.hears(user).is_empty());
        let heard: Vec<_> = heard.cloned().collect();
        turns.push(heard.len());
        told.extend(heard);
        board.passes(secs(1));
    }

    assert!(turns[..3].iter().all(|turn| *turn <= 1000), "{turns:?}");
    assert_eq!(turns[3], 0, "{turns:?}");
    told.sort_unstable();
    let mut everybody = users;
    everybody.sort_unstable();
    assert_eq!(told, everybody, "everybody has heard it once");
}

#[test]
fn a_change_in_a_round_is_told_to_those_who_had_their_turn_before_it_too() {
    let (mut board, users) = crowd(2500);
    board.logs_in("more");
    board.passes(millis(1500));
    board.logs_in("and-more");

    board.passes(secs(5));

    for user in &users {
        assert_eq!(board.hears(user).last(), Some(&total(2501)), "{user}");
    }
}

#[test]
fn a_late_alarm_tells_no_more_than_a_thousand_and_nobody_twice() {
    let (mut board, users) = crowd(2500);
    board.goes("user1");
    let told =
        |board: &mut Board| users.iter().map(|user| board.hears(user).len()).collect::<Vec<_>>();
    drop(told(&mut board));

    board.oversleeps(millis(1001));
    board.goes("user2");

    let heard = told(&mut board);
    assert!(heard.iter().all(|times| *times <= 1), "{heard:?}");
    assert_eq!(heard.iter().sum::<usize>(), 1000);
    board.passes(secs(5));
    assert_eq!(board.hears("user3").last(), Some(&total(2497)));
}

#[test]
fn who_leaves_in_a_round_takes_nobodys_turn() {
    let (mut board, users) = crowd(2500);
    board.logs_in("more");
    let (had_a_turn, waits): (Vec<_>, Vec<_>) =
        users.iter().partition(|user| !board.hears(user).is_empty());
    // The last of those who had one is where the next turn begins.
    for user in had_a_turn.iter().max().into_iter().chain(&waits[..10]) {
        board.goes(user);
    }
    board.passes(secs(5));

    let left =
        |user: &&&String| !waits[..10].contains(user) && Some(*user) != had_a_turn.iter().max();
    for user in users.iter().filter(|user| left(&user)) {
        assert_eq!(board.hears(user).last(), Some(&total(2489)), "{user}");
    }
}

#[test]
fn where_many_are_told_names_the_few_who_are_told_numbers_do_not_wait_for_their_turns() {
    let mut board = Board::with(|config| config.presence_limit = 1500);
    let users: Vec<_> = (0..1498).map(|number| format!("user{number}")).collect();
    users.iter().for_each(|user| drop(board.logs_in(user)));
    for user in ["ana", "bo", "cy"] {
        board.logs_in(user); // the third is one too many, and told numbers
    }
    board.goes("bo");
    board.passes(secs(5));
    drop(board.hears("cy"));

    board.goes("ana");

    assert_eq!(board.hears("cy"), [total(1498)]);
}

#[test]
fn who_is_told_numbers_is_told_them_however_often_the_limit_is_crossed() {
    let mut board = board_of_three_with_limit_three();
    board.logs_in("di");
    board.settle();

    for number in 0..50 {
        board.passes(millis(60));
        board.goes("di");
        if number % 3 == 1 {
            board.goes("ed");
        }
        board.passes(millis(37));
        board.logs_in("bo"); // is told names, until they are too many again
        board.logs_in("di");
        if number % 3 == 0 {
            board.logs_in("ed");
        }
    }
    board.passes(secs(2));

    let heard = board.hears("ana");
    assert!(heard.len() >= 4, "{heard:?}");
    assert_eq!(heard.last(), Some(&total(3)));
}

#[test]
fn a_round_goes_on_where_the_last_one_ended_whoever_comes_in_it() {
    let (mut board, users) = crowd(2500);
    for number in 0..5 {
        board.logs_in(&format!("more{number}"));
        board.passes(secs(1));
    }

    // Six times a thousand turns, the first of them at once: each of some 2500 has had two or three.
    for user in &users {
        let times = board.hears(user).len();
        assert!((2..=3).contains(&times), "{user} has been told {times} times");
    }
}

#[test]
fn a_total_that_is_the_same_again_is_not_told() {
    let mut board = board_of_three_with_limit_three();
    board.logs_in("di");
    board.settle();
    board.logs_in("ed");
    board.goes("ed");
    drop(board.hears("ana"));
    board.passes(millis(900));
    board.logs_in("flo");
    board.goes("bo");

    board.passes(secs(5));

    // Four others were told when ed came; then there were three again, and are.
    assert_eq!(board.hears("ana"), [total(3)]);
}

#[test]
fn who_has_been_told_a_total_stays_with_totals_below_the_limit() {
    let mut board = board_of_three_with_limit_three();
    board.logs_in("di");
    board.settle();

    board.goes("di");
    board.passes(secs(2));
    board.goes("cy");
    board.passes(secs(2));

    assert_eq!(board.hears("ana"), [total(2), total(1)]);
}

#[test]
fn its_next_fresh_session_gets_names_again() {
    let mut board = board_of_three_with_limit_three();
    board.logs_in("di");
    board.goes("di");
    board.settle();

    board.logs_in("ana");
    assert_eq!(board.hears("ana")[1]["clients"], json!(["bo", "cy"]));
    board.goes("cy");
    board.passes(secs(2));

    assert_eq!(board.hears("ana"), [json!({"type": "presence", "online": [], "offline": ["cy"]})]);
    assert_eq!(board.hears("bo"), [total(1)]);
}

#[test]
fn crossing_within_a_window_is_told_when_it_is_over() {
    let mut board = Board::with(|config| config.presence_limit = 3).and(["ana", "bo"]);
    board.logs_in("cy");
    drop(board.hears("ana"));
    board.logs_in("di");

    assert_eq!(board.hears("ana"), NOTHING);
    board.passes(secs(2));

    assert_eq!(board.hears("ana"), [total(3)]);
}

#[test]
fn crossing_and_coming_back_within_a_window_goes_on_with_names() {
    let mut board = Board::with(|config| config.presence_limit = 3).and(["ana", "bo"]);
    board.logs_in("cy"); // begins a window
    board.logs_in("di");
    board.goes("cy");

    board.passes(secs(5));

    let heard = board.hears("ana");
    assert_eq!(heard[0]["online"], json!(["cy"]));
    assert_eq!(heard[1], json!({"type": "presence", "online": ["di"], "offline": ["cy"]}));
    assert_eq!(heard.len(), 2);
    // di came past the limit, so it is told numbers until it comes afresh.
    assert_eq!(board.hears("di")[2..], [total(2)]);
}

#[test]
fn a_list_still_names_past_the_limit() {
    let mut board = board_of_three_with_limit_three();
    board.logs_in("di");
    board.settle();

    board.says("ana", json!({"type": "list"}));

    assert_eq!(
        board.hears_one("ana"),
        json!({"type": "client-list", "clients": ["bo", "cy", "di"], "total": 3})
    );
}

#[test]
fn with_a_limit_of_0_everybody_is_told_numbers_from_the_start() {
    let mut board = Board::with(|config| config.presence_limit = 0);
    board.logs_in("ana");
    assert_eq!(board.hears("ana")[1], json!({"type": "client-list", "clients": [], "total": 0}));

    board.logs_in("bo");
    board.passes(secs(2));

    assert_eq!(board.hears("ana"), [total(1)]);
    board.goes("bo");
    board.goes("ana");
    board.passes(secs(2));
    assert_eq!(board.census().users, 0);
}
