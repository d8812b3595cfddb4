//! Several calls at once, and people whom one does not want to hear of.
//!
//! The callers are sockets without a page, opened by ana's own browser: only what ana sees is looked at.

use std::rc::Rc;

use serde_json::json;
use thirtyfour::Key;

use crate::demo::{Demo, on_the_demo_page};
use crate::page::Page;

/// `caller(user)` connects somebody; `others[user].heard` is what the server has told them.
const CALLERS: &str = "(window.others = {}, window.caller = (user, name) => new Promise((done) => {
    const query = new URLSearchParams({ userId: user, name: name || user });
    const socket = new WebSocket(`ws://${location.host}/ws?${query}`, ['switchboard.v1']);
    Object.assign(socket, { heard: [], says: (message) => socket.send(JSON.stringify(message)) });
    socket.addEventListener('message', ({ data }) => {
      socket.heard.push(JSON.parse(data));
      if (socket.heard.length === 1) done(true);
    });
    others[user] = socket;
  }), true)";

impl Page {
    /// People who can call from this browser.
    pub(crate) async fn has_callers(&self, users: &[(&str, &str)]) {
        self.value(CALLERS).await;
        for (user, name) in users {
            self.value(&format!("await caller({}, {})", json!(user), json!(name))).await;
        }
    }

    /// This caller rings, and the page shows a card for it.
    pub(crate) async fn is_rung_by(&self, caller: &str, callee: &str) {
        self.calls_in_vain(caller, callee).await;
        self.can_press(&format!("ringing-{caller}")).await;
    }

    /// This caller asks the server to ring, whatever comes of it.
    async fn calls_in_vain(&self, caller: &str, callee: &str) {
        let request = json!({ "type": "call-request", "id": "r", "to": callee });
        self.value(&format!("(others['{caller}'].says({request}), true)")).await;
    }

    /// The last call of this caller has ended so.
    async fn call_of_has_ended(&self, caller: &str, reason: &str) {
        let last = format!("others['{caller}'].heard.findLast((it) => it.type === 'call-ended')");
        self.sees(&format!("{last}?.reason === '{reason}'")).await;
    }

    /// Presses a button on the card of a caller.
    async fn answers(&self, caller: &str, button: &str) {
        let place =
            format!("seen.part('ringing-{caller}').querySelector('[data-testid={button}]')");
        self.value(&format!("({place}.click(), true)")).await;
    }
}

async fn ana_with(demo: &Demo, callers: &[&str]) -> Rc<Page> {
    let ana = demo.signed_in("ana").await;
    let callers: Vec<_> = callers.iter().map(|it| (*it, "")).collect();
    ana.has_callers(&callers).await;
    ana
}

#[test]
fn three_ring_at_once_on_a_card_each_of_whom_one_is_rejected_and_one_accepted() {
    on_the_demo_page(async |demo| {
        let ana = ana_with(demo, &["bo", "cleo", "dan"]).await;

        ana.is_rung_by("bo", "ana").await;
        ana.reads("incoming-title", "bo is calling").await;
        ana.is_rung_by("cleo", "ana").await;
        ana.is_rung_by("dan", "ana").await;
        ana.reads("incoming-title", "3 people are calling").await;

        ana.answers("dan", "reject").await;
        ana.call_of_has_ended("dan", "rejected").await;
        ana.reads("incoming-title", "2 people are calling").await;
        // At once, not only when the server has ended the call of bo.
        let accept = "seen.part('ringing-cleo').querySelector('[data-testid=accept]')";
        assert_eq!(
            ana.value(&format!("({accept}.click(), seen.part('incoming').open)")).await,
            false
        );
        ana.call_of_has_ended("bo", "busy").await;
        ana.call_is("connecting").await;
        ana.sees("!seen.part('incoming').open").await;
        ana.sees("others.cleo.heard.some((it) => it.type === 'call-accept')").await;
        ana.hangs_up().await;
        ana.call_of_has_ended("cleo", "hangup").await;
        ana.call_ends("You hung up.").await;
    });
}

#[test]
fn somebody_who_is_being_rung_lets_it_ring_and_calls_somebody_else() {
    on_the_demo_page(async |demo| {
        let ana = ana_with(demo, &["bo", "cleo"]).await;
        ana.is_rung_by("bo", "ana").await;

        ana.presses("incoming-aside").await;
        ana.calls("cleo").await;
        ana.reads("call-words", "Ringing cleo").await;
        ana.reads("incoming", "bo is calling").await;
        let called = "others.cleo.heard.find((it) => it.type === 'call-request').callId";
        let accept =
            format!("(others.cleo.says({{ type: 'call-accept', callId: {called} }}), true)");
        ana.value(&accept).await;

        ana.call_of_has_ended("bo", "busy").await;
        ana.call_is("connecting").await;
        ana.reads("status", "Missed call from bo, while you took another call.").await;
        ana.sees("!seen.part('incoming').open").await;
        ana.hangs_up().await;
        ana.call_ends("You hung up.").await;
    });
}

