//! The wire format: every example of `tests/examples` and of `docs/protocol.md` is what the server
//! reads and writes, and whatever it refuses it refuses with the code and the words it should.

#![allow(clippy::unwrap_used, missing_docs)]

#[path = "protocol/counting.rs"]
mod counting;
#[path = "protocol/decoding.rs"]
mod decoding;
#[path = "protocol/mutated.rs"]
mod mutated;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Map, Value, json};
use switchboard::config::Config;
use switchboard::domain::{Backlog, Effect, Handle, Input, Login, Switchboard};
use switchboard::protocol::{
    self, ClientMessage, Data, Destination, Incoming, LIST_MAX, ServerMessage, SignalKind, UserId,
};

/// The example files of a folder, by name without `.json`.
fn examples(folder: &str) -> BTreeMap<String, String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/examples").join(folder);
    let examples: BTreeMap<_, _> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| {
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    assert!(!examples.is_empty());
    examples
}

fn decode(text: &str) -> Result<Incoming, protocol::Rejected> {
    protocol::decode(&text.to_owned().into())
}

fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The message as a client would write it. Which of three words ended a call is not kept.
fn encode(incoming: &Incoming, word: &str) -> Value {
    let data = |data: &Data| value(data.as_str());
    let mut fields = Map::new();
    let mut put = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            fields.insert(name.into(), value);
        }
    };
    put("id", incoming.id.as_ref().map(|id| json!(id)));
    let kind = match &incoming.message {
        ClientMessage::CallRequest { to, media, continues, data: it } => {
            put("to", Some(json!(to)));
            put("media", media.map(|media| json!(media)));
            put("continues", continues.as_ref().map(|it| json!(it)));
            put("data", it.as_ref().map(data));
            "call-request"
        }
        ClientMessage::CallAccept { call, data: it, answer } => {
            put("callId", Some(json!(call)));
            put("data", it.as_ref().map(data));
            put("answer", answer.as_ref().map(data));
            "call-accept"
        }
        ClientMessage::CallEnd { call, detail } => {
            put("callId", Some(json!(call)));
            put("detail", detail.as_ref().map(|it| json!(it)));
            assert!(["call-reject", "call-cancel", "call-hangup"].contains(&word));
            word
        }
        ClientMessage::Signal { kind, to, call, room, data: it, receipt } => {
            put("to", Some(json!(to)));
            put("callId", call.as_ref().map(|it| json!(it)));
            put("room", room.as_ref().map(|it| json!(it)));
            put("data", Some(data(it)));
            put("receipt", receipt.then_some(json!(true)));
            match kind {
                SignalKind::Offer => "offer",
                SignalKind::Answer => "answer",
                SignalKind::Candidate => "candidate",
            }
        }
        ClientMessage::Message { to, data: it, receipt, volatile } => {
            match to {
                Destination::User(user) => put("to", Some(json!(user))),
                Destination::Room(room) => put("room", Some(json!(room))),
            }
            put("data", Some(data(it)));
            put("receipt", receipt.then_some(json!(true)));
            put("volatile", volatile.then_some(json!(true)));
            "message"
        }
        ClientMessage::Join { room } => {
            put("room", Some(json!(room)));
            "join"
        }
        ClientMessage::Leave { room } => {
            put("room", Some(json!(room)));
            "leave"
        }
        ClientMessage::Watch { users } => {
            put("users", Some(json!(users)));
            "watch"
        }
        ClientMessage::Unwatch { users } => {
            put("users", Some(json!(users)));
            "unwatch"
        }
        ClientMessage::Block { users } => {
            put("users", Some(json!(users)));
            "block"
        }
        ClientMessage::Unblock { users } => {
            put("users", Some(json!(users)));
            "unblock"
        }
        ClientMessage::List { after, limit } => {
            put("after", after.as_ref().map(|it| json!(it)));
            put("limit", (*limit != LIST_MAX).then_some(json!(limit)));
            "list"
        }
        ClientMessage::Refresh { token } => {
            put("token", Some(json!(token.as_str())));
            "refresh"
        }
        ClientMessage::Ping => "ping",
        ClientMessage::Pong => "pong",
        ClientMessage::Ack { received } => {
            put("received", Some(json!(received)));
            "ack"
        }
    };
    put("type", Some(json!(kind)));
    Value::Object(fields)
}

#[test]
fn every_example_of_a_client_is_read_and_nothing_of_it_is_lost() {
    for (name, text) in examples("client") {
        let incoming = decode(&text).unwrap_or_else(|it| panic!("{name}: {}", it.refusal));

        let word = value(&text)["type"].as_str().unwrap().to_owned();
        assert_eq!(encode(&incoming, &word), value(&text), "{name}");
        assert_eq!(name.split('.').next(), Some(word.as_str()), "the file has its type's name");
    }
}

