//! What an access token lets its user do.

use proptest::prelude::*;
use serde_json::{Value, json};
use switchboard::domain::{Login, Permissions, Sight};
use switchboard::protocol::UserId;

use crate::harness::{Board, NOTHING, error, only, secs, types};

fn everything() -> Permissions {
    Permissions::default()
}

/// `ana` with these permissions, and `bo` and `cy` who may do everything.
fn board(permissions: Permissions) -> Board {
    let mut board = Board::with_tokens();
    board.logs_in_granted("ana", secs(3600), permissions);
    for user in ["bo", "cy"] {
        board.logs_in_granted(user, secs(3600), everything());
    }
    board.settle();
    board
}

fn refused() -> Value {
    json!({"type": "error", "code": "not-permitted", "ref": "1"})
}

fn refused_to(to: &str) -> Value {
    json!({"type": "error", "code": "not-permitted", "ref": "1", "to": to})
}

#[test]
fn who_may_call_some_may_address_nobody_else() {
    for (kind, data) in [
        ("call-request", None),
        ("message", Some(1)),
        ("offer", Some(1)),
        ("answer", Some(1)),
        ("candidate", Some(1)),
    ] {
        let mut board = board(Permissions { call: only(["b*"]), ..everything() });
        let say = |to| match data {
            Some(data) => json!({"type": kind, "id": "1", "to": to, "data": data}),
            None => json!({"type": kind, "id": "1", "to": to}),
        };

        board.says("ana", say("cy"));
        assert_eq!(error(board.hears_one("ana")), refused_to("cy"), "{kind}");
        assert_eq!(board.hears("cy"), NOTHING, "{kind}");

        board.says("ana", say("bo"));
        assert_eq!(board.hears_one("bo")["type"], kind);
    }
}

#[test]
fn a_call_that_is_not_permitted_takes_nothing_of_the_call_rate() {
    let mut board = Board::with(|config| {
        config.auth = switchboard::config::AuthMode::Jwt;
        config.call_rate = 1;
    });
    board.logs_in_granted("ana", secs(3600), Permissions { call: only(["bo"]), ..everything() });
    board.logs_in_granted("bo", secs(3600), everything());
    board.settle();

    board.says("ana", json!({"type": "call-request", "id": "1", "to": "cy"}));
    assert_eq!(error(board.hears_one("ana")), refused_to("cy"));

    board.rings("ana", "bo");
}

#[test]
fn who_may_call_nobody_can_be_called_and_speaks_with_the_caller_as_long_as_the_call_lives() {
    let mut board = board(Permissions { call: only([]), ..everything() });
    let call = board.connects("bo", "ana");

    for kind in ["answer", "candidate", "message"] {
        board.says("ana", json!({"type": kind, "to": "bo", "data": 1}));
        assert_eq!(board.hears_one("bo")["type"], kind);
    }
    board.says("ana", json!({"type": "message", "id": "1", "to": "cy", "data": 1}));
    assert_eq!(error(board.hears_one("ana")), refused_to("cy"));

    board.says("ana", json!({"type": "call-hangup", "callId": call}));
    let _ = (board.hears("ana"), board.hears("bo"));
    board.says("ana", json!({"type": "message", "id": "1", "to": "bo", "data": 1}));
    assert_eq!(error(board.hears_one("ana")), refused_to("bo"));
}

#[test]
fn who_may_call_nobody_may_call_back_who_rings_at_it_which_accepts() {
    let mut board = board(Permissions { call: only([]), ..everything() });
    board.rings("bo", "ana");

    board.says("ana", json!({"type": "call-request", "to": "bo"}));

    assert_eq!(board.hears_one("ana")["type"], "call-accept");
    assert_eq!(board.hears_one("bo")["type"], "call-accept");
}

#[test]
fn who_may_call_nobody_speaks_with_all_who_ring_at_it_until_it_takes_one() {
    let mut board = board(Permissions { call: only([]), ..everything() });
    board.rings("bo", "ana");
    let taken = board.rings("cy", "ana");
    for to in ["bo", "cy"] {
        board.says("ana", json!({"type": "message", "to": to, "data": 1}));
        assert_eq!(board.hears_one(to)["type"], "message");
    }

    board.says("ana", json!({"type": "call-accept", "callId": taken}));

    let _ = board.hears("ana");
    board.says("ana", json!({"type": "message", "id": "1", "to": "bo", "data": 1}));
    assert_eq!(error(board.hears_one("ana")), refused_to("bo"));
}

