//! The front door: how many requests, how fast, how long they may take, and what is none.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use switchboard::config::Config;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::harness::{Client, Kept, PATIENCE, RawClient, Stream, TestServer, config, upgrade};

/// What is written in `docs/operations.md`.
const REQUEST_HEAD: Duration = Duration::from_secs(5);
const REQUESTS: usize = 100;
/// What a busy machine may add to a time.
const SLACK: Duration = Duration::from_secs(4);

const NOTHING: &str = "GET /nothing HTTP/1.1\r\nHost: localhost\r\n\r\n";

#[actix_rt::test]
async fn requests_of_an_address_over_its_rate_are_answered_by_429_and_the_connection_ends() {
    let limited = Config { requests_per_address: 1, request_burst_per_address: 10, ..config() };
    let server = TestServer::start(limited).await;
    let mut client = Kept::to(server.address).await;
    client.sends(&NOTHING.repeat(30)).await;

    let mut answers = Vec::new();
    while let Some(answer) = client.next_answer("GET").await {
        answers.push(answer);
    }

    let refused = answers.pop().unwrap();
    // One more for each second that the machine was busy.
    assert!((10..13).contains(&answers.len()), "{}", answers.len());
    assert!(answers.iter().all(|it| it.status == 404));
    assert_eq!((refused.status, &refused.json()["code"]), (429, &json!("rate-limited")));
    assert!(refused.has_header("connection: close"), "{}", refused.head);
    assert!(refused.has_header("retry-after: 1"), "{}", refused.head);
    assert!(refused.has_header("x-content-type-options: nosniff"), "{}", refused.head);
    assert_eq!(server.gate_counts().over_request_rate, 1);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn clients_of_a_trusted_proxy_have_rates_of_their_own_and_its_connection_stays() {
    let server = TestServer::start(Config {
        requests_per_address: 1,
        request_burst_per_address: 2,
        trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
        ..config()
    })
    .await;
    let mut proxy = Kept::to(server.address).await;
    let from = |client: &str| {
        format!("GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: {client}\r\n\r\n")
    };
    let requests = from("192.0.2.1").repeat(3) + &from("192.0.2.2");
    proxy.sends(&requests).await;

    for status in [200, 200, 429, 200] {
        let answer = proxy.next_answer("GET").await.expect("the connection stays");
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("connection"), None);
    }
    drop(proxy);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_connection_serves_a_bounded_number_of_requests_and_says_so_in_the_last_answer() {
    let server = TestServer::start(config()).await;
    let mut client = Kept::to(server.address).await;
    client.sends(&NOTHING.repeat(REQUESTS + 20)).await;

    for _ in 1..REQUESTS {
        let answer = client.next_answer("GET").await.unwrap();
        assert_eq!((answer.status, answer.header("connection")), (404, None));
    }
    let last = client.next_answer("GET").await.unwrap();
    assert!(last.has_header("connection: close"), "{}", last.head);
    assert!(client.next_answer("GET").await.is_none());
    server.ends_clean().await;
}

#[actix_rt::test]
async fn every_head_has_its_time_and_not_only_the_first() {
    let server = TestServer::start(config()).await;
    let mut client = Kept::to(server.address).await;
    client.sends(NOTHING).await;
    client.next_answer("GET").await.unwrap();
    let begin = Instant::now();

    client.sends("GET / HTTP/1.1\r\nHost: loc").await;

    let answer = client.next_answer("GET").await.unwrap();
    assert_eq!((answer.status, &answer.json()["code"]), (408, &json!("bad-message")));
    assert!(answer.has_header("connection: close"), "{}", answer.head);
    assert!(client.next_answer("GET").await.is_none());
    let took = begin.elapsed();
    assert!(took >= REQUEST_HEAD && took < REQUEST_HEAD + SLACK, "{took:?}");
    assert_eq!(server.slow_heads(), 1);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_silent_connection_of_a_client_is_given_up_and_that_of_a_trusted_proxy_is_kept() {
    let trusted_proxies = vec!["127.0.0.2/32".parse().unwrap()];
    let server = TestServer::start(Config { trusted_proxies, ..config() }).await;
    let proxy = tokio::net::TcpSocket::new_v4().unwrap();
    proxy.bind("127.0.0.2:0".parse().unwrap()).unwrap();
    let proxy = proxy.connect(server.address).await.unwrap();
    let mut proxy = Kept::over(Stream::over(proxy).await);
    let mut client = Kept::to(server.address).await;
    for kept in [&mut proxy, &mut client] {
        kept.sends(NOTHING).await;
        kept.next_answer("GET").await.unwrap();
    }

    assert!(client.next_answer("GET").await.is_none());

    proxy.sends(NOTHING).await;
    assert_eq!(proxy.next_answer("GET").await.expect("it is kept").status, 404);
    drop(proxy);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn what_two_readers_could_take_for_two_things_is_refused_with_our_headers() {
    let server = TestServer::start(config()).await;
    let requests = [
        "GET / HTTP/1.1\nHost: localhost\n\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nX: 1\r\n 2\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: evil@localhost\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
        "GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n",
        "GET / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        "GET /ws HTTP/1.1\r\nHost: localhost\r\nSec-WebSocket-Key: a\r\nSec-WebSocket-Key: b\r\n\r\n",
        "GET / HTTP/3.0\r\nHost: localhost\r\n\r\n",
        "\x16\x03\x01\r\n\r\n",
    ];
    for request in requests {
        let mut client = Kept::to(server.address).await;
        client.sends(request).await;

        let answer = client.next_answer("GET").await.expect(request);
        let error = answer.json();
        assert_eq!((answer.status, &error["code"]), (400, &json!("bad-message")), "{request:?}");
        assert!(error["message"].as_str().is_some_and(|it| it.len() > 20), "{error}");
        for header in ["connection: close", "x-content-type-options: nosniff", "vary: Origin"] {
            assert!(answer.has_header(header), "{request:?} lacks {header}: {}", answer.head);
        }
        assert!(client.next_answer("GET").await.is_none(), "{request:?}");
    }
    assert_eq!(server.gate_counts().malformed, requests.len() as u64);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn an_endless_head_is_cut_off_at_its_bound_while_it_comes() {
    let server = TestServer::start(config()).await;
    let begin = Instant::now();
    let mut client = Kept::to(server.address).await;
    let head = format!("GET / HTTP/1.1\r\nHost: localhost\r\nX: {}", "x".repeat(16 << 10));
    client.sends(&head).await;

    let answer = client.next_answer("GET").await.unwrap();

    assert_eq!((answer.status, &answer.json()["code"]), (431, &json!("too-large")));
    assert!(answer.json()["message"].as_str().unwrap().contains("16384"), "{answer:?}");
    assert!(answer.has_header("x-content-type-options: nosniff"), "{}", answer.head);
    assert!(begin.elapsed() < REQUEST_HEAD, "{:?}", begin.elapsed());
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_body_that_is_refused_ends_its_connection_soon_and_the_answer_can_be_read() {
    let server = TestServer::start(config()).await;
    let mut client = Kept::to(server.address).await;
    let begin = Instant::now();
    client.sends("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n").await;
    client.sends(&"x".repeat(60_000)).await;

    let answer = client.next_answer("POST").await.unwrap();

    assert_eq!(answer.status, 413);
    assert!(answer.has_header("connection: close"), "{}", answer.head);
    assert!(client.next_answer("POST").await.is_none());
    assert!(begin.elapsed() < Duration::from_secs(2), "{:?}", begin.elapsed());
    // The client goes on sending, and its connection ends all the same.
    while timeout(PATIENCE, client.stream.write_all(&[b'x'; 4096])).await.unwrap().is_ok() {
        assert!(begin.elapsed() < REQUEST_HEAD, "it goes on for {:?}", begin.elapsed());
    }
    server.ends_clean().await;
}

#[actix_rt::test]
async fn head_is_answered_as_get_is_and_without_a_body() {
    let server = TestServer::start(config()).await;
    let mut client = Kept::to(server.address).await;
    for (path, status, length) in
        [("/healthz", 200, "3"), ("/readyz", 200, "6"), ("/ws", 426, ""), ("/nothing", 404, "")]
    {
        client.sends(&format!("HEAD {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")).await;
        let answer = client.next_answer("HEAD").await.unwrap();
        assert_eq!(answer.status, status, "{path}");
        let told = answer.header("content-length").unwrap();
        assert!(told == length || length.is_empty() && told != "0", "{path}: {told}");
    }
    drop(client);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_websocket_may_be_one_of_several_protocols_that_are_offered() {
    let server = TestServer::start(config()).await;
    let headers = upgrade(&["Upgrade: h2c, websocket"]);
    let mut client = RawClient::asks(server.address, &headers).await;
    assert_eq!(client.answer().status, 101);
    client.ends_with(4500).await;
    drop(client);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn connections_of_an_address_over_its_rate_wait_for_their_turn_or_are_reset() {
    let server = TestServer::start(Config { new_connections_per_address: 1, ..config() }).await;
    let begin = Instant::now();
    // Those that say nothing take nothing from the others.
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(tokio::net::TcpStream::connect(server.address).await.unwrap());
    }

    let requests = (0..20).map(|_| async {
        let tcp = tokio::net::TcpStream::connect(server.address).await.unwrap();
        let opened = timeout(PATIENCE, Kept::opens(tcp)).await.expect("a handshake or an end");
        let Some(mut kept) = opened else { return false };
        if kept.stream.write_all(NOTHING.as_bytes()).await.is_err() {
            return false;
        }
        timeout(PATIENCE, kept.next_answer("GET")).await.expect("an answer or an end").is_some()
    });
    let answered = join_all(requests).await.into_iter().filter(|it| *it).count();

    // Two at once, and two that wait for up to 2 s; one more for each second that it takes.
    assert!((4..=8).contains(&answered), "{answered}");
    assert_eq!(server.too_fast() as usize, 20 - answered);
    assert!(begin.elapsed() >= Duration::from_millis(1500), "{:?}", begin.elapsed());
    drop(silent);
    server.ends_clean().await;
}

/// One message from ana to bo; how long it took.
async fn says(ana: &mut Client, bo: &mut Client) -> Duration {
    let begin = Instant::now();
    ana.says(json!({"type": "message", "to": "bo", "data": 1}));
    bo.expects("message").await;
    begin.elapsed()
}

/// The time that 99 of 100 stay under.
fn p99(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() * 99 / 100]
}

/// Clients that pipeline requests at full speed, on a thread of their own.
struct Flood {
    go_on: tokio::sync::oneshot::Sender<()>,
    thread: std::thread::JoinHandle<()>,
}

impl Flood {
    /// Returns when no client is left that could connect.
    fn ends(self) {
        drop(self.go_on);
        self.thread.join().unwrap();
    }
}

/// Floods over this many connections. A connection that ends is replaced.
fn floods(address: std::net::SocketAddr, connections: usize) -> Flood {
    let (go_on, is_over) = tokio::sync::oneshot::channel();
    let thread = std::thread::spawn(move || {
        actix_rt::System::new().block_on(async move {
            for _ in 0..connections {
                actix_rt::spawn(async move {
                    loop {
                        let Ok(tcp) = tokio::net::TcpStream::connect(address).await else { return };
                        let Some(kept) = Kept::opens(tcp).await else { continue };
                        let (mut reads, mut writes) = tokio::io::split(kept.stream);
                        let many = NOTHING.repeat(100);
                        let mut scratch = vec![0; 64 << 10];
                        tokio::select! {
                            () = async { while writes.write_all(many.as_bytes()).await.is_ok() {} } => {}
                            () = async { while reads.read(&mut scratch).await.is_ok_and(|n| n > 0) {} } => {}
                        }
                    }
                });
            }
            let _ = is_over.await;
        });
    });
    Flood { go_on, thread }
}

#[actix_rt::test]
async fn connections_that_pipeline_at_full_speed_hold_up_nobody() {
    // Without limits, so that it is the turns alone that hold; and with those of the default.
    let usual = Config::default();
    for (requests_per_address, connections) in [(0, 1), (0, 200), (usual.requests_per_address, 200)]
    {
        let limited = Config { requests_per_address, rate: 0, ..config() };
        let server = TestServer::start(limited).await;
        let (mut ana, mut bo) = (server.connects("ana").await, server.connects("bo").await);
        ana.expects_to_see("online", "bo").await;
        let flood = floods(server.address, connections);
        let (begin, mut times, mut health) = (Instant::now(), Vec::new(), Vec::new());
        while times.len() < 1000 && begin.elapsed() < PATIENCE {
            times.push(says(&mut ana, &mut bo).await);
            if times.len() % 50 == 0 {
                let asked = Instant::now();
                let mut client = Kept::to(server.address).await;
                client.sends("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
                let answer = client.next_answer("GET").await.unwrap();
                assert!([200, 429].contains(&answer.status), "{answer:?}");
                health.push(asked.elapsed());
            }
        }
        let (count, worst) = (times.len(), *times.iter().max().unwrap());
        let (p99, health) = (p99(times), p99(health));
        println!(
            "{connections} connections, {requests_per_address}/s: p99 of {count} messages {p99:?}, \
             worst {worst:?}; /healthz {health:?}"
        );
        assert!(p99 < Duration::from_millis(250), "{p99:?}");
        assert!(health < Duration::from_secs(2), "{health:?}");
        flood.ends();
        server.ends_clean().await;
    }
}
