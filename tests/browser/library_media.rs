//! What this side sends, by the client library: muted, shared with a whole room, from another device, and how loud.

use serde_json::json;

use crate::demo::Demo;
use crate::page::Page;
use crate::pairs::{Browser, in_every_pair};

in_every_pair! {
    what_is_muted_is_dark_and_told_to_the_other_side,
    a_screen_is_seen_by_a_whole_room_and_by_who_comes_later,
}

/// Of one browser each, so that it is enough to try them in each.
mod devices {
    use super::{
        another_camera_is_sent_in_the_place_of_one, both_sides_see_how_loud_it_is_until_it_is_muted,
    };
    use crate::pairs::in_each_browser;

    in_each_browser! {
        another_camera_is_sent_in_the_place_of_one,
        both_sides_see_how_loud_it_is_until_it_is_muted,
    }
}

/// Sees whether the picture of a stream is nearly black.
const IS_DARK: &str = "(window.isDark = async (stream) => {
    const video = Object.assign(document.createElement('video'), { autoplay: true, muted: true, srcObject: stream });
    document.body.append(video);
    // Nothing can be drawn of a first frame yet.
    for (let frame = 0; frame < 2; frame++) await new Promise((seen) => video.requestVideoFrameCallback(seen));
    const brush = Object.assign(document.createElement('canvas'), { width: 8, height: 8 }).getContext('2d');
    brush.drawImage(video, 0, 0, 8, 8);
    video.remove();
    return brush.getImageData(0, 0, 8, 8).data.every((it, nth) => nth % 4 === 3 || it < 40);
}, true)";

async fn what_is_muted_is_dark_and_told_to_the_other_side(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;
    bo.value(IS_DARK).await;
    ana.value("lab.rings('bo')").await;
    bo.sees("lab.heard.calls.length === 1").await;
    bo.value("(lab.heard.calls[0].mute('audio'), true)").await;
    bo.picks_up().await;
    ana.sees("lab.call.remoteMuted.audio && !lab.call.remoteMuted.video").await;
    ana.sees_moving().await;
    bo.sees_moving().await;

    bo.sees("!await isDark(lab.call.remoteStream)").await;
    ana.value("(lab.call.mute('video'), true)").await;
    bo.sees("lab.call.remoteMuted.video && !lab.call.remoteMuted.audio").await;
    bo.sees("await isDark(lab.call.remoteStream)").await;
    ana.value("(lab.call.mute('video', false), true)").await;
    bo.sees("!lab.call.remoteMuted.video").await;
    bo.sees("!await isDark(lab.call.remoteStream)").await;
    bo.value("(lab.call.mute('audio', false), true)").await;
    ana.sees("!lab.call.remoteMuted.audio").await;

    ana.value("(lab.call.mute('audio'), lab.call.connection.restartIce(), true)").await;
    bo.sees("lab.call.remoteMuted.audio").await;
    for page in [&ana, &bo] {
        page.sees("await lab.moves(lab.call.localStream)").await;
        page.has_heard_of_no_error().await;
    }
}

/// Browsers without a screen have none to share, so this is a painted one.
const SCREEN: &str =
    "(navigator.mediaDevices.getDisplayMedia = async () => lab.painting(128, 72), true)";

async fn a_screen_is_seen_by_a_whole_room_and_by_who_comes_later(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;
    for page in [&ana, &bo] {
        page.value("await lab.joins('standup')").await;
    }
    for page in [&ana, &bo] {
        page.sees_members_moving(1).await;
    }
    ana.value(SCREEN).await;
    ana.value("await lab.room.shareScreen().then((it) => (lab.share = it, true))").await;
    let id = ana.value("lab.share.id").await;
    sees_screen(&bo, &id).await;

    let cleo = demo.app_user("cleo").await;
    cleo.value("await lab.joins('standup')").await;
    sees_screen(&cleo, &id).await;

    // Another picture in the place of the camera, for both of them.
    let replaces = "await lab.room.replaceTrack(lab.room.localStream.getVideoTracks()[0], lab.painting(48, 32).getTracks()[0]).then(() => true)";
    ana.value(replaces).await;
    for page in [&bo, &cleo] {
        let width = "(await lab.reports(lab.room.peers.get('ana'), 'inbound-rtp', 'video')).some((it) => it.frameWidth === 48)";
        page.sees(width).await;
        sees_screen(page, &id).await;
    }

    ana.value("(lab.share.getTracks()[0].stop(), true)").await;
    for page in [&bo, &cleo] {
        page.sees(&format!(
            "lab.heard.streams.find((it) => it.id === {id}).getTracks().length === 0"
        ))
        .await;
        page.has_heard_of_no_error().await;
    }
    ana.value("lab.room.leave().then(() => true)").await;
    ana.sees("lab.tidy()").await;
    ana.has_heard_of_no_error().await;
}

