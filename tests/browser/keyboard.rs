//! The demo page without a mouse.

use thirtyfour::{Key, TypingData};

use crate::browser::Camera;
use crate::demo::on_the_demo_page;
use crate::page::Page;

/// More than the page has places for the focus.
const PLACES: usize = 80;

impl Page {
    pub(crate) async fn types(&self, keys: impl Into<TypingData>) {
        self.driver.action_chain().send_keys(keys).perform().await.unwrap();
    }

    /// Presses Tab until the focus is on this part of the page, where it has to be seen.
    async fn goes_to(&self, part: &str) {
        self.can_press(part).await;
        let focused = format!("document.activeElement === seen.part('{part}')");
        for _ in 0..PLACES {
            if self.value(&focused).await == true {
                let ring = "getComputedStyle(document.activeElement).outlineStyle";
                assert_eq!(self.value(ring).await, "solid", "the focus is seen on {part}");
                return;
            }
            self.types(Key::Tab).await;
        }
        panic!("Tab does not lead to {part}\ninstead: {}", self.everything().await);
    }

    async fn enters(&self, part: &str) {
        self.goes_to(part).await;
        self.types(Key::Enter).await;
    }

    async fn signs_in_by_keyboard(&self, name: &str) {
        self.sees("document.activeElement === seen.part('name-input')").await;
        self.types(name).await;
        self.types(Key::Enter).await;
        self.reads("status", &format!("Signed in as {name}.")).await;
    }
}

#[test]
fn by_keyboard_alone_one_signs_in_calls_answers_talks_and_hangs_up() {
    on_the_demo_page(async |demo| {
        let ana = demo.page_at("/", Camera::Fake).await;
        let bo = demo.page_at("/", Camera::Fake).await;
        ana.signs_in_by_keyboard("ana").await;
        bo.signs_in_by_keyboard("bo").await;

        ana.goes_to("search-input").await;
        ana.types("bo").await;
        ana.enters("call-bo").await;
        bo.can_press("accept").await;
        bo.sees("document.activeElement === seen.part('accept')").await;
        bo.types(Key::Enter).await;
        ana.is_in_a_call().await;
        bo.is_in_a_call().await;

        ana.enters("mute").await;
        ana.reads("mute", "Unmute").await;
        ana.enters("camera").await;
        ana.reads("camera", "Camera on").await;
        ana.enters("devices").await;
        ana.goes_to("camera-choice").await;
        ana.goes_to("microphone-choice").await;
        ana.types(Key::Escape).await;
        ana.sees(
            "!seen.part('device-dialog').open && document.activeElement === seen.part('devices')",
        )
        .await;
        ana.goes_to("chat-input").await;
        ana.types("hello").await;
        ana.types(Key::Enter).await;
        bo.reads("chat-log", "hello").await;

        bo.enters("hang-up").await;
        bo.call_ends("You hung up.").await;
        ana.call_ends("bo hung up.").await;

        bo.enters("call-again").await;
        ana.can_press("reject").await;
        ana.types(Key::Escape).await;
        bo.call_ends("ana declined the call.").await;
    });
}

#[test]
fn a_space_that_somebody_writes_while_a_call_comes_answers_nothing() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_people().await;
        ana.presses("write-bo").await;
        ana.types("two").await;

        bo.calls("ana").await;
        ana.can_press("accept").await;
        ana.types(" words").await;

        ana.sees("document.activeElement === seen.part('incoming-title')").await;
        assert_eq!(ana.value("seen.text('call-state')").await, "ringing");
        ana.enters("accept").await;
        bo.is_in_a_call().await;
        ana.sees("seen.part('chat-input').value === 'two'").await;
    });
}

#[test]
fn by_keyboard_alone_one_enters_a_room_shares_a_screen_and_leaves() {
    on_the_demo_page(async |demo| {
        let ana = demo.page_at("/", Camera::Fake).await;
        let bo = demo.page_at("/?user=bo&room=standup", Camera::Fake).await;
        ana.signs_in_by_keyboard("ana").await;

        ana.goes_to("room-input").await;
        ana.types("standup").await;
        ana.types(Key::Enter).await;
        bo.reads("call-words", "2 in standup").await;
        ana.enters("share").await;
        bo.sees("seen.part('screen-ana-video')?.videoWidth > 0").await;
        ana.enters("leave").await;

        bo.reads("call-words", "You are alone in standup.").await;
        ana.reads("status", "You have left standup.").await;
        ana.enters("dock-toggle").await;
        ana.enters("language").await;
        ana.reads("room-join", "进入").await;
    });
}
