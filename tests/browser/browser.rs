//! Chromium: how it is started, with what for a camera, and that it ends.

use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

use serde_json::json;
use tempfile::TempDir;
use thirtyfour::{
    Capabilities, ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver,
};

/// The answer to a page that asks for camera and microphone.
#[derive(Clone, Copy)]
pub(crate) enum Camera {
    /// Chromium's fake ones: a moving picture and a beep a second.
    Fake,
    /// A microphone, and no camera at all.
    Missing,
    /// Neither: the person has said no.
    Refused,
}

/// The treatment of a page in the background.
#[derive(Clone, Copy)]
pub(crate) enum Background {
    /// Its timers run as ever.
    Steady,
    /// The default of browsers: its timers are slowed down.
    Throttled,
}

/// The program that starts browsers and steers them.
pub(crate) struct Chromedriver {
    process: Child,
    port: u16,
    /// The profiles of the browsers; removed after them.
    profiles: TempDir,
}

impl Chromedriver {
    pub(crate) fn start() -> Self {
        let mut refusals = Vec::new();
        for _ in 0..PORTS_TRIED {
            let mut process = Command::new("chromedriver")
                .arg("--port=0")
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("chromedriver cannot be started; tests/run.sh installs it");
            let mut lines = BufReader::new(process.stdout.take().unwrap());
            match port_of(&mut lines) {
                Ok(port) => {
                    // Drains the pipe, so that chromedriver never blocks on it.
                    thread::spawn(move || lines.read_to_end(&mut Vec::new()));
                    let profiles = TempDir::new_in(env!("CARGO_TARGET_TMPDIR")).unwrap();
                    return Self { process, port, profiles };
                }
                Err(output) => refusals.push((process.wait().unwrap(), output)),
            }
        }
        panic!("chromedriver ended {PORTS_TRIED} times: {refusals:?}");
    }

    /// A new browser with one empty page.
    pub(crate) async fn open(&self, camera: Camera, background: Background) -> WebDriver {
        // Kept, so that it goes with all of them.
        let profile = tempfile::tempdir_in(&self.profiles).unwrap().keep();
        let address = format!("http://127.0.0.1:{}", self.port);
        let driver =
            WebDriver::new(&address, capabilities(camera, background, &profile)).await.unwrap();
        let watch = json!({ "source": include_str!("watch.js") });
        driver.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", watch).await.unwrap();
        driver
    }
}

impl Drop for Chromedriver {
    /// The browsers end with it, because they notice that their pipe is closed.
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// The port on which chromedriver listens, or all that it has written before it ended.
fn port_of(lines: &mut impl BufRead) -> Result<u16, String> {
    let mut output = String::new();
    for line in lines.lines() {
        let line = line.unwrap();
        if let Some((_, port)) = line.split_once("started successfully on port ") {
            return Ok(port.trim_end_matches('.').parse().unwrap());
        }
        output += &line;
        output += "\n";
    }
    Err(output)
}

/// Chromedriver takes a free port of IPv6, then the same port of IPv4, and ends if another program has that. The system
/// gives another port to the next attempt.
const PORTS_TRIED: usize = 5;

fn capabilities(camera: Camera, background: Background, profile: &Path) -> Capabilities {
    let mut chrome = DesiredCapabilities::chrome();
    for flag in FLAGS {
        chrome.add_arg(flag).unwrap();
    }
    for flag in STEADY {
        match background {
            Background::Steady => chrome.add_arg(&format!("--{flag}")).unwrap(),
            // Chromedriver gives some of them by itself.
            Background::Throttled => chrome.add_exclude_switch(flag).unwrap(),
        }
    }
    chrome.add_arg(&format!("--user-data-dir={}", profile.display())).unwrap();
    match camera {
        Camera::Fake => {
            chrome.add_arg("--use-fake-device-for-media-stream").unwrap();
            chrome.add_arg("--use-fake-ui-for-media-stream").unwrap();
        }
        Camera::Missing => {
            chrome.add_arg("--use-fake-device-for-media-stream=device-count=0").unwrap();
            chrome.add_arg("--use-fake-ui-for-media-stream").unwrap();
        }
        Camera::Refused => {
            chrome.add_arg("--use-fake-device-for-media-stream").unwrap();
            let no = json!({
                "profile.default_content_setting_values.media_stream_camera": 2,
                "profile.default_content_setting_values.media_stream_mic": 2,
            });
            chrome.add_experimental_option("prefs", no).unwrap();
        }
    }
    // Lets a test open pages such as chrome://discards.
    let state = json!({ "internal_only_uis_enabled": true });
    chrome.add_experimental_option("localState", state).unwrap();
    chrome.set_browser_log_level(LoggingPrefsLogLevel::All).unwrap();
    chrome.into()
}

const FLAGS: [&str; 13] = [
    "--headless",
    // The pipe's other end is chromedriver: no browser outlives it.
    "--remote-debugging-pipe",
    // Chromium wants this where it is started by root, as in a container.
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    // Two browsers of one machine find each other without a network and without multicast DNS.
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns",
    "--window-size=1280,800",
    // A name as in a house's network: what it serves over plain HTTP is no secure page.
    "--host-resolver-rules=MAP lan.test 127.0.0.1",
];

/// Without these the timers of pages in the background are slowed down.
const STEADY: [&str; 3] = [
    "disable-background-timer-throttling",
    "disable-backgrounding-occluded-windows",
    "disable-renderer-backgrounding",
];
