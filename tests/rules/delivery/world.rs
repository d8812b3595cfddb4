//! A board, libraries, the wires between them, and what must hold after every step.
//!
//! Whatever is on a wire takes its time: it arrives, is read or is lost with the wire at steps of
//! their own, so that every order of theirs is tried.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use bytestring::ByteString;
use rand::SeedableRng;
use rand::rngs::StdRng;
use switchboard::config::Config;
use switchboard::domain::{Effect, Input, Parting, Switchboard};
use switchboard::protocol::{self, ClientMessage, ServerMessage, UserId};

use super::library::Library;
use super::post::{Letter, Post};
use super::shadow::Shadow;
use super::step::{ROOMS, Saying, Step, USERS};
use super::wire::{Down, Up, Wire};
use crate::harness::{Socket, is_counted};

pub struct World {
    pub config: Arc<Config>,
    pub board: Switchboard<Socket>,
    pub now: Instant,
    pub libraries: Vec<Library>,
    pub wires: Vec<Wire>,
    pub post: Post,
    /// Through which wire each user is there, and what is kept for those who count.
    attached: BTreeMap<usize, usize>,
    /// Through which wire each user's session came in last.
    newest: BTreeMap<usize, usize>,
    shadows: BTreeMap<usize, Shadow>,
    /// Sessions of each user that are over.
    pub over: Vec<usize>,
    pub draining: bool,
}

impl World {
    pub fn new(config: &Arc<Config>) -> Self {
        let user = |it| UserId::parse(&format!("u{it}")).unwrap();
        Self {
            config: config.clone(),
            board: Switchboard::new(config.clone(), StdRng::seed_from_u64(7)),
            now: Instant::now(),
            libraries: (0..USERS).map(|it| Library::new(it, user(it), it + 1 < USERS)).collect(),
            wires: Vec::new(),
            post: Post::default(),
            attached: BTreeMap::new(),
            newest: BTreeMap::new(),
            shadows: BTreeMap::new(),
            over: vec![0; USERS],
            draining: false,
        }
    }

    /// Everybody is there, and has heard so.
    pub fn begins(&mut self) {
        for user in 0..USERS {
            self.opens(user);
            self.arrives(user);
            self.reads(user);
        }
    }

    pub fn takes(&mut self, step: Step) {
        match step {
            Step::Opens(user, needlessly) => {
                let wire = self.libraries[user].wire;
                if needlessly || wire.is_none_or(|wire| self.wires[wire].cut) {
                    self.opens(user);
                }
            }
            Step::StartsAnew(user) => {
                self.libraries[user].loses_session(&mut self.post);
                self.opens(user);
            }
            Step::Says(user, saying) => self.says(user, saying),
            Step::Acks(user) => self.acks(user),
            Step::Arrive(which, many) => {
                if let Some(wire) = self.which(which, |wire| !wire.up.is_empty()) {
                    (0..many).for_each(|_| self.arrives(wire));
                }
            }
            Step::Reads(user, many) => (0..many).for_each(|_| self.reads(user)),
            Step::IsCut(which) => {
                if let Some(wire) = self.which(which, |wire| !wire.cut) {
                    self.wires[wire].is_cut();
                }
            }
            Step::Notices(which) => {
                if let Some(wire) = self.which(which, |it| it.cut && it.identified && !it.ended) {
                    self.notices(wire);
                }
            }
            Step::SaysGoodbye(user) => self.says_goodbye(user),
            Step::Passes(span) => self.passes(span),
            Step::Drains => {
                self.draining = true;
                self.applies(Input::Drain);
            }
        }
    }

    fn which(&self, which: usize, fits: impl Fn(&Wire) -> bool) -> Option<usize> {
        let fitting: Vec<_> = (0..self.wires.len()).filter(|it| fits(&self.wires[*it])).collect();
        fitting.get(which % fitting.len().max(1)).copied()
    }

    pub fn opens(&mut self, user: usize) {
        let library = &mut self.libraries[user];
        library.drops_wire(&mut self.post);
        let number = self.wires.len();
        self.wires.push(Wire::new(number, user, library.login()));
        library.wire = Some(number);
    }

