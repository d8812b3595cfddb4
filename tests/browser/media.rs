//! Calls without a camera: a generated picture stands in for it.

use std::rc::Rc;

use crate::browser::Camera;
use crate::demo::{Demo, on_the_demo_page};
use crate::page::Page;

/// Ana has a camera; Bo has this instead, and calls her.
async fn bo_calls_with(demo: &Demo, camera: Camera) -> (Rc<Page>, Rc<Page>) {
    let ana = demo.signed_in("ana").await;
    let bo = demo.signed_in_with("bo", camera).await;
    bo.calls("ana").await;
    ana.accepts().await;
    (ana, bo)
}

#[test]
fn without_a_camera_it_calls_with_a_generated_picture() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = bo_calls_with(demo, Camera::Missing).await;

        bo.was_told("No camera could be used. You are calling with a generated picture instead.")
            .await;
        bo.is_in_a_call().await;
        ana.is_in_a_call().await;
        ana.sees("await seen.loudness(1500) > 1e-4").await;
    });
}

#[test]
fn who_refuses_camera_and_microphone_calls_with_a_generated_picture_and_tone() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = bo_calls_with(demo, Camera::Refused).await;

        bo.was_told("The use of camera and microphone was not allowed.").await;
        bo.was_told("You are calling with a generated picture and tone instead.").await;
        bo.is_in_a_call().await;
        ana.is_in_a_call().await;
        ana.sees("await seen.loudness(1500) > 1e-5").await;
    });
}

#[test]
fn two_without_a_camera_see_each_other_move() {
    on_the_demo_page(async |demo| {
        let ana = demo.signed_in_with("ana", Camera::Refused).await;
        let bo = demo.signed_in_with("bo", Camera::Refused).await;

        ana.calls("bo").await;
        bo.accepts().await;

        ana.is_in_a_call().await;
        bo.is_in_a_call().await;
    });
}
