//! However many a step concerns, it is done in slices, and messages of others come in between.

use std::collections::HashSet;

use serde_json::{Value, json};
use switchboard::config::{Config, PresenceMode};
use switchboard::domain::{Input, Parting};
use switchboard::protocol::Close;

use crate::crowd::{Crowd, STEP, user};
use crate::harness::secs;

#[test]
fn changes_of_many_are_told_to_many_watchers_in_slices_of_one_frame() {
    const WATCHED: usize = 16;
    const ALL: usize = 5000 + WATCHED;
    let mut crowd = Crowd::of(ALL, false, |_| ());
    let watched: Vec<_> = (0..WATCHED).map(|it| user(it).to_string()).collect();
    for watcher in WATCHED..ALL {
        crowd.says(watcher, &json!({"type": "watch", "users": watched}));
    }
    crowd.ends(0, Parting::Broken); // begins a window
    crowd.passes(0);
    crowd.passes(1);
    crowd.ends(1, Parting::Broken);
    crowd.passes(0);
    crowd.forgets();
    for number in 2..WATCHED {
        crowd.ends(number, Parting::Broken);
    }

    crowd.passes(2);

    let news = json!({"type": "presence", "online": [], "offline": watched[2..]});
    for watcher in WATCHED..ALL {
        assert_eq!(crowd.hears(watcher), std::slice::from_ref(&news), "watcher {watcher}");
    }
    crowd.assert_sliced(5);
    assert!(crowd.frames.len() <= 2 * crowd.steps, "{} frames", crowd.frames.len());
}

#[test]
fn who_watches_many_takes_more_of_a_slice() {
    const WATCHED: usize = 256;
    let mut crowd = Crowd::of(WATCHED + 300, false, |_| ());
    let watched: Vec<_> = (0..WATCHED).map(|it| user(it).to_string()).collect();
    for watcher in WATCHED..WATCHED + 300 {
        crowd.says(watcher, &json!({"type": "watch", "users": watched}));
    }
    crowd.passes(1);
    crowd.forgets();

    crowd.ends(7, Parting::Broken);
    crowd.passes(1);

    assert_eq!(crowd.heard.len(), 300);
    assert!(crowd.largest <= 40, "one step told {} of 256 each", crowd.largest);
}

#[test]
fn between_two_slices_others_are_heard_and_nothing_of_the_rest_is_done() {
    let mut crowd = Crowd::of(5000, false, |_| ());
    for watcher in 1..4000 {
        crowd.says(watcher, &json!({"type": "watch", "users": [user(0)]}));
    }
    crowd.passes(1);
    crowd.forgets();
    crowd.ends(0, Parting::Broken);
    assert!(crowd.rules.has_work_left());
    assert_eq!(crowd.rules.next_due(), Some(crowd.now));
    let told = crowd.heard.len();

    crowd.says(4999, &json!({"type": "message", "to": user(4998), "data": 1}));

    assert_eq!(crowd.heard.len(), told + 1);
    assert_eq!(crowd.hears(4998)[0]["type"], "message");
    crowd.passes(1);
    assert!(!crowd.rules.has_work_left());
    assert_eq!(crowd.heard.len(), 3999);
}

#[test]
fn who_changes_again_before_its_watchers_had_their_slice_is_told_as_it_is_then() {
    let mut crowd = Crowd::of(5000, false, |_| ());
    for watcher in 1..4000 {
        crowd.says(watcher, &json!({"type": "watch", "users": [user(0)]}));
    }
    crowd.passes(1);
    crowd.forgets();
    crowd.ends(0, Parting::Broken);
    let told_of_the_first: HashSet<_> = crowd.heard.keys().copied().collect();

    crowd.comes(0, false);
    crowd.passes(2);

    for watcher in 1..4000 {
        let heard = crowd.hears(watcher);
        match told_of_the_first.contains(&watcher) {
            true => assert_eq!(heard.last().unwrap()["online"], json!([user(0)]), "{heard:?}"),
            false => assert_eq!(heard, [] as [Value; 0], "{watcher} knows of no change"),
        }
    }
}

