//! Descriptions that the server refuses or a browser cannot apply: calls go on, or fail at once with the cause.
//!
//! `tests/client/negotiating.test.js` has more cases, on fakes.

use serde_json::{Value, json};
use switchboard::config::Config;

use crate::demo::Demo;
use crate::page::Page;
use crate::pairs::in_every_pair;

in_every_pair! {
    an_offer_that_is_too_large_in_mid_call_is_taken_back_and_both_sides_share_on,
    a_first_offer_that_is_too_large_fails_the_call_at_once_with_that_cause with tiny_frames,
    an_offer_that_a_browser_cannot_apply_is_made_again_and_then_on_another_link,
    an_answer_that_a_browser_cannot_apply_is_made_again_and_then_on_another_link,
}

/// Tracks that make an offer longer than `max-frame` in each browser, and their number.
const TOO_MANY: usize = 40;

/// Adds tracks of one stream, all of them in one offer.
const ADDS_TOO_MANY: &str = "(() => {
    lab.share = lab.painting(64, 48);
    const [track] = lab.share.getTracks();
    while (lab.share.getTracks().length < count) lab.share.addTrack(track.clone());
    for (const track of lab.share.getTracks()) lab.call.addTrack(track, lab.share);
    return true;
})()";

/// One side shares a picture, and the other one sees it move.
async fn shares(one: &Page, other: &Page) {
    one.value("lab.shares(false)").await;
    let id = one.value("lab.share.id").await;
    let stream = format!("lab.heard.streams.findLast((it) => it.id === {id})");
    other.sees(&format!("{stream} && await lab.moves({stream})")).await;
}

/// Each side shares a picture, and the other one sees it move, as it does the camera's.
async fn both_can_share(ana: &Page, bo: &Page) {
    for (one, other) in [(ana, bo), (bo, ana)] {
        shares(one, other).await;
        other.sees_moving().await;
    }
}

/// Offers that this side has made.
const OFFERS: &str = "seen.wire.filter(({ direction, text }) => direction === 'out' && text.startsWith('{\"type\":\"offer\"')).length";
/// More offers than a side makes for the few changes of a test.
const ENDLESS: u64 = 12;

async fn an_offer_that_is_too_large_in_mid_call_is_taken_back_and_both_sides_share_on(demo: &Demo) {
    let (ana, bo) = demo.two_in_a_library_call().await;

    ana.value(&ADDS_TOO_MANY.replace("count", &TOO_MANY.to_string())).await;

    ana.sees("lab.heard.errors.length > 0").await;
    let errors = ana.value("lab.heard.errors").await;
    let limit = Config::default().max_frame;
    let size =
        ana.value(r"Number(/^too-large .*?(\d+) of \d+ bytes/.exec(lab.heard.errors[0])?.[1])");
    assert!(size.await.as_u64().is_some_and(|size| size > limit as u64), "{errors}");
    assert!(errors[0].as_str().unwrap().contains(&format!("of {limit} bytes")), "{errors}");
    let sent = "lab.call.connection.getSenders().filter(({ track }) => lab.share.getTracks().includes(track)).length";
    ana.sees(&format!("{sent} === 0")).await;
    // The call owns all that it sends, because its stream came from a function.
    ana.sees("lab.share.getTracks().every((it) => it.readyState === 'ended')").await;

    both_can_share(&ana, &bo).await;
    assert_eq!(ana.value("lab.heard.errors.length").await, 1, "it is told once");
    bo.has_heard_of_no_error().await;
    for page in [&ana, &bo] {
        let offers = page.value(OFFERS).await.as_u64().unwrap();
        assert!(offers < ENDLESS, "{offers} offers");
    }
}

/// No first offer with sound and picture fits.
fn tiny_frames() -> Config {
    Config { max_frame: 2 << 10, ..Config::default() }
}

/// Calls, and keeps how the call fails and after how long; ms.
const CALLS: &str = "(() => {
    const begun = performance.now();
    lab.fate = lab.me.call('bo', { stream: lab.camera }).catch(({ code, message }) =>
      ({ code, message, after: performance.now() - begun }));
    lab.call = lab.keep(lab.me.currentCall);
    return true;
})()";

