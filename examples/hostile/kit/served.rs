//! The server, as a process of its own.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStderr, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::keys::{Issuer, Kind, certificate};
use super::meter::Meter;
use super::wire::Dial;

/// The admin token of the server under attack.
pub const ADMIN_TOKEN: &str = "the admin token of the attack kit";
/// How long a start may take, key files included.
const START: Duration = Duration::from_secs(20);

/// Settings of a row in addition to the defaults.
#[derive(Clone, Copy, Debug, Default)]
pub struct Settings {
    /// Key of the certificate, for a server that speaks TLS.
    pub tls: Option<Kind>,
    /// Key of access tokens, for a server that asks for them.
    pub jwt: Option<Kind>,
    /// Log at `debug` to a pipe that nobody reads after the start.
    pub unread_log: bool,
    /// Further arguments.
    pub further: &'static [&'static str],
}

/// The program to attack, and settings for all rows.
#[derive(Clone, Debug)]
pub struct Program {
    pub path: PathBuf,
    /// Pairs of a setting and its value, without dashes.
    pub set: Vec<(String, String)>,
}

/// A server that runs.
pub struct Served {
    process: Child,
    pub dial: Dial,
    pub admin: Dial,
    pub issuer: Option<Issuer>,
    /// The end of the log that nobody reads.
    _unread: Option<BufReader<ChildStderr>>,
    _folder: TempDir,
}

impl Served {
    /// Starts the program and waits until it listens.
    pub fn start(program: &Program, settings: &Settings) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let tls = settings.tls.map(|kind| certificate(folder.path(), kind));
        let issuer = settings.jwt.map(|kind| Issuer::new(folder.path(), kind));
        let path = program.path.display();
        assert!(program.path.exists(), "{path} does not exist: build it, or name it by --server");
        let mut command = command(program, settings, folder.path());
        let mut process = command.spawn().unwrap_or_else(|error| {
            panic!("the program `setpriv` of util-linux starts the server: {error}")
        });
        let mut log = BufReader::new(process.stderr.take().unwrap());
        let (listen, admin) = addresses(&mut log);
        let unread = if settings.unread_log {
            Some(log)
        } else {
            thread::spawn(move || {
                log.lines().map_while(Result::ok).for_each(|it| eprintln!("{it}"))
            });
            None
        };
        let dial = Dial { to: listen, tls, receive_buffer: None };
        let admin = Dial { to: admin, tls: None, receive_buffer: None };
        Self { process, dial, admin, issuer, _unread: unread, _folder: folder }
    }

    pub fn id(&self) -> u32 {
        self.process.id()
    }

    pub fn meter(&self) -> Meter {
        Meter::of(self.id())
    }

    /// Whether the process lives.
    pub fn lives(&mut self) -> bool {
        self.process.try_wait().unwrap().is_none()
    }

    /// Time from SIGTERM to the end of the process; `None` if it does not end within `patience`.
    pub fn stop(&mut self, patience: Duration) -> Option<Duration> {
        let id = self.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &id]).status().unwrap().success());
        let begin = Instant::now();
        while begin.elapsed() < patience {
            if !self.lives() {
                return Some(begin.elapsed());
            }
            thread::sleep(Duration::from_millis(5));
        }
        None
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn command(program: &Program, settings: &Settings, folder: &Path) -> Command {
    // The server ends with this process, even if that is killed. It runs in the process of `setpriv`,
    // so its id is that of the child.
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL", "--"]).arg(&program.path);
    let own = std::env::vars_os().map(|(name, _)| name);
    for name in own.filter(|name| name.to_string_lossy().starts_with("SWITCHBOARD_")) {
        command.env_remove(name);
    }
    command.args(["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"]);
    command.env("SWITCHBOARD_ADMIN_TOKEN", ADMIN_TOKEN);
    let log = if settings.unread_log { "debug" } else { "error,switchboard::server=info" };
    command.args(["--log", log]).args(settings.further);
    if settings.tls.is_some() {
        command.arg("--tls-cert").arg(folder.join("cert.pem"));
        command.arg("--tls-key").arg(folder.join("key.pem"));
    }
    if settings.jwt.is_some() {
        command.args(["--auth", "jwt"]).arg("--jwt-key").arg(folder.join("public.pem"));
    }
    for (name, value) in &program.set {
        command.arg(format!("--{name}")).arg(value);
    }
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    command
}

/// Reads both addresses off the log, in either order.
fn addresses(log: &mut BufReader<ChildStderr>) -> (SocketAddr, SocketAddr) {
    let (mut listen, mut admin, mut said) = (None, None, String::new());
    let begin = Instant::now();
    while listen.is_none() || admin.is_none() {
        let mut line = String::new();
        let read = log.read_line(&mut line).unwrap();
        said.push_str(&line);
        assert!(read > 0 && begin.elapsed() < START, "the server does not listen:\n{said}");
        let Some(found) = line.contains("listening").then(|| address_in(&line)).flatten() else {
            continue;
        };
        match line.contains("admin") {
            true => admin = Some(found),
            false => listen = Some(found),
        }
    }
    (listen.unwrap(), admin.unwrap())
}

fn address_in(line: &str) -> Option<SocketAddr> {
    let rest = &line[line.find("127.0.0.1:")?..];
    rest.split(|it: char| !it.is_ascii_digit() && it != '.' && it != ':').next()?.parse().ok()
}
