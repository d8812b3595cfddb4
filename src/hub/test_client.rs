//! A hub and its clients for tests. A client says what it is told to, and passes on what it is sent.

use std::cell::Cell;
use std::sync::Arc;
use std::time::{Duration, Instant};

use actix::{Actor, Addr, Context, Handler};
use serde_json::Value;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::time::timeout;

use super::{ConnectionEvent, Deliver, FromConnection, Link, Payload, SignalingHub};
use crate::config::Config;
use crate::domain::Login;
use crate::metrics::Meters;
use crate::protocol::UserId;

/// Time between two readings of [`clock`]. A message takes one of them, and a report two.
pub(super) const READING: Duration = Duration::from_micros(150);

/// A clock that moves when it is read, by the same time.
fn clock() -> Instant {
    thread_local!(static NOW: Cell<Instant> = Cell::new(Instant::now()));
    NOW.set(NOW.get() + READING);
    NOW.get()
}

/// A hub by that clock, in which nobody is told of others.
pub(super) fn hub() -> Addr<SignalingHub> {
    hub_by(clock)
}

/// A hub by this clock, in which nobody is told of others.
pub(super) fn hub_by(clock: fn() -> Instant) -> Addr<SignalingHub> {
    let config = Config { presence_limit: 0, ..Config::default() };
    let (mut hub, _) = SignalingHub::new(&config.into(), None, Meters::default());
    hub.clock = clock;
    hub.start()
}

/// A connection that passes on what it is sent.
struct Recorder(UnboundedSender<Value>);

impl Actor for Recorder {
    type Context = Context<Self>;
}

impl Handler<Deliver> for Recorder {
    type Result = ();

    fn handle(&mut self, delivery: Deliver, _: &mut Context<Self>) {
        for payload in delivery.payloads {
            let Payload::Text(text) = payload else { panic!("the server sends text") };
            self.0.send(serde_json::from_str(&text).unwrap()).unwrap();
        }
    }
}

/// A registered user.
pub(super) struct Client {
    pub(super) link: Link,
    pub(super) heard: UnboundedReceiver<Value>,
    hub: Addr<SignalingHub>,
}

impl Client {
    pub(super) async fn comes(hub: &Addr<SignalingHub>, user: &str) -> Self {
        let (sender, heard) = unbounded_channel();
        let recipient = Recorder(sender).start().recipient();
        let link = Link::new(recipient, Default::default(), Arc::new(()));
        let mut client = Self { link, hub: hub.clone(), heard };
        let login = Login::fresh(UserId::parse(user).unwrap());
        client.reports(ConnectionEvent::Opened(Box::new(login)));
        assert_eq!(client.hears().await, "registered");
        assert_eq!(client.hears().await, "client-list");
        client
    }

    pub(super) fn reports(&self, event: ConnectionEvent) {
        let (link, at) = (self.link.clone(), Instant::now());
        self.hub.do_send(FromConnection { link, event, at });
    }

    /// Sends a batch of messages.
    pub(super) fn says<const N: usize>(&self, said: [&str; N]) {
        let batch = said.iter().map(|text| Payload::Text((*text).into())).collect();
        self.link.batch_sent(0);
        self.reports(ConnectionEvent::Said(batch));
    }

    /// The type of what it hears next.
    pub(super) async fn hears(&mut self) -> String {
        self.hears_whole().await["type"].as_str().unwrap().to_owned()
    }

    pub(super) async fn hears_whole(&mut self) -> Value {
        let heard = timeout(Duration::from_secs(10), self.heard.recv()).await;
        heard.unwrap().unwrap()
    }
}
