//! What each message costs, against what it makes the hub do at most.

use std::collections::HashSet;

use serde_json::{Value, json};
use switchboard::config::{AuthMode, PresenceMode};
use switchboard::domain::{Effect, Input, Permissions};
use switchboard::metrics::Kind;
use switchboard::protocol::{self, Heard, UserId};

use crate::harness::{Board, Socket, only, secs};

/// Operations that one unit of the rate pays for at most: a frame that is delivered is two, a name
/// that is read or written is one. Each takes well under a microsecond.
const OPERATIONS: usize = 32;

/// Users in the largest room, and of the longest list.
const CROWD: usize = 1000;

/// A board with `ana` and so many others as make each message as dear as it can be: all are in the
/// room `den`, and each of them has a long name.
fn crowd(others: usize) -> Board {
    let mut board = Board::with(|config| {
        (config.max_members, config.rate, config.queue_messages) = (CROWD, 0, 1_000_000);
        (config.queue_bytes, config.presence) = (1 << 30, PresenceMode::Off);
        config.auth = AuthMode::Jwt;
    });
    for number in 0..others {
        board.logs_in(&format!("user-{number}"));
    }
    board.logs_in_granted("ana", secs(6000), Permissions::default());
    board
}

/// Everybody joins `den` without anybody reading what that says to the others.
fn all_join(board: &mut Board, others: usize) {
    let users = (0..others).map(|number| format!("user-{number}"));
    for user in users.chain(["ana".to_owned()]) {
        let input = said(board, &user, &json!({"type": "join", "room": "den"}));
        board.steps(|rules, now, effects| {
            rules.apply(input, now, effects);
            effects.clear();
        });
    }
}

fn said(board: &Board, user: &str, message: &Value) -> Input<Socket> {
    let text = message.to_string();
    let said = protocol::decode(&text.clone().into());
    let user = UserId::parse(user).unwrap();
    Input::Said { connection: board.socket(user.as_str()), user, said, bytes: text.len() }
}

fn users(count: usize) -> Vec<String> {
    (0..count).map(|number| format!("user-{number}")).collect()
}

/// What `ana` says, and its price when it is said; then what it made the hub do.
fn price_and_work(board: &mut Board, message: &Value) -> (Heard, u32, usize) {
    let text = message.to_string();
    let decoded = protocol::decode(&text.clone().into());
    let heard = decoded.as_ref().map_or(Heard::Bad, |it| it.message.heard());
    let ana = UserId::parse("ana").unwrap();
    let read = decoded.as_ref().ok().map(|it| &it.message);
    // The names of a message that is refused are not looked at.
    let named = read.map_or(0, |_| names(message));
    let price = board.rules().price(&ana, read, text.len());
    let input = said(board, "ana", message);
    let work = board.steps(|rules, now, effects| {
        rules.apply(input, now, effects);
        let work = work(effects) + named;
        effects.retain(|effect| matches!(effect, Effect::Verify { .. }));
        work
    });
    (heard, price, work)
}

fn work(effects: &[Effect<Socket>]) -> usize {
    // Each frame is encoded once, however many receive it.
    let mut encoded = HashSet::new();
    let mut work = 0;
    for effect in effects {
        work += 2;
        if let Effect::Deliver { frame, .. } = effect
            && encoded.insert(frame.as_ptr())
        {
            work += names(&serde_json::from_str(frame).unwrap());
        }
    }
    work
}

/// Entries of the lists in a message.
fn names(message: &Value) -> usize {
    let lists = message.as_object().into_iter().flatten().filter_map(|(_, it)| it.as_array());
    lists.map(Vec::len).sum()
}

/// Each message at its dearest, in an order in which each makes sense.
fn dearest() -> Vec<Value> {
    vec![
        json!({"type": "call-request", "to": "user-1"}),
        json!({"type": "call-accept", "callId": "none"}),
        json!({"type": "call-hangup", "callId": "none"}),
        json!({"type": "offer", "to": "user-1", "data": 1}),
        json!({"type": "answer", "to": "user-1", "data": 1}),
        json!({"type": "candidate", "to": "user-1", "data": 1}),
        json!({"type": "message", "room": "den", "data": 1}),
        json!({"type": "leave", "room": "den"}),
        json!({"type": "join", "room": "den"}),
        json!({"type": "watch", "users": users(256)}),
        json!({"type": "unwatch", "users": users(256)}),
        json!({"type": "block", "users": users(256)}),
        json!({"type": "unblock", "users": users(256)}),
        json!({"type": "ping"}),
        json!({"type": "pong"}),
        json!({"type": "ack", "received": 0}),
        json!({"type": "nonsense", "users": users(256)}),
    ]
}

