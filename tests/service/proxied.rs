//! Behind the proxies of the manual, with the configuration that stands there.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::json;
use switchboard::config::Config;
use tempfile::TempDir;
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::sleep;

use super::harness::{Identity, PATIENCE, RawClient, Stream, TestServer, config};

/// A proxy that is ended when dropped.
struct Proxy {
    process: Child,
    listen: SocketAddr,
    _folder: TempDir,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // nginx ends its workers where it is asked to end.
        let id = self.process.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &id]).status();
        let _ = self.process.wait();
    }
}

/// The block of the manual that begins with this line.
fn snippet(first: &str) -> String {
    let manual = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/operations.md");
    let manual = fs::read_to_string(manual).unwrap();
    let begin = manual.find(&format!("```\n{first}")).expect("it is in the manual") + 4;
    manual[begin..].split("```").next().unwrap().to_owned()
}

fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Every one of these is in the text; it is exchanged.
#[track_caller]
fn exchanged(mut text: String, pairs: &[(&str, String)]) -> String {
    for (old, new) in pairs {
        assert!(text.contains(old), "no {old} in {text}");
        text = text.replace(old, new);
    }
    text
}

impl Proxy {
    async fn starts(mut command: Command, listen: SocketAddr, folder: TempDir) -> Self {
        let started = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        let process = started.expect("the proxy; tests/run.sh --install-only installs it");
        let proxy = Self { process, listen, _folder: folder };
        let begin = Instant::now();
        while TcpStream::connect(listen).await.is_err() {
            assert!(begin.elapsed() < PATIENCE, "it does not listen");
            sleep(Duration::from_millis(10)).await;
        }
        proxy
    }

    async fn caddy(upstream: SocketAddr) -> Self {
        let (listen, folder) = (free(), TempDir::new().unwrap());
        let [cert, key] = [&Identity::ours().cert, &Identity::ours().key].map(|it| it.display());
        let port = listen.port();
        let sites = format!("https://localhost:{port}, https://127.0.0.1:{port}");
        let site = format!("{sites} {{\n\ttls {cert} {key}");
        let sites = exchanged(
            snippet("calls.example.org {"),
            &[("calls.example.org {", site), ("127.0.0.1:8080", upstream.to_string())],
        );
        let file = folder.path().join("Caddyfile");
        let globals = "{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n}\n";
        fs::write(&file, format!("{globals}{sites}")).unwrap();
        let mut command = Command::new("caddy");
        command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
        for name in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
            command.env(name, folder.path());
        }
        Self::starts(command, listen, folder).await
    }

    async fn nginx(upstream: SocketAddr) -> Self {
        let (listen, folder) = (free(), TempDir::new().unwrap());
        let at = folder.path().display();
        let identity = Identity::ours();
        let server = exchanged(
            snippet("map $http_upgrade"),
            &[
                ("listen 443 ssl", format!("listen {listen} ssl")),
                ("/etc/ssl/calls/fullchain.pem", identity.cert.display().to_string()),
                ("/etc/ssl/calls/privkey.pem", identity.key.display().to_string()),
                ("127.0.0.1:8080", upstream.to_string()),
            ],
        );
        let places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
        let places = places.map(|name| format!("{name}_temp_path {at}/{name};\n")).concat();
        let file = folder.path().join("nginx.conf");
        let whole = format!(
            "daemon off;\npid {at}/pid;\nerror_log {at}/errors;\nevents {{}}\n\
             http {{\naccess_log off;\n{places}{server}}}\n"
        );
        fs::write(&file, whole).unwrap();
        let mut command = Command::new("/usr/sbin/nginx");
        command.arg("-p").arg(folder.path()).arg("-c").arg(file);
        Self::starts(command, listen, folder).await
    }

    /// A socket through it, from this address of the machine.
    async fn dials(&self, from: &str, user: &str) -> RawClient {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
        let tcp = socket.connect(self.listen).await.unwrap();
        let stream = Stream::tls_over(tcp, Identity::ours().client()).await.unwrap();
        RawClient::dials_with(stream, &format!("userId={user}")).await
    }
}

/// One socket an address, and the proxy is believed.
async fn server() -> TestServer {
    let trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    TestServer::start(Config { trusted_proxies, max_sockets_per_address: 1, ..config() }).await
}

/// Two users at two addresses talk through the proxy; a second socket of one address is refused.
async fn serves(server: TestServer, proxy: Proxy) {
    let mut ana = proxy.dials("127.0.0.2", "ana").await;
    ana.is_registered().await;
    let mut bo = proxy.dials("127.0.0.3", "bo").await;
    bo.is_registered().await;
    let mut crowded = proxy.dials("127.0.0.2", "cyd").await;
    crowded.expects("error").await;
    crowded.ends_with(1013).await;

    ana.says(&json!({"type": "message", "to": "bo", "data": "hello"}).to_string()).await;
    assert_eq!(bo.expects("message").await["data"], "hello");
    assert_eq!(server.gate_counts().crowded, 1);
    drop((ana, bo, crowded, proxy));
    server.ends_clean().await;
}

#[actix_rt::test]
async fn the_snippet_for_caddy_serves_sockets_and_tells_where_clients_are() {
    let server = server().await;
    let proxy = Proxy::caddy(server.address).await;
    serves(server, proxy).await;
}

#[actix_rt::test]
async fn the_snippet_for_nginx_serves_sockets_and_tells_where_clients_are() {
    let server = server().await;
    let proxy = Proxy::nginx(server.address).await;
    serves(server, proxy).await;
}
