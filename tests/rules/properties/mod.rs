//! Random lives against what must always hold: `truths.rs` is what must hold after every step,
//! `client.rs` what each client must be able to believe meanwhile.
//!
//! `PROPERTY_CASES` sets how many lives each of the properties lives through.

mod client;
mod foresight;
mod step;
mod truths;
mod world;

use std::sync::Arc;

use proptest::collection::vec;
use proptest::strategy::Strategy;
use proptest::test_runner::{Config as Runs, TestRunner};
use switchboard::config::{Config, DuplicateLogin, PresenceMode};

use crate::harness::secs;
use world::World;

/// Lives for each property: with those of `delivery`, over 100 000 in all.
const CASES: u32 = 14_000;

fn holds_for_every_life(change: impl FnOnce(&mut Config)) {
    holds_for_lives_of(step::step(), change);
}

fn holds_for_lives_of(step: impl Strategy<Value = step::Step>, change: impl FnOnce(&mut Config)) {
    let mut config = Config { call_rate: 0, rate: 0, ..Config::default() };
    change(&mut config);
    let config = Arc::new(config);
    let outcome = runner(CASES).run(&vec(step, 20..40), |steps| {
        let mut world = World::new(&config);
        for step in steps {
            world.takes(step);
        }
        world.comes_to_rest();
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
}

/// So many lives, or as many as are asked for.
pub fn runner(cases: u32) -> TestRunner {
    let asked = std::env::var("PROPERTY_CASES").ok().and_then(|it| it.parse().ok());
    let cases = asked.unwrap_or(cases);
    TestRunner::new(Runs { cases, failure_persistence: None, ..Runs::default() })
}

#[test]
fn the_promises_hold_as_set_by_default() {
    holds_for_every_life(|_| ());
}

#[test]
fn the_promises_hold_where_most_of_what_is_said_is_about_calls() {
    holds_for_lives_of(step::step_of_calls(), |_| ());
}

#[test]
fn the_promises_hold_where_a_second_login_is_rejected() {
    holds_for_every_life(|config| config.duplicate_login = DuplicateLogin::Reject);
}

#[test]
fn the_promises_hold_where_numbers_take_the_place_of_names() {
    holds_for_every_life(|config| config.presence_limit = 2);
}

#[test]
fn the_promises_hold_where_presence_is_off() {
    holds_for_every_life(|config| config.presence = PresenceMode::Off);
}

#[test]
fn the_promises_hold_where_rates_are_low() {
    holds_for_every_life(|config| {
        (config.rate, config.burst, config.call_rate) = (1, 3, 5);
        config.duplicate_login = DuplicateLogin::Reject;
    });
}

#[test]
fn the_promises_hold_where_rooms_are_small_and_ringing_is_short() {
    holds_for_every_life(|config| {
        (config.max_rooms, config.max_members) = (2, 2);
        (config.ring_timeout, config.presence_limit) = (secs(1), 3);
    });
}
