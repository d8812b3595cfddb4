//! Every screen in every width, light and dark: nothing runs out of the window sideways.
//!
//! The pictures are kept in `target/screenshots`, to be looked at.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use serde_json::json;

use crate::browser::Camera;
use crate::demo::{Demo, on_the_demo_page};
use crate::page::Page;

const WINDOWS: [(u32, u32); 3] = [(360, 740), (768, 1024), (1440, 900)];
const LAPTOP: (u32, u32) = (1280, 800);
const SCHEMES: [&str; 2] = ["light", "dark"];

impl Page {
    pub(crate) async fn is_shown(&self, (width, height): (u32, u32), scheme: &str) {
        let screen =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": false });
        let media = json!({ "features": [{ "name": "prefers-color-scheme", "value": scheme }] });
        let cdp = self.driver.cdp();
        cdp.send_raw("Emulation.setDeviceMetricsOverride", screen).await.unwrap();
        cdp.send_raw("Emulation.setEmulatedMedia", media).await.unwrap();
        self.sees(&format!(
            "innerWidth === {width} && matchMedia('(prefers-color-scheme: {scheme})').matches \
             && !document.getAnimations().some((it) => it instanceof CSSTransition)"
        ))
        .await;
    }

    /// Looks at this screen in every width, light and dark, by eye and by ear.
    async fn fits_everywhere(&self, screen: &str) {
        self.fits_everywhere_at(screen, "body").await;
    }

    /// The same, with this part of the page in sight.
    async fn fits_everywhere_at(&self, screen: &str, part: &str) {
        // The mouse is elsewhere, so nothing looks pointed at.
        self.driver.action_chain().move_to(0, 0).perform().await.unwrap();
        for window in WINDOWS {
            for scheme in SCHEMES {
                self.is_shown(window, scheme).await;
                self.value(&format!("document.querySelector('{part}').scrollIntoView()")).await;
                let name = format!("{screen}-{}-{scheme}", window.0);
                self.is_kept_as(&name).await;
                let outside = self.value("seen.outside()").await;
                assert_eq!(outside, json!([]), "{name} runs out of the window");
                // Colours depend on the scheme, and what there is on the width.
                if (window.0 == 360) == (scheme == "light") {
                    self.keeps_nobody_out(&name).await;
                }
            }
        }
        self.is_shown(LAPTOP, "light").await;
    }

    pub(crate) async fn is_kept_as(&self, name: &str) {
        let picture = folder().join(format!("{name}.png"));
        self.driver.screenshot(&picture).await.unwrap();
    }
}

fn folder() -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).with_file_name("screenshots");
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Somebody who signs in by hand, and calls with a generated picture.
async fn signs_in(demo: &Demo, user: &str, display_name: &str) -> Rc<Page> {
    let page = demo.page_at("/", Camera::Fake).await;
    page.presses("generated-media").await;
    page.writes("name-input", user).await;
    page.writes("display-name-input", display_name).await;
    page.presses("sign-in").await;
    page.reads("status", "Signed in").await;
    page
}

/// Two who talk: ana (11) has called bo (22), and both have written.
async fn ana_and_bo_talk(demo: &Demo) -> (Rc<Page>, Rc<Page>) {
    let ana = signs_in(demo, "11", "Ana").await;
    let bo = signs_in(demo, "22", "Bo").await;
    ana.calls("22").await;
    bo.accepts().await;
    ana.is_in_a_call().await;
    bo.is_in_a_call().await;
    ana.says("Hello Bo! Do you see the picture?").await;
    bo.says("Yes, it moves. And I hear your tone.").await;
    ana.reads("chat-log", "And I hear").await;
    ana.reads("chat-fate", "delivered").await;
    (ana, bo)
}

#[test]
fn before_a_call_every_screen_fits_into_every_width_light_and_dark() {
    on_the_demo_page(async |demo| {
        let card = demo.page_at("/", Camera::Fake).await;
        card.fits_everywhere("01-sign-in").await;
        card.writes("name-input", "ana maria").await;
        card.presses("sign-in").await;
        card.fits_everywhere("02-bad-name").await;

        let ana = signs_in(demo, "11", "Ana").await;
        ana.fits_everywhere("03-alone").await;
        let bo = signs_in(demo, "22", "Bo").await;
        let cleo = signs_in(demo, "33", "李雷").await;
        cleo.presses("write-11").await;
        cleo.says("Are you there?").await;
        ana.reads("chat-log", "Are you there?").await;
        ana.presses("write-22").await;
        cleo.says("Call me when you are.").await;
        ana.reads("unread-33", "1").await;
        ana.fits_everywhere("04-people").await;

        ana.calls("22").await;
        ana.reads("call-words", "Ringing Bo").await;
        ana.fits_everywhere("05-ringing-there").await;
        bo.can_press("accept").await;
        bo.fits_everywhere("06-ringing-here").await;
        bo.presses("reject").await;
        ana.call_is("ended").await;
        ana.fits_everywhere("07-ended").await;
    });
}

