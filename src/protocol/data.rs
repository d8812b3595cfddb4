//! Payload that the server carries and never looks into.

use bytestring::ByteString;
use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

/// How deep lists and objects may be nested in `data`: deeper than any session description or
/// candidate, shallow enough for every JSON reader's stack.
pub const DEPTH_MAX: usize = 64;

/// Opaque JSON, forwarded byte for byte. Shares the buffer of the frame it came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Data(ByteString);

impl Data {
    /// The value that `raw` holds, in a buffer of its own. `None` when it is nested deeper than
    /// [`DEPTH_MAX`].
    pub fn new(raw: &RawValue) -> Option<Self> {
        (depth(raw.get()) <= DEPTH_MAX).then(|| Self(String::from(raw.get()).into()))
    }

    /// The value that `raw` holds within `frame`, the text it was read from. `None` when it is
    /// nested deeper than [`DEPTH_MAX`].
    pub(super) fn within(frame: &ByteString, raw: &RawValue) -> Option<Self> {
        let text = raw.get();
        (depth(text) <= DEPTH_MAX).then(|| Self(frame.slice_ref(text)))
    }

    /// The same text in a buffer of its own.
    #[must_use]
    pub fn detached(self) -> Self {
        Self(String::from(&*self.0).into())
    }

    /// The JSON text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Value> for Data {
    fn from(value: Value) -> Self {
        Self(value.to_string().into())
    }
}

impl<'de> Deserialize<'de> for Data {
    /// For clients written in Rust and for tests: keeps the value, not the bytes.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(Self::from)
    }
}

/// How deep `json`, which is valid, is nested: 0 for a plain value.
fn depth(json: &str) -> usize {
    let bytes = json.as_bytes();
    let (mut depth, mut deepest, mut at) = (0usize, 0, 0);
    while let Some(&byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'[' | b'{' => {
                depth += 1;
                deepest = deepest.max(depth);
            }
            b']' | b'}' => depth = depth.saturating_sub(1),
            b'"' => at = end_of_string(bytes, at),
            _ => {}
        }
    }
    deepest
}

/// The place behind the closing quote of the string whose content starts at `at`.
fn end_of_string(bytes: &[u8], mut at: usize) -> usize {
    while let Some(found) = bytes.get(at..).and_then(quote_or_backslash) {
        at += found + 1;
        if bytes[at - 1] == b'"' {
            return at;
        }
        at += 1; // the escaped character
    }
    bytes.len()
}

/// Bytes that are looked at one by one before a search, which is quicker from about there.
const NEAR: usize = 8;

/// Escapes may stand next to each other, so that a search for each would be dear.
fn quote_or_backslash(text: &[u8]) -> Option<usize> {
    let (near, far) = text.split_at(text.len().min(NEAR));
    let found = near.iter().position(|byte| matches!(byte, b'"' | b'\\'));
    found.or_else(|| memchr::memchr2(b'"', b'\\', far).map(|it| it + NEAR))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn depth_counts_brackets_outside_of_strings_only() {
        for (json, expected) in [
            ("1", 0),
            ("\"[[[\"", 0),
            (r#""\"[""#, 0),
            (r#""\\""#, 0),
            (r#"["\\",["]"]]"#, 2),
            (r#"{"a":{"b":[1]},"c":[]}"#, 3),
        ] {
            assert_eq!(depth(json), expected, "{json}");
        }
    }
}
