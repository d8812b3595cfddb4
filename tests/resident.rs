//! What `queue-total` counts against the memory that the process has for it, in pages that are resident.
//! A binary of its own, as what it measures is the whole process and its allocator.

#![cfg(feature = "jemalloc")]
#![allow(clippy::unwrap_used, missing_docs, unreachable_pub, dead_code, unused_imports)]

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytestring::ByteString;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::json;
use switchboard::config::Config;
use switchboard::domain::{Backlog, Effect, Handle, Input, Login, Parting, Switchboard};
use switchboard::protocol::{UserId, decode};
use tikv_jemalloc_ctl::{Access, AsName};

use harness::{Last, Opcode, RawClient, TestServer, config, head};

#[path = "service/harness/mod.rs"]
mod harness;

/// Whether the server speaks TLS.
const OVER_TLS: bool = false;

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

/// Content of the messages, in bytes.
const SIZES: [usize; 5] = [1, 20, 200, 2000, 60_000];
/// Bytes counted in each measurement. Pages and the allocator's own are little beside it.
const MUCH: usize = 12 << 20;
/// The promise.
const FACTOR: f64 = 1.5;

/// Lets the allocator give back at once what is freed, so that nothing of the past is measured.
fn keeps_no_free_pages() {
    let arenas: u32 = b"arenas.narenas\0".name().read().unwrap();
    for setting in ["dirty_decay_ms", "muzzy_decay_ms"] {
        format!("arenas.{setting}\0").as_bytes().name().write(0isize).unwrap();
        for arena in 0..arenas {
            // Fails where no thread has used it.
            let _ = format!("arena.{arena}.{setting}\0").as_bytes().name().write(0isize);
        }
    }
}

/// Memory of this process, in bytes.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

