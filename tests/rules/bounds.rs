//! The work of one step is bounded, whatever clients do before it.
//!
//! A step that is spent leaves the rest to the next one, so the number of steps tells how much was
//! counted.

use std::time::Instant;

use serde_json::json;
use switchboard::domain::{Input, Login, Parting, ResumeToken};
use switchboard::protocol::Close;

use crate::crowd::{Crowd, user};
use crate::harness::{Socket, secs};

/// Each user rings the next one, and has no room for another message of the server's own.
fn chain(users: usize, queue_messages: usize) -> Crowd {
    let mut crowd = Crowd::of(users, true, |config| {
        (config.queue_messages, config.call_rate) = (queue_messages, 0);
    });
    for number in 0..users - 1 {
        crowd.says(number, &json!({"type": "call-request", "to": user(number + 1)}));
    }
    crowd.forgets();
    crowd
}

#[test]
fn a_thousand_slow_consumers_whose_ends_end_each_other_s_sessions_end_in_slices() {
    const ALL: usize = 1000;
    let mut crowd = chain(ALL, 1);

    crowd.ends(0, Parting::Goodbye);
    assert!(crowd.rules.has_work_left());
    crowd.passes(0);

    // The first one left by itself. The last one rings nobody and has room for the end of its call.
    assert_eq!(crowd.closed.len(), ALL - 2);
    assert!(crowd.closed.values().all(|close| *close == Close::ReadsTooSlowly));
    let census = crowd.rules.census();
    assert_eq!((census.users, census.calls), (1, 0));
    crowd.assert_sliced(10);
}

#[test]
fn slow_consumers_without_sockets_end_in_slices_although_nothing_is_sent() {
    const ALL: usize = 1000;
    // Room for the ring and for both neighbours' going away.
    let mut crowd = chain(ALL, 3);
    for number in 0..ALL {
        crowd.ends(number, Parting::Broken);
    }
    assert_eq!(crowd.rules.census().users, ALL);
    crowd.forgets();

    crowd.rules.remove_user(&user(0), crowd.now, &mut Vec::new()).unwrap();
    crowd.passes(0);

    assert_eq!(crowd.rules.census().users, 1);
    assert!(crowd.steps >= 9, "{} steps are too few", crowd.steps);
}

/// One more joins a room whose members have no room for another message of the server's own.
fn a_room_of_slow_consumers(members: usize) -> Crowd {
    let mut crowd = Crowd::of(0, true, |config| {
        (config.queue_messages, config.max_members) = (members, 1000);
    });
    for number in 0..=members {
        // The newcomer's socket takes everything.
        crowd.comes(number, number < members);
    }
    for number in 0..members {
        crowd.says(number, &json!({"type": "join", "room": "den"}));
    }
    for number in 0..members {
        // It was told of those who joined later, and is told of its errors.
        for _ in 0..number {
            crowd.says(number, &json!({"type": "leave", "room": "none"}));
        }
    }
    crowd.passes(0);
    assert!(crowd.closed.is_empty());
    crowd.says(members, &json!({"type": "join", "room": "den"}));
    crowd
}

#[test]
fn a_session_that_ends_in_a_later_slice_is_not_resumed_and_its_user_s_next_one_lives() {
    const MEMBERS: usize = 150;
    let mut crowd = a_room_of_slow_consumers(MEMBERS);
    let mut still_there = (0..MEMBERS).filter(|it| !crowd.closed.contains_key(it));
    let (returns, logs_in) = (still_there.next().unwrap(), still_there.next().unwrap());
    let registered = crowd.hears(returns).remove(0);
    let token = ResumeToken::new(registered["resumeToken"].as_str().unwrap());
    let login = Login { received: Some(0), ..Login::fresh(user(returns)) };

    let resume = Login { resume: Some(token), ..login.clone() };
    crowd.step(Input::Claim { connection: Socket::new(1000), login: resume });
    assert_eq!(crowd.closed.get(&returns), Some(&Close::ReadsTooSlowly));
    crowd.step(Input::Claimed { connection: Socket::new(1000), user: user(returns), login });
    let login = Login::fresh(user(logs_in));
    crowd.step(Input::Claimed { connection: Socket::new(1001), user: user(logs_in), login });
    assert!(crowd.rules.has_work_left(), "the others have their slice yet to come");
    crowd.passes(1);

    let census = crowd.rules.census();
    assert_eq!((census.users, census.counts.resumed), (3, 0), "the one who joined, and these two");
    assert!(!crowd.closed.contains_key(&1000) && !crowd.closed.contains_key(&1001));
    assert_eq!(crowd.hears(1000)[0]["resumed"], false);
}

/// Each of these users watches 256 others if its number is even, and blocks 256 if it is odd.
fn who_watch_or_block(users: usize, counting: bool) -> Crowd {
    let mut crowd = Crowd::of(users, counting, |_| ());
    let others: Vec<_> = (0..256).map(|it| user(50_000 + it)).collect();
    for number in 0..users {
        let kind = if number % 2 == 0 { "watch" } else { "block" };
        crowd.says(number, &json!({"type": kind, "users": others}));
    }
    crowd.forgets();
    crowd
}

