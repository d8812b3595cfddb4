//! Rooms: everybody who opens the link sees everybody.

use std::rc::Rc;

use futures_util::future::join_all;
use switchboard::config::Config;

use crate::browser::Camera;
use crate::demo::{Demo, on_a_demo_page_of, on_the_demo_page};
use crate::page::Page;

impl Demo {
    /// Somebody who has opened the link of the room `standup`.
    async fn in_the_room(&self, user: &str) -> Rc<Page> {
        self.page_at(&format!("/?user={user}&room=standup"), Camera::Fake).await
    }
}

impl Page {
    /// Waits until more of this person's pictures have been shown than now.
    async fn sees_moving_in_the_room(&self, user: &str) {
        let frames = format!(
            "seen.part('person-{user}-video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0"
        );
        let now = self.value(&frames).await.as_u64().unwrap();
        self.sees(&format!("({frames}) > {}", now + 10)).await;
    }
}

#[test]
fn three_people_in_a_room_by_its_link_see_each_other_write_to_all_and_one_leaves() {
    on_the_demo_page(async |demo| {
        let users = ["ana", "bo", "cleo"];
        let pages = join_all(users.map(|user| demo.in_the_room(user))).await;
        for (page, me) in pages.iter().zip(users) {
            page.reads("call-words", "3 in standup").await;
            for other in users.iter().filter(|it| **it != me) {
                page.sees_moving_in_the_room(other).await;
            }
        }
        let [ana, bo, cleo] = &pages[..] else { unreachable!("there are three") };

        ana.says("good morning").await;
        bo.reads("chat-log", "good morning").await;
        cleo.reads("chat-log", "good morning").await;
        ana.reads("chat-fate", "sent").await;
        bo.presses("camera").await;
        ana.reads("person-bo-tile", "bo · camera off").await;

        let tracks = "window.cameraBefore = seen.part('local-video').srcObject.getTracks()";
        assert_eq!(cleo.value(&format!("({tracks}).length")).await, 2);
        cleo.presses("leave").await;
        cleo.reads("status", "You have left standup.").await;
        cleo.sees("seen.cleared() && location.search === '?user=cleo'").await;
        cleo.sees("cameraBefore.every((track) => track.readyState === 'ended')").await;
        for page in [ana, bo] {
            page.reads("call-words", "2 in standup").await;
            page.sees("seen.part('person-cleo-tile') === null").await;
        }
        ana.sees_moving_in_the_room("bo").await;

        cleo.writes("room-input", "standup").await;
        cleo.presses("room-join").await;
        ana.sees_moving_in_the_room("cleo").await;
        cleo.sees("new URLSearchParams(location.search).get('room') === 'standup'").await;
    });
}

#[test]
fn of_two_shared_screens_one_fills_the_stage_and_nobody_disappears() {
    on_the_demo_page(async |demo| {
        // One after the other: with cleo, bo's tiles stand before those of ana, who shares first.
        let cleo = demo.in_the_room("cleo").await;
        cleo.reads("call-words", "You are alone in standup. Send its link to others.").await;
        let bo = demo.in_the_room("bo").await;
        cleo.reads("call-words", "2 in standup").await;
        let ana = demo.in_the_room("ana").await;
        for page in [&ana, &bo, &cleo] {
            page.reads("call-words", "3 in standup").await;
        }

        ana.presses("share").await;
        cleo.sees("seen.part('screen-ana-tile')?.dataset.place === 'main'").await;
        bo.presses("share").await;

        cleo.sees("seen.part('screen-bo-tile')?.dataset.place === 'strip'").await;
        let sizes =
            "[...document.querySelectorAll('.tile')].map((it) => it.getBoundingClientRect())";
        cleo.sees(&format!(
            "{sizes}.length === 5 && {sizes}.every(({{ width, height }}) => width > 40 && height > 30)"
        ))
        .await;
    });
}

/// The browser asks for the camera from now on, until the test has answered with `answer()`.
const ASKING: &str = "(() => { const { mediaDevices } = navigator; \
    const real = mediaDevices.getUserMedia.bind(mediaDevices); window.asked = 0; \
    mediaDevices.getUserMedia = (what) => (asked++, \
        new Promise((done) => (window.answer = () => (done(real(what)), true)))); return true })()";

