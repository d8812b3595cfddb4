//! `/ws/check` says of a page what an upgrade of it would come to.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;
use switchboard::config::{AuthMode, Config};

use super::harness::{
    Answer, RawClient, TestServer, Witness, ask, asking_for_tokens, config, request, upgrade,
};

/// An example of the manual.
fn example(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/examples/check").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The answer to a page that asks with these header lines; any page may read it.
async fn checked(server: &TestServer, path: &str, headers: &[&str]) -> Answer {
    let answer = ask(server.address, path, &[headers, &["Connection: close"]].concat()).await;
    assert_eq!(answer.status, 200, "{path} {headers:?}: {answer:?}");
    let reader = answer.header("access-control-allow-origin").unwrap_or_default();
    let asks = headers.iter().find_map(|line| line.strip_prefix("Origin: ")).unwrap_or("*");
    assert!(["*", asks].contains(&reader), "{reader}");
    assert_eq!(answer.header("access-control-allow-credentials"), None);
    assert_eq!(answer.header("cache-control"), Some("no-store"));
    answer
}

#[actix_rt::test]
async fn a_page_of_any_origin_reads_why_its_socket_is_refused() {
    let origins = vec!["https://listed.example".into()];
    let hosts = vec!["127.0.0.1".into(), "localhost".into()];
    let server = TestServer::start(Config { origins, hosts, ..config() }).await;
    for (path, headers, reason) in [
        ("/ws/check", &["Origin: https://listed.example"][..], None),
        ("/ws/check", &[], None),
        ("/ws/check?origin=https%3A%2F%2Flisted.example", &[], None),
        ("/ws/check", &["Origin: https://app.example"], Some("origin")),
        ("/ws/check", &["Origin: null"], Some("origin")),
        (
            "/ws/check",
            &["Origin: https://listed.example", "Origin: https://a.example"],
            Some("origin"),
        ),
        // A page that asks its own server says itself where it comes from.
        ("/ws/check?origin=https%3A%2F%2Fapp.example", &[], Some("origin")),
        ("/ws/check?origin=https%3A%2F%2Fapp.example", &["Origin: https://listed.example"], None),
        ("/ws/check?origin=https%3A%2F%2Flisted.example", &["Origin: null"], Some("origin")),
        ("/ws/check", &["Host: 127.0.0.2:8080", "Origin: http://127.0.0.2:8080"], Some("host")),
        ("/ws/check", &["Host: evil.example", "Origin: http://evil.example"], Some("host")),
        ("/signal/ws/check", &["Origin: https://listed.example"], Some("path")),
        ("/ws/ws/check", &[], Some("path")),
    ] {
        let said = checked(&server, path, headers).await.json();
        assert_eq!(said["reason"].as_str(), reason, "{path} {headers:?}: {said}");
        assert_eq!(said["accepts"], reason.is_none(), "{said}");
        assert_eq!(said["permanent"].as_bool(), reason.map(|_| true), "{said}");
        assert_eq!(said["message"].is_string(), reason.is_some(), "{said}");
        if path == "/ws/check" && !headers.is_empty() {
            let mut client = RawClient::asks(server.address, headers).await;
            let status = client.answer().status;
            assert_eq!(status, if reason.is_some() { 403 } else { 101 }, "{headers:?}");
            if status == 101 {
                client.ends_with(4500).await;
            }
        }
    }
    server.ends_clean().await;
}

#[actix_rt::test]
async fn the_sentence_is_that_of_the_refusal_itself() {
    let server = TestServer::start(config()).await;
    for headers in [&["Origin: https://app.example"][..], &["Host: calls.example"]] {
        let said = checked(&server, "/ws/check", headers).await.json();
        let refused = ask(server.address, "/ws?userId=ana", &upgrade(headers)).await;
        assert_eq!((refused.status, &refused.json()["message"]), (403, &said["message"]));
    }
    let of_page = checked(&server, "/ws/check", &["Origin: https://app.example"]).await;
    assert_eq!(of_page.json(), example("origin.json"));
    assert_eq!(checked(&server, "/ws/check", &[]).await.json(), example("accepts.json"));
    let own = checked(&server, "/ws/check?origin=https%3A%2F%2Fcalls.example", &[]).await.json();
    let said = own["message"].as_str().unwrap();
    let names = ["https://calls.example", &server.address.to_string(), "`Host`", "`origins`"];
    assert!(names.iter().all(|name| said.contains(name)), "{said}");
    let at_path = checked(&server, "/signal/ws/check", &[]).await.json();
    assert!(at_path["message"].as_str().unwrap().contains("/signal/ws"), "{at_path}");
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_server_that_is_full_says_so_to_pages_that_may_connect_and_to_no_others() {
    let server = TestServer::start(Config { max_sockets: 1, ..config() }).await;
    let ana = server.connects("ana").await;

    let full = checked(&server, "/ws/check", &[]).await.json();
    let foreign = checked(&server, "/ws/check", &["Origin: https://app.example"]).await.json();

    assert_eq!(full, example("full.json"));
    assert_eq!(foreign["reason"], "origin");
    ana.leaves().await;
    server.comes_to("empty", |_, open| open == 0).await;
    assert_eq!(checked(&server, "/ws/check", &[]).await.json()["accepts"], true);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn an_address_that_has_all_the_sockets_that_it_may_have_is_told() {
    let server = TestServer::start(Config { max_sockets_per_address: 1, ..config() }).await;
    let ana = server.connects("ana").await;

    let said = checked(&server, "/ws/check", &[]).await.json();

    assert_eq!((&said["reason"], &said["permanent"]), (&"full".into(), &false.into()));
    assert!(said["message"].as_str().unwrap().contains("your address"), "{said}");
    drop(ana);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_server_that_drains_says_so() {
    let server = TestServer::start(Config { drain_window: Duration::ZERO, ..config() }).await;
    let address = server.address;
    // Does not answer its close, so the drain takes some time.
    let mut stubborn = RawClient::connects(address, "userId=ana").await;
    let (server, witness) = server.into_server();
    let stopping = actix_rt::spawn(server.stop());
    stubborn.ends_with(1012).await;

    let said = ask(address, "/ws/check", &["Connection: close"]).await.json();

    assert_eq!((&said["reason"], &said["permanent"]), (&"draining".into(), &false.into()));
    drop(stubborn);
    stopping.await.unwrap();
    assert_eq!(witness.heard(), Vec::<String>::new());
}

#[actix_rt::test]
async fn a_check_takes_a_request_of_its_address_and_shows_no_secret() {
    let limits = Config { requests_per_address: 1, request_burst_per_address: 2, ..config() };
    let server = TestServer::start(limits).await;
    for status in [200, 200, 429] {
        let headers = ["Origin: https://app.example", "Connection: close"];
        let answer = ask(server.address, "/ws/check", &headers).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
    server.ends_clean().await;

    let origins = vec!["https://listed.example".into()];
    let server = TestServer::start(Config { origins, ..asking_for_tokens() }).await;
    let answer = checked(&server, "/ws/check?token=s3cr3t", &["Origin: https://app.example"]).await;
    for secret in ["listed.example", "s3cr3t"] {
        assert!(!answer.body.contains(secret) && !answer.head.contains(secret), "{answer:?}");
    }
    server.ends_clean().await;
}

#[actix_rt::test]
async fn head_answers_like_get_and_other_methods_are_refused() {
    let server = TestServer::start(config()).await;
    for path in ["/ws/check", "/signal/ws/check"] {
        for (method, status) in [("HEAD", 200), ("DELETE", 405), ("PUT", 405)] {
            let what = format!("{method} {path}");
            let answer = request(server.address, &what, &["Connection: close"], "").await;
            assert_eq!(answer.status, status, "{what}");
            assert!(method != "HEAD" || answer.body.is_empty(), "{what}");
        }
    }
    server.ends_clean().await;
}

#[actix_rt::test]
async fn with_access_tokens_pages_of_anybody_may_connect_where_they_are_listed() {
    for (entry, own, other) in [
        ("null", "null", "file://"),
        ("file://", "file://", "null"),
        ("*", "https://anybody.example", ""),
    ] {
        let origins = vec![entry.to_owned()];
        let server = TestServer::start(Config { origins, ..asking_for_tokens() }).await;
        let accepts = async |origin: &str| {
            let header = format!("Origin: {origin}");
            checked(&server, "/ws/check", &[&header]).await.json()["accepts"] == true
        };
        assert!(accepts(own).await, "{entry}");
        assert_eq!(accepts(other).await, entry == "*", "{entry}");
        // Nobody knows which of the two it is.
        let twice = ["Origin: null", "Origin: null", "Connection: close"];
        let said = ask(server.address, "/ws/check", &twice).await.json();
        assert_eq!(said["reason"], "origin", "{entry}");
        server.ends_clean().await;
    }
}

#[actix_rt::test]
async fn apps_with_a_scheme_of_their_own_and_previews_connect_where_they_are_listed() {
    let origins = ["capacitor://localhost", "tauri://localhost", "https://*.preview.example.org"];
    let origins = origins.map(String::from).to_vec();
    let server = TestServer::start(Config { origins, auth: AuthMode::Open, ..config() }).await;
    for (origin, status) in [
        ("capacitor://localhost", 101),
        ("tauri://localhost", 101),
        ("https://pr-7.preview.example.org", 101),
        ("ionic://localhost", 403),
        ("capacitor://localhost.evil.example", 403),
        ("https://preview.example.org", 403),
        ("https://a.b.preview.example.org", 403),
    ] {
        let header = format!("Origin: {origin}");
        let mut client = RawClient::asks(server.address, &[&header]).await;
        assert_eq!(client.answer().status, status, "{origin}");
        if status == 101 {
            client.ends_with(4500).await;
        }
    }
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_refused_page_or_name_is_told_to_the_operator_once() {
    let server = TestServer::start(config()).await;
    let told = |witness: &Witness, of: &str| {
        let lines = witness.heard_provoked("told once for each");
        lines.into_iter().filter(|line| line.contains(of)).collect::<Vec<_>>()
    };
    let address = server.address;
    let (server, witness) = server.into_server();
    for headers in [
        &["Origin: https://once.example"][..],
        &["Origin: https://once.example"],
        &["Host: once.example:8080"],
        &["Host: once.example:8080"],
    ] {
        assert_eq!(ask(address, "/ws?userId=ana", &upgrade(headers)).await.status, 403);
    }

    let of_page = told(&witness, "origin=https://once.example");
    let of_host = told(&witness, "host=once.example:8080");

    assert_eq!((of_page.len(), of_host.len()), (1, 1), "{of_page:?} {of_host:?}");
    assert!(of_page[0].starts_with("WARN") && of_page[0].contains("`origins`"), "{of_page:?}");
    // Anybody can send any origin.
    for n in 0..100 {
        let origin = format!("Origin: https://many{n}.example");
        assert_eq!(ask(address, "/ws?userId=ana", &upgrade(&[&origin])).await.status, 403);
    }
    assert!(told(&witness, "many").len() < 16, "{:?}", told(&witness, "many"));
    server.stop().await;
}
