//! The one writer: the actor that owns the user map.
//!
//! Promises: whatever connections say is judged one at a time, so register, replace and
//! unregister cannot overtake each other. Its handlers translate: message in, one call on the
//! rules, effects out. Here, and nowhere deeper, the clock is read and randomness drawn.

mod alarm;
mod fair_queue;
mod hearing;
mod link;
mod memory;
mod operator;
mod spoken;
mod stretch;
#[cfg(test)]
mod test_client;
mod verifier;

use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use actix::prelude::*;
use bytestring::ByteString;
use log::{debug, error, warn};
use rand::SeedableRng;
use rand::rngs::StdRng;
use smallvec::smallvec;
use tokio::sync::oneshot;

pub use crate::domain::{Login, Parting};
pub use link::{Batch, ConnectionEvent, Deliver, FromConnection, Guard, Link, Payload, Seat, Then};
pub use memory::{ALWAYS_HELD, ALWAYS_READ, SocketMemory};
pub use operator::{
    CutCall, ListCalls, ListRooms, ListUsers, LookAtRoom, LookAtUser, RemoveUser, SayToRoom,
    SayToUser, UseTurnSecret,
};
pub use spoken::{Refusals, Spoken};

use alarm::Alarm;
use fair_queue::FairQueue;
use hearing::Waiting;
use stretch::{BehindMailbox, Reports};
use verifier::{Question, Verifier};

use crate::address_limit;
use crate::auth::Authenticator;
use crate::config::Config;
use crate::domain::{Backlog, Census, Effect, Handle, Input, Switchboard, Wall};
use crate::logging::Seldom;
use crate::metrics::{Kind, Meters};
use crate::protocol::UserId;

/// Effects and deliveries that room is kept for, so that a message costs no allocation of it.
const KEPT: usize = 64;

type Board = Switchboard<Link>;
type Effects = Vec<Effect<Link>>;

/// Owner of the user map, and of everything that the rules know.
pub struct SignalingHub {
    board: Board,
    max_frame: usize,
    /// Whether the rules want to know the time of day.
    tells_time: bool,
    /// Taken when the hub starts; `None` in open mode.
    auth: Option<Arc<dyn Authenticator>>,
    /// `None` in open mode.
    verifier: Option<Verifier>,
    /// The token that the rules have just asked about.
    question: Option<Question>,
    waiting: Waiting,
    reports: Reports,
    /// The runtime's; tests of turns have one of their own.
    clock: fn() -> Instant,
    /// Time that it has worked since other tasks of its thread did.
    worked: Duration,
    /// Kept to spare an allocation a message.
    effects: Effects,
    outbox: Vec<(Link, Deliver)>,
    /// Set to what is due next.
    alarm: Alarm,
    draining: bool,
    /// How many messages `queue-total` had kept out when it was last looked at.
    kept_out: u64,
    told_of_ceiling: Seldom,
    /// How often addresses had met `address-rate` when it was last looked at.
    over_address_rate: u64,
    told_of_addresses: Seldom,
    spoken: Spoken,
    meters: Meters,
    /// When what is being handled was read off its socket; only while a client is heard.
    heard_at: Option<Instant>,
    /// Dropped with the hub, which is how the server learns that it is gone.
    _alive: oneshot::Sender<()>,
}

impl SignalingHub {
    /// An empty hub. The receiver fails when the hub is gone, for whatever reason.
    pub fn new(
        config: &Arc<Config>,
        auth: Option<Arc<dyn Authenticator>>,
        meters: Meters,
    ) -> (Self, oneshot::Receiver<()>) {
        let (alive, gone) = oneshot::channel();
        let generator = StdRng::from_rng(&mut rand::rng());
        let hub = Self {
            board: Switchboard::new(config.clone(), generator),
            max_frame: config.max_frame,
            tells_time: config.turn_secret.is_some(),
            auth,
            verifier: None,
            question: None,
            waiting: FairQueue::new(now()),
            reports: Reports::default(),
            clock: now,
            worked: Duration::ZERO,
            effects: Vec::new(),
            outbox: Vec::new(),
            alarm: Alarm::default(),
            draining: false,
            kept_out: 0,
            told_of_ceiling: Seldom::default(),
            over_address_rate: 0,
            told_of_addresses: Seldom::default(),
            spoken: Spoken::default(),
            meters,
            heard_at: None,
            _alive: alive,
        };
        (hub, gone)
    }

    /// Handles one message or event, and measures all of it.
    fn carry_out<R>(&mut self, work: impl FnOnce(&mut Self) -> R) -> R {
        let begin = (self.clock)();
        let outcome = work(self);
        self.finish_step(begin);
        outcome
    }

    /// Sends what has been brought about since `begin`, and measures all of it. Returns the end.
    fn finish_step(&mut self, begin: Instant) -> Instant {
        self.send_off();
        self.warn_of_ceiling();
        self.tell_of_addresses();
        let end = (self.clock)();
        let took = end.saturating_duration_since(begin);
        self.meters.stepped(took);
        self.worked += took;
        end
    }

    fn warn_of_ceiling(&mut self) {
        let kept_out = self.board.kept_out_by_node();
        if kept_out != std::mem::replace(&mut self.kept_out, kept_out)
            && self.told_of_ceiling.is_due()
        {
            warn!("as much waits for clients as queue-total allows; messages are refused");
        }
    }

    fn tell_of_addresses(&mut self) {
        let over = self.board.over_address_rate();
        if over != std::mem::replace(&mut self.over_address_rate, over)
            && self.told_of_addresses.is_due()
        {
            address_limit::tell("address-rate");
        }
    }

    fn apply(&mut self, input: Input<Link>) {
        self.apply_at((self.clock)(), input);
    }

