//! The README's browser code does what the README says.

use serde_json::json;

use crate::browser::Camera;
use crate::demo::{Demo, on_the_demo_page};
use crate::page::Page;

const README: &str = include_str!("../../README.md");

/// The first block of JavaScript.
fn code() -> &'static str {
    let (_, rest) = README.split_once("```js\n").unwrap();
    rest.split_once("```").unwrap().0
}

/// A page with nothing but a video element, and the code as it stands.
async fn page_with_the_code(demo: &Demo) -> std::rc::Rc<Page> {
    let page = demo.page_at("/healthz", Camera::Fake).await;
    page.may_complain_of("/favicon.ico");
    // The server's own pages take no script that stands in the page; the reader's page may.
    page.driver.cdp().send_raw("Page.setBypassCSP", json!({"enabled": true})).await.unwrap();
    page.driver.refresh().await.unwrap();
    let script = format!(
        "document.body.innerHTML = '<video autoplay muted>'; \
         window.RTCPeerConnection = class extends RTCPeerConnection {{ \
           constructor(...all) {{ super(...all); window.plainPeer = this; }} }}; \
         document.body.append(Object.assign(document.createElement('script'), {{ type: 'module', textContent: {} }}))",
        json!(code())
    );
    page.driver.execute(script, []).await.unwrap();
    page
}

#[test]
fn the_readme_s_ten_lines_call_user_22_on_the_demo_page_and_pictures_flow() {
    on_the_demo_page(async |demo| {
        let somebody = demo.signed_in("22").await;
        let page = page_with_the_code(demo).await;
        somebody.reads("incoming", "11 is calling").await;
        somebody.accepts().await;

        somebody.is_in_a_call().await;
        page.sees_the_other_move().await;
        page.sees("document.querySelector('video').videoWidth > 0").await;
        somebody.hangs_up().await;
        page.sees("plainPeer.connectionState === 'closed'").await;

        somebody.calls("11").await;
        somebody.is_in_a_call().await;
        page.sees_the_other_move().await;
    });
}

#[test]
fn the_guide_begins_with_the_same_lines() {
    assert!(include_str!("../../docs/client.md").contains(code()));
}

#[test]
fn the_readme_s_code_has_ten_lines() {
    assert_eq!(code().lines().count(), 10);
}
