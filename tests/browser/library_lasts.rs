//! Calls by the client library outlast what happens to sockets, servers, networks and pages.

use std::time::Duration;

use serde_json::json;
use tokio::time::sleep;

use crate::browser::{Background, Camera};
use crate::demo::{Demo, on_the_demo_page};
use crate::library::in_a_call;
use crate::line::{Line, Program};
use crate::pairs::in_every_pair;

in_every_pair! {
    media_and_chat_go_on_while_the_socket_is_cut_twenty_times,
    when_the_server_was_killed_the_caller_can_hang_up,
    when_the_server_was_killed_the_called_can_hang_up,
    after_a_reload_in_mid_call_the_other_side_rings_and_the_call_goes_on,
}

async fn media_and_chat_go_on_while_the_socket_is_cut_twenty_times(demo: &Demo) {
    let line = Line::to(demo.address);
    let ana = demo.app_user_at(line.address, "ana").await;
    let bo = demo.app_user("bo").await;
    in_a_call(&ana, &bo).await;
    for page in [&ana, &bo] {
        page.may_lose_its_connection();
        page.value("lab.watchPicture()").await;
    }
    let chat = "(lab.sent = 0, lab.fates = [], lab.chat = setInterval(() => { const n = lab.sent++; \
        lab.me.send(lab.me.userId === 'ana' ? 'bo' : 'ana', n).then(() => lab.fates.push('delivered'), (error) => lab.fates.push(error.code)); }, 50))";
    for page in [&ana, &bo] {
        page.value(chat).await;
    }

    for cut in 1..=20 {
        let online = ana.value("lab.heard.states.filter((it) => it === 'online').length").await;
        line.cut();
        let back = format!("lab.heard.states.filter((it) => it === 'online').length > {online}");
        ana.sees(&back).await;
        let heard = bo.value("lab.heard.messages.length").await.as_u64().unwrap();
        bo.sees(&format!("lab.heard.messages.length > {heard}")).await;
        assert!(cut <= 20);
    }

    for page in [&ana, &bo] {
        page.value("(clearInterval(lab.chat), true)").await;
    }
    for (one, other) in [(&ana, &bo), (&bo, &ana)] {
        one.sees("lab.fates.length === lab.sent").await;
        assert_eq!(one.value("lab.fates.filter((it) => it !== 'delivered')").await, json!([]));
        let sent = one.value("lab.sent").await.as_u64().unwrap();
        let due: Vec<u64> = (0..sent).collect();
        assert_eq!(other.value("lab.heard.messages").await, json!(due), "each once, in order");
        one.never_stopped_moving().await;
        one.sees_moving().await;
        one.has_heard_of_no_error().await;
    }
}

async fn when_the_server_was_killed_the_caller_can_hang_up(demo: &Demo) {
    outlasts_a_killed_server(demo, "ana").await;
}

async fn when_the_server_was_killed_the_called_can_hang_up(demo: &Demo) {
    outlasts_a_killed_server(demo, "bo").await;
}

/// Media go on when the server is killed, and when it is back this user hangs up.
async fn outlasts_a_killed_server(demo: &Demo, who: &str) {
    let program = Program::start();
    let line = Line::to(program.address);
    let ana = demo.app_user_at(line.address, "ana").await;
    let bo = demo.app_user_at(line.address, "bo").await;
    in_a_call(&ana, &bo).await;
    let before = ana.value("lab.call.callId").await;
    for page in [&ana, &bo] {
        page.may_lose_its_connection();
        page.value("lab.watchPicture()").await;
    }

    drop(program);
    ana.sees("lab.me.state === 'waiting'").await;
    bo.sees("lab.me.state === 'waiting'").await;
    ana.sees_moving().await;
    let program = Program::start();
    line.lead_to(program.address);

    let found = format!("lab.call.callId !== {before}");
    ana.sees(&found).await;
    bo.sees(&found).await;
    ana.sees_moving().await;
    bo.sees_moving().await;
    for page in [&ana, &bo] {
        page.never_stopped_moving().await;
        assert_eq!(page.value("lab.call.states.includes('reconnecting')").await, false);
    }
    let (first, second) = if who == "ana" { (&ana, &bo) } else { (&bo, &ana) };
    first.value("lab.call.hangUp()").await;
    first.sees_call_end("hangup").await;
    second.sees_call_end("hangup").await;
    // The server knows of no call any more: both can be called again.
    in_a_call(&ana, &bo).await;
}

async fn after_a_reload_in_mid_call_the_other_side_rings_and_the_call_goes_on(demo: &Demo) {
    let (ana, bo) = demo.two_in_a_library_call().await;

    bo.driver.refresh().await.unwrap();
    bo.starts_the_library("bo").await;
    bo.sees("lab.heard.calls[0]?.continues").await;
    assert_eq!(bo.value("lab.heard.calls[0].data").await, "of ana");
    assert_eq!(bo.value("lab.heard.calls[0].media.video").await, true);
    bo.picks_up().await;

    bo.sees_moving().await;
    ana.sees_moving().await;
    ana.sees("lab.call.remoteStream.getTracks().every((it) => it.readyState === 'live')").await;
    assert_eq!(ana.value("lab.call.states.includes('ended')").await, false);
    ana.value("lab.call.hangUp()").await;
    bo.sees_call_end("hangup").await;
    ana.sees_call_end("hangup").await;
}

#[test]
fn a_tab_that_is_in_the_background_for_90_s_is_still_reachable() {
    on_the_demo_page(async |demo| {
        let ana = demo.app_user("ana").await;
        let address = demo.address_of("/healthz");
        let bo = demo.page_in(Background::Throttled, &address, Camera::Fake).await;
        bo.may_complain_of("/favicon.ico");
        bo.starts_the_library("bo").await;
        bo.value("(lab.late = 0, lab.last = Date.now(), setInterval(() => { lab.late = Math.max(lab.late, Date.now() - lab.last); lab.last = Date.now(); }, 100))").await;
        bo.driver.minimize_window().await.unwrap();
        bo.sees("document.visibilityState === 'hidden'").await;
        // The time itself is what the test is about.
        sleep(Duration::from_secs(90)).await;

        let sent = "await lab.me.send('bo', 'are you there?').then(() => 'delivered', (error) => error.code)";
        assert_eq!(ana.value(sent).await, "delivered");
        ana.value("lab.rings('bo')").await;
        ana.sees("lab.call.callId !== undefined").await;
        assert_eq!(bo.value("lab.heard.states").await, json!([]), "its socket was never lost");
        let late = bo.value("lab.late").await.as_u64().unwrap();
        assert!(late > 900, "its timers were throttled: {late} ms");
        bo.picks_up().await;
        ana.sees_moving().await;
        bo.sees_moving().await;
    });
}
