//! Looking at access tokens on a thread of its own: a signature takes up to a millisecond, and
//! nobody else is to wait for it.
//!
//! Promises: tokens are looked at one at a time, in the order in which they come; at most
//! [`WAITING`] wait. A question carries what its client said next, so that it is heard after the
//! answer; nothing else is read from the client meanwhile.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, TrySendError, sync_channel};
use std::thread;
use std::time::Instant;

use actix::{Message, WeakRecipient};
use log::error;

use super::link::{Link, Payload};
use crate::auth::{Authenticator, Identity};
use crate::protocol::{AccessToken, BadToken, MessageId, UserId};

/// Tokens that may wait: about a quarter of a second of the dearest signatures.
const WAITING: usize = 256;

/// The token of a `refresh`.
pub(super) struct Question {
    pub(super) link: Link,
    pub(super) user: UserId,
    /// The `id` of the message.
    pub(super) id: Option<MessageId>,
    pub(super) token: AccessToken,
}

/// The answer to a [`Question`].
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct Answer {
    pub(super) link: Link,
    pub(super) user: UserId,
    pub(super) id: Option<MessageId>,
    pub(super) said: Result<Identity, BadToken>,
    /// The client's messages after it.
    pub(super) rest: Rest,
}

/// The rest of a batch, and when it was said.
pub(super) struct Rest {
    pub(super) batch: smallvec::IntoIter<[Payload; 1]>,
    pub(super) at: Instant,
}

impl Rest {
    pub(super) fn is_empty(&self) -> bool {
        self.batch.as_slice().is_empty()
    }

    /// Bytes of the messages.
    pub(super) fn bytes(&self) -> usize {
        self.batch.as_slice().iter().map(Payload::len).sum()
    }
}

/// The thread's end with the hub. The thread ends with it.
pub(super) struct Verifier(SyncSender<Waiting>);

/// A token that waits, and what its client said after it.
type Waiting = Box<(Question, Rest)>;

impl Verifier {
    /// Starts the thread. Fails where the system gives none.
    pub(super) fn start(
        auth: Arc<dyn Authenticator>,
        hub: WeakRecipient<Answer>,
    ) -> io::Result<Self> {
        let (sender, questions) = sync_channel(WAITING);
        thread::Builder::new()
            .name("tokens".into())
            .spawn(move || answer(&*auth, &hub, &questions))?;
        Ok(Self(sender))
    }

    /// Takes a question, or gives it back if too many wait.
    pub(super) fn ask(&self, question: Question, rest: Rest) -> Result<(), Waiting> {
        self.0.try_send(Box::new((question, rest))).map_err(|refused| match refused {
            TrySendError::Full(back) => back,
            TrySendError::Disconnected(back) => {
                error!("the thread that looks at access tokens is gone; restart the node");
                back
            }
        })
    }
}

fn answer(auth: &dyn Authenticator, hub: &WeakRecipient<Answer>, questions: &Receiver<Waiting>) {
    for waiting in questions {
        let (Question { link, user, id, token }, rest) = *waiting;
        let said = auth.verify(&token);
        let Some(hub) = hub.upgrade() else { return };
        // why: at most as many answers are under way as there are sockets, each with one question.
        hub.do_send(Answer { link, user, id, said, rest });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Mutex, mpsc};
    use std::time::Duration;

    use actix::{Actor, Addr};

    use super::*;
    use crate::config::{AuthMode, Config};
    use crate::domain::{Parting, Permissions};
    use crate::hub::test_client::Client;
    use crate::hub::{ConnectionEvent, SignalingHub};
    use crate::metrics::Meters;

    /// Looks at a token when it is let.
    struct Patient(Mutex<mpsc::Receiver<()>>);

    impl Authenticator for Patient {
        fn verify(&self, _: &AccessToken) -> Result<Identity, BadToken> {
            self.0.lock().unwrap().recv().map_err(|_| BadToken::Signature)?;
            let (user, lasts) = (UserId::parse("ana").unwrap(), Duration::from_secs(60));
            Ok(Identity { user, name: None, lasts, permissions: Permissions::default() })
        }
    }

    fn hub() -> (Addr<SignalingHub>, mpsc::Sender<()>) {
        let (lets, let_on) = mpsc::channel();
        let config = Config { auth: AuthMode::Jwt, presence_limit: 0, ..Config::default() };
        let auth = Arc::new(Patient(Mutex::new(let_on)));
        let (hub, _) = SignalingHub::new(&Arc::new(config), Some(auth), Meters::default());
        (hub.start(), lets)
    }

    const REFRESH: &str = r#"{"type":"refresh","token":"t"}"#;
    const PING: &str = r#"{"type":"ping"}"#;
    const JOIN: &str = r#"{"type":"join","room":"den"}"#;

    #[actix_rt::test]
    async fn while_a_token_is_looked_at_others_are_heard_and_its_client_afterwards() {
        let (hub, lets) = hub();
        let mut ana = Client::comes(&hub, "ana").await;
        let mut bo = Client::comes(&hub, "bo").await;

        ana.says([PING, REFRESH, JOIN, REFRESH, PING]);
        assert_eq!(ana.hears().await, "pong");
        bo.says([PING]);
        assert_eq!(bo.hears().await, "pong");
        assert!(ana.heard.try_recv().is_err(), "what follows the token waits for it");
        let waker = futures_util::task::noop_waker();
        assert!(!ana.link.may_read(&waker), "and nothing more is read");
        lets.send(()).unwrap();

        assert_eq!([ana.hears().await, ana.hears().await], ["refreshed", "room-joined"]);
        assert!(ana.heard.try_recv().is_err());
        lets.send(()).unwrap();
        assert_eq!([ana.hears().await, ana.hears().await], ["refreshed", "pong"]);
        assert!(ana.link.may_read(&waker));
    }

    #[actix_rt::test]
    async fn a_socket_that_ends_while_its_token_is_looked_at_changes_nothing() {
        let (hub, lets) = hub();
        let ana = Client::comes(&hub, "ana").await;
        let mut bo = Client::comes(&hub, "bo").await;
        ana.says([REFRESH, JOIN]);

        ana.reports(ConnectionEvent::Ended(Parting::Broken));
        lets.send(()).unwrap();
        let mut again = Client::comes(&hub, "ana").await;
        again.says([REFRESH, PING]);
        lets.send(()).unwrap();
        assert_eq!([again.hears().await, again.hears().await], ["refreshed", "pong"]);

        let census = hub.send(crate::hub::Inspect).await.unwrap().census;
        assert_eq!((census.users, census.rooms, census.counts.refreshed), (2, 0, 1));
        bo.says([PING]);
        while bo.hears().await != "pong" {}
    }

    #[actix_rt::test]
    async fn a_token_for_which_nobody_has_time_is_refused_and_the_rest_is_heard() {
        let (hub, lets) = hub();
        let mut clients = Vec::new();
        // One is looked at, and the others wait.
        for number in 0..WAITING + 2 {
            clients.push(Client::comes(&hub, &format!("u{number}")).await);
        }
        clients.iter().for_each(|client| client.says([REFRESH, PING]));

        let last = clients.last_mut().unwrap();
        while last.hears().await != "error" {}
        assert_eq!(last.hears().await, "pong");
        drop(lets);
        for client in &mut clients[..WAITING] {
            while client.hears().await != "pong" {}
        }
    }
}
