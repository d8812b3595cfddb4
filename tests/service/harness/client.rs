//! A well-behaved WebSocket client that follows a script.
//!
//! Two tasks of its own read and write, so it answers pings and keeps receiving whatever the test
//! waits for. `presence` comes when it comes and is set aside; all else is expected in order.

use std::collections::VecDeque;
use std::net::SocketAddr;

use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::oneshot;
use tokio::task::{AbortHandle, JoinHandle};
use tokio::time::timeout;
use tokio_tungstenite::client_async;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;

use super::{PATIENCE, Stream};

pub struct Client {
    /// Who it is, as the server says.
    pub user: String,
    /// The first message.
    pub registered: Value,
    /// The second message, where presence is on.
    pub list: Value,
    orders: UnboundedSender<Message>,
    events: UnboundedReceiver<Event>,
    aside: VecDeque<Value>,
    seen: Vec<String>,
    ids: u32,
    tasks: [JoinHandle<()>; 2],
}

#[derive(Debug)]
enum Event {
    Said(Value),
    Closed(u16, String),
    Over(#[allow(dead_code, reason = "shown when it was not expected")] String),
}

impl Client {
    pub(super) async fn dial(address: SocketAddr, query: &str) -> Self {
        let stream = Stream::to(address).await;
        let url = format!("ws://{address}/ws?{query}");
        let upgraded = timeout(PATIENCE, client_async(&url, stream)).await;
        let (socket, _) = upgraded.expect("an answer to the upgrade").unwrap();
        let (mut sink, mut stream) = socket.split();
        let (tell, events) = unbounded_channel();
        let (orders, mut told) = unbounded_channel();
        let (ends, over) = oneshot::channel::<()>();
        let reading = actix_rt::spawn(async move {
            let over = loop {
                match stream.next().await {
                    Some(Ok(message)) => {
                        if let Some(event) = event(message) {
                            let _ = tell.send(event);
                        }
                    }
                    Some(Err(error)) => break error.to_string(),
                    None => break "end of stream".into(),
                }
            };
            let _ = tell.send(Event::Over(over));
            drop(ends);
        });
        let writing = actix_rt::spawn(async move {
            let tell_on = async {
                while let Some(message) = told.recv().await {
                    // An error is seen by the reading half too.
                    let _ = sink.send(message).await;
                }
            };
            // The socket belongs to both halves, and the reading one knows when it is over.
            tokio::select! {
                _ = over => {}
                () = tell_on => {}
            }
        });
        Self {
            user: query.to_owned(),
            registered: Value::Null,
            list: Value::Null,
            orders,
            events,
            aside: VecDeque::new(),
            seen: Vec::new(),
            ids: 0,
            tasks: [reading, writing],
        }
    }

    pub(super) fn tasks(&self) -> [AbortHandle; 2] {
        self.tasks.each_ref().map(JoinHandle::abort_handle)
    }

    /// Waits for `registered`, and for the list if presence is on.
    pub async fn is_registered(&mut self) {
        let registered = self.expects("registered").await;
        self.has_registered(registered).await;
    }

    async fn has_registered(&mut self, registered: Value) {
        assert_eq!(registered["type"], "registered");
        self.registered = registered;
        self.user = self.registered["userId"].as_str().unwrap().to_owned();
        if let Some(Event::Said(said)) = self.events.recv().await {
            self.seen.push(said.to_string());
            assert_eq!(said["type"], "client-list", "{}", self.story());
            self.list = said;
        }
    }

    /// Waits as well, unless a connection that was made later takes the name.
    pub async fn is_registered_or_replaced(&mut self) {
        match self.next("registered or replaced").await {
            Event::Closed(4509, _) => {}
            Event::Said(said) => self.has_registered(said).await,
            event => panic!("{event:?}; {}", self.story()),
        }
    }

    pub fn says(&self, message: Value) {
        self.sends(Message::text(message.to_string()));
    }

    /// Sends a frame as it is.
    pub fn sends(&self, message: Message) {
        let _ = self.orders.send(message);
    }

    /// Says it with an `id` of its own, which is returned.
    pub fn says_with_id(&mut self, mut message: Value) -> String {
        self.ids += 1;
        let id = format!("q{}", self.ids);
        message["id"] = json!(id);
        self.says(message);
        id
    }

    /// Says it with an `id`; the next message must be its answer.
    pub async fn asks(&mut self, message: Value) -> Value {
        let id = self.says_with_id(message);
        let answer = self.hears().await;
        assert_eq!(answer["ref"], json!(id), "{}", self.story());
        answer
    }

