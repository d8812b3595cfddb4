//! The life of a page with the client library on it: kept by the browser when its user goes elsewhere, frozen, and
//! without WebRTC.

use std::net::SocketAddr;
use std::time::Duration;

use serde_json::json;
use switchboard::config::Config;

use crate::app_server::{AppServer, Content, OwnPage};
use crate::browser::Camera;
use crate::demo::{Demo, impatient, on_a_demo_page_of, on_the_demo_page};
use crate::line::Program;
use crate::page::Page;
use crate::pairs::{Browser, in_each_browser};

in_each_browser! {
    a_page_whose_user_goes_elsewhere_is_offline_in_time_and_back_within_a_second with short_window,
    a_page_that_its_browser_keeps_is_online_no_longer_than_the_resume_window with window_of_2_s,
    a_page_whose_user_comes_back_soon_has_its_session_again,
    a_page_that_is_kept_while_it_waits_for_its_server_is_back_within_a_second with impatient,
    a_client_without_webrtc_rejects_a_call_at_once,
}

/// Sessions that wait only briefly.
fn short_window() -> Config {
    Config { resume_window: Duration::from_secs(1), ..Config::default() }
}

const RESUME_WINDOW: Duration = Duration::from_secs(2);

fn window_of_2_s() -> Config {
    Config { resume_window: RESUME_WINDOW, ..Config::default() }
}

/// Besides the resume window: the time until the server tells others, and until the test sees that; ms.
pub(crate) const TOLD_WITHIN: u64 = 1000;

/// Longer than any page takes to be online again that the browser has kept; ms.
const BACK_WITHIN: f64 = 1000.0;

/// Follows whether a user is online.
async fn watches(page: &Page, user: &str) {
    page.value(&format!("await lab.me.watch({})", json!(user))).await;
    is_told(page, user, true).await;
}

/// Waits until a user whom this page watches is online, or is not.
pub(crate) async fn is_told(page: &Page, user: &str, online: bool) {
    page.sees(&format!("lab.me.watched.get({}) === {online}", json!(user))).await;
}

/// Goes to another page.
async fn goes_elsewhere(page: &Page, address: SocketAddr) {
    page.value(
        "(onpageshow = () => { lab.shownAt = performance.now(); lab.onlineAt = null; }, true)",
    )
    .await;
    page.value("(lab.me.on('state', (state) => state === 'online' && (lab.onlineAt = performance.now())), true)").await;
    page.driver.goto(format!("http://{address}/switchboard.d.ts")).await.unwrap();
}

/// Comes back by the history. Firefox does not keep a page that has a socket, and loads it anew.
async fn comes_back(page: &Page, user: &str) {
    page.driver.back().await.unwrap();
    match page.browser {
        Browser::Chromium => is_back_within_a_second(page).await,
        Browser::Firefox => page.starts_the_library(user).await,
    }
}

/// The browser has kept the page, which was online again at once.
async fn is_back_within_a_second(page: &Page) {
    page.sees("lab.onlineAt !== null").await;
    let took = page.value("lab.onlineAt - lab.shownAt").await.as_f64().unwrap();
    assert!(took < BACK_WITHIN, "it was online {took} ms after it was shown");
}

async fn a_page_whose_user_goes_elsewhere_is_offline_in_time_and_back_within_a_second(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;
    watches(&bo, "ana").await;

    goes_elsewhere(&ana, demo.address).await;

    is_told(&bo, "ana", false).await;
    bo.value("lab.rings('ana', {})").await;
    bo.sees("lab.outcome === 'offline'").await;
    comes_back(&ana, "ana").await;
    is_told(&bo, "ana", true).await;
    assert_eq!(
        bo.value("await lab.me.send('ana', 'hi').then(() => 'delivered')").await,
        "delivered"
    );
    ana.sees("lab.heard.messages.includes('hi')").await;
}

/// Keeps in milliseconds when it happens, by a clock that all pages of this machine have; before the library hears of it.
const KEEPS_HIDING: &str = "(addEventListener('pagehide', ({ persisted }) => { \
    localStorage.hiddenAt = Date.now(); localStorage.persisted = persisted; }, true), true)";
pub(crate) const KEEPS_OFFLINE: &str = "(lab.me.on('presence', () => { \
    if (lab.me.watched.get('ana') === false) lab.offlineAt ??= Date.now(); }), true)";

async fn a_page_that_its_browser_keeps_is_online_no_longer_than_the_resume_window(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;
    watches(&bo, "ana").await;
    bo.value(KEEPS_OFFLINE).await;
    ana.value(KEEPS_HIDING).await;

    goes_elsewhere(&ana, demo.address).await;

    is_told(&bo, "ana", false).await;
    // A page of the same origin.
    let hidden = ana.value("Number(localStorage.hiddenAt)").await.as_u64().unwrap();
    let offline = bo.value("lab.offlineAt").await.as_u64().unwrap();
    let ghost = offline.saturating_sub(hidden);
    println!("online for {ghost} ms after it was hidden");
    let window = RESUME_WINDOW.as_millis() as u64;
    assert!(ghost < window + TOLD_WITHIN, "it was online for {ghost} ms after it was hidden");
    if ana.browser == Browser::Chromium {
        assert_eq!(ana.value("localStorage.persisted").await, "true");
        // Both times are whole milliseconds.
        assert!(ghost + 1 >= window, "its session did not wait: {ghost} ms");
    }
    comes_back(&ana, "ana").await;
    is_told(&bo, "ana", true).await;
}

