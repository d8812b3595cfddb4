//! The panel with every signaling message.

use serde_json::Value;

use crate::demo::on_the_demo_page;

/// What the panel shows, every entry opened.
const SHOWN: &str = "Promise.all([...document.querySelectorAll('[data-testid=panel-entry]')].map(async (entry) => {
  const details = entry.querySelector('details');
  details.open = true;
  while (!entry.querySelector('pre')) await new Promise((done) => setTimeout(done, 5));
  return [entry.dataset.direction, entry.dataset.type, JSON.parse(entry.querySelector('pre').textContent)];
}))";
/// What went over the wire.
const WIRE: &str = "seen.wire.map(({ direction, text }) => {
  const message = JSON.parse(text);
  return [direction, message.type, message];
})";

#[test]
fn the_panel_shows_every_message_in_the_order_of_the_wire() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_in_a_call().await;
        ana.says("hello").await;
        bo.reads("chat-log", "hello").await;
        ana.reads("chat-log", "relayed").await;
        ana.hangs_up().await;
        ana.call_ends("You hung up.").await;
        ana.sees("seen.wire.some(({ text }) => JSON.parse(text).type === 'call-ended')").await;
        bo.call_ends("ana hung up.").await;

        for page in [&ana, &bo] {
            let shown = page.value(SHOWN).await;
            assert_eq!(shown, page.value(WIRE).await);
        }
        let heard_and_said = ana.value(SHOWN).await;
        let story = heard_and_said.as_array().unwrap().iter().filter_map(step).collect::<Vec<_>>();
        assert_eq!(
            story,
            [
                "in registered",
                "in client-list",
                "out call-request",
                "in call-ringing",
                "in call-accept",
                "out offer",
                "in answer",
                "out message",
                "in relayed",
                "out call-hangup",
                "in call-ended",
            ]
        );
    });
}

/// Candidates and presence come whenever they come.
fn step(entry: &Value) -> Option<String> {
    let (direction, kind) = (entry[0].as_str().unwrap(), entry[1].as_str().unwrap());
    (!["candidate", "presence"].contains(&kind)).then(|| format!("{direction} {kind}"))
}

#[test]
fn the_panel_can_be_filtered_and_cleared() {
    on_the_demo_page(async |demo| {
        let (ana, _bo) = demo.two_people().await;
        let shown = "[...document.querySelectorAll('[data-testid=panel-entry]')]\
             .filter((it) => it.checkVisibility()).map((it) => it.dataset.type).join()";

        ana.writes("panel-filter", "client-list").await;
        ana.sees(&format!("({shown}) === 'client-list'")).await;

        ana.presses("panel-clear").await;
        ana.sees(&format!("({shown}) === ''")).await;
    });
}