#[test]
fn the_end_of_who_watches_or_blocks_many_takes_more_of_a_slice() {
    const ALL: usize = 80;
    let mut crowd = who_watch_or_block(ALL, true);
    for number in 0..ALL {
        crowd.ends(number, Parting::Broken);
    }
    crowd.forgets();

    crowd.now += secs(31);
    crowd.step(Input::Tick);

    let left = crowd.rules.census().users;
    assert!((ALL - 8..ALL).contains(&left), "{left} are left after one step");
    crowd.passes(1);
    assert_eq!(crowd.rules.census().users, 0);
    // 256 names each, and a slice of 1000 looks.
    crowd.assert_sliced(ALL * 256 / 1100);
}

#[test]
fn what_the_node_still_knows_when_all_are_sent_away_is_forgotten_in_slices() {
    const ALL: usize = 400;
    let mut crowd = who_watch_or_block(ALL, false);
    crowd.says(0, &json!({"type": "call-request", "to": user(1)}));
    crowd.says(0, &json!({"type": "join", "room": "den"}));
    crowd.forgets();

    crowd.step(Input::Drain);
    crowd.passes(1);

    assert_eq!(crowd.closed.len(), ALL);
    let census = crowd.rules.census();
    assert_eq!((census.users, census.calls, census.ringing, census.rooms), (0, 0, 0, 0));
    assert_eq!((census.counts.calls_started, census.counts.calls_ended), (1, 1));
    assert_eq!(crowd.rules.next_due(), None);
    // 256 names each, those of half of them twice: in the session, and for whom they watch.
    crowd.assert_sliced(ALL * 256 * 3 / 2 / 1100);
}

#[test]
fn a_window_of_many_changes_is_forgotten_in_slices() {
    const ALL: usize = 10_000;
    let mut crowd = Crowd::of(ALL, false, |_| ());
    crowd.ends(0, Parting::Goodbye);
    crowd.passes(0); // begins a window
    for number in 1..ALL {
        crowd.ends(number, Parting::Goodbye);
    }
    crowd.forgets();

    crowd.passes(1);

    assert!(crowd.steps >= 9, "{} steps are too few", crowd.steps);
    assert_eq!(crowd.rules.next_due(), None);
}

/// All these users are in the room `den`.
fn in_a_room(members: usize, counting: bool) -> Crowd {
    let mut crowd = Crowd::of(members, counting, |config| {
        (config.max_members, config.queue_messages) = (1000, 1_000_000);
        (config.queue_bytes, config.queue_total) = (1 << 30, 1 << 40);
    });
    crowd.listens = false;
    for number in 0..members {
        crowd.says(number, &json!({"type": "join", "room": "den"}));
    }
    crowd.forgets();
    crowd
}

#[test]
fn a_room_without_a_socket_is_left_by_its_members_in_slices() {
    const ALL: usize = 400;
    let mut crowd = in_a_room(ALL, true);
    for number in 0..ALL {
        // It was told of itself and of those who joined later.
        crowd.says(number, &json!({"type": "ack", "received": ALL - number}));
    }
    assert_eq!(crowd.rules.census().kept_bytes, 0);
    for number in 0..ALL {
        crowd.ends(number, Parting::Broken);
    }
    crowd.passes(29);

    crowd.now += secs(1);
    crowd.step(Input::Tick);

    // The first ones to leave are told to all the others, which takes under 400 bytes each.
    let told = crowd.rules.census().kept_bytes / 400;
    assert!((1..1500).contains(&told), "{told} and more were told in one step");
    crowd.passes(1);
    let census = crowd.rules.census();
    assert_eq!((census.users, census.rooms, census.kept_bytes), (0, 0, 0));
}

#[test]
fn a_message_to_a_room_costs_no_more_while_sessions_have_yet_to_leave_rooms() {
    const ALL: usize = 600;
    let mut crowd = in_a_room(ALL, false);
    crowd.comes(ALL, true);
    for _ in 0..5000 {
        crowd.says(0, &json!({"type": "message", "to": user(ALL), "data": 1}));
    }
    crowd.listens = false;
    let fastest = |crowd: &mut Crowd| {
        let once = |crowd: &mut Crowd| {
            let begin = Instant::now();
            crowd.says(0, &json!({"type": "message", "room": "den", "data": 1}));
            begin.elapsed()
        };
        (0..20).map(|_| once(crowd)).min().unwrap()
    };
    let before = fastest(&mut crowd);

    crowd.ends(ALL, Parting::Goodbye);
    assert!(crowd.rules.has_work_left(), "5000 kept messages are too many for one step");
    let meanwhile = fastest(&mut crowd);

    assert!(crowd.rules.has_work_left());
    // Eight times as much and more where each member is looked for among all of them.
    assert!(meanwhile < before * 3, "{meanwhile:?}, and {before:?} before");
}
