//! What every answer of HTTP carries, and what is refused for its size.

use std::time::Instant;

use switchboard::config::Config;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::harness::{Answer, PATIENCE, TestServer, ask, config, upgrade};

/// What keeps a page to itself, on every answer.
const HEADERS: [&str; 6] = [
    "x-content-type-options: nosniff",
    "referrer-policy: no-referrer",
    "permissions-policy: camera=(self), microphone=(self), display-capture=(self), \
     geolocation=(), payment=(), usb=()",
    "cross-origin-opener-policy: same-origin",
    "cross-origin-resource-policy: same-origin",
    "vary: Origin",
];

/// One request line with these header lines; the answer to its end.
async fn request(server: &TestServer, line: &str, headers: &[&str]) -> Answer {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let head = headers.join("\r\n");
    let text = format!("{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{head}\r\n\r\n");
    stream
        .write_all(text.trim_start().replace("\r\n\r\n\r\n", "\r\n\r\n").as_bytes())
        .await
        .unwrap();
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("its end").unwrap();
    Answer::from_text(&String::from_utf8_lossy(&answer))
}

#[actix_rt::test]
async fn every_answer_carries_the_headers_that_keep_a_page_to_itself() {
    let server = TestServer::start(config()).await;
    let long = format!("GET /?{}", "q".repeat(13_000));
    let foreign = upgrade(&["Origin: https://evil.example"]);
    let elsewhere = upgrade(&[]);
    for (line, headers, status) in [
        ("GET /", &[][..], 200),
        ("HEAD /", &[], 200),
        ("GET /style/base.css", &[], 200),
        ("GET /healthz", &[], 200),
        ("GET /readyz", &[], 200),
        ("GET /ws/check", &[], 200),
        ("GET /ws", &[], 426),
        ("GET /nothing", &[], 404),
        ("POST /", &["Content-Length: 0"], 405),
        ("DELETE /healthz", &[], 405),
        ("POST /", &["Content-Length: 1"], 413),
        (&long, &[], 414),
        ("GET /other", &elsewhere, 404),
        ("GET /ws", &foreign, 403),
    ] {
        let answer = request(&server, line, headers).await;
        assert_eq!(answer.status, status, "{line}: {answer:?}");
        for header in HEADERS {
            assert!(answer.has_header(header), "{line} lacks {header}: {}", answer.head);
        }
        let policy = answer.header("content-security-policy").expect("a content policy");
        assert!(policy.contains("default-src 'self'"), "{policy}");
        assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
        assert!(!policy.contains("unsafe"), "{policy}");
        // That is for TLS alone.
        assert_eq!(answer.header("strict-transport-security"), None, "{line}");
    }
    server.ends_clean().await;
}

