//! A board and everybody who is connected to it, taking one step after the other.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use rand::SeedableRng;
use rand::rngs::StdRng;
use switchboard::config::Config;
use switchboard::domain::{Backlog, Effect, Input, Login, Parting, Snapshot, Stage, Switchboard};
use switchboard::protocol::{self, CallId, RoomId, ServerMessage, UserId};

use super::client::{Answer, Being, Client, Moment};
use super::foresight::{accept, end, request};
use super::step::{ROOMS, Saying, Step, USERS, WhichCall, Whose};
use crate::harness::{Socket, secs};

pub struct World {
    pub(super) config: Arc<Config>,
    pub(super) board: Switchboard<Socket>,
    pub(super) now: Instant,
    pub(super) users: Vec<UserId>,
    pub(super) clients: Vec<Client>,
    sessions: HashSet<String>,
    /// Every call that was heard of.
    calls: Vec<CallId>,
    pub(super) draining: bool,
    /// Who was there after the last step.
    pub(super) there: Vec<UserId>,
    /// How often somebody has come or gone, and when the last time.
    pub(super) changes: u64,
    pub(super) changed_at: Instant,
    said: usize,
}

impl World {
    /// All users are there.
    pub fn new(config: &Arc<Config>) -> Self {
        let now = Instant::now();
        let mut world = Self {
            config: config.clone(),
            board: Switchboard::new(config.clone(), StdRng::seed_from_u64(7)),
            now,
            users: (0..=USERS).map(|it| UserId::parse(&format!("u{it}")).unwrap()).collect(),
            clients: Vec::new(),
            sessions: HashSet::new(),
            calls: Vec::new(),
            draining: false,
            there: Vec::new(),
            changes: 0,
            changed_at: now,
            said: 0,
        };
        (0..USERS).for_each(|user| world.logs_in(user));
        world
    }

    pub fn takes(&mut self, step: Step) {
        match step {
            Step::LogsIn(user) => self.logs_in(user),
            Step::Ends(whose) => self.ends(whose),
            Step::ShowsLife(whose) => self.shows_life(whose),
            Step::Says(whose, saying) => self.says(whose, saying),
            Step::IsBehind(user, queues) => self.falls_behind(user, queues),
            Step::Passes(span) => {
                let end = self.now + span;
                while let Some(due) = self.board.next_due().filter(|due| *due <= end) {
                    self.now = due;
                    self.applies(Input::Tick, None);
                }
                self.now = end;
                self.applies(Input::Tick, None);
            }
            Step::Removes(user) => self.is_removed(user),
            Step::Cuts => self.is_cut(),
            Step::Drains => {
                self.draining = true;
                self.applies(Input::Drain, None);
                assert!(self.clients.iter().all(|it| it.being != Being::In));
            }
        }
        self.checks();
    }

    /// Lets everything that is under way be told.
    pub fn comes_to_rest(&mut self) {
        self.takes(Step::Passes(secs(7)));
    }

    fn which(&self, whose: Whose) -> Option<usize> {
        let of_user = |client: &&Client| client.user == self.users[whose.user];
        self.clients.iter().rev().filter(of_user).nth(whose.age).map(|it| it.socket.number)
    }

    fn logs_in(&mut self, user: usize) {
        let socket = Socket::new(self.clients.len());
        let user = self.users[user].clone();
        self.clients.push(Client::new(user.clone(), socket.clone(), self.now));
        let login = Login::fresh(user);
        self.applies(Input::Claim { connection: socket, login }, None);
    }

    fn ends(&mut self, whose: Whose) {
        let Some(number) = self.which(whose) else { return };
        let client = &mut self.clients[number];
        let was = std::mem::replace(&mut client.being, Being::Gone);
        let (connection, user) = (client.socket.clone(), client.user.clone());
        let parting = if number % 2 == 0 { Parting::Broken } else { Parting::Goodbye };
        let input = Input::Ended { connection, user, parting };
        match was {
            Being::In | Being::Knocking => self.applies(input, None),
            Being::Closed | Being::Gone => self.changes_nothing(input),
        }
    }

