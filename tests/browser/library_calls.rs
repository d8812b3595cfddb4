//! Calls by the client library.

use std::time::Duration;

use futures_util::future::join;
use serde_json::json;
use switchboard::config::Config;

use crate::demo::Demo;
use crate::pairs::{Browser, in_every_pair};

in_every_pair! {
    app_users_call_each_other_in_both_directions,
    a_library_call_is_rejected_cancelled_refused_as_busy_and_left_unanswered with ringing_for_8_s,
    app_users_who_call_each_other_at_the_same_moment_are_in_one_call,
    no_camera_stays_on_after_a_call_that_was_given_a_function,
    a_track_is_added_replaced_and_removed_in_mid_call,
    a_shared_screen_is_a_stream_of_its_own_until_it_ends,
}

/// Of one browser each, because no picture depends on the other side's.
mod blocking {
    use super::a_blocked_app_user_finds_the_other_offline_also_after_a_restart_of_the_server;
    use crate::pairs::in_each_browser;

    in_each_browser!(a_blocked_app_user_finds_the_other_offline_also_after_a_restart_of_the_server);
}

async fn app_users_call_each_other_in_both_directions(demo: &Demo) {
    let (ana, bo) = demo.two_in_a_library_call().await;
    assert_eq!(ana.value("lab.outcome").await, "accepted");
    let stats = ana.value("await lab.call.stats()").await;
    assert_eq!(stats["path"], "direct");
    ana.sees("(await lab.call.stats()).received.video.bitrate > 10000").await;
    ana.sees("lab.call.remoteStream.getTracks().length === 2").await;

    ana.value("lab.call.hangUp('bye')").await;
    ana.sees_call_end("hangup").await;
    bo.sees_call_end("hangup").await;

    bo.value("lab.rings('ana')").await;
    ana.picks_up().await;
    ana.sees_moving().await;
    bo.sees_moving().await;
    bo.value("lab.me.close()").await;
    ana.sees_call_end("hangup").await;
    bo.sees("lab.tidy() && lab.me.state === 'closed'").await;
    ana.has_heard_of_no_error().await;
}

/// Long enough to pick up on a busy machine, and short enough to wait for nobody to do so.
fn ringing_for_8_s() -> Config {
    Config { ring_timeout: Duration::from_secs(8), ..Config::default() }
}

async fn a_library_call_is_rejected_cancelled_refused_as_busy_and_left_unanswered(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;

    ana.value("lab.rings('bo')").await;
    bo.sees("lab.heard.calls.length === 1").await;
    bo.value("(lab.call = lab.heard.calls[0], lab.call.reject('in a meeting'))").await;
    ana.sees_call_end("rejected").await;
    bo.sees_call_end("rejected").await;
    ana.sees("lab.outcome === 'rejected' && lab.call.detail === 'in a meeting'").await;

    ana.value("lab.rings('bo')").await;
    bo.sees("lab.heard.calls.length === 2").await;
    ana.value("lab.call.hangUp()").await;
    ana.sees("lab.outcome === 'cancelled'").await;
    bo.sees("lab.heard.calls[1].reason === 'cancelled'").await;

    ana.value("lab.rings('nobody')").await;
    ana.sees("lab.outcome === 'offline'").await;

    let cleo = demo.app_user("cleo").await;
    ana.value("lab.rings('bo')").await;
    bo.picks_up().await;
    ana.sees_moving().await;
    cleo.value("lab.rings('bo')").await;
    cleo.sees("lab.outcome === 'busy'").await;
    bo.sees_moving().await;
    ana.value("lab.call.hangUp()").await;
    bo.sees_call_end("hangup").await;

    ana.value("lab.rings('bo')").await;
    ana.sees("lab.outcome === 'no-answer'").await;
    bo.sees("lab.heard.calls.at(-1).reason === 'no-answer'").await;
    for page in [&ana, &bo, &cleo] {
        // Nothing flows any more, and where nobody accepted nothing ever did.
        page.sees("(await lab.reports(lab.call, 'candidate-pair')).length === 0").await;
    }
    ana.sees("lab.tidy()").await;
    ana.has_heard_of_no_error().await;
    bo.has_heard_of_no_error().await;
}