    /// Says it and is told this error in answer.
    pub async fn is_refused(&mut self, message: Value, code: &str) -> Value {
        let answer = self.asks(message).await;
        assert_eq!(answer["type"], "error", "{}", self.story());
        assert_eq!(answer["code"], code, "{}", self.story());
        answer
    }

    /// Rings `to`; returns the call's id.
    pub async fn calls(&mut self, to: &str) -> String {
        let answer = self.asks(json!({"type": "call-request", "to": to})).await;
        assert_eq!(answer["type"], "call-ringing", "{}", self.story());
        answer["callId"].as_str().unwrap().to_owned()
    }

    /// The next message, presence apart.
    pub async fn hears(&mut self) -> Value {
        loop {
            match self.next("a message").await {
                Event::Said(said) if said["type"] == "presence" && said["ref"].is_null() => {
                    self.aside.push_back(said);
                }
                Event::Said(said) => return said,
                event => panic!("a message was expected, not {event:?}; {}", self.story()),
            }
        }
    }

    /// The next message, which must be of this type.
    pub async fn expects(&mut self, kind: &str) -> Value {
        let said = self.hears().await;
        assert_eq!(said["type"], kind, "{}", self.story());
        said
    }

    pub async fn expects_error(&mut self, code: &str) -> Value {
        let said = self.expects("error").await;
        assert_eq!(said["code"], code, "{}", self.story());
        said
    }

    /// The next `presence`, which may have come meanwhile.
    pub async fn expects_presence(&mut self) -> Value {
        if let Some(said) = self.aside.pop_front() {
            return said;
        }
        match self.next("presence").await {
            Event::Said(said) if said["type"] == "presence" => said,
            event => panic!("presence was expected, not {event:?}; {}", self.story()),
        }
    }

    /// Takes changes of presence up to the one that names `user` in `list`.
    pub async fn expects_to_see(&mut self, list: &str, user: &str) -> Vec<Value> {
        let mut changes = Vec::new();
        loop {
            let change = self.expects_presence().await;
            let named = change[list].as_array().is_some_and(|it| it.contains(&json!(user)));
            changes.push(change);
            if named {
                return changes;
            }
        }
    }

    /// The close frame comes next, presence apart; returns its reason.
    pub async fn expects_close(&mut self, code: u16) -> String {
        loop {
            match self.next(&format!("close {code}")).await {
                Event::Said(said) if said["type"] == "presence" => self.aside.push_back(said),
                Event::Closed(found, reason) if found == code => return reason,
                event => panic!("close {code} was expected, not {event:?}; {}", self.story()),
            }
        }
    }

    /// Whatever is still said, the socket ends with this close.
    pub async fn ends_with(&mut self, code: u16) -> String {
        loop {
            match self.next(&format!("close {code}")).await {
                Event::Said(_) => {}
                Event::Closed(found, reason) if found == code => return reason,
                event => panic!("close {code} was expected, not {event:?}; {}", self.story()),
            }
        }
    }

    /// Nothing but presence has been said to this client up to now.
    pub async fn has_heard_all(&mut self) {
        let pong = self.asks(json!({"type": "ping"})).await;
        assert_eq!(pong["type"], "pong", "{}", self.story());
    }

    /// Says goodbye and is let go.
    pub async fn leaves(mut self) {
        let goodbye = CloseFrame { code: 1000.into(), reason: "".into() };
        self.sends(Message::Close(Some(goodbye)));
        self.expects_close(1000).await;
    }

    /// Is gone without a word.
    pub fn vanishes(self) {}

    async fn next(&mut self, wanted: &str) -> Event {
        let Ok(event) = timeout(PATIENCE, self.events.recv()).await else {
            panic!("{wanted} did not come within {PATIENCE:?}; {}", self.story());
        };
        let event = event.unwrap_or_else(|| Event::Over("over".into()));
        self.seen.push(match &event {
            Event::Said(said) => said.to_string(),
            event => format!("{event:?}"),
        });
        event
    }

    /// What has been heard, for a failure.
    pub fn story(&self) -> String {
        let last = self.seen.len().saturating_sub(12);
        format!("{} heard, last of all:\n  {}", self.user, self.seen[last..].join("\n  "))
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        for task in &self.tasks {
            task.abort();
        }
    }
}

fn event(message: Message) -> Option<Event> {
    match message {
        Message::Text(text) => Some(Event::Said(serde_json::from_str(&text).unwrap())),
        Message::Close(Some(CloseFrame { code, reason })) => {
            Some(Event::Closed(code.into(), reason.to_string()))
        }
        Message::Close(None) => Some(Event::Closed(1005, String::new())),
        _ => None,
    }
}