#[test]
fn many_who_are_told_names_are_told_in_slices_and_each_change_once() {
    let limit = |config: &mut Config| {
        (config.presence, config.presence_limit) = (PresenceMode::All, 10_000);
    };
    let mut crowd = Crowd::of(1200, false, limit);
    crowd.ends(0, Parting::Broken);
    let again = crowd.heard.len();
    crowd.comes(0, false);
    crowd.passes(2);

    assert!(again <= STEP, "{again}");
    for number in 1..1200 {
        let heard = crowd.hears(number);
        assert_eq!(heard.len(), 2, "{number}: {heard:?}");
        assert_eq!(heard[0]["offline"], json!([user(0)]));
        assert_eq!(heard[1]["online"], json!([user(0)]));
    }
    crowd.assert_sliced(3);
}

#[test]
fn many_who_are_told_numbers_instead_of_names_learn_it_in_slices() {
    let limit = |config: &mut Config| {
        (config.presence, config.presence_limit) = (PresenceMode::All, 1200);
    };
    let mut crowd = Crowd::of(1200, false, limit);

    crowd.comes(1200, false);
    crowd.passes(10);

    for number in 0..1200 {
        let heard = crowd.hears(number);
        assert_eq!(heard, [json!({"type": "presence", "total": 1200})], "{number}");
    }
    crowd.assert_sliced(3);
}

#[test]
fn the_thousand_who_are_told_a_number_in_a_second_are_told_it_in_slices() {
    let numbers = |config: &mut Config| {
        (config.presence, config.presence_limit) = (PresenceMode::All, 0);
    };
    let mut crowd = Crowd::of(2500, false, numbers);
    crowd.passes(5);
    crowd.forgets();

    crowd.comes(2500, false);
    crowd.passes(0);

    let told = crowd.heard.len();
    assert!((1000..=1001).contains(&told), "{told} in the first second");
    assert!(crowd.largest <= STEP, "one step had {} effects", crowd.largest);
    crowd.passes(5);
    let number = [json!({"type": "presence", "total": 2500})];
    for user in 0..2500 {
        assert_eq!(crowd.hears(user), number, "{user}");
    }
    assert!(crowd.largest <= STEP, "one step had {} effects", crowd.largest);
}

#[test]
fn twenty_thousand_are_sent_away_in_slices_and_each_verdict_is_given_before() {
    const ALL: usize = 20_000;
    const SENDERS: usize = 2000;
    let mut crowd = Crowd::of(ALL, true, |_| ());
    for number in 0..SENDERS {
        let to = user(ALL - 1 - number);
        let message = json!({"type": "message", "id": "m", "to": to, "data": 1, "receipt": true});
        crowd.says(number, &message);
    }
    crowd.forgets();
    crowd.step(Input::Drain);
    crowd.now += secs(1);
    crowd.step(Input::Tick);
    assert!(crowd.rules.has_work_left());

    crowd.says(0, &json!({"type": "ping"}));
    assert_eq!(crowd.hears(0).last().unwrap()["type"], "pong");
    crowd.says(ALL - 1, &json!({"type": "ack", "received": 1}));
    crowd.ends(ALL / 2, Parting::Broken);
    crowd.passes(1);

    assert_eq!(crowd.closed.len(), ALL - 1);
    assert!(crowd.closed.values().all(|close| matches!(close, Close::Restart { .. })));
    for number in 1..SENDERS {
        let heard = crowd.hears(number);
        let verdicts = heard.iter().filter(|it| it["ref"] == "m").count();
        assert_eq!(verdicts, 1, "{number}: {heard:?}");
    }
    let census = crowd.rules.census();
    assert_eq!((census.users, census.open_receipts, census.kept_bytes), (0, 0, 0));
    assert_eq!(crowd.rules.next_due(), None);
    crowd.assert_sliced(20);
}

