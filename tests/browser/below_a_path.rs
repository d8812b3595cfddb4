//! The server below a path, behind the proxies of the manual.

use serde_json::json;

use crate::browser::Camera;
use crate::demo::{Demo, on_the_demo_page};
use crate::pairs::in_each_browser;
use crate::proxies::{Proxy, snippet};

in_each_browser!(a_page_with_the_library_of_the_path_needs_no_url);

const MANUAL: &str = "docs/deployment.md";

async fn caddy(demo: &Demo) -> Proxy {
    Proxy::caddy(snippet(MANUAL, "example.org {"), "example.org", demo.address, None).await
}

async fn nginx(demo: &Demo) -> Proxy {
    Proxy::nginx(snippet(MANUAL, "map $http_upgrade"), demo.address, None).await
}

async fn a_page_with_the_library_of_the_path_needs_no_url(demo: &Demo) {
    let proxy = caddy(demo).await;
    let page = demo.app_page(&format!("http://{}/signal/healthz", proxy.listen)).await;

    let user = page
        .value(
            "await import('/signal/switchboard.js').then(({ connect }) => connect({ userId: 'ana' })) \
             .then((me) => (window.me = me).userId)",
        )
        .await;

    assert_eq!(user, json!("ana"));
    page.value("me.close()").await;
}

#[test]
fn the_page_is_whole_signs_in_and_tests_itself() {
    on_the_demo_page(async |demo| {
        let proxy = nginx(demo).await;
        // Without the slash, as people type it.
        let address = format!("http://{}/signal?user=ana&room=standup", proxy.listen);
        let page = demo.page_of(&address, Camera::Fake).await;

        page.reads("status", "Signed in as ana.").await;
        page.reads("call-words", "You are alone in standup.").await;
        page.presses("self-test-open").await;
        page.presses("self-test-start").await;
        let socket = "document.querySelector('[data-testid=self-test-websocket]').dataset.code";
        page.sees(&format!("{socket} === 'websocket.passed'")).await;

        assert_eq!(page.value("location.pathname").await, "/signal/");
        page.presses("self-test-close").await;
        page.presses("sign-out").await;
        page.reads("status", "You are signed out.").await;
    });
}
