//! When a row is run again, and what decides.
//!
//! Times measured on a machine that does something else as well say nothing about the server. So a run
//! is thrown away only by what the *control* saw, never because of its result alone: a run in which
//! nothing disturbed the machine decides, whether it holds or fails. A fault that shows in one of three
//! such runs is reported by every third call, however often rows may be run again. What other programs
//! cannot spoil (memory, answers, lost messages) fails a row in any run. A row that was disturbed in
//! all its runs has not held, and counts as failed.

use super::outcome::{Outcome, Verdict};

/// Runs a row until a run decides, at most `again` times more. All runs, of which the last one counts.
pub fn judged(again: u32, mut run: impl FnMut() -> Outcome) -> Vec<Outcome> {
    let mut runs = vec![run()];
    for _ in 0..again {
        if runs.last().is_some_and(|it| it.verdict() != Verdict::Disturbed) {
            break;
        }
        runs.push(run());
    }
    runs
}

/// Whether the row holds.
pub fn holds(runs: &[Outcome]) -> bool {
    runs.last().is_some_and(|it| it.verdict() == Verdict::Holds)
}
