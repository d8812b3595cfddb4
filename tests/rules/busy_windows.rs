//! Windows of presence with more changes than a step may look at.

use std::collections::HashSet;

use serde_json::{Value, json};
use switchboard::config::{Config, PresenceMode};
use switchboard::domain::{Input, Parting};

use crate::crowd::{Crowd, user};

/// Two users are told names, and another one came and went this many times since the last telling.
fn a_busy_window(changes: usize) -> Crowd {
    let limit = |config: &mut Config| {
        (config.presence, config.presence_limit) = (PresenceMode::All, 10_000);
    };
    let mut crowd = Crowd::of(1, false, limit);
    // All that follows belongs to one window, as its first change has been told.
    crowd.comes(1, false);
    for _ in 0..changes / 2 {
        crowd.comes(2, false);
        crowd.ends(2, Parting::Goodbye);
        crowd.closed.clear();
    }
    crowd.forgets();
    crowd
}

#[test]
fn a_step_compares_one_user_with_a_slice_of_the_changes_at_most() {
    const CHANGES: usize = 20_000;
    let mut crowd = a_busy_window(CHANGES);

    crowd.passes(1);

    // A slice has 1000 looks. Both users are compared together with each change, and it is forgotten.
    let at_least = 2 * CHANGES / 1000;
    assert!(crowd.steps >= at_least, "{} steps, at least {at_least}", crowd.steps);
    assert!(!crowd.rules.has_work_left());
    assert!(crowd.heard.is_empty(), "who came and went is not mentioned: {:?}", crowd.heard);
}

#[test]
fn those_who_looked_in_a_busy_window_are_compared_with_it_in_slices() {
    const LOOKERS: usize = 50;
    const CHANGES: usize = 2000;
    let limit = |config: &mut Config| {
        (config.presence, config.presence_limit) = (PresenceMode::All, 10_000);
    };
    let mut crowd = Crowd::of(LOOKERS, false, limit);
    // All that follows belongs to one window, as its first change has been told.
    crowd.comes(LOOKERS, false);
    for looker in 0..LOOKERS {
        for _ in 0..CHANGES / LOOKERS / 2 {
            crowd.comes(LOOKERS + 1, false);
            crowd.ends(LOOKERS + 1, Parting::Goodbye);
            crowd.closed.clear();
        }
        crowd.says(looker, &json!({"type": "list"}));
    }
    crowd.forgets();

    crowd.passes(1);

    // Each is sent a frame for each piece of 500 changes. A slice has 1000 looks, a frame takes ten of
    // these, and in each slice a piece is compared once.
    let pieces = CHANGES / 500;
    let a_slice = (1000 - 500) / 10;
    crowd.assert_sliced(pieces * LOOKERS.div_ceil(a_slice) + CHANGES / 1000);
}

#[test]
fn each_who_came_at_another_time_of_a_busy_window_is_compared_with_the_rest_of_its_piece() {
    const NEWCOMERS: usize = 50;
    let mut crowd = a_busy_window(0);
    for newcomer in 3..3 + NEWCOMERS {
        for _ in 0..20 {
            crowd.comes(2, false);
            crowd.ends(2, Parting::Goodbye);
            crowd.closed.clear();
        }
        crowd.comes(newcomer, false);
    }
    crowd.forgets();

    crowd.passes(1);

    // On average a half of the 500 changes of a piece is behind a newcomer. A slice has 1000 looks.
    crowd.assert_sliced(NEWCOMERS * 500 / 2 / 1000);
}

#[test]
fn the_changes_of_a_busy_window_are_told_in_pieces_that_add_up_to_those_who_are_there() {
    const USERS: usize = 1200;
    let mut crowd = a_busy_window(0);
    // Everybody comes, two thirds go, and one third comes back.
    for number in 3..USERS {
        crowd.comes(number, false);
    }
    for number in (3..USERS).filter(|it| it % 3 > 0) {
        crowd.ends(number, Parting::Goodbye);
    }
    for number in (3..USERS).filter(|it| it % 3 == 2) {
        crowd.closed.clear();
        crowd.comes(number, false);
    }
    crowd.forgets();

    crowd.passes(10);

    let heard = crowd.hears(0);
    let named = |it: &Value, which| it[which].as_array().map_or(0, Vec::len);
    let mut online = HashSet::new();
    for news in &heard {
        let count = named(news, "online") + named(news, "offline");
        assert!((1..=500).contains(&count), "{count} in one message");
        online.extend(news["online"].as_array().unwrap().iter().cloned());
        for gone in news["offline"].as_array().unwrap() {
            assert!(online.remove(gone), "{gone} was not told as online");
        }
    }
    let there = (3..USERS).filter(|it| it % 3 != 1).map(|it| json!(user(it)));
    assert_eq!(online, there.collect::<HashSet<_>>());
    assert!(heard.len() >= 3, "{} messages", heard.len());
}

#[test]
fn a_user_who_lists_while_an_earlier_change_is_told_learns_who_is_back_since() {
    const LOOKER: usize = 1100;
    let limit = |config: &mut Config| {
        (config.presence, config.presence_limit) = (PresenceMode::All, 10_000);
    };
    let mut crowd = Crowd::of(1200, false, limit);
    crowd.ends(0, Parting::Broken);
    assert!(crowd.rules.has_work_left(), "the looker is not told yet");
    crowd.ends(1, Parting::Goodbye);
    crowd.says(LOOKER, &json!({"type": "list", "limit": 1}));
    assert_eq!(crowd.hears(LOOKER)[0]["clients"], json!([user(2)]), "users 0 and 1 are gone");
    while crowd.rules.has_work_left() {
        crowd.step(Input::Tick);
    }
    crowd.closed.clear();

    crowd.comes(1, false);
    crowd.passes(2);

    let heard = crowd.hears(LOOKER);
    assert_eq!(heard.last().unwrap()["online"], json!([user(1)]), "{heard:?}");
}
