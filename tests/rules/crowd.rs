//! Thousands of users, each with one socket of the same number, and how much each step did.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Instant;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::Value;
use switchboard::config::{Config, PresenceMode};
use switchboard::domain::{Effect, Input, Login, Parting, SLICE, Switchboard};
use switchboard::protocol::{self, Close, UserId};

use crate::harness::{Socket, secs};

/// Effects of one step at most, where no room is left: a slice, the answer to what began the step, and
/// what the last user of the slice is told in addition.
pub const STEP: usize = SLICE + 10;

/// Users by number, each with one socket of the same number, and what they were sent.
pub struct Crowd {
    pub rules: Switchboard<Socket>,
    pub now: Instant,
    /// What everybody is sent from now on, if anybody wants to know.
    pub heard: HashMap<usize, Vec<Value>>,
    pub listens: bool,
    pub frames: HashSet<usize>,
    pub closed: HashMap<usize, Close>,
    pub largest: usize,
    pub steps: usize,
}

pub fn user(number: usize) -> UserId {
    UserId::parse(&format!("u{number:05}")).unwrap()
}

impl Crowd {
    pub fn of(users: usize, counting: bool, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config { rate: 0, presence: PresenceMode::Off, ..Config::default() };
        change(&mut config);
        let mut crowd = Self {
            rules: Switchboard::new(Arc::new(config), StdRng::seed_from_u64(1)),
            now: Instant::now(),
            heard: HashMap::new(),
            listens: false,
            frames: HashSet::new(),
            closed: HashMap::new(),
            largest: 0,
            steps: 0,
        };
        for number in 0..users {
            crowd.comes(number, counting);
        }
        crowd.passes(5);
        crowd.forgets();
        crowd
    }

    /// What was heard until now is of no interest.
    pub fn forgets(&mut self) {
        self.heard.clear();
        self.frames.clear();
        (self.largest, self.steps, self.listens) = (0, 0, true);
    }

    pub fn comes(&mut self, number: usize, counting: bool) {
        let received = counting.then_some(0);
        let login = Login { received, ..Login::fresh(user(number)) };
        let input = Input::Claimed { connection: Socket::new(number), user: user(number), login };
        self.step(input);
    }

    pub fn says(&mut self, number: usize, message: &Value) {
        let text = message.to_string();
        let (connection, user, bytes) = (Socket::new(number), user(number), text.len());
        self.step(Input::Said { connection, user, said: protocol::decode(&text.into()), bytes });
    }

    pub fn ends(&mut self, number: usize, parting: Parting) {
        self.step(Input::Ended { connection: Socket::new(number), user: user(number), parting });
    }

    pub fn step(&mut self, input: Input<Socket>) {
        let mut effects = Vec::new();
        self.rules.apply(input, self.now, &mut effects);
        self.largest = self.largest.max(effects.len());
        self.steps += 1;
        for effect in effects {
            match effect {
                Effect::Deliver { to, frame } => {
                    assert!(!self.closed.contains_key(&to.number), "{to:?} was closed");
                    if self.listens {
                        self.frames.insert(frame.as_ptr() as usize);
                        let message = serde_json::from_str(&frame).unwrap();
                        self.heard.entry(to.number).or_default().push(message);
                    }
                }
                Effect::Close { connection, close } => {
                    let before = self.closed.insert(connection.number, close);
                    assert_eq!(before, None, "{connection:?} is closed twice");
                }
                Effect::Probe(_)
                | Effect::Prove { .. }
                | Effect::Claim { .. }
                | Effect::Verify { .. }
                | Effect::Identify { .. } => {}
            }
        }
    }

    /// Lets time pass, and does what is due when it is due.
    pub fn passes(&mut self, seconds: u64) {
        let end = self.now + secs(seconds);
        while let Some(due) = self.rules.next_due().filter(|due| *due <= end) {
            self.now = due;
            self.step(Input::Tick);
        }
        self.now = end;
    }

    pub fn hears(&mut self, number: usize) -> Vec<Value> {
        self.heard.remove(&number).unwrap_or_default()
    }

    #[track_caller]
    pub fn assert_sliced(&self, at_least: usize) {
        self.assert_sliced_except_a_room(at_least, 0);
    }

    /// The last piece of a slice may be a room with this many members.
    #[track_caller]
    pub fn assert_sliced_except_a_room(&self, at_least: usize, members: usize) {
        assert!(self.largest <= STEP + members, "one step had {} effects", self.largest);
        assert!(self.steps >= at_least, "{} steps are too few", self.steps);
    }
}
