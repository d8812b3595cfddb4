//! Slow readers whose sessions outlive their sockets: what they cost, who waits, who is told.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchboard::config::Config;
use switchboard::domain::Census;

use super::harness::{Client, RawClient, TestServer, config, retry_after};

const STALL: Duration = Duration::from_millis(700);
/// Longer than any test.
const WINDOW: Duration = Duration::from_secs(60);
const QUEUE: usize = 256 << 10;
/// A message of this size more or less; its frame is a little longer.
const SIZE: usize = 30_000;

fn stalling() -> Config {
    Config { rate: 0, stall: STALL, resume_window: WINDOW, queue_bytes: QUEUE, ..config() }
}

fn letter(to: &str, n: usize) -> Value {
    json!({"type": "message", "to": to, "data": [n, "x".repeat(SIZE)], "receipt": true})
}

/// Sends until the queue is full; the ids of what was taken.
async fn fills(ana: &mut Client, to: &str) -> Vec<String> {
    let mut taken = Vec::new();
    loop {
        let id = ana.says_with_id(letter(to, taken.len()));
        // Nothing is answered to what is kept, so another answer tells that it was.
        let ping = ana.says_with_id(json!({"type": "ping"}));
        let answer = ana.hears().await;
        if answer["ref"] == json!(ping) {
            taken.push(id);
            continue;
        }
        assert_eq!((&answer["code"], &answer["to"]), (&json!("queue-full"), &json!(to)));
        assert_eq!((&answer["ref"], ana.hears().await["ref"] == json!(ping)), (&json!(id), true));
        return taken;
    }
}

/// Connects, counts, has little room, and reads nothing but its first two messages.
async fn connects_and_sleeps(server: &TestServer, user: &str) -> (RawClient, String) {
    connects_and_sleeps_at(server, user, [127, 0, 0, 1]).await
}

/// The same at an address of the loopback network, of which a machine has many.
async fn connects_and_sleeps_at(
    server: &TestServer,
    user: &str,
    address: [u8; 4],
) -> (RawClient, String) {
    let query = format!("userId={user}&received=0");
    let mut client = RawClient::dials_with_little_room_from(address, server.address, &query).await;
    let registered = client.hears().await;
    assert_eq!(client.hears().await["type"], "client-list");
    (client, registered["resumeToken"].as_str().unwrap().to_owned())
}

fn alone(census: &Census, open: usize) -> bool {
    (census.waiting, open) == (1, 1)
}

