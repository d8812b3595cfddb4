//! Two people call each other.

use crate::demo::on_the_demo_page;

#[test]
fn two_people_call_talk_hang_up_go_on_after_a_reload_in_mid_call_and_call_again() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_people().await;

        ana.calls("bo").await;
        ana.call_is("calling").await;
        bo.reads("incoming", "ana is calling").await;
        bo.accepts().await;
        ana.is_in_a_call().await;
        bo.is_in_a_call().await;

        ana.says("can you see me?").await;
        bo.reads("chat-log", "can you see me?").await;
        bo.says("yes, and hear").await;
        ana.reads("chat-log", "yes, and hear").await;
        ana.reads("chat-fate", "delivered").await;

        let tracks = "window.cameraBefore = seen.part('local-video').srcObject.getTracks()";
        assert_eq!(ana.value(&format!("({tracks}).length")).await, 2);
        ana.hangs_up().await;
        ana.call_ends("You hung up.").await;
        bo.call_ends("ana hung up.").await;
        ana.sees("cameraBefore.every((track) => track.readyState === 'ended')").await;

        bo.calls("ana").await;
        ana.accepts().await;
        ana.is_in_a_call().await;
        bo.is_in_a_call().await;
        bo.driver.refresh().await.unwrap();
        bo.is_in_a_call().await;
        bo.hangs_up().await;
        ana.call_ends("bo hung up.").await;

        bo.calls("ana").await;
        ana.accepts().await;
        ana.is_in_a_call().await;
        bo.is_in_a_call().await;
    });
}

#[test]
fn camera_off_is_a_black_picture_and_mute_is_silence_on_the_other_side() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_in_a_call().await;
        bo.sees("seen.brightness() > 20").await;
        bo.sees("await seen.loudness(1500) > 1e-4").await;

        ana.presses("camera").await;
        ana.reads("camera", "Camera on").await;
        bo.sees("seen.brightness() < 2").await;

        ana.presses("mute").await;
        ana.reads("mute", "Unmute").await;
        bo.sees("await seen.loudness(1500) < 1e-6").await;

        ana.presses("camera").await;
        ana.presses("mute").await;
        bo.sees("seen.brightness() > 20").await;
        bo.sees("await seen.loudness(1500) > 1e-4").await;
    });
}
