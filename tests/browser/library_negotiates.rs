//! Negotiation by the client library: whatever a browser does to it, both sides can go on.

use serde_json::json;

use crate::demo::Demo;
use crate::library::in_a_call;
use crate::page::Page;
use crate::pairs::{Browser, in_every_pair};

in_every_pair! {
    either_side_can_restart_ice_and_both_can_negotiate,
    ice_restarts_where_the_server_is_far_and_the_other_side_near,
    after_thirty_shares_offers_are_no_longer_than_after_three_and_each_is_seen,
}

/// Only Chromium's driver can cut a page off.
mod cut {
    use super::when_the_path_is_cut_ice_is_restarted_and_both_can_negotiate;
    use crate::pairs::in_pair;

    in_pair!(chromium, CHROMIUM, when_the_path_is_cut_ice_is_restarted_and_both_can_negotiate);
    in_pair!(
        chromium_and_firefox,
        CHROMIUM_FIRST,
        when_the_path_is_cut_ice_is_restarted_and_both_can_negotiate
    );
    in_pair!(
        firefox_and_chromium,
        FIREFOX_FIRST,
        when_the_path_is_cut_ice_is_restarted_and_both_can_negotiate
    );
}

/// Names the way of the media; another one after an ICE restart.
const UFRAG: &str = "/ice-ufrag:(\\S+)/.exec(lab.call.connection.currentLocalDescription.sdp)[1]";

/// Sets how much of what WebRTC sends is lost on the way, in percent.
async fn loses(page: &Page, percent: u8) {
    let conditions = json!({ "offline": false, "latency": 1, "downloadThroughput": -1, "uploadThroughput": -1, "packetLoss": percent });
    page.driver.cdp().send_raw("Network.emulateNetworkConditions", conditions).await.unwrap();
}

/// One side shares, and the other one gets a stream of this name with all tracks of it.
async fn shares(one: &Page, other: &Page, sound: bool) {
    one.value(&format!("lab.shares({sound})")).await;
    let id = one.value("lab.share.id").await;
    let tracks = 1 + usize::from(sound);
    let stream = "lab.heard.streams.at(-1)";
    other.sees(&format!("{stream}?.id === {id} && {stream}.getTracks().length === {tracks}")).await;
}

/// Characters and m-lines of the description of this side, without what counts or names something.
const SIZE: &str = "(({ sdp }) => [sdp.replace(/^(o=|a=candidate|a=end-of|a=ssrc|a=mid|a=group).*\\r\\n/gm, '').length,     sdp.match(/^m=/gm).length])(lab.call.connection.localDescription)";

async fn after_thirty_shares_offers_are_no_longer_than_after_three_and_each_is_seen(demo: &Demo) {
    let (ana, bo) = demo.two_in_a_library_call().await;
    let mut sizes = Vec::new();
    for nth in 0..30 {
        shares(&ana, &bo, nth % 3 == 2).await;
        if [0, 1, 2, 10, 29].contains(&nth) {
            bo.sees("await lab.moves(lab.heard.streams.at(-1))").await;
        }
        ana.value("lab.unshares()").await;
        bo.sees("lab.heard.streams.at(-1).getTracks().length === 0").await;
        ana.sees("lab.call.connection.signalingState === 'stable'").await;
        sizes.push(ana.value(SIZE).await);
    }

    assert_eq!(sizes[29], sizes[2], "{sizes:?}");
    assert_eq!(bo.value("lab.heard.streams.length").await, 30);
    shares(&bo, &ana, true).await;
    ana.sees("await lab.moves(lab.heard.streams.at(-1))").await;
    ana.sees_moving().await;
    ana.has_heard_of_no_error().await;
    bo.has_heard_of_no_error().await;
}

/// Each side sends a further stream, and the other one sees it move.
async fn both_can_negotiate(ana: &Page, bo: &Page) {
    for (one, other) in [(ana, bo), (bo, ana)] {
        shares(one, other, false).await;
        other.sees("await lab.moves(lab.heard.streams.at(-1))").await;
    }
}

/// One of the two restarts ICE, and both see the other one's picture move by the new way.
async fn restarts(page: &Page, ana: &Page, bo: &Page) {
    let before = page.value(UFRAG).await;
    // Fired by the browser when the page has another network.
    page.value("dispatchEvent(new Event('online'))").await;
    page.sees(&format!("{UFRAG} !== {before}")).await;
    for page in [ana, bo] {
        page.sees("lab.call.connection.signalingState === 'stable'").await;
        page.sees_moving().await;
    }
}

async fn either_side_can_restart_ice_and_both_can_negotiate(demo: &Demo) {
    let (ana, bo) = demo.two_in_a_library_call().await;
    for page in [&bo, &ana] {
        restarts(page, &ana, &bo).await;
        both_can_negotiate(&ana, &bo).await;
    }
    ana.has_heard_of_no_error().await;
    bo.has_heard_of_no_error().await;
}

/// Delays each message to the server by half a second. Media are not delayed.
const FAR: &str = "{ platform: { WebSocket: class extends WebSocket { \
    send(text) { setTimeout(() => super.send(text), 500); } } } }";

async fn ice_restarts_where_the_server_is_far_and_the_other_side_near(demo: &Demo) {
    let ana = demo.app_user_with(demo.address, "ana", FAR).await;
    let bo = demo.app_user_with(demo.address, "bo", FAR).await;
    in_a_call(&ana, &bo).await;
    for page in [&ana, &bo, &ana, &bo] {
        restarts(page, &ana, &bo).await;
    }
    both_can_negotiate(&ana, &bo).await;
    ana.has_heard_of_no_error().await;
    bo.has_heard_of_no_error().await;
}

async fn when_the_path_is_cut_ice_is_restarted_and_both_can_negotiate(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;
    let cut = if ana.browser == Browser::Chromium { &ana } else { &bo };
    cut.driver.cdp().send_raw("Network.enable", json!({})).await.unwrap();
    // Told before there is a connection, so that it holds for that one too.
    loses(cut, 0).await;
    in_a_call(&ana, &bo).await;
    let before = cut.value(UFRAG).await;

    loses(cut, 100).await;
    cut.sees("lab.call.state === 'reconnecting'").await;
    cut.sees(&format!("{UFRAG} !== {before}")).await;
    loses(cut, 0).await;

    ana.sees_moving().await;
    bo.sees_moving().await;
    both_can_negotiate(&ana, &bo).await;
    ana.has_heard_of_no_error().await;
    bo.has_heard_of_no_error().await;
}
