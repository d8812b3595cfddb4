//! A server whose hub is the test, and a client that speaks in frames.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, Context, Handler};
use actix_server::ServerHandle;
use actix_web::web::Bytes;
use actix_web::{App, HttpRequest, HttpResponse, web};
use switchboard::config::Config;
use switchboard::connection::{
    Admission, Closes, Limits, Node, OpenSockets, Pending, Plain, Port, Seat, Site, accept, listen,
};
use switchboard::domain::Login;
use switchboard::hub::{
    ConnectionEvent, Deliver, FromConnection, Link, Parting, Payload, Refusals, SocketMemory, Then,
};
use switchboard::metrics::Meters;
use switchboard::protocol::{Close, UserId};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

pub(crate) const LAST: u8 = 0x80;
pub(crate) const CONTINUATION: u8 = 0;
pub(crate) const TEXT: u8 = 1;
pub(crate) const BINARY: u8 = 2;
pub(crate) const CLOSE: u8 = LAST | 8;
pub(crate) const PING: u8 = LAST | 9;
pub(crate) const PONG: u8 = LAST | 10;

pub(crate) const SECOND: Duration = Duration::from_secs(1);
pub(crate) const MEGABYTE: usize = 1 << 20;

const MASK: [u8; 4] = [0xa5, 0x0f, 0x33, 0x71];
const HANDSHAKE: &str = "Host: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
    Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n";

/// Limits that no test runs into by accident.
pub(crate) fn limits() -> Limits {
    Limits {
        max_frame: 64 << 10,
        heartbeat: Duration::from_secs(60),
        stall: Duration::from_secs(60),
        registering: Duration::from_secs(60),
        incoming: 1 << 20,
        incoming_of_address: 1 << 20,
    }
}

pub(crate) fn limits_but(change: impl FnOnce(&mut Limits)) -> Limits {
    let mut limits = limits();
    change(&mut limits);
    limits
}

/// Waits for the event itself, with a deadline that fails.
pub(crate) async fn within<T>(what: &str, event: impl Future<Output = T>) -> T {
    let waited = tokio::time::timeout(Duration::from_secs(20), event).await;
    waited.unwrap_or_else(|_| panic!("waited in vain for {what}"))
}

/// N of `retry after N ms`.
pub(crate) fn wait_in(reason: &str) -> u64 {
    let number = reason.strip_prefix("retry after ").and_then(|rest| rest.strip_suffix(" ms"));
    number.unwrap_or_else(|| panic!("{reason}")).parse().unwrap()
}

pub(crate) fn frame(first: u8, content: &[u8]) -> Vec<u8> {
    let mut frame = vec![first];
    match content.len() {
        length @ 0..126 => frame.push(0x80 | length as u8),
        length @ 126..65536 => {
            frame.push(0x80 | 126);
            frame.extend((length as u16).to_be_bytes());
        }
        length => {
            frame.push(0x80 | 127);
            frame.extend((length as u64).to_be_bytes());
        }
    }
    frame.extend(MASK);
    frame.extend(content.iter().zip(MASK.iter().cycle()).map(|(byte, mask)| byte ^ mask));
    frame
}

/// Hands every report to the test.
struct Reporter(UnboundedSender<FromConnection>);

impl Actor for Reporter {
    type Context = Context<Self>;
}

impl Handler<FromConnection> for Reporter {
    type Result = ();

    fn handle(&mut self, report: FromConnection, _: &mut Context<Self>) {
        let _ = self.0.send(report);
    }
}

/// A page that no kernel takes at once.
static LARGE: [u8; 1 << 20] = [b'x'; 1 << 20];

pub(crate) struct Service {
    pub(crate) address: SocketAddr,
    pub(crate) pending: Pending,
    reports: UnboundedReceiver<FromConnection>,
    pub(crate) open: OpenSockets,
    memory: Arc<SocketMemory>,
    pub(crate) seats: OpenSockets,
    server: ServerHandle,
}

