//! Calls that end before they begin.

use crate::demo::{impatient, on_a_demo_page_of, on_the_demo_page};

#[test]
fn a_rejected_call_ends_in_words_on_both_sides() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_people().await;

        ana.calls("bo").await;
        bo.presses("reject").await;

        ana.call_ends("bo declined the call.").await;
        bo.call_ends("You declined the call from ana.").await;
    });
}

#[test]
fn a_cancelled_call_stops_ringing() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_people().await;
        ana.calls("bo").await;
        bo.can_press("accept").await;

        ana.presses("cancel").await;

        ana.call_ends("You cancelled the call.").await;
        bo.call_ends("ana cancelled the call.").await;
        bo.sees("!seen.part('incoming').open").await;
    });
}

#[test]
fn who_is_in_a_call_is_busy_for_a_third_person_and_keeps_talking() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_in_a_call().await;
        let cleo = demo.signed_in("cleo").await;

        cleo.calls("ana").await;

        cleo.call_ends("ana is in another call.").await;
        ana.sees_the_other_move().await;
        bo.sees_the_other_move().await;
    });
}

#[test]
fn a_call_that_nobody_answers_ends_after_the_ring_timeout() {
    on_a_demo_page_of(impatient(), async |demo| {
        let (ana, bo) = demo.two_people().await;

        ana.calls("bo").await;

        bo.was_told("ana is calling.").await;
        ana.call_ends("bo did not answer.").await;
        bo.call_ends("Missed call from ana.").await;
    });
}

#[test]
fn two_who_call_each_other_at_the_same_moment_are_in_one_call() {
    on_the_demo_page(async |demo| {
        let (ana, bo) = demo.two_people().await;

        // Neither page hears anything before it has called, so the two calls cross for certain.
        let moment = ana.value("Date.now() + 1000").await;
        let call = |user| {
            format!(
                "setTimeout(() => {{ while (Date.now() < {moment}); seen.part('call-{user}').click() }}, \
                 {moment} - 500 - Date.now())"
            )
        };
        ana.value(&call("bo")).await;
        bo.value(&call("ana")).await;

        ana.is_in_a_call().await;
        bo.is_in_a_call().await;
        let accepted = "seen.wire.map(({ text }) => JSON.parse(text)).filter((it) => it.type === 'call-accept')";
        let theirs = ana.value(accepted).await;
        let mine = bo.value(accepted).await;
        assert_eq!((theirs.as_array().unwrap().len(), mine.as_array().unwrap().len()), (1, 1));
        assert_eq!(theirs[0]["callId"], mine[0]["callId"]);
        assert_ne!(theirs[0]["offerer"], mine[0]["offerer"], "one of them makes the offer");
    });
}
