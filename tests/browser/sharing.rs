//! Media besides the camera: a screen, another device; and how large they are shown.

use crate::demo::on_the_demo_page;

/// How many pictures of the screen and of the camera have been shown.
const SCREEN_FRAMES: &str =
    "(seen.part('screen-ana-video')?.getVideoPlaybackQuality().totalVideoFrames ?? 0)";
const CAMERA_FRAMES: &str = "seen.part('remote-video').getVideoPlaybackQuality().totalVideoFrames";

#[test]
fn a_screen_is_seen_beside_the_camera_until_it_is_shared_no_more() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_in_a_call().await;

        ana.presses("share").await;
        bo.sees(&format!("{SCREEN_FRAMES} > 5")).await;
        bo.reads("screen-ana-tile", "Screen of ana").await;
        ana.reads("local-tile", "sharing a screen").await;
        bo.sees("seen.part('remote-video').checkVisibility()").await;

        ana.presses("share").await;
        bo.sees("seen.part('screen-ana-tile') === null").await;
        ana.reads("share", "Share").await;
        let now = bo.value(CAMERA_FRAMES).await.as_u64().unwrap();
        bo.sees(&format!("{CAMERA_FRAMES} > {}", now + 5)).await;
    });
}

#[test]
fn another_device_is_sent_in_mid_call_and_remembered_for_the_next_one() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_in_a_call().await;
        let choose = |device: &str| {
            format!(
                "(() => {{ const place = seen.part('camera-choice'); place.value = {device}; \
                 place.dispatchEvent(new Event('change')); return true }})()"
            )
        };
        let width = "(await seen.incoming('video')).frameWidth";
        bo.sees(&format!("{width} !== 640")).await;

        ana.presses("devices").await;
        ana.can_press("camera-choice").await;
        ana.value(&choose("'generated'")).await;
        ana.presses("devices-done").await;
        ana.reads("local-tile", "test picture").await;
        bo.sees_the_other_move().await;
        bo.sees(&format!("{width} === 640")).await;

        ana.hangs_up().await;
        ana.call_ends("You hung up.").await;
        ana.calls("bo").await;
        bo.accepts().await;
        ana.is_in_a_call().await;
        ana.reads("local-tile", "test picture").await;
        ana.presses("devices").await;
        ana.sees("seen.part('camera-choice').options.length === 2").await;
        ana.value(&choose("seen.part('camera-choice').options[0].value")).await;
        ana.presses("devices-done").await;
        ana.sees("!seen.text('local-tile').includes('test picture')").await;
        bo.sees_the_other_move().await;
    });
}

#[test]
fn the_call_fills_the_screen_and_its_picture_floats_above_other_windows() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_in_a_call().await;

        ana.presses("full-screen").await;
        ana.sees("document.fullscreenElement?.id === 'stage'").await;
        ana.reads("full-screen", "Exit full screen").await;
        ana.presses("full-screen").await;
        ana.sees("document.fullscreenElement === null").await;

        ana.presses("float").await;
        ana.sees("document.pictureInPictureElement === seen.part('remote-video')").await;
        ana.sees_the_other_move().await;
        ana.presses("full-screen").await;
        bo.hangs_up().await;
        ana.call_ends("bo hung up.").await;
        ana.sees(
            "document.fullscreenElement === null && document.pictureInPictureElement === null",
        )
        .await;
    });
}
