//! One client's way to the server: a TCP proxy with a plan of what goes wrong.
//!
//! Bytes are passed on as they are, up to a place that may lie in the middle of a handshake or a
//! frame. What happens to a connection is decided when it is accepted.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::net::SocketAddr;
use std::rc::Rc;
use std::time::Duration;

use futures_util::future::Either;
use socket2::SockRef;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until};

use super::plan::{Cut, Fate};

/// So many bytes are passed on at a time.
const PIECE: usize = 4096;

/// What all lines together have done.
#[derive(Debug, Default)]
pub struct Tally {
    pub connections: Cell<usize>,
    pub resets: Cell<usize>,
    pub finishes: Cell<usize>,
    pub half_closes: Cell<usize>,
    pub silences: Cell<usize>,
    pub stalls: Cell<usize>,
}

impl Tally {
    pub fn cuts(&self) -> usize {
        [&self.resets, &self.finishes, &self.half_closes, &self.silences]
            .map(Cell::get)
            .iter()
            .sum()
    }

    fn note(&self, cut: Cut) {
        add(match cut {
            Cut::Reset => &self.resets,
            Cut::Finish => &self.finishes,
            Cut::HalfClose => &self.half_closes,
            Cut::Silence => &self.silences,
        });
    }
}

fn add(counter: &Cell<usize>) {
    counter.set(counter.get() + 1);
}

/// A listener of its own for one client.
pub struct Line {
    pub address: SocketAddr,
    accepting: JoinHandle<()>,
}

impl Line {
    /// A line whose connections suffer these fates; one that ends before its cut leaves that to
    /// the next. When all cuts are made, nothing happens any more.
    pub async fn open(server: SocketAddr, fates: Vec<Fate>, tally: &Rc<Tally>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let left = Rc::new(RefCell::new(VecDeque::from(fates)));
        let tally = tally.clone();
        let accepting = actix_rt::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                add(&tally.connections);
                actix_rt::spawn(carry(client, server, left.clone(), tally.clone()));
            }
        });
        Self { address, accepting }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn carry(
    mut client: TcpStream,
    server: SocketAddr,
    left: Rc<RefCell<VecDeque<Fate>>>,
    tally: Rc<Tally>,
) {
    let Ok(mut server) = TcpStream::connect(server).await else { return };
    let _ = (client.set_nodelay(true), server.set_nodelay(true));
    let fate = left.borrow_mut().pop_front().unwrap_or(Fate::GOOD);
    let ahead = Ahead::new(fate, &left, &tally);
    let cut = pass_on(&mut client, &mut server, &ahead).await;
    let unmade = ahead.fate.into_inner();
    match cut {
        Some(cut) => tally.note(cut),
        None if unmade.cut.is_some() => left.borrow_mut().push_front(unmade),
        None => {}
    }
    match cut {
        None | Some(Cut::HalfClose) => {}
        Some(Cut::Reset) => {
            for socket in [&client, &server] {
                let _ = SockRef::from(socket).set_linger(Some(Duration::ZERO));
            }
        }
        Some(Cut::Finish) => {
            let _ = (client.shutdown().await, server.shutdown().await);
        }
        Some(Cut::Silence) => {
            let (mut nowhere, mut nowhere_else) = (tokio::io::sink(), tokio::io::sink());
            // Until both have given up.
            let _ = tokio::join!(
                tokio::io::copy(&mut client, &mut nowhere),
                tokio::io::copy(&mut server, &mut nowhere_else),
            );
        }
    }
}

/// Passes on what comes until both ways are over, or up to the cut, which is returned.
async fn pass_on(client: &mut TcpStream, server: &mut TcpStream, ahead: &Ahead<'_>) -> Option<Cut> {
    let (from_client, to_client) = client.split();
    let (from_server, to_server) = server.split();
    let pipe = |from, to| Pipe { from, to, ahead };
    let up = pipe(from_client, to_server).run();
    let down = pipe(from_server, to_client).run();
    let (mut up, mut down) = (std::pin::pin!(up), std::pin::pin!(down));
    let (first, other) = tokio::select! {
        end = &mut up => (end, Either::Left(down)),
        end = &mut down => (end, Either::Right(up)),
    };
    match first {
        PipeEnd::Failed => None,
        PipeEnd::AtTheCut(Cut::HalfClose) => {
            other.await;
            Some(Cut::HalfClose)
        }
        PipeEnd::AtTheCut(cut) => Some(cut),
        PipeEnd::Over => match other.await {
            PipeEnd::AtTheCut(cut) => Some(cut),
            PipeEnd::Over | PipeEnd::Failed => None,
        },
    }
}

