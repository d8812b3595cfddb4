//! The panels of the demo page: the signaling as a ladder, and the media connection.

use std::net::SocketAddr;
use std::rc::Rc;

use serde_json::{Value, json};
use thirtyfour::Key;

use crate::browser::Camera;
use crate::demo::{Demo, on_the_demo_page};
use crate::line::Line;
use crate::page::Page;

/// The kinds of messages that the ladder shows.
const KINDS: &str = "[...new Set(panels.rows().map((it) => it.dataset.kind))].sort().join(' ')";
/// Rows at which the tabulator stops.
const STOPS: &str =
    "document.querySelectorAll('[data-testid=ladder-row] > button:not([tabindex=\"-1\"])')";

impl Demo {
    /// Somebody who is signed in at this address of the server, and looks at the panels.
    async fn inspecting_at(&self, address: SocketAddr, user: &str) -> Rc<Page> {
        let page = self.page_of(&format!("http://{address}/?user={user}"), Camera::Fake).await;
        page.reads("status", &format!("Signed in as {user}.")).await;
        page.reads_panels().await;
        if page.value("seen.part('dock').dataset.open").await == "false" {
            page.presses("dock-toggle").await;
        }
        page
    }

    /// Two people in a call, both of whom look at the panels.
    async fn two_inspecting_a_call(&self) -> (Rc<Page>, Rc<Page>) {
        let ana = self.inspecting_at(self.address, "ana").await;
        let bo = self.inspecting_at(self.address, "bo").await;
        ana.calls("bo").await;
        bo.accepts().await;
        ana.is_in_a_call().await;
        bo.is_in_a_call().await;
        (ana, bo)
    }
}

impl Page {
    /// From now on `panels` tells what they show.
    pub(crate) async fn reads_panels(&self) {
        self.driver.execute(include_str!("panels.js"), []).await.unwrap();
    }

    /// The ladder has this chat that went this way, each message once and in order.
    async fn has_chat(&self, way: &str, due: &[String]) {
        let chat = format!("panels.chat({})", json!(way));
        self.sees(&format!("{chat}.length >= {}", due.len())).await;
        assert_eq!(self.value(&chat).await, json!(due));
    }

    async fn strikes(&self, key: Key) {
        self.driver.action_chain().send_keys(key).perform().await.unwrap();
    }
}

#[test]
fn the_ladder_and_its_export_have_each_message_once_and_in_order_also_across_reconnects() {
    on_the_demo_page(async |demo| {
        let line = Line::to(demo.address);
        let ana = demo.inspecting_at(line.address, "ana").await;
        let bo = demo.inspecting_at(demo.address, "bo").await;
        ana.may_lose_its_connection();
        ana.presses("write-bo").await;
        let due: Vec<_> = (0..16).map(|n| format!("number {n}")).collect();

        for (cut, words) in due.chunks(4).enumerate() {
            ana.says(&words[0]).await;
            // Messages are lost on this socket from now on, and repeated on the next one.
            line.swallow();
            ana.says(&words[1]).await;
            ana.says(&words[2]).await;
            line.cut();
            let ends = "panels.rows((it) => it.type === 'closed').length";
            ana.sees(&format!("{ends} === {}", cut + 1)).await;
            ana.says(&words[3]).await;
            let sessions = "panels.rows((it) => it.type === 'registered').length";
            ana.sees(&format!("{sessions} === {}", cut + 2)).await;
        }

        ana.has_chat("sent", &due).await;
        bo.has_chat("received", &due).await;
        ana.sees("document.querySelectorAll('[data-testid=ladder-again]').length >= 8").await;
        let written = "seen.wire.filter(({ direction, text }) => \
                       direction === 'out' && JSON.parse(text).type === 'message').length";
        let written = ana.value(written).await.as_u64().unwrap();
        assert!(written >= 24, "{written} were written: nothing was said again");

        let exported = ana.value("await panels.exported()").await;
        let entries = exported["entries"].as_array().unwrap();
        let sent = |it: &&Value| it["type"] == "message" && it["way"] == "sent";
        let words = entries.iter().filter(sent).map(|it| &it["content"]["data"]["text"]);
        assert_eq!(json!(words.collect::<Vec<_>>()), json!(due));
        let numbers = entries.iter().map(|it| it["number"].as_u64().unwrap());
        assert!(numbers.is_sorted(), "{entries:?}");
        let tokens = "seen.wire.map(({ text }) => JSON.parse(text).resumeToken).filter(Boolean)";
        let tokens = ana.value(tokens).await;
        assert!(!tokens.as_array().unwrap().is_empty());
        for token in tokens.as_array().unwrap() {
            assert!(!exported.to_string().contains(token.as_str().unwrap()));
        }
    });
}

