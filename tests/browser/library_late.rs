//! Calls that are connected while the camera is still being opened, by the client library.

use crate::demo::Demo;
use crate::page::Page;
use crate::pairs::{in_each_browser, in_every_pair};

in_every_pair! {
    a_call_is_connected_before_the_camera_of_the_callee_is_given,
    after_a_camera_that_is_denied_the_callee_sees_and_may_send_less,
    a_call_is_connected_before_the_camera_of_the_caller_is_given,
}

/// Of one browser each, as rooms are made of the same connections.
mod rooms {
    use super::{a_room_is_seen_before_the_camera_is_given, in_each_browser};

    in_each_browser! { a_room_is_seen_before_the_camera_is_given }
}

/// A camera that is given, or denied, when the test says so.
const SLOW_CAMERA: &str = "() => new Promise((give, deny) => Object.assign(lab, { gives: () => lab.camera().then(give), deny }))";

impl Page {
    /// Waits for a call and takes it, while the camera is still being opened.
    async fn picks_up_without_a_camera(&self) {
        self.sees("lab.heard.calls.some((it) => it.state === 'ringing')").await;
        self.value(&format!(
            "(lab.call = lab.heard.calls.at(-1), lab.accepted = '', lab.call.accept({{ stream: {SLOW_CAMERA} }}).then(() => (lab.accepted = 'fulfilled'), (error) => (lab.accepted = error.code)), true)"
        ))
        .await;
    }

    /// Counts the negotiations of the call from now on.
    async fn counts_negotiations(&self) {
        self.value("(lab.negotiations = 0, lab.call.connection.addEventListener('signalingstatechange', () => lab.negotiations++), true)")
            .await;
    }

    /// Waits until the kinds that come from the other side are these, in one stream.
    async fn sees_kinds(&self, kinds: &str) {
        let all = "lab.call.remoteStream.getTracks().map(({ kind }) => kind).sort().join()";
        self.sees(&format!("{all} === '{kinds}'")).await;
    }
}

async fn a_call_is_connected_before_the_camera_of_the_callee_is_given(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;
    ana.value("lab.rings('bo')").await;
    bo.picks_up_without_a_camera().await;
    ana.sees("lab.call.state === 'connected'").await;
    bo.sees_moving().await;
    assert_eq!(bo.value("lab.accepted").await, "", "the camera is still being opened");
    ana.sees_kinds("audio,video").await;
    for page in [&ana, &bo] {
        page.counts_negotiations().await;
    }

    bo.value("lab.gives().then(() => true)").await;
    ana.sees_moving().await;
    ana.sees("(await lab.reports(lab.call, 'inbound-rtp', 'audio')).some((it) => it.packetsReceived > 0)").await;
    bo.sees("lab.accepted === 'fulfilled'").await;
    for page in [&ana, &bo] {
        assert_eq!(page.value("lab.negotiations").await, 0);
        assert_eq!(page.value("lab.heard.streams.length").await, 0, "there is no further stream");
        page.has_heard_of_no_error().await;
    }
    ana.value("(lab.call.hangUp(), true)").await;
    bo.sees_call_end("hangup").await;
}

async fn after_a_camera_that_is_denied_the_callee_sees_and_may_send_less(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;
    ana.value("lab.rings('bo')").await;
    bo.picks_up_without_a_camera().await;
    bo.sees_moving().await;
    ana.sees_kinds("audio,video").await;

    bo.value("(lab.deny(new Error('denied')), true)").await;
    bo.sees("lab.accepted === 'failed'").await;
    ana.sees_kinds("").await;
    bo.sees_moving().await;
    assert_eq!(ana.value("lab.call.state").await, "connected");

    let less = "() => navigator.mediaDevices.getUserMedia({ audio: true })";
    bo.value(&format!("await lab.call.accept({{ stream: {less} }}).then(() => true)")).await;
    ana.sees_kinds("audio").await;
    ana.sees("(await lab.reports(lab.call, 'inbound-rtp', 'audio')).some((it) => it.packetsReceived > 0)").await;
    bo.sees_moving().await;
    for page in [&ana, &bo] {
        page.has_heard_of_no_error().await;
    }
}

async fn a_call_is_connected_before_the_camera_of_the_caller_is_given(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;
    ana.value(&format!("lab.rings('bo', {{ stream: {SLOW_CAMERA}, waitForStream: false }})")).await;
    bo.picks_up().await;
    bo.sees("lab.call.state === 'connected'").await;
    ana.sees_moving().await;
    bo.sees_kinds("audio,video").await;
    for page in [&ana, &bo] {
        page.counts_negotiations().await;
    }

    ana.value("lab.gives().then(() => true)").await;
    bo.sees_moving().await;
    for page in [&ana, &bo] {
        assert_eq!(page.value("lab.negotiations").await, 0);
        page.has_heard_of_no_error().await;
    }
}

async fn a_room_is_seen_before_the_camera_is_given(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;
    ana.value("await lab.joins('standup')").await;
    bo.value(&format!(
        "lab.me.join('standup', {{ stream: {SLOW_CAMERA}, waitForStream: false }}).then((it) => (lab.room = it, true))"
    ))
    .await;
    bo.sees_members_moving(1).await;

    bo.value("lab.gives().then(() => true)").await;
    ana.sees_members_moving(1).await;
    for page in [&ana, &bo] {
        page.has_heard_of_no_error().await;
    }
}
