//! The log of a whole life at `trace`: one event, one line, and not one secret in any.

#![allow(clippy::unwrap_used, missing_docs)]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::stream::MaybeTlsStream;
use tokio_tungstenite::tungstenite::{Message, WebSocket, connect};

const PATIENCE: Duration = Duration::from_secs(20);
const JWT_SECRET: &str = "jw7-s3cret-of-at-least-32-bytes-0f-text";
const TURN_SECRET: &str = "tu4n-s3cret-shared-with-coturn";
const ADMIN_TOKEN: &str = "adm1n-t0ken-of-16-bytes";
/// Where the clients are, as the proxy in front says.
const CLIENT: &str = "198.51.100.23";

const SDP: &str = "v=0\r\no=- 4611731400430051336 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n\
    m=audio 9 UDP/TLS/RTP/SAVPF 111\r\nc=IN IP4 0.0.0.0\r\na=ice-ufrag:uFr4\r\n\
    a=ice-pwd:p4ssw0rdOfTheIceAgent22\r\na=fingerprint:sha-256 4B:8C:D4:9A:B3:77:1E:F2\r\n";
const CANDIDATE: &str =
    "candidate:842163049 1 udp 1677729535 203.0.113.77 46154 typ srflx raddr 10.9.8.7 rport 46154";

