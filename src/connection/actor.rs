//! The actor: what it owns, how it starts, and what one turn of it does.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{self, Poll};

use actix::{Actor, ActorContext, ActorFuture, Addr, AsyncContext, Context, Handler};
use bytes::BytesMut;
use log::{debug, trace};
use tokio::time::{Instant, Sleep, sleep_until};

use crate::domain::Login;
use crate::hub::{ConnectionEvent, Deliver, FromConnection, Guard, Link, Parting, Payload, Then};
use crate::protocol::UserId;

use super::backlog::{Backlog, Progress};
use super::clock::Asked;
use super::closes::ClientEnd;
use super::closing::Phase;
use super::frame_rate::FrameRate;
use super::frames::{ReadEnd, Reader};
use super::io::Io;
use super::open::OpenSocket;
use super::proof::Proof;
use super::upgrade::Admission;
use super::{Node, SharedNode};

/// One socket: begins where an accepted upgrade is answered, ends by itself.
#[derive(Debug)]
pub struct Connection {
    pub(super) io: Io,
    pub(super) reader: Reader,
    pub(super) backlog: Backlog,
    pub(super) phase: Phase,
    /// `None` for a socket that was refused: the hub never hears of it.
    pub(super) presence: Option<Presence>,
    /// Only for one that is to take somebody's place.
    pub(super) proof: Option<Box<Proof>>,
    /// How reading ended, behind a batch that is still with the hub.
    pub(super) read_end: Option<Box<EndOfTalk>>,
    /// When the client was last heard.
    pub(super) heard: Instant,
    pub(super) asked: Asked,
    pub(super) frame_rate: FrameRate,
    /// Whether reading waits for time to pass, although hub and socket may be ready.
    pub(super) is_held_up: bool,
    /// Since when the client owes the rest of a message.
    pub(super) owing_since: Option<Instant>,
    /// Since when the socket has taken nothing of the backlog.
    pub(super) stalled_since: Option<Instant>,
    pub(super) alarm: Pin<Box<Sleep>>,
    /// What the alarm is set to and will wake this task for; `None` when it has rung.
    pub(super) rings_at: Option<Instant>,
    pub(super) node: SharedNode,
    /// Held for its drop, and knows the client's address.
    guard: Guard,
    _open: OpenSocket,
}

/// What came behind the last message: the client's close, or why there is no more.
#[derive(Debug)]
pub(super) enum EndOfTalk {
    Close(Option<actix_web_actors::ws::CloseCode>),
    Read(ReadEnd),
}

/// The connection as the hub sees it.
#[derive(Debug)]
pub(super) struct Presence {
    pub(super) link: Link,
    pub(super) reported: Reported,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reported {
    Opened,
    Ended,
}

impl Connection {
    /// Takes over the socket. `unread` is what the client sent behind its handshake.
    pub(super) fn start(
        io: Io,
        unread: BytesMut,
        admission: Admission,
        guard: Guard,
        node: &SharedNode,
    ) -> Addr<Self> {
        io.tune();
        Connection::create(|context| {
            let now = Instant::now();
            let until = now + node.limits.registering;
            let mut connection = Connection {
                io,
                reader: Reader::new(node.limits.max_frame, unread),
                backlog: Backlog::default(),
                phase: Phase::Registering { until },
                presence: None,
                proof: None,
                read_end: None,
                heard: now,
                asked: Asked::Nothing,
                frame_rate: FrameRate::default(),
                is_held_up: false,
                owing_since: None,
                stalled_since: None,
                alarm: Box::pin(sleep_until(until)),
                rings_at: None,
                node: Rc::clone(node),
                guard: guard.clone(),
                _open: node.open.enter(),
            };
            match admission {
                Admission::Login(login) => connection.open(login, guard, context),
                Admission::Refused { message, close } => {
                    node.refusals.count(&message);
                    node.meters.queued(1);
                    connection.backlog.push(Payload::Text(message));
                    connection.close(close, Parting::Broken);
                }
            }
            connection
        })
    }

    fn open(&mut self, login: Login, guard: Guard, context: &Context<Self>) {
        let recipient = context.address().recipient();
        let link = Link::new(recipient, self.node.memory.clone(), guard);
        tell(&self.node, &link, ConnectionEvent::Opened(login.into()));
        self.presence = Some(Presence { link, reported: Reported::Opened });
    }

