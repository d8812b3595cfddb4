//! The attack kit's own rules: when a row fails, when it is run again, and that the manual shows the
//! rows that there are. The attacks are run by `tests/run.sh`.

#![allow(clippy::unwrap_used, missing_docs)]

#[allow(dead_code, reason = "the example runs the attacks")]
#[path = "../examples/hostile/kit/mod.rs"]
mod kit;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use kit::control::{Disturbance, disturbed_past};
use kit::judge::{holds, judged};
use kit::outcome::{Check, HEAD, Outcome, Verdict};
use kit::row::{a_second, in_all, table};
use kit::rows::ROWS;
use kit::stage::Size;

const MANUAL: &str = include_str!("../docs/security.md");

const LATE: fn() -> Check = || Check::within("a message", 80., 50.);
const LARGE: fn() -> Check = || Check::at_most("memory", 600., 512., " MiB");
const IDLE: fn() -> Check = || Check::took_place("requests", 3, 500);

const QUIET: Disturbance =
    Disturbance { p99: Duration::from_millis(2), worst: Duration::from_millis(8), others: 0.02 };
const BUSY: Disturbance = Disturbance { others: 0.5, ..QUIET };

fn run_of(control: Disturbance, checks: &[Check]) -> Outcome {
    let now = Instant::now();
    let mut outcome = Outcome::of("a row", &Default::default(), [now; 3], now);
    (outcome.control, outcome.checks) = (control, checks.to_vec());
    outcome
}

/// Verdicts of all runs of a row, which may be run twice more, and whether it holds.
fn judge(runs: &[Outcome]) -> (Vec<Verdict>, bool) {
    let mut left = runs.iter();
    let runs = judged(2, || left.next().expect("it is not run again").clone());
    (runs.iter().map(Outcome::verdict).collect(), holds(&runs))
}

#[test]
fn a_row_that_misses_a_time_while_nothing_disturbs_it_fails_and_is_not_run_again() {
    let runs = [run_of(QUIET, &[LATE()]), run_of(QUIET, &[])];

    assert_eq!(judge(&runs), (vec![Verdict::Fails], false));
}

#[test]
fn a_row_that_misses_a_time_while_something_disturbs_it_is_run_again_until_a_run_decides() {
    let holds = [run_of(BUSY, &[LATE()]), run_of(QUIET, &[])];
    let fails = [run_of(BUSY, &[LATE()]), run_of(QUIET, &[LATE()]), run_of(QUIET, &[])];

    assert_eq!(judge(&holds), (vec![Verdict::Disturbed, Verdict::Holds], true));
    assert_eq!(judge(&fails), (vec![Verdict::Disturbed, Verdict::Fails], false));
}

#[test]
fn a_row_that_is_disturbed_in_all_its_runs_does_not_hold() {
    let runs = vec![run_of(BUSY, &[LATE()]); 3];

    assert_eq!(judge(&runs), (vec![Verdict::Disturbed; 3], false));
}

#[test]
fn what_other_programs_cannot_spoil_fails_a_row_in_any_run() {
    for checks in [vec![LARGE()], vec![LATE(), LARGE()], vec![Check::must("it lives", false)]] {
        assert_eq!(judge(&[run_of(BUSY, &checks)]), (vec![Verdict::Fails], false));
    }
}

#[test]
fn each_signal_of_the_control_disturbs_a_run() {
    let late = Duration::from_millis(1);
    for control in [
        Disturbance { p99: disturbed_past::P99 + late, ..QUIET },
        Disturbance { worst: disturbed_past::WORST + late, ..QUIET },
        Disturbance { others: disturbed_past::OTHERS + 0.01, ..QUIET },
    ] {
        assert!(control.is_disturbed(), "{control:?}");
    }
    assert!(!QUIET.is_disturbed());
}

#[test]
fn an_attack_that_does_too_little_fails_its_row_in_words_of_its_own() {
    let run = run_of(QUIET, &[IDLE()]);

    assert_eq!(run.verdict(), Verdict::Fails);
    let sentence = &run.checks[0].what;
    assert_eq!(sentence, "the attack did not take place: 3 of at least 500 × requests");
}

#[test]
fn a_count_for_each_second_grows_with_the_time_of_the_attack_and_one_in_all_does_not() {
    let (two, five) = (Duration::from_secs(2), Duration::from_secs(5));

    assert_eq!(a_second("429", 10, 20).of(Size::Small, two), 20);
    assert_eq!(a_second("429", 10, 20).of(Size::Full, five), 100);
    assert_eq!(in_all("sent", 40, 300).of(Size::Small, two), 40);
    assert_eq!(in_all("sent", 40, 300).of(Size::Full, five), 300);
}

#[test]
fn each_attack_has_a_name_of_its_own_and_something_that_it_has_to_get_done() {
    let names: HashSet<_> = ROWS.iter().map(|it| it.name).collect();
    assert_eq!(names.len(), ROWS.len());

    for row in ROWS {
        let least = row.least.iter().map(|it| it.of(Size::Small, Duration::from_secs(2)));
        assert!(least.sum::<u64>() > 0, "{} may do nothing and hold", row.name);
    }
}

#[test]
fn the_manual_shows_the_rows_that_there_are_and_figures_of_each() {
    let rows = table(ROWS);
    assert!(MANUAL.contains(&rows), "`hostile --list --markdown` prints it:\n{rows}");

    let (_, figures) = MANUAL.split_once(HEAD).expect("the heads of the figures as they are now");
    let figures = figures.lines().skip(1).map_while(|it| it.strip_prefix("| `")?.split('`').next());
    assert_eq!(figures.collect::<Vec<_>>(), ROWS.iter().map(|it| it.name).collect::<Vec<_>>());
}
