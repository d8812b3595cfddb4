//! Firefox: how it is started, with a fake camera, and that it ends.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::json;
use tempfile::TempDir;
use thirtyfour::common::capabilities::firefox::{FirefoxCapabilities, FirefoxPreferences};
use thirtyfour::{BrowserCapabilitiesHelper, Capabilities, CapabilitiesHelper, WebDriver};

/// The program that starts one Firefox and drives it.
pub(crate) struct Geckodriver {
    process: Child,
    port: u16,
    /// The WebDriver session of the running Firefox.
    session: String,
    /// Holds the profile; removed when Firefox has ended.
    _profiles: TempDir,
}

impl Geckodriver {
    /// A new Firefox with one empty page.
    pub(crate) async fn open() -> (Self, WebDriver) {
        let profiles = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
        let mut process = Command::new("geckodriver")
            .args(["--port=0", "--websocket-port=0", "--profile-root"])
            .arg(profiles.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("geckodriver cannot be started; tests/run.sh installs it");
        let mut lines = BufReader::new(process.stdout.take().unwrap());
        let port = port_of(&mut lines);
        // Drains the pipe, so that geckodriver and Firefox never block on it.
        thread::spawn(move || lines.read_to_end(&mut Vec::new()));
        let mut firefox = Self { process, port, session: String::new(), _profiles: profiles };
        let address = format!("http://127.0.0.1:{port}");
        let driver = WebDriver::new(&address, capabilities()).await.unwrap();
        firefox.session = driver.session_id().to_string();
        (firefox, driver)
    }

    /// Ends Firefox, if it still runs. Firefox would outlive geckodriver otherwise.
    fn quit(&self) -> std::io::Result<()> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(20)))?;
        let (session, port) = (&self.session, self.port);
        write!(
            stream,
            "DELETE /session/{session} HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\nconnection: close\r\n\r\n"
        )?;
        // The answer comes when Firefox has ended.
        stream.read_to_end(&mut Vec::new())?;
        Ok(())
    }
}

impl Drop for Geckodriver {
    fn drop(&mut self) {
        let _ = self.quit();
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn port_of(lines: &mut impl BufRead) -> u16 {
    for line in lines.lines() {
        let line = line.unwrap();
        let Some((_, port)) = line.split_once("Listening on 127.0.0.1:") else { continue };
        return port.trim().parse().unwrap();
    }
    panic!("geckodriver ended without a line about its port");
}

fn capabilities() -> Capabilities {
    let mut preferences = FirefoxPreferences::new();
    for (name, value) in PREFERENCES {
        preferences.set(name, value).unwrap();
    }
    let mut firefox = FirefoxCapabilities::new();
    firefox.enable_bidi().unwrap();
    firefox.set_headless().unwrap();
    firefox.set_firefox_binary("firefox-esr").unwrap();
    firefox.set_preferences(preferences).unwrap();
    firefox.set_browser_option("env", json!({ "MOZ_CRASHREPORTER_DISABLE": "1" })).unwrap();
    firefox.into()
}

const PREFERENCES: [(&str, bool); 5] = [
    ("media.navigator.streams.fake", true),
    ("media.navigator.permission.disabled", true),
    // Two browsers of one machine find each other without a network and without multicast DNS.
    ("media.peerconnection.ice.loopback", true),
    ("media.peerconnection.ice.obfuscate_host_addresses", false),
    // Nothing is fetched from anywhere else.
    ("network.captive-portal-service.enabled", false),
];