    /// One turn: whatever can be done now, until socket, hub and clock have nothing more.
    fn turn(&mut self, cx: &mut task::Context<'_>) -> Poll<()> {
        let now = Instant::now();
        let phase = std::mem::discriminant(&self.phase);
        // What the mailbox has just queued leaves first: reading waits while pongs pile up.
        self.flush(cx, now);
        self.read(cx, now);
        self.look_at_the_clock(cx, now);
        self.flush(cx, now);
        self.wind_up(cx);
        self.count_incoming();
        if self.phase == Phase::Over {
            return Poll::Ready(());
        }
        self.set_the_alarm(cx, now);
        if std::mem::discriminant(&self.phase) != phase {
            // The new phase has not looked at the socket yet, so nothing there would wake it.
            cx.waker().wake_by_ref();
        }
        Poll::Pending
    }

    /// Tells the node what has been read and not been handed to the hub.
    fn count_incoming(&mut self) {
        let early = self.proof.as_ref().map_or(0, |proof| proof.early_bytes());
        self.reader.count(&self.node.memory, || self.guard.address(), early);
    }

    /// Bytes that all clients of this one's address take of the room for messages that are not whole.
    /// `None` if the address is not known.
    pub(super) fn held_by_address(&self) -> Option<usize> {
        self.guard.address().map(|address| self.node.memory.held_by(address))
    }

    fn flush(&mut self, cx: &mut task::Context<'_>, now: Instant) {
        let mut progress = Progress::default();
        let outcome = self.backlog.poll_write(&mut self.io, cx, &mut progress);
        self.account(progress);
        match outcome {
            Poll::Ready(Ok(())) => self.stalled_since = None,
            // The rest is encrypted, and bounded; when the socket takes of it is not seen here. That
            // it does is the heartbeat's business.
            Poll::Pending if self.backlog.is_empty() => self.stalled_since = None,
            Poll::Pending if progress.taken > 0 => self.stalled_since = Some(now),
            Poll::Pending => self.stalled_since = self.stalled_since.or(Some(now)),
            Poll::Ready(Err(error)) => self.cannot_write(cx, &error),
        }
    }

    fn cannot_write(&mut self, cx: &task::Context<'_>, error: &io::Error) {
        if self.phase != Phase::Open {
            return self.broken(error);
        }
        // Reading tells how it ended: the client's goodbye may lie there still.
        let dropped = self.backlog.drop_all();
        self.account(dropped);
        self.stalled_since = None;
        cx.waker().wake_by_ref();
    }

    pub(super) fn account(&self, progress: Progress) {
        let Some(presence) = &self.presence else { return };
        if progress.messages > 0 {
            presence.link.written(progress.messages, progress.bytes);
        }
    }

    /// Tells the hub, as long as it has not been told that this is over.
    pub(super) fn report(&self, event: ConnectionEvent) {
        if let Some(Presence { link, reported: Reported::Opened }) = &self.presence {
            tell(&self.node, link, event);
        }
    }

    /// Tells the hub, once, that this is over.
    pub(super) fn report_end(&mut self, parting: Parting) {
        self.report(ConnectionEvent::Ended(parting));
        if let Some(presence) = &mut self.presence {
            presence.reported = Reported::Ended;
        }
    }

    /// For the log.
    pub(super) fn user(&self) -> &str {
        let presence = self.presence.as_ref();
        presence.and_then(|presence| presence.link.user()).map_or("-", UserId::as_str)
    }
}

fn tell(node: &Node, link: &Link, event: ConnectionEvent) {
    // why: a connection has one batch with the hub at a time and few reports in its life, so
    // what waits there is bounded by the number of sockets.
    let at = std::time::Instant::now();
    node.meters.report_sent();
    node.hub.do_send(FromConnection { link: link.clone(), event, at });
}

impl Actor for Connection {
    type Context = Context<Self>;

    fn started(&mut self, context: &mut Context<Self>) {
        context.spawn(Turn);
    }
}

impl Handler<Deliver> for Connection {
    type Result = ();

