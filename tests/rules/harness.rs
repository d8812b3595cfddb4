//! A board in a test tube: named users, sockets that are plain numbers, time as a number.
//!
//! Carries effects out as the hub does, and fails a test at once when something is delivered to a
//! socket after its close.

mod counting;
mod granting;

use std::cell::Cell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::Value;
use switchboard::config::Config;
use switchboard::domain::{
    Backlog, Census, Effect, Handle, Input, Login, Parting, Snapshot, Switchboard, Unverified,
    Verified, Wall,
};
use switchboard::protocol::{self, BadToken, Close, DisplayName, ServerMessage, UserId};

use counting::Library;
pub use counting::is_counted;
pub use granting::only;

pub const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

pub const fn millis(milliseconds: u64) -> Duration {
    Duration::from_millis(milliseconds)
}

/// What the clock on the wall shows at first, since 1970: a morning in 2025.
pub const BEGIN: Duration = secs(1_735_693_200);

/// A connection: a number, and how far it is behind.
#[derive(Clone)]
pub struct Socket {
    pub number: usize,
    pub backlog: Rc<Cell<Backlog>>,
}

impl Socket {
    pub fn new(number: usize) -> Self {
        Self { number, backlog: Rc::default() }
    }
}

impl PartialEq for Socket {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Socket {}

impl std::fmt::Debug for Socket {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "socket {}", self.number)
    }
}

impl Handle for Socket {
    fn backlog(&self) -> Backlog {
        self.backlog.get()
    }
}

/// What has come over one socket.
struct Line {
    /// For whom it speaks, once that is known.
    user: Option<UserId>,
    socket: Socket,
    heard: Vec<Value>,
    frames: Vec<String>,
    probes: usize,
    closed: Option<Close>,
    login: Login,
    /// Whether it has been registered.
    is_in: bool,
    /// Whether it answers at once when it is asked for a sign of life.
    is_there: bool,
    /// What it may claim again with.
    asked: Option<Login>,
}

type Rules = Switchboard<Socket>;
type Effects = Vec<Effect<Socket>>;

pub struct Board {
    rules: Rules,
    now: Instant,
    lines: Vec<Line>,
    newest: HashMap<String, usize>,
    libraries: HashMap<String, Library>,
    /// What access tokens say.
    tokens: HashMap<String, Verified>,
    effects_so_far: usize,
}

impl Board {
    /// Nobody is there, and everything is as by default.
    pub fn new() -> Self {
        Self::with(|_| ())
    }

    pub fn with(change: impl FnOnce(&mut Config)) -> Self {
        let mut config = Config::default();
        change(&mut config);
        let now = Instant::now();
        let mut rules = Switchboard::new(Arc::new(config), StdRng::seed_from_u64(1));
        rules.set_wall(Wall::new(now, BEGIN));
        Self {
            rules,
            now,
            lines: Vec::new(),
            newest: HashMap::new(),
            libraries: HashMap::new(),
            tokens: HashMap::new(),
            effects_so_far: 0,
        }
    }

    /// These users are there, and what they heard of each other's coming is forgotten.
    pub fn of<const N: usize>(users: [&str; N]) -> Self {
        Self::new().and(users)
    }

    pub fn and<const N: usize>(mut self, users: [&str; N]) -> Self {
        for user in users {
            self.logs_in(user);
        }
        self.settle();
        self
    }

    /// Lets presence be told, and forgets what everybody has heard.
    pub fn settle(&mut self) {
        self.passes(secs(2));
        for line in &mut self.lines {
            line.heard.clear();
        }
    }

    pub fn logs_in(&mut self, user: &str) -> Socket {
        self.knocks(UserId::parse(user).unwrap(), None)
    }

    pub fn logs_in_as(&mut self, user: &str, name: &str) -> Socket {
        let name = Some(DisplayName::parse(name).unwrap());
        self.knocks(UserId::parse(user).unwrap(), name)
    }

    fn knocks(&mut self, user: UserId, name: Option<DisplayName>) -> Socket {
        self.knocks_with(Login { name, ..Login::fresh(user) })
    }

    /// The request of a client that has given up meanwhile, or that answers later.
    pub fn knocks_unseen(&mut self, login: Login) -> Socket {
        self.knocks_as(login, false)
    }

    /// Answers the question whether it is there.
    pub fn proves(&mut self, socket: &Socket) {
        let login = self.lines[socket.number].asked.clone().expect("it was asked");
        self.applies(Input::Claim { connection: socket.clone(), login });
    }

    /// Knocks with whatever a login can hold.
    pub fn knocks_with(&mut self, login: Login) -> Socket {
        self.knocks_as(login, true)
    }

