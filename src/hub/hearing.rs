//! Hearing clients: in turns, and those first that have used least of the hub.
//!
//! Promises: the messages of one client are judged in their order. A client is heard for one turn
//! ([`TURN`]), and waits for its next one behind all that have used less ([`FairQueue`]). The hub
//! works for one stretch (`stretch.rs`); then its thread reads and writes sockets. So a message of an
//! ordinary client waits for one stretch and a turn of each kind, however many others flood the hub. A token is
//! checked on another thread, and the client's later messages wait for the answer.

use std::time::{Duration, Instant};

use actix::prelude::*;

use super::fair_queue::FairQueue;
use super::verifier::{Answer, Question, Rest};
use super::{Batch, Link, Payload, SignalingHub};
use crate::domain::{Input, Unverified};
use crate::protocol::{BadMessage, BadToken, Refusal, Rejected, carries_data, decode};

/// How long the messages of one batch may take before others have their turn: a batch has up to 16,
/// and the dearest of them take 0.3 ms each. Reports of sockets have turns of the same length.
pub(super) const TURN: Duration = Duration::from_micros(250);

/// Bytes of a message that count as one piece of it where each may be a name, which is looked up:
/// twelve short ones, or all of an ordinary message.
const NAMES: usize = 128;
/// The same of data that is carried and not read, as that of an offer: 4 KiB take as long.
const DATA: usize = 4 << 10;

/// How long it takes to hear a message, as far as its beginning shows.
fn pieces(message: &Payload) -> usize {
    let piece = match message {
        Payload::Text(text) if carries_data(text) => DATA,
        Payload::Text(_) | Payload::Binary(_) | Payload::Oversized { .. } => NAMES,
    };
    1 + message.len() / piece
}

/// Clients that wait to be heard.
pub(super) type Waiting = FairQueue<Unheard>;

/// A client's batch that has not been heard to its end.
pub(super) struct Unheard {
    link: Link,
    rest: Rest,
    progress: Progress,
}

/// Whether anything of a batch has been heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Progress {
    Fresh,
    Begun,
}

impl SignalingHub {
    /// Takes a batch of messages that were read at this time.
    pub(super) fn take_batch(&mut self, link: Link, batch: Batch, at: Instant) {
        let rest = Rest { batch: batch.into_iter(), at };
        self.take_unheard(Unheard { link, rest, progress: Progress::Fresh });
    }

    /// Hears a batch at once, if nobody waits and the stretch is not over; otherwise in its turn.
    fn take_unheard(&mut self, unheard: Unheard) {
        if self.waiting.is_empty() && !self.is_stretch_over() {
            self.hear_turn(unheard);
        } else {
            self.put_off(unheard, (self.clock)());
        }
    }

    fn put_off(&mut self, unheard: Unheard, now: Instant) {
        let first = unheard.rest.batch.as_slice().first().map_or(1, pieces);
        let place = self.waiting.place(unheard.link.usage(), first, now);
        self.waiting.push(place, unheard);
    }

    /// Gives a turn to the client that comes first. Returns whether one has waited.
    pub(super) fn hear_next(&mut self) -> bool {
        let Some(unheard) = self.waiting.pop() else { return false };
        self.hear_turn(unheard);
        true
    }

    /// Hears a client for one turn. The rest of its batch waits for the next one.
    fn hear_turn(&mut self, Unheard { link, rest, progress }: Unheard) {
        if progress == Progress::Fresh {
            self.meters.report_taken();
        }
        let (begin, asked) = ((self.clock)(), self.board.units_asked());
        self.heard_at = Some(rest.at);
        let rest = self.hear_from(begin, &link, rest);
        self.heard_at = None;
        let end = self.finish_step(begin);
        let units = self.board.units_asked() - asked;
        self.waiting.charge(link.usage(), u32::try_from(units).unwrap_or(u32::MAX), end);
        if let Some(rest) = rest {
            self.put_off(Unheard { link, rest, progress: Progress::Begun }, end);
        }
    }

    /// Hears a batch up to its end, to a token that has to be checked, or for as long as a turn
    /// lasts. Returns the rest in the last case.
    fn hear_from(&mut self, begin: Instant, link: &Link, mut rest: Rest) -> Option<Rest> {
        link.batch_arrived();
        // Read once a message: a reading takes as long as a look into a map.
        let mut now = begin;
        while let Some(payload) = rest.batch.next() {
            self.hear(link, payload, now);
            if let Some(question) = self.question.take() {
                // Messages that wait for the answer go on counting.
                link.batch_sent(rest.bytes());
                rest = self.ask(question, rest)?;
                link.batch_arrived();
            }
            if rest.is_empty() {
                break;
            }
            now = (self.clock)();
            if now >= begin + TURN {
                link.batch_sent(rest.bytes());
                return Some(rest);
            }
        }
        link.batch_taken();
        None
    }

    fn hear(&mut self, link: &Link, payload: Payload, now: Instant) {
        let Some(user) = link.user().cloned() else { return };
        let refused = |refusal| Err(Rejected::unread(refusal));
        let bytes = payload.received();
        let said = match payload {
            Payload::Text(text) => decode(&text),
            Payload::Binary(_) => refused(Refusal::BadMessage(BadMessage::Binary)),
            Payload::Oversized { .. } => refused(Refusal::TooLarge { limit: self.max_frame }),
        };
        self.apply_at(now, Input::Said { connection: link.clone(), user, said, bytes });
    }

