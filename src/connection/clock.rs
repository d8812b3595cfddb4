//! Time: the heartbeat, the stalled reader, and how long each phase may last.
//!
//! One timer a connection. It is never later than the next deadline and is moved only when it
//! fires too early or something earlier comes up, so a busy socket does not touch it. Only what
//! concerns a silent client, to ask it and to give it up, may come a little late, together with the
//! same for others.

use std::sync::OnceLock;
use std::task;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::time::Instant;

use crate::hub::Parting;
use crate::protocol::Close;

use super::actor::Connection;
use super::closing::Phase;

/// Silent clients are asked, or given up, at so many times within the interval of the heartbeat: none
/// later than by a hundredth of it.
const TIMES_TO_ASK: u32 = 100;

/// How long a client may owe the rest of a long message while there is no room for those of others.
const IN_THE_WAY: Duration = Duration::from_secs(5);
/// How often a client that owes the rest of a long message is looked at, in case room runs out.
const LOOK_AT_DEBTS: Duration = Duration::from_secs(1);

/// Whether the client has been asked for a sign of life since it was last heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Asked {
    Nothing,
    ByHeartbeat {
        at: Instant,
    },
    /// The hub wants to be told.
    ByHub {
        at: Instant,
    },
}

impl Connection {
    /// Sends a ping, whose effect the hub wants to be told. One that waits for an answer already
    /// keeps its time, so that asking again does not lengthen a life.
    pub(super) fn ask_for_the_hub(&mut self) {
        self.asked = match self.asked {
            Asked::Nothing => Asked::ByHub { at: Instant::now() },
            Asked::ByHeartbeat { at } | Asked::ByHub { at } => Asked::ByHub { at },
        };
        self.backlog.push_ping();
    }

    /// Acts on whatever is due. Comes after reading, so what has arrived while this process was
    /// kept from running counts as heard.
    pub(super) fn look_at_the_clock(&mut self, cx: &mut task::Context<'_>, now: Instant) {
        match self.phase {
            Phase::Registering { until } if until <= now => {
                self.close(Close::TryLater, Parting::Broken);
            }
            Phase::Closing(patience) | Phase::Ending(patience) => {
                if patience.until <= now || patience.received < self.reader.received() {
                    self.out_of_patience();
                }
            }
            Phase::Open => self.keep_the_heartbeat(cx, now),
            Phase::Registering { .. } | Phase::Resetting | Phase::Over => {}
        }
    }

    fn keep_the_heartbeat(&mut self, cx: &mut task::Context<'_>, now: Instant) {
        if self.stall_deadline().is_some_and(|due| due <= now) {
            return self.close(Close::ReadsTooSlowly, Parting::Broken);
        }
        if self.life_deadline() > now {
            return;
        }
        if !self.may_read(cx) {
            // Nobody listens while the hub is busy, so this silence is not the client's.
            self.heard = now;
            self.owing_since = self.owing_since.and(Some(now));
            return;
        }
        if self.silence_deadline() <= now && self.asked == Asked::Nothing {
            self.asked = Asked::ByHeartbeat { at: now };
            return self.backlog.push_ping();
        }
        // Control frames that wait for their rate may hide every other sign of life.
        let is_too_fast = !self.frame_rate.wait(now).is_zero();
        let close = if is_too_fast { Close::OverRate } else { Close::NoSignOfLife };
        self.close(close, Parting::Broken);
    }

    /// When the client has to be asked, or is taken for dead.
    fn silence_deadline(&self) -> Instant {
        let heartbeat = self.node.limits.heartbeat;
        match self.asked {
            Asked::Nothing => self.heard + heartbeat,
            Asked::ByHeartbeat { at } | Asked::ByHub { at } => {
                (self.heard + heartbeat * 2).max(at + heartbeat)
            }
        }
    }

    fn life_deadline(&self) -> Instant {
        let silence = self.silence_deadline();
        let patience = self.node.limits.heartbeat * 2;
        let patience = if self.is_in_the_way() { patience.min(IN_THE_WAY) } else { patience };
        let finished = self.owing_since.map(|since| since + patience);
        finished.map_or(silence, |finished| finished.min(silence))
    }

    fn stall_deadline(&self) -> Option<Instant> {
        self.stalled_since.map(|since| since + self.node.limits.stall)
    }

    fn next_deadline(&self) -> Option<Instant> {
        match self.phase {
            Phase::Registering { until } => Some(until),
            Phase::Open => {
                let life = self.life_deadline();
                Some(self.stall_deadline().map_or(life, |stall| stall.min(life)))
            }
            Phase::Closing(patience) | Phase::Ending(patience) => Some(patience.until),
            Phase::Resetting | Phase::Over => None,
        }
    }

    fn rings_by(&self, deadline: Instant, now: Instant) -> bool {
        self.rings_at.is_some_and(|rings_at| now < rings_at && rings_at <= deadline)
    }

