//! Attacks on a server, and the times of an honest pair of users during each.
//!
//! `cargo build --release && cargo run --release --example hostile` runs every row of the table in
//! docs/security.md. The server is a process of its own with default limits; attackers and honest
//! clients use loopback addresses alone. The exit code is 1 if a bound does not hold.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod kit;

use std::env::current_exe;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;

use kit::outcome::{HEAD, Outcome};
use kit::rows::{ROWS, Row, named};
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
    /// How often a row that fails is judged again: what else the machine does may hold one run up, but
    /// a fault of the server shows in each.
    #[arg(long, default_value_t = 0)]
    again: u32,
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
    if arguments.list {
        ROWS.iter().for_each(|row| println!("{}", row.name));
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
    let outcomes: Vec<_> =
        rows.into_iter().map(|row| judged(row, &options, arguments.again)).collect();
    let failed = outcomes.iter().filter(|it| !it.failures().is_empty()).count();
    eprintln!("{} rows, {failed} of them fail", outcomes.len());
    ExitCode::from(u8::from(failed > 0))
}

fn chosen(names: &[String]) -> Result<Vec<&'static Row>, &str> {
    if names.is_empty() {
        return Ok(ROWS.iter().collect());
    }
    names.iter().map(|name| named(name).ok_or(&**name)).collect()
}

/// The last run of a row: the first that holds, or the one after `again` others.
fn judged(row: &Row, options: &Options, again: u32) -> Outcome {
    let mut outcome = report(run(row, options));
    for _ in 0..again {
        if outcome.failures().is_empty() {
            break;
        }
        outcome = report(run(row, options));
    }
    outcome
}

/// The table on the output, all else on standard error.
fn report(outcome: Outcome) -> Outcome {
    println!("{outcome}");
    eprintln!("{}: {:?}", outcome.row, outcome.got);
    for check in &outcome.checks {
        eprintln!("  {}: {}", if check.holds { "holds" } else { "fails" }, check.what);
    }
    outcome
}

/// The server in the folder above that of the examples.
fn built_beside(example: &std::path::Path) -> PathBuf {
    example.parent().unwrap().parent().unwrap().join("switchboard")
}
