//! The README's browser code does what the README says.

use crate::browser::Camera;
use crate::demo::on_the_demo_page;

const README: &str = include_str!("../../README.md");

/// The first block of JavaScript.
fn code() -> &'static str {
    let (_, rest) = README.split_once("```js\n").unwrap();
    rest.split_once("```").unwrap().0
}

#[test]
fn the_readme_s_ten_lines_call_user_22_on_the_demo_page_and_pictures_flow() {
    on_the_demo_page(async |demo| {
        let somebody = demo.signed_in("22").await;
        let page = demo.page_at("/", Camera::Fake).await;

        let script = format!("return (async () => {{ {} window.plainPeer = peer; }})()", code());
        page.driver.execute(script, []).await.unwrap();
        somebody.reads("incoming", "11 is calling").await;
        somebody.accepts().await;

        somebody.is_in_a_call().await;
        page.sees_the_other_move().await;
        somebody.hangs_up().await;
        page.sees("plainPeer.connectionState === 'closed'").await;
    });
}

#[test]
fn the_readme_s_code_has_ten_lines() {
    assert_eq!(code().lines().count(), 10);
}
