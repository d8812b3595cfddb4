//! Behind the proxies of the manual, with the configuration that stands there.

use serde_json::json;
use switchboard::config::Config;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;
use tokio::time::timeout;

use super::harness::{Answer, Identity, PATIENCE, RawClient, Stream, TestServer, config, upgrade};
use crate::proxies::{Certificate, Proxy, file, nginx_of_the_ingress, snippet};

/// The page with the proxies in front of a server that has a name of its own.
const AT_A_NAME: &str = "docs/operations.md";
/// The page with those in front of a server below a path.
const BELOW_A_PATH: &str = "docs/deployment.md";

fn certificate() -> Option<Certificate<'static>> {
    let identity = Identity::ours();
    Some(Certificate { cert: &identity.cert, key: &identity.key })
}

async fn caddy(page: &str, name: &str, server: &TestServer) -> Proxy {
    let site = snippet(page, &format!("{name} {{"));
    Proxy::caddy(site, name, server.address, certificate()).await
}

async fn nginx(page: &str, server: &TestServer) -> Proxy {
    Proxy::nginx(snippet(page, "map $http_upgrade"), server.address, certificate()).await
}

impl Proxy {
    async fn stream(&self, from: &str) -> Stream {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
        let tcp = socket.connect(self.listen).await.unwrap();
        Stream::tls_over(tcp, Identity::ours().client()).await.unwrap()
    }

