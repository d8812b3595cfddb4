//! Negotiation by the client library: whatever a browser does to it, both sides can go on.

use serde_json::json;

use crate::demo::Demo;
use crate::library::in_a_call;
use crate::page::Page;
use crate::pairs::{Browser, in_every_pair};

in_every_pair! {
    either_side_can_restart_ice_and_both_can_negotiate,
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

/// Each side sends a further stream, and the other one sees it move.
async fn both_can_negotiate(ana: &Page, bo: &Page) {
    for (one, other) in [(ana, bo), (bo, ana)] {
        let before = other.value("lab.heard.streams.length").await;
        one.value("lab.shares()").await;
        other.sees(&format!("lab.heard.streams.length > {before}")).await;
        other.sees("await lab.moves(lab.heard.streams.at(-1))").await;
    }
}

async fn either_side_can_restart_ice_and_both_can_negotiate(demo: &Demo) {
    let (ana, bo) = demo.two_in_a_library_call().await;
    for page in [&bo, &ana] {
        let before = page.value(UFRAG).await;
        // What the browser says when the page has another network.
        page.value("dispatchEvent(new Event('online'))").await;
        page.sees(&format!("{UFRAG} !== {before}")).await;
        for page in [&ana, &bo] {
            page.sees("lab.call.connection.signalingState === 'stable'").await;
            page.sees_moving().await;
        }
        both_can_negotiate(&ana, &bo).await;
    }
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
