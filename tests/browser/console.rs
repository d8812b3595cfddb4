//! The console of Firefox, from the first script of each page on, by WebDriver BiDi.
//!
//! Chromium's driver keeps the console itself; Firefox tells it as events.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures_util::StreamExt;
use serde_json::json;
use thirtyfour::WebDriver;
use thirtyfour::bidi::events::LogEntryAdded;
use thirtyfour::bidi::modules::log::LogLevel;
use tokio::time::sleep;

use crate::app_server::{AppServer, Content, OwnPage};
use crate::demo::Demo;
use crate::pairs::in_each_browser;

/// Longer than Firefox takes to tell an entry.
const PATIENCE: Duration = Duration::from_secs(20);

/// All entries of all pages of a Firefox that were not taken yet, oldest first.
pub(crate) struct Console {
    entries: Rc<RefCell<Vec<LogEntryAdded>>>,
    looks: Cell<usize>,
}

impl Console {
    /// From now on each new page of this Firefox has `seen`, and its console is kept.
    pub(crate) async fn of(driver: &WebDriver) -> Self {
        let bidi = driver.bidi().await.unwrap();
        for script in [include_str!("watch.js"), include_str!("complaints.js")] {
            bidi.script().add_preload_script(format!("() => {{\n{script}\n}}")).await.unwrap();
        }
        let mut events = bidi.subscribe::<LogEntryAdded>().await.unwrap();
        let entries = Rc::new(RefCell::default());
        let console = Self { entries: Rc::clone(&entries), looks: Cell::default() };
        actix::spawn(async move {
            while let Some(entry) = events.next().await {
                entries.borrow_mut().push(entry);
            }
        });
        console
    }

    /// Takes the errors and warnings up to now.
    pub(crate) async fn complaints(&self, driver: &WebDriver) -> Vec<String> {
        self.looks.set(self.looks.get() + 1);
        // Entries come in their order, so all that is older has come with this one.
        let mark = format!("look {} at the console", self.looks.get());
        let marked = driver.execute("console.debug(arguments[0])", [json!(mark)]).await;
        if marked.is_err() || !self.has(&mark).await {
            return vec![format!("the console is not told: {marked:?}")];
        }
        let bad = |it: &LogEntryAdded| matches!(it.level, LogLevel::Error | LogLevel::Warn);
        let entries = self.entries.take().into_iter().filter(bad);
        entries.map(|it| format!("{:?} {}", it.level, it.text.unwrap_or_default())).collect()
    }

    /// Waits for an entry. Returns whether it has come.
    async fn has(&self, text: &str) -> bool {
        let deadline = Instant::now() + PATIENCE;
        let is = |it: &LogEntryAdded| it.text.as_deref() == Some(text);
        while Instant::now() < deadline {
            if self.entries.borrow().iter().any(is) {
                return true;
            }
            sleep(Duration::from_millis(5)).await;
        }
        false
    }
}

in_each_browser! {
    what_goes_wrong_while_a_page_loads_is_on_its_console_also_when_it_has_gone,
}

/// Everything that may go wrong, before the page has loaded.
const BAD: &str = r#"<!doctype html><title>bad</title>
<meta http-equiv="Content-Security-Policy" content="default-src 'self'; script-src 'self' 'unsafe-inline'; img-src data:">
<link rel="icon" href="data:,">
<script>
  console.error("said", 1);
  console.warn("warned");
  Promise.reject(new Error("rejected"));
</script>
<script>throw new Error("thrown");</script>
<script src="https://other.example/script.js"></script>
<script src="/missing.js"></script>"#;

async fn what_goes_wrong_while_a_page_loads_is_on_its_console_also_when_it_has_gone(demo: &Demo) {
    let page = OwnPage { path: "/bad.html", html: BAD.to_owned() };
    let app = AppServer::start(Content { pages: vec![page], ..Content::default() });
    app.connects_to(demo.address);

    let page = demo.app_page(&format!("{}/bad.html", app.origin())).await;
    page.driver.goto(demo.address_of("/healthz")).await.unwrap();

    let complaints = page.complaints().await;
    for words in ["said", "warned", "rejected", "thrown", "other.example", "missing.js"] {
        assert!(complaints.iter().any(|it| it.contains(words)), "{words}: {complaints:#?}");
    }
    page.has_a_clean_console().await;
}
