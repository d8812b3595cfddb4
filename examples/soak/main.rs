//! Whether the server keeps anything that it should not: thousands of sessions for minutes, half of
//! them idle, half of them coming, talking, breaking off, resuming and leaving.
//!
//! `cargo run --release --example soak` serves in a process of its own and prints its resident
//! memory. It fails when that has grown by more than 5 % since minute two, or when a session or a
//! socket is left when all have gone. `--minutes`, `--idle` and `--churning` change the size.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod client;
mod served;

use std::process::ExitCode;
use std::rc::Rc;
use std::time::{Duration, Instant};

use clap::Parser;
use tokio::time::sleep;

use client::{Stage, churn, idle};
use served::{Served, State};

/// When the memory is taken that the end is compared with.
const SETTLED: Duration = Duration::from_secs(120);
/// How often the state is printed.
const EVERY: Duration = Duration::from_secs(30);
/// How much the memory may grow between the two, in percent.
const GROWTH: f64 = 5.0;
/// The resume window of the server and some more.
const ALL_GONE: Duration = Duration::from_secs(60);
/// So many clients start at a time, at most.
const STARTS: usize = 20;

#[derive(Parser)]
struct Options {
    /// How long it goes on.
    #[arg(long, default_value_t = 10.0)]
    minutes: f64,
    /// Sessions that say nothing.
    #[arg(long, default_value_t = 2000)]
    idle: usize,
    /// Sessions that come and go.
    #[arg(long, default_value_t = 2000)]
    churning: usize,
    /// Be the server: what the other process starts.
    #[arg(long, hide = true)]
    serve: bool,
}

#[actix_web::main]
async fn main() -> ExitCode {
    let options = Options::parse();
    if let Err(why) = switchboard::descriptors::raise() {
        println!("the limit of descriptors stays as it is: {why}");
    }
    if options.serve {
        served::serve().await;
        return ExitCode::SUCCESS;
    }
    soak(&options).await
}

async fn soak(options: &Options) -> ExitCode {
    let mut server = Served::starts();
    let stage = Rc::new(Stage::new(server.address, options.churning));
    for n in 0..options.idle {
        actix_rt::spawn(idle(stage.clone(), n));
        pause_now_and_then(n).await;
    }
    for n in 0..options.churning {
        actix_rt::spawn(churn(stage.clone(), n));
        pause_now_and_then(n).await;
    }
    println!(
        "{} idle, {} churning; resident memory of the server:",
        options.idle, options.churning
    );

    let begin = Instant::now();
    let lasts = Duration::from_secs_f64(options.minutes * 60.0);
    let mut settled = None;
    let mut last = server.state();
    while begin.elapsed() < lasts {
        sleep(EVERY.min(lasts.saturating_sub(begin.elapsed()))).await;
        last = server.state();
        print(begin.elapsed(), &last);
        if begin.elapsed() >= SETTLED.min(lasts / 2) {
            settled.get_or_insert(last);
        }
    }
    let settled = settled.unwrap_or(last);
    stage.over.set(true);
    let gone = all_go(&mut server).await;
    print(begin.elapsed(), &gone);

    let growth = (last.resident as f64 / settled.resident as f64 - 1.0) * 100.0;
    println!(
        "{}\nfrom {} KiB to {} KiB: {growth:+.1} %",
        stage.counts(),
        settled.resident,
        last.resident
    );
    let nobody = (gone.users, gone.waiting, gone.sockets, gone.kept) == (0, 0, 0, 0);
    println!("{}", if nobody { "nobody is left" } else { "SOMEBODY IS LEFT" });
    if nobody && growth <= GROWTH { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Connecting all at once would measure the queue of the listener.
async fn pause_now_and_then(n: usize) {
    if n % STARTS == STARTS - 1 {
        sleep(Duration::from_millis(50)).await;
    }
}

/// Sessions whose client broke off at the end wait their window.
async fn all_go(server: &mut Served) -> State {
    let begin = Instant::now();
    loop {
        let state = server.state();
        if (state.users, state.sockets) == (0, 0) || begin.elapsed() > ALL_GONE {
            return state;
        }
        sleep(Duration::from_millis(500)).await;
    }
}

fn print(at: Duration, state: &State) {
    let State { resident, users, waiting, sockets, kept } = state;
    let at = at.as_secs();
    println!(
        "{:3}:{:02}  {resident:7} KiB  {users} users, {waiting} waiting, {sockets} sockets, {kept} bytes kept",
        at / 60,
        at % 60
    );
}
