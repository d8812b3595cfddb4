//! The demo page without a mouse.

use thirtyfour::{Key, TypingData};

use crate::browser::Camera;
use crate::demo::on_the_demo_page;
use crate::page::Page;

/// More than the page has places for the focus: each message in the panel is one.
const PLACES: usize = 200;

impl Page {
    async fn types(&self, keys: impl Into<TypingData>) {
        self.driver.action_chain().send_keys(keys).perform().await.unwrap();
    }

    /// Presses Tab until the focus is on this part of the page.
    async fn goes_to(&self, part: &str) {
        self.can_press(part).await;
        let focused = format!("document.activeElement === seen.part('{part}')");
        for _ in 0..PLACES {
            if self.value(&focused).await == true {
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
}

#[test]
fn by_keyboard_alone_one_signs_in_calls_answers_talks_and_hangs_up() {
    on_the_demo_page(async |demo| {
        let ana = demo.page_at("/", Camera::Fake).await;
        let bo = demo.page_at("/", Camera::Fake).await;
        for (page, name) in [(&ana, "ana"), (&bo, "bo")] {
            page.sees("document.activeElement === seen.part('name-input')").await;
            page.types(name).await;
            page.types(Key::Enter).await;
            page.reads("status", &format!("Signed in as {name}.")).await;
        }

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
        ana.goes_to("chat-input").await;
        ana.types("hello").await;
        ana.types(Key::Enter).await;
        bo.reads("chat-log", "hello").await;

        bo.enters("hang-up").await;
        bo.call_ends("You hung up.").await;
        ana.call_ends("bo hung up.").await;

        bo.enters("call-ana").await;
        ana.can_press("reject").await;
        ana.types(Key::Escape).await;
        bo.call_ends("ana rejected the call.").await;
    });
}
