//! One browser page: what it shows, and waiting for it.
//!
//! Every wait has a deadline, and says what was seen instead when that has passed.

use std::cell::RefCell;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::{By, WebDriver, WebElement, WindowHandle};
use tokio::time::sleep;

use crate::console::Console;
use crate::pairs::Browser;

/// Far longer than anything takes on a machine that does something else as well.
const PATIENCE: Duration = Duration::from_secs(40);
/// Between two looks at the page.
const BLINK: Duration = Duration::from_millis(40);

/// A page in a browser of its own.
pub(crate) struct Page {
    pub(crate) driver: WebDriver,
    pub(crate) browser: Browser,
    /// That of Firefox.
    console: Option<Console>,
    /// Parts of console errors that belong to the test.
    expected_errors: RefCell<Vec<&'static str>>,
}

impl Page {
    pub(crate) async fn open(driver: WebDriver, browser: Browser, address: &str) -> Self {
        let console = match browser {
            Browser::Chromium => None,
            Browser::Firefox => Some(Console::of(&driver).await),
        };
        driver.goto(address).await.unwrap();
        Self { driver, browser, console, expected_errors: RefCell::default() }
    }

    /// Opens another tab of the same browser at this address, and looks at that from now on.
    pub(crate) async fn opens_a_tab(&self, address: &str) -> WindowHandle {
        let tab = self.driver.new_tab().await.unwrap();
        self.looks_at(&tab).await;
        let watch = json!({ "source": include_str!("watch.js") });
        let cdp = self.driver.cdp();
        cdp.send_raw("Page.addScriptToEvaluateOnNewDocument", watch).await.unwrap();
        self.driver.goto(address).await.unwrap();
        tab
    }

    /// Looks at this tab from now on.
    pub(crate) async fn looks_at(&self, tab: &WindowHandle) {
        self.driver.switch_to_window(tab.clone()).await.unwrap();
    }

    pub(crate) async fn close(&self) {
        self.driver.clone().quit().await.unwrap();
    }

    /// The value of an expression on the page; a promise is awaited.
    pub(crate) async fn value(&self, expression: &str) -> Value {
        let script = format!("return (async () => ({expression}))()");
        match self.driver.execute(script, []).await {
            Ok(returned) => returned.json().clone(),
            Err(why) => panic!("`{expression}` cannot be told: {why}"),
        }
    }

    /// Waits until an expression on the page is true.
    pub(crate) async fn sees(&self, expression: &str) {
        let deadline = Instant::now() + PATIENCE;
        let script = format!("return (async () => Boolean({expression}))()");
        let mut last = String::new();
        while Instant::now() < deadline {
            match self.driver.execute(script.clone(), []).await {
                Ok(returned) if returned.json() == &json!(true) => return,
                Ok(_) => last.clear(),
                // The page is being loaded just now.
                Err(why) => last = why.to_string(),
            }
            sleep(BLINK).await;
        }
        let seen = self.everything().await;
        panic!("not in {PATIENCE:?}: `{expression}` {last}\ninstead: {seen}");
    }

    /// Waits until a part of the page shows these words, among others.
    pub(crate) async fn reads(&self, part: &str, words: &str) {
        self.sees(&format!("seen.text({})?.includes({})", json!(part), json!(words))).await;
    }

    /// Waits until the page has said these words, be it only for a moment.
    pub(crate) async fn was_told(&self, words: &str) {
        self.sees(&format!("seen.said.some((it) => it.words.includes({}))", json!(words))).await;
    }

    /// Waits until a button or a field can be used.
    pub(crate) async fn can_press(&self, part: &str) {
        self.sees(&format!("seen.ready({})", json!(part))).await;
    }

    /// Presses a button as soon as it can be pressed.
    pub(crate) async fn presses(&self, part: &str) {
        self.can_press(part).await;
        self.part(part).await.click().await.unwrap();
    }

    /// Writes into a field instead of what stands there.
    pub(crate) async fn writes(&self, part: &str, text: &str) {
        self.can_press(part).await;
        let field = self.part(part).await;
        field.clear().await.unwrap();
        field.send_keys(text).await.unwrap();
    }

    async fn part(&self, part: &str) -> WebElement {
        self.driver.find(By::Css(format!("[data-testid='{part}']"))).await.unwrap()
    }

    /// Says that this error on the console is what the test is about, and no mistake of the page.
    pub(crate) fn may_complain_of(&self, error: &'static str) {
        self.expected_errors.borrow_mut().push(error);
    }

    /// A test that cuts the page's connections: the browser says so of its WebSocket, and of the icon that it may be asking for
    /// at that moment.
    pub(crate) fn may_lose_its_connection(&self) {
        for words in ["WebSocket", "establish a connection to the server at ws", "connection to ws"]
        {
            self.may_complain_of(words);
        }
        self.may_complain_of("/favicon.ico");
    }

    /// The console holds no error, no uncaught exception, no break of the content security policy.
    pub(crate) async fn has_a_clean_console(&self) {
        let expected = self.expected_errors.borrow().clone();
        for complaint in self.complaints().await {
            let known = expected.iter().any(|it| complaint.contains(it));
            assert!(known, "on the console: {complaint}");
        }
    }

    /// Takes the errors and warnings on the console.
    pub(crate) async fn complaints(&self) -> Vec<String> {
        if let Some(console) = &self.console {
            return console.complaints(&self.driver).await;
        }
        let log = self.driver.browser_log().await.unwrap();
        let bad = log.into_iter().filter(|it| matches!(it.level.as_str(), "SEVERE" | "WARNING"));
        bad.map(|it| format!("{} {}", it.level, it.message)).collect()
    }

    /// The present state of the page and all that it has said, for the message of a test that fails.
    pub(crate) async fn everything(&self) -> String {
        let seen = match self.driver.execute("return seen.everything()", []).await {
            Ok(returned) => format!("{:#}", returned.json()),
            Err(why) => why.to_string(),
        };
        format!("{seen}\nconsole: {:#?}", self.complaints().await)
    }
}

impl Drop for Page {
    /// After a panic nobody says goodbye to the browser: it ends with the one that steers it.
    fn drop(&mut self) {
        if thread::panicking() {
            let _ = self.driver.clone().leak();
        }
    }
}