#[test]
fn three_who_ring_and_people_who_are_blocked_fit_into_every_width_light_and_dark() {
    on_the_demo_page(async |demo| {
        let ana = signs_in(demo, "11", "Ana").await;
        let long = "a-name-as-long-as-a-name-can-be-".repeat(4);
        ana.has_callers(&[
            ("22", "Bo"),
            ("33", "李雷"),
            (&long, "Cleopatra Philopator of the Ptolemaic Dynasty"),
        ])
        .await;
        for caller in ["22", "33", &long] {
            ana.is_rung_by(caller, "11").await;
        }
        ana.fits_everywhere("33-three-ring").await;
        ana.is_shown((1366, 768), "light").await;
        ana.is_kept_as("33-three-ring-1366").await;
        ana.presses("incoming-aside").await;
        // Of what is free, people and the conversation first.
        ana.can_press("call-22").await;
        ana.fits_everywhere("34-three-ring-aside").await;
        ana.is_shown((1366, 768), "light").await;
        ana.is_kept_as("34-three-ring-aside-1366").await;
        for _ in 0..3 {
            ana.presses("block").await;
        }
        ana.reads("blocked-heading", "Blocked (3)").await;
        ana.presses("blocked-heading").await;
        ana.presses("write-22").await;
        ana.fits_everywhere("35-blocked").await;
        ana.is_shown((1366, 768), "light").await;
        ana.is_kept_as("35-blocked-1366").await;
    });
}

#[test]
fn in_a_call_every_screen_fits_into_every_width_light_and_dark() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = ana_and_bo_talk(demo).await;
        ana.fits_everywhere("10-in-a-call").await;
        ana.is_kept_as("10-in-a-call").await;
        bo.presses("mute").await;
        bo.presses("camera").await;
        ana.reads("remote-tile", "camera off").await;
        ana.fits_everywhere("11-their-camera-off").await;
        bo.fits_everywhere("12-muted").await;
        bo.presses("share").await;
        ana.reads("screen-22-tile", "Screen of Bo").await;
        ana.fits_everywhere("13-screen").await;
        ana.presses("devices").await;
        ana.can_press("camera-choice").await;
        ana.fits_everywhere("14-devices").await;
        ana.presses("devices-done").await;
        ana.presses("language").await;
        ana.reads("call-state", "通话中").await;
        ana.fits_everywhere("15-chinese").await;
    });
}

#[test]
fn the_inspector_and_the_self_test_fit_into_every_width_light_and_dark() {
    on_the_demo_page(async |demo| {
        let (ana, _bo) = ana_and_bo_talk(demo).await;
        if ana.value("seen.part('dock').dataset.open").await == "false" {
            ana.presses("dock-toggle").await;
        }
        ana.can_press("ladder-filter").await;
        ana.sees("document.querySelectorAll('[data-testid=connection-local] tbody tr').length > 0")
            .await;
        ana.fits_everywhere_at("16-inspector", "#dock").await;
        ana.fits_everywhere_at("17-connection", "#connection").await;
        ana.presses("self-test-open").await;
        ana.presses("self-test-start").await;
        ana.sees("seen.part('self-test-sum').dataset.code").await;
        ana.fits_everywhere("18-self-test").await;
    });
}

#[test]
fn in_a_room_every_screen_fits_into_every_width_light_and_dark() {
    on_the_demo_page(async |demo| {
        let ana = signs_in(demo, "11", "Ana").await;
        let bo = signs_in(demo, "22", "Bo").await;
        let cleo = signs_in(demo, "33", "李雷").await;
        for page in [&ana, &bo, &cleo] {
            page.writes("room-input", "standup").await;
            page.presses("room-join").await;
        }
        ana.reads("call-words", "3 in standup").await;
        cleo.says("Good morning!").await;
        ana.reads("chat-log", "Good morning!").await;
        for user in ["22", "33"] {
            ana.sees(&format!("seen.part('person-{user}-video').videoWidth > 0")).await;
        }
        ana.fits_everywhere("20-in-a-room").await;
        bo.presses("share").await;
        ana.reads("screen-22-tile", "Screen of Bo").await;
        ana.fits_everywhere("21-screen-in-a-room").await;
    });
}

#[test]
fn long_names_and_long_words_fit_into_every_width_light_and_dark() {
    on_the_demo_page(async |demo| {
        let ana = signs_in(demo, "11", "Ana").await;
        let long = "a-name-as-long-as-a-name-can-be-".repeat(4);
        let cleo = signs_in(demo, &long, "Cleopatra Philopator of the Ptolemaic Dynasty").await;
        cleo.calls("11").await;
        ana.reads("incoming", "Cleopatra").await;
        ana.fits_everywhere("30-long-names").await;
        ana.accepts().await;
        cleo.is_in_a_call().await;
        cleo.says(&"onelongword".repeat(30)).await;
        ana.reads("chat-log", "onelongword").await;
        ana.fits_everywhere("31-long-words").await;
        cleo.fits_everywhere("32-long-own-name").await;
    });
}