    fn knocks_as(&mut self, login: Login, is_there: bool) -> Socket {
        let socket = Socket::new(self.lines.len());
        if let Some(user) = login.user.as_ref().filter(|_| is_there) {
            self.newest.insert(user.to_string(), socket.number);
        }
        self.lines.push(Line {
            user: None,
            socket: socket.clone(),
            heard: Vec::new(),
            frames: Vec::new(),
            probes: 0,
            closed: None,
            login: login.clone(),
            is_in: false,
            is_there,
            asked: None,
        });
        self.applies(Input::Claim { connection: socket.clone(), login });
        socket
    }

    /// Says it through the user's newest socket.
    pub fn says(&mut self, user: &str, message: Value) {
        self.says_text(user, &message.to_string());
    }

    pub fn says_text(&mut self, user: &str, text: &str) {
        self.says_over(&self.socket(user), text);
    }

    pub fn says_over(&mut self, socket: &Socket, text: &str) {
        let said = protocol::decode(&text.to_owned().into());
        let Some(user) = self.user(socket) else { return };
        self.applies(Input::Said { connection: socket.clone(), user, said, bytes: text.len() });
    }

    pub fn breaks(&mut self, socket: &Socket) {
        self.ends(socket, Parting::Broken);
    }

    /// The user's newest socket breaks.
    pub fn goes(&mut self, user: &str) {
        self.breaks(&self.socket(user));
    }

    pub fn ends(&mut self, socket: &Socket, parting: Parting) {
        let Some(user) = self.user(socket) else { return };
        self.applies(Input::Ended { connection: socket.clone(), user, parting });
    }

    pub fn shows_life(&mut self, socket: &Socket) {
        let Some(user) = self.user(socket) else { return };
        self.applies(Input::Alive { connection: socket.clone(), user });
    }

    fn user(&self, socket: &Socket) -> Option<UserId> {
        self.lines[socket.number].user.clone()
    }

    pub fn drains(&mut self) {
        self.applies(Input::Drain);
    }

    /// Lets time pass, with a tick at every moment that the rules have asked for.
    pub fn passes(&mut self, span: Duration) {
        let end = self.now + span;
        while let Some(due) = self.rules.next_due().filter(|due| *due <= end) {
            assert!(due >= self.now, "something is due in the past");
            self.now = due;
            self.applies(Input::Tick);
            // What is left of a step was done by `steps`.
            assert_ne!(self.rules.next_due(), Some(due), "a tick leaves nothing that is due");
        }
        self.now = end;
    }

    /// Whether the rules want to be woken some time.
    #[must_use]
    pub fn has_something_due(&self) -> bool {
        self.rules.next_due().is_some()
    }

    /// Lets time pass without anybody noticing.
    pub fn oversleeps(&mut self, span: Duration) {
        self.now += span;
    }

    /// How far behind the user's newest socket is.
    pub fn is_behind(&mut self, user: &str, backlog: Backlog) {
        self.socket(user).backlog.set(backlog);
    }

    pub fn socket(&self, user: &str) -> Socket {
        self.lines[self.newest[user]].socket.clone()
    }

    /// What the user's newest socket has heard since it was last asked.
    #[must_use]
    pub fn hears(&mut self, user: &str) -> Vec<Value> {
        self.hears_over(&self.socket(user))
    }

    #[must_use]
    pub fn hears_over(&mut self, socket: &Socket) -> Vec<Value> {
        std::mem::take(&mut self.lines[socket.number].heard)
    }

    /// Every frame that the user's newest socket was ever sent, as it was sent.
    #[must_use]
    pub fn frames(&self, user: &str) -> &[String] {
        &self.lines[self.newest[user]].frames
    }

    /// The one thing that the user has heard since it was last asked.
    #[track_caller]
    #[must_use]
    pub fn hears_one(&mut self, user: &str) -> Value {
        let mut heard = self.hears(user);
        assert_eq!(heard.len(), 1, "{user} heard {heard:?}");
        heard.remove(0)
    }

    /// The close code of the user's newest socket, if it was asked to close.
    #[must_use]
    pub fn closed(&self, user: &str) -> Option<u16> {
        self.closed_over(&self.socket(user))
    }

    #[must_use]
    pub fn closed_over(&self, socket: &Socket) -> Option<u16> {
        self.lines[socket.number].closed.map(Close::code)
    }

    /// Why the user's newest socket was asked to close, if it was.
    #[must_use]
    pub fn close(&self, user: &str) -> Option<Close> {
        self.lines[self.newest[user]].closed
    }

    /// How often the socket was asked for a sign of life.
    #[must_use]
    pub fn probes(&self, socket: &Socket) -> usize {
        self.lines[socket.number].probes
    }

    #[must_use]
    pub fn census(&self) -> Census {
        self.rules.census()
    }

    /// Everything that clients could know, ready to be compared.
    #[must_use]
    pub fn state(&self) -> String {
        let Snapshot { users, mut calls } = self.rules.snapshot();
        calls.sort_by_key(|call| call.0.clone());
        format!("{users:?} {calls:?}")
    }

    pub fn applies(&mut self, input: Input<Socket>) {
        self.steps(|rules, now, effects| rules.apply(input, now, effects));
    }

