//! The page in English and in Chinese.

use serde_json::json;

use crate::browser::Camera;
use crate::demo::on_the_demo_page;

#[test]
fn the_page_speaks_the_language_of_the_browser_or_of_its_address() {
    on_the_demo_page(async |demo| {
        let page = demo.page_at("/", Camera::Fake).await;
        page.reads("sign-in", "Sign in").await;
        page.sees("document.documentElement.lang === 'en'").await;

        let chinese = json!({ "userAgent": "test", "acceptLanguage": "zh-CN,zh" });
        page.driver.cdp().send_raw("Emulation.setUserAgentOverride", chinese).await.unwrap();
        page.driver.refresh().await.unwrap();
        page.reads("sign-in", "登录").await;
        page.sees("document.documentElement.lang === 'zh-Hans'").await;

        page.driver.goto(demo.address_of("/?lang=en")).await.unwrap();
        page.reads("sign-in", "Sign in").await;
    });
}

#[test]
fn in_chinese_two_people_call_and_write_and_the_language_is_changed_in_mid_call() {
    on_the_demo_page(async |demo| {
        let ana = demo.page_at("/?user=ana&name=安娜&lang=zh", Camera::Fake).await;
        ana.reads("status", "已登录为 安娜。").await;
        let bo = demo.signed_in("bo").await;
        ana.calls("bo").await;
        bo.accepts().await;
        ana.is_in_a_call().await;
        bo.is_in_a_call().await;
        ana.reads("call-words", "你正在与 bo 通话。").await;
        bo.reads("call-words", "You are talking with 安娜.").await;
        ana.says("你好").await;
        ana.reads("chat-fate", "已送达").await;

        ana.presses("language").await;

        ana.reads("call-words", "You are talking with bo.").await;
        ana.reads("chat-fate", "delivered").await;
        ana.reads("status", "Signed in as 安娜.").await;
        ana.sees_the_other_move().await;
        ana.driver.refresh().await.unwrap();
        ana.reads("status", "Signed in as 安娜.").await;
    });
}

#[test]
fn the_button_for_the_other_language_says_so_in_that_language() {
    on_the_demo_page(async |demo| {
        let page = demo.page_at("/", Camera::Fake).await;

        page.reads("language", "中文").await;
        page.sees("seen.part('language').lang === 'zh-Hans'").await;
        page.writes("name-input", "two words").await;
        page.presses("sign-in").await;
        page.presses("language").await;

        page.reads("language", "English").await;
        page.sees("seen.problem('name-input').includes('名字中不能有空格')").await;
    });
}
