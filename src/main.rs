//! The program: parse the command line, start the log, run, exit code.

fn main() {}
