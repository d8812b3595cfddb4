//! Presence by name: who came and who went, and the list.

use serde_json::{Value, json};
use switchboard::config::PresenceMode;

use crate::harness::{Board, NOTHING, error, millis, offline, online, secs, types};

#[test]
fn the_first_change_is_told_at_once_with_the_name() {
    let mut board = Board::of(["ana"]);

    board.logs_in_as("bo", "李雷");

    assert_eq!(
        board.hears("ana"),
        [json!({
            "type": "presence", "online": ["bo"], "offline": [], "names": {"bo": "李雷"},
        })]
    );
}

#[test]
fn who_has_no_name_is_told_without_names() {
    let mut board = Board::of(["ana"]);

    board.logs_in("bo");

    assert_eq!(board.hears("ana"), [online(["bo"])]);
}

#[test]
fn a_going_is_told_at_once_too() {
    let mut board = Board::of(["ana", "bo"]);

    board.goes("bo");

    assert_eq!(board.hears("ana"), [offline(["bo"])]);
}

#[test]
fn further_changes_are_gathered_for_100_ms() {
    let mut board = Board::of(["ana", "di"]);
    board.logs_in("bo");
    assert_eq!(board.hears("ana"), [online(["bo"])]);

    board.passes(millis(30));
    board.logs_in("cy");
    board.passes(millis(30));
    board.goes("di");
    board.passes(millis(39));
    assert_eq!(board.hears("ana"), NOTHING);
    board.passes(millis(1));

    assert_eq!(
        board.hears("ana"),
        [json!({"type": "presence", "online": ["cy"], "offline": ["di"]})]
    );
}

#[test]
fn presence_comes_at_most_every_100_ms_however_much_happens() {
    let mut board = Board::of(["ana"]);

    for number in 0..100 {
        board.logs_in(&format!("user{number}"));
        board.passes(millis(10));
    }

    let heard = board.hears("ana");
    assert!((10..=11).contains(&heard.len()), "{} in a second", heard.len());
    let told: usize = heard.iter().map(|it| it["online"].as_array().unwrap().len()).sum();
    assert!(told >= 90, "{told} of 100");
}

#[test]
fn after_a_quiet_window_a_change_is_told_at_once_again() {
    let mut board = Board::of(["ana"]);
    board.logs_in("bo");
    drop(board.hears("ana"));
    board.passes(millis(100));

    board.logs_in("cy");

    assert_eq!(board.hears("ana"), [online(["cy"])]);
}

#[test]
fn who_comes_and_goes_within_a_window_is_not_told() {
    let mut board = Board::of(["ana", "bo"]);
    board.logs_in("first");
    drop(board.hears("ana"));

    board.logs_in("cy");
    board.goes("cy");
    board.goes("bo");
    board.logs_in("bo");
    board.passes(secs(1));

    assert_eq!(board.hears("ana"), NOTHING);
}

#[test]
fn who_goes_comes_and_goes_within_a_window_has_gone() {
    let mut board = Board::of(["ana", "bo"]);
    board.logs_in("first");
    drop(board.hears("ana"));

    board.goes("bo");
    board.logs_in("bo");
    board.goes("bo");
    board.passes(secs(1));

    assert_eq!(board.hears("ana"), [offline(["bo"])]);
}

#[test]
fn who_comes_within_a_window_is_not_told_what_its_list_has() {
    let mut board = Board::of(["ana", "bo"]);
    board.logs_in("cy"); // begins a window
    board.logs_in("di");
    board.goes("bo");

    board.logs_in("ed");

    assert_eq!(board.hears("ed")[1]["clients"], json!(["ana", "cy", "di"]));
    board.logs_in("flo");
    board.goes("di");
    board.passes(secs(1));
    assert_eq!(
        board.hears("ed"),
        [json!({"type": "presence", "online": ["flo"], "offline": ["di"]})]
    );
    assert_eq!(
        board.hears("ana").last().unwrap(),
        &json!({"type": "presence", "online": ["ed", "flo"], "offline": ["bo"]})
    );
}

#[test]
fn who_connects_again_within_a_window_is_told_neither_itself_nor_what_its_list_has() {
    let mut board = Board::of(["ana"]);
    board.logs_in("bo");
    board.logs_in("cy");
    board.logs_in("ana");
    drop(board.hears("ana"));

    board.logs_in("di");
    board.passes(secs(1));

    assert_eq!(board.hears("ana"), [online(["di"])]);
}

#[test]
fn nobody_is_told_of_itself() {
    let mut board = Board::of(["ana", "bo"]);
    board.goes("ana");
    board.logs_in("ana");
    drop(board.hears("ana"));

    board.passes(secs(1));

    assert_eq!(board.hears("ana"), NOTHING);
}

