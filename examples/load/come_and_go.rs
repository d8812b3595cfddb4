//! Users who come, come again and go.

use futures_util::stream::{self, StreamExt};
use serde_json::{Value, json};

use super::Target;
use super::client::{Client, all_leave, unless_stuck};
use super::dialect::Step;
use super::meter::Meter;

/// So many come again at a time.
const AT_A_TIME: usize = 50;

/// Everybody connects, then everybody leaves.
pub async fn connect(target: &Target, meter: &Meter, users: usize) -> Value {
    let before = meter.read();
    let clients = Client::many(target, "u", users).await;
    let there = meter.read();
    all_leave(clients).await;
    let gone = meter.read();
    json!({
        "users": users,
        "cpuMicrosecondsToConnect": there.cpu_each(&before, users),
        "cpuMicrosecondsToLeave": gone.cpu_each(&there, users),
    })
}

/// Everybody connects again while the older socket is open, which has to be closed; then a
/// message has to reach the newer one, and there is one socket for each user.
pub async fn replace(target: &Target, meter: &Meter, users: usize, times: usize) -> Value {
    let mut clients = Client::many(target, "u", users).await;
    let mut watcher = Client::connects(target, "watcher".into()).await;
    let sockets = meter.sockets();
    let before = meter.read();
    for _ in 0..times {
        let again = stream::iter(clients).map(|older| come_again(target, older));
        clients = again.buffered(AT_A_TIME).collect().await;
    }
    let after = meter.read();
    for client in &mut clients {
        watcher.sends(Step::Offer, &client.user, "still there");
        watcher.flushes().await;
        assert_eq!(unless_stuck(client.hears()).await.data, "still there");
    }
    if target.dialect.replaces() {
        assert_eq!(meter.sockets(), sockets, "sockets that were left open");
    }
    all_leave(clients).await;
    json!({
        "users": users,
        "times": times,
        "cpuMicrosecondsToReplace": after.cpu_each(&before, users * times),
    })
}

async fn come_again(target: &Target, mut older: Client) -> Client {
    let user = older.user.clone();
    if target.dialect.replaces() {
        let newer = Client::connects(target, user).await;
        while older.next().await.is_some() {}
        newer
    } else {
        Client::dials(target, user).await
    }
}
