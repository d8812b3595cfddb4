//! How long a silent connection is kept: real sockets, and a clock that moves only when it is told to.

use std::net::Ipv4Addr;
use std::pin::pin;
use std::sync::mpsc;
use std::task::Poll;
use std::time::Instant;

use actix_rt::task::spawn_blocking;
use futures_util::poll;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};
use tokio::task::yield_now;
use tokio::time::{advance, pause};

use super::*;
use crate::config::Config;
use crate::connection::Fault;

/// The trusted proxy.
const PROXY: Ipv4Addr = Ipv4Addr::LOCALHOST;
/// A client without a proxy.
const CLIENT: Ipv4Addr = Ipv4Addr::new(127, 0, 0, 2);
/// Requests on a connection of the proxy, at most.
const REQUESTS: u32 = 4;
/// Wait for an answer, by the clock of the machine.
const PATIENCE: Duration = Duration::from_secs(20);

fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// The runtime's clock, which stands still until it is told to move.
struct StillClock {
    /// A task that blocks keeps tokio from moving the clock by itself, as it would while all tasks wait
    /// for sockets. The task ends when this is dropped.
    _blocks: mpsc::Sender<()>,
}

impl StillClock {
    fn new() -> Self {
        pause();
        let (blocks, ends) = mpsc::channel::<()>();
        spawn_blocking(move || ends.recv());
        Self { _blocks: blocks }
    }
}

/// Waits for something that does not depend on the clock of the runtime.
async fn soon<T>(what: &str, event: impl Future<Output = T>) -> T {
    let (mut event, begin) = (pin!(event), Instant::now());
    loop {
        if let Poll::Ready(done) = poll!(&mut event) {
            return done;
        }
        assert!(begin.elapsed() < PATIENCE, "waited in vain for {what}");
        yield_now().await;
    }
}

/// Answers [`REQUESTS`] of a proxy.
struct Few;

impl Reception for Few {
    fn requests_max(&self, from_proxy: bool) -> u32 {
        if from_proxy { REQUESTS } else { 100 }
    }

    fn answer_to(&self, fault: Fault) -> HttpResponse {
        HttpResponse::build(fault.status()).finish()
    }
}

/// A connection that is served, and the clock of its server.
struct Kept {
    stream: TcpStream,
    _clock: StillClock,
}

impl Kept {
    async fn of(peer: Ipv4Addr) -> Self {
        let clock = StillClock::new();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind((peer, 0).into()).unwrap();
        let connects = socket.connect(listener.local_addr().unwrap());
        let stream = soon("a connection", connects).await.unwrap();
        let (accepted, _) = soon("a connection", listener.accept()).await.unwrap();
        let config =
            Config { trusted_proxies: vec![IpAddr::from(PROXY).into()], ..Config::default() };
        let own = Own {
            pending: Pending::new(&config),
            stopping: Server::build().graceful_shutdown_signal(),
        };
        let pages = Box::new(|_| -> LocalBoxFuture<'static, HttpResponse> {
            Box::pin(async { HttpResponse::NoContent().finish() })
        });
        let desk = Rc::new(own.desk(pages, None, Box::new(Few)));
        actix_rt::spawn(accept(accepted, None, desk));
        Self { stream, _clock: clock }
    }

    /// Sends a request. Returns whether the answer says that it is the last one.
    async fn asks(&mut self) -> bool {
        self.stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"\r\n\r\n") {
            let read = soon("an answer", self.stream.read_buf(&mut answer)).await.unwrap();
            assert!(read > 0, "the end of the connection instead of an answer");
        }
        let answer = String::from_utf8(answer).unwrap().to_ascii_lowercase();
        assert!(answer.starts_with("http/1.1 204 "), "{answer}");
        answer.contains("\r\nconnection: close\r\n")
    }

    /// The server has ended the connection.
    async fn is_over(&mut self) {
        let read = soon("the end of the connection", self.stream.read(&mut [0])).await;
        assert_eq!(read.unwrap(), 0);
    }
}

#[actix_rt::test]
async fn a_pooled_connection_of_a_proxy_that_was_idle_for_up_to_75_s_is_answered_as_before() {
    let mut kept = Kept::of(PROXY).await;
    assert!(!kept.asks().await);

    // nginx gives up an idle connection after 60 s, and usual balancers after 60 to 75 s.
    for idle in [60, 74] {
        advance(secs(idle)).await;
        assert!(!kept.asks().await, "after {idle} s");
    }
}

#[actix_rt::test]
async fn a_pooled_connection_of_a_proxy_is_closed_after_90_s_without_a_request() {
    let mut kept = Kept::of(PROXY).await;
    kept.asks().await;
    advance(secs(89)).await;
    assert!(!kept.asks().await, "each request begins the time anew");

    advance(secs(91)).await;

    kept.is_over().await;
}

#[actix_rt::test]
async fn the_last_answer_on_a_connection_of_a_proxy_says_so_and_no_other_one_does() {
    let mut kept = Kept::of(PROXY).await;
    for number in 1..REQUESTS {
        assert!(!kept.asks().await, "request {number} of {REQUESTS}");
        advance(secs(74)).await;
    }

    assert!(kept.asks().await);

    kept.is_over().await;
}

#[actix_rt::test]
async fn a_client_s_connection_is_closed_after_5_s_without_a_request() {
    let mut kept = Kept::of(CLIENT).await;
    kept.asks().await;
    advance(secs(4)).await;
    assert!(!kept.asks().await);

    advance(secs(6)).await;

    kept.is_over().await;
}

#[actix_rt::test]
async fn the_first_answer_to_a_client_after_30_s_is_the_last_of_its_connection_and_says_so() {
    let mut kept = Kept::of(CLIENT).await;
    for number in 0..8 {
        assert!(!kept.asks().await, "after {} s", 4 * number);
        advance(secs(4)).await;
    }

    assert!(kept.asks().await, "after 32 s");

    kept.is_over().await;
}
