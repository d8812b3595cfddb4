//! Attacks on a server, and the times of an honest pair of users during each.
//!
//! `cargo build --release && cargo run --release --example hostile` runs every row of the table in
//! docs/security.md. The server is a process of its own with default limits; attackers and honest
//! clients use loopback addresses alone. The exit code is 1 if a bound does not hold.
//!
//! A row says something only if its attack took place, so each attack has to reach the counts of its
//! row: requests sent, refusals received. And it says something only if the machine did nothing else:
//! a control runs beside each attack, and `--again` repeats the runs that the control calls disturbed,
//! no others (`kit/judge.rs`). Every run is a line of the output.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod kit;

use std::env::current_exe;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use kit::judge::{holds, judged};
use kit::outcome::{HEAD, Outcome};
use kit::row::{Row, table};
use kit::rows::{ROWS, named};
use kit::run::{Options, run};
use kit::served::Program;
use kit::stage::Size;

#[derive(Parser)]
struct Arguments {
    /// Rows to run, by name; all of them if none is given.
    rows: Vec<String>,
    /// How long each attack lasts, in seconds.
    #[arg(long, default_value_t = 5)]
    seconds: u64,
    /// The program to attack; else the one of the same build.
    #[arg(long)]
    server: Option<PathBuf>,
    /// A further setting of the server, as in `--set max-pending=1000`.
    #[arg(long, value_parser = setting)]
    set: Vec<(String, String)>,
    /// With fewer attackers, as CI runs it.
    #[arg(long)]
    small: bool,
    /// How often a row may be run again if it misses the bound of a time while other programs keep the
    /// machine busy. A run that nothing disturbs decides.
    #[arg(long, default_value_t = 0)]
    again: u32,
    /// Prints both tables of docs/security.md: what the rows are, and the figures of the run that
    /// decides. With --list the first alone.
    #[arg(long)]
    markdown: bool,
    /// Names all rows and runs none.
    #[arg(long)]
    list: bool,
}

fn setting(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').ok_or(format!("{text} is no KEY=VALUE"))?;
    Ok((pair.0.to_owned(), pair.1.to_owned()))
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.markdown {
        println!("{}", table(ROWS));
    }
    if arguments.list {
        if !arguments.markdown {
            ROWS.iter().for_each(|row| println!("{}", row.name));
        }
        return ExitCode::SUCCESS;
    }
    let rows = match chosen(&arguments.rows) {
        Ok(rows) => rows,
        Err(unknown) => {
            eprintln!("there is no row {unknown}: --list names them");
            return ExitCode::from(2);
        }
    };
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    let path = arguments.server.unwrap_or_else(|| built_beside(&current_exe().unwrap()));
    let options = Options {
        program: Program { path, set: arguments.set },
        size: if arguments.small { Size::Small } else { Size::Full },
        before: Duration::from_secs(2),
        lasts: Duration::from_secs(arguments.seconds),
    };
    println!("{HEAD}");
    let (again, count) = (arguments.again, rows.len());
    let shown = if arguments.markdown { Shown::TheLastRun } else { Shown::AllRuns };
    let failed: Vec<_> =
        rows.into_iter().filter_map(|row| row_fails(row, &options, again, shown)).collect();
    eprintln!("{count} rows, {} of them fail", failed.len());
    failed.iter().for_each(|it| eprint!("{}", bounds_missed(it)));
    ExitCode::from(u8::from(!failed.is_empty()))
}

/// The runs that the table shows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    AllRuns,
    TheLastRun,
}

fn chosen(names: &[String]) -> Result<Vec<&'static Row>, &str> {
    if names.is_empty() {
        return Ok(ROWS.iter().collect());
    }
    names.iter().map(|name| named(name).ok_or(&**name)).collect()
}

/// Runs a row, and prints its runs: the table on the output, all else on standard error. The run that
/// decided, if the row does not hold.
fn row_fails(row: &Row, options: &Options, again: u32, shown: Shown) -> Option<Outcome> {
    let runs = judged(again, || {
        let outcome = run(row, options);
        report(&outcome);
        if shown == Shown::AllRuns {
            println!("{outcome}");
        }
        outcome
    });
    if shown == Shown::TheLastRun {
        runs.last().iter().for_each(|it| println!("{it}"));
    }
    match holds(&runs) {
        true => None,
        false => runs.into_iter().next_back(),
    }
}

/// The counts of the attacker, and each bound.
fn report(outcome: &Outcome) {
    eprintln!("{}: {:?}", outcome.row, outcome.got);
    for check in outcome.checks.iter().filter(|it| it.holds) {
        eprintln!("  holds: {}", check.what);
    }
    eprint!("{}", bounds_missed(outcome));
}

/// A line for each bound that a run missed. They are told again at the end: what comes before is long.
fn bounds_missed(outcome: &Outcome) -> String {
    let missed = outcome.checks.iter().filter(|it| !it.holds);
    missed.map(|it| format!("  {} misses: {}\n", outcome.row, it.what)).collect()
}

/// The server in the folder above that of the examples.
fn built_beside(example: &std::path::Path) -> PathBuf {
    example.parent().unwrap().parent().unwrap().join("switchboard")
}
