//! Media connections that find no path, in calls and in rooms: what is said of them, and what stays known.

use std::rc::Rc;

use serde_json::json;

use crate::browser::Camera;
use crate::demo::{Demo, on_the_demo_page};
use crate::page::Page;

/// From now on this browser takes no description of the other side, which no negotiation survives.
pub(crate) const DEAF: &str = "(() => { const all = RTCPeerConnection.prototype; \
    window.hears = all.setRemoteDescription; \
    all.setRemoteDescription = async () => { throw new DOMException('deaf', 'OperationError') }; \
    return true })()";
const HEARS_AGAIN: &str = "(RTCPeerConnection.prototype.setRemoteDescription = hears, true)";

impl Demo {
    /// Somebody whose page may only use relays, of which the server offers none.
    async fn without_a_path(&self, user: &str) -> Rc<Page> {
        let page = self.page_at(&format!("/?user={user}&relay"), Camera::Fake).await;
        page.reads("status", &format!("Signed in as {user}.")).await;
        page
    }

    async fn joins_the_room(&self, user: &str) -> Rc<Page> {
        let page = self.page_at(&format!("/?user={user}&room=standup"), Camera::Fake).await;
        page.sees("seen.part('call-state')?.dataset.state === 'room'").await;
        page
    }
}

impl Page {
    async fn opens_the_inspector(&self) {
        self.reads_panels().await;
        if self.value("seen.part('dock').dataset.open").await == "false" {
            self.presses("dock-toggle").await;
        }
    }
}

#[test]
fn after_five_seconds_without_a_path_both_sides_say_what_is_missing_and_it_stays_known() {
    on_the_demo_page(async |demo| {
        let ana = demo.signed_in("ana").await;
        let bo = demo.without_a_path("bo").await;
        for page in [&ana, &bo] {
            page.opens_the_inspector().await;
        }

        ana.calls("bo").await;
        bo.accepts().await;

        bo.reads("call-words", "This page may only use relays").await;
        bo.reads("call-words", "Connecting to ana…").await;
        bo.reads("connection-missing", "the server offers no TURN server").await;
        bo.reads("connection-only", "relays only").await;
        // They came over the wire, and the statistics of a browser without a candidate leave them out.
        bo.reads("connection-remote", "host").await;
        ana.reads("call-words", "bo has sent no network address").await;

        ana.hangs_up().await;
        bo.call_ends("ana hung up.").await;
        bo.reads("connection-ended", "ended at").await;
        bo.reads("connection-remote", "host").await;
        bo.reads("state-peer", "ended").await;
        let connection = &bo.value("await panels.exported()").await["connections"][0];
        assert_eq!(connection["missing"], "missing.no-turn", "{connection:#}");
        assert_eq!(
            (&connection["userId"], &connection["reason"]),
            (&json!("ana"), &json!("hangup"))
        );
        assert!(!connection["candidates"]["remote"].as_array().unwrap().is_empty());
    });
}

#[test]
fn a_call_that_fails_is_told_as_that_on_both_sides_and_blames_nobody() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_people().await;
        bo.opens_the_inspector().await;
        ana.value(DEAF).await;

        ana.calls("bo").await;
        bo.accepts().await;

        ana.call_ends("No audio or video path to bo could be set up.").await;
        bo.call_ends("No audio or video path to ana could be set up.").await;
        let end = "panels.rows((it) => it.type === 'call-ended')[0]";
        bo.sees(&format!("{end}?.matches('.is-wrong')")).await;
        bo.sees(&format!("{end}.textContent.includes('hangup · failed')")).await;
    });
}

#[test]
fn a_member_whose_connection_fails_keeps_a_tile_from_which_it_is_tried_again() {
    on_the_demo_page(async |demo| {
        let bo = demo.joins_the_room("bo").await;
        let ana = demo.signed_in("ana").await;
        ana.value(DEAF).await;
        ana.writes("room-input", "standup").await;
        ana.presses("room-join").await;

        ana.reads("person-bo-tile", "bo · not connected").await;
        ana.reads("call-words", "2 in standup (1 not connected)").await;
        ana.keeps_nobody_out("a tile without a connection").await;

        ana.value(HEARS_AGAIN).await;
        ana.presses("person-bo-retry").await;

        ana.sees("seen.part('person-bo-video').videoWidth > 0").await;
        ana.sees("seen.text('call-words') === '2 in standup'").await;
        ana.sees("!seen.part('person-bo-retry').checkVisibility()").await;
        bo.sees("seen.part('person-ana-video')?.videoWidth > 0").await;
        bo.presses("leave").await;
        ana.sees("seen.part('person-bo-tile') === null").await;
    });
}

#[test]
fn the_connection_to_any_member_of_a_room_can_be_looked_at() {
    on_the_demo_page(async |demo| {
        let ana = demo.joins_the_room("ana").await;
        let _bo = demo.joins_the_room("bo").await;
        let cleo = demo.joins_the_room("cleo").await;
        ana.opens_the_inspector().await;
        for user in ["bo", "cleo"] {
            ana.sees(&format!("seen.part('person-{user}-video')?.videoWidth > 0")).await;
        }

        let choice = "seen.part('connection-choice')";
        let names = format!("[...{choice}.options].map(({{ text }}) => text).sort()");
        assert_eq!(ana.value(&names).await, json!(["bo", "cleo"]));
        for user in ["bo", "cleo"] {
            let choose = format!(
                "({choice}.value = '{user}', {choice}.dispatchEvent(new Event('change')), true)"
            );
            ana.value(&choose).await;
            ana.reads("connection-states", user).await;
            ana.reads("connection-pair", "Direct").await;
        }
        cleo.presses("leave").await;
        ana.reads("connection-ended", "ended at").await;
        ana.reads("connection-choice", "cleo, ended at").await;
    });
}
