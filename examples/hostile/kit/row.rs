//! What a row is: an attack, what it has to get done, and its bounds.

use std::fmt::Write;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::BoxFuture;

use super::honest::Newcomer;
use super::outcome::ANSWER;
use super::served::Settings;
use super::stage::{Size, Stage};
use super::wire::HONEST;

/// An attack: it sets up, calls [`Stage::begins`], and ends after [`Stage::lasts`].
pub type Attack = fn(Arc<Stage>) -> BoxFuture<'static, ()>;

/// One row.
#[derive(Clone, Copy)]
pub struct Row {
    /// The name on the command line and in the table; it stays the same.
    pub name: &'static str,
    /// The attack in full size, for the table.
    pub what: &'static str,
    pub settings: Settings,
    pub attack: Attack,
    /// Less than this, and the attack did not take place. Where a limit is to bite, that it did.
    pub least: &'static [Least],
    /// Bounds in addition to those of every row.
    pub bounds: &'static [Bound],
}

/// A count that an attack has to reach.
#[derive(Clone, Copy, Debug)]
pub struct Least {
    /// The count in the report: all whose names begin with this.
    pub what: &'static str,
    count: Count,
}

#[derive(Clone, Copy, Debug)]
enum Count {
    InAll { small: u64, full: u64 },
    ASecond { small: u64, full: u64 },
}

/// This many in all, in a small attack and in a full one.
pub const fn in_all(what: &'static str, small: u64, full: u64) -> Least {
    Least { what, count: Count::InAll { small, full } }
}

/// This many for each second of the attack, in a small one and in a full one.
pub const fn a_second(what: &'static str, small: u64, full: u64) -> Least {
    Least { what, count: Count::ASecond { small, full } }
}

impl Least {
    /// The count for an attack of this size and time.
    pub fn of(&self, size: Size, lasts: Duration) -> u64 {
        let pick = |small, full| if size == Size::Small { small } else { full };
        match self.count {
            Count::InAll { small, full } => pick(small, full),
            Count::ASecond { small, full } => {
                (pick(small, full) as f64 * lasts.as_secs_f64()).ceil() as u64
            }
        }
    }

    fn words(&self) -> String {
        match self.count {
            Count::InAll { full, .. } => format!("{full} × {}", self.what),
            Count::ASecond { full, .. } => format!("{full} × {} a second", self.what),
        }
    }
}

/// A bound of a row.
#[derive(Clone, Copy, Debug)]
pub enum Bound {
    /// Resident memory may grow by this and by so much for each connection of the attack, in KiB.
    Growth { fixed: u64, each: u64 },
    /// Cores that the server may keep busy.
    Cpu(f64),
    /// The same, judged in full size alone: in a small attack the burst of an address is most of it.
    CpuInFull(f64),
    /// No step of the hub takes longer than 20 ms, in small as well; in full that is a bound of all rows.
    Step,
    /// The operator's requests succeed, and their p99 is that of the honest pair's bound.
    Operator,
    /// How the user comes who logs in again and again, in place of [`NEWCOMER`].
    Newcomer(Newcomer),
    /// SIGTERM ends the process within 10 s.
    Stops,
    /// A bound that the attack checks by itself, in words.
    Own(&'static str),
}

/// The user who logs in again and again: from the address of the honest pair.
const NEWCOMER: Newcomer =
    Newcomer { from: HONEST, every: Duration::from_millis(250), within: ANSWER };

impl Bound {
    fn words(&self) -> String {
        match self {
            Bound::Growth { fixed: 0, each } => format!("≤ {each} KiB a connection"),
            Bound::Growth { fixed, each } => {
                format!("≤ {} MiB and {each} KiB a connection", fixed >> 10)
            }
            Bound::Cpu(cores) | Bound::CpuInFull(cores) => {
                format!("≤ {:.0} % of a core", cores * 100.)
            }
            Bound::Step => "step of the hub ≤ 20 ms".to_owned(),
            Bound::Operator => "operator's requests are answered, p99 ≤ 50 ms".to_owned(),
            Bound::Newcomer(newcomer) => format!(
                "an honest login of the same address every {} ms, within {} ms",
                newcomer.every.as_millis(),
                newcomer.within.as_millis()
            ),
            Bound::Stops => "SIGTERM ends it within 10 s".to_owned(),
            Bound::Own(words) => (*words).to_owned(),
        }
    }
}

impl Row {
    /// How the third honest user comes.
    pub fn newcomer(&self) -> Newcomer {
        let own = self.bounds.iter().find_map(|it| match it {
            Bound::Newcomer(newcomer) => Some(*newcomer),
            _ => None,
        });
        own.unwrap_or(NEWCOMER)
    }
}

/// The table of docs/security.md that says what the rows are. It needs no run.
pub fn table(rows: &[Row]) -> String {
    let mut table = String::from(
        "| row | attack | it took place: at least | bound, besides those of every row |\n\
         |---|---|---|---|\n",
    );
    for row in rows {
        let least: Vec<_> = row.least.iter().map(Least::words).collect();
        let bounds: Vec<_> = row.bounds.iter().map(Bound::words).collect();
        let (least, bounds) = (least.join(", "), bounds.join("; "));
        writeln!(table, "| `{}` | {} | {least} | {bounds} |", row.name, row.what)
            .expect("a string takes all");
    }
    table
}