#[track_caller]
fn assert_paid(heard: Heard, price: u32, work: usize) {
    let paid = price as usize * OPERATIONS;
    assert!(work <= paid, "{heard:?} costs {price} and makes {work} operations");
}

#[test]
fn no_message_makes_the_hub_do_more_than_it_costs() {
    let mut board = crowd(CROWD - 1);
    all_join(&mut board, CROWD - 1);
    let mut priced = HashSet::new();
    for message in dearest() {
        let (heard, price, work) = price_and_work(&mut board, &message);
        assert_paid(heard, price, work);
        priced.insert(heard);
    }
    // What these two cost is the next test's.
    priced.extend([Heard::List, Heard::Refresh]);

    let all: HashSet<_> = Heard::ALL.iter().copied().collect();
    assert_eq!(priced, all, "each message that there is has a price and is in this table");
}

#[test]
fn a_list_and_a_refresh_cost_what_they_show_and_take_away() {
    let mut board = Board::with(|config| {
        (config.rate, config.max_members, config.auth) = (0, CROWD, AuthMode::Jwt);
        (config.queue_messages, config.queue_bytes) = (1_000_000, 1 << 30);
        config.presence_limit = 0;
    });
    for number in 0..CROWD {
        board.logs_in(&format!("user-{number}"));
    }
    board.logs_in_granted("ana", secs(6000), Permissions::default());
    all_join(&mut board, CROWD - 1);
    board.says("ana", json!({"type": "watch", "users": users(256)}));
    let nothing = Permissions { rooms: only([]), watch: only([]), ..Permissions::default() };
    board.issues("less", "ana", secs(60), nothing);

    let (heard, price, work) = price_and_work(&mut board, &json!({"type": "list"}));
    assert!(work >= CROWD, "it lists {work}");
    assert_paid(heard, price, work);
    let refresh = json!({"type": "refresh", "token": "less"});
    let before = board.effects_so_far();
    let (heard, price, _) = price_and_work(&mut board, &refresh);
    let frames = board.effects_so_far() - before;
    assert!(frames >= CROWD - 1, "each member is told: {frames}");
    assert_paid(heard, price, 2 * frames + CROWD);
}

#[test]
fn small_rooms_and_lists_cost_as_other_messages_do() {
    let mut board = crowd(15);
    all_join(&mut board, 15);
    let price = |board: &mut Board, message: Value| price_and_work(board, &message).1;

    assert_eq!(price(&mut board, json!({"type": "message", "room": "den", "data": 1})), 2);
    assert_eq!(price(&mut board, json!({"type": "leave", "room": "den"})), 3);
    assert_eq!(price(&mut board, json!({"type": "message", "room": "den", "data": 1})), 1);
    assert_eq!(price(&mut board, json!({"type": "list"})), 1);
    assert_eq!(price(&mut board, json!({"type": "watch", "users": ["a"]})), 2);
    assert_eq!(price(&mut board, json!({"type": "watch", "users": users(256)})), 33);
}

#[test]
fn long_messages_cost_a_unit_more_for_each_4_kib() {
    let mut board = crowd(1);
    let data = "x".repeat(40_000);
    let message = json!({"type": "message", "to": "user-0", "data": data});

    assert_eq!(price_and_work(&mut board, &message).1, 10);
}

#[test]
fn a_257th_name_is_refused_while_it_is_read_and_what_follows_is_not_looked_at() {
    for kind in ["watch", "unwatch", "block", "unblock"] {
        let mut board = Board::of(["ana"]);
        // Behind the name that is one too many nothing has to be a name.
        let mut names: Vec<Value> = users(257).into_iter().map(Value::from).collect();
        names.push(json!(17));

        board.says("ana", json!({"type": kind, "id": "w", "users": names}));

        let refusal = board.hears_one("ana");
        assert_eq!((&refusal["code"], &refusal["ref"]), (&json!("not-permitted"), &json!("w")));
        assert!(refusal["message"].as_str().unwrap().contains("256"), "{refusal}");
    }
}
