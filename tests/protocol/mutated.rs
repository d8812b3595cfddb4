//! Messages with pieces that do not belong there: whatever comes of it, the promises of
//! `switchboard::fuzzing` hold. The fuzzers of `fuzz/` look at far more of them.

use std::sync::LazyLock;

use proptest::prelude::*;
use switchboard::fuzzing;

use super::examples;

/// JSON that is slow to read.
const PIECES: [&str; 20] = [
    "\"",
    "\\",
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    "\u{1}",
    "\\u0001",
    "\\ud83d",
    "\\ud83d\\ude00",
    "é",
    "\u{1f600}",
    "\"a\":1,",
    "\"\u{1}\":1,",
    "\"\\ud83d\":1,",
    "\"id\":\"x\",",
    " \t\r\n",
    "1e400",
];

static EXAMPLES: LazyLock<Vec<String>> =
    LazyLock::new(|| examples("client").into_values().collect());

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn a_message_is_called_no_json_exactly_if_it_is_none(
        which in any::<prop::sample::Index>(),
        cuts in prop::collection::vec((any::<prop::sample::Index>(), prop::sample::select(&PIECES), 0..3_usize), 0..4),
    ) {
        let mut text: Vec<char> = which.get(&EXAMPLES).chars().collect();
        for (at, piece, removed) in cuts {
            let at = at.index(text.len() + 1);
            let end = (at + removed).min(text.len());
            text.splice(at..end, piece.chars());
        }

        fuzzing::message(&text.into_iter().collect::<String>());
    }
}
