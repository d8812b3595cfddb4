//! Starting a listener, so that a start without its threads is seen, and an end that nobody asked for.

use std::future::poll_fn;
use std::io;
use std::pin::pin;
use std::task::Poll;

use actix_rt::task::JoinHandle;
use actix_server::ServerHandle;
use tokio::sync::oneshot;

use super::Fault;

/// A listener that serves.
pub(super) struct Listener {
    /// The setting that it listens for.
    part: &'static str,
    handle: ServerHandle,
    task: JoinHandle<io::Result<()>>,
}

impl Listener {
    /// Waits for its end. Not to be called again after that.
    pub(super) async fn ends(&mut self) -> Fault {
        let why = reason((&mut self.task).await);
        Fault::ListenerGone { part: self.part, why }
    }

    /// Stops it at once.
    pub(super) async fn stop(&self) {
        self.handle.stop(false).await;
    }
}

/// Starts the threads of a listener and waits until they serve.
pub(super) async fn begin(
    part: &'static str,
    server: actix_server::Server,
) -> Result<Listener, Fault> {
    let handle = server.handle();
    let (report, begun) = oneshot::channel();
    let task = actix_rt::spawn(async move {
        let mut server = pin!(server);
        // Its first turn starts the threads. It ends where they are not to be had, or panics.
        let turn = poll_fn(|context| Poll::Ready(server.as_mut().poll(context)));
        if let Poll::Ready(ended) = turn.await {
            return ended;
        }
        // Nobody waits for it when the start was given up.
        let _ = report.send(());
        server.await
    });
    if begun.await.is_ok() {
        return Ok(Listener { part, handle, task });
    }
    Err(Fault::Threads { part, why: reason(task.await) })
}

/// The reason why the task of a listener has ended.
fn reason<P: ToString>(ended: Result<io::Result<()>, P>) -> String {
    match ended {
        Ok(Ok(())) => "the listener has ended".into(),
        Ok(Err(error)) => error.to_string(),
        Err(panic) => panic.to_string(),
    }
}