    /// A socket through it, from this address of the machine, to the server below `path`.
    async fn dials(&self, path: &str, from: &str, user: &str) -> RawClient {
        let mut stream = self.stream(from).await;
        let (host, headers) = (self.listen, upgrade(&[]).join("\r\n"));
        let page = format!("Host: {host}\r\nOrigin: https://{host}");
        let head = format!("GET {path}/ws?userId={user} HTTP/1.1\r\n{page}\r\n{headers}\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        RawClient::upgraded(stream).await
    }

    /// The answer to a request through it, to its end.
    async fn gets(&self, path: &str, header: &str) -> Answer {
        let mut stream = self.stream("127.0.0.1").await;
        let host = format!("Host: {}\r\nConnection: close", self.listen);
        let head = format!("GET {path} HTTP/1.1\r\n{host}\r\n{header}\r\n\r\n");
        let head = head.replace("\r\n\r\n\r\n", "\r\n\r\n");
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut answer = Vec::new();
        timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("its end").unwrap();
        Answer::from_text(&String::from_utf8_lossy(&answer))
    }
}

/// One socket an address, and the proxy is believed.
async fn server() -> TestServer {
    let trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    TestServer::start(Config { trusted_proxies, max_sockets_per_address: 1, ..config() }).await
}

/// Two users at two addresses talk through the proxy; a second socket of one address is refused.
async fn serves(server: TestServer, proxy: Proxy, path: &str) {
    let mut ana = proxy.dials(path, "127.0.0.2", "ana").await;
    ana.is_registered().await;
    let mut bo = proxy.dials(path, "127.0.0.3", "bo").await;
    bo.is_registered().await;
    let mut crowded = proxy.dials(path, "127.0.0.2", "cyd").await;
    crowded.expects("error").await;
    crowded.ends_with(1013).await;

    ana.says(&json!({"type": "message", "to": "bo", "data": "hello"}).to_string()).await;
    assert_eq!(bo.expects("message").await["data"], "hello");
    assert_eq!(server.gate_counts().crowded, 1);
    drop((ana, bo, crowded, proxy));
    server.ends_clean().await;
}

/// All that the page names is below the path, too, and so is the answer to why sockets are refused.
async fn serves_the_page_below(proxy: &Proxy, path: &str) {
    let page = proxy.gets(&format!("{path}/"), "").await;
    assert_eq!(page.status, 200, "{}", page.head);
    let mut named: Vec<_> = ["href=\"", "src=\""]
        .iter()
        .flat_map(|attribute| page.body.split(attribute).skip(1))
        .map(|rest| rest.split('"').next().unwrap())
        .filter(|address| *address != "./")
        .collect();
    assert!(named.len() > 2, "{named:?}");
    named.extend(["switchboard.js", "switchboard.d.ts", "healthz", "readyz", "ws/check"]);
    for address in named {
        assert!(!address.starts_with('/') && !address.contains(':'), "{address} is not relative");
        let answer = proxy.gets(&format!("{path}/{address}"), "").await;
        assert_eq!(answer.status, 200, "{address}: {}", answer.head);
    }
    let other = "Origin: https://app.example";
    let said = proxy.gets(&format!("{path}/ws/check"), other).await.json();
    assert_eq!(said["reason"], "origin", "{said}");
}

#[actix_rt::test]
async fn the_snippet_for_caddy_serves_sockets_and_tells_where_clients_are() {
    let server = server().await;
    let proxy = caddy(AT_A_NAME, "calls.example.org", &server).await;
    serves(server, proxy, "").await;
}

#[actix_rt::test]
async fn the_snippet_for_nginx_serves_sockets_and_tells_where_clients_are() {
    let server = server().await;
    let proxy = nginx(AT_A_NAME, &server).await;
    serves(server, proxy, "").await;
}

#[actix_rt::test]
async fn below_a_path_the_snippet_for_caddy_serves_sockets_and_the_page() {
    let server = server().await;
    let proxy = caddy(BELOW_A_PATH, "example.org", &server).await;
    serves_the_page_below(&proxy, "/signal").await;
    let bare = proxy.gets("/signal", "").await;
    assert_eq!((bare.status, bare.header("location")), (308, Some("/signal/")));
    serves(server, proxy, "/signal").await;
}

#[actix_rt::test]
async fn below_a_path_the_snippet_for_nginx_serves_sockets_and_the_page() {
    let server = server().await;
    let proxy = nginx(BELOW_A_PATH, &server).await;
    serves_the_page_below(&proxy, "/signal").await;
    let bare = proxy.gets("/signal", "").await;
    let location = format!("https://{}/signal/", proxy.listen);
    assert_eq!((bare.status, bare.header("location")), (308, Some(&*location)));
    serves(server, proxy, "/signal").await;
}

#[actix_rt::test]
async fn below_a_path_what_the_controller_makes_of_the_ingress_serves_sockets_and_the_page() {
    let server = server().await;
    let proxy = Proxy::nginx(nginx_of_the_ingress(), server.address, certificate()).await;
    serves_the_page_below(&proxy, "/signal").await;
    serves(server, proxy, "/signal").await;
}

#[actix_rt::test]
async fn a_proxy_that_leaves_the_path_on_is_named_as_the_fault() {
    let server = server().await;
    let text = snippet(BELOW_A_PATH, "map $http_upgrade");
    let text =
        text.replace("proxy_pass http://127.0.0.1:8080/;", "proxy_pass http://127.0.0.1:8080;");
    let proxy = Proxy::nginx(text, server.address, certificate()).await;

    let said = proxy.gets("/signal/ws/check", "Origin: https://app.example").await.json();

    assert_eq!(said["reason"], "path", "{said}");
    drop(proxy);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_proxy_that_changes_the_host_is_named_as_the_fault() {
    let server = server().await;
    let text = snippet(AT_A_NAME, "map $http_upgrade");
    let text = text.replace("proxy_set_header Host $http_host;", "");
    let proxy = Proxy::nginx(text, server.address, certificate()).await;

    let question = format!("/ws/check?origin=https%3A%2F%2F{}", proxy.listen);
    let said = proxy.gets(&question, "").await.json();

    assert_eq!(said["reason"], "origin", "{said}");
    let message = said["message"].as_str().unwrap();
    assert!(message.contains("let the proxy pass on `Host`"), "{said}");
    assert!(message.contains(&server.address.to_string()), "{said}");
    drop(proxy);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_file_that_nginx_compresses_is_not_sent_again() {
    let server = server().await;
    let text = snippet(AT_A_NAME, "map $http_upgrade");
    // The server compresses by itself what it is asked to compress: here nginx does.
    let text = text.replace("proxy_pass", "proxy_set_header Accept-Encoding \"\";\n    proxy_pass");
    let text = format!("gzip on;\ngzip_proxied any;\ngzip_types text/javascript;\n{text}");
    let proxy = Proxy::nginx(text, server.address, certificate()).await;

    let first = proxy.gets("/switchboard.js", "Accept-Encoding: gzip").await;
    let tag = first.header("etag").expect("a tag");
    assert_eq!(first.header("content-encoding"), Some("gzip"), "{}", first.head);
    assert!(tag.starts_with("W/"), "nginx makes it a weak one: {tag}");
    let known = format!("Accept-Encoding: gzip\r\nIf-None-Match: {tag}");
    assert_eq!(proxy.gets("/switchboard.js", &known).await.status, 304);
    drop(proxy);
    server.ends_clean().await;
}

#[test]
fn the_ingress_leads_to_the_service_of_the_manifest() {
    let (ingress, manifest) = (file("deploy/ingress.yaml"), file("deploy/kubernetes.yaml"));
    for part in ["name: switchboard\n", "name: http\n"] {
        assert!(ingress.contains(part) && manifest.contains(part), "{part}");
    }
    assert!(ingress.contains("ingressClassName: nginx"));
}
