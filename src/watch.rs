//! A thread that looks at files again and again, and at once when it is asked to.

use std::io;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

/// Why the files are looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// It is time to.
    Due,
    /// Somebody asked by [`Watch::look_now`].
    Asked,
}

/// A running watch. Its thread ends soon after this is dropped.
#[derive(Debug)]
pub struct Watch(SyncSender<()>);

impl Watch {
    /// Calls `look` on a thread of this name, every `every` and when it is asked to. Fails where the
    /// system gives no thread.
    pub fn start(
        name: &str,
        every: Duration,
        look: impl FnMut(Look) + Send + 'static,
    ) -> io::Result<Self> {
        // One question waits at most: a second one would see the same files.
        let (ask, asked) = sync_channel(1);
        thread::Builder::new().name(name.into()).spawn(move || run(&asked, every, look))?;
        Ok(Self(ask))
    }

    /// Has the files looked at as soon as the thread is free.
    pub fn look_now(&self) {
        // Full: it is asked already. Closed: `look` has panicked, which the log tells.
        let _ = self.0.try_send(());
    }
}

fn run(asked: &Receiver<()>, every: Duration, mut look: impl FnMut(Look)) {
    loop {
        match asked.recv_timeout(every) {
            Ok(()) => look(Look::Asked),
            Err(RecvTimeoutError::Timeout) => look(Look::Due),
            Err(RecvTimeoutError::Disconnected) => return,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;

    use super::*;

    const PATIENCE: Duration = Duration::from_secs(20);
    const NEVER: Duration = Duration::from_secs(3600);

    #[test]
    fn a_look_that_is_asked_for_does_not_wait_until_it_is_due() {
        let (tell, looks) = channel();
        let watch = Watch::start("test", NEVER, move |look| tell.send(look).expect("heard"))
            .expect("a thread");

        watch.look_now();

        assert_eq!(looks.recv_timeout(PATIENCE), Ok(Look::Asked));
    }

    #[test]
    fn looks_come_by_themselves_until_the_watch_is_dropped() {
        let (tell, looks) = channel();
        let every = Duration::from_millis(1);
        let watch = Watch::start("test", every, move |look| tell.send(look).expect("heard"))
            .expect("a thread");

        assert_eq!(looks.recv_timeout(PATIENCE), Ok(Look::Due));
        drop(watch);

        // The channel closes with the thread.
        while looks.recv_timeout(PATIENCE).is_ok() {}
        assert_eq!(looks.recv_timeout(PATIENCE), Err(RecvTimeoutError::Disconnected));
    }
}