/// Longer than a camera takes to open, and far less than the 45 s for which a call may ring or look for a path; ms.
const AT_ONCE: f64 = 8000.0;

async fn a_first_offer_that_is_too_large_fails_the_call_at_once_with_that_cause(demo: &Demo) {
    let (ana, bo) = demo.two_app_users().await;

    ana.value(CALLS).await;
    let fate = ana.value("await lab.fate").await;

    assert_eq!(fate["code"], "too-large", "{fate}");
    assert!(fate["message"].as_str().unwrap().ends_with(" of 2048 bytes"), "{fate}");
    assert!(fate["after"].as_f64().unwrap() < AT_ONCE, "{fate}");
    ana.sees_call_end("too-large").await;
    // The offer is made while it rings.
    bo.sees("lab.heard.calls[0]?.state === 'ended'").await;
    assert_eq!(
        bo.value("[lab.heard.calls[0].reason, lab.heard.calls[0].detail]").await,
        json!(["cancelled", "too-large"])
    );
    ana.has_heard_of_no_error().await;
    bo.has_heard_of_no_error().await;
}

/// Breaks the next descriptions of the other side, so that the browser itself refuses them.
const BREAKS: &str = "(() => {
    const { setRemoteDescription } = RTCPeerConnection.prototype;
    lab.broken = 0;
    RTCPeerConnection.prototype.setRemoteDescription = function ({ type, sdp }) {
      if (type !== 'rollback' && lab.broken < times) {
        lab.broken++;
        sdp = sdp.replace('m=video', 'm=nonsense');
      }
      return setRemoteDescription.call(this, { type, sdp });
    };
    return true;
})()";

async fn breaks(page: &Page, times: usize) {
    page.value(&BREAKS.replace("times", &times.to_string())).await;
}

/// The beginning of the error on the side whose browser fails, and the error on the side whose offer fails.
const FAILS: &str = "failed negotiating has failed: ";
const OTHER_FAILS: &str = "failed the other side refused the offer";

async fn hears(page: &Page, errors: &[&str]) {
    let heard = page.value("lab.heard.errors.splice(0)").await;
    let all = heard.as_array().unwrap();
    let alike = |(error, start): (&Value, &&str)| error.as_str().unwrap().starts_with(start);
    assert!(
        all.len() == errors.len() && all.iter().zip(errors).all(alike),
        "{heard}, not {errors:?}"
    );
}

/// Keeps the link that each side has now.
async fn remember_links(pages: [&Page; 2]) {
    for page in pages {
        page.value("(lab.link = lab.call.connection, true)").await;
    }
}

async fn have_the_same_link(pages: [&Page; 2], same: bool) {
    for page in pages {
        assert_eq!(page.value("lab.call.connection === lab.link").await, same);
    }
}

async fn an_offer_that_a_browser_cannot_apply_is_made_again_and_then_on_another_link(demo: &Demo) {
    let (ana, bo) = demo.two_in_a_library_call().await;
    remember_links([&ana, &bo]).await;

    breaks(&bo, 1).await;
    shares(&ana, &bo).await;
    hears(&bo, &[FAILS]).await;
    hears(&ana, &[OTHER_FAILS]).await;
    both_can_share(&ana, &bo).await;
    have_the_same_link([&ana, &bo], true).await;

    breaks(&bo, 2).await;
    shares(&ana, &bo).await;
    hears(&bo, &[FAILS, FAILS]).await;
    hears(&ana, &[OTHER_FAILS]).await;
    have_the_same_link([&ana, &bo], false).await;
    both_can_share(&ana, &bo).await;
    hears(&ana, &[]).await;
    hears(&bo, &[]).await;
}

async fn an_answer_that_a_browser_cannot_apply_is_made_again_and_then_on_another_link(demo: &Demo) {
    let (ana, bo) = demo.two_in_a_library_call().await;
    for times in [1, 2] {
        remember_links([&ana, &bo]).await;
        breaks(&ana, times).await;

        shares(&ana, &bo).await;

        assert_eq!(ana.value("lab.broken").await, times);
        hears(&ana, &[FAILS, FAILS][..times]).await;
        both_can_share(&ana, &bo).await;
        have_the_same_link([&ana, &bo], times == 1).await;
        hears(&ana, &[]).await;
        hears(&bo, &[]).await;
    }
}
