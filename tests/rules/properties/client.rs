//! What a client believes that listens to nothing but its socket, as docs/protocol.md tells it to.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use switchboard::protocol::{CallId, EndReason, RoomId, ServerMessage, UserId};

use crate::harness::{Socket, millis, secs};

/// How far a socket has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Being {
    /// It has asked for its name.
    Knocking,
    /// It has been registered.
    In,
    /// It was asked to close.
    Closed,
    /// It is over.
    Gone,
}

/// What the answer to something said about a call was.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    Ringing,
    Accepted,
    Ended(EndReason),
    Refused(Cow<'static, str>),
}

/// What is going on while something is heard.
pub struct Moment<'a> {
    pub now: Instant,
    /// Who has just said something, and the `id` of it.
    pub speaker: Option<(&'a UserId, &'a str)>,
}

pub struct Client {
    pub user: UserId,
    pub socket: Socket,
    pub being: Being,
    pub since: Instant,
    /// Refused before it was in.
    pub refused: bool,
    /// Its own call: one that it has requested, or an accepted one.
    pub call: Option<CallId>,
    /// The calls that ring at it, in order.
    pub ringing: Vec<CallId>,
    /// What was its own call until glare; its end follows in the same step.
    pub ending: Option<CallId>,
    over: BTreeSet<CallId>,
    pub rooms: BTreeMap<RoomId, BTreeSet<UserId>>,
    /// Who is there, for one that is told names.
    pub list: Option<BTreeSet<UserId>>,
    /// How many others are there, for one that is told numbers.
    pub total: Option<usize>,
    pub watched: BTreeMap<UserId, bool>,
    /// Everybody whom it has blocked, as it was last told.
    pub blocked: BTreeSet<UserId>,
    news_at: Option<Instant>,
    total_at: Option<Instant>,
    /// Answers to what was said last.
    pub answers: usize,
    pub answer: Option<Answer>,
}

impl Client {
    pub fn new(user: UserId, socket: Socket, since: Instant) -> Self {
        Self {
            user,
            socket,
            being: Being::Knocking,
            since,
            refused: false,
            call: None,
            ringing: Vec::new(),
            ending: None,
            over: BTreeSet::new(),
            rooms: BTreeMap::new(),
            list: None,
            total: None,
            watched: BTreeMap::new(),
            blocked: BTreeSet::new(),
            news_at: None,
            total_at: None,
            answers: 0,
            answer: None,
        }
    }

    /// Says something: what was answered before counts no more.
    pub fn speaks(&mut self) {
        (self.answers, self.answer) = (0, None);
    }

    pub fn was_rate_limited(&self) -> bool {
        self.answer == Some(Answer::Refused("rate-limited".into()))
    }