/// How one way of a connection ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PipeEnd {
    /// Whoever sends has ended, and the receiver was told.
    Over,
    /// The receiver takes no more.
    Failed,
    /// So it was planned; the receiver of a half-closed one was told.
    AtTheCut(Cut),
}

/// What both ways of a connection share.
struct Ahead<'a> {
    passed: Cell<u64>,
    /// What happens to it; `cut` stays when it is made.
    fate: Cell<Fate>,
    left: &'a RefCell<VecDeque<Fate>>,
    /// Nothing is passed on before, either way.
    held_until: Cell<Instant>,
    tally: &'a Tally,
}

/// One way of a connection.
struct Pipe<'a> {
    from: ReadHalf<'a>,
    to: WriteHalf<'a>,
    ahead: &'a Ahead<'a>,
}

/// What becomes of a piece.
struct Step<'p> {
    /// Passed on before the stall, and behind it; what lies behind a cut is not in it.
    before: &'p [u8],
    behind: &'p [u8],
    cut: Option<Cut>,
}

impl<'a> Ahead<'a> {
    fn new(fate: Fate, left: &'a RefCell<VecDeque<Fate>>, tally: &'a Tally) -> Self {
        let held_until = Cell::new(Instant::now());
        Self { passed: Cell::new(0), fate: Cell::new(fate), left, held_until, tally }
    }

    fn step<'p>(&self, piece: &'p [u8]) -> Step<'p> {
        let begin = self.passed.get();
        let mut fate = self.fate.get();
        // An older connection may have left a cut over when all others were made.
        if fate.cut.is_none()
            && let Some(late) = self.left.borrow_mut().pop_front()
        {
            fate.cut = late.cut.map(|(_, cut)| (begin, cut));
        }
        let place = |at: u64| at.checked_sub(begin).filter(|it| *it < piece.len() as u64);
        let cut = fate.cut.and_then(|(at, cut)| Some((place(at)? as usize, cut)));
        let piece = &piece[..cut.map_or(piece.len(), |(place, _)| place)];
        let place = |at: u64| at.checked_sub(begin).filter(|it| *it < piece.len() as u64);
        let stall = fate.stall.and_then(|(at, pause)| Some((place(at)? as usize, pause)));
        self.fate.set(fate);
        // One more behind a cut: the other way does not come to the same place.
        self.passed.set(begin + piece.len() as u64 + u64::from(cut.is_some()));
        let (before, behind) = piece.split_at(stall.map_or(piece.len(), |(place, _)| place));
        if let Some((_, pause)) = stall {
            self.held_until.set(Instant::now() + pause);
            add(&self.tally.stalls);
        }
        Step { before, behind, cut: cut.map(|(_, cut)| cut) }
    }
}

impl Pipe<'_> {
    async fn run(mut self) -> PipeEnd {
        let mut piece = [0; PIECE];
        loop {
            // A reset is an end like another: what came before it is passed on.
            let Ok(count @ 1..) = self.from.read(&mut piece).await else {
                let _ = self.to.shutdown().await;
                return PipeEnd::Over;
            };
            sleep(self.ahead.fate.get().delay).await;
            sleep_until(self.ahead.held_until.get()).await;
            let step = self.ahead.step(&piece[..count]);
            if self.write(&step).await.is_err() {
                return PipeEnd::Failed;
            }
            if step.cut == Some(Cut::HalfClose) {
                let _ = self.to.shutdown().await;
            }
            if let Some(cut) = step.cut {
                return PipeEnd::AtTheCut(cut);
            }
        }
    }

    async fn write(&mut self, step: &Step<'_>) -> io::Result<()> {
        self.to.write_all(step.before).await?;
        sleep_until(self.ahead.held_until.get()).await;
        self.to.write_all(step.behind).await
    }
}