    /// Has a token looked at; or refuses it at once, and gives the rest back.
    fn ask(&mut self, question: Question, rest: Rest) -> Option<Rest> {
        let (why, question, rest) = match question.link.may_bring_token() {
            Err(retry_after) => (Unverified::TooManyBad { retry_after }, question, rest),
            Ok(()) => match &self.verifier {
                Some(verifier) => match verifier.ask(question, rest) {
                    Ok(()) => return None,
                    Err(back) => {
                        let (question, rest) = *back;
                        (Unverified::Busy, question, rest)
                    }
                },
                // Without tokens the rules ask for nothing.
                None => (Unverified::Refused(BadToken::Missing), question, rest),
            },
        };
        let Question { link: connection, user, id, .. } = question;
        self.apply(Input::Refreshed { connection, user, id, verified: Err(why) });
        Some(rest)
    }
}

impl Handler<Answer> for SignalingHub {
    type Result = ();

    fn handle(&mut self, answer: Answer, _: &mut Context<Self>) {
        let Answer { link, user, id, said, rest } = answer;
        match &said {
            Ok(identity) if identity.user != user => link.brought_bad_token(&BadToken::OtherUser),
            Ok(_) => {}
            Err(why) => link.brought_bad_token(why),
        }
        self.carry_out(|hub| {
            let now = (hub.clock)();
            let verified = said.map(|it| it.from(now).0).map_err(Unverified::Refused);
            hub.apply(Input::Refreshed { connection: link.clone(), user, id, verified });
        });
        self.take_unheard(Unheard { link, rest, progress: Progress::Begun });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hub::stretch::STRETCH;
    use crate::hub::test_client::{Client, READING, hub};

    /// Messages in a turn: the turn ends with the first that goes beyond it.
    const IN_A_TURN: usize = 2;

    const TO_EVE: &str = r#"{"type":"message","to":"eve","data":1}"#;

    /// Has `eve` hear this many messages, and returns their senders in order.
    async fn senders(eve: &mut Client, count: usize) -> Vec<String> {
        let mut senders = Vec::new();
        while senders.len() < count {
            let heard = eve.hears_whole().await;
            if heard["type"] == "message" {
                senders.push(heard["from"].as_str().unwrap().to_owned());
            }
        }
        senders
    }

    #[test]
    fn an_offer_counts_as_less_than_a_shorter_list_of_names() {
        let text =
            |start: &str, bytes| Payload::Text(format!("{start}{}", "x".repeat(bytes)).into());
        let offer = pieces(&text(r#"{"type":"offer","to":"bo","data":""#, 8000));
        assert!(offer < pieces(&text(r#"{"type":"watch","users":[""#, 2500)), "{offer}");
        // The type may be anywhere, and then nothing is known.
        assert!(offer < pieces(&text(r#"{"to":"bo","type":"offer","data":""#, 8000)), "{offer}");
        assert_eq!(pieces(&text(r#"{"type":"list"}"#, 0)), 1);
    }

    #[actix_rt::test]
    async fn a_batch_is_heard_for_one_turn_and_its_rest_behind_those_who_have_used_less() {
        let hub = hub();
        let mut eve = Client::comes(&hub, "eve").await;
        let (ana, bo) = (Client::comes(&hub, "ana").await, Client::comes(&hub, "bo").await);
        let waker = futures_util::task::noop_waker();

        ana.says([TO_EVE; 2 * IN_A_TURN + 1]);
        bo.says([TO_EVE; 1]);

        let expected = ["ana", "ana", "bo", "ana", "ana", "ana"];
        assert_eq!(senders(&mut eve, expected.len()).await, expected);
        assert!(ana.link.may_read(&waker) && bo.link.may_read(&waker), "nothing is left of either");
    }

    #[actix_rt::test]
    async fn a_client_that_floods_waits_behind_one_that_does_not_in_its_next_batch_as_well() {
        let hub = hub();
        let mut eve = Client::comes(&hub, "eve").await;
        let (ana, bo) = (Client::comes(&hub, "ana").await, Client::comes(&hub, "bo").await);
        let cy = Client::comes(&hub, "cy").await;
        ana.says([TO_EVE; 16]);
        senders(&mut eve, 16).await;

        // The first is heard at once.
        cy.says([TO_EVE; IN_A_TURN + 1]);
        ana.says([TO_EVE; 1]);
        bo.says([TO_EVE; 1]);

        assert_eq!(senders(&mut eve, 5).await, ["cy", "cy", "bo", "cy", "ana"]);
    }

    #[actix_rt::test]
    async fn after_a_stretch_the_hub_gives_its_thread_back_however_many_wait() {
        const CLIENTS: usize = 15;
        let hub = hub();
        let mut eve = Client::comes(&hub, "eve").await;
        let mut flood = Vec::new();
        for number in 0..CLIENTS {
            flood.push(Client::comes(&hub, &format!("u{number}")).await);
        }

        flood.iter().for_each(|client| client.says([TO_EVE; 16]));

        senders(&mut eve, 1).await;
        let in_a_stretch = (STRETCH.as_micros() / READING.as_micros()) as usize;
        assert!(eve.heard.len() < in_a_stretch, "{} in one go", eve.heard.len());
        senders(&mut eve, CLIENTS * 16 - 1).await;
    }
}
