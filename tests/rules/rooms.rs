//! Rooms: who is in, who is told, how many fit.

use serde_json::json;

use crate::harness::{Board, NOTHING, error, types};

#[test]
fn a_join_is_answered_with_the_others_and_told_to_them() {
    let mut board = Board::new();
    board.logs_in_as("22", "李雷");
    board.logs_in("33");
    board.logs_in_as("11", "Ana");
    board.settle();
    board.joins(["22", "33"], "den");

    board.says("11", json!({"type": "join", "id": "j1", "room": "den"}));

    assert_eq!(
        board.hears_one("11"),
        json!({
            "type": "room-joined", "ref": "j1", "room": "den", "members": ["22", "33"],
            "names": {"22": "李雷"},
        })
    );
    let joined = json!({"type": "member-joined", "room": "den", "userId": "11", "name": "Ana"});
    assert_eq!(board.hears_one("22"), joined);
    assert_eq!(board.hears("33"), [joined]);
}

#[test]
fn the_first_one_in_is_alone() {
    let mut board = Board::of(["ana"]);

    board.says("ana", json!({"type": "join", "room": "den"}));

    assert_eq!(board.hears("ana"), [json!({"type": "room-joined", "room": "den", "members": []})]);
}

#[test]
fn joining_again_is_answered_again_and_told_to_nobody() {
    let mut board = Board::of(["ana", "bo"]);
    board.joins(["ana", "bo"], "den");
    let before = board.state();

    board.says("ana", json!({"type": "join", "id": "j2", "room": "den"}));

    assert_eq!(
        board.hears("ana"),
        [json!({"type": "room-joined", "ref": "j2", "room": "den", "members": ["bo"]})]
    );
    assert_eq!(board.hears("bo"), NOTHING);
    assert_eq!(board.state(), before);
}

#[test]
fn joining_again_is_answered_though_the_limits_are_reached() {
    let mut board =
        Board::with(|config| (config.max_rooms, config.max_members) = (1, 2)).and(["ana", "bo"]);
    board.joins(["ana", "bo"], "den");

    board.says("ana", json!({"type": "join", "room": "den"}));

    assert_eq!(types(&board.hears("ana")), ["room-joined"]);
}

#[test]
fn a_leave_is_answered_with_those_who_stay_and_told_to_them() {
    let mut board = Board::new();
    board.logs_in_as("ana", "Ana");
    board.logs_in_as("bo", "Bo");
    board.settle();
    board.joins(["ana", "bo"], "den");

    board.says("ana", json!({"type": "leave", "id": "j2", "room": "den"}));

    assert_eq!(
        board.hears("ana"),
        [json!({
            "type": "room-left", "ref": "j2", "room": "den", "members": ["bo"],
            "names": {"bo": "Bo"},
        })]
    );
    assert_eq!(
        board.hears("bo"),
        [json!({"type": "member-left", "room": "den", "userId": "ana", "name": "Ana"})]
    );
}

#[test]
fn whoever_leaves_by_going_or_by_connecting_again_is_named_too() {
    let leaves: [fn(&mut Board); 2] =
        [|board| board.goes("ana"), |board| drop(board.logs_in("ana"))];
    for leave in leaves {
        let mut board = Board::of(["bo"]);
        board.logs_in_as("ana", "Ana");
        board.settle();
        board.joins(["ana", "bo"], "den");

        leave(&mut board);

        assert_eq!(
            board.hears("bo")[0],
            json!({"type": "member-left", "room": "den", "userId": "ana", "name": "Ana"})
        );
    }
}

#[test]
fn leaving_a_room_that_one_is_not_in_is_refused() {
    let mut board = Board::of(["ana", "bo"]);
    board.joins(["bo"], "den");

    for room in ["den", "attic"] {
        board.says("ana", json!({"type": "leave", "id": "j1", "room": room}));

        assert_eq!(
            error(board.hears_one("ana")),
            json!({"type": "error", "code": "not-in-room", "ref": "j1"})
        );
    }
    assert_eq!(board.hears("bo"), NOTHING);
}

#[test]
fn the_end_of_a_session_leaves_every_room() {
    let mut board = Board::of(["ana", "bo", "cy"]);
    board.joins(["ana", "bo"], "den");
    board.joins(["ana", "cy"], "attic");

    board.goes("ana");

    let left = |room| json!({"type": "member-left", "room": room, "userId": "ana"});
    assert_eq!(board.hears("bo")[0], left("den"));
    assert_eq!(board.hears("cy")[0], left("attic"));
}

#[test]
fn a_room_is_gone_with_its_last_member() {
    let mut board = Board::of(["ana", "bo"]);
    board.joins(["ana", "bo"], "den");
    assert_eq!(board.census().rooms, 1);

    board.goes("ana");
    board.says("bo", json!({"type": "leave", "room": "den"}));

    assert_eq!(board.census().rooms, 0);
    board.settle();
    board.says("bo", json!({"type": "join", "room": "den"}));
    assert_eq!(board.hears_one("bo")["members"], json!([]));
}

#[test]
fn a_full_room_takes_nobody_until_somebody_leaves() {
    let mut board = Board::with(|config| config.max_members = 2).and(["ana", "bo", "cy"]);
    board.joins(["ana", "bo"], "den");

    board.says("cy", json!({"type": "join", "id": "j1", "room": "den"}));
    assert_eq!(
        error(board.hears_one("cy")),
        json!({"type": "error", "code": "room-full", "ref": "j1"})
    );
    assert_eq!(board.hears("ana"), NOTHING);

    board.goes("bo");
    board.says("cy", json!({"type": "join", "id": "j2", "room": "den"}));
    assert_eq!(board.hears("cy").pop().unwrap()["type"], "room-joined");
}

#[test]
fn a_user_may_be_in_8_rooms_and_in_another_after_leaving_one() {
    let mut board = Board::of(["ana"]);
    for number in 0..8 {
        board.joins(["ana"], &format!("room{number}"));
    }

    board.says("ana", json!({"type": "join", "id": "j9", "room": "room8"}));
    assert_eq!(
        error(board.hears_one("ana")),
        json!({"type": "error", "code": "too-many-rooms", "ref": "j9"})
    );
    assert_eq!(board.census().rooms, 8);

    board.says("ana", json!({"type": "leave", "room": "room0"}));
    board.says("ana", json!({"type": "join", "room": "room8"}));
    assert_eq!(types(&board.hears("ana")), ["room-left", "room-joined"]);
}

#[test]
fn a_room_holds_16_members() {
    let mut board = Board::new();
    let users: Vec<_> = (10..27).map(|number| format!("user{number}")).collect();
    users.iter().for_each(|user| drop(board.logs_in(user)));
    users[..16].iter().for_each(|user| board.joins([user.as_str()], "den"));

    board.says(&users[16], json!({"type": "join", "room": "den"}));

    assert_eq!(board.hears_one(&users[16])["code"], "room-full");
}

#[test]
fn after_leaving_a_room_nothing_of_it_arrives() {
    let mut board = Board::of(["ana", "bo", "cy"]);
    board.joins(["ana", "bo", "cy"], "den");
    board.joins(["ana"], "attic");
    board.says("cy", json!({"type": "leave", "room": "den"}));
    board.settle();

    board.says("ana", json!({"type": "message", "room": "den", "data": 1}));
    board.goes("ana");

    assert_eq!(types(&board.hears("cy")), ["presence"]);
    assert_eq!(types(&board.hears("bo")), ["message", "member-left", "presence"]);
}
