//! What is sent and what goes wrong, all of it drawn from one seed.
//!
//! Promises: the same size and seed give the same plan. When something goes wrong is counted in
//! bytes of a connection and not in time, so a plan means the same on a slow machine.

use std::time::Duration;

use rand::rngs::StdRng;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};

/// Bytes of a message that are not its data, about: fields, names and frame.
const ENVELOPE: u64 = 90;
/// Data is of this size, in bytes; the mean is what positions are reckoned with.
const DATA: std::ops::Range<usize> = 20..420;
const MEAN: u64 = (DATA.start + DATA.end) as u64 / 2 + ENVELOPE;

/// Everybody writes to so many others, and is written to by as many: what is under way to one who
/// is away stays within its queue.
const PARTNERS: usize = 4;

/// How big a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size {
    pub clients: usize,
    pub messages: usize,
    pub cuts: usize,
    pub seed: u64,
}

impl Size {
    /// The one that the environment asks for, else one for every day.
    pub fn wanted() -> Self {
        let asked = |name: &str| std::env::var(name).ok().map(|it| it.parse::<u64>().unwrap());
        Self {
            clients: asked("CHAOS_CLIENTS").unwrap_or(20) as usize,
            messages: asked("CHAOS_MESSAGES").unwrap_or(8000) as usize,
            cuts: asked("CHAOS_CUTS").unwrap_or(500) as usize,
            seed: asked("CHAOS_SEED").unwrap_or(1),
        }
    }

    /// How far apart cuts are on one client's line, at most, in bytes: so close that all of them
    /// happen while its messages are under way. Half of that on average are a third of what it
    /// sends, and it hears as much as it sends.
    fn spread(&self) -> u64 {
        let traffic = self.messages as u64 * MEAN / self.clients as u64;
        let cuts = (self.cuts / self.clients).max(1) as u64;
        (traffic / cuts * 2 / 3).clamp(1000, 1 << 20)
    }
}

/// A message to be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Letter {
    pub to: usize,
    pub size: usize,
    pub receipt: bool,
}

/// How a connection is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// Both sides are reset.
    Reset,
    /// Both sides see the other's orderly end.
    Finish,
    /// Nothing more comes this way, the other way goes on.
    HalfClose,
    /// Nothing more comes either way, and nobody is told.
    Silence,
}

/// What happens to one connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fate {
    /// Each piece is late by that much.
    pub delay: Duration,
    /// In front of this byte, counted both ways, whatever comes waits for so long.
    pub stall: Option<(u64, Duration)>,
    /// In front of this byte, counted both ways, in the middle of whatever comes there.
    pub cut: Option<(u64, Cut)>,
}

impl Fate {
    /// Nothing happens.
    pub const GOOD: Self = Self { delay: Duration::ZERO, stall: None, cut: None };
}

/// The plan for one client.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    pub letters: Vec<Letter>,
    /// One for each connection, as long as there are any.
    pub fates: Vec<Fate>,
}

/// A plan for each client.
pub fn draw(size: Size) -> Vec<Plan> {
    let mut dice = StdRng::seed_from_u64(size.seed);
    let mut circle: Vec<_> = (0..size.clients).collect();
    circle.shuffle(&mut dice);
    let share = |all: usize, n: usize| all / size.clients + usize::from(n < all % size.clients);
    let mut plans: Vec<_> = (0..size.clients)
        .map(|place| {
            let client = circle[place];
            let next = |steps: usize| circle[(place + steps) % size.clients];
            let partners: Vec<_> = (1..=PARTNERS.min(size.clients - 1)).map(next).collect();
            let letters = (0..share(size.messages, client)).map(|_| letter(&mut dice, &partners));
            let letters = letters.collect();
            let fates = (0..share(size.cuts, client)).map(|_| fate(&mut dice, size)).collect();
            (client, Plan { letters, fates })
        })
        .collect();
    plans.sort_by_key(|(client, _)| *client);
    plans.into_iter().map(|(_, plan)| plan).collect()
}

fn letter(dice: &mut StdRng, partners: &[usize]) -> Letter {
    Letter {
        to: partners[dice.random_range(0..partners.len())],
        size: dice.random_range(DATA),
        receipt: dice.random_ratio(3, 4),
    }
}

fn fate(dice: &mut StdRng, size: Size) -> Fate {
    let place = |dice: &mut StdRng| dice.random_range(0..size.spread());
    let delay = if dice.random_ratio(1, 4) { dice.random_range(1..15) } else { 0 };
    // One in three is so long that the client gives up, and what was stalled comes late.
    let pause = if dice.random_ratio(1, 3) { 2100..3500 } else { 20..300 };
    let stall = dice
        .random_ratio(1, 4)
        .then(|| (place(dice), Duration::from_millis(dice.random_range(pause))));
    let cut = match dice.random_range(0..100) {
        0..50 => Cut::Reset,
        50..75 => Cut::Finish,
        75..92 => Cut::HalfClose,
        _ => Cut::Silence,
    };
    Fate { delay: Duration::from_millis(delay), stall, cut: Some((place(dice), cut)) }
}

#[test]
fn the_same_seed_draws_the_same_plan_and_another_seed_another() {
    let size = Size { clients: 5, messages: 99, cuts: 33, seed: 7 };

    let plan = draw(size);

    assert_eq!(plan, draw(size));
    assert_ne!(plan, draw(Size { seed: 8, ..size }));
    assert_eq!(plan.iter().map(|it| it.letters.len()).sum::<usize>(), 99);
    assert_eq!(plan.iter().map(|it| it.fates.len()).sum::<usize>(), 33);
}
