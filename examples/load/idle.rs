//! Users who are there and say nothing: what they hold, and what their heartbeats cost.

use std::time::Duration;

use futures_util::future::join_all;
use serde_json::{Value, json};
use tokio::time::{Instant, sleep_until, timeout_at};

use super::Target;
use super::client::{Client, all_leave};
use super::meter::Meter;
use super::relay::one_call_each;

/// How long a server may take to come to rest before memory is read.
const REST: Duration = Duration::from_secs(5);
/// How much longer each user makes it until all have been told how many they are.
const TOLD_EACH: Duration = Duration::from_millis(1);

pub async fn run(target: &Target, meter: &Meter, users: usize, seconds: u64) -> Value {
    let users = users.next_multiple_of(2);
    let start = meter.resident();
    let clients =
        stay(Client::many(target, "u", users).await, REST + TOLD_EACH * users as u32).await;
    let fresh = meter.resident();
    let before = meter.read();
    let asked = pings(&clients);
    let clients = stay(clients, Duration::from_secs(seconds)).await;
    let after = meter.read();
    let asked = pings(&clients) - asked;
    if target.dialect.asks().is_some_and(|every| every <= Duration::from_secs(seconds)) {
        assert!(asked * 100 >= users * 95, "only {asked} of {users} were asked for a sign of life");
    }
    let clients = stay(one_call_each(clients).await, REST).await;
    let called = meter.resident();
    all_leave(clients).await;
    sleep_until(Instant::now() + REST).await;
    let left = meter.resident();
    let each = |resident: u64| (resident as f64 - start as f64) * 1024.0 / users as f64;
    json!({
        "users": users,
        "startKiB": start,
        "bytesPerUserFresh": each(fresh).round(),
        "bytesPerUserAfterCall": each(called).round(),
        "leftKiB": left,
        "seconds": seconds,
        "asked": asked,
        "cpuMicrosecondsPerUserAndSecond": after.cpu_each(&before, users * seconds.max(1) as usize),
    })
}

fn pings(clients: &[Client]) -> usize {
    clients.iter().map(|client| client.pings).sum()
}

/// Keeps the clients' sockets alive for so long; answers pings, says what a client has to say.
async fn stay(clients: Vec<Client>, span: Duration) -> Vec<Client> {
    let end = Instant::now() + span;
    let tasks = clients.into_iter().map(|client| actix_rt::spawn(stay_until(client, end)));
    join_all(tasks).await.into_iter().map(Result::unwrap).collect()
}

async fn stay_until(mut client: Client, end: Instant) -> Client {
    let heartbeat = client.dialect.heartbeat();
    while Instant::now() < end {
        let pause = heartbeat.map_or(end, |(pause, _)| end.min(Instant::now() + pause));
        while let Ok(heard) = timeout_at(pause, client.next()).await {
            assert!(heard.is_some(), "{} was closed", client.user);
        }
        if let Some((_, word)) = heartbeat {
            client.says(word.to_owned());
            client.flushes().await;
        }
    }
    client
}
