//! The client of `examples/resuming_client.py`, over the same lines.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::rc::Rc;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use switchboard::auth::{Issue, issue};
use switchboard::config::{AuthMode, Config, Secret};
use switchboard::protocol::UserId;
use switchboard::server::Server;
use tempfile::TempDir;
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
        Self::runs(&[url, name, other], variables)
    }

    /// With a file that holds its access token.
    fn starts_with_token(server: SocketAddr, name: &str, other: &str, token: &Path) -> Self {
        Self::runs(&[&format!("ws://{server}/ws"), name, other, token.to_str().unwrap()], &[])
    }

    fn runs(arguments: &[&str], variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(python());
        for proxy in ["http_proxy", "https_proxy", "all_proxy", "ws_proxy"] {
            command.env_remove(proxy).env_remove(proxy.to_uppercase());
        }
        let client = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/resuming_client.py");
        command.arg(client).args(arguments).envs(variables.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
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
        let status = self.ends(begin).await;
        assert!(status.success(), "{status}");
    }

    async fn ends(&mut self, begin: Instant) -> ExitStatus {
        loop {
            match self.process.try_wait().unwrap() {
                Some(status) => return status,
                None => assert!(begin.elapsed() < PATIENCE, "still there"),
            }
            sleep(Duration::from_millis(5)).await;
        }
    }

    /// Ends by itself, with this last line.
    async fn gives_up(mut self) -> String {
        let status = self.ends(Instant::now()).await;
        assert_eq!(status.code(), Some(1));
        let mut said = String::new();
        self.process.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        said.lines().last().unwrap_or_default().to_owned()
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

const SECRET: &str = "a secret of at least 32 bytes, for these tests";
/// A token is taken for so long after it has expired.
const LEEWAY: Duration = Duration::from_secs(30);

fn asking_for_tokens() -> Config {
    Config { auth: AuthMode::Jwt, jwt_secret: Some(Secret::new(SECRET)), ..config() }
}

/// A token that the server takes for so long from now on.
fn token(user: &str, lasts: Duration) -> String {
    let wish = Issue {
        user: UserId::parse(user).unwrap(),
        name: None,
        ttl: LEEWAY + lasts,
        audience: None,
        issuer: None,
        typ: None,
    };
    issue(&Secret::new(SECRET), &wish, SystemTime::now() - 2 * LEEWAY)
}

#[actix_rt::test]
async fn a_client_in_python_shows_its_access_token_and_resumes_with_a_fresh_one_after_4401() {
    const HOUR: Duration = Duration::from_secs(3600);
    let server = Server::start(asking_for_tokens()).await.unwrap();
    let folder = TempDir::new().unwrap();
    let [of_ana, of_bo] = ["ana", "bo"].map(|name| folder.path().join(name));
    std::fs::write(&of_ana, token("ana", Duration::from_secs(8))).unwrap();
    std::fs::write(&of_bo, token("bo", HOUR)).unwrap();
    let mut ana = Person::starts_with_token(server.address(), "ana", "bo", &of_ana);
    let mut bo = Person::starts_with_token(server.address(), "bo", "ana", &of_bo);
    let begin = Instant::now();
    while server.inspect().await.unwrap().census.users < 2 {
        assert!(begin.elapsed() < PATIENCE, "never connected");
        sleep(Duration::from_millis(5)).await;
    }
    std::fs::write(&of_ana, token("ana", HOUR)).unwrap();

    ana.says("before");
    bo.has(1, 0).await;
    while server.inspect().await.unwrap().census.counts.resumed == 0 {
        assert!(begin.elapsed() < PATIENCE, "never resumed");
        sleep(Duration::from_millis(5)).await;
    }
    ana.says("after");
    bo.has(2, 0).await;
    ana.has(0, 2).await;

    assert_eq!(bo.heard, ["ana: before", "ana: after"]);
    assert_eq!(ana.fates, ["delivered: before", "delivered: after"]);
    assert_eq!(server.closes().by_code().get(&4401), Some(&1));
    ana.leaves().await;
    bo.leaves().await;
    nobody_is_left(&server).await;
    server.stop().await;
}

#[actix_rt::test]
async fn a_client_in_python_says_why_its_access_token_is_refused() {
    let server = Server::start(asking_for_tokens()).await.unwrap();
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("token");
    let long_ago = token("ana", Duration::ZERO);
    for (token, said) in [
        ("no.such.token", "sent away for good: 4501"),
        (&*long_ago, "the access token has expired, and there is no other one"),
    ] {
        std::fs::write(&file, token).unwrap();
        let ana = Person::starts_with_token(server.address(), "ana", "bo", &file);
        let last = ana.gives_up().await;
        assert!(last.contains(said), "{last}");
    }
    let without = Person::starts_at(&format!("ws://{}/ws", server.address()), "ana", "bo", &[]);
    let last = without.gives_up().await;
    assert!(last.contains("access token"), "{last}");
    server.stop().await;
}
