//! What an operator sees of the node, and does to it.

use serde_json::value::RawValue;
use serde_json::{Value, json};
use switchboard::domain::{Backlog, Parting, Stage};
use switchboard::protocol::{CallId, Data, Refusal, RoomId, Sender, UserId};

use crate::harness::{Board, NOTHING, offline, secs, types};

fn user(id: &str) -> UserId {
    UserId::parse(id).unwrap()
}

fn room(id: &str) -> RoomId {
    RoomId::parse(id).unwrap()
}

fn data(value: &Value) -> Data {
    Data::from(value.clone())
}

/// Sentences about operators.
impl Board {
    fn removes(&mut self, id: &str) -> Result<(), Refusal> {
        self.steps(|rules, now, effects| rules.remove_user(&user(id), now, effects))
    }

    fn cuts(&mut self, call: &str) -> Result<(), Refusal> {
        let call = CallId::parse(call).unwrap();
        self.steps(|rules, now, effects| rules.cut_call(&call, now, effects))
    }

    fn tells_user(&mut self, to: &str, value: &Value) -> Result<(), Refusal> {
        self.steps(|rules, now, effects| rules.say_to_user(&user(to), data(value), now, effects))
    }

    /// How many were reached, and who was not.
    fn tells_room(&mut self, to: &str, value: &Value) -> Result<(usize, Vec<UserId>), Refusal> {
        let reached = self
            .steps(|rules, now, effects| rules.say_to_room(&room(to), data(value), now, effects));
        reached.map(|reached| (reached.members, reached.too_far_behind))
    }
}

#[test]
fn a_removed_user_is_closed_with_4503_and_is_gone_for_the_others() {
    let mut board = Board::of(["ana", "bo"]).and_counting(["cleo"]);
    let call = board.connects("bo", "cleo");
    board.joins(["bo", "cleo"], "den");

    assert_eq!(board.removes("cleo"), Ok(()));

    assert_eq!(board.closed("cleo"), Some(4503));
    assert_eq!(board.hears_one("ana"), offline(["cleo"]));
    let heard = board.hears("bo");
    assert_eq!(types(&heard), ["call-ended", "member-left", "presence"]);
    assert_eq!(
        heard[0],
        json!({"type": "call-ended", "callId": call, "by": "cleo", "reason": "lost"})
    );
    assert_eq!(board.census().counts.removed, 1);
    assert_eq!(board.removes("cleo"), Err(Refusal::UserOffline(user("cleo"))));
}

#[test]
fn a_waiting_user_can_be_removed_and_its_resume_comes_to_a_fresh_session() {
    let mut board = Board::of(["bo"]).and_counting(["ana"]);
    board.goes("ana");
    board.writes("bo", "ana", "m1");
    assert_eq!(board.hears("bo"), NOTHING);

    assert_eq!(board.removes("ana"), Ok(()));

    assert_eq!(types(&board.hears("bo")), ["undelivered", "presence"]);
    assert_eq!((board.census().users, board.census().waiting), (1, 0));
    board.resumes_having("ana", 0);
    assert_eq!(board.hears("ana")[0]["resumed"], false);
}

#[test]
fn a_call_that_an_operator_ends_is_over_for_both_by_nobody() {
    for accepted in [true, false] {
        let mut board = Board::of(["ana", "bo"]);
        let call = if accepted { board.connects("ana", "bo") } else { board.rings("ana", "bo") };

        assert_eq!(board.cuts(&call), Ok(()));

        let ended = json!(
            {"type": "call-ended", "callId": call, "by": null, "reason": "ended-by-operator"}
        );
        assert_eq!(board.hears_one("ana"), ended);
        assert_eq!(board.hears_one("bo"), ended);
        let over = CallId::parse(&call).unwrap();
        assert_eq!(board.cuts(&call), Err(Refusal::CallOver(over)));
        board.connects("bo", "ana");
    }
}

#[test]
fn a_message_of_the_server_comes_from_a_name_that_nobody_can_have() {
    let mut board = Board::of(["ana", "bo"]);

    assert_eq!(board.tells_user("ana", &json!({"maintenance": "at noon"})), Ok(()));

    assert_eq!(
        board.hears_one("ana"),
        json!({"type": "message", "from": "/server", "data": {"maintenance": "at noon"}})
    );
    assert_eq!(board.hears("bo"), NOTHING);
    assert!(UserId::parse(Sender::SERVER).is_err());
    board.says("ana", json!({"type": "message", "to": "/server", "data": 1}));
    assert_eq!(board.hears_one("ana")["code"], "bad-user-id");
}

#[test]
fn a_message_of_the_server_is_kept_for_who_waits_and_refused_for_who_is_not_there() {
    let mut board = Board::new().and_counting(["ana"]);
    board.goes("ana");

    assert_eq!(board.tells_user("ana", &json!(1)), Ok(()));
    assert_eq!(board.tells_user("bo", &json!(1)), Err(Refusal::UserOffline(user("bo"))));

    board.resumes("ana");
    let heard = board.hears_counted("ana");
    assert_eq!(heard, [json!({"type": "message", "from": "/server", "data": 1})]);
}

#[test]
fn a_message_to_a_room_reaches_its_members_but_those_who_are_too_far_behind() {
    let mut board = Board::of(["ana", "bo", "cleo"]);
    board.joins(["ana", "bo"], "den");
    board.is_behind("bo", Backlog { messages: 512, ..Backlog::default() });

    let reached = board.tells_room("den", &json!("hi"));

    assert_eq!(reached, Ok((1, vec![user("bo")])));
    assert_eq!(
        board.hears_one("ana"),
        json!({"type": "message", "from": "/server", "room": "den", "data": "hi"})
    );
    assert_eq!(board.hears("cleo"), NOTHING);
    assert_eq!(board.tells_room("attic", &json!("hi")), Ok((0, vec![])));
}

