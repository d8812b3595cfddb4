//! Pages that are reloaded or left in the middle of a call.

use crate::demo::on_the_demo_page;

#[test]
fn a_page_that_is_reloaded_is_back_in_its_call_and_the_other_side_hears_of_no_hang_up() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_in_a_call().await;

        for page in [&ana, &bo] {
            page.driver.refresh().await.unwrap();
            page.is_in_a_call().await;
            ana.sees_the_other_move().await;
            bo.sees_the_other_move().await;
        }

        let said = ana.value("JSON.stringify(seen.said)").await.to_string();
        assert!(!said.contains("hung up"), "{said}");
        ana.hangs_up().await;
        bo.call_ends("ana hung up.").await;
    });
}

#[test]
fn who_goes_back_and_comes_again_is_told_of_the_call_and_gets_into_it() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_in_a_call().await;

        ana.driver.goto("about:blank").await.unwrap();
        bo.sees("demo.peerConnection.connectionState !== 'connected'").await;
        assert_eq!(bo.value("seen.part('call-state').dataset.state").await, "connected");
        ana.driver.back().await.unwrap();

        ana.was_told("You were in a call with bo when you left this page.").await;
        ana.is_in_a_call().await;
        bo.sees_the_other_move().await;
    });
}

#[test]
fn who_leaves_for_good_is_lost_to_the_other_side_and_has_not_hung_up() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_in_a_call().await;

        ana.driver.goto("about:blank").await.unwrap();

        bo.call_ends("The connection to ana was lost, which ended the call.").await;
    });
}

#[test]
fn a_page_that_is_reloaded_while_it_rings_rings_on_and_rejects_nobody() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_people().await;
        ana.calls("bo").await;
        bo.can_press("accept").await;

        bo.driver.refresh().await.unwrap();
        bo.accepts().await;

        ana.is_in_a_call().await;
        bo.is_in_a_call().await;
        assert!(!ana.value("JSON.stringify(seen.said)").await.to_string().contains("rejected"));
    });
}
