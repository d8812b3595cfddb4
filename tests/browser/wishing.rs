//! The wish for a test picture instead of the camera: kept, and shown before a call.

use crate::browser::Camera;
use crate::demo::on_the_demo_page;

#[test]
fn who_chose_the_generated_picture_sends_it_after_a_reload_too() {
    on_the_demo_page(async |demo| {
        let bo = demo.signed_in("bo").await;
        let ana = demo.page_at("/", Camera::Fake).await;
        ana.presses("generated-media").await;
        ana.writes("name-input", "ana").await;
        ana.presses("sign-in").await;
        ana.reads("status", "Signed in as ana.").await;
        ana.driver.refresh().await.unwrap();
        ana.reads("status", "Signed in as ana.").await;
        ana.sees("seen.part('generated-here').checked && seen.ready('generated-here')").await;

        ana.calls("bo").await;
        bo.accepts().await;
        ana.is_in_a_call().await;
        ana.reads("local-tile", "test picture").await;
        ana.hangs_up().await;

        ana.presses("generated-here").await;
        bo.calls("ana").await;
        ana.accepts().await;
        ana.is_in_a_call().await;
        ana.reads("local-tile", "You").await;
        assert!(!ana.value("seen.text('local-tile')").await.to_string().contains("test picture"));
        ana.hangs_up().await;
        ana.call_is("ended").await;
        ana.driver.refresh().await.unwrap();
        ana.can_press("generated-here").await;
        assert_eq!(ana.value("seen.part('generated-here').checked").await, false);
    });
}

#[test]
fn behind_a_link_the_generated_picture_is_chosen_by_the_address_and_told_to_who_is_rung() {
    on_the_demo_page(async |demo| {
        let ana = demo.page_at("/?user=ana&generated", Camera::Fake).await;
        let bo = demo.signed_in("bo").await;

        bo.calls("ana").await;
        ana.reads("incoming", "You answer with a test picture and tone.").await;
        ana.accepts().await;

        ana.is_in_a_call().await;
        ana.reads("local-tile", "test picture").await;
    });
}
