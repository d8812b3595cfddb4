//! A client's library as docs/protocol.md tells it to be: it counts, keeps what the server has
//! not acknowledged, resumes, and believes what it hears.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use switchboard::domain::{Login, ResumeToken};
use switchboard::protocol::{CallId, Close, Registered, RoomId, ServerMessage, UserId};

use super::post::{Post, Told};
use crate::harness::is_counted;

pub struct Library {
    pub number: usize,
    pub user: UserId,
    pub counts: bool,
    /// The socket that it listens to, and whether that is registered.
    pub wire: Option<usize>,
    pub is_in: bool,
    /// What it would resume with.
    token: Option<String>,
    session: String,
    pub received: u64,
    pub acked: u64,
    /// What it has said and the server has not acknowledged, after so many that it has.
    pub outbox: VecDeque<(String, Option<usize>)>,
    confirmed: u64,
    superseded: usize,
    /// Live calls, its own one and those that ring at it.
    pub calls: BTreeSet<CallId>,
    pub rooms: BTreeMap<RoomId, BTreeSet<UserId>>,
    pub list: BTreeSet<UserId>,
}

impl Library {
    pub fn new(number: usize, user: UserId, counts: bool) -> Self {
        Self {
            number,
            user,
            counts,
            wire: None,
            is_in: false,
            token: None,
            session: String::new(),
            received: 0,
            acked: 0,
            outbox: VecDeque::new(),
            confirmed: 0,
            superseded: 0,
            calls: BTreeSet::new(),
            rooms: BTreeMap::new(),
            list: BTreeSet::new(),
        }
    }

    pub fn has_session(&self) -> bool {
        self.is_in || self.token.is_some()
    }

    pub fn login(&self) -> Login {
        let received = self.counts.then_some(self.received);
        let resume = self.token.as_deref().map(ResumeToken::new);
        Login { received, resume, ..Login::fresh(self.user.clone()) }
    }

    /// Whatever was under way is of an unknown fate from now on.
    pub fn loses_session(&mut self, post: &mut Post) {
        post.forgets(self.number);
        let fresh = Self::new(self.number, self.user.clone(), self.counts);
        *self = Self { wire: self.wire, superseded: self.superseded, ..fresh };
    }

    /// Its socket is over.
    pub fn drops_wire(&mut self, post: &mut Post) {
        (self.wire, self.is_in) = (None, false);
        if self.token.is_none() {
            self.loses_session(post);
        }
    }

    pub fn is_closed(&mut self, close: Close, post: &mut Post) {
        if matches!(close, Close::Restart { .. }) && self.is_in {
            post.is_settled(self.number);
        }
        self.drops_wire(post);
        self.superseded += usize::from(close == Close::Superseded);
        if close.code() >= 4500 || self.superseded > 1 {
            self.superseded = 0;
            self.loses_session(post);
        }
    }

    /// Returns what to send again.
    pub fn hears(&mut self, message: ServerMessage, post: &mut Post) -> bool {
        let counted = is_counted(&message);
        if !self.is_in {
            match message {
                ServerMessage::Registered(it) => {
                    self.is_registered(&it, post);
                    return true;
                }
                ServerMessage::Error(_) => return false,
                other => panic!("before `registered`: {other:?}"),
            }
        }
        self.received += u64::from(counted);
        self.believes(message, post);
        false
    }

    fn is_registered(&mut self, it: &Registered, post: &mut Post) {
        assert_eq!(it.user_id, self.user);
        assert_eq!(it.resume_token.is_some(), self.counts, "a token is for those who count");
        if it.resumed {
            assert_eq!(self.session, it.session_id.to_string(), "another session");
            assert_eq!(self.token, it.resume_token);
            self.is_acknowledged(it.received);
        } else {
            self.loses_session(post);
            assert_eq!(it.received, 0);
            assert!(it.calls.is_empty() && it.rooms.is_empty());
            self.token = it.resume_token.clone();
            self.session = it.session_id.to_string();
        }
        (self.is_in, self.superseded) = (true, 0);
    }

    fn is_acknowledged(&mut self, count: u64) {
        assert!(self.counts, "an ack to one who does not count");
        assert!(count >= self.confirmed, "the server counts backwards");
        let done = (count - self.confirmed) as usize;
        assert!(done <= self.outbox.len(), "the server has more than was said");
        self.outbox.drain(..done);
        self.confirmed = count;
    }

    fn believes(&mut self, message: ServerMessage, post: &mut Post) {
        use ServerMessage as M;
        let number = |text: &str| text.parse::<usize>().expect("the number of a letter");
        match message {
            M::ClientList { clients, .. } => self.list = clients.into_iter().collect(),
            M::Presence { online, offline, .. } => {
                self.list.extend(online.into_iter().flatten());
                let gone: BTreeSet<_> = offline.into_iter().flatten().collect();
                self.list.retain(|user| !gone.contains(user));
            }
            M::Ack { received } => self.is_acknowledged(received),
            M::Message(it) | M::Offer(it) => post.takes(number(it.data.as_str()), self.number),
            M::Delivered(it) => post.tells(number(it.r#ref.as_str()), Told::Delivered, self.number),
            M::Undelivered(it) => {
                post.tells(number(it.r#ref.as_str()), Told::Undelivered, self.number);
            }
            M::Relayed(it) => post.tells(number(it.r#ref.as_str()), Told::Relayed, self.number),
            M::Error(it) => {
                if let Some(id) = it.r#ref {
                    post.tells(number(id.as_str()), Told::Refused, self.number);
                }
            }
            M::CallRequest { call_id, .. } | M::CallRinging { call_id, .. } => {
                assert!(self.calls.insert(call_id), "the same call twice");
            }
            M::CallAccept { call_id, .. }
            | M::CallPeerAway { call_id, .. }
            | M::CallPeerBack { call_id, .. } => assert!(self.calls.contains(&call_id)),
            M::CallEnded { call_id: Some(call_id), .. } => {
                assert!(self.calls.remove(&call_id), "ended without being live");
            }
            M::RoomJoined(it) => {
                self.rooms.insert(it.room, it.members.into_iter().collect());
            }
            M::RoomLeft(it) => {
                let members = self.rooms.remove(&it.room).expect("was in the room");
                assert_eq!(members, it.members.into_iter().collect());
            }
            M::MemberJoined(it) => {
                let members = self.rooms.get_mut(&it.room).expect("is in the room");
                assert!(members.insert(it.user_id), "joined twice");
            }
            M::MemberLeft(it) => {
                let members = self.rooms.get_mut(&it.room).expect("is in the room");
                assert!(members.remove(&it.user_id), "left twice");
            }
            M::CallEnded { call_id: None, .. } | M::Pong { .. } => {}
            M::Registered(_)
            | M::Blocked { .. }
            | M::IceServers { .. }
            | M::Refreshed { .. }
            | M::Ping {}
            | M::Answer(_)
            | M::Candidate(_) => panic!("not to be said: {message:?}"),
        }
    }
}
