//! Clients that count: what their library knows, and how they come back.

use serde::Deserialize;
use serde_json::{Value, json};
use switchboard::domain::{Login, ResumeToken};
use switchboard::protocol::{ServerMessage, UserId};

use super::{Board, Socket};

/// What a user's library knows of its session.
#[derive(Default)]
pub struct Library {
    token: String,
    /// Messages of the server that it has counted, all that were sent to it so far.
    received: u64,
}

/// Sentences about clients that count.
impl Board {
    pub fn logs_in_counting(&mut self, user: &str) -> Socket {
        self.knocks_with(Login { received: Some(0), ..Login::fresh(UserId::parse(user).unwrap()) })
    }

    /// These users are there and count, and have acknowledged all that they heard so far.
    pub fn and_counting<const N: usize>(mut self, users: [&str; N]) -> Self {
        for user in users {
            self.logs_in_counting(user);
        }
        self.settle();
        self
    }

    /// Resumes with all that was sent to the user so far.
    pub fn resumes(&mut self, user: &str) -> Socket {
        self.resumes_having(user, self.received(user))
    }

    /// Resumes with so many messages counted.
    pub fn resumes_having(&mut self, user: &str, received: u64) -> Socket {
        let login = self.login(user, received, &self.token(user));
        self.knocks_with(login)
    }

    /// What the user would resume with.
    #[must_use]
    pub fn login(&self, user: &str, received: u64, token: &str) -> Login {
        Login {
            received: Some(received),
            resume: Some(ResumeToken::new(token)),
            ..Login::fresh(UserId::parse(user).unwrap())
        }
    }

    /// The token that the user's newest `registered` told.
    #[must_use]
    pub fn token(&self, user: &str) -> String {
        self.libraries[user].token.clone()
    }

    /// How many messages that count the user was sent in its session, each counted once.
    #[must_use]
    pub fn received(&self, user: &str) -> u64 {
        self.libraries[user].received
    }

    /// Acknowledges all that was sent to the user.
    pub fn acks(&mut self, user: &str) {
        self.acks_to(user, self.received(user));
    }

    pub fn acks_to(&mut self, user: &str, received: u64) {
        self.says(user, json!({"type": "ack", "received": received}));
    }

    /// Of what the user has heard since it was last asked, the messages that count.
    #[must_use]
    pub fn hears_counted(&mut self, user: &str) -> Vec<Value> {
        let mut heard = self.hears(user);
        heard.retain(|message| is_counted(&ServerMessage::deserialize(message).unwrap()));
        heard
    }

    /// A message with a receipt.
    pub fn writes(&mut self, from: &str, to: &str, id: &str) {
        let message = json!(
            {"type": "message", "id": id, "to": to, "data": id, "receipt": true}
        );
        self.says(from, message);
    }
}

impl Library {
    pub fn hears(&mut self, message: &ServerMessage, brought: Option<u64>) {
        if let ServerMessage::Registered(it) = message {
            self.token = it.resume_token.clone().unwrap_or_default();
            self.received = brought.filter(|_| it.resumed).unwrap_or_default();
        }
        self.received += u64::from(is_counted(message));
    }
}

/// Whether a client counts the message: the last column of the table in `docs/protocol.md`.
pub fn is_counted(message: &ServerMessage) -> bool {
    use ServerMessage as M;
    match message {
        M::Registered(_)
        | M::ClientList { .. }
        | M::Presence { .. }
        | M::IceServers { .. }
        | M::Ack { .. }
        | M::Ping {}
        | M::Pong { .. } => false,
        M::CallRequest { .. }
        | M::CallRinging { .. }
        | M::CallAccept { .. }
        | M::CallEnded { .. }
        | M::CallPeerAway { .. }
        | M::CallPeerBack { .. }
        | M::Offer(_)
        | M::Answer(_)
        | M::Candidate(_)
        | M::Message(_)
        | M::RoomJoined(_)
        | M::RoomLeft(_)
        | M::MemberJoined(_)
        | M::MemberLeft(_)
        | M::Blocked { .. }
        | M::Refreshed { .. }
        | M::Delivered(_)
        | M::Undelivered(_)
        | M::Relayed(_)
        | M::Error(_) => true,
    }
}