/// Holds what the page sends, in `held`, until it calls `lets`.
const HOLDS_FRAMES: &str = "(() => { const send = WebSocket.prototype.send; window.held = []; const goes = []; \
    WebSocket.prototype.send = function (frame) { held.push(frame); goes.push(() => send.call(this, frame)); }; \
    window.lets = () => { WebSocket.prototype.send = send; for (const go of goes) go(); }; return true; })()";

async fn app_users_who_call_each_other_at_the_same_moment_are_in_one_call(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;
    // With a camera that is open, so that the requests go at once.
    for page in [&ana, &bo] {
        page.value("lab.camera().then((stream) => (lab.open = stream, true))").await;
    }

    // Each request leaves when both pages have made theirs: neither hears anything before it has called.
    for (page, user) in [(&ana, "bo"), (&bo, "ana")] {
        page.value(HOLDS_FRAMES).await;
        page.value(&format!(
            "lab.rings('{user}', {{ stream: lab.open, data: 'for {user}' }}), true"
        ))
        .await;
        page.sees("held.some((frame) => frame.includes('call-request'))").await;
    }
    join(ana.value("lets(), true"), bo.value("lets(), true")).await;

    ana.sees_moving().await;
    bo.sees_moving().await;
    for (page, data) in [(&ana, "for ana"), (&bo, "for bo")] {
        assert_eq!(page.value("lab.call.incoming").await, false);
        assert_eq!(page.value("lab.call.data").await, data);
        assert_eq!(page.value("lab.call.media?.video").await, true);
    }
    ana.has_heard_of_no_error().await;
    bo.has_heard_of_no_error().await;
}

async fn no_camera_stays_on_after_a_call_that_was_given_a_function(demo: &Demo) {
    let (ana, bo) = demo.two_in_a_library_call().await;

    let change = "const [first, second] = [await lab.camera(), await lab.camera()]; \
        const { track } = lab.call.connection.getSenders().find(({ track }) => track?.kind === 'video'); \
        await lab.call.replaceTrack(track, first.getVideoTracks()[0]); \
        for (const track of [first.getAudioTracks()[0], ...second.getTracks()]) lab.call.addTrack(track, second); \
        return true;";
    ana.value(&format!("(async () => {{ {change} }})()")).await;
    bo.sees("lab.heard.streams[0]?.getTracks().length === 3").await;
    ana.value("lab.call.hangUp()").await;

    // Which is that every track of every camera has ended.
    ana.sees_call_end("hangup").await;
    bo.sees_call_end("hangup").await;
}

async fn a_track_is_added_replaced_and_removed_in_mid_call(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;
    let sound = "{ stream: () => navigator.mediaDevices.getUserMedia({ audio: true }) }";
    ana.value(&format!("lab.rings('bo', {sound})")).await;
    bo.picks_up().await;
    ana.sees_moving().await;
    bo.sees("lab.call.state === 'connected'").await;
    assert_eq!(bo.value("await lab.frames()").await, 0);

    let add = "const [track] = (await lab.camera()).getVideoTracks(); lab.track = track; \
         lab.call.addTrack(track, new MediaStream([track])); return true;";
    ana.value(&format!("await (async () => {{ {add} }})()")).await;
    bo.sees("await lab.frames() > 10").await;
    bo.sees("lab.heard.streams[0].getVideoTracks().length === 1").await;

    let replace = "const [track] = lab.painting(128, 72).getVideoTracks(); \
         await lab.call.replaceTrack(lab.track, track); lab.track = track; return true;";
    ana.value(&format!("await (async () => {{ {replace} }})()")).await;
    bo.sees(&format!("{WIDTH} === 128")).await;

    ana.value("(lab.call.removeTrack(lab.track), true)").await;
    bo.sees("lab.heard.streams[0].getVideoTracks().length === 0").await;
    ana.value("lab.call.hangUp()").await;
    bo.sees_call_end("hangup").await;
    bo.has_heard_of_no_error().await;
    ana.has_heard_of_no_error().await;
}

