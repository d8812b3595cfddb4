//! Nothing lost, nothing twice: random cuts, resumes, replacements, expiries and drains against
//! libraries that count. See `world.rs` for what must hold after every step, and `rest.rs` for
//! what must hold in the end.

mod library;
mod post;
mod rest;
mod shadow;
mod step;
mod wire;
mod world;

use std::sync::Arc;

use proptest::collection::vec;
use switchboard::config::{Config, DuplicateLogin};

use crate::harness::secs;
use crate::properties::runner;
use world::World;

/// Lives for each property: with those of `properties`, over 100 000 in all.
const CASES: u32 = 4_000;

fn nothing_is_lost(change: impl FnOnce(&mut Config)) {
    let mut config = Config { call_rate: 0, rate: 0, ..Config::default() };
    change(&mut config);
    let config = Arc::new(config);
    let outcome = runner(CASES).run(&vec(step::step(), 30..60), |steps| {
        let mut world = World::new(&config);
        world.begins();
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

#[test]
fn nothing_is_lost_and_nothing_comes_twice_as_set_by_default() {
    nothing_is_lost(|_| ());
}

#[test]
fn nothing_is_lost_and_nothing_comes_twice_where_queues_are_small() {
    nothing_is_lost(|config| {
        (config.queue_messages, config.queue_bytes, config.queue_total) = (4, 600, 4_500);
    });
}

#[test]
fn nothing_is_lost_and_nothing_comes_twice_where_a_second_login_is_rejected() {
    nothing_is_lost(|config| config.duplicate_login = DuplicateLogin::Reject);
}

#[test]
fn nothing_is_lost_and_nothing_comes_twice_where_sessions_wait_for_a_moment_only() {
    nothing_is_lost(|config| (config.resume_window, config.ring_timeout) = (secs(1), secs(3)));
}
