//! Load for a signaling server, and what it costs that server: CPU, memory, thread switches.
//!
//! `cargo run --release --example load -- relay --pid PID --url ws://127.0.0.1:8080/ws`. The server
//! is a process of its own, so that its cost is its own; `benches/compare.sh` starts it. Every run
//! checks what it measures: nothing is lost, nothing is misdelivered, nothing is out of order. The
//! last line is the result as JSON.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod client;
mod come_and_go;
mod dialect;
mod idle;
mod meter;
mod presence;
mod relay;
mod rooms;
mod saturate;
mod secure;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use serde_json::{Value, json};

use dialect::Dialect;
use meter::Meter;

#[derive(Parser)]
struct Options {
    #[command(subcommand)]
    scenario: Scenario,
    #[command(flatten)]
    target: Target,
}

/// What is measured.
#[derive(Args, Clone, Debug)]
pub struct Target {
    /// The server's process.
    #[arg(long, global = true, required = false, default_value_t = 0)]
    pid: u32,
    /// Where clients connect.
    #[arg(long, global = true, default_value = "ws://127.0.0.1:8080/ws")]
    url: String,
    /// How the server is spoken to.
    #[arg(long, global = true, value_enum, default_value = "switchboard")]
    dialect: Dialect,
    /// The server's certificate, if it speaks TLS.
    #[arg(long, global = true)]
    trust: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Scenario {
    /// Pairs that send each other offers, answers and candidates.
    Relay(relay::Talk),
    /// Pairs that send more than the server can take.
    Saturate {
        #[arg(long, default_value_t = 16)]
        pairs: usize,
        /// Messages in all.
        #[arg(long, default_value_t = 1_000_000)]
        messages: usize,
    },
    /// Rooms in which everybody speaks in turn.
    Rooms {
        #[arg(long, default_value_t = 100)]
        rooms: usize,
        /// Members of each.
        #[arg(long, default_value_t = 8)]
        members: usize,
        /// Messages in all.
        #[arg(long, default_value_t = 100_000)]
        messages: usize,
    },
    /// Users who are there: memory when fresh, after a call, after all have left; CPU meanwhile.
    Idle {
        #[arg(long, default_value_t = 10_000)]
        users: usize,
        /// How long they say nothing, in seconds, while CPU is measured.
        #[arg(long, default_value_t = 30)]
        seconds: u64,
    },
    /// Users who connect, register and leave.
    Connect {
        #[arg(long, default_value_t = 10_000)]
        users: usize,
    },
    /// Users who connect again while their older socket is open.
    Churn {
        #[arg(long, default_value_t = 2_000)]
        users: usize,
        /// How often each comes again.
        #[arg(long, default_value_t = 5)]
        times: usize,
    },
    /// One more user where so many are online already.
    Presence {
        #[arg(long, default_value_t = 1_000)]
        users: usize,
        /// How often one more comes and goes.
        #[arg(long, default_value_t = 100)]
        times: usize,
    },
    /// Makes `cert.pem` and `key.pem` for a server on 127.0.0.1; measures nothing.
    Certificate { folder: PathBuf },
}

fn main() {
    let options = Options::parse();
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    let result = actix_rt::System::new().block_on(run(options));
    println!("{result}");
}

async fn run(options: Options) -> Value {
    let Options { scenario, target } = options;
    if let Scenario::Certificate { folder } = &scenario {
        secure::make_certificate(folder);
        return json!({"certificate": folder.join("cert.pem")});
    }
    let meter = Meter::of(target.pid);
    let (name, figures) = match scenario {
        Scenario::Certificate { .. } => unreachable!("it is done"),
        Scenario::Relay(talk) => ("relay", relay::run(&target, &meter, talk).await),
        Scenario::Saturate { pairs, messages } => {
            ("saturate", saturate::run(&target, &meter, pairs, messages).await)
        }
        Scenario::Rooms { rooms, members, messages } => {
            ("rooms", rooms::run(&target, &meter, rooms, members, messages).await)
        }
        Scenario::Idle { users, seconds } => {
            ("idle", idle::run(&target, &meter, users, seconds).await)
        }
        Scenario::Connect { users } => {
            ("connect", come_and_go::connect(&target, &meter, users).await)
        }
        Scenario::Churn { users, times } => {
            ("churn", come_and_go::replace(&target, &meter, users, times).await)
        }
        Scenario::Presence { users, times } => {
            ("presence", presence::run(&target, &meter, users, times).await)
        }
    };
    json!({"scenario": name, "dialect": target.dialect.name(), "figures": figures})
}
