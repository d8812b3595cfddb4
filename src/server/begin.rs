//! Starting a listener, so that a start without its threads is seen.

use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;

use actix_server::ServerHandle;
use tokio::sync::oneshot;

use super::Fault;

/// Starts the threads of a listener and waits until they serve.
pub(super) async fn begin(
    part: &'static str,
    server: actix_server::Server,
) -> Result<ServerHandle, Fault> {
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
        return Ok(handle);
    }
    let why = match task.await {
        Ok(Ok(())) => "the listener has ended".into(),
        Ok(Err(error)) => error.to_string(),
        Err(panic) => panic.to_string(),
    };
    Err(Fault::Threads { part, why })
}
