//! coturn, as Debian has it, on this machine's loopback.

use std::net::UdpSocket;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A running TURN server; ends when this is dropped.
pub(crate) struct TurnServer {
    process: Child,
    pub(crate) port: u16,
}

impl TurnServer {
    /// Takes credentials that are made with `secret`, over UDP and TCP.
    pub(crate) fn start(secret: &str) -> Self {
        let port = UdpSocket::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let process = Command::new("turnserver")
            .args(["-n", "--no-cli", "--no-tls", "--no-dtls", "--allow-loopback-peers"])
            .args(["--listening-ip=127.0.0.1", "--relay-ip=127.0.0.1", "--realm=test.local"])
            .args(["--use-auth-secret", "--log-file=stdout", "--pidfile=/dev/null"])
            .arg(format!("--listening-port={port}"))
            .arg(format!("--static-auth-secret={secret}"))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("turnserver cannot be started; tests/run.sh installs it");
        let server = Self { process, port };
        server.answers();
        server
    }

    /// Waits until it answers a Binding request (RFC 8489, section 5).
    fn answers(&self) {
        let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
        socket.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
        let mut request = [0; 20];
        request[..8].copy_from_slice(&[0, 1, 0, 0, 0x21, 0x12, 0xa4, 0x42]);
        let deadline = Instant::now() + Duration::from_secs(20);
        while Instant::now() < deadline {
            // Errors are those of a port that nobody listens on yet.
            let _ = socket.send_to(&request, ("127.0.0.1", self.port));
            let mut answer = [0; 256];
            if socket.recv(&mut answer).is_ok_and(|length| length >= 20) {
                return;
            }
        }
        panic!("turnserver does not answer at port {}", self.port);
    }
}

impl Drop for TurnServer {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
