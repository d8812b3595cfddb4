//! One event, one line: a sentence and what belongs to it, for people or for programs.
//!
//! Promises: whatever a value holds, it adds no line and no field, and hides nothing of the line by
//! the signs that terminals obey.

use std::fmt::{Display, Write};
use std::ops::RangeInclusive;

use log::Record;
use log::kv::{Error, Key, Value, VisitSource, VisitValue};

use crate::config::LogFormat;

/// The line for this event, without its end.
pub(super) fn line(format: LogFormat, time: &dyn Display, record: &Record<'_>) -> String {
    match format {
        LogFormat::Text => text(time, record),
        LogFormat::Json => json(time, record),
    }
}

/// `time LEVEL sentence key=value key="a value"`
fn text(time: &dyn Display, record: &Record<'_>) -> String {
    let mut line = format!("{time} {:5} ", record.level());
    push_visible(&mut line, &record.args().to_string());
    // Only a visitor that fails makes this fail.
    let _ = record.key_values().visit(&mut AsText(&mut line));
    line
}

struct AsText<'a>(&'a mut String);

impl<'kvs> VisitSource<'kvs> for AsText<'_> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
        let value = value.to_string();
        let is_plain =
            |sign: char| sign.is_alphanumeric() || "!#$%&'()*+,-./:;<>?@[]^_`{|}~".contains(sign);
        write!(self.0, " {key}=")?;
        if !value.is_empty() && value.chars().all(is_plain) {
            self.0.push_str(&value);
        } else {
            self.0.push('"');
            push_visible(self.0, &value.replace('\\', r"\\").replace('"', "\\\""));
            self.0.push('"');
        }
        Ok(())
    }
}

/// Whether a terminal obeys it, or shows nothing where it is.
fn is_invisible(sign: char) -> bool {
    const HIDDEN: [RangeInclusive<char>; 5] = [
        '\u{061c}'..='\u{061c}',
        '\u{200b}'..='\u{200f}',
        '\u{2028}'..='\u{202e}',
        '\u{2060}'..='\u{2069}',
        '\u{feff}'..='\u{feff}',
    ];
    sign.is_control() || HIDDEN.iter().any(|range| range.contains(&sign))
}

/// Everything that ends a line or turns the direction of writing is shown by its number.
fn push_visible(line: &mut String, text: &str) {
    for sign in text.chars() {
        match sign {
            '\n' => line.push_str("\\n"),
            _ if is_invisible(sign) => line.extend(sign.escape_unicode()),
            _ => line.push(sign),
        }
    }
}

/// An object: `time`, `level`, `target`, `message`, then the keys of the event.
fn json(time: &dyn Display, record: &Record<'_>) -> String {
    let level = record.level().as_str().to_ascii_lowercase();
    let mut line = String::from("{");
    for (key, value) in [
        ("time", time.to_string()),
        ("level", level),
        ("target", record.target().to_owned()),
        ("message", record.args().to_string()),
    ] {
        push_member(&mut line, key, &value.into());
    }
    // Only a visitor that fails makes this fail.
    let _ = record.key_values().visit(&mut AsJson(&mut line));
    line.push('}');
    line
}

struct AsJson<'a>(&'a mut String);

impl<'kvs> VisitSource<'kvs> for AsJson<'_> {
    fn visit_pair(&mut self, key: Key<'kvs>, value: Value<'kvs>) -> Result<(), Error> {
        // The line says these itself.
        if ["time", "level", "target", "message"].contains(&key.as_str()) {
            return Ok(());
        }
        let mut number = Number(None);
        value.visit(&mut number)?;
        let value = number.0.unwrap_or_else(|| value.to_string().into());
        push_member(self.0, key.as_str(), &value);
        Ok(())
    }
}

fn push_member(line: &mut String, key: &str, value: &serde_json::Value) {
    if !line.ends_with('{') {
        line.push(',');
    }
    let member = format!("{}:{value}", serde_json::Value::from(key));
    // JSON lets some signs stand as they are that terminals obey.
    for sign in member.chars() {
        match sign {
            sign if is_invisible(sign) => {
                let _ = write!(line, "\\u{:04x}", u32::from(sign));
            }
            _ => line.push(sign),
        }
    }
}

