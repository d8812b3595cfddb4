//! The panels that show the signaling and the connection.

use std::net::SocketAddr;
use std::rc::Rc;

use serde_json::{Value, json};
use thirtyfour::Key;

use crate::browser::Camera;
use crate::demo::{Demo, on_the_demo_page};
use crate::library::in_a_call;
use crate::line::Line;
use crate::page::Page;

impl Demo {
    /// A bare page of the server with the panels on it, and nobody connected.
    pub(crate) async fn page_with_panels(&self, address: SocketAddr, camera: Camera) -> Rc<Page> {
        let page = self.page_of(&format!("http://{address}/healthz"), camera).await;
        page.may_complain_of("/favicon.ico");
        page.driver.execute(include_str!("lab.js"), []).await.unwrap();
        page.driver.execute(include_str!("panels.js"), []).await.unwrap();
        page.value("await panels.mount()").await;
        page
    }

    /// The same with a user who is connected, and whose wire the ladder shows.
    pub(crate) async fn user_with_panels(&self, address: SocketAddr, user: &str) -> Rc<Page> {
        let page = self.page_with_panels(address, Camera::Fake).await;
        page.starts_on_the_tape(user).await;
        page
    }
}

impl Page {
    pub(crate) async fn starts_on_the_tape(&self, user: &str) {
        let platform = "{ platform: { WebSocket: panels.tape.WebSocket } }";
        self.value(&format!("await lab.start({}, {platform})", json!(user))).await;
    }

    async fn shows_in_order(&self, way: &str, due: &[u64]) {
        self.sees(&format!("panels.chat({}).length >= {}", json!(way), due.len())).await;
        assert_eq!(self.value(&format!("panels.chat({})", json!(way))).await, json!(due));
    }
}

fn up_to(count: u64) -> Vec<u64> {
    (0..count).collect()
}

#[test]
fn the_ladder_and_its_export_have_each_message_once_and_in_order_also_across_reconnects() {
    on_the_demo_page(async |demo| {
        let line = Line::to(demo.address);
        let ana = demo.user_with_panels(line.address, "ana").await;
        let bo = demo.user_with_panels(demo.address, "bo").await;
        ana.may_complain_of("WebSocket");
        ana.value("(lab.n = 0, lab.speak = () => lab.me.send('bo', lab.n++).catch((error) => lab.heard.errors.push(error.code)), 1)").await;

        for cut in 1..=5 {
            ana.value("lab.speak() && 1").await;
            // What is said now is lost on this socket, and said again on the next one.
            line.swallow();
            ana.value("lab.speak() && lab.speak() && 1").await;
            line.cut();
            ana.sees(&format!("panels.rows((it) => it.type === 'closed').length === {cut}")).await;
            ana.value("lab.speak() && 1").await;
            ana.sees("lab.me.state === 'online'").await;
        }

        ana.sees("lab.n === 20").await;
        ana.shows_in_order("sent", &up_to(20)).await;
        bo.shows_in_order("received", &up_to(20)).await;
        let written = "seen.wire.filter(({ direction, text }) => direction === 'out' && JSON.parse(text).type === 'message').length";
        let written = ana.value(written).await.as_u64().unwrap();
        assert!(written >= 30, "{written} were written: nothing was said again");
        ana.sees("document.querySelectorAll('[data-testid=ladder-again]').length >= 10").await;

        let exported = ana.value("await panels.exported()").await;
        let entries = exported["entries"].as_array().unwrap();
        let sent = |it: &&Value| it["type"] == "message" && it["way"] == "sent";
        let payloads: Vec<_> =
            entries.iter().filter(sent).map(|it| &it["content"]["data"]).collect();
        assert_eq!(json!(payloads), json!(up_to(20)));
        let numbers: Vec<_> = entries.iter().map(|it| it["number"].as_u64().unwrap()).collect();
        assert!(numbers.is_sorted(), "{numbers:?}");
        let tokens = "seen.wire.map(({ text }) => JSON.parse(text).resumeToken).filter(Boolean)";
        for token in ana.value(tokens).await.as_array().unwrap() {
            assert!(!exported.to_string().contains(token.as_str().unwrap()));
        }
        ana.has_heard_of_no_error().await;
    });
}