    fn shows_life(&mut self, whose: Whose) {
        let Some(number) = self.which(whose) else { return };
        let client = &self.clients[number];
        let input = Input::Alive { connection: client.socket.clone(), user: client.user.clone() };
        match client.being {
            Being::In => self.applies(input, None),
            Being::Knocking | Being::Closed | Being::Gone => self.changes_nothing(input),
        }
    }

    fn is_removed(&mut self, user: usize) {
        let user = self.users[user].clone();
        let was_there = self.board.user(&user).is_some();
        let mut effects = Vec::new();
        let removed = self.board.remove_user(&user, self.now, &mut effects);
        assert_eq!(removed.is_ok(), was_there, "{user}");
        self.carries_out(effects, None);
    }

    fn is_cut(&mut self) {
        let Some(call) = self.calls.last().cloned() else { return };
        let was_live = self.board.snapshot().calls.iter().any(|it| it.0 == call);
        let mut effects = Vec::new();
        let cut = self.board.cut_call(&call, self.now, &mut effects);
        assert_eq!(cut.is_ok(), was_live, "{call}");
        self.carries_out(effects, None);
    }

    fn falls_behind(&mut self, user: usize, queues: usize) {
        let Some(number) = self.which(Whose { user, age: 0 }) else { return };
        let client = &self.clients[number];
        if client.being == Being::In {
            let messages = queues * self.config.queue_messages;
            client.socket.backlog.set(Backlog { messages, ..Backlog::default() });
        }
    }

    fn says(&mut self, whose: Whose, saying: Saying) {
        let Some(number) = self.speaker(whose, saying) else { return };
        let saying = self.aims(number, saying);
        self.said += 1;
        let id = self.said.to_string();
        let text = format!("{{\"id\":\"{id}\",{}}}", self.words(number, saying));
        let client = &mut self.clients[number];
        client.speaks();
        let (connection, user) = (client.socket.clone(), client.user.clone());
        let bytes = text.len();
        let said = protocol::decode(&text.into());
        let input = Input::Said { connection, user: user.clone(), said, bytes };
        if client.being != Being::In {
            return self.changes_nothing(input);
        }
        if let Saying::Unwatch(user) = saying {
            client.watched.remove(&self.users[user]);
        }
        let watched = client.watched.clone();
        let foreseen = self.foresees(number, saying);
        let named = self.names_call(number, saying);

        self.applies(input, Some((&user, &id)));

        let client = &mut self.clients[number];
        // A client whose socket was closed meanwhile, because it was behind, has not heard what else
        // ended by the accept.
        if let (Saying::CallAccept(_), None) = (saying, &client.answer)
            && client.being == Being::In
            && let Some(call) = named.filter(|call| client.ringing.contains(call))
        {
            // There is no other answer to an accept.
            client.takes(&call);
        }
        if client.was_rate_limited() && matches!(saying, Saying::Unwatch(_)) {
            client.watched = watched;
        }
        let unforeseen = ["rate-limited", "queue-full"].map(|it| Some(Answer::Refused(it.into())));
        let is_in = client.being == Being::In;
        if let Some(foreseen) = foreseen.filter(|_| is_in && !unforeseen.contains(&client.answer)) {
            assert_eq!(client.answer, foreseen, "the answer to {saying:?}");
        }
        let (fewest, most) = saying.answers();
        let silent = matches!(saying, Saying::Unwatch(_) | Saying::Ack);
        let most = if silent { usize::from(client.was_rate_limited()) } else { most };
        assert!(client.answers <= most, "{} answers to {saying:?}", client.answers);
        assert!(client.answers >= fewest || client.being == Being::Closed, "no answer: {saying:?}");
    }

    /// Who says it: for what needs a call, mostly somebody who has one.
    fn speaker(&self, whose: Whose, saying: Saying) -> Option<usize> {
        let has_call = |it: &&Client| it.being == Being::In && it.calls().next().is_some();
        let parties: Vec<_> = self.clients.iter().filter(has_call).collect();
        if saying.is_about_own_call() && whose.age == 0 && !parties.is_empty() {
            return Some(parties[whose.user % parties.len()].socket.number);
        }
        self.which(whose)
    }