    /// Whatever a step of the rules is, and what it says.
    pub fn steps<R>(&mut self, step: impl FnOnce(&mut Rules, Instant, &mut Effects) -> R) -> R {
        let mut effects = Vec::new();
        let outcome = step(&mut self.rules, self.now, &mut effects);
        self.effects_so_far += effects.len();
        for effect in effects {
            self.carries_out(effect);
        }
        if self.rules.has_work_left() {
            self.applies(Input::Tick);
        }
        outcome
    }

    /// The effects of all steps so far.
    #[must_use]
    pub fn effects_so_far(&self) -> usize {
        self.effects_so_far
    }

    /// What an operator sees of them.
    #[must_use]
    pub fn rules(&self) -> &Rules {
        &self.rules
    }

    fn carries_out(&mut self, effect: Effect<Socket>) {
        match effect {
            Effect::Deliver { to, frame } => {
                let line = &mut self.lines[to.number];
                assert_eq!(line.closed, None, "{to:?} was closed and is sent {frame}");
                let message = serde_json::from_str(&frame).expect("a message of the server");
                line.is_in |= matches!(message, ServerMessage::Registered(_));
                if let Some(user) = line.user.as_ref().filter(|_| line.is_in) {
                    let library = self.libraries.entry(user.to_string()).or_default();
                    library.hears(&message, line.login.received);
                }
                line.heard.push(serde_json::from_str(&frame).unwrap());
                line.frames.push(frame.to_string());
            }
            Effect::Probe(socket) => self.lines[socket.number].probes += 1,
            Effect::Prove { connection, login } => {
                let line = &mut self.lines[connection.number];
                assert!(line.asked.replace(login).is_none(), "asked twice whether it is there");
                if line.is_there {
                    self.proves(&connection);
                }
            }
            Effect::Close { connection, close } => {
                let before = self.lines[connection.number].closed.replace(close);
                assert_eq!(before, None, "{connection:?} is closed twice");
            }
            Effect::Identify { connection, user } => {
                let line = &mut self.lines[connection.number];
                assert!(line.user.is_none() && line.heard.is_empty(), "it is somebody already");
                self.newest.insert(user.to_string(), connection.number);
                line.user = Some(user);
            }
            Effect::Claim { connection, user, login } => {
                self.applies(Input::Claimed { connection, user, login });
            }
            Effect::Verify { connection, user, id, token } => {
                let verified = self.tokens.get(token.as_str()).cloned();
                let verified = verified.ok_or(Unverified::Refused(BadToken::Signature));
                self.applies(Input::Refreshed { connection, user, id, verified });
            }
        }
    }
}

/// Sentences about calls.
impl Board {
    /// `caller` rings `callee`; both have heard what they hear of it. Returns the call's id.
    #[track_caller]
    pub fn rings(&mut self, caller: &str, callee: &str) -> String {
        self.says(caller, serde_json::json!({"type": "call-request", "to": callee}));
        let ringing = self.hears_one(caller);
        assert_eq!(ringing["type"], "call-ringing", "{ringing}");
        let invitation = self.hears_one(callee);
        assert_eq!(invitation["type"], "call-request", "{invitation}");
        assert_eq!(invitation["callId"], ringing["callId"]);
        ringing["callId"].as_str().unwrap().to_owned()
    }

    /// `caller` and `callee` are in an accepted call. Returns its id.
    #[track_caller]
    pub fn connects(&mut self, caller: &str, callee: &str) -> String {
        let call = self.rings(caller, callee);
        self.says(callee, serde_json::json!({"type": "call-accept", "callId": call}));
        assert_eq!(self.hears_one(caller)["type"], "call-accept");
        assert_eq!(self.hears(callee), [] as [Value; 0]);
        call
    }

    /// These users are in the room; nobody remembers how they came in.
    pub fn joins<const N: usize>(&mut self, users: [&str; N], room: &str) {
        for user in users {
            self.says(user, serde_json::json!({"type": "join", "room": room}));
        }
        for line in &mut self.lines {
            line.heard.clear();
        }
    }
}

/// What somebody hears who hears nothing.
pub const NOTHING: [Value; 0] = [];

/// The `type` of each message.
pub fn types(heard: &[Value]) -> Vec<&str> {
    heard.iter().map(|message| message["type"].as_str().unwrap()).collect()
}

/// Without the sentence for the developer, which may change.
pub fn error(mut message: Value) -> Value {
    let object = message.as_object_mut().unwrap();
    assert_eq!(object["type"], "error", "{object:?}");
    assert!(object.remove("message").is_some_and(|text| text.as_str().is_some()));
    message
}

/// The news that these came.
pub fn online<const N: usize>(users: [&str; N]) -> Value {
    serde_json::json!({"type": "presence", "online": users.as_slice(), "offline": []})
}

/// The news that these went.
pub fn offline<const N: usize>(users: [&str; N]) -> Value {
    serde_json::json!({"type": "presence", "online": [], "offline": users.as_slice()})
}