    /// Whether there is nothing to wait for but a sign of life.
    fn is_at_rest(&self) -> bool {
        let is_waited_for =
            self.owing_since.is_some() || self.stalled_since.is_some() || self.is_held_up;
        self.phase == Phase::Open && !is_waited_for
    }

    /// The next of the times that all silent clients are asked at, from `deadline` on: one wake-up
    /// asks many, and most of their answers come together. Who has been asked at one of them is to be
    /// given up at the same one at which, having answered, it is asked again: the answer moves no timer.
    fn together(&self, deadline: Instant) -> Instant {
        static BEGINNING: OnceLock<Instant> = OnceLock::new();
        let step = (self.node.limits.heartbeat / TIMES_TO_ASK).max(Duration::from_millis(1));
        let since = deadline.duration_since(*BEGINNING.get_or_init(Instant::now)).as_nanos();
        let late = (step.as_nanos() - since % step.as_nanos()) % step.as_nanos();
        deadline + Duration::from_nanos(late as u64)
    }

    /// Comes last in a turn: leaves the timer at or before the next deadline. One that is there
    /// already and has not rung is not looked at: that would be another part of memory.
    pub(super) fn set_the_alarm(&mut self, cx: &mut task::Context<'_>, now: Instant) {
        let Some(deadline) = self.next_deadline() else { return };
        let look = self.owes_much().then_some(LOOK_AT_DEBTS);
        let soon = [look, self.held_up_for(now)].into_iter().flatten().min();
        let deadline = soon.map_or(deadline, |soon| deadline.min(now + soon));
        if self.rings_by(deadline, now) {
            return;
        }
        let deadline = if self.is_at_rest() { self.together(deadline) } else { deadline };
        if self.rings_by(deadline, now) {
            return;
        }
        self.alarm.as_mut().reset(deadline);
        self.rings_at = Some(deadline);
        if self.alarm.poll_unpin(cx).is_ready() {
            self.rings_at = None;
            cx.waker().wake_by_ref();
        }
    }
}

#[cfg(test)]
mod tests {
    use actix::{Addr, Context, Handler, Message, MessageResult};

    use super::*;
    use crate::config::Config;
    use crate::connection::actor::tests::begin;

    /// Puts the connection at rest, with a client that is silent since `heard`; returns when it rings.
    #[derive(Message)]
    #[rtype(result = "Instant")]
    struct Silent {
        heard: Instant,
        asked: Asked,
    }

    impl Handler<Silent> for Connection {
        type Result = MessageResult<Silent>;
        fn handle(&mut self, silent: Silent, _: &mut Context<Self>) -> Self::Result {
            self.phase = Phase::Open;
            self.heard = silent.heard;
            self.asked = silent.asked;
            self.rings_at = None;
            self.set_the_alarm(&mut task::Context::from_waker(task::Waker::noop()), Instant::now());
            MessageResult(self.rings_at.unwrap())
        }
    }

    async fn rings(connection: &Addr<Connection>, heard: Instant, asked: Asked) -> Instant {
        connection.send(Silent { heard, asked }).await.unwrap()
    }

    #[actix_rt::test]
    async fn all_who_fall_silent_within_a_hundredth_of_the_heartbeat_are_asked_and_given_up_together()
     {
        let heartbeat = Config::default().heartbeat;
        let step = heartbeat / 100;
        let moment = Duration::from_millis(1);
        let begun = begin().await;
        let connection = &begun.connection;
        let now = Instant::now();

        let asks = rings(connection, now, Asked::Nothing).await;
        assert!(asks >= now + heartbeat, "never too early");
        assert!(asks < now + heartbeat + step, "late by a hundredth at most");

        let gives_up = asks + heartbeat + step;
        for early in [Duration::ZERO, moment, step / 2, step - moment] {
            let heard = asks - heartbeat - early;
            assert_eq!(rings(connection, heard, Asked::Nothing).await, asks, "{early:?}");
            // Whoever is asked is so a little after the time, and is given up when those who
            // have answered are asked again.
            let at = asks + moment + early;
            for asked in [Asked::ByHeartbeat { at }, Asked::ByHub { at }] {
                assert_eq!(rings(connection, heard, asked).await, gives_up, "{asked:?}");
            }
            assert_eq!(rings(connection, at, Asked::Nothing).await, gives_up, "{early:?}");
            assert!(gives_up <= heard + (heartbeat + step) * 2, "{early:?}");
        }
    }

    #[actix_rt::test]
    async fn a_question_of_the_hub_neither_shortens_nor_lengthens_a_silent_life() {
        let heartbeat = Config::default().heartbeat;
        let begun = begin().await;
        let heard = Instant::now();

        for after in [Duration::ZERO, heartbeat / 2, heartbeat] {
            let asked = Asked::ByHub { at: heard + after };
            let gives_up = rings(&begun.connection, heard, asked).await;
            assert!(gives_up >= heard + heartbeat * 2, "{after:?}");
            assert!(gives_up < heard + heartbeat * 2 + heartbeat / 100, "{after:?}");
        }
    }
}
