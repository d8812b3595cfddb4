//! A client whose session outlives its sockets: it counts, acknowledges, keeps what it sent until
//! that is acknowledged, and resumes. What a library for this protocol has to do, and no more.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::Duration;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::SEC_WEBSOCKET_PROTOCOL;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

use super::app::App;
use super::pace::Pace;

/// Acknowledged at the latest after so many messages …
const ACK_MESSAGES: u64 = 32;
/// … or so many bytes …
const ACK_BYTES: usize = 64 << 10;
/// … or after this time (5 s are allowed).
const ACK_WITHIN: Duration = Duration::from_millis(500);
/// How long a handshake may take, and the answer to a ping.
const PATIENCE: Duration = Duration::from_secs(1);
/// The pause before the first attempt to reconnect; doubled with each further one, up to 32 times.
const BACK_OFF: Duration = Duration::from_millis(5);

type Socket = WebSocketStream<TcpStream>;

/// The library's side of one session.
pub struct Client {
    app: App,
    line: SocketAddr,
    token: Option<String>,
    /// Counted messages of the server that were taken, and how many of them it knows of.
    received: u64,
    told: u64,
    untold_bytes: usize,
    /// What was sent and not acknowledged; the first `written` of it on this socket.
    outbox: VecDeque<String>,
    acknowledged: u64,
    written: usize,
    pace: Pace,
    /// Since when there has been something to acknowledge.
    owes_ack_since: Option<Instant>,
    superseded: u8,
    attempts: u32,
}

/// How a socket ended.
enum End {
    /// Without a word, or with a code that says nothing about coming back.
    Broken,
    /// To come back after this time.
    Later { code: u16, wait: Duration },
    /// The app has all that it waits for.
    Done,
}

impl Client {
    pub fn new(app: App, line: SocketAddr) -> Self {
        Self {
            app,
            line,
            token: None,
            received: 0,
            told: 0,
            untold_bytes: 0,
            outbox: VecDeque::new(),
            acknowledged: 0,
            written: 0,
            pace: Pace::default(),
            owes_ack_since: None,
            superseded: 0,
            attempts: 0,
        }
    }

    /// Connects and comes back until the app is done.
    pub async fn run(mut self) {
        loop {
            let end = match timeout(PATIENCE, self.dial()).await {
                Ok(Ok(mut socket)) => self.talk(&mut socket).await.unwrap_or_else(|end| end),
                Ok(Err(_)) | Err(_) => End::Broken,
            };
            let wait = match end {
                End::Done => return,
                End::Broken => BACK_OFF * (1 << self.attempts.min(5)),
                End::Later { code: 4009, wait } => {
                    self.superseded += 1;
                    if self.superseded == 2 {
                        self.token = None;
                    }
                    wait
                }
                End::Later { wait, .. } => wait,
            };
            self.attempts += 1;
            sleep(wait).await;
        }
    }

    async fn dial(&self) -> Result<Socket, Error> {
        let stream = TcpStream::connect(self.line).await?;
        stream.set_nodelay(true)?;
        let Self { line, received, .. } = self;
        let url = format!("ws://{line}/ws?userId={}&received={received}", self.app.name());
        let mut request = url.into_client_request()?;
        if let Some(token) = &self.token {
            let protocols = format!("switchboard.v1, resume.{token}");
            let protocols = HeaderValue::from_str(&protocols).unwrap();
            request.headers_mut().insert(SEC_WEBSOCKET_PROTOCOL, protocols);
        }
        Ok(client_async(request, stream).await?.0)
    }

    /// Everything on one socket; the error is how it ended, too.
    async fn talk(&mut self, socket: &mut Socket) -> Result<End, End> {
        let welcome = self.hear(socket, Instant::now() + PATIENCE).await?;
        let Some(welcome) = welcome.filter(|it| it["type"] == "registered") else {
            return Err(End::Broken);
        };
        let heartbeat = self.is_welcomed(&welcome);
        let mut heard = Instant::now();
        let mut asked = false;
        loop {
            self.send_what_may_go(socket).await?;
            self.acknowledge_if_due(socket).await?;
            if self.app.is_over() {
                let _ = timeout(PATIENCE, say_goodbye(socket)).await;
                return Ok(End::Done);
            }
            let silent = heard + if asked { heartbeat + PATIENCE } else { heartbeat };
            match self.hear(socket, silent.min(self.next_move())).await? {
                Some(message) => {
                    (heard, asked) = (Instant::now(), false);
                    self.take(&message);
                }
                None if Instant::now() < silent => {}
                None if asked => return Err(End::Broken),
                None => {
                    asked = true;
                    write(socket, json!({"type": "ping"}).to_string()).await?;
                }
            }
        }
    }

