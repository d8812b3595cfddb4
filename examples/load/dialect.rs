//! How different servers are spoken to.

use std::time::Duration;

use clap::ValueEnum;
use serde::{Deserialize, Serialize};

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

    /// How often a server, as it is set by default, asks who is silent for a sign of life.
    pub fn asks(self) -> Option<Duration> {
        match self {
            Dialect::Switchboard => Some(Duration::from_secs(25)),
            Dialect::Peerjs => None,
        }
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
        let encoded = match self {
            Dialect::Switchboard => {
                serde_json::to_string(&ToSwitchboard { r#type: small, to, data })
            }
            Dialect::Peerjs => {
                serde_json::to_string(&ToPeerjs { r#type: big, dst: to, payload: data })
            }
        };
        encoded.unwrap()
    }

    /// A step that has come from somebody; `None` for anything else.
    pub fn hear(self, message: &str) -> Option<Heard> {
        let heard: Incoming<'_> = serde_json::from_str(message).unwrap();
        match heard.r#type {
            "offer" | "answer" | "candidate" | "message" | "OFFER" | "ANSWER" | "CANDIDATE" => {
                Some(Heard { from: heard.from.unwrap(), data: heard.data.unwrap() })
            }
            "error" | "ERROR" => panic!("the server refuses: {message}"),
            _ => None,
        }
    }
}

#[derive(Serialize)]
struct ToSwitchboard<'a> {
    r#type: &'a str,
    to: &'a str,
    data: &'a str,
}

#[derive(Serialize)]
struct ToPeerjs<'a> {
    r#type: &'a str,
    dst: &'a str,
    payload: &'a str,
}

#[derive(Deserialize)]
struct Incoming<'a> {
    r#type: &'a str,
    #[serde(alias = "src")]
    from: Option<String>,
    #[serde(alias = "payload")]
    data: Option<String>,
}
