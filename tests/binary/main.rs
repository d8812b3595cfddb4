//! The program itself: what it prints, what signals do to it, how it ends.

#![allow(clippy::unwrap_used, missing_docs)]

mod log;
mod signals;
mod threads;

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::stream::MaybeTlsStream;
use tokio_tungstenite::tungstenite::{Message, WebSocket, connect};

const PATIENCE: Duration = Duration::from_secs(20);

/// The program, with no variable of this process's own that would set it.
fn switchboard(arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    let own = std::env::vars_os().map(|(name, _)| name);
    for name in own.filter(|name| name.to_string_lossy().starts_with("SWITCHBOARD_")) {
        command.env_remove(name);
    }
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// A server on a port of its own; it does not outlive its test.
struct Running {
    process: Child,
    lines: Receiver<String>,
    log: Vec<String>,
    address: String,
}

impl Running {
    fn start() -> Self {
        Self::start_with(&[], &[])
    }

    fn start_with(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = switchboard(&["--listen", "127.0.0.1:0"]);
        let mut process = command.args(arguments).envs(variables.iter().copied()).spawn().unwrap();
        let (tell, lines) = channel();
        let log = BufReader::new(process.stderr.take().unwrap());
        thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        let mut running = Self { process, lines, log: Vec::new(), address: String::new() };
        let line = running.logs("listening url=");
        let (_, rest) = line.split_once("://").unwrap();
        running.address = rest.trim_end_matches('/').to_owned();
        running
    }

    /// Waits for a line with this in it.
    fn logs(&mut self, part: &str) -> String {
        loop {
            let Ok(line) = self.lines.recv_timeout(PATIENCE) else {
                panic!("no line with {part:?}; it said\n{}", self.log.join("\n"));
            };
            self.log.push(line.clone());
            if line.contains(part) {
                return line;
            }
        }
    }

    fn connects(&self, user: &str) -> WebSocket<MaybeTlsStream<TcpStream>> {
        connects(&self.address, user)
    }

    /// Asks for an upgrade and then does nothing any more.
    fn holds_a_frozen_client(&self) -> TcpStream {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        let request = format!(
            "GET /ws?userId=frozen HTTP/1.1\r\nHost: {}\r\nConnection: Upgrade\r\n\
             Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
             Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n",
            self.address
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut seen = [0; 512];
        assert!(stream.read(&mut seen).unwrap() > 0);
        stream
    }

    fn is_told_to_stop(&self) {
        self.is_sent("TERM");
    }

    /// Sends this signal to this one process.
    fn is_sent(&self, signal: &str) {
        let id = self.process.id().to_string();
        assert!(Command::new("kill").args(["-s", signal, &id]).status().unwrap().success());
    }

    /// Waits for its end; the exit code, and how long it took.
    fn ends(&mut self) -> (Option<i32>, Duration) {
        ends(&mut self.process)
    }
}

/// A socket of this user, registered, that does not wait for ever.
fn connects(address: &str, user: &str) -> WebSocket<MaybeTlsStream<TcpStream>> {
    let (mut socket, _) = connect(format!("ws://{address}/ws?userId={user}")).unwrap();
    let MaybeTlsStream::Plain(stream) = socket.get_ref() else { panic!("it is plain") };
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    assert!(socket.read().unwrap().to_text().unwrap().contains("registered"));
    socket
}

/// Waits for the end of a process; the exit code, and how long it took.
fn ends(process: &mut Child) -> (Option<i32>, Duration) {
    let begin = Instant::now();
    loop {
        if let Some(status) = process.try_wait().unwrap() {
            return (status.code(), begin.elapsed());
        }
        assert!(begin.elapsed() < PATIENCE, "still running");
        thread::sleep(Duration::from_millis(5));
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// What the allocator says of itself when the program, told this, is done.
#[cfg(feature = "jemalloc")]
fn allocator(told: &str) -> String {
    let output = switchboard(&["--version"]).env("_RJEM_MALLOC_CONF", told).output().unwrap();
    String::from_utf8(output.stderr).unwrap()
}

#[test]
#[cfg(feature = "jemalloc")]
fn freed_memory_goes_back_to_the_system_after_a_second_and_without_further_work() {
    let said = allocator("stats_print:true");

    assert!(said.contains("(arenas.dirty_decay_ms: 1000)"), "{said}");
    assert!(said.contains("(background_thread: true)"), "{said}");
}

#[test]
#[cfg(feature = "jemalloc")]
fn what_an_operator_tells_the_allocator_stands() {
    let said = allocator("stats_print:true,dirty_decay_ms:5000");

    assert!(said.contains("opt.dirty_decay_ms: 5000"), "{said}");
    assert!(!said.contains("arenas.dirty_decay_ms: 1000"), "{said}");
}

#[test]
fn it_prints_where_it_listens_and_serves_there() {
    let running = Running::start();

    let mut stream = TcpStream::connect(&running.address).unwrap();
    let request =
        format!("GET / HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", running.address);
    stream.write_all(request.as_bytes()).unwrap();
    let mut page = String::new();
    stream.read_to_string(&mut page).unwrap();

    assert!(page.starts_with("HTTP/1.1 200"), "{page}");
    running.connects("ana");
}

#[test]
fn a_port_in_use_is_one_sentence_that_names_it_and_a_failure() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();

    // Only its own sentence: the log says before that how many descriptors there are.
    let output = switchboard(&["--listen", &address, "--log", "warn"]).output().unwrap();

    let said = String::from_utf8(output.stderr).unwrap();
    assert!(!output.status.success());
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains(&address), "{said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[test]
fn a_sigterm_tells_the_sockets_1012_and_ends_it_with_code_0() {
    drains_at("TERM");
}

#[test]
fn a_sigquit_does_the_same() {
    drains_at("QUIT");
}

#[test]
fn power_that_fails_and_cpu_time_that_runs_out_do_the_same() {
    drains_at("PWR");
    drains_at("XCPU");
}

#[test]
fn the_system_that_repeats_that_cpu_time_runs_out_does_not_cut_a_drain_short() {
    let mut running = Running::start();
    let frozen = running.holds_a_frozen_client();

    running.is_sent("XCPU");
    running.logs("stopping");
    running.is_sent("XCPU");
    running.is_sent("PWR");

    running.logs("stopped");
    assert_eq!(running.ends().0, Some(0));
    assert!(!running.log.iter().any(|it| it.contains("told twice")), "{:#?}", running.log);
    drop(frozen);
}

#[track_caller]
fn drains_at(signal: &str) {
    let mut running = Running::start();
    let mut sockets = [running.connects("ana"), running.connects("bo")];

    running.is_sent(signal);
    for socket in &mut sockets {
        let close = loop {
            if let Message::Close(close) = socket.read().unwrap() {
                break close.unwrap();
            }
        };
        assert_eq!(u16::from(close.code), 1012);
        assert!(close.reason.starts_with("retry after "), "{}", close.reason);
        while socket.read().is_ok() {}
    }
    drop(sockets);
    let (code, took) = running.ends();

    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    running.logs("stopped");
    let alarms: Vec<_> =
        running.log.iter().filter(|it| it.contains("WARN") || it.contains("ERROR")).collect();
    assert!(alarms.is_empty(), "{alarms:?}");
}

#[test]
fn a_frozen_client_does_not_keep_it_from_ending_within_ten_seconds() {
    let mut running = Running::start();
    let frozen = running.holds_a_frozen_client();

    running.is_told_to_stop();
    let (code, took) = running.ends();

    assert_eq!(code, Some(0));
    assert!(took < Duration::from_secs(10), "{took:?}");
    drop(frozen);
}

#[test]
fn a_second_sigterm_ends_it_at_once() {
    let mut running = Running::start();
    let frozen = running.holds_a_frozen_client();

    running.is_told_to_stop();
    running.logs("stopping");
    running.is_told_to_stop();
    let (code, took) = running.ends();

    // Without the second one it would wait 3 s for the frozen client.
    assert!(took < Duration::from_secs(2), "{took:?}");
    assert_eq!(code, Some(0));
    running.logs("told twice");
    drop(frozen);
}

#[test]
fn health_is_asked_of_a_running_server_and_fails_without_one() {
    let mut running = Running::start();
    let url = format!("http://{}/healthz", running.address);
    for arguments in [&["health", &url][..], &["--listen", &running.address, "health"]] {
        let output = switchboard(arguments).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        assert!(String::from_utf8(output.stdout).unwrap().contains("is well"));
    }
    let nothing = format!("http://{}/nothing", running.address);
    assert!(!switchboard(&["health", &nothing]).output().unwrap().status.success());

    running.is_told_to_stop();
    running.ends();
    let output = switchboard(&["health", &url]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.lines().count()), (Some(1), 1), "{said}");
    assert!(said.contains("did not answer"), "{said}");
}

#[test]
fn no_secret_is_in_the_log_however_much_is_logged() {
    let secret = "a secret of at least 32 bytes, for this test";
    let variables = [("SWITCHBOARD_JWT_SECRET", secret), ("SWITCHBOARD_AUTH", "jwt")];
    let everything = ["--log", "trace,actix_http=trace,actix_server=trace"];
    let minted = switchboard(&["token", "--user", "ana"]).envs(variables).output().unwrap();
    let token = String::from_utf8(minted.stdout).unwrap().trim().to_owned();
    let mut running = Running::start_with(&everything, &variables);
    let url = format!("ws://{}/ws", running.address);

    // By each way, then one that is refused, and a refresh.
    let (mut socket, _) = connect(format!("{url}?received=0&token={token}")).unwrap();
    let registered = socket.read().unwrap();
    let registered: serde_json::Value =
        serde_json::from_str(registered.to_text().unwrap()).unwrap();
    let resume = registered["resumeToken"].as_str().unwrap().to_owned();
    let refresh = serde_json::json!({"type": "refresh", "id": "1", "token": token});
    socket.send(Message::text(refresh.to_string())).unwrap();
    while !socket.read().unwrap().to_text().unwrap().contains("refreshed") {}
    let with = |header: &'static str, value: String| {
        let mut request = url.as_str().into_client_request().unwrap();
        request.headers_mut().insert(header, value.parse().unwrap());
        request
    };
    let (mut by_header, _) = connect(with("authorization", format!("Bearer {token}"))).unwrap();
    // Who takes somebody's place is pinged first.
    while !by_header.read().unwrap().to_text().unwrap().contains("registered") {}
    let offer = format!("switchboard.v1, bearer.{token}, resume.{resume}");
    let (mut by_offer, _) = connect(with("sec-websocket-protocol", offer)).unwrap();
    assert!(by_offer.read().unwrap().to_text().unwrap().contains("received"));
    let (mut refused, _) =
        connect(format!("{url}?token={token}x&resume={resume}&received=0")).unwrap();
    assert!(refused.read().unwrap().to_text().unwrap().contains("bad-token"));
    let (mut unknown, _) = connect(format!("{url}?token={token}&Token={token}")).unwrap();
    assert!(unknown.read().unwrap().to_text().unwrap().contains("bad-message"));
    running.is_told_to_stop();
    running.logs("stopped");

    let log = running.log.join("\n");
    assert!(log.contains("TRACE") && log.contains("access token refused"), "{log}");
    let signature = token.rsplit('.').next().unwrap();
    for (what, text) in [("secret", secret), ("token", signature), ("resume token", &resume)] {
        assert!(!log.contains(text), "the {what} is in the log:\n{log}");
    }
}
