//! What the decoder takes and what it refuses, beyond the examples.

use proptest::prelude::*;
use serde_json::{Value, json};
use switchboard::protocol::{ClientMessage, Incoming, Refusal};

use super::{decode, examples, value};

#[test]
fn data_may_be_nested_64_deep_and_not_deeper() {
    let nested = |depth: usize, open: &str, close: &str| {
        let data = format!("{}0{}", open.repeat(depth), close.repeat(depth));
        decode(&format!(r#"{{"type":"message","id":"1","to":"22","data":{data}}}"#))
    };
    // Brackets in a string are no nesting.
    for (levels, open, close) in [(1, "[", "]"), (1, r#"{"a":"#, "}"), (2, r#"["]",{"[":"#, "}]")] {
        assert!(nested(64 / levels, open, close).is_ok(), "{open}");

        let rejected = nested(64 / levels + 1, open, close).unwrap_err();
        assert_eq!(rejected.refusal.code(), "bad-message", "{open}");
        assert_eq!(rejected.id.unwrap().as_str(), "1");
    }
    assert_eq!(nested(30_000, "[", "]").unwrap_err().refusal.code(), "bad-message");
}

#[test]
fn every_field_with_data_is_held_to_the_same_depth() {
    for start in [
        r#""type":"offer","to":"22""#,
        r#""type":"call-request","to":"22""#,
        r#""type":"call-accept","callId":"c""#,
    ] {
        let message = |depth| {
            let (open, close) = ("[".repeat(depth), "]".repeat(depth));
            decode(&format!(r#"{{{start},"data":{open}{close}}}"#))
        };

        assert!(message(64).is_ok(), "{start}");
        assert!(message(65).is_err(), "{start}");
    }
}

#[track_caller]
fn refuses(text: &str, code: &str, id: Option<&str>) {
    let rejected = decode(text).expect_err(text);
    assert_eq!(rejected.refusal.code(), code, "{text}: {}", rejected.refusal);
    assert_eq!(rejected.id.as_ref().map(|id| id.as_str()), id, "{text}");
}

#[test]
fn media_is_an_object_of_two_booleans_and_nothing_else() {
    for media in
        ["null", "true", "[]", "[true,true]", r#"{"audio":1}"#, r#"{"screen":true}"#, r#""audio""#]
    {
        let text = format!(r#"{{"type":"call-request","id":"1","to":"22","media":{media}}}"#);
        refuses(&text, "bad-message", Some("1"));
    }
}

#[test]
fn null_is_no_value_for_an_optional_field() {
    for field in ["callId", "room", "receipt"] {
        let text = format!(r#"{{"type":"offer","id":"1","to":"22","data":0,"{field}":null}}"#);
        refuses(&text, "bad-message", Some("1"));
    }
    refuses(r#"{"type":"list","id":"1","after":null}"#, "bad-message", Some("1"));
    refuses(r#"{"type":"list","id":"1","limit":null}"#, "bad-message", Some("1"));
    refuses(r#"{"type":"ping","id":null}"#, "bad-message", None);
}

#[test]
fn an_id_that_is_there_twice_is_no_ref() {
    refuses(r#"{"type":"ping","id":"1","id":"1"}"#, "bad-message", None);
    refuses(r#"{"type":"nonsense","id":"1","id":"2"}"#, "bad-message", None);
    refuses(r#"{"id":"1","to":"a","id":"1","to":"b","type":"offer"}"#, "bad-message", None);
}

#[test]
fn escapes_in_names_and_values_mean_what_they_say() {
    let text = r#"{"\u0074ype":"p\u0069ng","id":"\u96f7"}"#;

    let incoming = decode(text).unwrap();

    assert_eq!(incoming.message, ClientMessage::Ping);
    assert_eq!(incoming.id.unwrap().as_str(), "雷");
}

/// The `detail` that the other party of a call gets.
fn detail(written: &str) -> Option<String> {
    let text = format!(r#"{{"type":"call-hangup","callId":"c","detail":{written}}}"#);
    let ClientMessage::CallEnd { detail, .. } = decode(&text).expect(&text).message else {
        panic!("{text} ends no call")
    };
    detail
}

#[test]
fn half_a_surrogate_pair_in_a_detail_is_replaced_and_the_call_ends() {
    for (written, shown) in [
        (r#""\ud800""#, "\u{fffd}"),
        (r#""bye \uDC00\ud83d\ude00""#, "bye \u{fffd}😀"),
        (r#""\ud83d\ud83d\ude00!""#, "\u{fffd}😀!"),
    ] {
        assert_eq!(detail(written).as_deref(), Some(shown), "{written}");
    }
    for length in [128, 129, 10_000] {
        let long = format!("\"{}\"", "\\ud800".repeat(length));
        assert_eq!(detail(&long), Some("\u{fffd}".repeat(128)), "{length}");
    }
}

#[test]
fn a_detail_brings_no_control_character_and_turns_no_text_around() {
    for (written, shown) in [
        (r#""two\nlines\tand \u001b[2Jmore\u0000""#, "two lines and [2Jmore"),
        (r#""\u202egnp.exe\u2069\u200f""#, "gnp.exe"),
        (r#""""#, ""),
    ] {
        assert_eq!(detail(written).as_deref(), Some(shown), "{written}");
    }
}

#[test]
fn half_a_surrogate_pair_in_an_id_is_refused_and_the_field_is_named() {
    for (fields, code, field) in [
        (r#""type":"join","room":"\ud800""#, "bad-message", "`room` has half a surrogate pair"),
        (r#""type":"call-accept","callId":"\udc00""#, "bad-message", "`callId` has half a"),
        (r#""type":"list","after":"\ud800""#, "bad-user-id", "`after` has half a surrogate"),
        (r#""type":"offer","data":0,"to":"a\ud800""#, "bad-user-id", "`to` has half a"),
        (r#""type":"watch","users":["\ud800"]"#, "bad-user-id", "`users` has half a"),
        (r#""type":"refresh","token":"\ud800""#, "bad-message", "`token`"),
        (r#""type":"ping\ud800""#, "unknown-type", "ping\u{fffd}"),
        (r#""type":"ping","\udfff":1"#, "unknown-field", "no field `\u{fffd}"),
    ] {
        let text = format!(r#"{{"id":"1",{fields}}}"#);

        refuses(&text, code, Some("1"));
        let said = decode(&text).unwrap_err().refusal.to_string();
        assert!(said.contains(field), "{said}");
    }
    let text = r#"{"type":"ping","id":"\ud800"}"#;
    refuses(text, "bad-message", None);
    let said = decode(text).unwrap_err().refusal.to_string();
    assert_eq!(said, "field `id` has half a surrogate pair in it; send whole characters");
}

#[test]
fn a_control_character_in_a_name_is_no_json() {
    refuses("{\"type\":\"ping\",\"id\":\"1\",\"a\u{1}\":1}", "bad-json", None);
    refuses(r#"{"type":"ping","id":"1","a\u0001":1}"#, "unknown-field", Some("1"));
}

#[test]
fn half_a_surrogate_pair_in_data_is_the_clients_own() {
    let data = r#"{"\ud800":["\udc00"]}"#;
    let text = format!(r#"{{"type":"message","to":"22","data":{data}}}"#);
    let ClientMessage::Message { data: read, .. } = decode(&text).unwrap().message else {
        panic!("{text} is a message")
    };
    assert_eq!(read.as_str(), data);
}

#[test]
fn lengths_are_counted_in_characters() {
    let hangup = |detail: &str| {
        decode(&json!({"type": "call-hangup", "callId": "c", "detail": detail}).to_string())
    };
    let of_hangup = |detail: &str| match hangup(detail).unwrap().message {
        ClientMessage::CallEnd { detail, .. } => detail.unwrap(),
        other => panic!("{other:?} ends no call"),
    };
    assert_eq!(of_hangup(&"雷".repeat(128)), "雷".repeat(128));
    assert_eq!(of_hangup(&"雷".repeat(129)), "雷".repeat(128), "the call ends");
    let ping = |id: &str| decode(&json!({"type": "ping", "id": id}).to_string());
    assert!(ping(&"雷".repeat(64)).is_ok());
    assert!(ping(&"雷".repeat(65)).is_err());
}

#[test]
fn every_refusal_that_ends_a_session_by_repetition_is_of_the_five_kinds() {
    for (name, text) in examples("refused") {
        let Err(rejected) = decode(value(&text)["send"].as_str().unwrap()) else { continue };
        let five = ["bad-json", "bad-message", "unknown-type", "unknown-field", "too-large"];

        let counted = five.contains(&rejected.refusal.code());

        assert_eq!(rejected.refusal.is_gibberish(), counted, "{name}");
    }
    assert!(Refusal::TooLarge { limit: 1 }.is_gibberish());
}

/// JSON texts as odd as they may be: spaces, escapes, numbers that no float holds.
fn odd_json() -> impl Strategy<Value = String> {
    let space = || prop::sample::select(vec!["", " ", "\t", "\r\n", "   "]);
    let text = prop_oneof![
        prop::sample::select(vec![
            r#""""#,
            r#""\"""#,
            r#""\\""#,
            r#""\u0000\/\b""#,
            r#""\ud800""#,
            r#""\uDC00\ud83d\ude00""#,
            r#""]}[{""#,
            "\"\u{7f}\u{2028}李雷\"",
        ])
        .prop_map(str::to_owned),
        any::<String>().prop_map(|text| Value::from(text).to_string()),
    ];
    let number = prop_oneof![
        prop::sample::select(vec!["-0", "1e999", "1E-400", "0.10000", "-1.5e+07"])
            .prop_map(str::to_owned),
        "-?[1-9][0-9]{0,60}(\\.[0-9]{1,40})?([eE][+-]?[0-9]{1,4})?",
    ];
    let word = prop::sample::select(vec!["null", "true", "false"]).prop_map(str::to_owned);
    let leaf = prop_oneof![text.clone(), number, word];
    leaf.prop_recursive(6, 40, 5, move |inner| {
        let spaced = (space(), inner, space()).prop_map(|(a, it, b)| format!("{a}{it}{b}"));
        let field =
            (text.clone(), space(), spaced.clone()).prop_map(|(k, s, v)| format!("{k}{s}:{v}"));
        prop_oneof![
            (space(), prop::collection::vec(spaced, 0..5)).prop_map(|(s, it)| if it.is_empty() {
                format!("[{s}]")
            } else {
                format!("[{}]", it.join(","))
            }),
            (space(), prop::collection::vec(field, 0..5))
                .prop_map(|(s, it)| format!("{{{s}{}}}", it.join(&format!(",{s}")))),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn data_is_kept_byte_for_byte(data in odd_json(), before in "[ \t\r\n]{0,3}", after in "[ \t\r\n]{0,3}") {
        let text = format!(r#"{{"data":{before}{data}{after},"type":"offer","to":"22"}}"#);

        let Incoming { message, .. } = decode(&text).unwrap();

        let ClientMessage::Signal { data: kept, .. } = message else { panic!("{message:?}") };
        prop_assert_eq!(kept.as_str(), &data);
    }

    #[test]
    fn no_text_makes_the_decoder_panic(text in any::<String>()) {
        prop_assert!(decode(&text).is_err());
    }

    #[test]
    fn no_json_is_read_as_something_that_it_is_not(field in odd_json(), value in odd_json()) {
        // Whatever it is, it is judged; and what is accepted can be written again.
        for text in [format!(r#"{{"type":{value}}}"#), format!(r#"{{"type":"ping",{field}:1}}"#)] {
            prop_assert!(decode(&text).is_err(), "{}", text);
        }
        for name in ["to", "id", "callId", "room", "receipt", "users", "limit", "token"] {
            let _ = decode(&format!(r#"{{"type":"offer","{name}":{value}}}"#));
        }
    }

    #[test]
    fn a_cut_off_message_is_refused(cut in 0usize..200) {
        for text in examples("client").into_values() {
            let text = text.trim_end();
            let cut = cut % text.len();
            if text.is_char_boundary(cut) {
                prop_assert!(decode(&text[..cut]).is_err());
            }
        }
    }
}
