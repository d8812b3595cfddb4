//! Who is told of whom.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use switchboard::config::Config;

use super::harness::{TestServer, config};

#[actix_rt::test]
async fn past_the_limit_everybody_is_told_a_number_and_nobody_is_named() {
    let server = TestServer::start(Config { presence_limit: 3, ..config() }).await;
    let mut clients = Vec::new();
    for n in 1..=3 {
        clients.push(server.connects(&format!("u{n}")).await);
    }
    assert_eq!(clients[2].list["clients"], json!(["u1", "u2"]));

    let mut fourth = server.connects("u4").await;
    assert_eq!(fourth.list, json!({"type": "client-list", "clients": [], "total": 3}));
    for client in &mut clients {
        let told = until_total(client, 3).await;
        assert!(!told.iter().any(|it| it["online"] == json!(["u4"])), "{told:?}");
    }

    // Back under the limit they stay with numbers.
    clients.pop().unwrap().vanishes();
    clients.pop().unwrap().vanishes();
    for client in clients.iter_mut().chain([&mut fourth]) {
        let told = until_total(client, 1).await;
        assert!(told.iter().all(|it| it["total"].is_u64()), "{told:?}");
    }
    // A fresh session is told names again, and signaling never minded.
    let mut fifth = server.connects("u5").await;
    assert_eq!(fifth.list["clients"], json!(["u1", "u4"]));
    fifth.calls("u1").await;
    clients[0].expects("call-request").await;
    server.ends_clean().await;
}

async fn until_total(client: &mut super::harness::Client, total: u64) -> Vec<Value> {
    let mut told = Vec::new();
    loop {
        let presence = client.expects_presence().await;
        told.push(presence.clone());
        if presence["total"] == json!(total) {
            return told;
        }
    }
}

#[actix_rt::test]
async fn a_watched_user_is_told_by_name_past_the_limit_too() {
    let server = TestServer::start(Config { presence_limit: 1, ..config() }).await;
    let mut ana = server.connects("ana").await;
    let state = ana.asks(json!({"type": "watch", "users": ["bo", "cyd"]})).await;
    assert_eq!((&state["online"], &state["offline"]), (&json!([]), &json!(["bo", "cyd"])));

    let bo = server.connects_with("userId=bo&name=Bo").await;
    let told = ana.expects_to_see("online", "bo").await;
    assert_eq!(told.last().unwrap()["names"], json!({"bo": "Bo"}));
    ana.says(json!({"type": "unwatch", "users": ["cyd"]}));
    ana.has_heard_all().await;
    let cyd = server.connects("cyd").await;
    bo.vanishes();
    let told = ana.expects_to_see("offline", "bo").await;
    assert!(!told.iter().any(|it| it["online"] == json!(["cyd"])), "{told:?}");
    drop(cyd);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_list_comes_in_pages_in_byte_order() {
    let server = TestServer::start(config()).await;
    let mut clients = Vec::new();
    for user in ["b", "B", "a", "~", "10", "9"] {
        clients.push(server.connects(user).await);
    }
    let first = &mut clients[0];
    let mut seen = Vec::new();
    let mut after = Value::Null;
    loop {
        let mut list = json!({"type": "list", "limit": 2});
        if after.is_string() {
            list["after"] = after;
        }
        let page = first.asks(list).await;
        assert_eq!((&page["type"], &page["total"]), (&json!("client-list"), &json!(5)));
        seen.extend(page["clients"].as_array().unwrap().clone());
        after = page["next"].clone();
        if after.is_null() {
            break;
        }
    }
    assert_eq!(json!(seen), json!(["10", "9", "B", "a", "~"]));
    server.ends_clean().await;
}

#[actix_rt::test]
async fn many_changes_at_once_are_told_together() {
    let server = TestServer::start(config()).await;
    let mut ana = server.connects("ana").await;
    let names: Vec<_> = (0..60).map(|n| format!("u{n:02}")).collect();
    let crowd =
        futures_util::future::join_all(names.iter().map(|name| server.connects(name))).await;

    let mut seen: Vec<String> = Vec::new();
    let mut messages = 0;
    while seen.len() < names.len() {
        let told = ana.expects_presence().await;
        let online = told["online"].as_array().unwrap().iter();
        seen.extend(online.map(|it| it.as_str().unwrap().to_owned()));
        messages += 1;
    }
    seen.sort_unstable();
    assert_eq!(seen, names);
    assert!(messages <= 40, "{messages} messages for 60 changes");
    drop(crowd);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn whoever_comes_and_goes_a_list_with_its_changes_applied_stays_right() {
    let server = TestServer::start(config()).await;
    let mut ana = server.connects("ana").await;
    let mut seen = names(&ana.list["clients"]);
    let lanes = (0..12).map(|lane| {
        let server = &server;
        async move {
            let mut here = Vec::new();
            for turn in 0..25 {
                let user = format!("u{}", (lane * 7 + turn * 5) % 30);
                let mut client = server.dials(&format!("userId={user}")).await;
                client.is_registered_or_replaced().await;
                here.push(client);
                // Some replace each other, some go and come within the same moment.
                if (lane + turn) % 3 != 0 {
                    here.remove(0).vanishes();
                }
                if turn % 8 == 7 {
                    tokio::time::sleep(std::time::Duration::from_millis(40)).await;
                }
            }
            here
        }
    });
    let here = futures_util::future::join_all(lanes).await;
    let last = server.connects("zoe").await;

    loop {
        let told = ana.expects_presence().await;
        let (online, offline) = (names(&told["online"]), names(&told["offline"]));
        assert!(online.is_disjoint(&offline), "{told}");
        seen.extend(online);
        seen.retain(|user| !offline.contains(user));
        if seen.contains("zoe") {
            break;
        }
    }
    let list = ana.asks(json!({"type": "list"})).await;
    let mut there = names(&list["clients"]);
    // Whoever went in the last moment is told a moment later.
    while seen != there {
        let told = ana.expects_presence().await;
        seen.extend(names(&told["online"]));
        let gone = names(&told["offline"]);
        seen.retain(|user| !gone.contains(user));
        there = names(&ana.asks(json!({"type": "list"})).await["clients"]);
    }
    drop((here, last));
    server.ends_clean().await;
}

fn names(list: &Value) -> BTreeSet<String> {
    list.as_array().unwrap().iter().map(|it| it.as_str().unwrap().to_owned()).collect()
}
