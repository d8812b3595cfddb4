//! How the program starts, and how it says that it cannot.

use std::net::TcpListener;

use crate::run;

#[test]
fn a_port_in_use_is_one_sentence_and_exit_code_1() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();

    let ran = run(&["--listen", &listen, "--log", "off"], &[]);

    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.starts_with("switchboard: ") && ran.err.contains(&listen), "{}", ran.err);
    assert!(ran.err.contains("in use"), "{}", ran.err);
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
}

#[test]
fn the_version_is_that_of_the_package() {
    let ran = run(&["--version"], &[]);

    assert_eq!(ran.out, concat!("switchboard ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn a_misspelt_flag_is_refused_and_the_nearest_is_named() {
    let ran = run(&["--max-frames", "1MiB"], &[]);

    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("'--max-frames'") && ran.err.contains("'--max-frame'"), "{}", ran.err);
}
