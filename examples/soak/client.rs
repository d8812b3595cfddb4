//! Those who do nothing, and those who never rest.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, timeout, timeout_at};
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// How long a churning client stays, at most, and how long it is away before it resumes.
const STAY: u64 = 12_000;
const AWAY: u64 = 5_000;
/// So long that a session is over.
const FAR_AWAY: Duration = Duration::from_secs(40);
/// Acknowledged after so many messages.
const ACK: u64 = 32;

type Socket = WebSocketStream<TcpStream>;

/// What all clients share.
pub struct Stage {
    server: SocketAddr,
    churning: usize,
    /// Everybody shall go.
    pub over: Cell<bool>,
    connected: Cell<u64>,
    resumed: Cell<u64>,
    failed: Cell<u64>,
    said: Cell<u64>,
    heard: Cell<u64>,
    errors: std::cell::RefCell<BTreeMap<String, u64>>,
}

fn add(counter: &Cell<u64>) {
    counter.set(counter.get() + 1);
}

impl Stage {
    pub fn new(server: SocketAddr, churning: usize) -> Self {
        Self {
            server,
            churning,
            over: Cell::default(),
            connected: Cell::default(),
            resumed: Cell::default(),
            failed: Cell::default(),
            said: Cell::default(),
            heard: Cell::default(),
            errors: Default::default(),
        }
    }

    pub fn counts(&self) -> String {
        let [connected, resumed, failed, said, heard] =
            [&self.connected, &self.resumed, &self.failed, &self.said, &self.heard].map(Cell::get);
        format!(
            "{connected} connections, {resumed} of them resumed, {failed} failed; \
             {said} messages said, {heard} heard; errors: {:?}",
            self.errors.borrow()
        )
    }
}

/// Connects, counting or not, and says nothing but pongs and goodbye.
pub async fn idle(stage: Rc<Stage>, n: usize) {
    let counts = if n.is_multiple_of(2) { "&received=0" } else { "" };
    let mut socket = loop {
        match dial(&stage, &format!("userId=idle{n}{counts}")).await {
            Ok(socket) => break socket,
            Err(_) => sleep(Duration::from_secs(1)).await,
        }
    };
    while !stage.over.get() {
        // Presence past the limit is a number every second.
        match timeout(Duration::from_secs(1), socket.next()).await {
            Ok(Some(Ok(_))) | Err(_) => {}
            Ok(Some(Err(_)) | None) => return add(&stage.failed),
        }
    }
    goodbye(socket).await;
}

/// Comes and goes until it is over.
pub async fn churn(stage: Rc<Stage>, n: usize) {
    let mut person = Person { n, stage, token: None, received: 0, told: 0, call: None };
    while !person.stage.over.get() {
        let Ok(mut socket) = person.connects().await else {
            add(&person.stage.failed);
            sleep(Duration::from_secs(1)).await;
            continue;
        };
        let end = person.stays(&mut socket).await;
        match (end, rand::random_range(0..10)) {
            (Ok(()), 0..4) => {
                person.token = None;
                goodbye(socket).await;
                person.rests(Duration::from_millis(rand::random_range(0..AWAY))).await;
            }
            (_, 4) => {
                drop(socket);
                person.rests(FAR_AWAY).await;
            }
            _ => {
                drop(socket);
                person.rests(Duration::from_millis(rand::random_range(0..AWAY))).await;
            }
        }
    }
}

struct Person {
    n: usize,
    stage: Rc<Stage>,
    token: Option<String>,
    received: u64,
    told: u64,
    call: Option<Value>,
}

impl Person {
    async fn connects(&mut self) -> Result<Socket, Error> {
        let Self { n, received, .. } = self;
        let query = match &self.token {
            Some(token) => format!("userId=c{n}&received={received}&resume={token}"),
            None => format!("userId=c{n}&received=0"),
        };
        dial(&self.stage, &query).await
    }

    /// Talks for a while; an error is the end of the socket.
    async fn stays(&mut self, socket: &mut Socket) -> Result<(), Error> {
        let until = Instant::now() + Duration::from_millis(rand::random_range(0..STAY));
        while Instant::now() < until && !self.stage.over.get() {
            if self.token.is_some() {
                add(&self.stage.said);
                socket.send(Message::text(self.something().to_string())).await?;
            }
            let next = Instant::now() + Duration::from_millis(rand::random_range(100..2000));
            while let Ok(message) = timeout_at(next.min(until), socket.next()).await {
                match message.transpose()? {
                    Some(Message::Text(text)) => self.hears(&text),
                    Some(_) => {}
                    None => return Err(Error::ConnectionClosed),
                }
                if self.received - self.told >= ACK {
                    self.acknowledges(socket).await?;
                }
            }
        }
        self.acknowledges(socket).await
    }

    async fn acknowledges(&mut self, socket: &mut Socket) -> Result<(), Error> {
        self.told = self.received;
        let ack = json!({"type": "ack", "received": self.received});
        socket.send(Message::text(ack.to_string())).await
    }

    fn hears(&mut self, text: &str) {
        add(&self.stage.heard);
        let said: Value = serde_json::from_str(text).unwrap();
        match said["type"].as_str().unwrap() {
            "registered" => {
                if said["resumed"] == true {
                    add(&self.stage.resumed);
                } else {
                    (self.received, self.told, self.call) = (0, 0, None);
                }
                self.token = said["resumeToken"].as_str().map(str::to_owned);
                return;
            }
            "client-list" | "presence" | "ack" | "pong" => return,
            "call-request" | "call-ringing" => self.call = Some(said["callId"].clone()),
            "call-ended" => self.call = None,
            "error" => {
                let code = said["code"].as_str().unwrap().to_owned();
                *self.stage.errors.borrow_mut().entry(code).or_default() += 1;
            }
            _ => {}
        }
        self.received += 1;
    }

    /// A chat, a room, a call: whatever makes the server keep something.
    fn something(&mut self) -> Value {
        let other = format!("c{}", rand::random_range(0..self.stage.churning));
        let room = format!("room{}", rand::random_range(0..200));
        match rand::random_range(0..10) {
            0 => json!({"type": "join", "room": room}),
            1 => json!({"type": "leave", "room": room}),
            2 | 3 => match self.call.take() {
                Some(call) => json!({"type": "call-hangup", "callId": call}),
                None => json!({"type": "call-request", "to": other}),
            },
            4 => match &self.call {
                Some(call) => json!({"type": "call-accept", "callId": call}),
                None => json!({"type": "watch", "users": [other]}),
            },
            _ => {
                let data = "x".repeat(rand::random_range(10..2000));
                json!({"type": "message", "to": other, "id": "m", "receipt": true, "data": data})
            }
        }
    }

    async fn rests(&self, pause: Duration) {
        let until = Instant::now() + pause;
        while Instant::now() < until && !self.stage.over.get() {
            sleep(Duration::from_millis(500).min(until - Instant::now())).await;
        }
    }
}

async fn dial(stage: &Stage, query: &str) -> Result<Socket, Error> {
    let stream = TcpStream::connect(stage.server).await?;
    let url = format!("ws://{}/ws?{query}", stage.server);
    let (socket, _) = client_async(url, stream).await?;
    add(&stage.connected);
    Ok(socket)
}

async fn goodbye(mut socket: Socket) {
    let farewell = async {
        socket.close(None).await?;
        while socket.next().await.transpose()?.is_some() {}
        Ok::<_, Error>(())
    };
    let _ = timeout(Duration::from_secs(5), farewell).await;
}
