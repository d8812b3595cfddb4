//! TURN credentials over real sockets: the clock on the wall, and fresh ones while a socket is open.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use switchboard::config::{Config, Secret};

use crate::harness::{TestServer, config};

fn with_turn(ttl: Duration) -> Config {
    Config {
        turn_url: vec!["turn:turn.example:3478".into()],
        turn_secret: Some(Secret::new("north")),
        turn_ttl: ttl,
        ..config()
    }
}

/// Until when the credentials are good, in Unix seconds.
#[track_caller]
fn good_until(ice_servers: &Value) -> u64 {
    let [turn] = &ice_servers.as_array().unwrap()[..] else { panic!("{ice_servers}") };
    let (expiry, user) = turn["username"].as_str().unwrap().split_once(':').unwrap();
    assert_eq!(user, "ana");
    assert_eq!(turn["credential"].as_str().unwrap().len(), 28, "20 bytes in base64");
    expiry.parse().unwrap()
}

#[actix_rt::test]
async fn credentials_are_good_for_the_time_to_live_by_the_clock_on_the_wall() {
    let server = TestServer::start(with_turn(Duration::from_secs(3600))).await;
    let now = || SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let before = now();

    let ana = server.connects("ana").await;

    let issued = good_until(&ana.registered["iceServers"]) - 3600;
    assert!((before..=now()).contains(&issued), "{issued} at {before}");
    server.ends_clean().await;
}

#[actix_rt::test]
async fn fresh_ones_come_by_themselves_before_they_expire() {
    let server = TestServer::start(with_turn(Duration::from_secs(4))).await;
    let mut ana = server.connects("ana").await;
    let first = good_until(&ana.registered["iceServers"]);

    let fresh = ana.expects("ice-servers").await;

    let second = good_until(&fresh["iceServers"]);
    assert!((first + 2..=first + 4).contains(&second), "{second} after {first}");
    assert_eq!(fresh["iceServers"][0]["urls"], json!(["turn:turn.example:3478"]));
    server.ends_clean().await;
}
