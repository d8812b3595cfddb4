//! A cable that can be cut without either end being told.

use std::net::SocketAddr;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// What the cable does with bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Whole,
    /// They wait.
    Held,
    /// They vanish.
    Cut,
}

/// A way to the server, for all who connect through it.
pub struct Link {
    pub address: SocketAddr,
    state: watch::Sender<State>,
}

impl Link {
    pub async fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (state, seen) = watch::channel(State::Whole);
        actix_rt::spawn(async move {
            let mut over = seen.clone();
            loop {
                let client = tokio::select! {
                    accepted = listener.accept() => accepted.unwrap().0,
                    // Only when the link is dropped.
                    _ = over.wait_for(|_| false) => return,
                };
                let server = TcpStream::connect(server).await.unwrap();
                let ((from, to), (from_server, to_server)) =
                    (client.into_split(), server.into_split());
                actix_rt::spawn(pass_on(from, to_server, seen.clone()));
                actix_rt::spawn(pass_on(from_server, to, seen.clone()));
            }
        });
        Self { address, state }
    }

    /// From now on everything vanishes, both ways.
    pub fn is_cut(&self) {
        self.state.send_replace(State::Cut);
    }

    /// From now on everything waits.
    pub fn is_held(&self) {
        self.state.send_replace(State::Held);
    }

    /// What waited arrives.
    pub fn is_let_go(&self) {
        self.state.send_replace(State::Whole);
    }
}

/// Until the link is dropped, which ends its sockets. An end of the stream is held and vanishes
/// like its bytes.
async fn pass_on(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    mut state: watch::Receiver<State>,
) {
    let mut piece = [0; 4096];
    loop {
        let read = tokio::select! {
            read = from.read(&mut piece) => read.unwrap_or(0),
            _ = dropped(state.clone()) => return,
        };
        let Ok(state_now) = state.wait_for(|it| *it != State::Held).await.map(|it| *it) else {
            return;
        };
        match (state_now, read) {
            (State::Cut, 0) => return dropped(state).await,
            (State::Cut, _) => {}
            (State::Whole | State::Held, 0) => {
                let _ = to.shutdown().await;
                return;
            }
            (State::Whole | State::Held, _) => {
                if to.write_all(&piece[..read]).await.is_err() {
                    return;
                }
            }
        }
    }
}

async fn dropped(mut state: watch::Receiver<State>) {
    while state.changed().await.is_ok() {}
}