#[test]
fn nothing_is_said_any_more_when_the_node_stops() {
    let mut board = Board::of(["ana"]).and_counting(["bo"]);
    board
        .says("ana", json!({"type": "message", "id": "m", "to": "bo", "data": 1, "receipt": true}));
    board.drains();

    assert!(matches!(board.tells_user("ana", &json!(1)), Err(Refusal::Unavailable(_))));
    assert!(matches!(board.tells_room("den", &json!(1)), Err(Refusal::Unavailable(_))));
}

#[test]
fn pages_of_users_follow_each_other_in_byte_order_with_what_is_known_of_each() {
    let mut board = Board::of(["bo", "Cleo", "dan"]).and_counting(["ana"]);
    board.joins(["bo"], "den");
    let call = board.rings("bo", "dan");
    board.goes("ana");

    let first = board.rules().users(None, 3);
    let last = board.rules().users(first.next.as_ref(), 3);

    let names = |page: &[switchboard::domain::UserReport]| -> Vec<_> {
        page.iter().map(|it| it.user.to_string()).collect()
    };
    assert_eq!(names(&first.entries), ["Cleo", "ana", "bo"]);
    assert_eq!((names(&last.entries), last.next), (vec!["dan".to_owned()], None));
    assert_eq!(board.rules().user_count(), 4);
    let [_, ana, bo] = &first.entries[..] else { panic!("{first:?}") };
    assert!(ana.is_waiting && !bo.is_waiting);
    assert_eq!(bo.rooms, [room("den")]);
    assert_eq!(bo.call.as_ref().map(CallId::as_str), Some(&*call));
}

#[test]
fn one_user_is_shown_with_its_call_and_what_waits_for_it() {
    let mut board = Board::of(["bo"]).and_counting(["ana"]);
    board.acks("ana");
    let call = board.connects("bo", "ana");
    board.acks("ana");
    board.goes("ana");
    board.writes("bo", "ana", "m1");
    board.is_behind("bo", Backlog { messages: 2, bytes: 60, ..Backlog::default() });

    let (ana, bo) = (board.rules().user(&user("ana")), board.rules().user(&user("bo")));

    let (ana, bo) = (ana.unwrap(), bo.unwrap());
    let [it] = &ana.calls[..] else { panic!("{ana:?}") };
    assert_eq!((it.call.as_str(), it.stage), (&*call, Stage::Accepted));
    assert_eq!((&it.caller, &it.callee), (&user("bo"), &user("ana")));
    assert_eq!((ana.kept.0, ana.kept.1 > 30, ana.unwritten.messages), (1, true, 0));
    assert!(ana.counts && !bo.counts);
    assert_eq!((bo.kept, bo.unwritten.messages, bo.unwritten.bytes), ((0, 0), 2, 60));
    assert!(board.rules().user(&user("cleo")).is_none());
}

#[test]
fn calls_and_rooms_are_shown_in_pages_and_gone_when_they_are_over() {
    let mut board = Board::of(["ana", "bo", "cleo", "dan"]);
    board.rings("ana", "bo");
    board.connects("cleo", "dan");
    for name in ["yard", "attic", "den"] {
        board.joins(["ana"], name);
    }
    board.joins(["bo"], "den");

    let first = board.rules().live_calls(None, 1);
    let second = board.rules().live_calls(first.next.as_ref(), 1);
    assert_ne!(first.entries[0].call, second.entries[0].call);
    assert_eq!(second.next, None);
    let rooms = board.rules().live_rooms(None, 2);
    assert_eq!(rooms.entries, [(room("attic"), 1), (room("den"), 2)]);
    assert_eq!(board.rules().live_rooms(rooms.next.as_ref(), 2).entries, [(room("yard"), 1)]);
    assert_eq!(board.rules().members(&room("den")), [(user("ana"), None), (user("bo"), None)]);

    for name in ["ana", "cleo"] {
        board.ends(&board.socket(name), Parting::Goodbye);
    }
    assert_eq!(board.rules().live_calls(None, 1000).entries, []);
    assert_eq!(board.rules().live_rooms(None, 1000).entries, [(room("den"), 1)]);
    assert_eq!(board.rules().members(&room("attic")), []);
}

#[test]
fn the_number_of_those_who_wait_is_right_however_they_come_and_go() {
    let mut board = Board::new().and_counting(["ana", "bo", "cleo", "dan"]);
    for name in ["ana", "bo", "cleo", "dan"] {
        board.goes(name);
    }
    assert_eq!(board.census().waiting, 4);

    board.resumes("ana");
    assert_eq!(board.census().waiting, 3);
    board.logs_in("bo");
    assert_eq!(board.census().waiting, 2);
    board.removes("cleo").unwrap();
    assert_eq!(board.census().waiting, 1);
    board.passes(secs(31));
    assert_eq!(board.census().waiting, 0);
    board.goes("ana");
    board.drains();
    board.passes(secs(2));
    assert_eq!((board.census().waiting, board.census().users), (0, 0));
}

#[test]
fn data_of_an_operator_is_passed_on_as_it_was_written() {
    let raw = RawValue::from_string(r#"{ "a" : 1.0e2 }"#.into()).unwrap();
    let mut board = Board::of(["ana"]);

    let data = Data::new(&raw).unwrap();
    let said =
        board.steps(|rules, now, effects| rules.say_to_user(&user("ana"), data, now, effects));

    assert_eq!(said, Ok(()));
    assert!(board.frames("ana").last().unwrap().ends_with(r#","data":{ "a" : 1.0e2 }}"#));
}
