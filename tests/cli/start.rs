//! How the program starts, how it says that it cannot, and how it ends.

use std::io::{BufRead, BufReader, Lines};
use std::net::TcpListener;
use std::process::{Child, ChildStderr, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use tokio_tungstenite::connect_async;
use tokio_tungstenite::tungstenite::Message;

use crate::{program, run};

/// The program, serving on a port of its own; it is ended when dropped.
pub(crate) struct Serving {
    child: Child,
    log: Lines<BufReader<ChildStderr>>,
    /// As it says to open it, `http://127.0.0.1:PORT/`.
    pub(crate) url: String,
}

impl Serving {
    fn start() -> Self {
        Self::start_with(&[])
    }

    pub(crate) fn start_with(flags: &[&str]) -> Self {
        let mut serving = program(&[&["--listen", "127.0.0.1:0"], flags].concat(), &[]);
        let mut child = serving.stderr(Stdio::piped()).spawn().unwrap();
        let mut log = BufReader::new(child.stderr.take().unwrap()).lines();
        let url = log.by_ref().map(Result::unwrap).find_map(|line| {
            let url = &line[line.find("http")?..];
            Some(url.split_whitespace().next()?.to_owned())
        });
        Self { child, log, url: url.expect("it ended without an address to open") }
    }

    fn signal(&self, name: &str) {
        let kill = Command::new("kill").args([name, &self.child.id().to_string()]).status();
        assert!(kill.unwrap().success());
    }

    /// Its exit status and the rest of its log.
    fn end(&mut self) -> (ExitStatus, Vec<String>) {
        let rest = self.log.by_ref().map(Result::unwrap).collect();
        (self.child.wait().unwrap(), rest)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[test]
fn it_says_the_address_to_open_and_is_well_there() {
    let serving = Serving::start();

    let ran = run(&["health", &format!("{}healthz", serving.url)], &[]);

    assert_eq!(ran.code, 0, "{}", ran.err);
}

#[test]
fn either_signal_ends_it_with_exit_code_0() {
    for signal in ["-TERM", "-INT"] {
        let mut serving = Serving::start();

        serving.signal(signal);

        let (status, log) = serving.end();
        assert_eq!(status.code(), Some(0), "{signal}: {log:?}");
    }
}

#[actix_rt::test]
async fn sigterm_ends_it_within_10_s_and_every_socket_is_told() {
    let mut serving = Serving::start();
    let url = serving.url.replace("http", "ws");
    let mut sockets = Vec::new();
    for user in ["ana", "bo"] {
        let (mut socket, _) = connect_async(format!("{url}ws?userId={user}")).await.unwrap();
        // Registered: before that it would be told that the server takes nobody any more.
        socket.next().await.unwrap().unwrap();
        sockets.push(socket);
    }
    let told = Instant::now();

    serving.signal("-TERM");

    for mut socket in sockets {
        let close = loop {
            match socket.next().await.unwrap().unwrap() {
                Message::Close(close) => break close.unwrap(),
                _ => continue,
            }
        };
        assert_eq!(u16::from(close.code), 1012);
        assert!(close.reason.contains("retry after"), "{}", close.reason);
        // The answer to the close goes out with the next read.
        while socket.next().await.is_some() {}
    }
    let (status, log) = serving.end();
    assert_eq!(status.code(), Some(0), "{log:?}");
    assert!(told.elapsed() < Duration::from_secs(10), "{:?}: {log:?}", told.elapsed());
}

#[test]
fn a_port_in_use_is_one_sentence_and_exit_code_1() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let listen = taken.local_addr().unwrap().to_string();

    let ran = run(&["--listen", &listen, "--log", "off"], &[]);

    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.starts_with("switchboard: ") && ran.err.contains(&listen), "{}", ran.err);
    assert!(ran.err.contains("in use"), "{}", ran.err);
    assert_eq!(ran.err.lines().count(), 1, "{}", ran.err);
}

#[test]
fn the_version_is_that_of_the_package() {
    let ran = run(&["--version"], &[]);

    assert_eq!(ran.out, concat!("switchboard ", env!("CARGO_PKG_VERSION"), "\n"));
}

#[test]
fn a_misspelt_flag_is_refused_and_the_nearest_is_named() {
    let ran = run(&["--max-frames", "1MiB"], &[]);

    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("'--max-frames'") && ran.err.contains("'--max-frame'"), "{}", ran.err);
}

#[test]
fn an_open_server_that_others_can_reach_warns_at_every_start() {
    let serve = ["--listen", "127.0.0.1:0", "--insecure-open"];
    let mut child = program(&serve, &[]).stderr(Stdio::piped()).spawn().unwrap();
    let log = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);

    let lines: Vec<_> = log.take_while(|line| !line.contains("listening")).collect();
    let _ = (child.kill(), child.wait());

    let warnings: Vec<_> = lines.iter().filter(|line| line.contains("WARN")).collect();
    assert_eq!(warnings.len(), 1, "{lines:?}");
    assert!(warnings[0].contains("everybody may claim every name"), "{warnings:?}");
}