#[actix_rt::test]
async fn pages_of_listed_origins_may_read_and_no_others() {
    let origins = vec!["https://app.example".into()];
    let server = TestServer::start(Config { origins, ..config() }).await;
    for (line, origin, reader) in [
        ("GET /healthz", "https://app.example", true),
        ("GET /readyz", "https://app.example", true),
        ("GET /nothing", "https://app.example", true),
        ("GET /healthz", "http://localhost", true),
        ("GET /healthz", "https://evil.example", false),
        ("GET /healthz", "null", false),
    ] {
        let answer = request(&server, line, &[&format!("Origin: {origin}")]).await;
        let told = answer.header("access-control-allow-origin");
        assert_eq!(told, reader.then_some(origin), "{line} by {origin}");
        assert_eq!(answer.header("access-control-allow-credentials"), None);
        assert!(answer.has_header("vary: Origin"), "{}", answer.head);
    }
    assert_eq!(request(&server, "GET /", &[]).await.header("access-control-allow-origin"), None);

    let preflight = "Access-Control-Request-Method: GET";
    let listed = ["Origin: https://app.example", preflight];
    let listed = request(&server, "OPTIONS /healthz", &listed).await;
    assert_eq!(listed.status, 204);
    assert!(listed.has_header("access-control-allow-origin: https://app.example"));
    assert!(listed.has_header("access-control-allow-methods: GET, HEAD"));
    let foreign = ["Origin: https://evil.example", preflight];
    let foreign = request(&server, "OPTIONS /healthz", &foreign).await;
    assert_eq!((foreign.status, foreign.header("access-control-allow-origin")), (405, None));
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_file_that_the_client_has_is_not_sent_again_even_if_a_proxy_has_made_its_tag_a_weak_one()
{
    let server = TestServer::start(config()).await;
    let first = request(&server, "GET /switchboard.js", &[]).await;
    let tag = first.header("etag").expect("a tag").to_owned();
    assert!(first.body.len() > 1000 && tag.starts_with('"'), "{}", first.head);
    for (known, status) in [
        (tag.clone(), 304),
        (format!("W/{tag}"), 304),
        (format!("\"other\", W/{tag}"), 304),
        (format!("W/\"other\",{tag} , \"another\""), 304),
        ("*".into(), 304),
        ("\"other\"".into(), 200),
        (format!("w/{tag}"), 200),
        (tag.trim_matches('"').into(), 200),
        (String::new(), 200),
    ] {
        for method in ["GET", "HEAD"] {
            let line = format!("{method} /switchboard.js");
            let answer = request(&server, &line, &[&format!("If-None-Match: {known}")]).await;
            assert_eq!(answer.status, status, "{method} {known}");
            assert_eq!(answer.header("etag"), Some(&*tag), "{method} {known}");
            assert_eq!(answer.body.is_empty(), status == 304 || method == "HEAD", "{known}");
        }
    }
    let lines = ["If-None-Match: \"other\"", &format!("If-None-Match: {tag}")];
    assert_eq!(request(&server, "GET /switchboard.js", &lines).await.status, 304);
    assert_eq!(request(&server, "GET /nothing", &["If-None-Match: *"]).await.status, 404);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_head_over_its_bound_is_refused_in_words() {
    let server = TestServer::start(config()).await;
    let cookie = |bytes: usize| format!("Cookie: {}", "c".repeat(bytes));
    let query = |bytes: usize| format!("GET /ws?token={}", "t".repeat(bytes));
    for (line, header, status) in [
        ("GET /healthz".to_owned(), cookie(15_000), 200),
        ("GET /healthz".to_owned(), cookie(17_000), 431),
        (query(12_000), cookie(0), 426),
        (query(12_300), cookie(0), 414),
        (query(12_000), cookie(5_000), 431),
    ] {
        let answer = request(&server, &line, &[&header]).await;
        assert_eq!(answer.status, status, "{} {}", line.len(), header.len());
        assert!(status < 427 || answer.json()["code"] == "too-large", "{answer:?}");
    }
    // The same for what wants to be a socket.
    let large = cookie(17_000);
    assert_eq!(request(&server, "GET /ws", &upgrade(&[&large])).await.status, 431);
    assert_eq!(server.gate_counts().oversized, 4);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_head_without_an_end_is_read_up_to_a_bound() {
    let server = TestServer::start(config()).await;
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    stream.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nX: ").await.unwrap();
    let (more, mut sent) = ([b'x'; 16_384], 0);
    // The kernels on both sides take some that nobody reads.
    while stream.write_all(&more).await.is_ok() {
        sent += more.len();
        assert!(sent < 64 << 20, "a head without an end is read");
    }
    server.ends_clean().await;
}

#[actix_rt::test]
async fn nothing_takes_a_body_and_a_long_one_is_not_read() {
    let server = TestServer::start(config()).await;
    for (line, header) in [
        ("POST /", "Content-Length: 1000000000000"),
        ("GET /healthz", "Content-Length: 1"),
        ("PUT /ws", "Transfer-Encoding: chunked"),
    ] {
        let mut stream = TcpStream::connect(server.address).await.unwrap();
        let head = format!("{line} HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let begin = Instant::now();
        let mut answer = [0; 12];
        timeout(PATIENCE, stream.read_exact(&mut answer)).await.expect("an answer").unwrap();
        assert_eq!(&answer, b"HTTP/1.1 413", "{line}");
        // What still comes is not waited for.
        let (more, mut sent) = ([b'x'; 16_384], 0);
        while stream.write_all(&more).await.is_ok() {
            sent += more.len();
            assert!(sent < 64 << 20 && begin.elapsed() < PATIENCE, "a body is read");
        }
    }
    // An upgrade comes without one as well.
    let with_body = upgrade(&["Content-Length: 5"]);
    assert_eq!(ask(server.address, "/ws?userId=ana", &with_body).await.status, 413);
    server.ends_clean().await;
}
