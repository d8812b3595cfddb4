//! Those who open connections and never become a socket, while honest users go on calling.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};

use serde_json::json;
use switchboard::config::Config;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

use super::harness::{Client, PATIENCE, Stream, TestServer, config};

/// The time that a head, or a handshake, may take, and what a busy machine may add to it.
const DEADLINE: Duration = Duration::from_secs(5);
const SLACK: Duration = Duration::from_secs(4);

/// How many strangers open a connection at a time. `HALF_OPEN=10000` is the large run; each needs
/// a descriptor here and perhaps one at the server, which is in this process.
fn strangers() -> usize {
    let wanted = std::env::var("HALF_OPEN").ok().map(|it| it.parse().unwrap());
    let room = (switchboard::descriptors::raise().unwrap() as usize).saturating_sub(300) / 2;
    if let Some(wanted) = wanted {
        assert!(wanted <= room, "there are descriptors for {room} only");
        return wanted;
    }
    room.min(1500)
}

/// Calls may come one after the other, as fast as they can.
fn calling() -> Config {
    Config { rate: 0, ..config() }
}

/// One call from ring to hang-up; how long it took.
async fn call(ana: &mut Client, bo: &mut Client) -> Duration {
    let begin = Instant::now();
    let call = ana.calls("bo").await;
    bo.expects("call-request").await;
    bo.says(json!({"type": "call-accept", "callId": call}));
    ana.expects("call-accept").await;
    ana.asks(json!({"type": "call-hangup", "callId": call})).await;
    bo.expects("call-ended").await;
    begin.elapsed()
}

/// The median and the worst of some times.
fn median_and_worst(mut times: Vec<Duration>) -> (Duration, Duration) {
    times.sort();
    (times[times.len() / 2], times[times.len() - 1])
}

/// Connects from the `n`th of 40 addresses of this machine, and says the beginning of something.
async fn half_opens(server: SocketAddr, n: usize) -> Option<TcpStream> {
    let socket = TcpSocket::new_v4().unwrap();
    let own = Ipv4Addr::new(127, 0, 1 + (n % 40) as u8, 1);
    socket.bind(SocketAddr::new(own.into(), 0)).ok()?;
    let mut stream = socket.connect(server).await.ok()?;
    let beginning: &[u8] = match (n % 3, crate::OVER_TLS) {
        (0, _) => b"",
        // The head of a hello of 256 bytes.
        (_, true) => &[22, 3, 1, 1, 0, 1, 0, 0, 252, 3, 3],
        (_, false) => b"GET /ws?userId=eve HTTP/1.1\r\nHost: loc",
    };
    let _ = stream.write_all(beginning).await;
    Some(stream)
}

#[actix_rt::test]
async fn a_head_that_comes_byte_by_byte_is_cut_off_at_the_deadline_while_others_call() {
    let server = TestServer::start(calling()).await;
    let (mut ana, mut bo) = (server.connects("ana").await, server.connects("bo").await);
    let address = server.address;
    let slow = actix_rt::spawn(async move {
        let mut stream = Stream::to(address).await;
        let begin = Instant::now();
        let mut answer = [0; 1024];
        for byte in b"GET / HTTP/1.1\r\nX: ".iter().chain(std::iter::repeat(&b'x')) {
            if stream.write_all(std::slice::from_ref(byte)).await.is_err() {
                break;
            }
            let read = timeout(Duration::from_millis(20), stream.read(&mut answer)).await;
            if read.is_ok() {
                break;
            }
            assert!(begin.elapsed() < PATIENCE, "a slow head is waited for");
        }
        begin.elapsed()
    });

    let mut calls = 0;
    while !slow.is_finished() {
        call(&mut ana, &mut bo).await;
        calls += 1;
    }

    let lived = slow.await.unwrap();
    assert!(lived > DEADLINE / 2 && lived < DEADLINE + SLACK, "{lived:?}");
    assert!(calls > 5, "{calls}");
    server.ends_clean().await;
}

