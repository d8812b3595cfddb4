//! A client: one socket of one user.

use std::net::SocketAddr;

use futures_util::SinkExt;
use futures_util::stream::{self, StreamExt};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_tungstenite::tungstenite::protocol::WebSocketConfig;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async_with_config};

use super::Target;
use super::dialect::{Dialect, Heard, Step};
use super::secure;

/// So many connect at a time.
const AT_A_TIME: usize = 50;

pub struct Client {
    pub user: String,
    pub dialect: Dialect,
    socket: WebSocketStream<Box<dyn Stream>>,
}

/// With TLS or without.
pub trait Stream: AsyncRead + AsyncWrite + Unpin {}

impl<S: AsyncRead + AsyncWrite + Unpin> Stream for S {}

impl Client {
    /// Connects and waits until it is reachable.
    pub async fn connects(target: &Target, user: String) -> Self {
        let mut client = Self::dials(target, user).await;
        let welcome = client.next().await.expect("a welcome");
        assert!(client.dialect.is_welcome(&welcome), "{welcome}");
        client
    }

    /// Connects.
    pub async fn dials(target: &Target, user: String) -> Self {
        let url = target.dialect.url(&target.url, &user);
        let tcp = connect(&target.url).await;
        let stream: Box<dyn Stream> = match &target.trust {
            Some(certificate) => Box::new(secure::wrap(tcp, certificate).await),
            None => Box::new(tcp),
        };
        let small = WebSocketConfig::default().read_buffer_size(4096).write_buffer_size(0);
        let (socket, _) = client_async_with_config(url, stream, Some(small)).await.unwrap();
        Self { user, dialect: target.dialect, socket }
    }

    /// `count` of them, who are called `prefix` and a number.
    pub async fn many(target: &Target, prefix: &str, count: usize) -> Vec<Self> {
        let all = stream::iter((0..count).map(|n| Self::connects(target, format!("{prefix}{n}"))));
        all.buffered(AT_A_TIME).collect().await
    }

    pub async fn sends(&mut self, step: Step, to: &str, data: &str) {
        self.says(self.dialect.message(step, to, data)).await;
    }

    pub async fn says(&mut self, text: String) {
        self.socket.send(Message::text(text)).await.unwrap();
    }

    /// The next step that comes from somebody.
    pub async fn hears(&mut self) -> Heard {
        loop {
            let message = self.next().await.expect("the socket is open");
            if let Some(heard) = self.dialect.hear(&message) {
                return heard;
            }
        }
    }

    /// The next text, or `None` when the server has ended it.
    pub async fn next(&mut self) -> Option<String> {
        loop {
            match self.socket.next().await {
                Some(Ok(Message::Text(text))) => return Some(text.to_string()),
                Some(Ok(Message::Close(_)) | Err(Error::ConnectionClosed | Error::Protocol(_))) => {
                    return None;
                }
                Some(Ok(_)) => {}
                Some(Err(Error::Io(_))) | None => return None,
                Some(Err(error)) => panic!("{}: {error}", self.user),
            }
        }
    }

    /// Says goodbye and waits for the end.
    pub async fn leaves(mut self) {
        let _ = self.socket.close(None).await;
        while let Some(Ok(_)) = self.socket.next().await {}
    }
}

/// A TCP connection to where `url` points.
pub async fn connect(url: &str) -> TcpStream {
    let host = url.split('/').nth(2).unwrap();
    let address: SocketAddr = host.replace("localhost", "127.0.0.1").parse().unwrap();
    let tcp = TcpStream::connect(address).await.unwrap();
    tcp.set_nodelay(true).unwrap();
    tcp
}

/// Everybody says goodbye.
pub async fn all_leave(clients: Vec<Client>) {
    stream::iter(clients).for_each_concurrent(AT_A_TIME, Client::leaves).await;
}
