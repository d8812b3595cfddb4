//! The cost to the hub of ONE UNIT of the price of each message: `cargo bench --bench prices`.
//!
//! Every kind of message is measured at its dearest, accepted and refused, and none may take more than
//! 20 µs for a unit: then the exit code is 1. Each case is measured in rounds, of which the quickest
//! counts: other programs on the machine can only add to a round. `cargo bench --bench prices -- ack`
//! measures the cases whose names contain `ack`, and `--all` prints those that are cheap, too.

#![allow(missing_docs, unreachable_pub)]

mod cases;
mod json;
mod world;

use std::process::ExitCode;
use std::time::Duration;

use cases::Case;
use switchboard::metrics::Kind;
use switchboard::protocol::Heard;
use world::Paid;

/// The bound of a unit.
const UNIT: Duration = Duration::from_micros(20);
/// Rounds of a case that is within the bound; one round within half of it is enough.
const ROUNDS: usize = 60;
/// Rounds of a case that is over the bound: it may be that others have kept the machine busy.
const ROUNDS_MAX: usize = 600;
/// Time that a round measures: short, so that some have the CPU to themselves.
const ROUND: Duration = Duration::from_micros(500);
/// Turns in a round, at most.
const TURNS_MAX: u64 = 1000;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args().skip(1).collect();
    let all = arguments.iter().any(|it| it == "--all");
    let names: Vec<_> = arguments.iter().filter(|it| !it.starts_with("--")).collect();
    let mut failed = 0;
    for heard in Heard::ALL {
        let mut dearest = (Duration::ZERO, String::new());
        let cases = cases::of(*heard).into_iter();
        for case in cases.filter(|case| names.iter().all(|it| case.name.contains(&***it))) {
            let name = case.name.clone();
            let took = a_unit(case);
            if all || took > UNIT {
                println!("{}  {name}", micros(took));
            }
            failed += usize::from(took > UNIT);
            dearest = dearest.max((took, name));
        }
        if !dearest.1.is_empty() {
            println!("{}  {:?}, at most: {}", micros(dearest.0), heard, dearest.1);
        }
    }
    println!("{failed} cases take more than {UNIT:?} for a unit of the rate");
    ExitCode::from(u8::from(failed > 0))
}

fn micros(time: Duration) -> String {
    format!("{:8.2} µs", time.as_secs_f64() * 1e6)
}

/// The time of a unit in the quickest round.
fn a_unit(mut case: Case) -> Duration {
    let mut world = case.users.world();
    let mut quickest = Duration::MAX;
    let mut turn = 0;
    for round in 0..ROUNDS_MAX {
        let mut sum = Paid::default();
        let end = turn + TURNS_MAX;
        while turn < end && sum.took < ROUND {
            for saying in (case.turn)(turn) {
                let paid = world.says(&saying);
                if saying.measured {
                    sum.took += paid.took;
                    sum.units += paid.units;
                }
            }
            turn += 1;
        }
        assert!(sum.units > 0, "{}: a message that costs nothing", case.name);
        quickest = quickest.min(sum.took.div_f64(sum.units as f64));
        if quickest <= UNIT / 2 || quickest <= UNIT && round >= ROUNDS {
            break;
        }
    }
    quickest
}
