//! Rooms in which each member says something in turn, which all others hear.

use futures_util::future::join_all;
use serde_json::{Value, json};

use super::Target;
use super::client::{Client, all_leave, unless_stuck};
use super::meter::Meter;

/// Bytes of what is said.
const SIZE: usize = 250;
/// Rounds before anything is measured.
const WARM_UP: usize = 2;

pub async fn run(
    target: &Target,
    meter: &Meter,
    rooms: usize,
    members: usize,
    messages: usize,
) -> Value {
    let mut clients = Client::many(target, "u", rooms * members).await;
    for (number, client) in clients.iter_mut().enumerate() {
        let room = format!("r{}", number / members);
        client.says(json!({"type": "join", "room": room}).to_string());
        while !client.next().await.unwrap().starts_with(r#"{"type":"room-joined""#) {}
    }
    let rounds = messages.div_ceil(rooms * members);
    clients = talk(clients, members, WARM_UP).await;
    let before = meter.read();
    clients = talk(clients, members, rounds).await;
    let after = meter.read();
    all_leave(clients).await;
    let count = rooms * members * rounds;
    json!({
        "rooms": rooms,
        "members": members,
        "messages": count,
        "cpuMicroseconds": after.cpu_each(&before, count),
        "cpuMicrosecondsADelivery": after.cpu_each(&before, count * (members - 1)),
    })
}

async fn talk(clients: Vec<Client>, members: usize, rounds: usize) -> Vec<Client> {
    let tasks = clients
        .into_iter()
        .enumerate()
        .map(|(number, client)| actix_rt::spawn(take_part(client, number, members, rounds)));
    unless_stuck(join_all(tasks)).await.into_iter().map(Result::unwrap).collect()
}

/// Says its own message when it has heard that of the one before; every message must come, once and
/// in order.
async fn take_part(mut client: Client, number: usize, members: usize, rounds: usize) -> Client {
    let (room, place) = (number / members, number % members);
    for turn in 0..rounds * members {
        let speaker = turn % members;
        let data = format!("{:x<SIZE$}", format!("{turn} "));
        if speaker == place {
            let room = format!("r{room}");
            client.says(json!({"type": "message", "room": room, "data": data}).to_string());
        } else {
            let heard = client.hears().await;
            assert_eq!(heard.from, format!("u{}", room * members + speaker), "misdelivered");
            assert_eq!(heard.data, data, "lost, doubled or out of order");
        }
    }
    client.flushes().await;
    client
}
