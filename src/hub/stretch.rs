//! How long the hub works in one go: its thread has sockets to read and write as well.
//!
//! Promises: the hub works for one stretch ([`STRETCH`]) and two turns of each kind more, whatever comes
//! in that time. Reports of sockets (one has opened, or ended) are handled in the order of coming, so
//! register, replace and unregister stay in order. When the stretch is over they wait, as messages do,
//! and both have turns of the same length: neither logins and logouts nor messages keep the other out.

use std::collections::VecDeque;
use std::pin::{Pin, pin};
use std::task::{self, Poll};
use std::time::Duration;

use actix::prelude::*;
use tokio::task::yield_now;

use super::hearing::TURN;
use super::{ConnectionEvent, FromConnection, Link, SignalingHub};
use crate::domain::{Input, Login, Parting};

/// How long the hub works before the other tasks of its thread do: a few hundred messages.
pub(super) const STRETCH: Duration = Duration::from_millis(1);

/// Room that is kept when nothing waits.
const KEPT: usize = 64;

/// Reports of sockets about themselves, in the order of coming. Each socket has two reports in its
/// life and one for a probe, so their number is bounded by that of the sockets.
#[derive(Debug, Default)]
pub(super) struct Reports(VecDeque<(Link, Report)>);

#[derive(Debug)]
enum Report {
    Opened(Box<Login>),
    Alive,
    Ended(Parting),
}

impl Reports {
    fn pop(&mut self) -> Option<(Link, Report)> {
        let next = self.0.pop_front()?;
        if self.0.is_empty() && self.0.capacity() > KEPT {
            self.0 = VecDeque::new();
        }
        Some(next)
    }
}

impl Handler<FromConnection> for SignalingHub {
    type Result = ();

    fn handle(&mut self, said: FromConnection, _: &mut Context<Self>) {
        let FromConnection { link, event, at } = said;
        let report = match event {
            ConnectionEvent::Said(batch) => return self.take_batch(link, batch, at),
            ConnectionEvent::Opened(login) => Report::Opened(login),
            ConnectionEvent::Alive => Report::Alive,
            ConnectionEvent::Ended(parting) => Report::Ended(parting),
        };
        if self.reports.0.is_empty() && !self.is_stretch_over() {
            self.take_report(link, report);
        } else {
            self.reports.0.push_back((link, report));
        }
    }
}

impl SignalingHub {
    pub(super) fn is_stretch_over(&self) -> bool {
        self.worked >= STRETCH
    }

    fn take_report(&mut self, link: Link, report: Report) {
        self.meters.report_taken();
        let input = match (report, link.user().cloned()) {
            (Report::Opened(login), _) => Input::Claim { connection: link, login: *login },
            (Report::Alive, Some(user)) => Input::Alive { connection: link, user },
            (Report::Ended(parting), Some(user)) => {
                Input::Ended { connection: link, user, parting }
            }
            // It was nobody's.
            (Report::Alive | Report::Ended(_), None) => return,
        };
        self.carry_out(|hub| hub.apply(input));
    }

    /// Gives turns to reports and to clients that wait: one each at least, and no more when the
    /// stretch is over. Returns whether more wait.
    fn go_on_with_waiting(&mut self) -> bool {
        loop {
            self.work_for_a_turn(Self::take_next_report);
            self.work_for_a_turn(Self::hear_next);
            let more_wait = !self.reports.0.is_empty() || !self.waiting.is_empty();
            if !more_wait || self.is_stretch_over() {
                return more_wait;
            }
        }
    }

    /// Does one thing after the other until none is left or a turn is over.
    fn work_for_a_turn(&mut self, next: impl Fn(&mut Self) -> bool) {
        let end = self.worked + TURN;
        while next(self) && self.worked < end {}
    }

    /// Takes the report that has waited longest. Returns whether there was one.
    fn take_next_report(&mut self) -> bool {
        let Some((link, report)) = self.reports.pop() else { return false };
        self.take_report(link, report);
        true
    }
}

/// The part of the hub's task that is polled behind its mailbox: what waits, then timers and work
/// that is left of a step.
pub(super) struct BehindMailbox;

impl ActorFuture<SignalingHub> for BehindMailbox {
    type Output = ();

