//! Where the bytes of strangers arrive first, each as one call: the doors for `fuzz/`
//! and `benches/`.
//!
//! Each returns when all is well and panics where a promise of the code behind it does not hold.
//! Nothing here is for other users of this crate.

use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::value::RawValue;

use crate::protocol::{ClientMessage, Data, Refusal, Relayed, ServerMessage, UserId, decode};

pub use crate::connection::{count_messages, fuzz_frames as frames};
pub use crate::http::fuzz_query as query;

/// What a client reads, as far as it matters here.
#[derive(Deserialize)]
struct Heard<'a> {
    #[serde(borrow)]
    data: &'a RawValue,
}

/// A text frame of a client. What is taken leaves as JSON with the same payload, byte for byte;
/// what is not is answered in JSON. It is called no JSON exactly if it is none.
pub fn message(text: &str) {
    let is_json = serde_json::from_str::<IgnoredAny>(text).is_ok();
    match decode(&text.to_owned().into()) {
        Ok(incoming) => {
            assert!(is_json);
            let Some(data) = payload(incoming.message) else { return };
            let from = UserId::parse("fuzz").expect("a user");
            let sent = data.clone();
            let relayed = Relayed { from: (&from).into(), call_id: None, room: None, data };
            let frame = ServerMessage::Message(relayed).encode();
            let heard: Heard<'_> = serde_json::from_str(&frame).expect("JSON");
            assert_eq!(heard.data.get(), sent.as_str());
        }
        Err(rejected) => {
            assert_eq!(is_json, !matches!(rejected.refusal, Refusal::BadJson { .. }));
            let answer = rejected.refusal.message(rejected.id).encode();
            serde_json::from_str::<IgnoredAny>(&answer).expect("JSON");
        }
    }
}

fn payload(message: ClientMessage) -> Option<Data> {
    match message {
        ClientMessage::Message { data, .. } | ClientMessage::Signal { data, .. } => Some(data),
        ClientMessage::CallRequest { data, .. } => data,
        ClientMessage::CallAccept { data, answer, .. } => data.or(answer),
        _ => None,
    }
}