/// Waits until the stream of this name has come, and its picture moves.
async fn sees_screen(page: &Page, id: &serde_json::Value) {
    let stream = format!("lab.heard.streams.find((it) => it.id === {id})");
    page.sees(&format!("{stream} && await lab.moves({stream})")).await;
}

async fn another_camera_is_sent_in_the_place_of_one(demo: &Demo) {
    let (ana, bo) = demo.two_in_a_library_call().await;
    ana.value("await import('/switchboard-media.js').then((it) => (lab.media = it, true))").await;
    ana.value("(lab.media.watchDevices((it) => (lab.devices = it)), true)").await;
    ana.sees("lab.devices.cameras.length > 0 && lab.devices.microphones.length > 0").await;
    ana.value("(lab.old = lab.call.localStream.getTracks(), true)").await;

    let camera = "lab.media.switchDevice(lab.call, 'video', lab.devices.cameras[0].deviceId)";
    ana.value(&format!("await {camera}.then((it) => (lab.camera = it, true))")).await;
    ana.value("await lab.media.switchDevice(lab.call, 'audio').then(() => true)").await;
    let now = "lab.call.localStream.getTracks()";
    assert_eq!(ana.value(&format!("{now}.length")).await, 2);
    assert_eq!(ana.value(&format!("{now}.includes(lab.camera)")).await, true);
    assert_eq!(
        ana.value("lab.old.map((it) => it.readyState)").await,
        json!(["ended", "ended"]),
        "both devices are given back"
    );
    bo.sees_moving().await;
    let fails = "await lab.media.switchDevice(lab.call, 'video', 'gone').catch((it) => `${it.code} ${it.cause.name}`)";
    assert_eq!(ana.value(fails).await, "failed OverconstrainedError");
    bo.sees_moving().await;

    ana.value("(lab.now = [...lab.call.localStream.getTracks()], lab.call.hangUp(), true)").await;
    ana.sees("lab.now.length === 2 && lab.now.every((it) => it.readyState === 'ended')").await;
    ana.has_heard_of_no_error().await;
}

async fn both_sides_see_how_loud_it_is_until_it_is_muted(demo: &Demo) {
    let (ana, bo) = demo.two_in_a_library_call().await;
    // Chromium tells nothing of sound that no element plays.
    bo.value("(document.body.append(Object.assign(document.createElement('audio'), { srcObject: lab.call.remoteStream, muted: true, autoplay: true })), true)").await;
    watches(&bo, "lab.call").await;
    watches(&ana, "lab.call.localStream").await;
    // Without a device to sound through, Firefox tells nothing of a stream.
    let telling = match ana.browser {
        Browser::Chromium => vec![&ana, &bo],
        Browser::Firefox => vec![&bo],
    };
    for page in &telling {
        page.sees("lab.levels.some((level) => level > 0.01 && level <= 1)").await;
    }

    ana.value("(lab.call.mute('audio'), true)").await;
    for page in &telling {
        // More than a second of silence, longer than two beeps of a fake microphone are apart.
        let silent = "lab.levels.slice(-12).every((level) => level < 0.001)";
        page.sees(&format!("lab.levels.length > 12 && {silent}")).await;
    }
    ana.value("(lab.call.mute('audio', false), lab.levels.splice(0), true)").await;
    bo.value("(lab.levels.splice(0), true)").await;
    for page in &telling {
        page.sees("lab.levels.some((level) => level > 0.01)").await;
    }
    ana.value("(lab.stop(), lab.levels.splice(0), true)").await;
    bo.value("(lab.levels.splice(0), true)").await;
    bo.sees("lab.levels.length > 5").await;
    assert_eq!(ana.value("lab.levels.length").await, 0, "it was ended");
}

/// Keeps how loud something is. A page that nobody has touched may not listen to a stream.
async fn watches(page: &Page, source: &str) {
    page.value("await import('/switchboard-media.js').then((it) => (lab.media = it, true))").await;
    let watch = format!("lab.media.watchLevel({source}, (level) => lab.levels.push(level))");
    page.value(&format!("lab.button(() => (lab.levels = [], lab.stop = {watch}))")).await;
    page.presses("lab-button").await;
    page.sees("lab.levels?.length > 0").await;
}
