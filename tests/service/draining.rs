//! The end of a server: everybody is told, nobody is let in.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::join_all;
use switchboard::config::Config;
use tokio::time::{Instant, sleep};

use super::harness::{PATIENCE, RawClient, TestServer, ask, config, retry_after};

#[actix_rt::test]
async fn a_stop_tells_each_of_two_hundred_sockets_1012_and_a_time_to_come_back() {
    let server = TestServer::start(config()).await;
    let names: Vec<_> = (0..200).map(|n| format!("u{n}")).collect();
    let mut clients = join_all(names.iter().map(|name| server.connects(name))).await;
    server.comes_to("two hundred", |it, open| (it.users, open) == (200, 200)).await;
    let (server, witness) = server.into_server();

    let begin = Instant::now();
    let stopping = actix_rt::spawn(server.stop());
    let reasons = join_all(clients.iter_mut().map(|client| client.ends_with(1012))).await;
    stopping.await.unwrap();

    assert!(begin.elapsed() < Duration::from_secs(8), "{:?}", begin.elapsed());
    let waits: HashSet<_> = reasons.iter().map(|reason| retry_after(reason)).collect();
    assert!(waits.iter().all(|wait| *wait <= 5000), "{waits:?}");
    // Drawn from 5001 numbers, so a few may fall together.
    assert!(waits.len() > 180, "{} different ones", waits.len());
    assert_eq!(witness.heard(), Vec::<String>::new());
}

#[actix_rt::test]
async fn a_server_that_drains_is_not_ready_lives_and_lets_nobody_in() {
    let server = TestServer::start(Config { drain_window: Duration::ZERO, ..config() }).await;
    let address = server.address;
    // Does not answer its close, so the drain takes some time.
    let mut stubborn = RawClient::connects(address, "userId=ana").await;
    let (server, witness) = server.into_server();
    let stopping = actix_rt::spawn(server.stop());
    assert_eq!(retry_after(&stubborn.ends_with(1012).await), 0);

    let ready = ask(address, "/readyz", &["Connection: close"]).await;
    assert_eq!((ready.status, ready.body.as_str()), (503, "draining\n"));
    assert_eq!(ask(address, "/healthz", &["Connection: close"]).await.status, 200);
    let mut late = RawClient::dials(address, "userId=bo").await;
    let told = late.hears().await;
    assert_eq!((&told["type"], &told["code"]), (&"error".into(), &"unavailable".into()));
    retry_after(&late.ends_with(1013).await);

    drop((stubborn, late));
    stopping.await.unwrap();
    nobody_listens_at(address).await;
    assert_eq!(witness.heard(), Vec::<String>::new());
}

#[actix_rt::test]
async fn a_client_that_never_answers_holds_a_stop_up_for_a_few_seconds_only() {
    let server = TestServer::start(config()).await;
    let frozen = RawClient::connects(server.address, "userId=ana").await;
    let idle_page = tokio::net::TcpStream::connect(server.address).await.unwrap();
    let (server, witness) = server.into_server();

    let begin = Instant::now();
    server.stop().await;

    assert!(begin.elapsed() < Duration::from_secs(6), "{:?}", begin.elapsed());
    drop((frozen, idle_page));
    assert_eq!(witness.heard(), Vec::<String>::new());
}

async fn nobody_listens_at(address: std::net::SocketAddr) {
    let until = Instant::now() + PATIENCE;
    while tokio::net::TcpStream::connect(address).await.is_ok() {
        assert!(Instant::now() < until, "still listening");
        sleep(Duration::from_millis(5)).await;
    }
}