#[test]
fn the_ladder_is_filtered_paused_and_cleared() {
    on_the_demo_page(async |demo| {
        let (ana, _bo) = demo.two_inspecting_a_call().await;
        ana.says("a needle").await;

        // Of others who come and go only when somebody wants to know.
        let usual = "call chat negotiation session socket";
        ana.sees(&format!("{KINDS} === {}", json!(usual))).await;
        ana.presses("ladder-kind-presence").await;
        ana.sees(&format!("{KINDS}.includes('presence')")).await;
        ana.presses("ladder-kind-heartbeat").await;
        ana.sees(&format!("{KINDS}.includes('heartbeat')")).await;
        ana.presses("ladder-kind-negotiation").await;
        ana.sees(&format!("!{KINDS}.includes('negotiation')")).await;
        ana.presses("ladder-kind-negotiation").await;
        ana.writes("ladder-filter", "NEEDLE").await;
        ana.sees("panels.rows().map((it) => it.dataset.type).join() === 'message'").await;
        ana.writes("ladder-filter", "m=video").await;
        let offer = "panels.rows((it) => it.type === 'offer')[0]";
        assert_eq!(ana.value(&format!("panels.content({offer}).to")).await, "bo");
        let media = format!("{offer}.querySelectorAll('pre')[1].textContent");
        ana.sees(&format!("{media}.startsWith('v=0\\n') && {media}.includes('\\nm=video ')")).await;

        ana.writes("ladder-filter", "paused").await;
        ana.presses("ladder-pause").await;
        ana.says("while paused").await;
        ana.reads("ladder-count", "more waiting").await;
        assert_eq!(ana.value("panels.rows().length").await, 0);
        ana.presses("ladder-pause").await;
        ana.sees("panels.chat('sent').join() === 'while paused'").await;
        ana.writes("ladder-filter", "said").await;
        ana.presses("ladder-clear").await;
        ana.sees("document.querySelectorAll('[data-testid=ladder-row]').length === 0").await;
        ana.says("said afterwards").await;
        ana.sees("panels.chat('sent').join() === 'said afterwards'").await;
    });
}

#[test]
fn the_tabulator_stops_once_in_the_ladder_and_arrows_walk_through_it() {
    on_the_demo_page(async |demo| {
        let ana = demo.inspecting_at(demo.address, "ana").await;
        ana.sees("panels.rows().length >= 3").await;
        assert_eq!(ana.value(&format!("{STOPS}.length")).await, 1);
        ana.value(&format!("{STOPS}[0].focus() ?? 1")).await;

        let at = "panels.rows().indexOf(document.activeElement.closest('li'))";
        for (key, expected) in [
            (Key::Home, "0"),
            (Key::Down, "1"),
            (Key::Up, "0"),
            (Key::End, "panels.rows().length - 1"),
        ] {
            ana.strikes(key).await;
            ana.sees(&format!("{at} === {expected}")).await;
        }
        let open = "document.activeElement.getAttribute('aria-expanded')";
        for (key, expected) in [(Key::Right, "true"), (Key::Left, "false"), (Key::Enter, "true")] {
            ana.strikes(key).await;
            ana.sees(&format!("{open} === '{expected}'")).await;
        }

        assert_eq!(ana.value(&format!("{STOPS}.length")).await, 1);
        ana.keeps_nobody_out("an opened message").await;
    });
}

#[test]
fn the_ladder_stays_quick_with_all_that_it_keeps() {
    on_the_demo_page(async |demo| {
        let page = demo.page_at("/healthz", Camera::Fake).await;
        page.may_complain_of("/favicon.ico");
        page.reads_panels().await;

        let seen = page.value("await panels.crowded(3000)").await;

        println!("{seen}");
        assert_eq!((&seen["kept"], &seen["shown"]), (&json!(2000), &json!(1)));
        // Ten times what it takes, and far less than without bounds.
        assert!(seen["drawn"].as_f64().unwrap() < 3000.0, "{seen}");
        assert!(seen["filtered"].as_f64().unwrap() < 1000.0, "{seen}");
    });
}

#[test]
fn the_connection_panel_shows_states_candidates_the_pair_in_use_and_plots() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_inspecting_a_call().await;

        for (part, words) in [
            ("connection-states", "bo"),
            ("state-peer", "connected"),
            ("state-ice", "connected"),
            ("state-dtls", "connected"),
            ("state-signaling", "stable"),
            ("connection-pair", "Direct"),
            ("connection-local", "host in use"),
            ("connection-remote", "host in use"),
        ] {
            ana.reads(part, words).await;
        }
        for (plot, numbers) in
            [("round-trip", " ms now"), ("loss", "received: "), ("rate", "kbit/s now")]
        {
            ana.reads(&format!("plot-{plot}-numbers"), numbers).await;
            let picture = format!("seen.part('plot-{plot}').querySelector('svg')");
            let line = "querySelector('.plot-line').getAttribute('d').includes('L')";
            ana.sees(&format!("{picture}.{line}")).await;
            let label = "getAttribute('aria-label').includes";
            ana.sees(&format!("{picture}.{label}({})", json!(numbers))).await;
        }

        bo.hangs_up().await;
        ana.call_ends("bo hung up.").await;
        for (part, words) in [
            ("connection-ended", "ended at"),
            ("state-peer", "ended"),
            ("state-ice", "connected"),
            ("connection-pair", "Direct"),
            ("plot-rate-numbers", "kbit/s now"),
        ] {
            ana.reads(part, words).await;
        }
        assert_eq!(ana.value("seen.part('connection-missing').checkVisibility()").await, false);
    });
}
