//! The server's process is replaced behind a proxy, while clients go on talking.
//!
//! The proxy is Caddy with the configuration in `deploy/`, and TLS; the clients are those of
//! `examples/resuming_client.py`.

use std::collections::{BTreeMap, HashMap};
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tempfile::TempDir;
use tokio::time::sleep;

use super::python::Person;

const PATIENCE: Duration = Duration::from_secs(30);
const PAIRS: usize = 3;
/// At a hundred a second, so that they last from before the upgrade to after it.
const LINES: usize = 500;

/// A program that is ended when dropped.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An address that is free now.
fn free() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
}

/// Serves there when this returns.
fn serve(listen: SocketAddr) -> Running {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.args(["--listen", &listen.to_string(), "--trusted-proxies", "127.0.0.1"]);
    command.args(["--drain-window", "1s"]).env_clear().stderr(Stdio::piped());
    let mut process = Running(command.spawn().unwrap());
    let mut lines = BufReader::new(process.0.stderr.take().unwrap()).lines();
    let listens = lines.by_ref().map_while(Result::ok).any(|line| line.contains("listening url="));
    assert!(listens, "it does not serve at {listen}");
    // Whatever else it says, it is not to wait for somebody to read it.
    thread::spawn(move || lines.for_each(drop));
    process
}

/// Caddy in front of both addresses, and the certificate of its authority.
fn proxy(listen: SocketAddr, upstreams: [SocketAddr; 2]) -> (Running, TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let home = folder.path();
    let root = home.join("caddy/pki/authorities/local/root.crt");
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/deploy/Caddyfile");
    let mut command = Command::new("caddy");
    command.args(["run", "--config", file, "--adapter", "caddyfile"]);
    command.env("SITE", format!("localhost:{}", listen.port())).env("TLS", "internal");
    command.env("UPSTREAM", upstreams.map(|it| it.to_string()).join(" "));
    command.env("CADDY_ADMIN", format!("unix/{}", home.join("admin").display()));
    for folder in ["HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"] {
        command.env(folder, home);
    }
    let started = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let caddy = Running(started.expect("Caddy; tests/run.sh --install-only installs it"));
    let begin = Instant::now();
    while !root.exists() || TcpStream::connect(listen).is_err() {
        assert!(begin.elapsed() < PATIENCE, "Caddy does not serve at {listen}");
        thread::sleep(Duration::from_millis(10));
    }
    (caddy, folder, root)
}

/// Tells it to stop; it ends well.
async fn stops(mut process: Running) -> Duration {
    let begin = Instant::now();
    let id = process.0.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
    loop {
        if let Some(status) = process.0.try_wait().unwrap() {
            assert!(status.success(), "{status}");
            return begin.elapsed();
        }
        assert!(begin.elapsed() < PATIENCE, "it does not stop");
        sleep(Duration::from_millis(5)).await;
    }
}

#[actix_rt::test]
async fn an_upgrade_under_load_loses_nothing_in_silence_and_doubles_nothing() {
    let [front, old, new] = [free(), free(), free()];
    let process = serve(old);
    let (_caddy, _folder, root) = proxy(front, [old, new]);
    let trust = [("SSL_CERT_FILE", root.to_str().unwrap())];
    let url = format!("wss://localhost:{}/ws", front.port());
    let person = |name: String, other: String| Person::starts_at(&url, &name, &other, &trust);
    let mut people: Vec<_> = (0..PAIRS)
        .flat_map(|n| {
            [(format!("ana{n}"), format!("bo{n}")), (format!("bo{n}"), format!("ana{n}"))]
        })
        .map(|(name, other)| person(name, other))
        .collect();
    for person in &mut people {
        (0..LINES).for_each(|n| person.says(&n.to_string()));
    }
    join_all(people.iter_mut().map(|person| person.has(50, 50))).await;

    let _successor = serve(new);
    let took = stops(process).await;
    people.iter_mut().for_each(Person::takes_what_is_there);
    let before: Vec<_> = people.iter().map(delivered).collect();
    join_all(people.iter_mut().map(|person| person.has(0, LINES))).await;

    // Everybody has come back, and reaches the other.
    join_all(people.iter_mut().map(reaches_the_other)).await;
    let mut fates = BTreeMap::new();
    for pair in people.chunks(2) {
        let [ana, bo] = pair else { unreachable!("they are pairs") };
        adds_up(ana, bo, &mut fates);
        adds_up(bo, ana, &mut fates);
    }
    println!("the old process took {took:.1?} to stop; {fates:?}");
    assert!(took < Duration::from_secs(10), "{took:?}");
    // The old process settles all before it goes, and says how far it has read: a crash leaves what is
    // under way without a word, some ten of each at this pace.
    assert_eq!(fates.get("unknown"), None, "{fates:?}");
    // Acknowledged 32 at a time, or after a second, which is as long as the old process waits.
    let relayed = fates.get("relayed").copied().unwrap_or(0);
    assert!(relayed <= 2 * PAIRS * 32, "{fates:?}");
    for (person, before) in people.iter().zip(before) {
        let after = delivered(person) - before;
        assert!(after > LINES / 5, "{after} of {LINES} were delivered by the new process");
    }
    join_all(people.into_iter().map(Person::leaves)).await;
}

/// How many numbered lines of this person were delivered.
fn delivered(person: &Person) -> usize {
    let line = |fate: &&String| fate.strip_prefix("delivered: ").map(str::parse::<usize>);
    person.fates.iter().filter(|fate| matches!(line(fate), Some(Ok(_)))).count()
}

/// Says one line more until it arrives, whatever becomes of each.
async fn reaches_the_other(person: &mut Person) {
    let begin = Instant::now();
    for attempt in 0.. {
        person.says(&format!("again {attempt}"));
        person.has(0, LINES + 1 + attempt).await;
        if person.fates.last().is_some_and(|fate| fate.starts_with("delivered: again")) {
            return;
        }
        assert!(begin.elapsed() < PATIENCE, "never reached: {:?}", person.fates.last());
        sleep(Duration::from_millis(100)).await;
    }
}

/// Each line has one fate, and each fate is true.
#[track_caller]
fn adds_up(sender: &Person, receiver: &Person, fates: &mut BTreeMap<String, usize>) {
    let mut arrived: HashMap<&str, usize> = HashMap::new();
    for line in &receiver.heard {
        *arrived.entry(line.split_once(": ").unwrap().1).or_default() += 1;
    }
    let mut settled: HashMap<&str, &str> = HashMap::new();
    for fate in &sender.fates {
        let (fate, line) = fate.split_once(": ").unwrap();
        assert_eq!(settled.insert(line, fate), None, "{line} has two fates");
        *fates.entry(fate.to_owned()).or_default() += 1;
    }
    for n in 0..LINES {
        let line = n.to_string();
        let times = arrived.get(line.as_str()).copied().unwrap_or(0);
        match settled.get(line.as_str()) {
            Some(&"delivered") => assert_eq!(times, 1, "{line} was delivered"),
            Some(&"unavailable" | &"user-offline" | &"undelivered") => {
                assert_eq!(times, 0, "{line} was refused");
            }
            // Handed to a socket of the old process, or on the way there.
            Some(&"relayed" | &"unknown") => assert!(times <= 1, "{line} came {times} times"),
            other => panic!("{line}: {other:?}"),
        }
    }
    let numbers = receiver.heard.iter().filter_map(|line| line.split_once(": ")?.1.parse().ok());
    let numbers: Vec<usize> = numbers.collect();
    assert!(numbers.is_sorted(), "out of order: {numbers:?}");
}
