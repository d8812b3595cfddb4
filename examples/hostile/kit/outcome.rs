//! The outcome of a row: figures, bounds, and a line of the table.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::time::{Duration, Instant};

use super::control::Disturbance;
use super::honest::{Sample, Samples};

/// The bound of the honest pair's p99 in every row.
pub const P99: Duration = Duration::from_millis(50);
/// The bound of each login and of each answer of `/healthz`, which take several turns of the server,
/// in a row that names no other.
pub const ANSWER: Duration = Duration::from_millis(250);

/// The reasons, other than the server, for a figure to miss its bound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoiled {
    /// Nothing: memory, answers, lost messages.
    ByNothing,
    /// Other programs on the machine: times, and how much an attack gets done in its time.
    ByOthers,
}

/// A bound and whether it held.
#[derive(Clone, Debug)]
pub struct Check {
    pub what: String,
    pub holds: bool,
    pub spoiled: Spoiled,
}

impl Check {
    /// A figure that must not be over its bound.
    pub fn at_most(what: &str, figure: f64, bound: f64, unit: &str) -> Self {
        let what = format!("{what} {figure:.1}{unit}, at most {bound}{unit}");
        Self { what, holds: figure <= bound, spoiled: Spoiled::ByNothing }
    }

    /// A time, in milliseconds.
    pub fn within(what: &str, time: f64, bound: f64) -> Self {
        Self { spoiled: Spoiled::ByOthers, ..Self::at_most(what, time, bound, " ms") }
    }

    /// An attack that did less than this did not take place.
    pub fn took_place(what: &str, count: u64, least: u64) -> Self {
        let sentence = match count >= least {
            true => format!("the attack took place: {count} of at least {least} × {what}"),
            false => format!("the attack did not take place: {count} of at least {least} × {what}"),
        };
        Self { what: sentence, holds: count >= least, spoiled: Spoiled::ByOthers }
    }

    /// A sentence that must be true.
    pub fn must(what: impl Into<String>, holds: bool) -> Self {
        Self { what: what.into(), holds, spoiled: Spoiled::ByNothing }
    }
}

/// Times of one kind in one phase.
#[derive(Clone, Debug, Default)]
pub struct Times {
    pub p50: Duration,
    pub p99: Duration,
    pub worst: Duration,
    pub count: usize,
    /// Those that never were done, by reason.
    pub failed: BTreeMap<String, usize>,
}

impl Times {
    /// Times of what began in this phase.
    pub fn begun(samples: &[Sample], from: Instant, to: Instant) -> Self {
        Self::of(samples.iter().filter(|it| (from..to).contains(&it.at)))
    }

    /// Times of what was under way in this phase: a single wait may be longer than the phase.
    pub fn under_way(samples: &[Sample], from: Instant, to: Instant) -> Self {
        Self::of(samples.iter().filter(|it| it.at < to && it.ended > from))
    }

    fn of<'a>(samples: impl Iterator<Item = &'a Sample>) -> Self {
        let mut times = Self::default();
        let mut took = Vec::new();
        for sample in samples {
            times.count += 1;
            match &sample.took {
                Ok(time) => took.push(*time),
                Err(why) => *times.failed.entry(why.clone()).or_default() += 1,
            }
        }
        took.sort_unstable();
        let at = |part: f64| {
            let index = ((took.len() as f64 * part).ceil() as usize).saturating_sub(1);
            took.get(index).copied().unwrap_or_default()
        };
        (times.p50, times.p99, times.worst) = (at(0.5), at(0.99), at(1.));
        times
    }

    /// That something was done, that all of it was, and in what time.
    pub fn checks(&self, what: &str, time: Duration, bound: Duration) -> Vec<Check> {
        let mut checks = vec![Check::must(format!("{what}: some were measured"), self.count > 0)];
        checks.push(Check::within(what, ms(time), ms(bound)));
        for (why, count) in &self.failed {
            checks.push(Check::must(
                format!("{what}: {count} of {} failed: {why}", self.count),
                false,
            ));
        }
        checks
    }
}

