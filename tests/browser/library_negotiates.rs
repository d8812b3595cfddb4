//! Negotiation by the client library: whatever a browser does to it, both sides can go on.

use serde_json::json;

use crate::demo::Demo;
use crate::library::in_a_call;
use crate::page::Page;
use crate::pairs::{Browser, in_pair};

// Only Chromium can be cut off by its driver.
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

async fn when_the_path_is_cut_ice_is_restarted_and_both_can_negotiate(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;
    let cut = if ana.browser == Browser::Chromium { &ana } else { &bo };
    cut.driver.cdp().send_raw("Network.enable", json!({})).await.unwrap();
    // Told before there is a connection, so that it holds for that one too.
    loses(cut, 0).await;
    in_a_call(&ana, &bo).await;
    let ufrag = "/ice-ufrag:(\\S+)/.exec(lab.call.connection.localDescription.sdp)[1]";
    let before = cut.value(ufrag).await;

    loses(cut, 100).await;
    cut.sees("lab.call.state === 'reconnecting'").await;
    cut.sees(&format!("{ufrag} !== {before}")).await;
    loses(cut, 0).await;

    ana.sees_moving().await;
    bo.sees_moving().await;
    both_can_negotiate(&ana, &bo).await;
    ana.has_heard_of_no_error().await;
    bo.has_heard_of_no_error().await;
}