    fn is_welcomed(&mut self, welcome: &Value) -> Duration {
        let was_resuming = self.token.is_some();
        self.token = welcome["resumeToken"].as_str().map(str::to_owned);
        (self.superseded, self.attempts) = (0, 0);
        self.pace.learns(&welcome["limits"]);
        self.written = 0;
        if welcome["resumed"] == true {
            self.app.counts().resumed();
            self.forget(welcome["received"].as_u64().unwrap());
            self.app.counts().repeated(self.outbox.len());
            // Coming back has told the server what was received.
            self.told = self.received;
            self.owes_ack_since = None;
        } else if was_resuming {
            self.app.complains(format!("lost its session: {welcome}"));
        } else {
            self.app.is_there();
        }
        Duration::from_millis(welcome["heartbeat"].as_u64().unwrap())
    }

    /// The server has handled so many of ours.
    fn forget(&mut self, count: u64) {
        let Some(new) = count.checked_sub(self.acknowledged) else {
            return self.app.complains(format!("{count} is less than was acknowledged"));
        };
        if new > self.outbox.len() as u64 {
            return self.app.complains(format!("{count} is more than was sent"));
        }
        self.outbox.drain(..new as usize);
        self.acknowledged = count;
        self.written = self.written.saturating_sub(new as usize);
    }

    fn take(&mut self, message: &Value) {
        let kind = message["type"].as_str().unwrap();
        match kind {
            "registered" | "client-list" | "presence" | "ice-servers" | "ping" | "pong" => return,
            "ack" => return self.forget(message["received"].as_u64().unwrap()),
            _ => {}
        }
        self.received += 1;
        self.untold_bytes += message.to_string().len();
        self.owes_ack_since.get_or_insert_with(Instant::now);
        self.app.hears(message);
    }

    async fn send_what_may_go(&mut self, socket: &mut Socket) -> Result<(), End> {
        loop {
            if self.written == self.outbox.len() {
                let Some(letter) = self.app.next_letter(self.outbox.len()) else { return Ok(()) };
                self.outbox.push_back(letter);
            }
            if !self.pace.allows() {
                return Ok(());
            }
            write(socket, self.outbox[self.written].clone()).await?;
            self.written += 1;
        }
    }

    async fn acknowledge_if_due(&mut self, socket: &mut Socket) -> Result<(), End> {
        let Some(since) = self.owes_ack_since else { return Ok(()) };
        let due = since.elapsed() >= ACK_WITHIN
            || self.received - self.told >= ACK_MESSAGES
            || self.untold_bytes >= ACK_BYTES;
        if due {
            write(socket, json!({"type": "ack", "received": self.received}).to_string()).await?;
            (self.told, self.untold_bytes, self.owes_ack_since) = (self.received, 0, None);
        }
        Ok(())
    }

    /// When there is something to do although nothing is heard.
    fn next_move(&self) -> Instant {
        let ack = self.owes_ack_since.map(|since| since + ACK_WITHIN);
        let letter = (self.written < self.outbox.len()).then(|| self.pace.next());
        let look = Instant::now() + Duration::from_millis(100);
        [ack, letter].into_iter().flatten().fold(look, Instant::min)
    }

    /// The next message, or `None` when it does not come until then.
    async fn hear(&mut self, socket: &mut Socket, until: Instant) -> Result<Option<Value>, End> {
        loop {
            let message = tokio::select! {
                message = socket.next() => message,
                () = sleep_until(until) => return Ok(None),
            };
            match message {
                Some(Ok(Message::Text(text))) => {
                    return Ok(Some(serde_json::from_str(&text).unwrap()));
                }
                Some(Ok(Message::Close(close))) => return Err(self.closed(close)),
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Err(End::Broken),
            }
        }
    }

    fn closed(&mut self, close: Option<CloseFrame>) -> End {
        let Some(CloseFrame { code, reason }) = close else { return End::Broken };
        let code = u16::from(code);
        if code >= 4500 || matches!(code, 1002 | 1003 | 1007 | 1009) {
            self.app.complains(format!("was sent away for good: {code} {reason}"));
            return End::Done;
        }
        self.app.counts().closed(code);
        let wait = reason.strip_prefix("retry after ").and_then(|it| it.strip_suffix(" ms"));
        match wait.and_then(|it| it.parse().ok()) {
            Some(wait) => End::Later { code, wait: Duration::from_millis(wait) },
            None => End::Broken,
        }
    }
}

async fn say_goodbye(socket: &mut Socket) -> Result<(), Error> {
    socket.close(None).await?;
    while socket.next().await.transpose()?.is_some() {}
    Ok(())
}

async fn write(socket: &mut Socket, text: String) -> Result<(), End> {
    match timeout(PATIENCE, socket.send(Message::text(text))).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) | Err(_) => Err(End::Broken),
    }
}