/// The value as JSON, where it is a number or a boolean.
struct Number(Option<serde_json::Value>);

impl VisitValue<'_> for &mut Number {
    fn visit_any(&mut self, _: Value<'_>) -> Result<(), Error> {
        Ok(())
    }

    fn visit_u64(&mut self, value: u64) -> Result<(), Error> {
        self.0 = Some(value.into());
        Ok(())
    }

    fn visit_i64(&mut self, value: i64) -> Result<(), Error> {
        self.0 = Some(value.into());
        Ok(())
    }

    fn visit_f64(&mut self, value: f64) -> Result<(), Error> {
        self.0 = Some(value.into());
        Ok(())
    }

    fn visit_bool(&mut self, value: bool) -> Result<(), Error> {
        self.0 = Some(value.into());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use log::Level;
    use log::kv::ToValue;

    use super::*;

    /// What somebody would say who wants a line of their own.
    const FORGED: &str =
        "a\" b\\\r\n2026-11-20T16:00:00.000Z ERROR forged=yes \u{1b}[2J\u{202e}\u{61c}\u{2028}ü";

    fn written(format: LogFormat, sentence: &str, fields: &[(&str, Value<'_>)]) -> String {
        let arguments = format_args!("{sentence}");
        let record = Record::builder()
            .level(Level::Debug)
            .target("switchboard::connection")
            .args(arguments)
            .key_values(&fields)
            .build();
        line(format, &"2026-11-20T16:45:26.123Z", &record)
    }

    #[test]
    fn for_people_it_is_a_sentence_and_then_keys_with_values() {
        let fields = [
            ("user", "ana".to_value()),
            ("code", 4008.to_value()),
            ("reason", "no sign of life".to_value()),
            ("empty", "".to_value()),
            ("sum", "1=1".to_value()),
            ("lived", Value::from_display(&"0.5s")),
        ];
        assert_eq!(
            written(LogFormat::Text, "closing", &fields),
            "2026-11-20T16:45:26.123Z DEBUG closing user=ana code=4008 reason=\"no sign of life\" \
             empty=\"\" sum=\"1=1\" lived=0.5s"
        );
    }

    #[test]
    fn for_programs_it_is_an_object_in_which_numbers_are_numbers() {
        let fields =
            [("user", "ana".to_value()), ("code", 4008.to_value()), ("away", true.to_value())];
        let written = written(LogFormat::Json, "closing", &fields);
        let read: serde_json::Value = serde_json::from_str(&written).unwrap();
        assert_eq!(
            read,
            serde_json::json!({
                "time": "2026-11-20T16:45:26.123Z", "level": "debug", "target": "switchboard::connection",
                "message": "closing", "user": "ana", "code": 4008, "away": true
            })
        );
    }

    #[test]
    fn the_lines_in_the_manual_are_what_is_written() {
        const MANUAL: &str = include_str!("../../docs/deployment.md");
        let fields = [
            ("user", "ana".to_value()),
            ("code", 4008.to_value()),
            ("reason", "no sign of life".to_value()),
        ];
        for format in [LogFormat::Text, LogFormat::Json] {
            let line = written(format, "closing", &fields);
            assert!(MANUAL.contains(&line), "{line}");
        }
    }

    #[test]
    fn no_value_and_no_sentence_forges_a_line_or_a_field() {
        for format in [LogFormat::Text, LogFormat::Json] {
            let written = written(format, FORGED, &[("user", FORGED.to_value())]);
            let hides = |sign: char| sign.is_control() || "\u{202e}\u{61c}\u{2028}".contains(sign);
            assert!(!written.contains(hides), "{written:?}");
        }
        let text = written(LogFormat::Text, "joined", &[("user", FORGED.to_value())]);
        let (_, value) = text.split_once(" joined user=").unwrap();
        assert!(value.starts_with(r#""a\" b\\"#) && value.ends_with("ü\""), "{value}");

        let json = written(LogFormat::Json, FORGED, &[("time", "never".to_value())]);
        let read: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&read["message"], &read["forged"]), (&FORGED.into(), &().into()));
        assert_eq!(read["time"], "2026-11-20T16:45:26.123Z");
    }
}
