//! The client of `examples/resuming_client.py`, over the same lines.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant};

use switchboard::server::Server;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::{sleep, timeout};

use super::line::{Line, Tally};
use super::plan::{self, Cut, Fate, Size};
use super::{config, nobody_is_left};

const SIZE: Size = Size { clients: 2, messages: 800, cuts: 40, seed: 5 };
/// Longer than any pause of the client: its patience with a silent server is 5 s.
const PATIENCE: Duration = Duration::from_secs(30);

/// A Python that has the package.
fn python() -> &'static str {
    let has_it = |python: &&str| {
        let mut command = Command::new(python);
        let asked = command.args(["-c", "import websockets"]).stderr(Stdio::null()).status();
        asked.is_ok_and(|it| it.success())
    };
    let found = ["python3", "/usr/bin/python3"].into_iter().find(has_it);
    found.expect("Python 3 with `websockets`; tests/run.sh --install-only installs it")
}

/// The client as a process of its own; it does not outlive its test.
pub struct Person {
    process: Child,
    lines: UnboundedReceiver<String>,
    /// What was said by the other, and the fate of what was said to it.
    pub heard: Vec<String>,
    pub fates: Vec<String>,
}

impl Person {
    fn starts(line: SocketAddr, name: &str, other: &str) -> Self {
        Self::starts_at(&format!("ws://{line}/ws"), name, other, &[])
    }

    /// The same with a URL and variables of its own.
    pub fn starts_at(url: &str, name: &str, other: &str, variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(python());
        for proxy in ["http_proxy", "https_proxy", "all_proxy", "ws_proxy"] {
            command.env_remove(proxy).env_remove(proxy.to_uppercase());
        }
        let client = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/resuming_client.py");
        command.args([client, url, name, other]).envs(variables.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let output = BufReader::new(process.stdout.take().unwrap());
        let (tell, lines) = unbounded_channel();
        thread::spawn(move || {
            for line in output.lines().map_while(Result::ok) {
                let _ = tell.send(line);
            }
        });
        Self { process, lines, heard: Vec::new(), fates: Vec::new() }
    }

    pub fn says(&mut self, line: &str) {
        writeln!(self.process.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    /// Takes lines until there are so many of both kinds.
    pub async fn has(&mut self, heard: usize, fates: usize) {
        while self.heard.len() < heard || self.fates.len() < fates {
            let Ok(Some(line)) = timeout(PATIENCE, self.lines.recv()).await else {
                let (heard, fates) = (self.heard.len(), self.fates.len());
                panic!("no more behind {heard} messages and {fates} fates: {:?}", self.heard);
            };
            self.takes(line);
        }
    }

    /// Takes the lines that are there already.
    pub fn takes_what_is_there(&mut self) {
        while let Ok(line) = self.lines.try_recv() {
            self.takes(line);
        }
    }

    fn takes(&mut self, line: String) {
        match line.strip_prefix("-- ") {
            Some(fate) => self.fates.push(fate.into()),
            None => self.heard.push(line),
        }
    }

    /// Its input ends, so it says goodbye and ends well.
    pub async fn leaves(mut self) {
        drop(self.process.stdin.take());
        let begin = Instant::now();
        let status = loop {
            match self.process.try_wait().unwrap() {
                Some(status) => break status,
                None => assert!(begin.elapsed() < PATIENCE, "still there"),
            }
            sleep(Duration::from_millis(5)).await;
        };
        assert!(status.success(), "{status}");
    }
}

impl Drop for Person {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[actix_rt::test]
async fn two_clients_in_python_lose_nothing_over_lines_that_are_cut() {
    let begin = Instant::now();
    let server = Server::start(config()).await.unwrap();
    let tally = Rc::new(Tally::default());
    let mut lines = Vec::new();
    for mut plan in plan::draw(SIZE) {
        // A login of which the answer is lost is made again: nothing was said to that session yet,
        // so the first cut is behind that.
        plan.fates.insert(0, Fate { cut: Some((4000, Cut::Reset)), ..Fate::GOOD });
        lines.push(Line::open(server.address(), plan.fates, &tally).await);
    }
    let mut ana = Person::starts(lines[0].address, "ana", "bo");
    let mut bo = Person::starts(lines[1].address, "bo", "ana");
    while server.inspect().await.unwrap().census.users < 2 {
        assert!(begin.elapsed() < PATIENCE, "never connected");
        sleep(Duration::from_millis(5)).await;
    }

    let all: Vec<_> = (0..SIZE.messages / 2).map(|n| format!("{n} {}", "x".repeat(200))).collect();
    for line in &all {
        ana.says(line);
        bo.says(line);
    }
    ana.has(all.len(), all.len()).await;
    bo.has(all.len(), all.len()).await;

    println!("{tally:?}");
    let from = |name: &str| all.iter().map(|it| format!("{name}: {it}")).collect::<Vec<_>>();
    assert_eq!((&ana.heard, &bo.heard), (&from("bo"), &from("ana")));
    let delivered = all.iter().map(|it| format!("delivered: {it}")).collect::<Vec<_>>();
    assert_eq!((&ana.fates, &bo.fates), (&delivered, &delivered));
    assert!(tally.cuts() > SIZE.cuts / 2, "{tally:?}");
    ana.leaves().await;
    bo.leaves().await;
    assert_eq!(nobody_is_left(&server).await.counts.expired, 0);
    server.stop().await;
}
