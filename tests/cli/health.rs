//! `switchboard health` against servers that answer, refuse, or say nothing.

use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener};
use std::thread;
use std::time::{Duration, Instant};

use crate::run;

/// A server that answers one request with `answer`; what it was asked comes back in the end.
fn answers_once(answer: &'static str) -> (SocketAddr, thread::JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = thread::spawn(move || {
        let (mut socket, _) = listener.accept().unwrap();
        let lines = BufReader::new(socket.try_clone().unwrap()).lines();
        let head: Vec<_> = lines.map(Result::unwrap).take_while(|line| !line.is_empty()).collect();
        socket.write_all(answer.as_bytes()).unwrap();
        head.join("\n").to_ascii_lowercase()
    });
    (address, server)
}

#[test]
fn a_server_that_answers_200_is_well() {
    let (address, server) = answers_once("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");

    let ran = run(&["health"], &[("SWITCHBOARD_LISTEN", &address.to_string())]);

    assert_eq!((ran.code, ran.out), (0, format!("http://{address}/healthz is well\n")));
    let asked = server.join().unwrap();
    assert!(asked.starts_with("get /healthz http/1.1\n"), "{asked}");
    assert!(asked.contains(&format!("host: {address}")), "{asked}");
}

#[test]
fn a_server_on_all_addresses_is_asked_on_loopback() {
    let (address, server) = answers_once("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    let listen = format!("0.0.0.0:{}", address.port());

    assert_eq!(run(&["health", "--listen", &listen], &[]).code, 0);

    server.join().unwrap();
}

#[test]
fn a_server_that_answers_otherwise_is_not_well() {
    let (address, server) =
        answers_once("HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n");
    let url = format!("http://{address}/readyz");

    let ran = run(&["health", &url], &[]);

    assert_eq!((ran.code, ran.err), (1, format!("switchboard: {url} answered 503\n")));
    assert!(server.join().unwrap().starts_with("get /readyz "));
}

#[test]
fn proxies_are_not_asked() {
    let (address, server) = answers_once("HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
    let proxy = "http://127.0.0.1:1";

    let ran = run(
        &["health", "--listen", &address.to_string()],
        &[("http_proxy", proxy), ("HTTP_PROXY", proxy), ("ALL_PROXY", proxy)],
    );

    assert_eq!(ran.code, 0, "{}", ran.err);
    server.join().unwrap();
}

#[test]
fn a_server_that_is_not_there_is_one_sentence() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();

    let ran = run(&["health", "--listen", &address.to_string()], &[]);

    assert_eq!(ran.code, 1);
    assert!(
        ran.err.starts_with(&format!("switchboard: http://{address}/healthz did not answer: "))
    );
    assert_eq!(ran.err.lines().count(), 1);
}

#[test]
fn a_server_that_says_nothing_is_given_up_after_2_s() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let asked = Instant::now();

    let ran = run(&["health", "--listen", &silent.local_addr().unwrap().to_string()], &[]);

    assert_eq!(ran.code, 1);
    assert!(asked.elapsed() >= Duration::from_secs(2));
    assert!(asked.elapsed() < Duration::from_secs(8), "{:?}", asked.elapsed());
}

#[test]
fn on_any_free_port_the_url_must_be_given() {
    let ran = run(&["health", "--listen", "127.0.0.1:0"], &[]);

    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains("listen is 127.0.0.1:0, and port 0 takes any free one"),
        "{}",
        ran.err
    );
}