#[test]
fn the_ladder_is_filtered_paused_cleared_and_walked_through_by_keys() {
    on_the_demo_page(async |demo| {
        let ana = demo.user_with_panels(demo.address, "ana").await;
        let bo = demo.user_with_panels(demo.address, "bo").await;
        in_a_call(&ana, &bo).await;
        ana.value("await lab.me.send('bo', 'a needle').then(() => 1)").await;

        let kinds = "[...new Set(panels.rows().map((it) => it.dataset.kind))].sort().join(' ')";
        let usual = "call chat negotiation presence session socket";
        ana.sees(&format!("{kinds} === {}", json!(usual))).await;
        ana.presses("ladder-kind-heartbeat").await;
        ana.sees(&format!("{kinds}.includes('heartbeat')")).await;
        ana.presses("ladder-kind-negotiation").await;
        ana.sees(&format!("!{kinds}.includes('negotiation')")).await;
        ana.presses("ladder-kind-negotiation").await;
        ana.writes("ladder-filter", "NEEDLE").await;
        ana.sees("panels.rows().map((it) => it.dataset.type).join() === 'message'").await;
        ana.writes("ladder-filter", "sdp").await;
        let offer = "panels.rows((it) => it.type === 'offer')[0]";
        assert_eq!(ana.value(&format!("panels.content({offer}).to")).await, "bo");
        let sdp = format!("{offer}.querySelectorAll('pre')[1].textContent");
        ana.sees(&format!("{sdp}.startsWith('v=0\\n') && {sdp}.includes('\\nm=video ')")).await;

        // One stop for the tabulator, and the arrows from there.
        ana.value("(document.querySelector('[data-testid=ladder-filter]').value = '', document.querySelector('[data-testid=ladder-filter]').dispatchEvent(new Event('input')), 1)").await;
        let stops =
            "document.querySelectorAll('[data-testid=ladder] button:not([tabindex=\"-1\"])')";
        assert_eq!(ana.value(&format!("{stops}.length")).await, 1);
        ana.value(&format!("{stops}[0].focus() ?? 1")).await;
        let at = "panels.rows().indexOf(document.activeElement.closest('li'))";
        for (key, expected) in [
            (Key::Home, "0"),
            (Key::Down, "1"),
            (Key::Up, "0"),
            (Key::End, "panels.rows().length - 1"),
        ] {
            ana.driver.action_chain().send_keys(key).perform().await.unwrap();
            ana.sees(&format!("{at} === {expected}")).await;
        }
        let open = "document.activeElement.getAttribute('aria-expanded')";
        for (key, expected) in [(Key::Right, "true"), (Key::Left, "false"), (Key::Enter, "true")] {
            ana.driver.action_chain().send_keys(key).perform().await.unwrap();
            ana.sees(&format!("{open} === '{expected}'")).await;
        }
        assert_eq!(ana.value(&format!("{stops}.length")).await, 1);

        ana.presses("ladder-pause").await;
        let before = ana.value("panels.rows().length").await;
        ana.value("await lab.me.send('bo', 'while paused').then(() => 1)").await;
        ana.reads("ladder-count", "are waiting").await;
        assert_eq!(ana.value("panels.rows().length").await, before);
        ana.presses("ladder-pause").await;
        ana.sees("panels.chat('sent').includes('while paused')").await;
        ana.presses("ladder-clear").await;
        ana.sees("panels.rows().length === 0").await;
        ana.value("await lab.me.send('bo', 'afterwards').then(() => 1)").await;
        ana.sees("panels.chat('sent').join() === 'afterwards'").await;
    });
}

#[test]
fn the_ladder_stays_quick_with_all_that_it_keeps() {
    on_the_demo_page(async |demo| {
        let page = demo.page_with_panels(demo.address, Camera::Fake).await;

        let seen = page.value("await panels.crowded(3000)").await;

        println!("{seen}");
        assert_eq!((&seen["kept"], &seen["shown"]), (&json!(2000), &json!(1)));
        // Far more than it takes, and far less than without bounds.
        assert!(seen["drawn"].as_f64().unwrap() < 3000.0, "{seen}");
        assert!(seen["filtered"].as_f64().unwrap() < 500.0, "{seen}");
    });
}

#[test]
fn the_connection_panel_shows_states_candidates_the_pair_in_use_and_plots() {
    on_the_demo_page(async |demo| {
        let ana = demo.user_with_panels(demo.address, "ana").await;
        let bo = demo.user_with_panels(demo.address, "bo").await;
        ana.reads("connection-none", "no connection").await;
        in_a_call(&ana, &bo).await;
        ana.value("panels.connection.refresh() ?? 1").await;

        for (state, words) in [
            ("state-peer", "bo · connected"),
            ("state-ice", "connected"),
            ("state-dtls", "connected"),
            ("state-signaling", "stable"),
        ] {
            ana.reads(state, words).await;
        }
        ana.reads("connection-pair", "Direct").await;
        ana.reads("connection-local", "host in use").await;
        ana.reads("connection-remote", "host in use").await;
        for (plot, numbers) in
            [("round-trip", " ms now"), ("loss", "received: "), ("rate", "kbit/s now")]
        {
            ana.reads(&format!("plot-{plot}-numbers"), numbers).await;
            let picture = format!("document.querySelector('[data-testid=plot-{plot}] svg')");
            ana.sees(&format!(
                "{picture}.querySelector('.plot-line').getAttribute('d').includes('L')"
            ))
            .await;
            let words =
                format!("{picture}.getAttribute('aria-label').includes({})", json!(numbers));
            ana.sees(&words).await;
        }

        bo.value("lab.call.hangUp() ?? 1").await;
        ana.sees_call_end("hangup").await;
        ana.reads("state-peer", "bo · ended").await;
        ana.value("panels.connection.refresh() ?? 1").await;
        ana.reads("connection-none", "no connection").await;
        ana.sees("!document.querySelector('[data-testid=connection-pair]').checkVisibility()")
            .await;
    });
}
