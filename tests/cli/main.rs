//! The program as an operator meets it: its settings, its sentences, its exit codes.
#![allow(clippy::unwrap_used)]

mod access;
mod admin;
mod files;
mod health;
mod secrets;
mod settings;
mod start;
mod tls;

use std::process::{Command, Output};

/// What a run of the program that ended left behind.
struct Ran {
    code: i32,
    out: String,
    err: String,
}

/// The program with these arguments and nothing but these variables in its environment.
fn program(arguments: &[&str], variables: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.args(arguments).env_clear().envs(variables.iter().copied());
    command
}

#[track_caller]
fn run(arguments: &[&str], variables: &[(&str, &str)]) -> Ran {
    let Output { status, stdout, stderr } = program(arguments, variables).output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Ran { code: status.code().unwrap(), out: text(stdout), err: text(stderr) }
}