#[test]
fn where_presence_is_off_there_is_no_list_and_no_change_is_told() {
    let mut board = Board::with(|config| config.presence = PresenceMode::Off);
    board.logs_in("ana");
    board.logs_in("bo");
    board.goes("bo");
    board.passes(secs(5));

    board.says("ana", json!({"type": "list", "id": "l1"}));

    let mut heard = board.hears("ana");
    assert_eq!(types(&heard), ["registered", "error"]);
    assert_eq!(
        error(heard.remove(1)),
        json!({"type": "error", "code": "not-permitted", "ref": "l1"})
    );
}

#[test]
fn a_list_is_paged_in_byte_order() {
    let mut board = Board::of(["b", "a", "me", "B", "~", "10", "9"]);
    let mut page = |request: Value| {
        board.says("me", request);
        board.hears_one("me")
    };

    assert_eq!(
        page(json!({"type": "list", "id": "l1", "limit": 4})),
        json!({
            "type": "client-list", "ref": "l1", "total": 6, "next": "a",
            "clients": ["10", "9", "B", "a"],
        })
    );
    assert_eq!(
        page(json!({"type": "list", "after": "a"})),
        json!({"type": "client-list", "clients": ["b", "~"], "total": 6})
    );
}

#[test]
fn after_need_not_exist() {
    let mut board = Board::of(["ana", "cy", "me"]);

    board.says("me", json!({"type": "list", "after": "bo"}));

    assert_eq!(board.hears_one("me")["clients"], json!(["cy"]));
}

#[test]
fn the_last_page_has_no_next_even_if_it_is_full_and_oneself_follows() {
    let mut board = Board::of(["ana", "bo", "me"]);

    board.says("me", json!({"type": "list", "limit": 2}));

    let page = board.hears_one("me");
    assert_eq!(page, json!({"type": "client-list", "clients": ["ana", "bo"], "total": 2}));
}

#[test]
fn a_list_names_those_on_the_page_who_have_a_name() {
    let mut board = Board::of(["me"]);
    board.logs_in_as("ana", "Ana");
    board.logs_in_as("bo", "Bo");
    board.settle();

    board.says("me", json!({"type": "list", "limit": 1}));

    assert_eq!(board.hears_one("me")["names"], json!({"ana": "Ana"}));
}

#[test]
fn the_first_list_is_cut_at_1000() {
    let mut board = Board::with(|config| config.presence_limit = 5000);
    for number in 1000..2001 {
        board.logs_in(&number.to_string());
    }

    board.logs_in("me");

    let list = board.hears("me").remove(1);
    assert_eq!(list["clients"].as_array().unwrap().len(), 1000);
    assert_eq!((&list["next"], &list["total"]), (&json!("1999"), &json!(1001)));
    board.says("me", json!({"type": "list", "after": "1999"}));
    assert_eq!(board.hears_one("me")["clients"], json!(["2000"]));
}

#[test]
fn who_asks_for_the_list_within_a_window_is_still_told_what_it_has_missed() {
    let mut board = Board::of(["ana", "bo"]);
    board.logs_in("first"); // begins a window
    drop(board.hears("ana"));

    board.goes("bo");
    board.says("ana", json!({"type": "list"}));
    board.logs_in("bo");
    assert_eq!(board.hears_one("ana")["clients"], json!(["first"]));
    board.passes(secs(1));

    assert_eq!(board.hears("ana"), [online(["bo"])]);
}

#[test]
fn who_is_listed_within_a_window_and_goes_at_once_is_told_offline() {
    let mut board = Board::of(["ana"]);
    board.logs_in("first"); // begins a window
    drop(board.hears("ana"));

    board.logs_in("bo");
    board.says("ana", json!({"type": "list"}));
    board.goes("bo");
    assert_eq!(board.hears_one("ana")["clients"], json!(["bo", "first"]));
    board.passes(secs(1));

    assert_eq!(board.hears("ana"), [offline(["bo"])]);
}

#[test]
fn where_more_than_250_are_told_names_further_changes_come_every_100_ms_for_each_250() {
    let users: Vec<_> = (0..600).map(|number| format!("user{number}")).collect();
    let mut board = Board::of(["ana"]);
    users.iter().for_each(|user| drop(board.logs_in(user)));
    board.passes(secs(5));
    drop(board.hears("ana"));
    board.goes("user0");
    assert_eq!(board.hears_one("ana")["offline"], json!(["user0"]), "the first one at once");

    board.goes("user1");
    board.passes(millis(299));
    assert_eq!(board.hears("ana"), NOTHING);
    board.passes(millis(1));

    assert_eq!(board.hears_one("ana")["offline"], json!(["user1"]));
}
