//! Honest users behind one address (an office, a school, a carrier) with somebody who opens
//! connections without end.

use std::net::SocketAddr;
use std::time::Duration;

use switchboard::config::Config;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::sync::oneshot;
use tokio::time::{interval, timeout};

use super::harness::{TestServer, config};

/// Time between two connections of the neighbour: 100 a second.
const INTERVAL: Duration = Duration::from_millis(10);
/// Connections that the neighbour has opened before anybody else comes.
const HEAD_START: usize = 400;
/// How long an honest user may take to sign in.
const SIGNED_IN: Duration = Duration::from_secs(2);

/// The default limits of connections of an address.
fn limited() -> Config {
    let Config { new_connections_per_address, requests_per_address, .. } = Config::default();
    Config { new_connections_per_address, requests_per_address, ..config() }
}

/// Opens connections at 100 a second, of which nothing is waited for and none is closed.
struct Neighbour {
    go_on: oneshot::Sender<()>,
    thread: std::thread::JoinHandle<()>,
}

impl Neighbour {
    /// Returns when it has its head start. Each connection sends `beginning`.
    async fn begins(address: SocketAddr, beginning: &'static [u8]) -> Self {
        let (go_on, mut is_over) = oneshot::channel();
        let (has_begun, begun) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            actix_rt::System::new().block_on(async move {
                let mut open: Vec<_> = Vec::new();
                for _ in 0..HEAD_START {
                    open.extend(opens(address, beginning).await);
                }
                has_begun.send(()).unwrap();
                let mut ticks = interval(INTERVAL);
                while is_over.try_recv() == Err(oneshot::error::TryRecvError::Empty) {
                    ticks.tick().await;
                    open.extend(opens(address, beginning).await);
                }
            });
        });
        begun.await.unwrap();
        Self { go_on, thread }
    }

    fn ends(self) {
        drop(self.go_on);
        self.thread.join().unwrap();
    }
}

async fn opens(address: SocketAddr, beginning: &[u8]) -> Option<TcpStream> {
    let mut stream = TcpStream::connect(address).await.ok()?;
    let _ = stream.write_all(beginning).await;
    Some(stream)
}

/// Ten of ten users of the neighbour's address sign in.
async fn sign_in_beside(beginning: &'static [u8]) {
    let server = TestServer::start(limited()).await;
    let neighbour = Neighbour::begins(server.address, beginning).await;

    for n in 0..10 {
        let signed_in = timeout(SIGNED_IN, server.connects(&format!("user{n}"))).await;
        signed_in.unwrap_or_else(|_| panic!("user {n} did not get in")).leaves().await;
    }

    assert!(server.cut_off() > 0, "there was room for everybody");
    neighbour.ends();
    server.ends_clean().await;
}

#[actix_rt::test]
async fn users_sign_in_beside_a_neighbour_who_opens_connections_and_says_nothing() {
    sign_in_beside(b"").await;
}

#[actix_rt::test]
async fn users_sign_in_beside_a_neighbour_who_does_not_finish_what_it_begins() {
    sign_in_beside(match crate::OVER_TLS {
        false => b"GET /ws?userId=eve HTTP/1.1\r\nHost: loc",
        // The head of a hello of 256 bytes.
        true => &[22, 3, 1, 1, 0, 1, 0, 0, 252, 3, 3],
    })
    .await;
}