impl Service {
    pub(crate) async fn start(limits: Limits) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let (reporter, reports) = unbounded_channel();
        let open = OpenSockets::default();
        let memory = Arc::new(SocketMemory::default());
        let seats = OpenSockets::default();
        let (node_open, node_memory, node_seats) =
            (open.clone(), Arc::clone(&memory), seats.clone());
        let site = move || {
            let seats = node_seats.clone();
            let seat = move |request: HttpRequest, admission: Admission| {
                let guard = Arc::new(seats.enter());
                let seat = Seat { admission, protocol: Some("switchboard.v1"), guard };
                accept(&request, seat).map_err(actix_web::Error::from)
            };
            let refuse = seat.clone();
            let login = move |request| {
                let login = Login::fresh(UserId::parse("ana").unwrap());
                std::future::ready(seat(request, Admission::Login(login)))
            };
            let refused = move |request| {
                let admission =
                    Admission::Refused { message: "why".into(), close: Close::TokenRefused };
                std::future::ready(refuse(request, admission))
            };
            Site {
                reception: Box::new(Plain),
                pages: App::new()
                    .route("/large", web::get().to(async || Bytes::from_static(&LARGE)))
                    .default_service(web::to(HttpResponse::NotFound)),
                sockets: App::new()
                    .route("/ws", web::get().to(login))
                    .route("/refused", web::get().to(refused))
                    .default_service(web::to(HttpResponse::NotFound)),
                node: Node {
                    hub: Reporter(reporter.clone()).start().recipient(),
                    limits,
                    memory: Arc::clone(&node_memory),
                    open: node_open.clone(),
                    closes: Closes::default(),
                    refusals: Refusals::default(),
                    meters: Meters::default(),
                },
            }
        };
        let pending = Pending::new(&Config { new_connections_per_address: 0, ..Config::default() });
        let server =
            listen(Port { listener, workers: 1, tls: None, pending: pending.clone() }, site)
                .unwrap();
        let handle = server.handle();
        actix_rt::spawn(server);
        Self { address, pending, reports, open, memory, seats, server: handle }
    }

    /// A client whose upgrade is answered.
    pub(crate) async fn upgrade(&self, path: &str) -> Client {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        // What has been written is on its way, even if a reset follows.
        stream.set_nodelay(true).unwrap();
        let request = format!("GET {path} HTTP/1.1\r\n{HANDSHAKE}");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            answer.push(within("the answer", stream.read_u8()).await.unwrap());
        }
        Client { stream, answer: String::from_utf8(answer).unwrap() }
    }

    /// A client that the hub has heard of and not yet let in.
    pub(crate) async fn connect(&mut self) -> (Client, Link) {
        let client = self.upgrade("/ws").await;
        let report = self.report().await;
        match report.event {
            ConnectionEvent::Opened(login) => assert_eq!(login.user.unwrap().as_str(), "ana"),
            other => panic!("{other:?}"),
        }
        (client, report.link)
    }

    /// A client that the hub has let in.
    pub(crate) async fn admit(&mut self) -> (Client, Link) {
        let (client, link) = self.connect().await;
        self.deliver(&link, &[], Then::Continue);
        (client, link)
    }

    pub(crate) fn deliver(&self, link: &Link, texts: &[&str], then: Then) {
        let payloads = texts.iter().map(|text| Payload::Text((*text).into())).collect();
        for text in texts {
            link.count(text.len());
        }
        link.deliver(Deliver { payloads, then, since: None });
    }

    pub(crate) async fn report(&mut self) -> FromConnection {
        within("a report", self.reports.recv()).await.unwrap()
    }

    pub(crate) async fn said(&mut self) -> Vec<Payload> {
        match self.report().await.event {
            ConnectionEvent::Said(batch) => batch.into_vec(),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn ended(&mut self, parting: Parting) {
        match self.report().await.event {
            ConnectionEvent::Ended(as_said) => assert_eq!(as_said, parting),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) async fn http(&self, request: &str) -> String {
        let mut stream = TcpStream::connect(self.address).await.unwrap();
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        within("the answer", stream.read_to_string(&mut answer)).await.unwrap();
        answer
    }

    /// Every socket is gone, all accounts are even, and nothing was reported that no test looked at.
    pub(crate) async fn over(mut self) {
        within("every socket to go", self.open.none_left()).await;
        within("the stop", self.server.stop(false)).await;
        let rest = self.reports.try_recv();
        assert!(rest.is_err(), "{rest:?}");
        let left = (self.memory.unwritten(), self.memory.incoming());
        assert_eq!(left, (0, 0), "bytes unaccounted for");
    }
}

pub(crate) struct Client {
    stream: TcpStream,
    pub(crate) answer: String,
}

impl Client {
    pub(crate) async fn write(&mut self, bytes: &[u8]) {
        within("room to write", self.stream.write_all(bytes)).await.unwrap();
    }

    pub(crate) async fn send(&mut self, first: u8, content: &[u8]) {
        self.write(&frame(first, content)).await;
    }

    pub(crate) async fn close(&mut self, code: Option<u16>) {
        let content = code.map_or(Vec::new(), |code| code.to_be_bytes().to_vec());
        self.send(CLOSE, &content).await;
    }

    /// First byte and content of the next frame.
    pub(crate) async fn frame(&mut self) -> (u8, Vec<u8>) {
        within("a frame", self.read_frame()).await.unwrap()
    }

    async fn read_frame(&mut self) -> std::io::Result<(u8, Vec<u8>)> {
        let first = self.stream.read_u8().await?;
        let length = match self.stream.read_u8().await? {
            126 => u64::from(self.stream.read_u16().await?),
            127 => self.stream.read_u64().await?,
            short => u64::from(short),
        };
        let mut content = vec![0; length as usize];
        self.stream.read_exact(&mut content).await?;
        Ok((first, content))
    }

    /// Code and reason of the close frame that comes next.
    pub(crate) async fn close_frame(&mut self) -> (u16, String) {
        let (first, content) = self.frame().await;
        assert_eq!(first, CLOSE, "{content:?}");
        let (code, reason) = content.split_first_chunk().unwrap();
        (u16::from_be_bytes(*code), String::from_utf8(reason.to_vec()).unwrap())
    }

    /// Says goodbye and waits until the server has shut down its side.
    pub(crate) async fn leave(mut self) {
        self.close(Some(1001)).await;
        assert_eq!(self.close_frame().await.0, 1001);
        self.expect_eof().await;
    }

    /// Nothing more comes, and it was no reset; so the client leaves too.
    pub(crate) async fn expect_eof(mut self) {
        let mut rest = Vec::new();
        within("the end", self.stream.read_to_end(&mut rest)).await.unwrap();
        assert!(rest.is_empty(), "{rest:?}");
    }

    pub(crate) async fn expect_reset(mut self) {
        let mut rest = Vec::new();
        let end = within("the end", self.stream.read_to_end(&mut rest)).await;
        assert_eq!(end.unwrap_err().kind(), std::io::ErrorKind::ConnectionReset);
    }

    pub(crate) fn reset(self) {
        self.stream.set_zero_linger().unwrap();
    }

    /// Writes the same again and again, until it is cut off.
    pub(crate) async fn flood(mut self, wire: Vec<u8>) {
        while self.stream.write_all(&wire).await.is_ok() {}
    }
}
