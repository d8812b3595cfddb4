//! Several tabs of one browser.

use crate::browser::Camera;
use crate::demo::on_the_demo_page;

#[test]
fn a_second_tab_under_the_same_name_says_so_and_throws_nobody_out() {
    on_the_demo_page(async |demo| {
        let page = demo.signed_in("ana").await;
        let first = page.driver.window().await.unwrap();

        let second = page.opens_a_tab(&demo.address_of("/?user=ana")).await;

        page.reads("status", "ana is signed in in another tab of this browser.").await;
        page.can_press("name-input").await;
        page.looks_at(&first).await;
        assert_eq!(page.value("seen.text('status')").await, "Signed in as ana.");

        page.looks_at(&second).await;
        page.presses("status-action").await;
        page.reads("status", "Signed in as ana.").await;
        page.looks_at(&first).await;
        page.reads("status", "You have signed in somewhere else").await;

        // Once the name is free again, nothing stands in the way.
        page.looks_at(&second).await;
        page.presses("sign-out").await;
        page.reads("status", "You are signed out.").await;
        page.writes("name-input", "ana").await;
        page.presses("sign-in").await;
        page.reads("status", "Signed in as ana.").await;
    });
}

#[test]
fn a_tab_that_is_reloaded_keeps_its_name() {
    on_the_demo_page(async |demo| {
        let page = demo.page_at("/?user=ana", Camera::Fake).await;
        for _ in 0..5 {
            page.reads("status", "Signed in as ana.").await;
            page.driver.refresh().await.unwrap();
        }
        page.reads("status", "Signed in as ana.").await;
        assert!(!page.value("JSON.stringify(seen.said)").await.to_string().contains("another tab"));
    });
}