    fn handle(&mut self, Deliver { payloads, then, since }: Deliver, _: &mut Context<Self>) {
        match self.phase {
            Phase::Registering { .. } => {
                if let Then::Prove(login) = then {
                    return self.ask_for_proof(login);
                }
                self.phase = Phase::Open;
                self.heard = Instant::now();
            }
            Phase::Open => {}
            // Crossed with the report of the end: nobody will read it.
            Phase::Closing(_) | Phase::Ending(_) | Phase::Resetting | Phase::Over => {
                let bytes = payloads.iter().map(Payload::len).sum();
                return self.account(Progress { taken: 0, messages: payloads.len(), bytes });
            }
        }
        if let Some(since) = since {
            self.node.meters.relayed(since.elapsed());
        }
        if matches!(then, Then::Close(_)) && self.stalled_since.is_some() {
            // A reader this slow would not get to the close frame in time.
            let dropped = self.backlog.drop_waiting();
            self.account(dropped);
        }
        for payload in payloads {
            trace!(user = self.user(), bytes = payload.len(); "out");
            self.backlog.push(payload);
        }
        match then {
            // It has proven itself already.
            Then::Continue | Then::Prove(_) => {}
            Then::Probe => self.ask_for_the_hub(),
            Then::Close(close) => self.close(close, Parting::Broken),
        }
    }
}

/// What the actor's task polls, behind the mailbox: so what a delivery queues leaves in the same
/// wake-up.
struct Turn;

impl ActorFuture<Connection> for Turn {
    type Output = ();

    fn poll(
        self: Pin<&mut Self>,
        connection: &mut Connection,
        context: &mut Context<Connection>,
        cx: &mut task::Context<'_>,
    ) -> Poll<()> {
        let turn = connection.turn(cx);
        if turn.is_ready() {
            context.stop();
        }
        turn
    }
}

impl Drop for Connection {
    /// Runs on a panic too, so nothing in it may panic.
    fn drop(&mut self) {
        let never_written = self.backlog.drop_all();
        self.account(never_written);
        self.node.memory.held_changed(self.guard.address(), self.reader.counted(), 0);
        self.count_end(ClientEnd::None);
        self.report_end(Parting::Broken);
        debug!(user = self.user(); "socket over");
    }
}

#[cfg(test)]
pub(super) mod tests {
    use actix::Message;
    use tokio::net::{TcpListener, TcpStream};
    use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

    use super::*;
    use crate::config::Config;
    use crate::connection::{Limits, OpenSockets};
    use crate::protocol::UserId;

    struct Reporter(UnboundedSender<ConnectionEvent>);

    impl Actor for Reporter {
        type Context = Context<Self>;
    }

    impl Handler<FromConnection> for Reporter {
        type Result = ();
        fn handle(&mut self, report: FromConnection, _: &mut Context<Self>) {
            self.0.send(report.event).unwrap();
        }
    }

    #[derive(Message)]
    #[rtype(result = "()")]
    struct Panic;

    impl Handler<Panic> for Connection {
        type Result = ();
        fn handle(&mut self, _: Panic, _: &mut Context<Self>) {
            panic!("on purpose");
        }
    }

    /// A connection that waits to be let in, and what belongs to it.
    pub(in crate::connection) struct Begun {
        pub(in crate::connection) connection: Addr<Connection>,
        reports: UnboundedReceiver<ConnectionEvent>,
        node: SharedNode,
        pub(in crate::connection) client: TcpStream,
    }

    pub(in crate::connection) async fn begin() -> Begun {
        let (reporter, reports) = unbounded_channel();
        let hub = Reporter(reporter).start().recipient();
        let limits = Limits::from(&Config::default());
        let (memory, open) = (Default::default(), OpenSockets::default());
        let (closes, refusals, meters) = Default::default();
        let node = Rc::new(Node { hub, limits, memory, open, closes, refusals, meters });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (stream, _) = listener.accept().await.unwrap();
        let admission = Admission::Login(Login::fresh(UserId::parse("ana").unwrap()));
        let guard = std::sync::Arc::new(());
        let connection = Connection::start(stream.into(), BytesMut::new(), admission, guard, &node);
        Begun { connection, reports, node, client }
    }

    #[test]
    fn a_connection_is_no_bigger_than_an_idle_user_may_cost() {
        // With actix's and the runtime's share that makes a task of 768 bytes; the next size is 896.
        let size = size_of::<Connection>();
        assert!(size <= 336, "{size}");
    }

    #[actix_rt::test]
    async fn a_panic_ends_that_socket_alone_and_the_hub_is_told_once() {
        let Begun { connection, mut reports, node, client: _client } = begin().await;
        assert!(matches!(reports.recv().await, Some(ConnectionEvent::Opened(_))));

        connection.do_send(Panic);
        node.open.none_left().await;

        let end = reports.recv().await;
        assert!(matches!(end, Some(ConnectionEvent::Ended(Parting::Broken))), "{end:?}");
        assert!(reports.try_recv().is_err());
    }
}