#[test]
fn a_thousand_sessions_that_nobody_comes_back_for_end_in_slices() {
    let mut crowd = Crowd::of(3000, true, |_| ());
    for number in 0..3000 {
        crowd.ends(number, Parting::Broken);
    }
    crowd.forgets();

    crowd.now += secs(31);
    crowd.step(Input::Tick);

    let left = crowd.rules.census().users;
    assert!((1..3000).contains(&left), "{left} are left after one step");
    crowd.passes(1);
    assert_eq!(crowd.rules.census().users, 0);
    crowd.assert_sliced(3);
}

/// Everybody is in eight rooms; user 0 came last.
fn in_eight_rooms(members: usize) -> Crowd {
    let mut crowd = Crowd::of(members, false, |config| {
        (config.max_members, config.queue_messages) = (1000, 1_000_000);
        config.queue_bytes = 1 << 30;
    });
    crowd.listens = false;
    for number in (0..members).rev() {
        for room in 0..8 {
            crowd.says(number, &json!({"type": "join", "room": format!("r{room}")}));
        }
    }
    crowd.forgets();
    crowd
}

#[test]
fn whose_session_ends_leaves_its_rooms_in_slices() {
    const MEMBERS: usize = 400;
    let mut crowd = in_eight_rooms(MEMBERS);

    crowd.ends(0, Parting::Goodbye);
    assert!(crowd.rules.has_work_left(), "eight rooms are too many for one step");
    crowd.passes(1);

    for number in 1..MEMBERS {
        let heard = crowd.hears(number);
        let left = heard.iter().filter(|it| it["type"] == "member-left").count();
        assert_eq!((left, heard.len()), (8, 8), "{number}");
    }
    crowd.assert_sliced_except_a_room(3, MEMBERS);
}

#[test]
fn who_joins_again_before_its_rooms_are_left_is_told_as_gone_and_then_as_come() {
    const MEMBERS: usize = 400;
    let mut crowd = in_eight_rooms(MEMBERS);
    crowd.ends(0, Parting::Goodbye);
    crowd.comes(0, false);
    assert!(crowd.rules.has_work_left());

    crowd.says(0, &json!({"type": "join", "room": "r7"}));
    crowd.passes(1);

    let of_r7 = |it: &&Value| it["room"] == "r7";
    let heard = crowd.hears(1);
    let types: Vec<_> = heard.iter().filter(of_r7).map(|it| it["type"].clone()).collect();
    assert_eq!(types, ["member-left", "member-joined"]);
    let answer = crowd.hears(0);
    let joined = answer.iter().find(|it| it["type"] == "room-joined").unwrap();
    assert_eq!(joined["members"].as_array().unwrap().len(), MEMBERS - 1);
    assert_eq!(crowd.rules.census().rooms, 8);
}

#[test]
fn a_member_without_a_session_is_no_error_to_those_who_write_to_its_room() {
    let mut crowd = in_eight_rooms(400);
    crowd.ends(0, Parting::Goodbye);
    assert!(crowd.rules.has_work_left());
    let _ = crowd.hears(1);

    crowd.says(1, &json!({"type": "message", "room": "r7", "data": 1}));

    assert_eq!(crowd.hears(1), [] as [Value; 0]);
}

#[test]
fn a_fresh_session_hears_nothing_of_rooms_that_the_one_before_it_has_yet_to_leave() {
    let mut crowd = in_eight_rooms(400);
    crowd.ends(0, Parting::Goodbye);
    crowd.comes(0, true);
    crowd.says(0, &json!({"type": "ping"}));
    assert!(crowd.rules.has_work_left(), "eight rooms are too many for one step");
    drop(crowd.hears(0));

    crowd.says(1, &json!({"type": "message", "room": "r7", "data": 1}));
    crowd.says(1, &json!({"type": "offer", "to": "u00000", "room": "r7", "data": 1}));
    crowd.says(1, &json!({"type": "leave", "room": "r7"}));

    assert!(crowd.rules.has_work_left());
    assert_eq!(crowd.hears(0), [] as [Value; 0]);
    let refused = crowd.hears(1).into_iter().find(|it| it["type"] == "error");
    assert_eq!(refused.unwrap()["code"], "not-in-room");
}
