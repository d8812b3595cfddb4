//! A line between pages and a server that a test can cut, and a server that it can kill.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// Passes connections on to a server.
pub(crate) struct Line {
    pub(crate) address: SocketAddr,
    server: Arc<Mutex<SocketAddr>>,
    streams: Arc<Mutex<Vec<TcpStream>>>,
    swallows: Arc<AtomicBool>,
}

/// The traffic that comes through a line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Passes {
    Everything,
    /// Ordinary requests; whoever asks for a WebSocket is cut off.
    NoSockets,
}

impl Line {
    pub(crate) fn to(server: SocketAddr) -> Self {
        Self::with(server, Passes::Everything)
    }

    /// As through a proxy that knows no WebSockets.
    pub(crate) fn without_sockets_to(server: SocketAddr) -> Self {
        Self::with(server, Passes::NoSockets)
    }

    fn with(server: SocketAddr, passes: Passes) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let server = Arc::new(Mutex::new(server));
        let streams = Arc::new(Mutex::new(Vec::new()));
        let swallows = Arc::new(AtomicBool::new(false));
        let line = Self {
            address,
            server: server.clone(),
            streams: streams.clone(),
            swallows: swallows.clone(),
        };
        // It ends with the process; nobody else knows its port.
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let address = *server.lock().unwrap();
                let Ok(server) = TcpStream::connect(address) else { continue };
                let mut kept = streams.lock().unwrap();
                kept.extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
                let back = (server.try_clone().unwrap(), client.try_clone().unwrap());
                pass_on(client, server, swallows.clone(), passes);
                pass_on(back.0, back.1, swallows.clone(), Passes::Everything);
            }
        });
        line
    }

    /// From now on nothing arrives, and nobody is told; until it is cut.
    pub(crate) fn swallow(&self) {
        self.swallows.store(true, Ordering::SeqCst);
    }

    /// Ends every connection without a word of the one to the other.
    pub(crate) fn cut(&self) {
        for stream in self.streams.lock().unwrap().drain(..) {
            let _ = stream.shutdown(Shutdown::Both);
        }
        self.swallows.store(false, Ordering::SeqCst);
    }

    /// From now on leads to another server.
    pub(crate) fn lead_to(&self, server: SocketAddr) {
        *self.server.lock().unwrap() = server;
    }
}

fn pass_on(mut from: TcpStream, mut to: TcpStream, swallows: Arc<AtomicBool>, passes: Passes) {
    thread::spawn(move || {
        let mut piece = [0; 16 << 10];
        while let Ok(length @ 1..) = from.read(&mut piece) {
            let piece = &piece[..length];
            if passes == Passes::NoSockets && asks_for_a_socket(piece) {
                let _ = from.shutdown(Shutdown::Both);
                break;
            }
            if !swallows.load(Ordering::SeqCst) && to.write_all(piece).is_err() {
                break;
            }
        }
        let _ = to.shutdown(Shutdown::Both);
    });
}

/// Browsers send the head of such a request in one piece.
fn asks_for_a_socket(piece: &[u8]) -> bool {
    String::from_utf8_lossy(piece).to_ascii_lowercase().contains("upgrade: websocket")
}

/// The program, as a process of its own.
pub(crate) struct Program {
    process: Child,
    pub(crate) address: SocketAddr,
}

impl Program {
    pub(crate) fn start() -> Self {
        Self::start_with(&[])
    }

    /// With settings, each by its variable.
    pub(crate) fn start_with(variables: &[(&str, &str)]) -> Self {
        let mut process = Command::new(env!("CARGO_BIN_EXE_switchboard"))
            .args(["--listen", "127.0.0.1:0"])
            .envs(variables.iter().copied())
            .stdin(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut words = BufReader::new(process.stderr.take().unwrap());
        let address = address_of(&mut words);
        thread::spawn(move || words.read_to_end(&mut Vec::new()));
        Self { process, address }
    }
}

impl Drop for Program {
    /// As `kill -9` does.
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn address_of(words: &mut impl BufRead) -> SocketAddr {
    for line in words.lines().map_while(Result::ok) {
        let Some((_, rest)) = line.split_once("http://") else { continue };
        return rest.trim_end_matches('/').parse().unwrap();
    }
    panic!("the program ended without a word about its address");
}
