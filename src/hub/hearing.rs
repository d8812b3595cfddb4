//! Hearing a client: batch by batch, in turns, and in the order in which it spoke.
//!
//! Promises: the messages of one client are judged in their order. A batch holds the others up for
//! one turn at most; its rest is heard behind theirs. A token is checked on another thread, and the
//! client's later messages wait for the answer.

use std::time::Duration;

use actix::prelude::*;

use super::verifier::{Answer, Question, Rest};
use super::{Link, Payload, SignalingHub, now};
use crate::domain::{Input, Unverified};
use crate::protocol::{BadMessage, BadToken, Refusal, Rejected, decode};

/// How long the messages of one batch may take before others have their turn: a batch has up to 16,
/// and the dearest of them take 0.3 ms each.
const TURN: Duration = Duration::from_micros(250);

/// The rest of a client's batch.
#[derive(Message)]
#[rtype(result = "()")]
pub(super) struct GoOn {
    link: Link,
    rest: Rest,
}

impl Handler<GoOn> for SignalingHub {
    type Result = ();

    fn handle(&mut self, GoOn { link, rest }: GoOn, context: &mut Context<Self>) {
        let later = self.carry_out(|hub| hub.hear_all(link, rest));
        put_behind(later, context);
    }
}

/// Has the rest of a batch heard behind what others have said meanwhile.
pub(super) fn put_behind(rest: Option<GoOn>, context: &Context<SignalingHub>) {
    if let Some(rest) = rest {
        // why: a connection has one batch with the hub at a time, so there is one at most for each.
        context.address().do_send(rest);
    }
}

impl SignalingHub {
    /// Hears what a client has said, up to a token that has to be looked at first or to the end of
    /// its turn. Returns what is to be heard when others have had theirs.
    pub(super) fn hear_all(&mut self, link: Link, mut rest: Rest) -> Option<GoOn> {
        let begin = now();
        self.heard_at = Some(rest.at);
        link.batch_arrived();
        while let Some(payload) = rest.batch.next() {
            self.hear(&link, payload);
            let Some(question) = self.question.take() else {
                if !rest.is_empty() && now().saturating_duration_since(begin) >= TURN {
                    self.heard_at = None;
                    link.batch_sent(rest.bytes());
                    return Some(GoOn { link, rest });
                }
                continue;
            };
            // Messages that wait for the answer go on counting.
            link.batch_sent(rest.bytes());
            match self.ask(question, rest) {
                None => {
                    self.heard_at = None;
                    return None;
                }
                Some(back) => rest = back,
            }
            link.batch_arrived();
        }
        self.heard_at = None;
        link.batch_taken();
        None
    }

    fn hear(&mut self, link: &Link, payload: Payload) {
        let Some(user) = link.user().cloned() else { return };
        let refused = |refusal| Err(Rejected::unread(refusal));
        let bytes = payload.len();
        let said = match payload {
            Payload::Text(text) => decode(&text),
            Payload::Binary(_) => refused(Refusal::BadMessage(BadMessage::Binary)),
            Payload::Oversized { .. } => refused(Refusal::TooLarge { limit: self.max_frame }),
        };
        self.apply(Input::Said { connection: link.clone(), user, said, bytes });
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

    fn handle(&mut self, answer: Answer, context: &mut Context<Self>) {
        let Answer { link, user, id, said, rest } = answer;
        match &said {
            Ok(identity) if identity.user != user => link.brought_bad_token(&BadToken::OtherUser),
            Ok(_) => {}
            Err(why) => link.brought_bad_token(why),
        }
        let later = self.carry_out(|hub| {
            let now = now();
            let verified = said.map(|it| it.from(now).0).map_err(Unverified::Refused);
            let connection = link.clone();
            hub.apply(Input::Refreshed { connection, user, id, verified });
            hub.hear_all(link, rest)
        });
        put_behind(later, context);
    }
}
