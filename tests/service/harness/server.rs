//! One server for one test.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use switchboard::config::Config;
use switchboard::domain::Census;
use switchboard::http::GateCounts;
use switchboard::server::Server;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use super::{Client, Identity, Link, PATIENCE, Witness};

/// The default settings on a free port, without limits for this machine's address and for calls.
/// Sessions end with their sockets, unless a test is about those that do not.
pub fn config() -> Config {
    let identity = crate::OVER_TLS.then(Identity::ours);
    Config {
        tls_cert: identity.map(|it| it.cert.clone()),
        tls_key: identity.map(|it| it.key.clone()),
        listen: SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0),
        max_sockets_per_address: 0,
        new_sockets_per_address: 0,
        new_connections_per_address: 0,
        requests_per_address: 0,
        address_rate: 0,
        call_rate: 0,
        resume_window: Duration::ZERO,
        ..Config::default()
    }
}

/// A running server. A test ends it by [`TestServer::ends_clean`] or takes it by
/// [`TestServer::into_server`]; one that is forgotten fails the test.
pub struct TestServer {
    server: Option<Server>,
    pub address: SocketAddr,
    witness: Witness,
    clients: RefCell<Vec<AbortHandle>>,
}

impl TestServer {
    pub async fn start(config: Config) -> Self {
        let witness = Witness::new();
        let server = Server::start(config).await.unwrap();
        let address = server.address();
        Self { server: Some(server), address, witness, clients: RefCell::default() }
    }

    /// A client who is registered and has the list, if there is one.
    pub async fn connects(&self, user: &str) -> Client {
        self.connects_with(&format!("userId={user}")).await
    }

    /// The same with a query of its own.
    pub async fn connects_with(&self, query: &str) -> Client {
        let mut client = self.dials(query).await;
        client.is_registered().await;
        client
    }

    /// A client whose upgrade was answered, and nothing more.
    pub async fn dials(&self, query: &str) -> Client {
        let client = Client::dial(self.address, query).await;
        self.clients.borrow_mut().extend(client.tasks());
        client
    }

    /// The same through a link that may be cut.
    pub async fn dials_through(&self, link: &Link, query: &str) -> Client {
        let client = Client::dial(link.address, query).await;
        self.clients.borrow_mut().extend(client.tasks());
        client
    }

    fn server(&self) -> &Server {
        self.server.as_ref().expect("runs until the test ends")
    }

    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.server().admin_address()
    }

    pub fn gate_counts(&self) -> GateCounts {
        self.server().gate_counts()
    }

    pub fn open_sockets(&self) -> usize {
        self.server().open_sockets()
    }

    /// Memory of what is kept for sessions and of what connections have not written or handled yet.
    pub async fn held(&self) -> usize {
        let memory = self.server().memory();
        self.census().await.kept_bytes + memory.unwritten() + memory.incoming()
    }

    /// Memory of messages that have not come whole or are not handled yet.
    pub fn incoming(&self) -> usize {
        self.server().memory().incoming()
    }

    /// Connections that are no socket yet.
    pub fn pending(&self) -> usize {
        self.server().pending().count()
    }

    /// How many of those had to make room for others.
    pub fn cut_off(&self) -> u64 {
        self.server().pending().cut_off()
    }

    /// Connections whose head did not come in time.
    pub fn slow_heads(&self) -> u64 {
        self.server().pending().slow_heads()
    }

    /// Connections that were refused because their address begins them too fast.
    #[allow(dead_code, reason = "for the tests over TLS")]
    pub fn too_fast(&self) -> u64 {
        self.server().pending().too_fast()
    }

    /// What ended sockets.
    pub fn closes(&self) -> BTreeMap<u16, u64> {
        self.server().closes().by_code()
    }

    pub async fn census(&self) -> Census {
        self.server().inspect().await.unwrap().census
    }

    /// Waits until the hub and the sockets look like this.
    pub async fn comes_to(&self, what: &str, holds: impl Fn(&Census, usize) -> bool) -> Census {
        let until = Instant::now() + PATIENCE;
        loop {
            let (census, sockets) = (self.census().await, self.open_sockets());
            if holds(&census, sockets) {
                return census;
            }
            assert!(Instant::now() < until, "not {what}: {sockets} sockets, {census:?}");
            sleep(Duration::from_millis(2)).await;
        }
    }

    /// All clients go without a word. Nothing of them may stay: no session, no call, no room, no
    /// socket, no line in the log that would call for an operator.
    pub async fn ends_clean(mut self) {
        for task in self.clients.borrow_mut().drain(..) {
            task.abort();
        }
        self.comes_to("clean", |census, sockets| {
            (census.users, census.calls, census.rooms, sockets) == (0, 0, 0, 0)
        })
        .await;
        let census = self.census().await;
        let counts = census.counts;
        assert_eq!(counts.registered, counts.replaced + counts.ended, "{counts:?}");
        assert_eq!(counts.calls_started, counts.calls_ended, "{counts:?}");
        if let Some(server) = self.server.take() {
            server.stop().await;
        }
        self.raised_no_alarm();
    }

    /// For tests that stop the server themselves.
    pub fn into_server(mut self) -> (Server, Witness) {
        let server = self.server.take().expect("runs until the test ends");
        (server, std::mem::replace(&mut self.witness, Witness::new()))
    }

    fn raised_no_alarm(&self) {
        assert_eq!(self.witness.heard(), Vec::<String>::new(), "alarms while this test ran");
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        let ended = self.server.is_none() || std::thread::panicking();
        assert!(ended, "a test ends its server: ends_clean()");
    }
}
