//! The admin API and the secrets behind it, as the program shows them in its log.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, ChildStderr, Stdio};

use crate::{program, run};

const TOKEN: &str = "t0ken-t0ken-t0ken";
const SHARED: &str = "n0rth-n0rth-n0rth";
const SECRETS: [(&str, &str); 3] = [
    ("SWITCHBOARD_ADMIN_TOKEN", TOKEN),
    ("SWITCHBOARD_TURN_SECRET", SHARED),
    ("SWITCHBOARD_TURN_URL", "turn:turn.example"),
];

/// The program, serving; it is ended when dropped.
struct Serving {
    child: Child,
    log: BufReader<ChildStderr>,
    said: String,
}

impl Serving {
    fn start(admin_listen: &str) -> Self {
        let flags = ["--listen", "127.0.0.1:0", "--admin-listen", admin_listen, "--log", "trace"];
        let mut child = program(&flags, &SECRETS).stderr(Stdio::piped()).spawn().unwrap();
        let log = BufReader::new(child.stderr.take().unwrap());
        Self { child, log, said: String::new() }
    }

    /// Waits for these words in the log; returns what follows up to the next blank.
    fn says(&mut self, words: &str) -> String {
        loop {
            let begin = self.said.len();
            let read = self.log.read_line(&mut self.said).unwrap();
            assert!(read > 0, "it ended without {words:?}:\n{}", self.said);
            if let Some((_, rest)) = self.said[begin..].split_once(words) {
                return rest.split_whitespace().next().unwrap_or_default().to_owned();
            }
        }
    }

    /// Its whole log.
    fn ends(mut self) -> String {
        self.child.kill().unwrap();
        self.log.read_to_string(&mut self.said).unwrap();
        std::mem::take(&mut self.said)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It has ended already, unless the test failed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The answer to a request, as far as `end`.
fn answer(address: &str, request: &str, end: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = Vec::new();
    let mut piece = [0; 4096];
    while !String::from_utf8_lossy(&answer).contains(end) {
        match stream.read(&mut piece).unwrap() {
            0 => panic!("no {end:?} in {:?}", String::from_utf8_lossy(&answer)),
            read => answer.extend(&piece[..read]),
        }
    }
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn neither_token_nor_shared_secret_nor_credentials_are_in_the_log() {
    let mut serving = Serving::start("127.0.0.1:0");
    let admin = serving.says("admin API listening address=");
    let address = serving.says("listening url=http://");
    let address = address.trim_end_matches('/');
    let upgrade = format!(
        "GET /ws?userId=ana HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\n\
         Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );

    let welcome = answer(address, &upgrade, "\"credential\":\"");
    for (token, status) in [(TOKEN, "200"), ("wr0ng-wr0ng-wr0ng", "401")] {
        let ask = format!(
            "GET /api/v1/users HTTP/1.1\r\nHost: {admin}\r\nAuthorization: Bearer {token}\r\n\r\n"
        );
        assert!(answer(&admin, &ask, "}").starts_with(&format!("HTTP/1.1 {status} ")));
    }

    let (_, rest) = welcome.split_once("\"credential\":\"").unwrap();
    let credential = rest.split('"').next().unwrap().to_owned();
    let log = serving.ends();
    assert!(log.contains("ana") && log.contains("WrongToken"), "the log is a full one:\n{log}");
    for secret in ["t0ken", "n0rth", "wr0ng"] {
        assert!(!log.contains(secret), "{secret} is in the log:\n{log}");
    }
    assert!(!credential.is_empty() && !log.contains(&credential), "{credential}:\n{log}");
}

#[test]
fn neither_is_printed_with_the_settings() {
    let ran = run(&["config", "--admin-listen", "127.0.0.1:8081"], &SECRETS);

    assert_eq!(ran.code, 0, "{}", ran.err);
    for name in ["admin-token", "turn-secret"] {
        assert!(ran.out.contains(&format!("\n# {name} = (set, not shown)\n")), "{}", ran.out);
    }
    assert!(!ran.out.contains("t0ken") && !ran.out.contains("n0rth"), "{}", ran.out);
}

#[test]
fn an_admin_api_that_is_not_on_loopback_warns_at_every_start() {
    let mut serving = Serving::start("0.0.0.0:0");

    serving.says("listening url=http://");

    let said = &serving.said;
    let warning = said.lines().find(|line| line.contains("WARN"));
    let warning = warning.unwrap_or_else(|| panic!("no warning in\n{said}"));
    assert!(warning.contains("without TLS") && warning.contains("address=0.0.0.0:"), "{warning}");
    assert!(warning.contains("admin-listen"), "{warning}");
}

#[test]
fn an_admin_port_in_use_is_one_sentence_that_names_the_setting() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let flags = ["--listen", "127.0.0.1:0", "--admin-listen", &address, "--log", "off"];

    let ran = run(&flags, &SECRETS);

    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.err.contains(&address) && ran.err.contains("`admin-listen`"), "{}", ran.err);
}
