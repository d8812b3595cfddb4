//! Chat messages, and what their sender is told of their delivery.

use serde_json::json;

use crate::browser::Camera;
use crate::demo::on_the_demo_page;
use crate::line::Line;

#[test]
fn a_line_is_ticked_as_delivered_and_one_for_somebody_who_has_gone_is_said_not_to_be() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_people().await;

        ana.presses("write-bo").await;
        ana.sees("document.activeElement === seen.part('chat-input')").await;
        ana.says("are you there?").await;
        bo.reads("chat-log", "are you there?").await;
        ana.reads("chat-fate", "✓✓delivered").await;

        bo.presses("sign-out").await;
        ana.reads("user-bo", "not online").await;
        ana.says("and now?").await;
        ana.reads("chat-log", "bo is not online.").await;
        ana.sees("document.querySelectorAll('[data-fate=failed]').length === 1").await;
    });
}

#[test]
fn what_comes_in_another_conversation_than_the_shown_one_is_counted_until_it_is_looked_at() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_people().await;
        let cleo = demo.signed_in("cleo").await;
        bo.presses("write-ana").await;
        bo.says("first").await;
        ana.reads("chat-log", "first").await;

        cleo.presses("write-ana").await;
        cleo.says("one").await;
        cleo.says("two").await;

        ana.reads("unread-cleo", "2").await;
        assert_eq!(ana.value("seen.text('chat-log').includes('two')").await, false);
        ana.presses("write-cleo").await;
        ana.reads("chat-log", "two").await;
        ana.sees("seen.text('unread-cleo') === ''").await;
        assert_eq!(ana.value("seen.text('chat-log').includes('first')").await, false);
    });
}

#[test]
fn a_half_written_line_stays_with_whom_it_is_for_when_somebody_else_calls() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_people().await;
        let cleo = demo.signed_in("cleo").await;
        ana.presses("write-bo").await;
        ana.writes("chat-input", "for bo al").await;

        cleo.calls("ana").await;
        ana.accepts().await;
        ana.is_in_a_call().await;

        assert_eq!(ana.value("seen.part('chat-input').placeholder").await, "Write to bo");
        ana.presses("write-cleo").await;
        ana.sees("seen.part('chat-input').value === ''").await;
        ana.presses("write-bo").await;
        ana.sees("seen.part('chat-input').value === 'for bo al'").await;
        ana.presses("chat-send").await;
        bo.reads("chat-log", "for bo al").await;
        assert_eq!(cleo.value("seen.text('chat-log').includes('for bo')").await, false);
    });
}

#[test]
fn what_is_written_while_the_line_is_cut_arrives_once_when_it_is_back() {
    on_the_demo_page(async |demo| {
        let line = Line::to(demo.address);
        let address = format!("http://{}/?user=ana", line.address);
        let ana = demo.page_of(&address, Camera::Fake).await;
        let bo = demo.signed_in("bo").await;
        ana.may_lose_its_connection();
        ana.presses("write-bo").await;

        line.cut();
        ana.was_told("Trying again…").await;
        ana.says("written meanwhile").await;

        bo.reads("chat-log", "written meanwhile").await;
        ana.reads("chat-fate", "delivered").await;
        ana.reads("status", "Signed in as ana.").await;
        let lines = "[...document.querySelectorAll('#chat-log .text')].map((it) => it.textContent)";
        assert_eq!(bo.value(lines).await, json!(["written meanwhile"]));
    });
}