#[actix_rt::test]
async fn who_never_reads_loses_its_socket_and_finds_everything_when_it_resumes() {
    let server = TestServer::start(stalling()).await;
    let mut ana = server.connects("ana").await;
    let (asleep, token) = connects_and_sleeps(&server, "bo").await;
    ana.expects_to_see("online", "bo").await;
    let begin = Instant::now();

    let taken = fills(&mut ana, "bo").await;
    let census = server.census().await;
    assert_eq!(taken.len(), QUEUE / SIZE, "as many as the queue holds");
    assert!(census.kept_bytes <= QUEUE, "{census:?}");
    server.comes_to("bo is away", alone).await;
    let gone = begin.elapsed();
    assert!(gone >= STALL && gone < STALL + Duration::from_secs(5), "{gone:?}");
    // Socket or no socket, the queue is as full as it was.
    ana.is_refused(letter("bo", 0), "queue-full").await;

    let resume = format!("userId=bo&received=0&resume={token}");
    let mut awake = server.dials(&resume).await;
    assert_eq!(awake.expects("registered").await["resumed"], true);
    for n in 0..taken.len() {
        assert_eq!(awake.expects("message").await["data"][0], n);
    }
    awake.expects("client-list").await;
    awake.says(json!({"type": "ack", "received": taken.len()}));
    for id in &taken {
        assert_eq!(ana.expects("delivered").await["ref"], json!(id));
    }
    ana.has_heard_all().await;
    assert_eq!(server.census().await.kept_bytes, 0);
    awake.leaves().await;
    drop(asleep);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn the_senders_get_a_verdict_each_when_a_slow_reader_never_comes_back() {
    let window = Duration::from_millis(500);
    let server = TestServer::start(Config { resume_window: window, ..stalling() }).await;
    let mut ana = server.connects("ana").await;
    let (asleep, _) = connects_and_sleeps(&server, "bo").await;
    ana.expects_to_see("online", "bo").await;

    let mut open = fills(&mut ana, "bo").await;

    while !open.is_empty() {
        let verdict = ana.expects("relayed").await;
        open.retain(|id| verdict["ref"] != json!(id));
    }
    ana.expects_to_see("offline", "bo").await;
    ana.has_heard_all().await;
    let census = server.comes_to("ana alone", |it, open| (it.users, open) == (1, 1)).await;
    assert_eq!((census.kept_bytes, census.counts.expired), (0, 1));
    drop(asleep);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn nobody_is_delayed_by_many_who_never_read() {
    let server = TestServer::start(Config { stall: Duration::from_secs(60), ..stalling() }).await;
    let mut ana = server.connects("ana").await;
    let mut cyd = server.connects("cyd").await;
    let mut asleep = Vec::new();
    for n in 0..10 {
        let user = format!("bo{n}");
        asleep.push(connects_and_sleeps(&server, &user).await);
        fills(&mut ana, &user).await;
    }

    let begin = Instant::now();
    for _ in 0..10 {
        let call = ana.calls("cyd").await;
        cyd.expects("call-request").await;
        cyd.says(json!({"type": "call-accept", "callId": call}));
        ana.expects("call-accept").await;
        ana.asks(json!({"type": "call-hangup", "callId": call})).await;
        cyd.expects("call-ended").await;
    }

    assert!(begin.elapsed() < Duration::from_secs(5), "{:?}", begin.elapsed());
    assert!(server.census().await.kept_bytes <= 10 * QUEUE);
    asleep_go(&server, asleep).await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn the_queues_of_a_node_together_stay_under_queue_total() {
    let total = 2 * QUEUE;
    let server = TestServer::start(Config { queue_total: total, ..stalling() }).await;
    let mut ana = server.connects("ana").await;
    let mut cyd = server.connects("cyd").await;
    let mut sleepers = Vec::new();
    for n in 0..8 {
        let user = format!("bo{n}");
        let (asleep, token) = connects_and_sleeps_at(&server, &user, [127, 0, 1, n]).await;
        drop(asleep);
        sleepers.push(token);
    }
    server.comes_to("all are away", |it, open| (it.waiting, open) == (8, 2)).await;

    let mut taken = Vec::new();
    for n in 0..8 {
        taken.push(fills(&mut ana, &format!("bo{n}")).await.len());
        let kept = server.census().await.kept_bytes;
        assert!(kept <= total, "{kept} after {n}");
    }

    // What has not left ana's own socket at that moment counts too, but is hardly anything.
    assert!(taken.iter().sum::<usize>() >= total / SIZE - 2, "{taken:?}");
    assert_eq!(taken.last(), Some(&0), "{taken:?}");
    ana.is_refused(letter("cyd", 0), "queue-full").await;
    // A call of others is a small thing, but a relay as well; what the server says goes on.
    assert_eq!(ana.asks(json!({"type": "ping"})).await["type"], "pong");

    // Who comes back and acknowledges makes room for all.
    let resume = format!("userId=bo0&received=0&resume={}", sleepers[0]);
    let mut awake = server.dials(&resume).await;
    assert_eq!(awake.expects("registered").await["resumed"], true);
    for n in 0..taken[0] {
        assert_eq!(awake.expects("message").await["data"][0], n);
    }
    awake.says(json!({"type": "ack", "received": taken[0]}));
    for _ in 0..taken[0] {
        ana.expects("delivered").await;
    }
    let _ = ana.says_with_id(letter("cyd", 7));
    assert_eq!(cyd.expects("message").await["data"][0], 7);
    assert_eq!(ana.expects("relayed").await["to"], "cyd");
    drop(awake);
    asleep_go(&server, Vec::new()).await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_session_that_lets_the_servers_own_words_pile_up_ends() {
    let server = TestServer::start(Config { queue_messages: 16, ..config() }).await;
    let mut ana = server.connects("ana").await;
    let mut bo = RawClient::connects(server.address, "userId=bo&received=0").await;
    ana.expects_to_see("online", "bo").await;

    // Each is answered by an error that is kept, as nothing is acknowledged.
    for _ in 0..17 {
        bo.says(r#"{"type":"call-hangup","callId":"none"}"#).await;
    }

    retry_after(&bo.ends_with(4053).await);
    ana.expects_to_see("offline", "bo").await;
    let census = server.comes_to("ana alone", |it, open| (it.users, open) == (1, 1)).await;
    assert_eq!((census.kept_bytes, census.waiting), (0, 0));
    server.ends_clean().await;
}

/// Takes a few bytes at a time, for as long as it is not dropped.
async fn trickles(mut reader: RawClient) {
    let mut few = [0; 16];
    loop {
        tokio::time::sleep(Duration::from_millis(50)).await;
        if !matches!(tokio::io::AsyncReadExt::read(&mut reader.stream, &mut few).await, Ok(1..)) {
            return;
        }
    }
}

#[actix_rt::test]
async fn a_reader_that_trickles_costs_its_queue_and_no_more_however_much_is_sent_to_it() {
    for query in ["userId=bo", "userId=bo&received=0"] {
        let config = Config { stall: Duration::from_secs(60), ..stalling() };
        let server = TestServer::start(config).await;
        let mut ana = server.connects("ana").await;
        let mut bo = RawClient::dials_with_little_room(server.address, query).await;
        bo.is_registered().await;
        ana.expects_to_see("online", "bo").await;
        let trickling = actix_rt::spawn(trickles(bo));
        let before = resident();

        let mut taken = 0;
        for n in 0..2000 {
            let id = ana.says_with_id(letter("bo", n));
            let ping = ana.says_with_id(json!({"type": "ping"}));
            let mut answer = ana.hears().await;
            if answer["ref"] == json!(id) {
                taken += usize::from(answer["type"] == "relayed");
                answer = ana.hears().await;
            } else {
                taken += 1;
            }
            assert_eq!(answer["ref"], json!(ping));
        }

        // What the kernel and a few bytes a second have taken is no longer the server's.
        let kernel = 1 << 20;
        assert!(taken * SIZE < QUEUE + kernel, "{query}: {taken} of 2000 were taken");
        assert!(server.census().await.kept_bytes <= QUEUE);
        // 60 MB were sent; tests may run side by side in this process.
        let grown = resident().saturating_sub(before);
        assert!(grown < 24 << 20, "{query}: {grown} bytes more");
        assert_eq!(server.open_sockets(), 2, "it reads, if slowly");
        trickling.abort();
        server.connects("bo").await.leaves().await;
        server.ends_clean().await;
    }
}

/// Memory of this process, in bytes.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

/// Sessions that wait are not waited for: newer logins take their place and say goodbye.
async fn asleep_go(server: &TestServer, asleep: Vec<(RawClient, String)>) {
    drop(asleep);
    for n in 0..10 {
        server.connects(&format!("bo{n}")).await.leaves().await;
    }
}
