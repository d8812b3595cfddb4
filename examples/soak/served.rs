//! The server in a process of its own, so that its memory is its own; it answers on its output.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::{Child, ChildStdout, Command, Stdio};

use switchboard::config::Config;
use switchboard::server::Server;
use tokio::sync::mpsc::unbounded_channel;

/// What is in the server at one moment.
#[derive(Clone, Copy, Debug)]
pub struct State {
    /// Resident memory in KiB.
    pub resident: u64,
    pub users: u64,
    pub waiting: u64,
    pub sockets: u64,
    /// Bytes kept for sessions until they are acknowledged.
    pub kept: u64,
}

/// The server as its parent sees it.
pub struct Served {
    process: Child,
    answers: BufReader<ChildStdout>,
    pub address: SocketAddr,
}

impl Served {
    pub fn starts() -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.arg("--serve").stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut process = command.spawn().unwrap();
        let mut answers = BufReader::new(process.stdout.take().unwrap());
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        Self { process, answers, address: line.trim().parse().unwrap() }
    }

    pub fn state(&mut self) -> State {
        writeln!(self.process.stdin.as_mut().unwrap()).unwrap();
        let mut line = String::new();
        self.answers.read_line(&mut line).unwrap();
        let numbers: Vec<u64> = line.split_whitespace().map(|it| it.parse().unwrap()).collect();
        let [users, waiting, sockets, kept] = numbers[..] else { panic!("not a state: {line}") };
        State { resident: self.resident(), users, waiting, sockets, kept }
    }

    fn resident(&self) -> u64 {
        let path = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(path).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
        line.and_then(|it| it.trim().strip_suffix(" kB")?.parse().ok()).unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It ends with its input.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// Serves with the default settings, apart from the limits for one address, and answers each line
/// of its input with a line of numbers.
pub async fn serve() {
    let config = Config {
        listen: SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0),
        max_sockets_per_address: 0,
        new_sockets_per_address: 0,
        new_connections_per_address: 0,
        requests_per_address: 0,
        address_rate: 0,
        ..Config::default()
    };
    let server = Server::start(config).await.unwrap();
    println!("{}", server.address());
    let (tell, mut asked) = unbounded_channel();
    std::thread::spawn(move || {
        let lines = std::io::stdin().lines().map_while(Result::ok);
        for _ in lines {
            let _ = tell.send(());
        }
    });
    while asked.recv().await.is_some() {
        let census = server.inspect().await.unwrap().census;
        let (users, waiting, kept) = (census.users, census.waiting, census.kept_bytes);
        println!("{users} {waiting} {} {kept}", server.open_sockets());
    }
    server.stop().await;
}