    pub fn hears(&mut self, message: ServerMessage, moment: &Moment<'_>) {
        if self.being == Being::Knocking {
            return self.hears_first(&message);
        }
        assert_eq!(self.being, Being::In, "heard by one that is gone: {message:?}");
        self.takes_answer(&message, moment);
        use ServerMessage as M;
        match message {
            M::ClientList { clients, total, next, r#ref, .. } => {
                self.takes_list(clients, total, next.as_ref(), r#ref.is_some());
            }
            M::Presence { online, offline, total, r#ref, .. } => {
                self.takes_news(online, offline, total, r#ref.is_some(), moment);
            }
            M::CallRequest { call_id, from, expires, .. } => {
                assert!(from != self.user && expires <= 45_000);
                assert!(!self.blocked.contains(&from), "a blocked user rings");
                assert!(!self.over.contains(&call_id), "a call that was over");
                assert!(self.call.as_ref() != Some(&call_id), "one's own call rings");
                assert!(!self.ringing.contains(&call_id), "rings twice");
                self.ringing.push(call_id);
                assert!(self.ringing.len() <= 3, "a fourth call rings");
            }
            M::CallRinging { call_id, to, away, .. } => {
                assert!(to != self.user && !away);
                self.begins(call_id);
            }
            M::CallAccept { call_id, offerer, r#ref, .. } => {
                assert_eq!(offerer, r#ref.is_none(), "who asked second does not offer");
                if !offerer {
                    self.ending = self.call.take();
                    self.takes(&call_id);
                }
                assert_eq!(self.call, Some(call_id));
            }
            M::CallEnded { call_id: Some(call_id), .. } => {
                let was_own = self.call.take_if(|it| *it == call_id).is_some();
                let was_ending = self.ending.take_if(|it| *it == call_id).is_some();
                let rang = self.stops_ringing(&call_id);
                assert!(was_own || was_ending || rang, "ended without being live");
                assert!(self.over.insert(call_id), "ended twice");
            }
            M::Offer(it) | M::Answer(it) | M::Candidate(it) | M::Message(it) => {
                let (speaker, _) = moment.speaker.expect("somebody has said it");
                assert_eq!(it.from, speaker.into());
                assert_ne!(*speaker, self.user);
                let is_unrelated = it.call_id.is_none() && it.room.is_none();
                assert!(
                    !(is_unrelated && self.blocked.contains(speaker)),
                    "a blocked user reaches"
                );
                assert!(it.call_id.is_none_or(|call| self.calls().any(|own| *own == call)));
                assert!(it.room.is_none_or(|room| self.rooms[&room].contains(speaker)));
            }
            M::RoomJoined(it) => {
                assert!(!it.members.contains(&self.user));
                let members: BTreeSet<_> = it.members.into_iter().collect();
                let before = self.rooms.insert(it.room, members.clone());
                assert!(before.is_none_or(|before| before == members), "joined again");
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
            M::Error(_) | M::Pong { .. } | M::CallEnded { call_id: None, .. } => {}
            M::Blocked { users, .. } => {
                assert!(users.is_sorted() && !users.contains(&self.user));
                self.blocked = users.into_iter().collect();
            }
            M::Relayed(it) | M::Undelivered(it) => assert_ne!(it.to, self.user),
            M::Registered(_)
            | M::IceServers { .. }
            | M::Refreshed { .. }
            | M::Ack { .. }
            | M::Ping {}
            | M::CallPeerAway { .. }
            | M::CallPeerBack { .. }
            | M::Delivered(_) => panic!("not to be said: {message:?}"),
        }
    }

    fn hears_first(&mut self, message: &ServerMessage) {
        assert!(!self.refused, "heard after a refusal: {message:?}");
        match message {
            ServerMessage::Registered(it) => {
                assert_eq!(it.user_id, self.user);
                self.being = Being::In;
            }
            ServerMessage::Error(_) => self.refused = true,
            other => panic!("before `registered`: {other:?}"),
        }
    }

    fn takes_answer(&mut self, message: &ServerMessage, moment: &Moment<'_>) {
        use ServerMessage as M;
        let answer = match message {
            M::ClientList { r#ref, .. }
            | M::Presence { r#ref, .. }
            | M::Pong { r#ref }
            | M::Blocked { r#ref, .. }
            | M::CallRinging { r#ref, .. }
            | M::CallAccept { r#ref, .. }
            | M::CallEnded { r#ref, .. } => r#ref,
            M::RoomJoined(it) | M::RoomLeft(it) => &it.r#ref,
            M::Error(it) => &it.r#ref,
            M::Relayed(it) | M::Undelivered(it) => &Some(it.r#ref.clone()),
            _ => &None,
        };
        let Some(answer) = answer else { return };
        let speaker = moment.speaker.expect("somebody is answered");
        assert_eq!((&self.user, answer.as_str()), speaker, "answered is who has asked");
        self.answers += 1;
        self.answer = match message {
            M::CallRinging { .. } => Some(Answer::Ringing),
            M::CallAccept { .. } => Some(Answer::Accepted),
            M::CallEnded { reason, .. } => Some(Answer::Ended(*reason)),
            M::Error(it) => Some(Answer::Refused(it.code.clone())),
            _ => None,
        };
    }

    /// Its live calls: its own one, then those that ring at it.
    pub fn calls(&self) -> impl Iterator<Item = &CallId> {
        self.call.iter().chain(&self.ringing)
    }

    /// A call that rings at it becomes its own.
    pub fn takes(&mut self, call: &CallId) {
        assert_eq!(self.call, None, "a second call of its own");
        assert!(self.stops_ringing(call), "accepts what does not ring");
        self.call = Some(call.clone());
    }

    fn stops_ringing(&mut self, call: &CallId) -> bool {
        let before = self.ringing.len();
        self.ringing.retain(|it| it != call);
        self.ringing.len() < before
    }

    fn begins(&mut self, call: CallId) {
        assert_eq!(self.call, None, "a second call of its own");
        assert!(!self.over.contains(&call), "a call that was over");
        self.call = Some(call);
    }

    fn takes_list(
        &mut self,
        clients: Vec<UserId>,
        total: usize,
        next: Option<&UserId>,
        asked: bool,
    ) {
        assert!(clients.is_sorted() && !clients.contains(&self.user));
        assert!(clients.len() <= total);
        if !asked {
            assert_eq!((&self.list, self.total), (&None, None), "a second first list");
            if clients.len() == total {
                self.list = Some(clients.into_iter().collect());
            } else {
                assert!(clients.is_empty() && next.is_none());
                self.total = Some(total);
            }
        } else if let Some(list) = &mut self.list {
            // A page says who is there between its ends; without `after` and `next`, everybody.
            match (clients.first(), next) {
                (_, None) if clients.len() == total => *list = clients.into_iter().collect(),
                (Some(first), _) => {
                    let last = clients.last().expect("there is a first");
                    list.retain(|user| user < first || user > last);
                    list.extend(clients);
                }
                (None, _) => {}
            }
        }
    }

    fn takes_news(
        &mut self,
        online: Option<Vec<UserId>>,
        offline: Option<Vec<UserId>>,
        total: Option<usize>,
        asked: bool,
        moment: &Moment<'_>,
    ) {
        if let Some(total) = total {
            assert_eq!((&online, &offline, asked), (&None, &None, false));
            let before = self.total_at.replace(moment.now);
            let early = before.is_some_and(|before| moment.now < before + secs(1));
            assert!(!early, "two totals within a second");
            (self.list, self.total) = (None, Some(total));
            return;
        }
        if !asked {
            let before = self.news_at.replace(moment.now);
            let early = before.is_some_and(|before| moment.now < before + millis(100));
            assert!(!early, "two changes within 100 ms");
        }
        for (users, is_online) in [(online, true), (offline, false)] {
            for user in users.expect("both are there") {
                assert_ne!(user, self.user, "told of itself");
                if let Some(list) = &mut self.list {
                    if is_online {
                        list.insert(user.clone())
                    } else {
                        list.remove(&user)
                    };
                }
                if asked {
                    self.watched.insert(user, is_online);
                } else if let Some(state) = self.watched.get_mut(&user) {
                    *state = is_online;
                } else {
                    assert!(self.list.is_some(), "told of somebody who is not watched");
                }
            }
        }
    }
}
