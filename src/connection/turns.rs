//! Turns of work that keeps a thread busy: a request that is served, a TLS key exchange.
//!
//! Promises: connections of a thread that are no socket yet work in the order of asking, each without
//! a pause. One that asks just when a pause ends may come before those that wait for the end. After
//! [`BUDGET`] of such work everything else that is ready on the thread goes first: sockets, the hub,
//! timers, events of the kernel. Until then many turns fit between two looks at the sockets, so a
//! thousand connections that come at once do not wait for a thousand looks.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio::task::yield_now;

/// Work after which others go first. A signature by an RSA key of 4096 bits alone is longer; so
/// nothing comes between two of these but the others.
const BUDGET: Duration = Duration::from_millis(1);
/// Connections that work one after the other before others go first, at most. A login takes 15 µs of
/// its turn, and several times as long for its socket, which is not counted here.
const AT_ONCE: usize = 16;

/// The turns of one thread.
#[derive(Debug)]
pub(super) struct Turns {
    places: Semaphore,
    /// Work since others went first.
    spent: Cell<Duration>,
    /// Others go first now.
    is_pausing: Cell<bool>,
    pause_ends: Notify,
}

/// A turn to work, until it is passed on or dropped.
#[derive(Debug)]
pub(super) struct Turn<'a> {
    turns: &'a Turns,
    began: Instant,
    _permit: SemaphorePermit<'a>,
}

impl Default for Turns {
    fn default() -> Self {
        Self {
            places: Semaphore::new(AT_ONCE),
            spent: Cell::default(),
            is_pausing: Cell::default(),
            pause_ends: Notify::new(),
        }
    }
}

impl Turns {
    /// Waits for a turn. What is done in it must not wait for anything.
    pub(super) async fn take(&self) -> Turn<'_> {
        let permit = self.places.acquire().await;
        // expect: nothing closes the semaphore.
        let permit = permit.expect("the semaphore is never closed");
        while self.is_pausing.get() {
            self.pause_ends.notified().await;
        }
        Turn { turns: self, began: Instant::now(), _permit: permit }
    }

    /// Lets everything else on the thread go first.
    async fn pause(&self) {
        self.is_pausing.set(true);
        let _pause = Pause(self);
        yield_now().await;
    }
}

/// Ends the pause, also if the connection that has begun it ends meanwhile.
struct Pause<'a>(&'a Turns);

impl Drop for Pause<'_> {
    fn drop(&mut self) {
        self.0.spent.set(Duration::ZERO);
        self.0.is_pausing.set(false);
        self.0.pause_ends.notify_waiters();
    }
}

