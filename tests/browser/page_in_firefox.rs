//! The main stories of the demo page in Firefox. The other side has Chromium; all other tests of the page are made there.

use serde_json::json;

use crate::demo::on_a_demo_page_in;
use crate::failing::DEAF;
use crate::pairs::Pair;

#[test]
fn in_firefox_one_signs_in_calls_writes_reloads_meets_in_a_room_and_is_told_of_a_failure() {
    on_a_demo_page_in(Pair::FIREFOX_FIRST, Default::default(), async |demo| {
        let ana = demo.app_page(&demo.address_of("/")).await;
        ana.writes("name-input", "ana").await;
        ana.presses("sign-in").await;
        ana.reads("status", "Signed in as ana.").await;
        let bo = demo.signed_in("bo").await;

        ana.calls("bo").await;
        bo.accepts().await;
        ana.is_in_a_call().await;
        bo.is_in_a_call().await;
        ana.says("can you see me?").await;
        bo.reads("chat-log", "can you see me?").await;
        ana.reads("chat-fate", "delivered").await;
        bo.says("yes, and hear").await;
        ana.reads("chat-log", "yes, and hear").await;
        for look in ["seen.outside()", "seen.cut()"] {
            assert_eq!(ana.value(look).await, json!([]), "{look}");
        }

        ana.driver.refresh().await.unwrap();
        ana.is_in_a_call().await;
        bo.sees_the_other_move().await;
        ana.hangs_up().await;
        bo.call_ends("ana hung up.").await;
        ana.call_ends("You hung up.").await;

        bo.calls("ana").await;
        ana.accepts().await;
        ana.is_in_a_call().await;
        bo.hangs_up().await;
        ana.call_ends("bo hung up.").await;

        for page in [&ana, &bo] {
            page.writes("room-input", "standup").await;
            page.presses("room-join").await;
        }
        ana.sees("seen.part('person-bo-video')?.videoWidth > 0").await;
        bo.sees("seen.part('person-ana-video')?.videoWidth > 0").await;
        ana.reads("call-words", "2 in standup").await;
        for page in [&ana, &bo] {
            page.presses("leave").await;
            page.sees("seen.cleared()").await;
        }

        // In Firefox the page has its classes before a test can replace them.
        bo.value(DEAF).await;
        ana.calls("bo").await;
        bo.accepts().await;
        for (page, other) in [(&ana, "bo"), (&bo, "ana")] {
            page.call_ends(&format!("No audio or video path to {other} could be set up.")).await;
        }

        ana.reads_panels().await;
        ana.presses("self-test-open").await;
        ana.presses("self-test-start").await;
        ana.sees("seen.part('self-test-sum').dataset.code").await;
        let verdicts = ana.value("panels.verdicts()").await;
        for check in ["camera", "microphone", "websocket", "loopback"] {
            assert_eq!(verdicts[check], format!("passed {check}.passed"), "{verdicts:#}");
        }
    });
}
