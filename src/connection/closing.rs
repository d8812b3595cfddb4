//! The end of a connection: its phases and what leads from one to the next.

use std::borrow::Cow;
use std::io;
use std::task::{self, Poll};
use std::time::Duration;

use actix_web_actors::ws::{CloseCode, CloseReason};
use log::debug;
use tokio::io::AsyncWrite;
use tokio::time::Instant;

use crate::hub::Parting;
use crate::protocol::Close;

use super::actor::{Connection, EndOfTalk};
use super::closes::ClientEnd;
use super::frames::ReadEnd;

/// How long a close may take, from the decision to the end of the stream.
const CLOSING: Duration = Duration::from_secs(3);
/// What a client may go on sending meanwhile.
const CLOSING_BYTES: u64 = 1 << 20;

/// Where a connection is in its life; it only goes forward.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// Waits for the hub's first word, and reads nothing but a proof that the client is there.
    Registering { until: Instant },
    /// In use.
    Open,
    /// Our close is queued, theirs is awaited.
    Closing(Patience),
    /// Both have closed, or theirs is not worth waiting for: the end of the stream is awaited.
    Ending(Patience),
    /// Given up: one attempt to write, then a reset.
    Resetting,
    /// Nothing more to do.
    Over,
}

/// What is left for an orderly end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Patience {
    pub(super) until: Instant,
    /// Not beyond this count of [`Reader::received`](super::frames::Reader::received).
    pub(super) received: u64,
}

impl Connection {
    /// Our own close. Closing what is closing already changes nothing.
    pub(super) fn close(&mut self, close: Close, parting: Parting) {
        match self.phase {
            Phase::Registering { .. } | Phase::Open => {}
            Phase::Closing(_) | Phase::Ending(_) | Phase::Resetting | Phase::Over => return,
        }
        debug!(user = self.user(), code = close.code(), reason = close.reason(); "closing");
        self.node.closes.count(close);
        self.report_end(parting);
        self.phase = match close {
            Close::NoSignOfLife | Close::ReadsTooSlowly => {
                let dropped = self.backlog.drop_waiting();
                self.account(dropped);
                Phase::Resetting
            }
            Close::ProtocolError | Close::NotUtf8 | Close::FarTooLarge => {
                Phase::Ending(self.patience())
            }
            Close::Restart { .. }
            | Close::TryLater
            | Close::Superseded
            | Close::OverRate
            | Close::BadClient
            | Close::TokenExpired
            | Close::TokenRefused
            | Close::Removed
            | Close::Replaced
            | Close::NameInUse => match self.read_end.take() {
                None => Phase::Closing(self.patience()),
                // The client's close, or its end, has come behind the batch that is with the hub.
                Some(_) => Phase::Ending(self.patience()),
            },
        };
        self.backlog.push_close(Some(close_reason(close)));
    }

    /// What came behind the last message, once the hub has taken that.
    pub(super) fn end_of_talk(&mut self, end: EndOfTalk) {
        match end {
            EndOfTalk::Close(code) => self.closed_by_client(code),
            EndOfTalk::Read(ReadEnd::Violation(close)) => self.close(close, Parting::Violation),
            EndOfTalk::Read(ReadEnd::Broken(error)) => self.broken(&error),
            EndOfTalk::Read(ReadEnd::Eof) => {
                debug!(user = self.user(); "cut off by the client");
                self.over();
            }
        }
    }

    /// What a stream that is read out ends with.
    pub(super) fn end_of_stream(&mut self, end: ReadEnd, patience: Patience) {
        match end {
            ReadEnd::Eof => self.over(),
            ReadEnd::Broken(error) => self.broken(&error),
            // Frames no longer; the bytes are still taken off its hands.
            ReadEnd::Violation(_) => self.phase = Phase::Ending(patience),
        }
    }

    fn closed_by_client(&mut self, code: Option<CloseCode>) {
        let number = code.map_or(1005, u16::from);
        debug!(user = self.user(), code = number; "closed by the client");
        self.count_end(ClientEnd::of(number));
        self.report_end(match number {
            1000 | 1001 | 1005 => Parting::Goodbye,
            _ => Parting::Broken,
        });
        self.backlog.push_close(code.map(CloseReason::from));
        self.phase = Phase::Ending(self.patience());
    }