#[track_caller]
fn is_counted(what: &str, grown: usize, counted: usize) {
    let factor = grown as f64 / counted as f64;
    println!("{what}: {grown} resident for {counted} counted, {factor:.2}");
    assert!(factor <= FACTOR, "{what}: {grown} resident for {counted} counted");
    assert!(factor > 0.1, "{what}: {grown} for {counted} is no measurement");
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Socket(u32);

impl Handle for Socket {
    fn backlog(&self) -> Backlog {
        Backlog::default()
    }
}

/// A node whose users but the first wait for a socket.
struct Core {
    board: Switchboard<Socket>,
    sender: UserId,
    receivers: Vec<UserId>,
    now: Instant,
}

impl Core {
    const RECEIVERS: u32 = 50;

    fn new(sender: &str) -> Self {
        let config = Config {
            rate: 0,
            queue_messages: 1_000_000,
            queue_bytes: 1 << 30,
            queue_total: 1 << 30,
            ..Config::default()
        };
        let board = Switchboard::new(Arc::new(config), StdRng::seed_from_u64(1));
        let sender = UserId::parse(sender).unwrap();
        let mut core = Self { board, sender, receivers: Vec::new(), now: Instant::now() };
        core.comes(0, core.sender.clone(), None);
        for number in 1..=Self::RECEIVERS {
            let user = UserId::parse(&number.to_string()).unwrap();
            core.comes(number, user.clone(), Some(0));
            core.applies(Input::Ended {
                connection: Socket(number),
                user: user.clone(),
                parting: Parting::Broken,
            });
            core.receivers.push(user);
        }
        core
    }

    fn comes(&mut self, number: u32, user: UserId, received: Option<u64>) {
        let login = Login { received, ..Login::fresh(user.clone()) };
        self.applies(Input::Claimed { connection: Socket(number), user, login });
    }

    fn applies(&mut self, input: Input<Socket>) {
        self.board.apply(input, self.now, &mut Vec::<Effect<Socket>>::new());
    }

    /// Says it to each in turn until much is kept.
    fn fills(&mut self, message: impl Fn(&UserId, usize) -> ByteString) {
        for number in 0.. {
            let kept = self.board.census().kept_bytes;
            if kept >= MUCH {
                return;
            }
            let frame = message(&self.receivers[number % self.receivers.len()], number);
            let (said, bytes) = (decode(&frame), frame.len());
            let (connection, user) = (Socket(0), self.sender.clone());
            self.applies(Input::Said { connection, user, said, bytes });
            assert!(self.board.census().kept_bytes > kept, "it is refused");
        }
    }
}

#[actix_rt::test]
async fn what_is_resident_is_at_most_one_and_a_half_times_what_is_counted() {
    keeps_no_free_pages();
    for size in SIZES {
        what_is_kept(size);
    }
    what_is_kept_with_the_longest_receipts();
    what_is_watched();
    for size in SIZES {
        what_waits_for_sockets(size).await;
    }
    what_has_not_come_whole().await;
}

fn what_is_kept(size: usize) {
    let mut core = Core::new("ana");
    let data = "x".repeat(size);
    let before = resident();

    core.fills(|to, _| format!(r#"{{"type":"message","to":"{to}","data":"{data}"}}"#).into());

    let counted = core.board.census().kept_bytes;
    is_counted(&format!("kept, of {size}"), resident() - before, counted);
}

/// Each has an id of its own, of 64 characters of four bytes.
fn what_is_kept_with_the_longest_receipts() {
    let mut core = Core::new(&"n".repeat(128));
    let before = resident();

    core.fills(|to, number| {
        let id = format!("{number:08}{}", "\u{1f980}".repeat(56));
        format!(r#"{{"type":"message","to":"{to}","id":"{id}","receipt":true,"data":1}}"#).into()
    });

    let counted = core.board.census().kept_bytes;
    is_counted("kept, with the longest receipts", resident() - before, counted);
}

/// Names of users who are not there, each of the longest.
fn what_is_watched() {
    const WATCHED: usize = 256;
    /// As the sum has it, `domain::session_bytes`.
    const BYTES: usize = 464;
    let mut core = Core::new("ana");
    let before = resident();
    for watcher in 0..100 {
        let user = UserId::parse(&format!("watcher-{watcher}")).unwrap();
        let connection = Socket(1000 + watcher);
        core.comes(1000 + watcher, user.clone(), None);
        let names: Vec<_> = (0..WATCHED).map(|n| format!("{watcher:08}{n:0120}")).collect();
        let frame = ByteString::from(json!({"type": "watch", "users": names}).to_string());
        let (said, bytes) = (decode(&frame), frame.len());
        core.applies(Input::Said { connection, user, said, bytes });
    }

    let each = (resident() - before) / (100 * WATCHED);
    println!("a watched name holds {each} bytes");
    assert!((128..=BYTES).contains(&each), "{each}");
}

async fn what_waits_for_sockets(size: usize) {
    const SLEEPERS: usize = 4;
    let server = TestServer::start(Config {
        rate: 0,
        queue_messages: 1_000_000,
        queue_bytes: 1 << 30,
        queue_total: 1 << 30,
        stall: Duration::from_secs(600),
        ..config()
    })
    .await;
    let mut ana = server.connects("ana").await;
    let mut asleep = Vec::new();
    for n in 0..SLEEPERS {
        let query = format!("userId=bo{n}");
        asleep.push(RawClient::dials_with_little_room(server.address, &query).await);
        ana.expects_to_see("online", &format!("bo{n}")).await;
    }
    let says = async |ana: &mut harness::Client, size: usize, times: usize| {
        let data = "x".repeat(size);
        for number in 0..times {
            let to = format!("bo{}", number % SLEEPERS);
            ana.says(json!({"type": "message", "to": to, "data": data}));
        }
        ana.asks(json!({"type": "ping"})).await;
    };
    // The kernel takes nothing more.
    says(&mut ana, 60_000, SLEEPERS * 20).await;
    let (before, held) = (resident(), server.held().await);
    assert!(held > SLEEPERS * 60_000, "{held}");

    while server.held().await < held + MUCH / 3 {
        says(&mut ana, size, (MUCH / 6 / (size + 130)).max(SLEEPERS)).await;
    }

    let counted = server.held().await - held;
    is_counted(&format!("not written, of {size}"), resident() - before, counted);
    drop(asleep);
    server.ends_clean().await;
}

async fn what_has_not_come_whole() {
    const CLIENTS: usize = 200;
    const MESSAGE: usize = 64 << 10;
    const PIECE: usize = 1400;
    // One address may take a part of the room for incoming messages, and all clients have the same one.
    let config = Config { presence_limit: 0, queue_total: 1 << 30, ..config() };
    let server = TestServer::start(config).await;
    let mut clients = Vec::new();
    for n in 0..CLIENTS {
        clients.push(RawClient::connects(server.address, &format!("userId={n}")).await);
    }
    let before = resident();

    for client in &mut clients {
        client.sends(&head(Opcode::Text, Last::Yes, MESSAGE as u64)).await;
    }
    let content = vec![0; MESSAGE - 1];
    for piece in content.chunks(PIECE) {
        for client in &mut clients {
            client.sends(piece).await;
        }
    }
    while server.incoming() < CLIENTS * MESSAGE {
        server.census().await;
    }

    let counted = server.incoming();
    is_counted("not whole", resident() - before, counted);
    assert!(counted <= CLIENTS * MESSAGE * 5 / 4, "{counted}: more is reserved than will come");
    drop(clients);
    server.ends_clean().await;
}
