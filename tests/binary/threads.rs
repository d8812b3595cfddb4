//! A system that gives too few threads.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::os::unix::fs::MetadataExt;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::thread;

use super::PATIENCE;

/// An id that no other process has, if this one may choose.
const NOBODY: u32 = 58_203;

/// The program with room for so many threads besides those that its user has already.
fn with_threads(room: usize) -> Command {
    let limit = |user: u32| format!("--nproc={}", threads_of(user) + room);
    let program = env!("CARGO_BIN_EXE_switchboard");
    let own = fs::metadata("/proc/self").unwrap().uid();
    let mut command;
    if own == 0 {
        // The limit does not hold for root.
        command = Command::new("setpriv");
        let user = format!("--reuid={NOBODY}");
        let group = format!("--regid={NOBODY}");
        command.args([&user, &group, "--clear-groups", "prlimit", &limit(NOBODY), program]);
    } else {
        command = Command::new("prlimit");
        command.args([&limit(own), program]);
    }
    command.env_clear().env("PATH", std::env::var_os("PATH").unwrap());
    command.args(["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0", "--workers", "2"]);
    command.env("SWITCHBOARD_ADMIN_TOKEN", "a token of 16 bytes").stderr(Stdio::piped());
    command
}

fn threads_of(user: u32) -> usize {
    let processes = fs::read_dir("/proc").unwrap().flatten();
    let own = processes.filter(|it| it.metadata().is_ok_and(|it| it.uid() == user));
    own.filter_map(|it| Some(fs::read_dir(it.path().join("task")).ok()?.count())).sum()
}

/// What came of a start.
#[derive(Debug, PartialEq)]
enum Start {
    Serves,
    Refused(String),
}

/// It does not outlive its test.
struct Ended(Child);

impl Drop for Ended {
    fn drop(&mut self) {
        // It has ended already, unless it serves.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn start(room: usize) -> Start {
    let Ended(process) = &mut Ended(with_threads(room).spawn().unwrap());
    let lines = lines(process);
    let mut said = String::new();
    loop {
        match lines.recv_timeout(PATIENCE) {
            Ok(line) => match line.split_once("listening url=http://") {
                Some((_, address)) => {
                    is_well(address.trim_end_matches('/'), &said);
                    return Start::Serves;
                }
                None => said.push_str(&(line + "\n")),
            },
            Err(RecvTimeoutError::Timeout) => panic!("it neither serves nor ends\n{said}"),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    let code = process.wait().unwrap().code();
    assert!(code.is_some_and(|code| code != 0), "{code:?} after\n{said}");
    Start::Refused(said)
}

/// What it says, except what the allocator says of its own threads, often.
fn lines(process: &mut Child) -> Receiver<String> {
    let (tell, lines) = channel();
    let log = BufReader::new(process.stderr.take().unwrap());
    thread::spawn(move || {
        for line in log.lines().map_while(Result::ok).filter(|it| !it.starts_with("<jemalloc>")) {
            let _ = tell.send(line);
        }
    });
    lines
}

fn is_well(address: &str, said: &str) {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n").unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap_or_else(|why| panic!("no answer, {why}, after\n{said}"));
    assert_eq!(&answer, b"HTTP/1.1 200", "{said}");
}

#[test]
fn it_says_that_it_listens_only_if_it_got_its_threads_and_ends_by_a_sentence_otherwise() {
    let starts: Vec<_> = (1..=14).map(start).collect();

    assert_eq!(starts.last(), Some(&Start::Serves));
    for part in ["the log", "listen"] {
        let sentence = format!("cannot start the threads of {part}: ");
        let is_told = |it: &Start| matches!(it, Start::Refused(said) if said.contains(&sentence));
        assert!(starts.iter().any(is_told), "{part}: {starts:#?}");
    }
    for start in &starts {
        let Start::Refused(said) = start else { continue };
        assert!(said.contains("cannot start the threads of "), "{said}");
    }
}
