//! Calls that may only be relayed: `?relay` in the address of the demo page.

use std::rc::Rc;
use std::time::Instant;

use serde_json::json;
use switchboard::config::{Config, Secret};

use crate::browser::Camera;
use crate::demo::{Demo, on_a_demo_page_of};
use crate::page::Page;
use crate::turn_server::TurnServer;

const SECRET: &str = "shared by switchboard and coturn";

fn config(turn: &TurnServer, transport: &str) -> Config {
    Config {
        turn_url: vec![format!("turn:127.0.0.1:{}?transport={transport}", turn.port)],
        turn_secret: Some(Secret::new(SECRET)),
        ..Config::default()
    }
}

async fn relays_only(demo: &Demo, user: &str) -> Rc<Page> {
    let page = demo.page_at(&format!("/?user={user}&relay"), Camera::Fake).await;
    page.reads("status", &format!("Signed in as {user}.")).await;
    page
}

#[test]
fn a_call_runs_through_a_turn_server_over_udp_and_over_tcp() {
    let turn = TurnServer::start(SECRET);
    for transport in ["udp", "tcp"] {
        on_a_demo_page_of(config(&turn, transport), async |demo| {
            let ana = relays_only(demo, "ana").await;
            let bo = relays_only(demo, "bo").await;

            ana.calls("bo").await;
            bo.can_press("accept").await;
            let accepted = Instant::now();
            bo.accepts().await;
            ana.call_is("connected").await;
            bo.call_is("connected").await;
            println!("connected after {:?} over {transport}", accepted.elapsed());

            ana.is_in_a_call().await;
            bo.is_in_a_call().await;
            for page in [&ana, &bo] {
                assert_eq!(page.value("seen.way()").await, json!(["relay", "relay"]));
            }
        });
    }
}

#[test]
fn with_another_secret_than_the_turn_server_s_the_call_does_not_connect() {
    let turn = TurnServer::start("not what switchboard was told");
    on_a_demo_page_of(config(&turn, "udp"), async |demo| {
        let ana = relays_only(demo, "ana").await;
        let bo = relays_only(demo, "bo").await;

        ana.calls("bo").await;
        bo.accepts().await;

        for page in [&ana, &bo] {
            page.sees("seen.iceErrors.includes(401)").await;
            page.sees("demo.peerConnection.iceGatheringState === 'complete'").await;
            page.call_is("connecting").await;
            page.reads("call-words", "refuses this page (error 401).").await;
        }
        let candidates = "seen.wire.filter(({ text }) => JSON.parse(text).type === 'candidate')";
        assert_eq!(ana.value(candidates).await, json!([]), "none was found on either side");
        ana.hangs_up().await;
    });
}