    /// To whom it says it: within a call mostly to the other party.
    fn aims(&self, speaker: usize, saying: Saying) -> Saying {
        let own = match saying {
            Saying::Signal { call: Some(which), .. } => Some(self.call(speaker, which)),
            _ => self.clients[speaker].calls().last().map(CallId::as_str),
        };
        let calls = self.board.snapshot().calls;
        let is_own = |it: &&(CallId, UserId, UserId, Stage)| {
            let user = &self.clients[speaker].user;
            Some(it.0.as_str()) == own && (it.1 == *user || it.2 == *user)
        };
        let Some(call) = calls.iter().find(is_own) else { return saying };
        let other = if call.1 == self.clients[speaker].user { &call.2 } else { &call.1 };
        let other = self.users.iter().position(|it| it == other).expect("a user");
        match saying {
            Saying::CallBack => Saying::CallRequest { to: other },
            Saying::Signal { call, room, receipt: false, .. } => {
                Saying::Signal { to: other, call, room, receipt: false }
            }
            saying => saying,
        }
    }

    fn foresees(&self, speaker: usize, saying: Saying) -> Option<Option<Answer>> {
        let snapshot = self.board.snapshot();
        let user = &self.clients[speaker].user;
        match saying {
            Saying::CallRequest { to } => {
                let is_blocked = self.has_blocked(to, user);
                Some(request(&snapshot, user, &self.users[to], is_blocked))
            }
            Saying::Message { to, .. } | Saying::Signal { to, call: None, room: None, .. }
                if self.has_blocked(to, user) =>
            {
                Some(Some(Answer::Refused("user-offline".into())))
            }
            Saying::CallAccept(which) => Some(accept(&snapshot, user, self.call(speaker, which))),
            Saying::CallEnd(_, which) => Some(end(&snapshot, user, self.call(speaker, which))),
            _ => None,
        }
    }

    /// Whether the client of user number `who` has been told that it blocks the other.
    fn has_blocked(&self, who: usize, other: &UserId) -> bool {
        let is_in = |it: &&Client| it.user == self.users[who] && it.being == Being::In;
        self.clients.iter().find(is_in).is_some_and(|it| it.blocked.contains(other))
    }

    fn names_call(&self, speaker: usize, saying: Saying) -> Option<CallId> {
        match saying {
            Saying::CallAccept(which) => CallId::parse(self.call(speaker, which)).ok(),
            _ => None,
        }
    }