/// Width of the last picture that came.
const WIDTH: &str = "(await lab.call.stats()).received.video.width";

/// Firefox has no screen to share where it runs without one, so this is a painted one.
const SCREEN: &str =
    "(navigator.mediaDevices.getDisplayMedia = async () => lab.painting(160, 90), true)";

async fn a_shared_screen_is_a_stream_of_its_own_until_it_ends(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;
    let sound = "{ stream: () => navigator.mediaDevices.getUserMedia({ audio: true }) }";
    ana.value(&format!("lab.rings('bo', {sound})")).await;
    bo.picks_up().await;
    ana.sees_moving().await;
    if ana.browser == Browser::Firefox {
        ana.value(SCREEN).await;
    }

    // It is given to nobody but a person who clicks.
    ana.value("lab.button(async () => (lab.screen = await lab.call.shareScreen()))").await;
    ana.presses("lab-button").await;
    bo.sees("lab.heard.streams[0]?.getVideoTracks().length === 1").await;
    let shown = match ana.browser {
        Browser::Chromium => {
            let screen = "lab.screen.getVideoTracks()[0].getSettings()";
            assert_eq!(ana.value(&format!("{screen}.displaySurface")).await, "monitor");
            ana.value(&format!("{screen}.width")).await
        }
        Browser::Firefox => json!(160),
    };
    bo.sees(&format!("{WIDTH} === {shown}")).await;
    bo.sees_moving().await;

    ana.value("(lab.screen.getTracks().forEach((it) => it.stop()), true)").await;
    bo.sees("lab.heard.streams[0].getVideoTracks().length === 0").await;
    ana.presses("lab-button").await;
    bo.sees("lab.heard.streams[1]?.getVideoTracks().length === 1").await;
    bo.sees_moving().await;
    ana.value("lab.call.hangUp()").await;
    ana.sees("lab.screen.getTracks().every((it) => it.readyState === 'ended')").await;
    bo.sees_call_end("hangup").await;
    bo.has_heard_of_no_error().await;
    ana.has_heard_of_no_error().await;
}

async fn a_blocked_app_user_finds_the_other_offline_also_after_a_restart_of_the_server(
    demo: &Demo,
) {
    let (ana, mallory) = join(demo.app_user("ana"), demo.app_user("mallory")).await;
    mallory.value("lab.rings('ana')").await;
    ana.sees("lab.heard.calls.length === 1").await;

    assert_eq!(ana.value("await lab.me.block('mallory')").await, json!(["mallory"]));
    mallory.sees("lab.outcome === 'rejected'").await;
    mallory.value("lab.rings('ana')").await;
    mallory.sees("lab.outcome === 'offline'").await;

    for page in [&ana, &mallory] {
        page.may_lose_its_connection();
        page.value("(lab.sessionBefore = lab.me.sessionId, true)").await;
    }
    demo.stop_the_server();
    demo.start_the_server_again();
    for page in [&ana, &mallory] {
        page.sees("lab.me.state === 'online' && lab.me.sessionId !== lab.sessionBefore").await;
    }
    // Answered behind what the library has said by itself.
    assert_eq!(ana.value("await lab.me.block([])").await, json!(["mallory"]));
    mallory.value("lab.rings('ana')").await;
    mallory.sees("lab.outcome === 'offline'").await;
    ana.sees("lab.heard.calls.length === 1").await;

    assert_eq!(ana.value("await lab.me.unblock('mallory')").await, json!([]));
    mallory.value("lab.rings('ana')").await;
    ana.picks_up().await;
    mallory.sees_moving().await;
    ana.sees_moving().await;
    ana.has_heard_of_no_error().await;
    mallory.has_heard_of_no_error().await;
}