/// One row of the table.
#[derive(Clone, Debug)]
pub struct Outcome {
    pub row: &'static str,
    pub before: Times,
    pub during: Times,
    pub logins: Times,
    pub health: Times,
    pub operator: Times,
    /// Resident memory in KiB, when the attack began and at its peak.
    pub resident: (u64, u64),
    /// Cores that the server kept busy.
    pub cpu: f64,
    /// The bound of the histogram that the longest step of the hub was below, in seconds.
    pub step: f64,
    /// The other work of the machine during the attack.
    pub control: Disturbance,
    pub got: BTreeMap<String, u64>,
    pub checks: Vec<Check>,
}

/// The result of one run of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Holds,
    Fails,
    /// A time missed its bound, and the machine was busy with something else: nothing is known.
    Disturbed,
}

impl Outcome {
    /// Sorts the times of honest clients into before and during.
    pub fn of(row: &'static str, samples: &Samples, phases: [Instant; 3], setup: Instant) -> Self {
        let [start, begin, end] = phases;
        let asked = |samples: &[Sample]| Times::under_way(samples, begin, end);
        Self {
            row,
            before: Times::begun(&samples.messages, start, setup),
            during: Times::begun(&samples.messages, begin, end),
            logins: asked(&samples.logins),
            health: asked(&samples.health),
            operator: asked(&samples.operator),
            resident: (0, 0),
            cpu: 0.,
            step: 0.,
            control: Disturbance::default(),
            got: BTreeMap::new(),
            checks: Vec::new(),
        }
    }

    pub fn verdict(&self) -> Verdict {
        let failures: Vec<_> = self.checks.iter().filter(|it| !it.holds).collect();
        let by_others = failures.iter().all(|it| it.spoiled == Spoiled::ByOthers);
        match failures.is_empty() {
            true => Verdict::Holds,
            false if by_others && self.control.is_disturbed() => Verdict::Disturbed,
            false => Verdict::Fails,
        }
    }
}

/// Heads of the columns of all figures.
pub const HEAD: &str = "\
| row | p50 / p99 before | p50 / p99 during | worst | login, worst | `/healthz`, worst \
| memory, before → peak | CPU | longest step | echo p99 / worst | others' CPU | verdict |
|---|---|---|---|---|---|---|---|---|---|---|---|";

impl Display for Outcome {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let Self { row, before, during, resident: (from, peak), cpu, step, control, .. } = self;
        write!(
            f,
            "| `{row}` | {:.1} / {:.1} ms | {} | {} | {} | {} \
             | {:.0} → {:.0} MiB | {:.0} % | {} | {:.1} / {:.1} ms | {:.0} % | {} |",
            ms(before.p50),
            ms(before.p99),
            of(during, &format!("{:.1} / {:.1}", ms(during.p50), ms(during.p99))),
            of(during, &format!("{:.0}", ms(during.worst))),
            of(&self.logins, &format!("{:.0}", ms(self.logins.worst))),
            of(&self.health, &format!("{:.0}", ms(self.health.worst))),
            *from as f64 / 1024.,
            *peak as f64 / 1024.,
            cpu * 100.,
            match step {
                step if step.is_finite() => format!("≤ {} ms", step * 1e3),
                _ => "> 10 s".to_owned(),
            },
            ms(control.p99),
            ms(control.worst),
            control.others * 100.,
            match self.verdict() {
                Verdict::Holds => "holds",
                Verdict::Fails => "**fails**",
                Verdict::Disturbed => "**disturbed**",
            },
        )
    }
}

/// A figure in milliseconds, and how many failed.
fn of(times: &Times, figure: &str) -> String {
    let failed: usize = times.failed.values().sum();
    match (failed, times.count) {
        (_, 0) => "–".to_owned(),
        (0, _) => format!("{figure} ms"),
        (failed, count) if failed == count => format!("none of {count}"),
        (failed, count) => format!("{figure} ms, {failed} of {count} not"),
    }
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
