//! Texts that people read, and the halves of surrogate pairs that JSON lets into them.
//!
//! JSON text may hold half of a surrogate pair as an escape, as in `"\ud800"` (RFC 8259, section
//! 8.2). No Rust string can. A text for people gets U+FFFD there; an id is refused.

use std::borrow::Cow;

/// Whether `character` may stand in a text that a page shows: it is no control character, ends no
/// line, and does not turn the direction of writing (property `Bidi_Control`, UAX #9).
pub(crate) fn is_for_people(character: char) -> bool {
    let turns = matches!(
        character,
        '\u{061c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
    );
    !character.is_control() && !turns && !matches!(character, '\u{2028}' | '\u{2029}')
}

/// `text` with blanks in place of line ends and tabs, and without all else that is not
/// [`is_for_people`].
pub(crate) fn for_people(text: &str) -> String {
    let shown = |character| match character {
        '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some(' '),
        _ => Some(character).filter(|it| is_for_people(*it)),
    };
    text.chars().filter_map(shown).collect()
}

/// `json` with U+FFFD in place of each half of a surrogate pair that is alone.
pub(crate) fn with_whole_characters(json: &str) -> Cow<'_, str> {
    let bytes = json.as_bytes();
    let (mut whole, mut copied, mut at) = (String::new(), 0, 0);
    while let Some(found) = memchr::memchr(b'\\', &bytes[at..]) {
        at += found;
        match (unit(bytes, at), unit(bytes, at + ESCAPE)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => at += 2 * ESCAPE,
            (Some(0xd800..=0xdfff), _) => {
                whole.push_str(&json[copied..at]);
                whole.push('\u{fffd}');
                at += ESCAPE;
                copied = at;
            }
            // Behind the escaped character.
            _ => at = (at + 2).min(bytes.len()),
        }
    }
    if copied == 0 {
        return Cow::Borrowed(json);
    }
    whole.push_str(&json[copied..]);
    Cow::Owned(whole)
}

/// The beginning of the JSON string `json` that has at least `characters` of it, whole as a string of JSON;
/// `json` itself if it is not longer. The last escape of a surrogate pair may be cut off.
pub(crate) fn beginning_of(json: &str, characters: usize) -> Cow<'_, str> {
    let bytes = json.as_bytes();
    if bytes.len() <= characters {
        return Cow::Borrowed(json);
    }
    // Each is one escape or one character, and a character takes two escapes at most.
    let (mut at, mut left) = (1, 2 * characters);
    while left > 0 {
        at += match bytes.get(at) {
            None | Some(b'"') => return Cow::Borrowed(json),
            Some(b'\\') if bytes.get(at + 1) == Some(&b'u') => ESCAPE,
            Some(b'\\') => 2,
            Some(0..=0x7f) => 1,
            Some(0x80..=0xdf) => 2,
            Some(0xe0..=0xef) => 3,
            Some(0xf0..) => 4,
        };
        left -= 1;
    }
    match json.get(..at) {
        Some(beginning) if bytes.get(at) != Some(&b'"') => Cow::Owned(format!("{beginning}\"")),
        _ => Cow::Borrowed(json),
    }
}

/// The length of an escape like `\ud800`.
const ESCAPE: usize = 6;

/// The UTF-16 code unit that is escaped at `at`.
fn unit(bytes: &[u8], at: usize) -> Option<u16> {
    let digits = bytes.get(at..at + ESCAPE)?.strip_prefix(br"\u")?;
    let digits = str::from_utf8(digits).ok().filter(|it| !it.starts_with('+'))?;
    u16::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn each_half_of_a_surrogate_pair_becomes_one_replacement_character() {
        for (json, whole) in [
            (r#""\ud800""#, "\"\u{fffd}\""),
            (r#""a\uDFFFb""#, "\"a\u{fffd}b\""),
            (r#""\ud83d\ud83d\ude00""#, "\"\u{fffd}\\ud83d\\ude00\""),
            (r#""\ude00\ud83d""#, "\"\u{fffd}\u{fffd}\""),
            (r#""\ud83d\n""#, "\"\u{fffd}\\n\""),
        ] {
            assert_eq!(with_whole_characters(json), whole, "{json}");
        }
    }

    #[test]
    fn whole_characters_and_escaped_backslashes_stay_as_they_are() {
        for json in [r#""\ud83d\ude00""#, r#""\\ud800""#, r#""\u00e9\"""#, "\"\\", r#""\ud8"#, "é"]
        {
            assert!(
                matches!(with_whole_characters(json), Cow::Borrowed(it) if it == json),
                "{json}"
            );
        }
    }

    #[test]
    fn a_text_for_people_has_no_control_characters_and_keeps_its_direction() {
        assert_eq!(for_people("a\r\nb\tc\0\u{1b}[2J"), "a  b c[2J");
        assert_eq!(for_people("\u{202e}evil\u{2069} \u{200f}\u{61c}x\u{2029}"), "evil x ");
        // Persian and emoji need joiners.
        let joined = "می\u{200c}خواهم 👩\u{200d}👧";
        assert_eq!(for_people(joined), joined);
    }

    proptest! {
        #[test]
        fn the_beginning_of_a_string_is_a_string_that_begins_as_it_does(
            text in "(\\PC|\u{1f600}|\"|\\\\|\n|\u{7}){0,20}", escapes in any::<bool>(), characters in 0..12_usize
        ) {
            let json = match escapes {
                true => format!("\"{}\"", text.encode_utf16().map(|it| format!("\\u{it:04x}")).collect::<String>()),
                false => serde_json::to_string(&text).expect("text"),
            };

            let beginning = beginning_of(&json, characters);

            let read: String = serde_json::from_str(&with_whole_characters(&beginning)).expect("JSON");
            let expected = |text: &str| text.chars().take(characters).collect::<String>();
            prop_assert_eq!(expected(&read), expected(&text));
            prop_assert!(read.encode_utf16().count() <= 4 * characters || beginning == json);
        }

        #[test]
        fn every_string_of_json_is_readable_with_whole_characters(
            units in prop::collection::vec(prop_oneof![0xd7f0..0xe010_u16, any::<u16>()], 0..20)
        ) {
            let escaped: String = units.iter().map(|it| format!("\\u{it:04x}")).collect();
            let json = format!("\"{escaped}\"");

            let read: String = serde_json::from_str(&with_whole_characters(&json)).expect("text");

            prop_assert_eq!(read, String::from_utf16_lossy(&units));
        }
    }
}