#[test]
fn who_may_join_some_rooms_may_join_no_others_and_speaks_with_everybody_in_them() {
    let mut board = board(Permissions { rooms: only(["team-*"]), call: only([]), ..everything() });

    board.says("ana", json!({"type": "join", "id": "1", "room": "board"}));
    assert_eq!(error(board.hears_one("ana")), refused());

    board.joins(["bo", "ana"], "team-a");
    board.says("ana", json!({"type": "message", "room": "team-a", "data": 1}));
    board.says("ana", json!({"type": "offer", "to": "bo", "room": "team-a", "data": 2}));
    assert_eq!(types(&board.hears("bo")), ["message", "offer"]);
    board.says("ana", json!({"type": "offer", "id": "1", "to": "bo", "data": 3}));
    assert_eq!(error(board.hears_one("ana")), refused_to("bo"));
}

#[test]
fn who_may_watch_some_may_watch_no_others() {
    let mut board = board(Permissions { watch: only(["bo"]), ..everything() });

    board.says("ana", json!({"type": "watch", "id": "1", "users": ["bo", "cy"]}));
    assert_eq!(error(board.hears_one("ana")), refused());

    board.says("ana", json!({"type": "watch", "id": "2", "users": ["bo"]}));
    assert_eq!(board.hears_one("ana")["online"], json!(["bo"]));
}

#[test]
fn who_may_not_see_presence_gets_no_list_and_no_news_and_may_watch_all_the_same() {
    let mut board = Board::with_tokens();
    board.logs_in_granted(
        "ana",
        secs(3600),
        Permissions { presence: Sight::Closed, ..everything() },
    );
    board.logs_in_granted("bo", secs(3600), everything());
    board.passes(secs(2));
    assert_eq!(types(&board.hears("ana")), ["registered"]);

    board.says("ana", json!({"type": "list", "id": "1"}));
    assert_eq!(error(board.hears_one("ana")), refused());

    board.says("ana", json!({"type": "watch", "users": ["bo"]}));
    assert_eq!(board.hears_one("ana")["online"], json!(["bo"]));
    board.goes("bo");
    board.passes(secs(2));
    assert_eq!(board.hears_one("ana")["offline"], json!(["bo"]));
}

#[test]
fn others_see_who_may_not_see_them() {
    let mut board = Board::with_tokens();
    board.logs_in_granted("bo", secs(3600), everything());
    board.settle();
    board.logs_in_granted(
        "ana",
        secs(3600),
        Permissions { presence: Sight::Closed, ..everything() },
    );
    board.passes(secs(2));

    assert_eq!(board.hears_one("bo")["online"], json!(["ana"]));
}

#[test]
fn a_fresh_token_with_fewer_rooms_takes_the_user_out_of_the_others() {
    let mut board = board(everything());
    board.joins(["ana", "bo"], "team-a");
    board.joins(["ana", "bo"], "board");
    board.issues("less", "ana", secs(60), Permissions { rooms: only(["team-*"]), ..everything() });

    board.refreshes("ana", "less");

    let heard = board.hears("ana");
    assert_eq!(types(&heard), ["refreshed", "room-left"]);
    assert_eq!(heard[1], json!({"type": "room-left", "room": "board", "members": ["bo"]}));
    let left = json!({"type": "member-left", "room": "board", "userId": "ana"});
    assert_eq!(board.hears_one("bo"), left);
}

#[test]
fn a_fresh_token_that_forbids_a_watch_ends_it() {
    let mut board = board(Permissions { presence: Sight::Closed, ..everything() });
    board.says("ana", json!({"type": "watch", "users": ["bo", "cy"]}));
    let _ = board.hears("ana");
    let less = Permissions { watch: only(["cy"]), presence: Sight::Closed, ..everything() };
    board.issues("less", "ana", secs(60), less);
    board.refreshes("ana", "less");
    assert_eq!(types(&board.hears("ana")), ["refreshed"]);

    board.goes("bo");
    board.goes("cy");
    board.passes(secs(2));

    assert_eq!(board.hears_one("ana")["offline"], json!(["cy"]));
}