#[test]
fn who_leaves_while_the_camera_is_asked_for_can_enter_again() {
    on_the_demo_page(async |demo| {
        let ana = demo.signed_in("ana").await;
        ana.value(ASKING).await;
        ana.writes("room-input", "standup").await;
        ana.presses("room-join").await;
        ana.sees("asked === 1").await;
        ana.presses("leave").await;
        ana.writes("room-input", "standup").await;
        ana.presses("room-join").await;
        ana.reads("call-words", "Entering standup…").await;

        ana.value("answer()").await;
        ana.sees("asked === 2").await;
        ana.value("answer()").await;

        ana.reads("call-words", "You are alone in standup.").await;
        let bo = demo.in_the_room("bo").await;
        bo.sees_moving_in_the_room("ana").await;
    });
}

#[test]
fn who_signs_out_while_entering_a_room_leaves_nothing_behind_for_the_next() {
    on_the_demo_page(async |demo| {
        let ana = demo.signed_in("ana").await;
        ana.value(ASKING).await;
        ana.writes("room-input", "standup").await;
        ana.presses("room-join").await;
        ana.sees("asked === 1").await;

        ana.presses("sign-out").await;
        ana.reads("status", "You are signed out.").await;
        ana.writes("name-input", "cleo").await;
        ana.presses("sign-in").await;

        ana.sees("asked === 2").await;
        ana.value("answer()").await;
        ana.reads("call-words", "You are alone in standup.").await;
        assert_eq!(ana.value("demo.me.userId").await, "cleo");
    });
}

#[test]
fn who_finds_a_room_full_is_told_so_and_can_still_be_called() {
    on_a_demo_page_of(Config { max_members: 2, ..Config::default() }, async |demo| {
        let ana = demo.in_the_room("ana").await;
        let bo = demo.in_the_room("bo").await;
        ana.reads("call-words", "2 in standup").await;

        let cleo = demo.in_the_room("cleo").await;

        cleo.reads("status", "This room is full.").await;
        cleo.sees("seen.cleared()").await;
        bo.presses("leave").await;
        bo.calls("cleo").await;
        cleo.accepts().await;
        cleo.is_in_a_call().await;
    });
}

#[test]
fn who_takes_a_call_leaves_the_room_and_a_reload_leads_back_into_a_room() {
    on_the_demo_page(async |demo| {
        let ana = demo.in_the_room("ana").await;
        ana.reads("call-words", "You are alone in standup.").await;
        ana.driver.refresh().await.unwrap();
        ana.reads("call-words", "You are alone in standup.").await;

        let bo = demo.signed_in("bo").await;
        bo.calls("ana").await;
        ana.reads("incoming", "Accepting will take you out of standup.").await;
        ana.accepts().await;

        ana.is_in_a_call().await;
        bo.is_in_a_call().await;
        ana.sees("location.search === '?user=ana'").await;
    });
}

#[test]
fn a_room_name_that_nobody_can_give_is_answered_by_a_sentence() {
    on_the_demo_page(async |demo| {
        let ana = demo.signed_in("ana").await;

        ana.writes("room-input", "two words").await;
        ana.presses("room-join").await;

        ana.sees(
            "document.querySelector('#room-problem').textContent.includes('cannot contain spaces')",
        )
        .await;
        assert_eq!(ana.value("seen.wire.some(({ text }) => text.includes('join'))").await, false);
    });
}

#[test]
fn a_link_to_a_room_that_nobody_can_name_is_answered_in_the_words_of_rooms() {
    on_the_demo_page(async |demo| {
        let page = demo.page_at("/?room=two%20words", Camera::Fake).await;

        let told = "document.querySelector('#sign-in-room').textContent";
        page.sees(&format!("{told}.startsWith('The name of a room cannot contain spaces.')")).await;
        page.writes("name-input", "ana").await;
        page.presses("sign-in").await;
        page.reads("status", "Signed in as ana.").await;
        let problem = "document.querySelector('#room-problem').textContent";
        page.sees(&format!("{problem}.startsWith('The name of a room cannot contain spaces.')"))
            .await;
    });
}
