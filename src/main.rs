//! The program: parse the command line, start the log, run, exit code.

#[cfg(feature = "jemalloc")]
mod memory;

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::process::ExitCode;
use std::time::SystemTime;

use log::{Level, error, log_enabled};
use switchboard::cli::{self, Order};
use switchboard::server::Fault;
use switchboard::{auth, health, logging, server};

fn main() -> ExitCode {
    #[cfg(feature = "jemalloc")]
    memory::give_back_soon();
    let order = match Order::parse(env::args_os(), env::vars_os()) {
        Ok(order) => order,
        Err(fault) => return refuse(&fault, BAD_USAGE),
    };
    match order {
        Order::Serve { config, log } => {
            let _running = match logging::start(&log, config.log_format) {
                Ok(running) => running,
                Err(why) => return refuse(&Fault::no_thread("the log", &why), FAILURE),
            };
            match server::run(*config, || cli::settings(env::args_os(), env::vars_os())) {
                Ok(()) => ExitCode::SUCCESS,
                Err(fault) => fail(&fault),
            }
        }
        Order::Print(text) => print(&text),
        Order::Token { secret, wish } => {
            print(&format!("{}\n", auth::issue(&secret, &wish, SystemTime::now())))
        }
        Order::Health(question) => match health::ask(&question) {
            Ok(()) => {
                println!("{} is well", question.url);
                ExitCode::SUCCESS
            }
            Err(unwell) => refuse(&unwell, FAILURE),
        },
    }
}

/// What clap ends with as well.
const BAD_USAGE: u8 = 2;
const FAILURE: u8 = 1;

fn print(text: &str) -> ExitCode {
    match io::stdout().write_all(text.as_bytes()) {
        // A reader that has read enough, as `head` does, is no failure.
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => refuse(&error, FAILURE),
        _ => ExitCode::SUCCESS,
    }
}

/// What is wrong with the settings is for whoever starts it; all else is for whoever reads the log.
fn fail(fault: &Fault) -> ExitCode {
    match fault {
        Fault::Listen { .. }
        | Fault::Start(_)
        | Fault::Threads { .. }
        | Fault::HubGone { .. }
        | Fault::ListenerGone { .. }
            if log_enabled!(Level::Error) =>
        {
            error!("{fault}");
            ExitCode::from(FAILURE)
        }
        _ => {
            // By the log's own way: if nobody reads the log, writing past it would wait for ever.
            logging::print(&format!("switchboard: {fault}"));
            ExitCode::from(FAILURE)
        }
    }
}

fn refuse(why: &dyn Error, code: u8) -> ExitCode {
    eprintln!("switchboard: {why}");
    ExitCode::from(code)
}