    fn says(&mut self, user: usize, saying: Saying) {
        let library = &self.libraries[user];
        if !library.has_session() {
            return;
        }
        let call = || library.calls.last().map_or("none", |it| it.as_str());
        let mut letter = None;
        let text = match saying {
            Saying::Letter { to, receipt, volatile, offer } => {
                let volatile = volatile && !offer;
                let number = self.post.writes(Letter {
                    from: user,
                    to,
                    receipt,
                    volatile,
                    open: true,
                    handled: false,
                    taken: false,
                    told: None,
                    epoch: self.over[to],
                });
                letter = Some(number);
                let kind = if offer { "offer" } else { "message" };
                let volatile = if volatile { r#","volatile":true"# } else { "" };
                format!(
                    r#"{{"type":"{kind}","id":"{number}","to":"u{to}","data":{number},"receipt":{receipt}{volatile}}}"#
                )
            }
            Saying::CallRequest { to } => format!(r#"{{"type":"call-request","to":"u{to}"}}"#),
            Saying::CallAccept => format!(r#"{{"type":"call-accept","callId":"{}"}}"#, call()),
            Saying::CallEnd => format!(r#"{{"type":"call-hangup","callId":"{}"}}"#, call()),
            Saying::Join(room) => format!(r#"{{"type":"join","room":"{}"}}"#, ROOMS[room]),
            Saying::Leave(room) => format!(r#"{{"type":"leave","room":"{}"}}"#, ROOMS[room]),
            Saying::Ping => r#"{"type":"ping"}"#.to_owned(),
            Saying::Gibberish => "?".to_owned(),
        };
        let is_kept = library.counts && !matches!(saying, Saying::Ping);
        let library = &mut self.libraries[user];
        if is_kept {
            library.outbox.push_back((text.clone(), letter));
        }
        if let Some(wire) = library.wire.filter(|_| library.is_in) {
            self.wires[wire].says(text, letter);
        }
    }

    pub fn acks(&mut self, user: usize) {
        let library = &mut self.libraries[user];
        let Some(wire) = library.wire.filter(|_| library.is_in && library.counts) else { return };
        if library.received > library.acked {
            library.acked = library.received;
            let received = library.received;
            self.wires[wire].says(format!(r#"{{"type":"ack","received":{received}}}"#), None);
        }
    }

    fn says_goodbye(&mut self, user: usize) {
        let library = &mut self.libraries[user];
        if let Some(wire) = library.wire {
            if !self.wires[wire].cut {
                self.wires[wire].up.push_back(Up::Goodbye);
            }
            library.loses_session(&mut self.post);
            library.drops_wire(&mut self.post);
        }
    }

    /// One message reaches the server.
    pub fn arrives(&mut self, number: usize) {
        let wire = &mut self.wires[number];
        let Some(up) = wire.up.pop_front() else { return };
        let connection = wire.socket.clone();
        let user = self.libraries[wire.owner].user.clone();
        match up {
            Up::Open(login) => {
                wire.opened = Some(login.received);
                self.applies(Input::Claim { connection, login });
            }
            Up::Text(text, letter) => {
                let is_current = self.attached.get(&wire.owner) == Some(&number);
                if let Some(letter) = letter.filter(|_| is_current) {
                    self.post.handles(letter);
                }
                let bytes = text.len();
                let said = protocol::decode(&text.into());
                let ack = said.as_ref().ok().map(|it| &it.message);
                if let Some(ClientMessage::Ack { received }) = ack.filter(|_| is_current) {
                    let owner = self.wires[number].owner;
                    self.shadows.entry(owner).or_default().acknowledges(*received);
                }
                self.applies(Input::Said { connection, user, said, bytes });
            }
            Up::Goodbye => {
                wire.ended = true;
                wire.up.clear();
                let parting = Parting::Goodbye;
                self.lets_go(number);
                self.applies(Input::Ended { connection, user, parting });
            }
        }
    }

    /// The server learns that the wire is cut.
    pub fn notices(&mut self, number: usize) {
        let wire = &mut self.wires[number];
        wire.ended = true;
        let connection = wire.socket.clone();
        let user = self.libraries[wire.owner].user.clone();
        self.lets_go(number);
        self.applies(Input::Ended { connection, user, parting: Parting::Broken });
    }

    /// The client takes one message off its wire, or sees that it is over.
    pub fn reads(&mut self, user: usize) {
        let library = &mut self.libraries[user];
        let Some(number) = library.wire else { return };
        let wire = &mut self.wires[number];
        match wire.gives() {
            Some(Down::Frame(frame)) => {
                let message = serde_json::from_str(&frame).expect("a message of the server");
                if library.hears(message, &mut self.post) {
                    for (text, letter) in &library.outbox {
                        wire.says(text.clone(), *letter);
                    }
                    library.acked = library.received;
                }
            }
            Some(Down::Ping(login)) => wire.up.push_back(Up::Open(login)),
            Some(Down::Close(close)) => library.is_closed(close, &mut self.post),
            None if wire.cut => library.drops_wire(&mut self.post),
            None => {}
        }
    }

    pub fn passes(&mut self, span: Duration) {
        let end = self.now + span;
        while let Some(due) = self.board.next_due().filter(|due| *due <= end) {
            self.now = due;
            self.applies(Input::Tick);
        }
        self.now = end;
    }

    fn lets_go(&mut self, number: usize) {
        let owner = self.wires[number].owner;
        if self.attached.get(&owner) == Some(&number) {
            self.attached.remove(&owner);
        }
    }

    pub fn applies(&mut self, input: Input<Socket>) {
        self.carries_out(input);
        self.checks();
    }

    fn carries_out(&mut self, input: Input<Socket>) {
        let mut effects = Vec::new();
        self.board.apply(input, self.now, &mut effects);
        let mut granted = Vec::new();
        for effect in effects {
            match effect {
                Effect::Deliver { to, frame } => self.delivers(to.number, &frame),
                Effect::Close { connection, close } => {
                    let wire = &mut self.wires[connection.number];
                    assert!(!wire.closed, "{connection:?} is closed twice");
                    wire.closed = true;
                    wire.carries(Down::Close(close));
                    self.lets_go(connection.number);
                }
                Effect::Identify { connection, user } => {
                    let wire = &mut self.wires[connection.number];
                    assert_eq!(self.libraries[wire.owner].user, user);
                    assert!(!wire.identified, "identified twice");
                    wire.identified = true;
                }
                Effect::Claim { connection, user, login } => {
                    granted.push(Input::Claimed { connection, user, login });
                }
                Effect::Probe(_) => {}
                Effect::Prove { connection, login } => {
                    self.wires[connection.number].carries(Down::Ping(login));
                }
                Effect::Verify { .. } => panic!("there are no tokens in open mode"),
            }
        }
        for claimed in granted {
            self.carries_out(claimed);
        }
    }

    fn delivers(&mut self, number: usize, frame: &ByteString) {
        let wire = &mut self.wires[number];
        assert!(!wire.closed && !wire.ended, "delivered to one that is over: {frame}");
        wire.carries(Down::Frame(frame.clone()));
        let owner = wire.owner;
        let message = serde_json::from_str(frame).expect("a message of the server");
        if let ServerMessage::Registered(it) = &message {
            assert!(!self.draining, "let in by a node that stops");
            let received = wire.opened.expect("it was opened");
            self.attached.insert(owner, number);
            let before = self.newest.insert(owner, number);
            if !it.resumed {
                assert!(before < Some(number), "a login takes the place of one made after it");
            }
            if it.resumed {
                let shadow = self.shadows.get_mut(&owner).expect("a session that counts");
                shadow.resumes(received.expect("who resumes counts"));
            } else {
                self.over[owner] += 1;
                self.shadows.remove(&owner);
                if received.is_some() {
                    self.shadows.insert(owner, Shadow::default());
                }
            }
        } else if is_counted(&message)
            && self.attached.get(&owner) == Some(&number)
            && let Some(shadow) = self.shadows.get_mut(&owner)
        {
            shadow.keeps(frame, &message);
        }
    }

    fn checks(&mut self) {
        let there = self.board.snapshot().users;
        let census = self.board.census();
        for (number, library) in self.libraries.iter().enumerate() {
            let it = there.iter().find(|it| it.0 == library.user);
            let connection = it.and_then(|it| it.1.as_ref()).map(|it| it.number);
            assert_eq!(connection, self.attached.get(&number).copied(), "who has the session");
            if it.is_none() {
                self.newest.remove(&number);
            }
            if it.is_none() && self.shadows.remove(&number).is_some() {
                self.over[number] += 1;
            }
        }
        assert_eq!(census.waiting, there.len() - self.attached.len());
        self.shadows.values().for_each(|shadow| shadow.is_within(&self.config));
        let seen: usize = self.shadows.values().map(Shadow::bytes).sum();
        let bound = seen + census.waiting * 2 * self.config.queue_bytes;
        assert!((seen..=bound).contains(&census.kept_bytes), "{seen} {}", census.kept_bytes);
        if census.waiting == 0 {
            assert_eq!(census.kept_bytes, seen, "what is kept and what is known to be kept");
        }
    }
}