    /// The socket has ended under us.
    pub(super) fn broken(&mut self, error: &io::Error) {
        debug!(user = self.user(), kind:% = error.kind(); "socket broke");
        self.over();
    }

    pub(super) fn over(&mut self) {
        self.count_end(ClientEnd::None);
        self.report_end(Parting::Broken);
        self.phase = Phase::Over;
    }

    /// Counts what ends a socket that the server has not closed, once.
    pub(super) fn count_end(&mut self, end: ClientEnd) {
        match self.phase {
            Phase::Registering { .. } | Phase::Open => self.node.closes.count_client(end),
            Phase::Closing(_) | Phase::Ending(_) | Phase::Resetting | Phase::Over => {}
        }
    }

    /// An end that took too long or too much: what the kernel still holds goes too, unless the
    /// close frame is out.
    pub(super) fn out_of_patience(&mut self) {
        if !self.backlog.is_empty() {
            self.io.reset_on_drop();
        }
        self.over();
    }

    /// What an end still needs when all is written that can be.
    pub(super) fn wind_up(&mut self, cx: &mut task::Context<'_>) {
        match self.phase {
            Phase::Registering { .. } | Phase::Open | Phase::Closing(_) | Phase::Over => {}
            Phase::Ending(_) => {
                if self.backlog.is_empty() {
                    self.shut_down(cx);
                }
            }
            Phase::Resetting => {
                self.io.reset_on_drop();
                self.over();
            }
        }
    }

    fn shut_down(&mut self, cx: &mut task::Context<'_>) {
        if let Poll::Ready(Err(error)) = std::pin::Pin::new(&mut self.io).poll_shutdown(cx) {
            self.broken(&error);
        }
    }

    fn patience(&self) -> Patience {
        Patience {
            until: Instant::now() + CLOSING,
            received: self.reader.received() + CLOSING_BYTES,
        }
    }
}

/// The close frame's content; whoever shall come back gets a time of its own for it.
fn close_reason(close: Close) -> CloseReason {
    let words = match close.retry_window() {
        Some(window) => {
            let window = u64::try_from(window.as_millis()).unwrap_or(u64::MAX);
            Cow::Owned(format!("retry after {} ms", rand::random_range(0..=window)))
        }
        None => Cow::Borrowed(close.reason()),
    };
    CloseReason::from((CloseCode::from(close.code()), words))
}

#[cfg(test)]
mod tests {
    use actix::{Context, Handler, Message, MessageResult};
    use tokio::io::AsyncWriteExt;
    use tokio::task::yield_now;

    use super::super::frame_rate::BURST;
    use super::*;
    use crate::connection::actor::tests::{Begun, begin};

    /// An empty ping, masked by nothing.
    const PING: [u8; 6] = [0x89, 0x80, 0, 0, 0, 0];

    /// Has the connection close, if it does not yet; returns its phase and the bytes that it has read.
    #[derive(Message)]
    #[rtype(result = "(Phase, u64)")]
    struct Closes;

    impl Handler<Closes> for Connection {
        type Result = MessageResult<Closes>;
        fn handle(&mut self, _: Closes, _: &mut Context<Self>) -> Self::Result {
            self.close(Close::TryLater, Parting::Broken);
            MessageResult((self.phase, self.reader.received()))
        }
    }

    /// The phase of a connection that closes, when it has read this many pings.
    async fn phase_after(pings: usize) -> Phase {
        let Begun { connection, mut client, .. } = begin().await;
        connection.send(Closes).await.unwrap();
        client.write_all(&PING.repeat(pings)).await.unwrap();
        loop {
            let (phase, received) = connection.send(Closes).await.unwrap();
            if received == (PING.len() * pings) as u64 {
                return phase;
            }
            yield_now().await;
        }
    }

    #[actix_rt::test]
    async fn a_client_that_floods_a_closing_connection_with_pings_is_read_without_a_look() {
        let waits_for_close = |phase| matches!(phase, Phase::Closing(_));
        assert!(waits_for_close(phase_after(BURST as usize).await));
        assert!(!waits_for_close(phase_after(BURST as usize + 10).await));
    }
}
