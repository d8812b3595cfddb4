//! Calls without a camera: a generated picture stands in for it.

use std::rc::Rc;

use serde_json::json;
use switchboard::config::Config;

use crate::browser::Camera;
use crate::demo::{Demo, on_a_demo_page_of, on_the_demo_page};
use crate::page::Page;

/// Ana has a camera; Bo has this instead, and calls her.
async fn bo_calls_with(demo: &Demo, camera: Camera) -> (Rc<Page>, Rc<Page>) {
    let ana = demo.signed_in("ana").await;
    let bo = demo.signed_in_with("bo", camera).await;
    bo.calls("ana").await;
    ana.accepts().await;
    (ana, bo)
}

#[test]
fn without_a_camera_it_calls_with_a_generated_picture() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = bo_calls_with(demo, Camera::Missing).await;

        bo.was_told("No camera could be used. The page sends a test picture instead.").await;
        bo.is_in_a_call().await;
        ana.is_in_a_call().await;
        ana.sees("await seen.loudness(1500) > 1e-4").await;
    });
}

#[test]
fn who_refuses_camera_and_microphone_calls_with_a_generated_picture_and_tone() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = bo_calls_with(demo, Camera::Refused).await;

        bo.was_told("Camera and microphone were not allowed.").await;
        bo.was_told("The page sends a test picture and tone instead.").await;
        bo.is_in_a_call().await;
        ana.is_in_a_call().await;
        ana.sees("await seen.loudness(1500) > 1e-5").await;
    });
}

#[test]
fn a_camera_that_is_unplugged_is_replaced_by_a_generated_picture_and_the_call_goes_on() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_in_a_call().await;

        // A browser ends the track of a device that has gone.
        ana.value("seen.part('local-video').srcObject.getVideoTracks()[0].dispatchEvent(new Event('ended'))")
            .await;

        ana.was_told("The camera was disconnected. The page sends a test picture instead.").await;
        ana.reads("local-tile", "test picture").await;
        bo.sees("(await seen.incoming('video')).frameWidth === 640").await;
        bo.sees_the_other_move().await;
    });
}

#[test]
fn where_the_browser_holds_back_sound_a_button_asks_for_it() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_people().await;
        // As before the first touch of a page that was reloaded.
        bo.value(
            "(() => { window.play = HTMLMediaElement.prototype.play; \
             HTMLMediaElement.prototype.play = async function () { \
                if (this.muted) return play.call(this); \
                this.pause(); throw new DOMException('', 'NotAllowedError') }; \
             return true })()",
        )
        .await;
        ana.calls("bo").await;
        bo.accepts().await;
        bo.can_press("play").await;

        bo.value("(HTMLMediaElement.prototype.play = play, true)").await;
        bo.presses("play").await;

        bo.sees("!seen.ready('play')").await;
        bo.sees_the_other_move().await;
    });
}

#[test]
fn a_camera_that_another_program_uses_is_told_as_that() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_people().await;
        ana.value(
            "(() => { const { mediaDevices } = navigator; \
             const real = mediaDevices.getUserMedia.bind(mediaDevices); \
             mediaDevices.getUserMedia = async (what) => { \
                if (what.video) throw new DOMException('', 'NotReadableError'); return real(what) }; \
             return true })()",
        )
        .await;

        ana.calls("bo").await;
        bo.accepts().await;

        ana.was_told(
            "The camera is in use by another program. The page sends a test picture instead.",
        )
        .await;
        ana.is_in_a_call().await;
        ana.hangs_up().await;
        // The note ends with the call.
        ana.sees("seen.text('status') === 'Signed in as ana.'").await;
    });
}

#[test]
fn who_allows_the_microphone_alone_is_heard() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_people().await;
        ana.value(
            "(() => { const { mediaDevices, permissions } = navigator; \
             const real = mediaDevices.getUserMedia.bind(mediaDevices); \
             mediaDevices.getUserMedia = async (what) => { \
                if (what.video) throw new DOMException('', 'NotAllowedError'); return real(what) }; \
             permissions.query = async ({ name }) => ({ state: name === 'camera' ? 'denied' : 'granted' }); \
             return true })()",
        )
        .await;

        ana.calls("bo").await;
        bo.accepts().await;

        ana.was_told(
            "The use of the camera was not allowed. The page sends a test picture instead.",
        )
        .await;
        ana.is_in_a_call().await;
        let label = "seen.part('local-video').srcObject.getAudioTracks()[0].label";
        ana.sees(&format!("{label}.startsWith('Fake')")).await;
    });
}

#[test]
fn two_without_a_camera_see_each_other_move() {
    on_the_demo_page(async |demo| {
        let ana = demo.signed_in_with("ana", Camera::Refused).await;
        let bo = demo.signed_in_with("bo", Camera::Refused).await;

        ana.calls("bo").await;
        bo.accepts().await;

        ana.is_in_a_call().await;
        bo.is_in_a_call().await;
    });
}

#[test]
fn over_plain_http_in_a_house_s_network_the_page_says_that_there_is_no_camera_and_calls_without() {
    on_a_demo_page_of(Config { insecure_open: true, ..Config::default() }, async |demo| {
        let address = format!("http://lan.test:{}/", demo.address.port());
        let ana = demo.page_of(&address, Camera::Fake).await;
        let bo = demo.page_of(&address, Camera::Fake).await;
        for page in [&ana, &bo] {
            // The browser's complaint about a header that would protect a secure page.
            page.may_complain_of("Cross-Origin-Opener-Policy");
        }
        assert_eq!(
            ana.value("[isSecureContext, navigator.mediaDevices]").await,
            json!([false, null])
        );
        for (page, name) in [(&ana, "ana"), (&bo, "bo")] {
            page.reads("insecure-note", "This page came over plain HTTP").await;
            page.sees(
                "seen.part('generated-media').checked && seen.part('generated-media').disabled",
            )
            .await;
            page.writes("name-input", name).await;
            page.presses("sign-in").await;
            page.reads("status", &format!("Signed in as {name}.")).await;
        }

        ana.calls("bo").await;
        bo.accepts().await;

        ana.is_in_a_call().await;
        bo.is_in_a_call().await;
        ana.reads("local-tile", "test picture").await;
        bo.sees("await seen.loudness(1500) > 1e-5").await;
        let offered = "['mute', 'camera', 'share', 'devices'].filter((it) => seen.part(it).checkVisibility())";
        assert_eq!(ana.value(offered).await, json!(["mute", "camera"]), "nothing that cannot work");
    });
}
