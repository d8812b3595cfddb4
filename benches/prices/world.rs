//! The rules with everybody in them who makes a message dear, and a clock around each message.

use std::hint::black_box;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytestring::ByteString;
use rand::SeedableRng;
use rand::rngs::StdRng;
use switchboard::config::Config;
use switchboard::domain::{Backlog, Effect, Handle, Input, Login, Switchboard};
use switchboard::protocol::{DisplayName, UserId, decode};

/// The largest room, and the longest list.
pub const CROWD: u32 = 1000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Socket(u32);

impl Handle for Socket {
    fn backlog(&self) -> Backlog {
        Backlog::default()
    }
}

/// A message of one of them.
pub struct Saying {
    pub by: u32,
    pub text: ByteString,
    pub measured: bool,
}

/// The time that messages took, and their price.
#[derive(Clone, Copy, Debug, Default)]
pub struct Paid {
    pub took: Duration,
    pub units: u64,
}

/// The rules, and users who are all in the room `den`.
pub struct World {
    rules: Switchboard<Socket>,
    effects: Vec<Effect<Socket>>,
    now: Instant,
}

impl World {
    /// So many users without a limit of their rate, unless `change` says otherwise. Users 0 and 1
    /// acknowledge what they get if there is a `received`.
    pub fn of(users: u32, received: Option<u64>, change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config {
            rate: 0,
            max_members: CROWD as usize,
            presence_limit: 0,
            queue_messages: 4096,
            queue_bytes: 64 << 20,
            ..Config::default()
        };
        change(&mut config);
        let rules = Switchboard::new(Arc::new(config), StdRng::seed_from_u64(1));
        let mut world = Self { rules, effects: Vec::new(), now: Instant::now() };
        for number in 0..users {
            world.comes(number, received.filter(|_| number < 2));
            world.says(&Saying::first(number, r#"{"type":"join","room":"den"}"#));
        }
        world
    }

    fn comes(&mut self, number: u32, received: Option<u64>) {
        let name = DisplayName::parse(&format!("Number {number}")).ok();
        let login = Login { name, received, ..Login::fresh(user(number)) };
        let connection = Socket(number);
        self.apply(Input::Claimed { connection, user: user(number), login });
    }

    /// Reads the message and carries it out, as the hub does, and what falls due then.
    pub fn says(&mut self, saying: &Saying) -> Paid {
        let (connection, user) = (Socket(saying.by), user(saying.by));
        let (before, bytes) = (self.rules.units_asked(), saying.text.len());
        let begin = Instant::now();
        let said = decode(black_box(&saying.text));
        self.rules.apply(
            Input::Said { connection, user, said, bytes },
            self.now,
            &mut self.effects,
        );
        while self.rules.has_work_left() {
            self.rules.apply(Input::Tick, self.now, &mut self.effects);
        }
        let took = begin.elapsed();
        let units = self.rules.units_asked() - before;
        let closed = self.effects.iter().any(|it| matches!(it, Effect::Close { .. }));
        self.effects.clear();
        if closed {
            // Too many messages that made no sense, or over the rate: it comes again.
            self.comes(saying.by, None);
        }
        Paid { took, units }
    }

    fn apply(&mut self, input: Input<Socket>) {
        self.rules.apply(input, self.now, &mut self.effects);
        self.effects.clear();
    }
}

impl Saying {
    /// A message that is measured, of user 0.
    pub fn measured(text: impl Into<String>) -> Self {
        Self { by: 0, text: text.into().into(), measured: true }
    }

    /// A message that only makes the next one possible.
    pub fn first(by: u32, text: impl Into<String>) -> Self {
        Self { by, text: text.into().into(), measured: false }
    }
}

fn user(number: u32) -> UserId {
    UserId::parse(&number.to_string()).expect("digits are a user id")
}
