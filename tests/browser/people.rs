//! Finding people: in the list, by search, and by a name that is not listed.

use switchboard::config::{Config, PresenceMode};
use thirtyfour::Key;

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
        ana.reads("user-summary", "2 others online").await;

        ana.writes("search-input", "雷").await;
        ana.sees(&format!("{LISTED} === '22'")).await;
        ana.reads("user-22", "李雷").await;

        ana.writes("search-input", "BO").await;
        ana.sees(&format!("{LISTED} === 'bo,BO'")).await;

        ana.writes("search-input", "nobody here").await;
        ana.sees(&format!("{LISTED} === ''")).await;
        ana.reads("user-empty", "Nobody has this name").await;

        ana.writes("search-input", "zed").await;
        ana.calls("zed").await;
        ana.call_ends("zed is not online.").await;
    });
}

/// Somebody without a page, from ana's browser; closed by name.
const OTHERS: &str = "(window.others = Object.fromEntries(Array.from({ length: 200 }, (_, nth) => \
    [`p${nth}`, new WebSocket(`ws://${location.host}/ws?userId=p${nth}`, ['switchboard.v1'])])), true)";

#[test]
fn among_many_people_one_change_touches_one_row_and_the_list_is_one_stop_for_the_tab_key() {
    let config = Config {
        new_sockets_per_address: 0,
        new_connections_per_address: 0,
        requests_per_address: 0,
        ..Config::default()
    };
    on_a_demo_page_of(config, async |demo| {
        let ana = demo.signed_in("ana").await;
        ana.value(OTHERS).await;
        ana.sees("document.querySelectorAll('#user-list li').length === 200").await;
        ana.sees("seen.text('user-summary') === '200 others online'").await;

        ana.value(
            "(window.touched = 0, new MutationObserver((all) => (touched += all.length)).observe(\
             seen.part('user-list'), { subtree: true, childList: true, attributes: true }), true)",
        )
        .await;
        ana.value("others.p100.close(1000)").await;
        ana.sees("seen.part('user-p100') === null").await;
        let touched = ana.value("touched").await.as_u64().unwrap();
        assert!(touched <= 10, "{touched} changes for one row");

        let stops = "document.querySelectorAll('#user-list button:not([tabindex=\"-1\"])').length";
        assert_eq!(ana.value(stops).await, 2, "one row: to write and to call");
        ana.value("seen.part('write-p0').focus()").await;
        ana.types(Key::Down).await;
        ana.sees("document.activeElement === seen.part('write-p1')").await;
        ana.types(Key::End).await;
        ana.sees("document.activeElement === seen.part('write-p199')").await;
        assert_eq!(ana.value(stops).await, 2);
    });
}

#[test]
fn enter_chooses_the_only_one_who_is_listed_and_first_of_all_whose_name_it_is() {
    on_the_demo_page(async |demo| {
        let ana = demo.signed_in("ana").await;
        let _bob = demo.signed_in("bob").await;
        ana.can_press("write-bob").await;

        ana.writes("search-input", "bo").await;
        ana.types(Key::Enter).await;
        ana.sees("seen.part('chat-input').placeholder === 'Write to bob'").await;

        let _bo = demo.signed_in("bo").await;
        ana.can_press("write-bo").await;
        ana.writes("search-input", "bo").await;
        ana.types(Key::Enter).await;
        ana.sees("seen.part('chat-input').placeholder === 'Write to bo'").await;
    });
}

#[test]
fn where_the_server_names_nobody_one_calls_by_typing_the_name() {
    let config = Config { presence: PresenceMode::Off, ..Config::default() };
    on_a_demo_page_of(config, async |demo| {
        let ana = demo.signed_in("ana").await;
        let bo = demo.signed_in("bo").await;
        ana.reads("user-summary", "This server does not say who is online.").await;

        ana.writes("search-input", "bo").await;
        ana.calls("bo").await;
        bo.accepts().await;

        ana.is_in_a_call().await;
        bo.is_in_a_call().await;
        bo.says("hello").await;
        ana.reads("chat-log", "hello").await;
    });
}