    fn words(&self, speaker: usize, saying: Saying) -> String {
        let user = |it: usize| self.users[it].as_str();
        let call = |which| self.call(speaker, which);
        // Mostly one of its own.
        let own_rooms = &self.clients[speaker].rooms;
        let room_of = |it: usize| own_rooms.keys().nth(it).map_or(ROOMS[it], RoomId::as_str);
        match saying {
            Saying::CallBack => r#""type":"call-request","to":"nobody""#.into(),
            Saying::CallRequest { to } => format!(r#""type":"call-request","to":"{}""#, user(to)),
            Saying::CallAccept(which) => {
                format!(r#""type":"call-accept","callId":"{}""#, call(which))
            }
            Saying::CallEnd(word, which) => {
                format!(r#""type":"{word}","callId":"{}""#, call(which))
            }
            Saying::Signal { to, call: which, room, receipt } => {
                let mut text = format!(r#""type":"offer","to":"{}","data":{{}}"#, user(to));
                if let Some(which) = which {
                    text += &format!(r#","callId":"{}""#, call(which));
                }
                if let Some(room) = room {
                    text += &format!(r#","room":"{}""#, room_of(room));
                }
                text + &format!(r#","receipt":{receipt}"#)
            }
            Saying::Message { to, receipt, volatile } => format!(
                r#""type":"message","to":"{}","data":1,"receipt":{receipt},"volatile":{volatile}"#,
                user(to)
            ),
            Saying::ToRoom { room, volatile } => {
                let room = room_of(room);
                format!(r#""type":"message","room":"{room}","data":[],"volatile":{volatile}"#)
            }
            Saying::Join(room) => format!(r#""type":"join","room":"{}""#, ROOMS[room]),
            Saying::Leave(room) => format!(r#""type":"leave","room":"{}""#, room_of(room)),
            Saying::Watch([a, b]) => {
                format!(r#""type":"watch","users":["{}","{}"]"#, user(a), user(b))
            }
            Saying::Unwatch(it) => format!(r#""type":"unwatch","users":["{}"]"#, user(it)),
            Saying::Block(it) => format!(r#""type":"block","users":["{}"]"#, user(it)),
            Saying::Unblock(it) => format!(r#""type":"unblock","users":["{}"]"#, user(it)),
            Saying::List { after, limit } => {
                let after = after.map_or(String::new(), |it| format!(r#","after":"{}""#, user(it)));
                let limit = limit.map_or(String::new(), |limit| format!(r#","limit":{limit}"#));
                format!(r#""type":"list"{after}{limit}"#)
            }
            Saying::Refresh => r#""type":"refresh","token":"t""#.into(),
            Saying::Ping => r#""type":"ping""#.into(),
            Saying::Ack => r#""type":"ack","received":3"#.into(),
            Saying::Gibberish(text) => text.into(),
        }
    }

    fn call(&self, speaker: usize, which: WhichCall) -> &str {
        let client = &self.clients[speaker];
        let call = match which {
            WhichCall::Own => client.calls().next(),
            WhichCall::Ringing => client.calls().last(),
            WhichCall::Latest => self.calls.last(),
            WhichCall::Earliest => self.calls.first(),
            WhichCall::MadeUp => None,
        };
        call.map_or("made-up", CallId::as_str)
    }

    /// What comes from a socket that is not its user's current one has no effect whatever.
    fn changes_nothing(&mut self, input: Input<Socket>) {
        let state = |board: &Switchboard<Socket>| {
            let Snapshot { users, mut calls } = board.snapshot();
            calls.sort_by(|a, b| a.0.cmp(&b.0));
            let mut census = board.census();
            (census.counts.stale_messages, census.counts.stale_ends) = (0, 0);
            (users, calls, census, board.next_due())
        };
        let before = state(&self.board);
        let mut effects = Vec::new();
        self.board.apply(input, self.now, &mut effects);
        assert_eq!(effects, []);
        assert_eq!(state(&self.board), before);
    }

    fn applies(&mut self, input: Input<Socket>, speaker: Option<(&UserId, &str)>) {
        let mut effects = Vec::new();
        self.board.apply(input, self.now, &mut effects);
        self.carries_out(effects, speaker);
    }

    fn carries_out(&mut self, effects: Vec<Effect<Socket>>, speaker: Option<(&UserId, &str)>) {
        let mut granted = Vec::new();
        for effect in effects {
            match effect {
                Effect::Deliver { to, frame } => self.delivers(to.number, &frame, speaker),
                Effect::Probe(socket) => {
                    assert_eq!(self.clients[socket.number].being, Being::In);
                }
                Effect::Close { connection, .. } => {
                    let client = &mut self.clients[connection.number];
                    assert!(client.being == Being::In || client.refused, "nobody to close");
                    client.being = Being::Closed;
                    client.refused = false;
                }
                Effect::Verify { .. } => panic!("there are no tokens in open mode"),
                Effect::Identify { connection, user } => {
                    assert_eq!(self.clients[connection.number].user, user);
                }
                // Everybody is there; tests/rules/delivery has some who are not.
                Effect::Prove { connection, login } => {
                    granted.push(Input::Claim { connection, login });
                }
                Effect::Claim { connection, user, login } => {
                    assert!(!self.draining, "let in by a node that stops");
                    assert_eq!(self.clients[connection.number].being, Being::Knocking);
                    granted.push(Input::Claimed { connection, user, login });
                }
            }
        }
        assert!(self.clients.iter().all(|it| !it.refused), "refused and not closed");
        for claimed in granted {
            self.applies(claimed, None);
        }
    }

    fn delivers(&mut self, to: usize, frame: &str, speaker: Option<(&UserId, &str)>) {
        let message: ServerMessage = serde_json::from_str(frame).expect("a message of the server");
        match &message {
            ServerMessage::Registered(it) => {
                assert!(self.sessions.insert(it.session_id.to_string()), "the same session twice");
            }
            ServerMessage::CallRinging { call_id, .. } => {
                assert!(!self.calls.contains(call_id), "the same call twice");
                self.calls.push(call_id.clone());
            }
            _ => {}
        }
        self.clients[to].hears(message, &Moment { now: self.now, speaker });
    }
}
