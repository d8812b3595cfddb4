//! Errors of a real browser as the client library reports them, and a signal that ends the client.

use serde_json::json;

use crate::demo::Demo;
use crate::pairs::in_each_browser;

in_each_browser! {
    whatever_the_browser_throws_is_an_error_of_the_library_with_its_cause,
    a_camera_that_is_not_given_has_nothing_to_do_with_turn,
    a_signal_ends_a_client_before_it_has_connected_and_after,
}

/// Describes how each of these functions fails: the code, the name of the error and that of its cause.
const FATES: &str = "lab.fates = async (acts) => { \
    const fates = {}; \
    for (const [name, act] of Object.entries(acts)) { \
      fates[name] = await (async () => act())().then(() => 'nothing', (error) => \
        [error.code, error.name, error.cause?.name ?? null]); } \
    return fates; }";

async fn whatever_the_browser_throws_is_an_error_of_the_library_with_its_cause(demo: &Demo) {
    let (ana, bo) = demo.two_in_a_library_call().await;
    ana.driver.execute(FATES, []).await.unwrap();

    let acts = "await lab.fates({ \
        replaceTrack: () => lab.call.replaceTrack(lab.call.localStream.getVideoTracks()[0], lab.call.localStream.getAudioTracks()[0]), \
        channel: () => lab.call.dataChannel('x', { maxRetransmits: 1, maxPacketLifeTime: 1 }), \
        number: () => lab.call.dataChannel('y').send(5), \
        json: () => lab.me.send('bo', 1n), \
        url: () => import('/switchboard.js').then(({ connect }) => connect({ url: 'https://[' })), \
        screen: () => lab.call.shareScreen({ video: false }) })";

    let fates = ana.value(acts).await;

    let of_the_library = json!({
        "replaceTrack": ["failed", "SwitchboardError", "TypeError"],
        "channel": ["failed", "SwitchboardError", "TypeError"],
        "number": ["failed", "SwitchboardError", null],
        "json": ["failed", "SwitchboardError", "TypeError"],
        "url": ["bad-option", "SwitchboardError", null],
        "screen": ["failed", "SwitchboardError", fates["screen"][2]],
    });
    assert_eq!(fates, of_the_library);
    assert!(fates["screen"][2].is_string(), "the cause is the browser's");
    bo.sees_moving().await;
    ana.value("lab.call.hangUp()").await;
    bo.sees_call_end("hangup").await;
}

async fn a_camera_that_is_not_given_has_nothing_to_do_with_turn(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;
    let call = "await lab.me.call('bo', { stream: () => navigator.mediaDevices.getUserMedia({ video: { deviceId: { exact: 'gone' } } }) })";
    let denied = "await lab.me.call('bo', { stream: () => { throw new DOMException('no', 'NotAllowedError'); } })";
    let fate = |call: &str| {
        format!(
            "await (async () => {call})().catch(({{ code, cause, advice }}) => [code, cause.name, advice])"
        )
    };

    let fates = (ana.value(&fate(call)).await, ana.value(&fate(denied)).await);

    assert_eq!(fates.0, json!(["failed", "OverconstrainedError", "see `cause`"]));
    assert_eq!(fates.1, json!(["failed", "NotAllowedError", "let the user allow it"]));
    assert_eq!(bo.value("lab.heard.calls.length").await, 0, "it has never rung");
    ana.has_heard_of_no_error().await;
}

async fn a_signal_ends_a_client_before_it_has_connected_and_after(demo: &Demo) {
    let bo = demo.app_user("bo").await;
    let options = "{ signal: (lab.abort = new AbortController()).signal }";
    let ana = demo.app_user_with(demo.address, "ana", options).await;
    bo.sees("lab.me.people.has('ana')").await;

    ana.value("(lab.abort.abort(), true)").await;

    ana.sees("lab.me.state === 'closed'").await;
    assert_eq!(ana.value("lab.heard.closed").await, json!(["aborted"]));
    bo.sees("!lab.me.people.has('ana')").await;
    let again = "await lab.start('ana', { signal: AbortSignal.abort('gone') }).catch(({ message }) => message)";
    assert!(ana.value(again).await.as_str().unwrap().starts_with("aborted: "));
    assert_eq!(bo.value("lab.me.people.size").await, 0);
}