#[test]
fn every_example_of_the_server_is_what_the_server_writes() {
    for (name, text) in examples("server") {
        let message: ServerMessage =
            serde_json::from_str(&text).unwrap_or_else(|why| panic!("{name}: {why}"));

        assert_eq!(value(&message.encode()), value(&text), "{name}");
        assert_eq!(Some(value(&text)["type"].as_str().unwrap()), name.split('.').next());
    }
}

#[test]
fn every_type_of_message_has_an_example() {
    let of = |folder| -> BTreeSet<String> {
        examples(folder).keys().map(|name| name.split('.').next().unwrap().to_owned()).collect()
    };
    let both = ["call-accept", "call-request", "offer", "answer", "candidate", "message", "ping"];
    let client = ["call-reject", "call-cancel", "call-hangup", "join", "leave", "watch"];
    let more = ["unwatch", "block", "unblock", "list", "refresh", "pong", "ack"];
    let client = [&client[..], &more, &both].concat();
    let server = [
        "registered",
        "client-list",
        "presence",
        "ice-servers",
        "ack",
        "pong",
        "refreshed",
        "blocked",
    ];
    let calls = ["call-ringing", "call-ended", "call-peer-away", "call-peer-back"];
    let rooms = ["room-joined", "room-left", "member-joined", "member-left"];
    let verdicts = ["delivered", "undelivered", "relayed", "error"];
    let server = [&server[..], &calls, &rooms, &verdicts, &both].concat();

    let set = |names: Vec<&str>| names.into_iter().map(str::to_owned).collect::<BTreeSet<_>>();
    assert_eq!(of("client"), set(client));
    assert_eq!(of("server"), set(server));
}

/// What a client hears who says just this on an empty board.
fn answer(text: &str) -> Value {
    let config = Arc::new(Config::default());
    let mut board = Switchboard::new(config, StdRng::seed_from_u64(1));
    let (now, user) = (Instant::now(), UserId::parse("11").unwrap());
    let login = Login::fresh(user.clone());
    let mut effects = Vec::new();
    board.apply(Input::Claimed { connection: Alone, user: user.clone(), login }, now, &mut effects);
    effects.clear();
    let (said, bytes) = (decode(text), text.len());
    board.apply(Input::Said { connection: Alone, user, said, bytes }, now, &mut effects);
    match &effects[..] {
        [Effect::Deliver { frame, .. }] => value(frame),
        other => panic!("one answer to {text}, not {other:?}"),
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Alone;

impl Handle for Alone {
    fn backlog(&self) -> Backlog {
        Backlog::default()
    }
}

#[test]
fn every_refused_example_is_answered_with_its_code_its_ref_and_words_that_name_the_cause() {
    for (name, text) in examples("refused") {
        let example = value(&text);

        let error = answer(example["send"].as_str().unwrap());

        assert_eq!(error["type"], "error", "{name}");
        assert_eq!(error["code"], example["code"], "{name}: {error}");
        assert_eq!(error.get("ref"), example.get("ref"), "{name}: {error}");
        let (words, names) = (error["message"].as_str().unwrap(), example["names"].as_str());
        assert!(words.contains(names.unwrap()), "{name}: {names:?} is not in {words:?}");
    }
}

#[test]
fn what_the_decoder_refuses_it_refuses_itself() {
    for (name, text) in examples("refused") {
        assert!(decode(value(&text)["send"].as_str().unwrap()).is_err(), "{name}");
    }
}

/// What the page shows as an example: the file it names, and the JSON block that follows.
fn shown() -> Vec<(String, String)> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/protocol.md");
    let page = std::fs::read_to_string(page).unwrap();
    let examples = page.split("<!-- example: ").skip(1);
    let example = |text: &str| {
        let (name, rest) = text.split_once(" -->\n").unwrap();
        let block = rest.strip_prefix("```json\n").unwrap_or_else(|| panic!("no block: {name}"));
        (name.to_owned(), block.split_once("```").unwrap().0.to_owned())
    };
    examples.map(example).collect()
}

#[test]
fn every_example_in_the_page_is_the_file_that_it_names() {
    for (name, block) in shown() {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/examples").join(&name);
        let file = std::fs::read_to_string(file).unwrap_or_else(|why| panic!("{name}: {why}"));

        assert_eq!(value(&block), value(&file), "{name}");
    }
}

#[test]
fn every_json_block_of_the_page_is_an_example() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/protocol.md");
    let blocks = std::fs::read_to_string(page).unwrap().matches("```json\n").count();

    assert_eq!(shown().len(), blocks);
}

#[test]
fn the_page_shows_every_example_of_a_client_and_of_the_server_once() {
    let mut all: Vec<_> = ["client", "server", "check"]
        .into_iter()
        .flat_map(|folder| {
            examples(folder).into_keys().map(move |name| format!("{folder}/{name}.json"))
        })
        .collect();
    let mut shown: Vec<_> = shown().into_iter().map(|(name, _)| name).collect();
    all.sort();
    shown.sort();

    assert_eq!(shown, all);
}
