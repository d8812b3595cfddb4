//! The same user connects again: the newer connection wins.

use serde_json::json;
use switchboard::domain::Login;
use switchboard::protocol::UserId;

use crate::harness::{Board, NOTHING, millis, secs, types};

#[test]
fn the_earlier_socket_is_closed_with_4509_and_the_newer_one_is_registered() {
    let mut board = Board::of(["ana"]);
    let old = board.socket("ana");

    board.logs_in("ana");

    assert_eq!(board.closed_over(&old), Some(4509));
    assert_eq!(board.hears_over(&old), NOTHING);
    assert_eq!(types(&board.hears("ana")), ["registered", "client-list"]);
    assert_eq!(board.census().users, 1);
}

#[test]
fn nobody_sees_an_offline_or_online() {
    let mut board = Board::of(["ana", "bo"]);

    for _ in 0..3 {
        board.logs_in("ana");
        board.passes(millis(70));
    }
    board.passes(secs(5));

    assert_eq!(board.hears("bo"), NOTHING);
}

#[test]
fn of_three_sockets_only_the_newest_can_speak() {
    let mut board = Board::of(["ana", "bo"]);
    let first = board.socket("ana");
    let second = board.logs_in("ana");
    board.logs_in("ana");
    board.settle();

    for socket in [&first, &second] {
        board.says_over(socket, r#"{"type":"message","to":"bo","data":"stale"}"#);
        board.breaks(socket);
    }
    board.says("ana", json!({"type": "message", "to": "bo", "data": "fresh"}));

    assert_eq!(board.hears("bo"), [json!({"type": "message", "from": "ana", "data": "fresh"})]);
}

#[test]
fn messages_go_to_the_newest_socket_alone() {
    let mut board = Board::of(["ana", "bo"]);
    let old = board.socket("ana");
    board.logs_in("ana");
    board.settle();

    board.says("bo", json!({"type": "message", "to": "ana", "data": 1}));

    assert_eq!(board.hears_over(&old), NOTHING);
    assert_eq!(types(&board.hears("ana")), ["message"]);
}

#[test]
fn a_call_ringing_at_the_user_rings_again_after_the_list_with_what_is_left() {
    let mut board = Board::of(["bo"]);
    board.logs_in_as("ana", "Ana");
    board.settle();
    let request = json!({
        "type": "call-request", "to": "bo", "media": {"audio": true, "video": false},
        "data": {"topic": "lunch"}, "continues": "old",
    });
    board.says("ana", request);
    let call = board.hears_one("ana")["callId"].clone();
    let first = board.hears_one("bo");
    board.passes(secs(12));

    board.logs_in("bo");

    let heard = board.hears("bo");
    assert_eq!(types(&heard), ["registered", "client-list", "call-request"]);
    let mut expected = first;
    expected["expires"] = json!(33_000);
    assert_eq!(heard[2], expected);
    assert_eq!(heard[2]["callId"], call);
    assert_eq!(heard[0]["calls"], json!([]));
    assert_eq!(board.hears("ana"), NOTHING);
}

#[test]
fn a_call_that_rings_again_can_be_accepted_and_ended() {
    let mut board = Board::of(["ana", "bo"]);
    let call = board.rings("ana", "bo");
    board.logs_in("bo");
    board.settle();

    board.says("bo", json!({"type": "call-accept", "callId": call}));
    board.says("bo", json!({"type": "call-hangup", "callId": call}));

    assert_eq!(types(&board.hears("ana")), ["call-accept", "call-ended"]);
    assert_eq!(types(&board.hears("bo")), ["call-ended"]);
}

#[test]
fn a_call_that_rings_again_keeps_its_time() {
    let mut board = Board::of(["ana", "bo"]);
    let call = board.rings("ana", "bo");
    board.passes(secs(44));
    board.logs_in("bo");
    drop(board.hears("bo"));

    board.passes(secs(1));

    let ended = json!({"type": "call-ended", "callId": call, "by": null, "reason": "no-answer"});
    assert_eq!(board.hears_one("ana"), ended);
    assert_eq!(board.hears("bo"), [ended]);
}

#[test]
fn a_call_rings_again_at_every_further_session() {
    let mut board = Board::of(["ana", "bo"]);
    let call = board.rings("ana", "bo");

    for left in [40_000, 35_000] {
        board.passes(secs(5));
        board.logs_in("bo");
        let again = board.hears("bo").pop().unwrap();
        assert_eq!((&again["callId"], &again["expires"]), (&json!(call), &json!(left)));
    }
}

#[test]
fn glare_works_with_a_call_that_rings_again() {
    let mut board = Board::of(["ana", "bo"]);
    let call = board.rings("ana", "bo");
    board.logs_in("bo");
    board.settle();

    board.says("bo", json!({"type": "call-request", "id": "r9", "to": "ana"}));

    assert_eq!(board.hears_one("ana")["offerer"], true);
    assert_eq!(
        board.hears_one("bo"),
        json!({"type": "call-accept", "callId": call, "from": "ana", "offerer": false, "ref": "r9"})
    );
}

#[test]
fn every_other_call_ends_replaced() {
    type Begin = fn(&mut Board, &str, &str) -> String;
    // Who calls whom, and how far it has come, when ana connects again.
    let cases: [(Begin, &str, &str); 3] = [
        (Board::rings, "ana", "bo"),
        (Board::connects, "ana", "bo"),
        (Board::connects, "bo", "ana"),
    ];
    for (begin, caller, callee) in cases {
        let mut board = Board::of(["ana", "bo"]);
        let call = begin(&mut board, caller, callee);

        board.logs_in("ana");

        assert_eq!(types(&board.hears("ana")), ["registered", "client-list"]);
        assert_eq!(
            board.hears("bo"),
            [json!({"type": "call-ended", "callId": call, "by": "ana", "reason": "replaced"})]
        );
        assert_eq!(board.census().calls, 0);
        board.settle();
        board.rings("bo", "ana");
    }
}

#[test]
fn the_rooms_are_left_and_can_be_joined_again() {
    let mut board = Board::of(["ana", "bo"]);
    board.joins(["ana", "bo"], "den");

    board.logs_in("ana");

    assert_eq!(board.hears("ana")[0]["rooms"], json!([]));
    let left = json!({"type": "member-left", "room": "den", "userId": "ana"});
    assert_eq!(board.hears("bo"), [left]);
    board.says("ana", json!({"type": "join", "room": "den"}));
    assert_eq!(types(&board.hears("bo")), ["member-joined"]);
}

#[test]
fn the_watches_are_forgotten() {
    let mut board = Board::with(|config| {
        config.presence = switchboard::config::PresenceMode::Off;
    })
    .and(["ana", "bo"]);
    board.says("ana", json!({"type": "watch", "users": ["bo"]}));
    board.logs_in("ana");
    board.settle();

    board.goes("bo");
    board.passes(secs(1));

    assert_eq!(board.hears("ana"), NOTHING);
}

#[test]
fn who_watches_the_user_goes_on_watching() {
    let mut board = Board::with(|config| {
        config.presence = switchboard::config::PresenceMode::Off;
    })
    .and(["ana", "bo"]);
    board.says("ana", json!({"type": "watch", "users": ["bo"]}));
    board.logs_in("bo");
    board.settle();

    board.goes("bo");
    board.passes(secs(1));

    assert_eq!(board.hears("ana"), [json!({"type": "presence", "online": [], "offline": ["bo"]})]);
}

#[test]
fn the_name_is_the_newer_one() {
    let mut board = Board::of(["bo"]);
    board.logs_in_as("ana", "Ana");
    board.logs_in_as("ana", "Anna");
    board.settle();

    board.says("ana", json!({"type": "call-request", "to": "bo"}));

    assert_eq!(board.hears_one("bo")["name"], "Anna");
}

#[test]
fn the_bucket_survives() {
    let mut board = Board::with(|config| (config.rate, config.burst) = (1, 3)).and(["ana"]);
    for _ in 0..3 {
        board.says("ana", json!({"type": "ping"}));
    }

    board.logs_in("ana");
    drop(board.hears("ana"));
    board.says("ana", json!({"type": "ping"}));

    assert_eq!(board.hears_one("ana")["code"], "rate-limited");
}

fn login(user: &str) -> Login {
    Login::fresh(UserId::parse(user).unwrap())
}

#[test]
fn a_login_that_its_client_has_given_up_takes_nobodys_place() {
    let mut board = Board::of(["ana", "bo"]);
    let before = board.state();

    let late = board.knocks_unseen(login("ana"));
    board.breaks(&late);

    assert_eq!(board.state(), before);
    assert_eq!(board.hears_over(&late), NOTHING);
    assert_eq!(board.closed("ana"), None);
    board.says("bo", json!({"type": "message", "to": "ana", "data": 1}));
    assert_eq!(types(&board.hears("ana")), ["message"]);
}

#[test]
fn a_waiting_session_is_not_lost_to_a_login_that_was_given_up() {
    let mut board = Board::of(["bo"]);
    board.logs_in_counting("ana");
    let session = board.hears("ana")[0]["sessionId"].clone();
    board.goes("ana");

    let late = board.knocks_unseen(Login { received: Some(0), ..login("ana") });
    board.breaks(&late);
    board.resumes("ana");

    let welcome = &board.hears("ana")[0];
    assert_eq!((&welcome["resumed"], &welcome["sessionId"]), (&json!(true), &session));
}

#[test]
fn of_two_who_ask_for_a_name_the_one_that_asked_later_has_it_in_the_end() {
    for proves_first in [0, 1] {
        let mut board = Board::of(["ana"]);
        let holder = board.socket("ana");
        let two = [board.knocks_unseen(login("ana")), board.knocks_unseen(login("ana"))];

        board.proves(&two[proves_first]);
        board.proves(&two[1 - proves_first]);

        assert_eq!(board.closed_over(&holder), Some(4509));
        assert_eq!(board.closed_over(&two[0]), Some(4509), "{proves_first}");
        assert_eq!(board.closed_over(&two[1]), None, "{proves_first}");
        assert_eq!(types(&board.hears_over(&two[1])), ["registered", "client-list"]);
    }
}

#[test]
fn a_session_that_was_resumed_since_is_not_lost_to_a_login_that_asked_before() {
    let mut board = Board::of(["bo"]);
    board.logs_in_counting("ana");
    let early = board.knocks_unseen(login("ana"));
    board.goes("ana");
    board.resumes("ana");

    board.proves(&early);

    assert_eq!(board.closed_over(&early), Some(4509));
    assert_eq!(board.closed("ana"), None);
    assert_eq!(board.census().counts.late_logins, 1);
}

#[test]
fn a_name_that_has_become_free_meanwhile_is_given_to_whoever_is_there() {
    let mut board = Board::of(["ana"]);
    let holder = board.socket("ana");
    let next = board.knocks_unseen(login("ana"));
    board.breaks(&holder);

    board.proves(&next);

    assert_eq!(types(&board.hears_over(&next)), ["registered", "client-list"]);
}
