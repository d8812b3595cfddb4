//! Which TLS is spoken, by which certificate, and what becomes of a stranger to it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use rustls::pki_types::CertificateDer;
use rustls::version::{TLS12, TLS13};
use rustls::{ALL_VERSIONS, ProtocolVersion};
use switchboard::config::Config;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::{sleep, timeout};

use super::harness::{
    Answer, Identity, PATIENCE, RawClient, Stream, TestServer, ask, config, trusting,
};

fn showing(identity: &Identity) -> Config {
    let (cert, key) = (identity.cert.clone(), identity.key.clone());
    Config { tls_cert: Some(cert), tls_key: Some(key), ..config() }
}

async fn tcp(server: &TestServer) -> TcpStream {
    TcpStream::connect(server.address).await.unwrap()
}

#[actix_rt::test]
async fn a_new_certificate_is_shown_to_new_sockets_and_those_that_are_open_go_on() {
    let identity = Identity::new();
    let server = TestServer::start(showing(&identity)).await;
    let stream = Stream::tls_over(tcp(&server).await, identity.client()).await.unwrap();
    let mut ana = RawClient::dials_with(stream, "userId=ana").await;
    ana.is_registered().await;

    let renewed = identity.is_renewed();

    let stream = comes_to_show(&server, &identity.der, &renewed).await;
    let mut bo = RawClient::dials_with(stream, "userId=bo").await;
    bo.is_registered().await;
    ana.says(r#"{"type":"message","to":"bo","data":"still here"}"#).await;
    assert_eq!(bo.expects("message").await["data"], "still here");
    bo.says(r#"{"type":"message","to":"ana","data":"so am I"}"#).await;
    assert_eq!(ana.expects("message").await["data"], "so am I");
    drop((ana, bo));
    server.ends_clean().await;
}

/// Connects until the server shows `wanted` instead of `before`.
async fn comes_to_show(
    server: &TestServer,
    before: &CertificateDer<'static>,
    wanted: &CertificateDer<'static>,
) -> Stream {
    let until = Instant::now() + PATIENCE;
    loop {
        // One that is new each time has no session to take up, so it sees a certificate.
        let client = Arc::new(trusting(&[before, wanted], ALL_VERSIONS));
        let stream = Stream::tls_over(tcp(server).await, client).await.unwrap();
        let shown = &stream.tls().peer_certificates().unwrap()[0];
        if shown == wanted {
            return stream;
        }
        assert_eq!(shown, before);
        assert!(Instant::now() < until, "the new certificate is not shown");
        sleep(Duration::from_millis(50)).await;
    }
}

#[actix_rt::test]
async fn a_broken_pair_is_told_once_and_the_one_before_it_stays_until_a_good_one_comes() {
    let identity = Identity::new();
    let server = TestServer::start(showing(&identity)).await;
    let address = server.address;
    let (server, witness) = server.into_server();
    let told = || witness.heard_provoked("the certificate before it");

    // A key of another certificate.
    let good = std::fs::read(&identity.key).unwrap();
    std::fs::write(&identity.key, std::fs::read(Identity::ours().key.clone()).unwrap()).unwrap();

    let until = Instant::now() + PATIENCE;
    while told().is_empty() {
        assert!(Instant::now() < until, "nobody is told");
        let tcp = TcpStream::connect(address).await.unwrap();
        Stream::tls_over(tcp, identity.client()).await.expect("the certificate before");
        sleep(Duration::from_millis(100)).await;
    }
    let sentence = told().remove(0);
    assert!(sentence.contains("cannot be used together"), "{sentence}");
    let content = String::from_utf8(good.clone()).unwrap();
    assert!(!content.lines().any(|line| sentence.contains(line)), "{sentence}");

    // Several looks later it is still one line, and a good pair is taken.
    sleep(Duration::from_secs(5)).await;
    assert_eq!(told().len(), 1);
    std::fs::write(&identity.key, good).unwrap();
    let renewed = identity.is_renewed();
    let until = Instant::now() + PATIENCE;
    let client = || Arc::new(trusting(&[&renewed], ALL_VERSIONS));
    while Stream::tls_over(TcpStream::connect(address).await.unwrap(), client()).await.is_err() {
        assert!(Instant::now() < until, "the good pair is not taken");
        sleep(Duration::from_millis(100)).await;
    }
    assert_eq!(told().len(), 1);
    server.stop().await;
}

#[actix_rt::test]
async fn tls_1_2_and_1_3_are_spoken_and_nothing_older() {
    let server = TestServer::start(config()).await;
    for (version, name) in [(&TLS12, ProtocolVersion::TLSv1_2), (&TLS13, ProtocolVersion::TLSv1_3)]
    {
        let client = Arc::new(trusting(&[&Identity::ours().der], &[version]));
        let stream = Stream::tls_over(tcp(&server).await, client).await.unwrap();
        assert_eq!(stream.tls().protocol_version(), Some(name));
    }
    for minor in [1, 2] {
        let mut old = tcp(&server).await;
        old.write_all(&hello_of_version(minor)).await.unwrap();
        let mut answer = Vec::new();
        let _ = timeout(PATIENCE, old.read_to_end(&mut answer)).await.expect("its end");
        // An alert (21) that is fatal (2), and nothing else.
        assert_eq!((answer[0], answer[5], answer.len()), (21, 2, 7), "TLS 1.{}", minor - 1);
    }
    server.ends_clean().await;
}

/// The hello of a client that speaks version 3.`minor` at most, and one cipher suite of its time.
fn hello_of_version(minor: u8) -> Vec<u8> {
    let mut hello = vec![3, minor];
    hello.extend([7; 32]);
    hello.extend([0, 0, 2, 0xc0, 0x13, 1, 0]);
    let mut message = vec![1, 0, 0, hello.len() as u8];
    message.extend(hello);
    let mut record = vec![22, 3, 1, 0, message.len() as u8];
    record.extend(message);
    record
}

#[actix_rt::test]
async fn http_1_1_is_agreed_on_whatever_else_is_offered() {
    let server = TestServer::start(config()).await;
    for (offered, agreed) in [
        (vec!["h2", "http/1.1"], Some("http/1.1")),
        (vec!["http/1.1"], Some("http/1.1")),
        (vec![], None),
    ] {
        let mut client = trusting(&[&Identity::ours().der], ALL_VERSIONS);
        client.alpn_protocols = offered.iter().map(|it| it.as_bytes().to_vec()).collect();
        let stream = Stream::tls_over(tcp(&server).await, Arc::new(client)).await.unwrap();
        assert_eq!(stream.tls().alpn_protocol(), agreed.map(str::as_bytes), "{offered:?}");
    }
    let mut client = trusting(&[&Identity::ours().der], ALL_VERSIONS);
    client.alpn_protocols = vec![b"h2".to_vec()];
    assert!(Stream::tls_over(tcp(&server).await, Arc::new(client)).await.is_err());
    server.ends_clean().await;
}

#[actix_rt::test]
async fn handshakes_of_an_address_over_its_rate_wait_for_their_turn_or_are_reset() {
    let identity = Identity::new();
    let limited = Config { new_connections_per_address: 1, ..showing(&identity) };
    let server = TestServer::start(limited).await;
    let begin = Instant::now();
    // Those that say nothing take nothing from the others.
    let mut silent = Vec::new();
    for _ in 0..20 {
        silent.push(tcp(&server).await);
    }

    let handshakes = (0..20).map(|_| async {
        let stream = tcp(&server).await;
        timeout(PATIENCE, Stream::tls_over(stream, identity.client()))
            .await
            .expect("an end")
            .is_ok()
    });
    let done = join_all(handshakes).await;

    // Two at once, and two that wait for up to 2 s; one more for each second that it takes.
    let done = done.into_iter().filter(|it| *it).count();
    assert!((4..=8).contains(&done), "{done}");
    assert_eq!(server.too_fast() as usize, 20 - done);
    assert!(begin.elapsed() >= Duration::from_millis(1500), "{:?}", begin.elapsed());
    drop(silent);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn who_speaks_no_tls_is_not_answered() {
    let server = TestServer::start(config()).await;
    let mut plain = tcp(&server).await;
    plain.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
    let mut answer = Vec::new();
    let _ = timeout(PATIENCE, plain.read_to_end(&mut answer)).await.expect("its end");
    assert!(!answer.starts_with(b"HTTP"), "{answer:?}");

    server.connects("ana").await.leaves().await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn browsers_are_told_to_come_by_tls_alone_except_under_the_names_of_every_machine() {
    let server = TestServer::start(config()).await;
    let answer = async |host: &str| -> Answer {
        ask(server.address, "/", &[&format!("Host: {host}"), "Connection: close"]).await
    };
    let told = "strict-transport-security: max-age=31536000";
    assert!(answer("calls.example").await.has_header(told));
    for host in ["localhost", "127.0.0.1:8443", "app.localhost"] {
        assert!(!answer(host).await.has_header(told), "{host}");
    }
    server.ends_clean().await;
}