    fn poll(
        self: Pin<&mut Self>,
        hub: &mut SignalingHub,
        _: &mut Context<SignalingHub>,
        cx: &mut task::Context<'_>,
    ) -> Poll<()> {
        let more_wait = hub.go_on_with_waiting();
        // One slice of work that is left, or timers until one of them leaves some.
        let mut has_due = hub.board.has_work_left();
        while has_due || hub.alarm.poll_ring(cx).is_ready() {
            hub.carry_out(|hub| hub.apply(Input::Tick));
            if hub.board.has_work_left() {
                break;
            }
            has_due = false;
        }
        if more_wait || hub.board.has_work_left() {
            give_way(cx);
        }
        hub.worked = Duration::ZERO;
        Poll::Pending
    }
}

/// Has this task polled again when the others and the kernel have had their turn. To wake it here
/// would poll it before the kernel is asked for what has come.
fn give_way(cx: &mut task::Context<'_>) {
    // It has the runtime wake this task later, which needs no second poll of it.
    let _ = pin!(yield_now()).poll(cx);
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::time::Instant;

    use actix::Addr;
    use tokio::task::yield_now;

    use super::*;
    use crate::hub::Inspect;
    use crate::hub::test_client::{Client, READING, hub, hub_by};

    const CROWD: usize = 60;
    /// Reports in a stretch, at most.
    const IN_A_STRETCH: usize = (STRETCH.as_micros() / READING.as_micros()) as usize;

    async fn crowd(hub: &Addr<SignalingHub>) -> Vec<Client> {
        let mut crowd = Vec::new();
        for number in 0..CROWD {
            crowd.push(Client::comes(hub, &format!("u{number}")).await);
        }
        crowd
    }

    async fn users(hub: &Addr<SignalingHub>) -> usize {
        hub.send(Inspect).await.unwrap().census.users
    }

    #[actix_rt::test]
    async fn of_all_who_end_at_once_the_hub_handles_a_stretch_and_gives_its_thread_back() {
        let hub = hub();
        let crowd = crowd(&hub).await;

        crowd.iter().for_each(|it| it.reports(ConnectionEvent::Ended(Parting::Goodbye)));

        let left = users(&hub).await;
        assert!(left >= CROWD - IN_A_STRETCH, "{left} of {CROWD} were left in one go");
        while users(&hub).await > 0 {
            yield_now().await;
        }
    }

    #[actix_rt::test]
    async fn a_message_takes_turns_with_those_who_have_ended_before() {
        let hub = hub();
        let (mut eve, ana) = (Client::comes(&hub, "eve").await, Client::comes(&hub, "ana").await);
        let crowd = crowd(&hub).await;

        crowd.iter().for_each(|it| it.reports(ConnectionEvent::Ended(Parting::Goodbye)));
        ana.says([r#"{"type":"message","to":"eve","data":1}"#]);

        assert_eq!(eve.hears().await, "message");
        let left = users(&hub).await;
        assert!(left > CROWD / 2, "{left} of {CROWD} were left when the message was heard");
    }

    #[actix_rt::test]
    async fn reports_that_wait_stay_in_the_order_of_coming() {
        let hub = hub();
        let crowd = crowd(&hub).await;

        crowd.iter().for_each(|it| it.reports(ConnectionEvent::Ended(Parting::Goodbye)));
        // Each comes anew behind the end of its first connection, and stays.
        for number in 0..CROWD {
            Client::comes(&hub, &format!("u{number}")).await;
        }

        assert_eq!(users(&hub).await, CROWD);
    }

    /// A clock that moves by a fifth of [`READING`] when it is read.
    fn fast_hub_clock() -> Instant {
        thread_local!(static NOW: Cell<Instant> = Cell::new(Instant::now()));
        NOW.set(NOW.get() + READING / 5);
        NOW.get()
    }

    #[actix_rt::test]
    async fn reports_have_as_much_time_as_clients_that_flood() {
        const FLOODS: usize = 15;
        let hub = hub_by(fast_hub_clock);
        let eve = Client::comes(&hub, "eve").await;
        let mut flood = Vec::new();
        for number in 0..FLOODS {
            flood.push(Client::comes(&hub, &format!("flood{number}")).await);
        }
        let crowd = crowd(&hub).await;

        flood.iter().for_each(|it| it.says([r#"{"type":"message","to":"eve","data":1}"#; 16]));
        crowd.iter().for_each(|it| it.reports(ConnectionEvent::Ended(Parting::Goodbye)));
        while users(&hub).await > FLOODS + 1 {
            yield_now().await;
        }

        // A report takes as long as two messages; with a turn of eight messages for each report all 240
        // were heard before.
        let heard = eve.heard.len();
        assert!(heard < 3 * CROWD, "{heard} messages were heard before {CROWD} reports");
    }
}