impl Turn<'_> {
    /// Does the first step of `work` in this turn, and what it waits for afterwards.
    pub(super) async fn begins<F: Future>(self, work: F) -> F::Output {
        self.begins_timed(work, |_| ()).await
    }

    /// The same; `took` is told how long the first step took.
    pub(super) async fn begins_timed<F: Future>(
        self,
        work: F,
        took: impl FnOnce(Duration),
    ) -> F::Output {
        let mut work = pin!(work);
        let first = poll_fn(|cx| Poll::Ready(work.as_mut().poll(cx))).await;
        took(self.began.elapsed());
        self.pass_on().await;
        match first {
            Poll::Ready(output) => output,
            Poll::Pending => work.await,
        }
    }

    /// Lets the next one work, at once or after the others.
    pub(super) async fn pass_on(self) {
        let spent = self.turns.spent.get() + self.began.elapsed();
        self.turns.spent.set(spent);
        if spent >= BUDGET {
            self.turns.pause().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::rc::Rc;

    use futures_util::{FutureExt, poll};
    use tokio::task::{JoinHandle, LocalSet, spawn_local};

    use super::*;

    /// Counts how often the other tasks of the thread have had their turn.
    fn count_others() -> (Rc<Cell<usize>>, JoinHandle<()>) {
        let seen = Rc::new(Cell::new(0));
        let others = seen.clone();
        let other = spawn_local(async move {
            loop {
                others.set(others.get() + 1);
                yield_now().await;
            }
        });
        (seen, other)
    }

    fn work_for(time: Duration) {
        let begin = Instant::now();
        while begin.elapsed() < time {}
    }

    #[tokio::test]
    async fn others_go_first_when_the_budget_of_a_turn_is_spent() {
        let turns = Rc::new(Turns::default());
        let local = LocalSet::new();
        local
            .run_until(async {
                let (seen, other) = count_others();
                let mut before = Vec::new();
                for _ in 0..3 {
                    let turn = turns.take().await;
                    before.push(seen.get());
                    work_for(BUDGET);
                    turn.pass_on().await;
                }
                assert!(before.windows(2).all(|it| it[0] < it[1]), "{before:?}");
                other.abort();
            })
            .await;
    }

    #[tokio::test]
    async fn between_two_long_turns_others_go_first_also_where_many_wait_and_all_keep_their_order()
    {
        let turns = Rc::new(Turns::default());
        let local = LocalSet::new();
        local
            .run_until(async {
                let (seen, other) = count_others();
                let order = Rc::new(RefCell::new(Vec::new()));
                let waiting: Vec<_> = (0..AT_ONCE + 5)
                    .map(|number| {
                        let (turns, seen, order) = (turns.clone(), seen.clone(), order.clone());
                        spawn_local(async move {
                            let turn = turns.take().await;
                            order.borrow_mut().push((number, seen.get()));
                            work_for(BUDGET);
                            turn.pass_on().await;
                        })
                    })
                    .collect();
                for task in waiting {
                    task.await.unwrap();
                }
                let order = order.take();
                assert!(order.windows(2).all(|it| it[0].0 < it[1].0), "{order:?}");
                assert!(order.windows(2).all(|it| it[0].1 < it[1].1), "{order:?}");
                other.abort();
            })
            .await;
    }

    #[tokio::test]
    async fn short_turns_follow_each_other_without_a_look_at_the_others_after_each() {
        const TURNS: usize = 10 * AT_ONCE;
        let turns = Rc::new(Turns::default());
        let local = LocalSet::new();
        local
            .run_until(async {
                // A task that is ready all the time, as the sockets that are flooded are together.
                let looks = Rc::new(Cell::new(0));
                let began = Rc::new(RefCell::new(Vec::new()));
                let others = looks.clone();
                let other = spawn_local(poll_fn(move |cx| {
                    others.set(others.get() + 1);
                    cx.waker().wake_by_ref();
                    Poll::<()>::Pending
                }));
                // All others ask while the first one has others go first.
                let work = (0..TURNS).map(|number| {
                    let (turns, looks, began) = (turns.clone(), looks.clone(), began.clone());
                    spawn_local(async move {
                        let turn = turns.take().await;
                        began.borrow_mut().push(looks.get());
                        work_for(if number == 0 { BUDGET } else { Duration::ZERO });
                        turn.pass_on().await;
                    })
                });
                for task in work.collect::<Vec<_>>() {
                    task.await.unwrap();
                }
                let began = began.take();
                let at_once = began.windows(2).filter(|it| it[0] == it[1]).count();
                assert!(at_once > TURNS / 2, "{at_once} of {TURNS} turns: {began:?}");
                other.abort();
            })
            .await;
    }

    #[tokio::test]
    async fn where_all_places_are_taken_one_waits_until_a_turn_is_dropped() {
        let turns = Turns::default();
        let mut taken = Vec::new();
        for _ in 0..AT_ONCE {
            taken.push(turns.take().now_or_never().expect("a free place"));
        }
        let mut next = pin!(turns.take());
        assert!(poll!(&mut next).is_pending());

        taken.pop();

        assert!(poll!(&mut next).is_ready());
    }

    #[tokio::test]
    async fn a_pause_ends_with_the_connection_that_began_it() {
        let turns = Turns::default();
        let turn = turns.take().await;
        work_for(BUDGET);
        let mut pause = Box::pin(turn.pass_on());
        assert!(poll!(&mut pause).is_pending());
        let mut next = pin!(turns.take());
        assert!(poll!(&mut next).is_pending(), "others go first");

        drop(pause);

        assert!(poll!(&mut next).is_ready());
    }
}