#[actix_rt::test]
async fn half_open_connections_harm_nobodys_calls_and_make_room_for_those_who_mean_it() {
    let strangers = strangers();
    // Fewer places than strangers, so that newcomers have to be made room for.
    let max_pending = strangers / 3;
    let server = TestServer::start(Config { max_pending, ..calling() }).await;
    let (mut ana, mut bo) = (server.connects("ana").await, server.connects("bo").await);
    let mut before = Vec::new();
    for _ in 0..50 {
        before.push(call(&mut ana, &mut bo).await);
    }

    // On a thread of their own, or the test would measure itself.
    let address = server.address;
    let (done, mut all_there) = tokio::sync::oneshot::channel();
    let (go, gone) = std::sync::mpsc::channel::<()>();
    let crowd = std::thread::spawn(move || {
        let system = actix_rt::System::new();
        system.block_on(async move {
            let mut open = Vec::new();
            for n in 0..strangers {
                open.extend(half_opens(address, n).await);
            }
            let _ = done.send(open.len());
            // They stay until the test has seen enough.
            while gone.try_recv() == Err(std::sync::mpsc::TryRecvError::Empty) {
                sleep(Duration::from_millis(20)).await;
            }
        });
    });
    let (mut during, mut arrivals, mut came) = (Vec::new(), Vec::new(), None);
    while came.is_none() || during.len() < 200 {
        during.push(call(&mut ana, &mut bo).await);
        if during.len().is_multiple_of(10) {
            let begin = Instant::now();
            let late = server.connects("late").await;
            arrivals.push(begin.elapsed());
            late.leaves().await;
        }
        came = came.or_else(|| all_there.try_recv().ok());
        assert!(server.pending() <= max_pending, "{} places", server.pending());
    }

    let came = came.unwrap();
    let ((usual, worst_usual), (median, worst)) =
        (median_and_worst(before), median_and_worst(during));
    let (arrival, worst_arrival) = median_and_worst(arrivals);
    println!(
        "{came} half-open connections, {max_pending} places: a call took {usual:?} (worst \
         {worst_usual:?}) before and {median:?} (worst {worst:?}) during, to come in {arrival:?} \
         (worst {worst_arrival:?})"
    );
    assert!(came >= strangers * 9 / 10, "only {came} came");
    assert!(server.cut_off() as usize >= came - max_pending, "{} cut off", server.cut_off());
    assert!(worst < Duration::from_secs(2), "a call took {worst:?}");
    assert!(worst_arrival < Duration::from_secs(2), "to come in took {worst_arrival:?}");
    drop(go);
    crowd.join().unwrap();
    server.ends_clean().await;
}

#[actix_rt::test]
async fn half_open_connections_end_by_themselves_at_the_deadline() {
    let server = TestServer::start(config()).await;
    let mut open = Vec::new();
    for n in 0..60 {
        open.extend(half_opens(server.address, n).await);
    }
    let begin = Instant::now();
    for mut stream in open {
        let mut answer = Vec::new();
        let _ = timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("its end");
    }
    assert!(begin.elapsed() < DEADLINE + SLACK, "{:?}", begin.elapsed());
    let until = Instant::now() + PATIENCE;
    while server.pending() > 0 {
        assert!(Instant::now() < until, "{} left", server.pending());
        sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(server.cut_off(), 0);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn one_address_can_hold_no_more_than_its_share_of_half_open_connections() {
    let server = TestServer::start(Config { max_pending_per_address: 10, ..config() }).await;
    let mut open = Vec::new();
    for n in 0..100 {
        // All from one address.
        open.extend(half_opens(server.address, n * 40 * 3).await);
    }
    let until = Instant::now() + PATIENCE;
    while server.cut_off() < 90 {
        assert!(Instant::now() < until, "{} cut off", server.cut_off());
        sleep(Duration::from_millis(5)).await;
    }
    assert_eq!((server.pending(), server.cut_off()), (10, 90));
    drop(open);
    server.ends_clean().await;
}
