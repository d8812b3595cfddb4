//! Finding people: in the list, by search, and by a name that is not listed.

use switchboard::config::{Config, PresenceMode};

use crate::browser::Camera;
use crate::demo::{on_a_demo_page_of, on_the_demo_page};

/// Those who are listed, as they are shown.
const LISTED: &str = "[...document.querySelectorAll('#user-list li')].filter((it) => it.checkVisibility()).map((it) => it.dataset.key).join()";

#[test]
fn people_are_found_by_name_by_display_name_and_by_a_name_that_is_not_listed() {
    on_the_demo_page(async |demo| {
        let ana = demo.signed_in("ana").await;
        let _lei = demo.page_at("/?user=22&name=李雷", Camera::Fake).await;
        let _bo = demo.signed_in("bo").await;
        ana.sees(&format!("{LISTED} === '22,bo' || {LISTED} === 'bo,22'")).await;
        ana.reads("user-summary", "2 online besides you").await;

        ana.writes("search-input", "雷").await;
        ana.sees(&format!("{LISTED} === '22'")).await;
        ana.reads("user-22", "李雷").await;

        ana.writes("search-input", "BO").await;
        ana.sees(&format!("{LISTED} === 'bo,BO'")).await;

        ana.writes("search-input", "nobody here").await;
        ana.sees(&format!("{LISTED} === ''")).await;
        ana.reads("user-empty", "Nobody is called that").await;

        ana.writes("search-input", "zed").await;
        ana.calls("zed").await;
        ana.call_ends("zed is not online.").await;
    });
}

#[test]
fn where_the_server_names_nobody_one_calls_by_typing_the_name() {
    let config = Config { presence: PresenceMode::Off, ..Config::default() };
    on_a_demo_page_of(config, async |demo| {
        let ana = demo.signed_in("ana").await;
        let bo = demo.signed_in("bo").await;
        ana.reads("user-summary", "This server does not tell who is online.").await;

        ana.writes("search-input", "bo").await;
        ana.calls("bo").await;
        bo.accepts().await;

        ana.is_in_a_call().await;
        bo.is_in_a_call().await;
        bo.says("hello").await;
        ana.reads("chat-log", "hello").await;
    });
}
