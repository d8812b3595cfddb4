//! Attacks in small on the program itself: the times of an honest pair, and the program's memory.
//!
//! Each test is a row of the table in docs/security.md, with the same bounds. The example `hostile`
//! runs them in full. A test needs the machine for itself: `.config/nextest.toml` gives it that under
//! `cargo nextest`; under `cargo test` a lock at least keeps the rows apart.
#![allow(missing_docs, clippy::unwrap_used)]

#[allow(dead_code)]
#[path = "../examples/hostile/kit/mod.rs"]
mod kit;

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kit::rows::{ROWS, named};
use kit::run::{Options, run};
use kit::served::Program;
use kit::stage::Size;

/// Held by the test that runs.
static MACHINE: Mutex<()> = Mutex::new(());

/// Runs the row and fails with all that does not hold.
fn holds(row: &str) {
    let _alone = MACHINE.lock().unwrap_or_else(PoisonError::into_inner);
    rlimit::increase_nofile_limit(u64::MAX).unwrap();
    let options = Options {
        program: Program { path: env!("CARGO_BIN_EXE_switchboard").into(), set: Vec::new() },
        size: Size::Small,
        before: Duration::from_millis(300),
        lasts: Duration::from_secs(1),
    };
    let outcome = run(named(row).unwrap(), &options);
    let failures = outcome.failures();
    assert!(failures.is_empty(), "{failures:#?}\n{outcome}\n{:?}", outcome.got);
}

macro_rules! rows {
    ($($sentence:ident: $row:literal;)*) => {
        $(#[test] fn $sentence() { holds($row); })*

        #[test]
        fn every_row_of_the_table_is_a_test() {
            let rows: Vec<_> = ROWS.iter().map(|it| it.name).collect();
            assert_eq!(rows, [$($row),*]);
        }
    };
}

rows! {
    an_honest_pair_beside_a_busy_machine_is_within_the_bound: "baseline";
    pipelined_requests_of_one_connection_hold_nobody_up: "pages-1";
    pipelined_requests_of_200_connections_hold_nobody_up: "pages-200";
    pipelined_requests_of_one_tls_connection_hold_nobody_up: "pages-tls-1";
    pipelined_requests_of_200_tls_connections_hold_nobody_up: "pages-tls-200";
    pipelined_requests_to_the_admin_listener_hold_nobody_up: "admin-1";
    pipelined_requests_of_16_admin_connections_hold_neither_users_nor_the_operator_up: "admin-16";
    answers_that_nobody_reads_hold_at_most_160_kib_a_connection: "unread-answers";
    an_endless_head_is_cut_while_it_is_read: "endless-heads";
    a_watch_of_too_many_names_holds_nobody_up: "watch-1";
    five_sockets_that_watch_too_many_names_hold_nobody_up: "watch-5";
    fifty_sockets_that_watch_too_many_names_hold_nobody_up: "watch-50";
    watches_from_many_addresses_hold_nobody_up: "watch-addresses";
    lists_at_the_limit_of_the_rate_hold_nobody_up: "list-at-rate";
    lists_beyond_the_rate_hold_nobody_up: "list-flood";
    joins_and_leaves_at_the_limit_of_the_rate_hold_nobody_up: "join-at-rate";
    joins_and_leaves_beyond_the_rate_hold_nobody_up: "join-flood";
    many_who_come_and_go_before_many_watchers_hold_nobody_up: "fan-out";
    a_victim_who_is_rung_all_the_time_can_call_and_be_called_and_block: "ringing";
    kept_messages_are_counted_as_what_they_hold: "kept-messages";
    unfinished_messages_are_within_the_total_of_all_queues: "unfinished-messages";
    tls_handshakes_with_an_rsa_certificate_hold_nobody_up: "handshakes-rsa";
    tls_handshakes_with_an_ecdsa_certificate_hold_nobody_up: "handshakes-ecdsa";
    fifty_logins_a_second_where_many_are_online_hold_nobody_up: "logins";
    pings_without_end_hold_nobody_up: "pings";
    empty_fragments_without_end_hold_nobody_up: "fragments";
    refreshes_with_forged_ecdsa_tokens_hold_nobody_up: "refresh-es256";
    refreshes_with_forged_rsa_tokens_hold_nobody_up: "refresh-rs256";
    bad_tokens_of_a_neighbour_do_not_keep_a_good_one_out: "bad-tokens";
    wrong_admin_tokens_of_his_address_do_not_keep_the_operator_out: "admin-tokens";
    a_log_that_nobody_reads_holds_neither_users_nor_the_stop_up: "unread-log";
}
