//! What a whole node holds for those who do not take it, as `docs/operations.md` adds it up.

use std::time::Duration;

use serde_json::json;
use switchboard::config::Config;

use super::harness::{Client, Last, Opcode, RawClient, TestServer, config, frame};

const TOTAL: usize = 4 << 20;
const QUEUE: usize = 256 << 10;
/// A message as it is relayed, which is a little more than what was sent.
const SIZE: usize = 30_000;
const LARGEST: usize = SIZE + 200;
/// What a socket may have beside `queue-total`: a little of the server's own.
const ALLOWANCE: usize = 16 << 10;
const SLEEPERS: usize = 60;

/// Memory of this process, in bytes.
fn resident() -> usize {
    let pages = std::fs::read_to_string("/proc/self/statm").unwrap();
    pages.split(' ').nth(1).unwrap().parse::<usize>().unwrap() * 4096
}

fn sleeper(n: usize) -> String {
    format!("bo{n}")
}

/// Sends one message to each who sleeps; how many were taken.
async fn blasts(ana: &mut Client, data: &str) -> usize {
    let mut taken = 0;
    for n in 0..SLEEPERS {
        let id = ana.says_with_id(json!({"type": "message", "to": sleeper(n), "data": data}));
        let ping = ana.says_with_id(json!({"type": "ping"}));
        let answer = ana.hears().await;
        match answer["ref"] == json!(id) {
            true => {
                // Who was sent away for being behind is gone, if nothing is kept for it.
                let code = &answer["code"];
                assert!(code == "queue-full" || code == "user-offline", "{answer}");
                assert_eq!(ana.hears().await["ref"], json!(ping));
            }
            false => taken += 1,
        }
    }
    taken
}

#[actix_rt::test]
async fn all_who_never_read_together_hold_no_more_than_the_total_and_a_little_each() {
    let server = TestServer::start(Config {
        rate: 0,
        queue_total: TOTAL,
        queue_bytes: QUEUE,
        stall: Duration::from_secs(60),
        resume_window: Duration::from_secs(60),
        ..config()
    })
    .await;
    let mut ana = server.connects("ana").await;
    // A third does not count, a third counts, a third counts and has lost its socket.
    let mut asleep = Vec::new();
    for n in 0..SLEEPERS {
        let received = if n % 3 == 0 { "" } else { "&received=0" };
        let query = format!("userId={}{received}", sleeper(n));
        // Each of an address of its own, as the clients of one may take an eighth of the total.
        let from = [127, 0, 1, n as u8];
        let client = RawClient::dials_with_little_room_from(from, server.address, &query).await;
        ana.expects_to_see("online", &sleeper(n)).await;
        asleep.push((client, n));
    }
    asleep.retain(|(_, n)| n % 3 != 2);
    server.comes_to("a third waits", |it, _| it.waiting == SLEEPERS / 3).await;
    let (before, data) = (resident(), "x".repeat(SIZE));
    let bound = TOTAL + LARGEST + SLEEPERS * ALLOWANCE;

    // Far more than the total is said, until nobody can be told anything.
    let mut most = 0;
    let mut rounds = 0;
    while blasts(&mut ana, &data).await > 0 {
        most = most.max(server.held().await);
        rounds += 1;
        assert!(rounds < 200, "the node is never full");
    }
    assert!(most > TOTAL * 9 / 10, "only {most} bytes: the test does not fill the node");
    assert!(most <= bound, "{most} bytes");

    // The sleepers make the server talk, too: errors are of its own share.
    let nonsense = frame(Opcode::Text, Last::Yes, br#"{"type":"call-hangup","callId":"none"}"#);
    let list = frame(Opcode::Text, Last::Yes, br#"{"type":"list"}"#);
    for (client, _) in &mut asleep {
        for _ in 0..3 {
            // Who has too much is sent away meanwhile.
            let _ = tokio::io::AsyncWriteExt::write_all(
                &mut client.stream,
                &[nonsense.repeat(30), list.clone()].concat(),
            )
            .await;
        }
        most = most.max(server.held().await);
    }
    blasts(&mut ana, &data).await;
    most = most.max(server.held().await);
    assert!(most <= bound, "{most} bytes");
    assert!(server.census().await.counts.limits.node_full > 0);
    // A message that is kept and waits is one in memory; tests may run side by side here.
    let grown = resident().saturating_sub(before);
    assert!(grown < bound + (24 << 20), "{grown} bytes more");
    println!("held at most {most} of {bound} bytes, the process grew by {grown}");

    drop(asleep);
    for n in 0..SLEEPERS {
        server.connects(&sleeper(n)).await.leaves().await;
    }
    server.comes_to("ana alone", |it, open| (it.users, open) == (1, 1)).await;
    assert_eq!(server.held().await, 0);
    server.ends_clean().await;
}
