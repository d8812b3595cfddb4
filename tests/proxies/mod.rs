//! Proxies that run with the configuration that stands in the manual.

use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tempfile::TempDir;
use tokio::net::TcpStream;
use tokio::time::sleep;

/// How long a proxy may take until it listens.
const PATIENCE: Duration = Duration::from_secs(15);

/// Ports that are tried, at most. One that was free may be taken before the proxy has it.
const ATTEMPTS: usize = 5;

/// The files of a certificate and its key.
#[derive(Clone, Copy)]
pub struct Certificate<'a> {
    pub cert: &'a Path,
    pub key: &'a Path,
}

/// A proxy that is ended when dropped.
pub struct Proxy {
    process: Child,
    pub listen: SocketAddr,
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

/// A file of this repository.
pub fn file(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    fs::read_to_string(&path).unwrap_or_else(|why| panic!("{name}: {why}"))
}

/// The block of a page of the manual that begins with this line.
pub fn snippet(page: &str, first: &str) -> String {
    let page = file(page);
    let begin = page.find(&format!("```\n{first}")).expect("it is in the manual") + 4;
    page[begin..].split("```").next().unwrap().to_owned()
}

/// The configuration of nginx that the controller of `deploy/ingress.yaml` makes of its path: a
/// `location` by a regular expression, and the rewriting of the annotation.
pub fn nginx_of_the_ingress() -> String {
    let ingress = file("deploy/ingress.yaml");
    let value = |before: &str| {
        let (_, rest) = ingress.split_once(before).unwrap_or_else(|| panic!("no {before:?}"));
        rest.lines().next().unwrap().trim().to_owned()
    };
    assert_eq!(value("nginx.ingress.kubernetes.io/use-regex: "), "\"true\"");
    let (path, target) = (value("- path: "), value("nginx.ingress.kubernetes.io/rewrite-target: "));
    let timeout = value("nginx.ingress.kubernetes.io/proxy-read-timeout: ");
    format!(
        "map $http_upgrade $connection_upgrade {{ default upgrade; \"\" close; }}\n\
         server {{\n\
         listen 443 ssl;\n\
         ssl_certificate /etc/ssl/calls/fullchain.pem;\n\
         ssl_certificate_key /etc/ssl/calls/privkey.pem;\n\
         location ~* \"^{path}\" {{\n\
         rewrite \"(?i){path}\" {target} break;\n\
         proxy_pass http://127.0.0.1:8080;\n\
         proxy_http_version 1.1;\n\
         proxy_set_header Host $http_host;\n\
         proxy_set_header Upgrade $http_upgrade;\n\
         proxy_set_header Connection $connection_upgrade;\n\
         proxy_set_header X-Forwarded-For $remote_addr;\n\
         proxy_read_timeout {}s;\n\
         }}\n}}\n",
        timeout.trim_matches('"')
    )
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
    /// Runs the command for a free port and a folder of its own.
    async fn starts(command: impl Fn(SocketAddr, &Path) -> Command) -> Self {
        for _ in 0..ATTEMPTS {
            let (listen, folder) = (free(), TempDir::new().unwrap());
            let mut command = command(listen, folder.path());
            let started = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
            let process = started.expect("the proxy; tests/run.sh --install-only installs it");
            let mut proxy = Self { process, listen, _folder: folder };
            if proxy.listens().await {
                return proxy;
            }
        }
        panic!("the proxy ended {ATTEMPTS} times")
    }

    /// Waits until it listens. False where it ends: something else has taken the port meanwhile.
    async fn listens(&mut self) -> bool {
        let begin = Instant::now();
        loop {
            let is_open = TcpStream::connect(self.listen).await.is_ok();
            if self.process.try_wait().unwrap().is_some() {
                return false;
            }
            if is_open {
                return true;
            }
            assert!(begin.elapsed() < PATIENCE, "it does not listen");
            sleep(Duration::from_millis(10)).await;
        }
    }

    /// Caddy with this site for `name`; without a certificate it speaks plain HTTP.
    pub async fn caddy(
        site: String,
        name: &str,
        upstream: SocketAddr,
        certificate: Option<Certificate<'_>>,
    ) -> Self {
        Self::starts(|listen, folder| {
            let port = listen.port();
            let at = match certificate {
                Some(Certificate { cert, key }) => format!(
                    "https://localhost:{port}, https://127.0.0.1:{port} {{\n\ttls {} {}",
                    cert.display(),
                    key.display()
                ),
                None => format!("http://localhost:{port}, http://127.0.0.1:{port} {{"),
            };
            let pairs = [(&*format!("{name} {{"), at), ("127.0.0.1:8080", upstream.to_string())];
            let site = exchanged(site.clone(), &pairs);
            let file = folder.join("Caddyfile");
            let globals =
                "{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n}\n";
            fs::write(&file, format!("{globals}{site}")).unwrap();
            let mut command = Command::new("caddy");
            command.args(["run", "--adapter", "caddyfile", "--config"]).arg(file);
            for name in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
                command.env(name, folder);
            }
            command
        })
        .await
    }

    /// nginx with this server; without a certificate it speaks plain HTTP.
    pub async fn nginx(
        server: String,
        upstream: SocketAddr,
        certificate: Option<Certificate<'_>>,
    ) -> Self {
        let server = exchanged(server, &[("127.0.0.1:8080", upstream.to_string())]);
        Self::starts(|listen, folder| {
            let at = folder.display();
            let server = listening(server.clone(), listen, certificate);
            let places = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"];
            let places = places.map(|name| format!("{name}_temp_path {at}/{name};\n")).concat();
            let file = folder.join("nginx.conf");
            let whole = format!(
                "daemon off;\npid {at}/pid;\nerror_log {at}/errors;\nevents {{}}\n\
                 http {{\naccess_log off;\n{places}{server}}}\n"
            );
            fs::write(&file, whole).unwrap();
            let mut command = Command::new("/usr/sbin/nginx");
            command.arg("-p").arg(folder).arg("-c").arg(file);
            command
        })
        .await
    }
}

/// The server of nginx at this address, with this certificate in place of that of the manual.
fn listening(server: String, listen: SocketAddr, certificate: Option<Certificate<'_>>) -> String {
    match certificate {
        Some(Certificate { cert, key }) => exchanged(
            server,
            &[
                ("listen 443 ssl", format!("listen {listen} ssl")),
                ("/etc/ssl/calls/fullchain.pem", cert.display().to_string()),
                ("/etc/ssl/calls/privkey.pem", key.display().to_string()),
            ],
        ),
        None => {
            let is_of_tls = |line: &&str| line.trim().starts_with("ssl_");
            let lines = server.lines().filter(|line| !is_of_tls(line)).collect::<Vec<_>>();
            exchanged(lines.join("\n"), &[("listen 443 ssl", format!("listen {listen}"))])
        }
    }
}
