//! The self-test names the right culprit: whatever is taken away, that alone does not work.

use std::rc::Rc;

use serde_json::{Value, json};
use switchboard::config::{Config, Secret};

use crate::browser::Camera;
use crate::demo::{Demo, on_a_demo_page_of, on_the_demo_page};
use crate::line::Line;
use crate::page::Page;
use crate::turn_server::TurnServer;

const SECRET: &str = "shared by switchboard and coturn";

/// Nobody listens there.
const DEAD: &str = "stun:127.0.0.1:9";

/// STUN and TURN, by UDP and TCP, as coturn offers them.
fn config(turn: &TurnServer, secret: &str) -> Config {
    let url = |transport| format!("turn:127.0.0.1:{}?transport={transport}", turn.port);
    Config {
        stun: vec![format!("stun:127.0.0.1:{}", turn.port)],
        turn_url: vec![url("udp"), url("tcp")],
        turn_secret: Some(Secret::new(secret)),
        ..Config::default()
    }
}

/// Somebody who is signed in and has opened the self-test.
async fn ana(demo: &Demo, camera: Camera) -> Rc<Page> {
    let page = demo.signed_in_with("ana", camera).await;
    page.reads_panels().await;
    page.presses("self-test-open").await;
    page
}

impl Page {
    /// Runs the self-test and waits for its last sentence.
    async fn tests_itself(&self) -> Value {
        self.presses("self-test-start").await;
        self.sees("document.querySelector('[data-testid=self-test-sum]').dataset.code").await;
        self.value("panels.verdicts()").await
    }

    /// The checks that fail, and why.
    async fn culprits(&self) -> Value {
        self.tests_itself().await;
        let failed = "Object.entries(panels.verdicts()).filter(([, it]) => it.startsWith('failed')).map(([name, it]) => `${name} ${it.slice(7)}`)";
        self.value(failed).await
    }
}

#[test]
fn all_is_well_where_all_is_there() {
    let turn = TurnServer::start(SECRET);
    on_a_demo_page_of(config(&turn, SECRET), async |demo| {
        let page = ana(demo, Camera::Fake).await;
        let bo = demo.app_user("bo").await;

        let verdicts = page.tests_itself().await;

        assert_eq!(
            verdicts,
            json!({
                "camera": "passed camera.passed",
                "microphone": "passed microphone.passed",
                "websocket": "passed websocket.passed",
                "stun": verdicts["stun"],
                "turn-udp": "passed turn.passed",
                "turn-tcp": "passed turn.passed",
                "loopback": "passed loopback.passed",
            })
        );
        // Whether an address is translated on the way is the machine's own affair.
        assert!(
            ["passed stun.direct", "passed stun.passed"]
                .contains(&verdicts["stun"].as_str().unwrap())
        );
        page.reads("self-test-sum", "All checks that were made passed.").await;
        page.reads("self-test-loopback", " s").await;
        // Nobody has noticed, and what was asked for is given back.
        let noticed = "seen.wire.filter(({ text }) => JSON.parse(text).type === 'presence').length";
        assert_eq!(bo.value(noticed).await, 0);
        page.reads("status", "Signed in as ana.").await;
        page.keeps_nobody_out("the self-test").await;
    });
}

#[test]
fn another_secret_than_the_turn_server_s_is_the_culprit() {
    let turn = TurnServer::start("not what switchboard was told");
    on_a_demo_page_of(config(&turn, SECRET), async |demo| {
        let page = ana(demo, Camera::Fake).await;

        assert_eq!(
            page.culprits().await,
            json!(["turn-udp turn.refused", "turn-tcp turn.refused"])
        );

        page.reads("self-test-turn-udp", "turn-secret").await;
        page.reads("self-test-turn-udp", "401").await;
        page.reads("self-test-sum", "TURN over UDP, TURN over TCP").await;
    });
}

#[test]
fn a_stun_server_at_a_dead_address_is_the_culprit() {
    let turn = TurnServer::start(SECRET);
    let config = Config { stun: vec![DEAD.into()], ..config(&turn, SECRET) };
    on_a_demo_page_of(config, async |demo| {
        let page = ana(demo, Camera::Fake).await;

        assert_eq!(page.culprits().await, json!(["stun stun.silent"]));

        page.reads("self-test-stun", DEAD).await;
    });
}

#[test]
fn a_camera_that_is_denied_and_one_that_is_missing_are_the_culprits() {
    let turn = TurnServer::start(SECRET);
    on_a_demo_page_of(config(&turn, SECRET), async |demo| {
        let denied = ana(demo, Camera::Refused).await;
        let without = ana(demo, Camera::Missing).await;

        let both = ["camera camera.denied", "microphone microphone.denied"];
        assert_eq!(denied.culprits().await, json!(both));
        assert_eq!(without.culprits().await, json!(["camera camera.missing"]));

        denied.reads("self-test-camera", "Allow it").await;
    });
}

#[test]
fn a_server_that_is_down_is_told_from_one_whose_sockets_are_kept_away() {
    on_the_demo_page(async |demo| {
        let line = Line::without_sockets_to(demo.address);
        let behind = demo.page_of(&format!("http://{}/healthz", line.address), Camera::Fake).await;
        behind.may_complain_of("/favicon.ico");
        behind.reads_panels().await;
        behind.value("await panels.mountSelfTest()").await;
        let page = ana(demo, Camera::Fake).await;
        for it in [&page, &behind] {
            it.may_complain_of("WebSocket");
            it.may_complain_of("/healthz");
            it.may_complain_of("/ws/check");
        }

        assert_eq!(behind.culprits().await, json!(["websocket websocket.blocked"]));
        behind.reads("self-test-websocket", "Upgrade").await;

        demo.stop_the_server();
        page.was_told("Trying again").await;
        assert_eq!(page.culprits().await, json!(["websocket websocket.down"]));
        page.reads("self-test-sum", "WebSocket to the server").await;
        let offered = page.value("panels.verdicts().stun").await;
        assert_eq!(offered, "not-offered stun.none", "what is not offered has not failed");
    });
}
