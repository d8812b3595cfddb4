//! A log that nobody reads.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Command};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

use tokio_tungstenite::tungstenite::stream::MaybeTlsStream;
use tokio_tungstenite::tungstenite::{Message, WebSocket};

use super::{PATIENCE, Running, connects, ends, switchboard};

const TOKEN: &str = "a token of 16 bytes";

/// A server at `trace` whose log has been read up to where it says that it listens.
struct Unread {
    process: Child,
    log: Option<BufReader<ChildStderr>>,
    address: String,
    admin: String,
}

impl Unread {
    fn start() -> Self {
        let settings = ["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--rate", "0"];
        let mut command = switchboard(&settings);
        command.args(["--log", "trace"]).env("SWITCHBOARD_ADMIN_TOKEN", TOKEN);
        let mut process = command.spawn().unwrap();
        let log = Some(BufReader::new(process.stderr.take().unwrap()));
        let [address, admin] = [(); 2].map(|()| String::new());
        let mut unread = Self { process, log, address, admin };
        unread.admin = unread.reads_on("admin API listening address=").trim().to_owned();
        unread.address =
            unread.reads_on("listening url=http://").trim_end_matches("/\n").to_owned();
        unread
    }

    /// Reads the log up to a line with this in it; returns what follows there.
    fn reads_on(&mut self, part: &str) -> String {
        let mut line = String::new();
        loop {
            line.clear();
            let log = self.log.as_mut().unwrap();
            assert!(log.read_line(&mut line).unwrap() > 0, "it ended without {part:?}");
            if let Some((_, rest)) = line.split_once(part) {
                return rest.to_owned();
            }
        }
    }

    /// Pings `socket`, which is answered each time, until lines of the log are dropped.
    fn is_pinged_until_lines_are_dropped(&self, socket: &mut WebSocket<MaybeTlsStream<TcpStream>>) {
        let until = Instant::now() + 3 * PATIENCE;
        while self.dropped_lines() == 0 {
            for _ in 0..1000 {
                socket.send(Message::text(r#"{"type":"ping"}"#)).unwrap();
                while !socket.read().unwrap().to_text().unwrap().contains("pong") {}
            }
            assert!(Instant::now() < until, "no line was dropped");
        }
    }

    fn dropped_lines(&self) -> u64 {
        let mut stream = TcpStream::connect(&self.admin).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = format!(
            "GET /metrics HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {TOKEN}\r\n\r\n",
            self.admin
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut page = String::new();
        stream.read_to_string(&mut page).unwrap();
        let line = page.lines().find(|it| it.starts_with("switchboard_log_lines_dropped_total "));
        line.unwrap().rsplit(' ').next().unwrap().parse().unwrap()
    }

    /// The rest of the log, from now on.
    fn is_read_again(&mut self) -> Receiver<String> {
        let (tell, lines) = channel();
        let log = self.log.take().unwrap();
        thread::spawn(move || {
            for line in log.lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        lines
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_log_that_is_not_read_holds_up_no_socket_and_no_stop() {
    let mut unread = Unread::start();
    let mut socket = connects(&unread.address, "ana");

    unread.is_pinged_until_lines_are_dropped(&mut socket);
    let id = unread.process.id().to_string();
    let told = Instant::now();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    while socket.read().is_ok() {}
    let (code, _) = ends(&mut unread.process);

    assert_eq!(code, Some(0));
    // A drain without sockets, and a second for the reader of the log.
    assert!(told.elapsed() < Duration::from_secs(5), "{:?}", told.elapsed());
}

#[test]
fn lines_that_were_dropped_are_reported_when_the_log_is_read_again() {
    let mut unread = Unread::start();
    let mut socket = connects(&unread.address, "ana");

    unread.is_pinged_until_lines_are_dropped(&mut socket);

    let log = unread.is_read_again();
    let lines = loop {
        let line = log.recv_timeout(PATIENCE).expect("the report");
        if let Some((_, report)) = line.split_once(" WARN  ") {
            let (lines, words) = report.split_once(' ').unwrap();
            assert_eq!(words, "lines were dropped because the log was not read");
            break lines.to_owned();
        }
    };
    assert!((1..=unread.dropped_lines()).contains(&lines.parse().unwrap()), "{lines}");
}

#[test]
fn an_address_at_a_limit_is_told_once_a_minute_by_the_setting_and_not_by_the_address() {
    let settings = ["--requests-per-address", "1", "--request-burst-per-address", "1"];
    let mut running = Running::start_with(&settings, &[]);
    let asks = || {
        let mut stream = TcpStream::connect(&running.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request = format!("GET /healthz HTTP/1.1\r\nHost: {}\r\n\r\n", running.address);
        stream.write_all(request.as_bytes()).unwrap();
        let mut head = [0; 12];
        stream.read_exact(&mut head).unwrap();
        head.ends_with(b"429")
    };

    let refused = (0..20).filter(|_| asks()).count();

    assert!(refused >= 2, "{refused}");
    running.is_told_to_stop();
    running.logs("stopped");
    let told: Vec<_> =
        running.log.iter().filter(|it| it.contains("limit=requests-per-address")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("INFO") && !told[0].contains("127.0.0.1"), "{told:?}");
}