/// All that must be in no line, with a word for it.
type Secrets = Vec<(&'static str, String)>;

/// The program at `trace`; it does not outlive its test.
struct Running {
    process: Child,
    lines: Receiver<String>,
    log: Vec<String>,
    address: String,
    admin: String,
}

impl Running {
    fn start(format: &str) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
        command.env_clear().envs([
            ("SWITCHBOARD_LISTEN", "127.0.0.1:0"),
            ("SWITCHBOARD_AUTH", "jwt"),
            ("SWITCHBOARD_JWT_SECRET", JWT_SECRET),
            ("SWITCHBOARD_TURN_URL", "turn:turn.example.org"),
            ("SWITCHBOARD_TURN_SECRET", TURN_SECRET),
            ("SWITCHBOARD_ADMIN_LISTEN", "127.0.0.1:0"),
            ("SWITCHBOARD_ADMIN_TOKEN", ADMIN_TOKEN),
            ("SWITCHBOARD_TRUSTED_PROXIES", "127.0.0.1"),
            ("SWITCHBOARD_LOG", "trace,actix_http=trace,actix_server=trace,rustls=trace"),
            ("SWITCHBOARD_LOG_FORMAT", format),
        ]);
        let mut process = command.stderr(Stdio::piped()).spawn().unwrap();
        let (tell, lines) = channel();
        let log = BufReader::new(process.stderr.take().unwrap());
        thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        let [address, admin] = [(); 2].map(|()| String::new());
        let mut running = Self { process, lines, log: Vec::new(), address, admin };
        running.admin = running.logs("admin API listening", "127.0.0.1:");
        running.address = running.logs("http://127.0.0.1:", "127.0.0.1:");
        running
    }

    /// Waits for a line with these words; returns the address in it.
    fn logs(&mut self, words: &str, before: &str) -> String {
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|_| panic!("no {words:?} in {:#?}", self.log));
            self.log.push(line.clone());
            if line.contains(words) {
                let port = line.split_once(before).map_or("", |(_, rest)| rest);
                let port: String = port.chars().take_while(char::is_ascii_digit).collect();
                return format!("{before}{port}");
            }
        }
    }

    /// A token of the server's own making.
    fn token(user: &str, secrets: &mut Secrets) -> String {
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
        command.args(["token", "--user", user]).env_clear();
        let made = command.env("SWITCHBOARD_JWT_SECRET", JWT_SECRET).output().unwrap();
        let token = String::from_utf8(made.stdout).unwrap().trim().to_owned();
        secrets.push(("access token", token.rsplit('.').next().unwrap().to_owned()));
        secrets.push(("access token", token.split('.').nth(1).unwrap().to_owned()));
        token
    }

    fn asks_the_admin_api(&self, path: &str, token: &str) {
        let mut stream = TcpStream::connect(&self.admin).unwrap();
        let head = format!(
            "GET {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\r\n",
            self.admin
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.read_to_end(&mut Vec::new()).unwrap();
    }

    /// Told to stop, it ends; all that it has logged.
    fn ends(mut self) -> Vec<String> {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let begin = Instant::now();
        while self.process.try_wait().unwrap().is_none() {
            assert!(begin.elapsed() < PATIENCE, "still running");
            thread::sleep(Duration::from_millis(5));
        }
        while let Ok(line) = self.lines.recv_timeout(PATIENCE) {
            self.log.push(line);
        }
        std::mem::take(&mut self.log)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Where the token stands.
#[derive(Clone, Copy)]
enum By {
    Query,
    Header,
    Subprotocol,
}

struct Person {
    socket: WebSocket<MaybeTlsStream<TcpStream>>,
    registered: Value,
}

impl Person {
    fn comes(running: &Running, query: &str, token: &str, by: By) -> Self {
        let mut url = format!("ws://{}/ws?{query}", running.address);
        if let By::Query = by {
            url += &format!("&token={token}");
        }
        let mut request = url.into_client_request().unwrap();
        let headers = request.headers_mut();
        headers.insert("x-forwarded-for", HeaderValue::from_static(CLIENT));
        match by {
            By::Query => {}
            By::Header => {
                headers.insert("authorization", format!("Bearer {token}").parse().unwrap());
            }
            By::Subprotocol => {
                let offered = format!("switchboard.v1, bearer.{token}");
                headers.insert("sec-websocket-protocol", offered.parse().unwrap());
            }
        }
        let (socket, _) = connect(request).unwrap();
        let stream = match socket.get_ref() {
            MaybeTlsStream::Plain(stream) => stream,
            _ => unreachable!("it is plain"),
        };
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        Self { socket, registered: Value::Null }
    }

    /// And is let in; what it is told there are secrets.
    fn registers(mut self, secrets: &mut Secrets) -> Self {
        self.registered = self.hears("registered");
        let ice = &self.registered["iceServers"][0];
        for (what, value) in [
            ("resume token", &self.registered["resumeToken"]),
            ("TURN credential", &ice["credential"]),
            ("TURN user name", &ice["username"]),
        ] {
            secrets.push((what, value.as_str().unwrap().to_owned()));
        }
        self
    }

    fn says(&mut self, message: Value) {
        self.socket.send(Message::text(message.to_string())).unwrap();
    }

    fn hears(&mut self, kind: &str) -> Value {
        loop {
            let Message::Text(text) = self.socket.read().unwrap() else { continue };
            let said: Value = serde_json::from_str(&text).unwrap();
            if said["type"] == kind {
                return said;
            }
        }
    }
}

/// Everything that is a secret passes through the server, by every way there is.
fn lives(running: &Running) -> Secrets {
    let mut secrets: Secrets = vec![
        ("secret for tokens", JWT_SECRET.into()),
        ("secret for TURN", TURN_SECRET.into()),
        ("admin token", ADMIN_TOKEN.into()),
        ("SDP", "p4ssw0rdOfTheIceAgent22".into()),
        ("SDP", "4B:8C:D4".into()),
        ("candidate", "842163049".into()),
        ("candidate", "203.0.113.77".into()),
        ("what was written", "burn-after-reading".into()),
    ];
    for (n, by) in [By::Query, By::Header, By::Subprotocol].into_iter().enumerate() {
        let (ana, bo) = (format!("ana{n}"), format!("bo{n}"));
        let [for_ana, for_bo] = [&ana, &bo].map(|user| Running::token(user, &mut secrets));
        let mut a = Person::comes(running, "received=0", &for_ana, by).registers(&mut secrets);
        let mut b = Person::comes(running, "received=0", &for_bo, by).registers(&mut secrets);
        a.says(json!({"type": "call-request", "to": bo, "data": {"note": "burn-after-reading"}}));
        let call = b.hears("call-request")["callId"].clone();
        b.says(json!({"type": "call-accept", "callId": call}));
        a.hears("call-accept");
        for (kind, data) in [
            ("offer", json!({"type": "offer", "sdp": SDP})),
            ("candidate", json!({"candidate": CANDIDATE})),
            ("message", json!("burn-after-reading")),
        ] {
            a.says(json!({"type": kind, "to": bo, "data": data, "id": kind, "receipt": true}));
            b.hears(kind);
        }
        misbehaves(&mut b, &bo);
        let fresh = Running::token(&ana, &mut secrets);
        a.says(json!({"type": "refresh", "id": "r", "token": fresh}));
        a.hears("refreshed");
        a.says(json!({"type": "refresh", "id": "r", "token": format!("{fresh}x")}));
        a.hears("error");
        drop(a.socket);
        let token = a.registered["resumeToken"].as_str().unwrap();
        let resume = format!("received=0&resume={token}");
        Person::comes(running, &resume, &fresh, by).hears("registered");
        let foreign = format!("received=0&resume={}x", b.registered["resumeToken"]);
        Person::comes(running, &foreign.replace('"', ""), &for_bo, by);
        Person::comes(running, "received=0", &format!("{for_bo}x"), by).hears("error");
        Person::comes(running, &format!("shout={for_bo}"), &for_bo, by).hears("error");
    }
    for (path, token) in [("/metrics", ADMIN_TOKEN), ("/api/v1/stats", "gu3ssed-t0ken-0000")] {
        running.asks_the_admin_api(path, token);
    }
    secrets.push(("guessed admin token", "gu3ssed".into()));
    secrets
}

/// Says what is refused, with secrets in it.
fn misbehaves(person: &mut Person, to_oneself: &str) {
    person.socket.send(Message::text(format!("{{\"sdp\": {SDP:?}"))).unwrap();
    person.hears("error");
    for message in [
        json!({"type": "burn-after-reading\nforged=yes", "data": SDP}),
        json!({"type": "ping", "burn-after-reading": CANDIDATE}),
        json!({"type": "offer", "to": to_oneself, "data": SDP}),
        json!({"type": "candidate", "to": "no\nbody", "data": CANDIDATE}),
    ] {
        person.says(message);
        person.hears("error");
    }
}

#[track_caller]
fn says_no_secret(log: &[String], secrets: &Secrets) {
    assert!(secrets.len() > 40 && secrets.iter().all(|(_, text)| text.len() >= 5), "{secrets:?}");
    for line in log {
        for (what, text) in secrets {
            assert!(!line.contains(text.as_str()), "the {what} is in the log: {line}");
        }
    }
    assert!(log.iter().any(|line| line.contains("access token refused")), "the log is a full one");
}

#[test]
fn a_log_for_people_has_no_secret_at_trace_and_no_address_of_a_client_above_debug() {
    let running = Running::start("text");
    let secrets = lives(&running);

    let log = running.ends();

    says_no_secret(&log, &secrets);
    for line in &log {
        let (time, rest) = line.split_at(24);
        assert!(time.starts_with("20") && time.ends_with('Z'), "no time: {line}");
        let level = rest.split_whitespace().next().unwrap();
        assert!(["ERROR", "WARN", "INFO", "DEBUG", "TRACE"].contains(&level), "{line}");
        let is_low = ["DEBUG", "TRACE"].contains(&level);
        assert!(is_low || !line.contains(CLIENT), "a client's address: {line}");
        assert!(!["ERROR", "WARN"].contains(&level), "clients' doing is no alarm: {line}");
    }
    let trace = log.iter().find(|line| line.contains(" TRACE in user=ana0 bytes="));
    assert!(trace.is_some(), "{log:#?}");
}

#[test]
fn a_log_for_programs_has_no_secret_at_trace_and_each_line_is_an_object() {
    let running = Running::start("json");
    let secrets = lives(&running);

    let log = running.ends();

    says_no_secret(&log, &secrets);
    let mut events = Vec::new();
    for line in &log {
        let event: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
        for key in ["time", "level", "target", "message"] {
            assert!(event[key].is_string(), "no {key}: {line}");
        }
        events.push(event);
    }
    let closed = events.iter().find(|it| it["message"] == "closing" && it["code"] == 4501);
    assert!(closed.is_some_and(|it| it["reason"] == "token refused"), "{closed:?}");
    assert!(events.iter().any(|it| it["message"] == "in" && it["bytes"].is_u64()));
}
