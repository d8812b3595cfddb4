//! The server under test, on a thread of its own.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread::{self, JoinHandle};

use actix::System;
use switchboard::config::Config;
use switchboard::server::Server;
use tokio::sync::oneshot;

/// A running server; it stops when this is dropped, as if it had been told to by a signal.
pub(crate) struct Served {
    pub(crate) address: SocketAddr,
    /// Never used; the server stops when it is gone.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Served {
    /// Serves at `config.listen`; port 0 takes a free one.
    pub(crate) fn start(config: Config) -> Self {
        let (started, address) = mpsc::channel();
        let (stop, told_to_stop) = oneshot::channel::<()>();
        let thread = thread::spawn(move || {
            System::new().block_on(async move {
                let server = Server::start(config).await.unwrap();
                started.send(server.address()).unwrap();
                let _ = told_to_stop.await;
                server.stop().await;
            });
        });
        let address = address.recv().unwrap();
        Self { address, stop: Some(stop), thread: Some(thread) }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(thread::panicking() || ended.is_ok(), "the server's thread panicked");
        }
    }
}
