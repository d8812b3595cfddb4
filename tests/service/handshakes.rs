//! What is answered by HTTP: pages, health, and upgrades that do not come about.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use switchboard::config::Config;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::timeout;

use super::harness::{PATIENCE, Stream, TestServer, ask, config, upgrade};

#[actix_rt::test]
async fn health_and_readiness_are_told_and_the_demo_page_is_served() {
    let server = TestServer::start(config()).await;
    for (path, status, body) in
        [("/healthz", 200, "ok\n"), ("/readyz", 200, "ready\n"), ("/nothing", 404, "")]
    {
        let answer = ask(server.address, path, &["Connection: close"]).await;
        assert_eq!(answer.status, status, "{path}");
        assert!(answer.body.contains(body), "{path}: {answer:?}");
    }
    let page = ask(server.address, "/", &["Connection: close"]).await;
    assert_eq!(page.status, 200);
    assert!(page.body.contains("<html"), "{}", page.head);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn the_client_library_and_its_types_are_served_to_pages_of_any_origin() {
    let server = TestServer::start(config()).await;
    for (path, kind, part) in [
        ("/switchboard.js", "text/javascript", "export{"),
        ("/switchboard.js.map", "application/json", "client/src/index.js"),
        ("/switchboard.d.ts", "text/plain", "export function connect"),
        ("/switchboard-media.js", "text/javascript", "watchLevel"),
        ("/switchboard-media.js.map", "application/json", "client/src/media.js"),
        ("/switchboard-media.d.ts", "text/plain", "export function watchLevel"),
    ] {
        let answer = ask(server.address, path, &["Connection: close"]).await;
        assert_eq!(answer.status, 200, "{path}");
        assert!(
            answer.head.to_lowercase().contains(&format!("content-type: {kind}")),
            "{answer:?}"
        );
        assert!(answer.head.to_lowercase().contains("access-control-allow-origin: *"), "{path}");
        assert!(answer.body.contains(part), "{path}");
    }
    let page = ask(server.address, "/", &["Connection: close"]).await;
    assert!(!page.head.to_lowercase().contains("access-control"), "{}", page.head);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn the_socket_url_without_an_upgrade_is_426() {
    let server = TestServer::start(config()).await;
    let answer = ask(server.address, "/ws?userId=ana", &["Connection: close"]).await;
    assert_eq!(answer.status, 426);
    assert!(answer.has_header("Upgrade: websocket"), "{}", answer.head);
    assert_eq!(answer.json()["type"], "error");
    server.ends_clean().await;
}

#[actix_rt::test]
async fn an_upgrade_that_is_not_for_us_is_refused_by_http_with_a_body_like_an_error() {
    let server = TestServer::start(config()).await;
    for (path, changed, status) in [
        ("/other", vec![], 404),
        ("/healthz", vec![], 404),
        ("/ws/", vec![], 404),
        ("/ws", vec!["Sec-WebSocket-Version: 12"], 426),
        ("/ws", vec!["Sec-WebSocket-Version: 8"], 426),
        ("/ws", vec!["Sec-WebSocket-Version:"], 400),
        ("/ws", vec!["Sec-WebSocket-Key:"], 400),
        ("/ws", vec!["Origin: http://evil.example"], 403),
        ("/ws", vec!["Origin: http://localhost:1"], 403),
        ("/ws", vec!["Origin: null"], 403),
        ("/ws", vec!["Host: evil.example"], 403),
        ("/ws", vec!["Host: 10.0.0.1:80"], 403),
        ("/ws", vec!["Sec-WebSocket-Protocol: chat"], 400),
        ("/ws", vec!["Sec-WebSocket-Protocol: bearer.abc, resume.def"], 400),
    ] {
        let answer = ask(server.address, path, &upgrade(&changed)).await;
        assert_eq!(answer.status, status, "{path} {changed:?}: {answer:?}");
        let body = answer.json();
        assert_eq!(body["type"], "error", "{body}");
        assert!(body["code"].is_string() && body["message"].is_string(), "{body}");
        assert!(answer.has_header("Connection: close"), "{}", answer.head);
        if status == 426 {
            assert!(answer.has_header("Sec-WebSocket-Version: 13"), "{}", answer.head);
        }
    }
    assert_eq!(server.census().await.counts.registered, 0);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn our_own_origins_and_the_listed_ones_may_connect() {
    let origins = vec!["https://app.example".to_owned()];
    let server = TestServer::start(Config { origins, ..config() }).await;
    let own = format!("Origin: http://{}", server.address);
    for headers in [
        vec![own.as_str()],
        vec!["Origin: https://app.example"],
        vec!["Host: localhost:8080", "Origin: http://localhost:8080"],
        vec!["Host: app.localhost"],
        vec![],
    ] {
        // The close comes at once, so that the answer has an end.
        let status = handshake(&server, &headers).await.status;
        assert_eq!(status, 101, "{headers:?}");
    }
    server.ends_clean().await;
}

#[actix_rt::test]
async fn in_open_mode_another_host_is_served_only_where_that_is_asked_for() {
    let server = TestServer::start(Config { insecure_open: true, ..config() }).await;
    let headers = ["Host: calls.example", "Origin: https://calls.example"];
    assert_eq!(handshake(&server, &headers).await.status, 101);
    let headers = ["Host: calls.example", "Origin: https://evil.example"];
    let refused = ask(server.address, "/ws", &upgrade(&headers)).await;
    assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("not-permitted")));
    server.ends_clean().await;
}

#[actix_rt::test]
async fn where_the_names_of_the_server_are_listed_it_answers_to_no_other() {
    let hosts = vec!["localhost".to_owned(), "127.0.0.1".into()];
    let server = TestServer::start(Config { insecure_open: true, hosts, ..config() }).await;
    assert_eq!(handshake(&server, &["Host: localhost:9000"]).await.status, 101);
    assert_eq!(handshake(&server, &[]).await.status, 101);
    // A page whose name somebody has pointed here: its origin is the same, its name is not ours.
    let headers = ["Host: evil.example:8080", "Origin: http://evil.example:8080"];
    let refused = ask(server.address, "/ws", &upgrade(&headers)).await;
    assert_eq!((refused.status, &refused.json()["code"]), (403, &json!("not-permitted")));
    server.ends_clean().await;
}

#[actix_rt::test]
async fn of_the_subprotocols_offered_ours_alone_is_echoed() {
    let server = TestServer::start(config()).await;
    let offer = "Sec-WebSocket-Protocol: bearer.abc, switchboard.v1, resume.def";
    let answer = handshake(&server, &[offer]).await;
    assert_eq!(answer.status, 101);
    assert!(answer.has_header("sec-websocket-protocol: switchboard.v1"), "{}", answer.head);
    assert!(!answer.head.contains("abc") && !answer.head.contains("def"), "{}", answer.head);

    let answer = handshake(&server, &[]).await;
    assert!(!answer.head.to_lowercase().contains("sec-websocket-protocol"), "{}", answer.head);
    assert!(answer.has_header("sec-websocket-accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
    server.ends_clean().await;
}

/// The answer to an upgrade that comes about: its URL is bad, so the stream ends by itself.
async fn handshake(server: &TestServer, headers: &[&str]) -> super::harness::Answer {
    let mut client = super::harness::RawClient::asks(server.address, headers).await;
    let answer = client.answer();
    client.ends_with(4500).await;
    answer
}

#[actix_rt::test]
async fn no_path_leads_out_of_the_pages() {
    let server = TestServer::start(config()).await;
    for path in [
        "/../Cargo.toml",
        "/%2e%2e/Cargo.toml",
        "/..%2fCargo.toml",
        "//etc/passwd",
        "/demo/../../src/main.rs",
        "/%00",
        "/%ff",
    ] {
        let answer = ask(server.address, path, &["Connection: close"]).await;
        assert!((400..500).contains(&answer.status), "{path}: {answer:?}");
    }
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_request_that_is_not_finished_ends_with_its_connection() {
    let server = TestServer::start(config()).await;
    let begin = Instant::now();
    let (address, half) = (server.address, "GET /ws HTTP/1.1\r\nHost: localhost\r\n");
    let halves = ["", half].map(|sent| async move {
        let mut stream = Stream::to(address).await;
        stream.write_all(sent.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("its end");
        String::from_utf8(answer).unwrap()
    });
    for answer in join_all(halves).await {
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 408"), "{answer}");
    }
    assert!(begin.elapsed() < Duration::from_secs(10), "{:?}", begin.elapsed());
    server.ends_clean().await;
}

#[actix_rt::test]
async fn an_upgrade_with_another_method_or_version_of_http_opens_no_socket() {
    let server = TestServer::start(config()).await;
    for request in [
        "POST /ws HTTP/1.1",
        "CONNECT localhost:80 HTTP/1.1",
        "HEAD /ws HTTP/1.1",
        "GET /ws HTTP/1.0",
    ] {
        let head = upgrade(&[]).join("\r\n");
        let request = format!("{request}\r\nHost: {}\r\n{head}\r\n\r\n", server.address);
        let mut stream = Stream::to(server.address).await;
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("its end");
        let answer = String::from_utf8(answer).unwrap();
        let status = answer.split(' ').nth(1).unwrap();
        assert!(status.starts_with('4'), "{request}: {answer}");
    }
    assert_eq!(server.open_sockets(), 0);
    server.ends_clean().await;
}