#[test]
fn a_fresh_token_opens_and_closes_the_sight_of_others() {
    let mut board = board(everything());
    let blind = Permissions { presence: Sight::Closed, ..everything() };
    board.issues("blind", "ana", secs(60), blind);
    board.issues("seeing", "ana", secs(60), everything());

    board.refreshes("ana", "blind");
    board.goes("cy");
    board.passes(secs(2));
    assert_eq!(types(&board.hears("ana")), ["refreshed"]);

    board.refreshes("ana", "seeing");
    let heard = board.hears("ana");
    assert_eq!(types(&heard), ["refreshed", "client-list"]);
    assert_eq!(heard[1]["clients"], json!(["bo"]));
    board.goes("bo");
    board.passes(secs(2));
    assert_eq!(board.hears_one("ana")["offline"], json!(["bo"]));
}

#[test]
fn a_live_call_goes_on_with_a_token_that_would_not_have_let_it_begin() {
    let mut board = board(everything());
    board.connects("ana", "bo");
    board.issues("less", "ana", secs(60), Permissions { call: only([]), ..everything() });
    board.refreshes("ana", "less");
    let _ = board.hears("ana");

    board.says("ana", json!({"type": "candidate", "to": "bo", "data": 1}));

    assert_eq!(board.hears("ana"), NOTHING);
    assert_eq!(board.hears_one("bo")["type"], "candidate");
}

#[test]
fn who_resumes_with_another_token_has_the_limits_of_that_one() {
    let mut board = Board::with_tokens();
    let ana = Login { received: Some(0), ..Login::fresh(UserId::parse("ana").unwrap()) };
    board.knocks_granted(ana, secs(60), everything());
    board.logs_in_granted("bo", secs(3600), everything());
    board.joins(["ana", "bo"], "team-a");
    board.joins(["ana", "bo"], "board");
    board.settle();
    board.goes("ana");
    let _ = board.hears("bo");

    let less = Permissions { rooms: only(["team-*"]), presence: Sight::Closed, ..everything() };
    board.resumes_granted("ana", secs(60), less);

    let heard = board.hears("ana");
    assert_eq!(types(&heard), ["registered"], "no list");
    assert_eq!(heard[0]["rooms"], json!(["team-a"]));
    assert_eq!(types(&board.hears("bo")), ["member-left"]);
    board.says("ana", json!({"type": "join", "id": "1", "room": "board"}));
    assert_eq!(error(board.hears_one("ana")), refused());
}

const NAMES: [&str; 5] = ["ana", "bo", "cy", "team-a", "team-b"];

fn scope() -> impl Strategy<Value = Vec<&'static str>> {
    prop::collection::vec(prop::sample::select(&["ana", "bo", "cy", "team-*", "*"][..]), 0..3)
}

/// Whether a list of the token holds the name, said as the page says it.
fn is_listed(list: &[&str], name: &str) -> bool {
    list.iter()
        .any(|item| *item == name || item.strip_suffix('*').is_some_and(|it| name.starts_with(it)))
}

proptest! {
    #[test]
    fn a_user_is_never_let_where_its_newest_token_does_not_let_it(
        steps in prop::collection::vec((scope(), scope(), 0..NAMES.len(), any::<bool>()), 1..20)
    ) {
        let mut board = Board::with_tokens();
        board.logs_in_granted("eve", secs(3600), everything());
        for user in NAMES {
            board.logs_in_granted(user, secs(3600), everything());
        }
        board.settle();
        for (call, rooms, name, sits_in) in steps {
            let name = NAMES[name];
            let scope = |list: &Vec<&str>| switchboard::domain::Scope::of(list).unwrap();
            let permissions =
                Permissions { call: scope(&call), rooms: scope(&rooms), ..everything() };
            board.issues("next", "eve", secs(3600), permissions);
            board.refreshes("eve", "next");
            for user in NAMES {
                let _ = board.hears(user);
            }

            board.says("eve", json!({"type": "message", "to": name, "data": 1}));
            let is_heard = types(&board.hears(name)).contains(&"message");
            prop_assert_eq!(is_heard, is_listed(&call, name));

            if sits_in {
                board.says("eve", json!({"type": "join", "room": name}));
            }
            let outside = board.rooms("eve").into_iter().find(|it| !is_listed(&rooms, it));
            prop_assert_eq!(outside, None);
            board.passes(secs(1));
        }
    }
}
