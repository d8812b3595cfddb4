//! How different servers are spoken to.

use std::time::Duration;

use clap::ValueEnum;
use serde_json::{Value, json};

/// A server's language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Dialect {
    /// This project's, and that of the bare relay of `examples/relay.rs`.
    Switchboard,
    /// The PeerJS server's (npm `peer`).
    Peerjs,
}

/// A step of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Offer,
    Answer,
    Candidate,
}

/// What another user has sent.
#[derive(Debug, PartialEq, Eq)]
pub struct Heard {
    pub from: String,
    pub data: String,
}

impl Dialect {
    pub fn name(self) -> &'static str {
        match self {
            Dialect::Switchboard => "switchboard",
            Dialect::Peerjs => "peerjs",
        }
    }

    /// The URL by which `user` connects.
    pub fn url(self, base: &str, user: &str) -> String {
        match self {
            Dialect::Switchboard => format!("{base}?userId={user}"),
            Dialect::Peerjs => format!("{base}?key=peerjs&id={user}&token=t{user}&version=1.5.4"),
        }
    }

    /// Whether this is what a client hears when it has become reachable.
    pub fn is_welcome(self, message: &str) -> bool {
        match self {
            Dialect::Switchboard => message.starts_with(r#"{"type":"registered""#),
            Dialect::Peerjs => message.starts_with(r#"{"type":"OPEN""#),
        }
    }

    /// Whether a user who comes again is welcomed again, and its older socket closed.
    pub fn replaces(self) -> bool {
        self == Dialect::Switchboard
    }

    /// What a client has to say again and again to stay.
    pub fn heartbeat(self) -> Option<(Duration, &'static str)> {
        match self {
            Dialect::Switchboard => None,
            Dialect::Peerjs => Some((Duration::from_secs(5), r#"{"type":"HEARTBEAT"}"#)),
        }
    }

    /// A step of a call; `data` is any text.
    pub fn message(self, step: Step, to: &str, data: &str) -> String {
        let (small, big) = match step {
            Step::Offer => ("offer", "OFFER"),
            Step::Answer => ("answer", "ANSWER"),
            Step::Candidate => ("candidate", "CANDIDATE"),
        };
        match self {
            Dialect::Switchboard => json!({"type": small, "to": to, "data": data}),
            Dialect::Peerjs => json!({"type": big, "dst": to, "payload": data}),
        }
        .to_string()
    }

    /// A step that has come from somebody; `None` for anything else.
    pub fn hear(self, message: &str) -> Option<Heard> {
        let message: Value = serde_json::from_str(message).unwrap();
        let (from, data) = match self {
            Dialect::Switchboard => ("from", "data"),
            Dialect::Peerjs => ("src", "payload"),
        };
        let kind = message["type"].as_str().unwrap().to_ascii_lowercase();
        match &*kind {
            "offer" | "answer" | "candidate" | "message" => Some(Heard {
                from: message[from].as_str().unwrap().to_owned(),
                data: message[data].as_str().unwrap().to_owned(),
            }),
            "error" => panic!("the server refuses: {message}"),
            _ => None,
        }
    }
}