async fn a_page_whose_user_comes_back_soon_has_its_session_again(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;
    watches(&bo, "ana").await;
    let session = ana.value("lab.me.sessionId").await;

    goes_elsewhere(&ana, demo.address).await;
    bo.value("(lab.sent = lab.me.send('ana', 'are you there?').then(() => 'delivered', (error) => error.code), true)")
        .await;
    comes_back(&ana, "ana").await;

    if ana.browser == Browser::Chromium {
        assert_eq!(ana.value("lab.me.sessionId").await, session);
        assert_eq!(ana.value("lab.heard.states").await, json!(["waiting", "connecting", "online"]));
        assert_eq!(bo.value("await lab.sent").await, "delivered");
    }
    is_told(&bo, "ana", true).await;
    bo.has_heard_of_no_error().await;
}

async fn a_page_that_is_kept_while_it_waits_for_its_server_is_back_within_a_second(demo: &Demo) {
    let other = Program::start();
    let ana = demo.app_user("ana").await;
    ana.may_lose_its_connection();
    demo.stop_the_server();
    ana.sees("lab.me.state === 'waiting'").await;

    goes_elsewhere(&ana, other.address).await;
    demo.start_the_server_again();
    ana.driver.back().await.unwrap();

    is_back_within_a_second(&ana).await;
    assert_eq!(ana.value("lab.heard.states.at(-1)").await, "online");
}

/// Only Chromium's driver can freeze a page.
#[test]
fn a_page_that_is_frozen_is_offline_in_time_and_back_when_it_runs_again() {
    on_a_demo_page_of(short_window(), async |demo| {
        let (ana, bo) = demo.two_app_users().await;
        watches(&bo, "ana").await;

        becomes(&ana, "frozen").await;
        is_told(&bo, "ana", false).await;
        becomes(&ana, "active").await;

        is_told(&bo, "ana", true).await;
        assert_eq!(ana.value("lab.heard.states").await, json!(["waiting", "connecting", "online"]));
    });
}

/// Goes to the page that its browser prerenders meanwhile.
const BEFORE: &str = r#"<!doctype html><title>before</title>
<script type="speculationrules">{"prerender":[{"source":"list","urls":["/app.html"],"eagerness":"immediate"}]}</script>
<a href="/app.html">the app</a>"#;

/// Connects at once. Twenty requests to the server later a socket would have been opened, too.
const APP: &str = r#"<!doctype html><title>app</title>
<script type="module">
  import { connect } from "https://signal.example/switchboard.js";
  connect({ url: "https://signal.example", userId: "ana" }).then((me) => {
    window.me = me;
    window.onlineAt = performance.now();
  });
  for (let nth = 0; nth < 20; nth++) await fetch("https://signal.example/switchboard.d.ts", { cache: "no-store" });
  localStorage.app = window.me ? "online" : document.prerendering ? "waits" : "shown too early";
</script>"#;

/// Firefox and Safari do not prerender.
#[test]
fn a_prerendered_page_connects_when_it_is_shown_and_not_before() {
    let page = |path, html: &str| OwnPage { path, html: html.to_owned() };
    let pages = vec![page("/before.html", BEFORE), page("/app.html", APP)];
    let app = AppServer::start(Content { pages, ..Content::default() });
    let config = Config { origins: vec![app.origin()], ..Config::default() };
    on_a_demo_page_of(config, async |demo| {
        app.connects_to(demo.address);
        let bo = demo.app_user("bo").await;
        bo.value("await lab.me.watch('ana')").await;
        let ana = demo.app_page(&format!("{}/before.html", app.origin())).await;

        ana.sees("localStorage.app").await;

        assert_eq!(ana.value("localStorage.app").await, "waits");
        assert_eq!(bo.value("lab.me.watched.get('ana')").await, false);
        ana.value("(document.links[0].click(), true)").await;
        ana.sees("window.me?.state === 'online'").await;
        ana.sees("performance.getEntriesByType('navigation')[0].activationStart > 0").await;
        ana.sees("onlineAt > performance.getEntriesByType('navigation')[0].activationStart").await;
        is_told(&bo, "ana", true).await;
    });
}

async fn becomes(page: &Page, state: &str) {
    let state = json!({ "state": state });
    page.driver.cdp().send_raw("Page.setWebLifecycleState", state).await.unwrap();
}

async fn a_client_without_webrtc_rejects_a_call_at_once(demo: &Demo) {
    let ana = demo.app_user("ana").await;
    let bo = demo.app_page(&demo.address_of("/healthz")).await;
    bo.loads_the_lab().await;
    bo.value("delete window.RTCPeerConnection").await;
    bo.value("await lab.start('bo')").await;

    ana.value("lab.rings('bo')").await;

    ana.sees_call_end("rejected").await;
    assert_eq!(ana.value("lab.call.detail").await, "this client has no WebRTC");
    let outcome = "await lab.me.call('ana').catch((error) => [error.code, error.message])";
    let unsupported = json!(["unsupported", "there is no RTCPeerConnection here"]);
    assert_eq!(bo.value(outcome).await, unsupported);
    bo.has_heard_of_no_error().await;
}

#[test]
fn the_sign_in_says_that_a_browser_without_webrtc_can_only_chat() {
    on_the_demo_page(async |demo| {
        let page = demo.page_at("/", Camera::Fake).await;
        assert_eq!(page.value("seen.part('webrtc-note').checkVisibility()").await, false);
        let without = json!({ "source": "delete window.RTCPeerConnection" });
        page.driver.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", without).await.unwrap();

        page.driver.goto(demo.address_of("/?user=ana")).await.unwrap();
        page.reads("status", "Signed in as ana.").await;
        page.presses("sign-out").await;
        page.driver.goto(demo.address_of("/?lang=en")).await.unwrap();

        page.reads("webrtc-note", "This browser has no WebRTC").await;
        page.sees("seen.part('webrtc-note').checkVisibility()").await;
        assert_eq!(page.value("seen.part('insecure-note').checkVisibility()").await, false);
    });
}