    fn apply_at(&mut self, now: Instant, input: Input<Link>) {
        self.step_at(now, |board, now, effects| board.apply(input, now, effects));
    }

    /// One step of the rules, and what follows from it into the outbox.
    fn step<R>(&mut self, step: impl FnOnce(&mut Board, Instant, &mut Effects) -> R) -> R {
        self.step_at((self.clock)(), step)
    }

    fn step_at<R>(
        &mut self,
        now: Instant,
        step: impl FnOnce(&mut Board, Instant, &mut Effects) -> R,
    ) -> R {
        if self.tells_time {
            self.board.set_wall(wall(now));
        }
        let mut effects = std::mem::take(&mut self.effects);
        let mut answers = Vec::new();
        let outcome = step(&mut self.board, now, &mut effects);
        for effect in effects.drain(..) {
            match effect {
                Effect::Deliver { to, frame } => self.enqueue(to, frame),
                Effect::Probe(connection) => self.conclude(connection, Then::Probe),
                Effect::Prove { connection, login } => {
                    self.conclude(connection, Then::Prove(login.into()));
                }
                Effect::Close { connection, close } => {
                    self.conclude(connection, Then::Close(close));
                }
                // A single node may always give its names away.
                Effect::Claim { connection, user, login } => {
                    answers.push(Input::Claimed { connection, user, login });
                }
                Effect::Verify { connection, user, id, token } => {
                    self.question = Some(Question { link: connection, user, id, token });
                }
                Effect::Identify { connection, user } => {
                    debug!(user = user.as_str(); "claims a name");
                    connection.identify(user);
                }
            }
        }
        self.effects = effects;
        for answer in answers {
            self.apply(answer);
        }
        outcome
    }

    fn enqueue(&mut self, to: Link, frame: ByteString) {
        if let Some(code) = self.spoken.count(&frame) {
            debug!(user = to.user().map_or("-", UserId::as_str), code = code.word(); "refused");
        }
        self.meters.queued(to.count(frame.len()));
        let payload = Payload::Text(frame);
        match self.outbox.last_mut() {
            Some((link, delivery)) if *link == to && delivery.then == Then::Continue => {
                delivery.payloads.push(payload);
            }
            _ => {
                let delivery = Deliver {
                    payloads: smallvec![payload],
                    then: Then::Continue,
                    since: self.heard_at,
                };
                self.outbox.push((to, delivery));
            }
        }
    }

    fn conclude(&mut self, to: Link, then: Then) {
        match self.outbox.last_mut() {
            Some((link, delivery)) if *link == to && delivery.then == Then::Continue => {
                delivery.then = then;
            }
            _ => {
                let since = self.heard_at;
                self.outbox.push((to, Deliver { payloads: smallvec![], then, since }));
            }
        }
    }

    /// Sends what the handler has brought about, and sets the alarm for what comes next.
    fn send_off(&mut self) {
        for (link, delivery) in self.outbox.drain(..) {
            link.deliver(delivery);
        }
        // After a word to everybody there is room for a thousand or more.
        give_back(&mut self.outbox);
        give_back(&mut self.effects);
        self.alarm.set(self.board.next_due());
    }
}

/// Lets go of room that is seldom needed.
fn give_back<T>(empty: &mut Vec<T>) {
    if empty.capacity() > KEPT {
        *empty = Vec::new();
    }
}

impl Actor for SignalingHub {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Context<Self>) {
        if let Some(auth) = self.auth.take() {
            match Verifier::start(auth, context.address().downgrade().recipient()) {
                Ok(verifier) => self.verifier = Some(verifier),
                Err(why) => {
                    error!(reason:% = why; "the system gives no thread for access tokens");
                    return context.stop();
                }
            }
        }
        context.spawn(BehindMailbox);
    }
}

/// Asks whether the node takes anybody in; that the hub answers at all is half of it.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "bool")]
pub struct AskReady;

impl Handler<AskReady> for SignalingHub {
    type Result = bool;

    fn handle(&mut self, _: AskReady, _: &mut Context<Self>) -> bool {
        !self.draining
    }
}

/// Asks what there is, and what has been.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "Report")]
pub struct Inspect;

/// The answer to [`Inspect`].
#[derive(Clone, Copy, Debug, MessageResponse)]
pub struct Report {
    /// What there is.
    pub census: Census,
    /// Whether the node stops and takes nobody in.
    pub draining: bool,
    /// What has been said to clients.
    pub spoken: Spoken,
}

impl Handler<Inspect> for SignalingHub {
    type Result = Report;

    fn handle(&mut self, _: Inspect, _: &mut Context<Self>) -> Report {
        let census = self.carry_out(|hub| hub.board.census());
        Report { census, draining: self.draining, spoken: self.spoken }
    }
}

/// Orders the hub to send everybody away and to let nobody in.
#[derive(Clone, Copy, Debug, Message)]
#[rtype(result = "()")]
pub struct Drain;

impl Handler<Drain> for SignalingHub {
    type Result = ();

    fn handle(&mut self, _: Drain, _: &mut Context<Self>) {
        self.draining = true;
        self.carry_out(|hub| hub.apply(Input::Drain));
    }
}

impl Handle for Link {
    fn backlog(&self) -> Backlog {
        let (messages, bytes) = self.unwritten();
        let (node_bytes, address_bytes) = (self.node_memory(), self.address_memory());
        Backlog { messages, bytes, node_bytes, address_bytes }
    }
}

/// What the clock on the wall shows at `now`.
pub fn wall(now: Instant) -> Wall {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Wall::new(now, since_1970)
}

/// The runtime's clock, so that tests can stop it.
fn now() -> Instant {
    actix_rt::time::Instant::now().into_std()
}
