//! Without a connection to the server the page says nothing that it does not know.

use crate::browser::Camera;
use crate::demo::on_the_demo_page;
use crate::line::Line;

/// The colour of the lamp beside somebody in the list.
const LAMP: &str =
    "getComputedStyle(seen.part('user-bo').querySelector('.sign'), '::after').backgroundColor";

#[test]
fn while_it_is_offline_the_page_shows_nobody_as_online_and_does_not_say_that_it_rings() {
    on_the_demo_page(async |demo| {
        let line = Line::to(demo.address);
        let ana = demo.page_of(&format!("http://{}/?user=ana", line.address), Camera::Fake).await;
        ana.may_lose_its_connection();
        let bo = demo.signed_in("bo").await;
        ana.can_press("call-bo").await;
        let lit = ana.value(LAMP).await;
        ana.calls("bo").await;
        bo.can_press("accept").await;
        ana.reads("call-words", "Ringing bo").await;

        line.lead_to("127.0.0.1:9".parse().unwrap());
        line.cut();

        ana.reads("call-words", "Whether it still rings at bo is not known.").await;
        ana.reads("user-summary", "Not connected").await;
        ana.sees("seen.part('user-bo').dataset.online === 'false'").await;
        ana.sees(&format!("{LAMP} !== {lit}")).await;
        assert!(!ana.value("seen.text('user-bo')").await.as_str().unwrap().contains("not online"));

        // "Connect now" is offered; the page may also come back by itself before anybody can press it, so nobody does.
        ana.can_press("status-action").await;
        line.lead_to(demo.address);
        ana.reads("call-words", "Ringing bo").await;
        ana.sees(&format!("{LAMP} === {lit}")).await;
    });
}

#[test]
fn a_page_that_was_never_connected_does_not_say_that_nobody_is_there() {
    on_the_demo_page(async |demo| {
        let line = Line::without_sockets_to(demo.address);
        let ana = demo.page_of(&format!("http://{}/?user=ana", line.address), Camera::Fake).await;
        ana.may_lose_its_connection();

        ana.reads("status", "Trying again…").await;

        ana.reads("user-summary", "Not connected").await;
        ana.reads("call-words", "Not connected to the server").await;
        assert_eq!(ana.value("seen.part('user-empty').checkVisibility()").await, false);
    });
}
