//! Small things that more than one kind of message needs.

use serde::{Deserialize, Serialize};

/// The longest `detail` of an end, in characters.
pub const DETAIL_MAX: usize = 128;
/// The most entries of one `client-list`.
pub const LIST_MAX: usize = 1000;

/// What a call wants to carry; a hint for the callee's page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Media {
    /// Sound.
    #[serde(default)]
    pub audio: bool,
    /// Picture.
    #[serde(default)]
    pub video: bool,
}

/// At most 40 characters of what a client wrote, for a sentence that names it.
pub(super) fn shorten(text: &str) -> String {
    match text.char_indices().nth(40) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
