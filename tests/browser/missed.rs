//! Calls that nobody took.

use crate::demo::on_the_demo_page;

#[test]
fn several_missed_calls_are_all_told_and_stand_in_their_conversations() {
    on_the_demo_page(async |demo| {
        let ana = demo.signed_in("ana").await;
        ana.has_callers(&[("bo", "Bo"), ("cem", "Cem")]).await;

        for caller in ["bo", "cem"] {
            ana.is_rung_by(caller, "ana").await;
            let call =
                format!("others.{caller}.heard.find((it) => it.type === 'call-ringing').callId");
            let cancel =
                format!("(others.{caller}.says({{ type: 'call-cancel', callId: {call} }}), true)");
            ana.value(&cancel).await;
            ana.reads(&format!("unread-{caller}"), "1").await;
            ana.sees("!seen.part('incoming').open").await;
        }

        ana.reads("status", "2 missed calls: Cem, Bo.").await;
        ana.presses("write-bo").await;
        ana.reads("chat-log", "Missed call").await;
        ana.sees("seen.text('unread-bo') === ''").await;
        ana.reads("unread-cem", "1").await;
        ana.keeps_nobody_out("a missed call").await;
    });
}
