//! A tab that its browser discards to save memory, with the client library on it.
//!
//! Chromium alone: Firefox's driver has no way to have a tab unloaded. Chromium discards no tab that a driver looks at, so
//! this one is opened and discarded by another tab, which shows `chrome://discards`.

use std::time::Duration;

use serde_json::json;
use switchboard::config::Config;

use crate::app_server::{AppServer, Content, OwnPage};
use crate::demo::on_a_demo_page_of;
use crate::library_life::{KEEPS_OFFLINE, TOLD_WITHIN, is_told};

const RESUME_WINDOW: Duration = Duration::from_secs(2);

/// Connects at once, and says in its title whether it was discarded before.
const APP: &str = r#"<!doctype html><title>loads</title><link rel="icon" href="data:,">
<script type="module">
  import { connect } from "https://signal.example/switchboard.js";
  window.me = await connect({ url: "https://signal.example", userId: "ana" });
  document.title = document.wasDiscarded ? "again online" : "online";
</script>"#;

/// Presses a button of the row of the tab with this title. Returns the time, or null where there is no such row yet.
const DISCARDS: &str = "(() => {
    const tabs = document.querySelector('discards-main')?.shadowRoot?.querySelector('discards-tab')?.shadowRoot;
    const row = [...(tabs?.querySelectorAll('tbody tr') ?? [])].find((it) => it.querySelector('.title-cell')?.textContent === 'online');
    const button = [...(row?.querySelectorAll('.actions-cell div') ?? [])].find((it) => it.textContent.includes('Urgent Discard'));
    if (!button) return null;
    window.discardedAt = Date.now();
    button.click();
    return discardedAt;
  })()";

#[test]
fn a_tab_that_is_discarded_is_online_no_longer_than_the_resume_window_and_again_when_it_is_shown() {
    let page = OwnPage { path: "/app.html", html: APP.to_owned() };
    let app = AppServer::start(Content { pages: vec![page], ..Content::default() });
    let config =
        Config { origins: vec![app.origin()], resume_window: RESUME_WINDOW, ..Config::default() };
    on_a_demo_page_of(config, async |demo| {
        app.connects_to(demo.address);
        let bo = demo.app_user("bo").await;
        bo.value("await lab.me.watch('ana')").await;
        let browser = demo.app_page(&demo.address_of("/healthz")).await;
        let tab = json!({ "url": format!("{}/app.html", app.origin()), "background": true });
        browser.driver.cdp().send_raw("Target.createTarget", tab).await.unwrap();
        is_told(&bo, "ana", true).await;
        bo.value(KEEPS_OFFLINE).await;

        browser.driver.goto("chrome://discards/").await.unwrap();
        browser.sees(DISCARDS).await;

        is_told(&bo, "ana", false).await;
        let offline = bo.value("lab.offlineAt").await.as_u64().unwrap();
        let discarded = browser.value("discardedAt").await.as_u64().unwrap();
        let ghost = offline - discarded;
        println!("online for {ghost} ms after it was discarded");
        let window = RESUME_WINDOW.as_millis() as u64;
        assert!(ghost < window + TOLD_WITHIN, "it was online for {ghost} ms");

        let here = browser.driver.window().await.unwrap();
        let tabs = browser.driver.windows().await.unwrap();
        let other = tabs.into_iter().find(|it| *it != here).unwrap();
        browser.looks_at(&other).await;
        is_told(&bo, "ana", true).await;
        browser.sees("document.title === 'again online' && me.state === 'online'").await;
    });
}
