//! Turns of work that keeps a thread busy: a request that is served, a TLS key exchange.
//!
//! Promises: of all connections of a thread that are no socket yet, one works at a time, in the
//! order of asking. After [`BUDGET`] of such work everything else that is ready on the thread goes
//! first: sockets, the hub, timers, what the kernel has to tell.

use std::cell::Cell;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::{Duration, Instant};

use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::task::yield_now;

/// Work after which others go first. A signature by an RSA key of 4096 bits alone is longer; so
/// nothing comes between two of these but the others.
const BUDGET: Duration = Duration::from_millis(1);

/// The turns of one thread.
#[derive(Debug)]
pub(super) struct Turns {
    one: Semaphore,
    /// Work since others went first.
    spent: Cell<Duration>,
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
        Self { one: Semaphore::new(1), spent: Cell::default() }
    }
}

impl Turns {
    /// Waits for a turn. What is done in it must not wait for anything.
    pub(super) async fn take(&self) -> Turn<'_> {
        let permit = self.one.acquire().await;
        // expect: nothing closes the semaphore.
        let permit = permit.expect("the semaphore is never closed");
        Turn { turns: self, began: Instant::now(), _permit: permit }
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
        if spent < BUDGET {
            return self.turns.spent.set(spent);
        }
        self.turns.spent.set(Duration::ZERO);
        yield_now().await;
    }
}

#[cfg(test)]
mod tests {
    use std::rc::Rc;

    use tokio::task::{LocalSet, spawn_local};

    use super::*;

    #[tokio::test]
    async fn others_go_first_when_the_budget_of_a_turn_is_spent() {
        let turns = Rc::new(Turns::default());
        let seen = Rc::new(Cell::new(0));
        let local = LocalSet::new();
        local
            .run_until(async {
                let others = seen.clone();
                let other = spawn_local(async move {
                    loop {
                        others.set(others.get() + 1);
                        yield_now().await;
                    }
                });
                let mut before = Vec::new();
                for _ in 0..3 {
                    let turn = turns.take().await;
                    before.push(seen.get());
                    let begin = Instant::now();
                    while begin.elapsed() < BUDGET {}
                    turn.pass_on().await;
                }
                assert!(before.windows(2).all(|it| it[0] < it[1]), "{before:?}");
                other.abort();
            })
            .await;
    }

    #[tokio::test]
    async fn one_works_at_a_time_and_a_turn_that_is_dropped_is_free() {
        let turns = Turns::default();
        let first = turns.take().await;
        let mut second = Box::pin(turns.take());
        assert!(futures_util::poll!(&mut second).is_pending());

        drop(first);

        assert!(futures_util::poll!(&mut second).is_ready());
    }
}