#[test]
fn hang_up_and_accept_ends_the_own_call_and_takes_the_other() {
    on_the_demo_page(async |demo| {
        let ana = ana_with(demo, &["bo", "cleo"]).await;
        ana.is_rung_by("bo", "ana").await;
        ana.reads("accept", "Accept").await;
        ana.presses("incoming-aside").await;
        ana.sees("!seen.part('incoming').contains(document.activeElement)").await;
        ana.calls("cleo").await;
        ana.reads("call-words", "Ringing cleo").await;

        ana.reads("accept", "Hang up and accept").await;
        ana.presses("accept").await;

        ana.call_of_has_ended("cleo", "cancelled").await;
        ana.sees("others.bo.heard.some((it) => it.type === 'call-accept')").await;
        ana.hangs_up().await;
        ana.call_of_has_ended("bo", "hangup").await;
        ana.call_ends("You hung up.").await;
    });
}

#[test]
fn by_keyboard_alone_each_of_several_callers_is_answered_and_none_by_mistake() {
    on_the_demo_page(async |demo| {
        let ana = ana_with(demo, &["bo", "cleo", "dan"]).await;
        for caller in ["bo", "cleo", "dan"] {
            ana.is_rung_by(caller, "ana").await;
        }
        let on = |caller: &str, button: &str| {
            format!(
                "document.activeElement === seen.part('ringing-{caller}')?.querySelector('[data-testid={button}]')"
            )
        };
        ana.sees(&on("bo", "accept")).await;

        ana.types(Key::Tab + Key::Tab).await;
        ana.sees(&on("cleo", "reject")).await;
        ana.types(Key::Enter).await;
        ana.call_of_has_ended("cleo", "rejected").await;
        // The next key is nobody's answer.
        ana.sees("document.activeElement === seen.part('incoming-title')").await;
        ana.types(Key::Enter).await;
        ana.types(Key::Escape).await;
        ana.call_of_has_ended("bo", "rejected").await;
        ana.reads("incoming-title", "dan is calling").await;
        ana.types(Key::Escape).await;
        ana.call_of_has_ended("dan", "rejected").await;
        ana.call_ends("You declined the call from dan.").await;
        ana.sees("!seen.part('incoming').open").await;
    });
}

#[test]
fn somebody_who_is_blocked_finds_ana_offline_also_after_a_reload_until_ana_takes_it_back() {
    on_the_demo_page(async |demo| {
        let ana = ana_with(demo, &["mallory"]).await;
        ana.is_rung_by("mallory", "ana").await;

        ana.presses("block").await;
        ana.call_of_has_ended("mallory", "rejected").await;
        ana.reads("status", "mallory is blocked").await;
        ana.calls_in_vain("mallory", "ana").await;
        ana.call_of_has_ended("mallory", "offline").await;
        ana.reads("user-mallory", "blocked").await;
        ana.reads("blocked-heading", "Blocked (1)").await;

        ana.driver.refresh().await.unwrap();
        ana.reads("status", "Signed in as ana.").await;
        ana.reads("blocked-heading", "Blocked (1)").await;
        ana.has_callers(&[("mallory", "")]).await;
        ana.calls_in_vain("mallory", "ana").await;
        ana.call_of_has_ended("mallory", "offline").await;
        ana.sees("!seen.part('incoming').open").await;

        ana.presses("blocked-heading").await;
        ana.presses("unblock-mallory").await;
        ana.reads("status", "mallory is no longer blocked.").await;
        ana.is_rung_by("mallory", "ana").await;
        ana.presses("reject").await;
        ana.call_of_has_ended("mallory", "rejected").await;
    });
}

#[test]
fn people_are_blocked_and_unblocked_in_their_conversation_too() {
    on_the_demo_page(async |demo| {
        let ana = ana_with(demo, &["bo"]).await;
        ana.presses("write-bo").await;
        ana.reads("chat-block", "Block").await;

        ana.presses("chat-block").await;
        ana.reads("chat-block", "Unblock").await;
        ana.sees("seen.wire.some(({ text }) => text.includes('\"blocked\"'))").await;
        let message =
            json!({ "type": "message", "id": "m", "to": "ana", "data": { "text": "psst" } });
        ana.value(&format!("(others.bo.says({message}), true)")).await;
        ana.sees("others.bo.heard.some((it) => it.code === 'user-offline')").await;
        ana.sees("!seen.text('chat-log').includes('psst')").await;

        ana.presses("chat-block").await;
        ana.reads("chat-block", "Block").await;
        ana.reads("status", "bo is no longer blocked.").await;
        ana.value(&format!("(others.bo.says({message}), true)")).await;
        ana.reads("chat-log", "psst").await;
    });
}
