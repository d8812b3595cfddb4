//! The same user again: the newer socket wins, and nobody else notices.

use std::collections::HashSet;
use std::time::Duration;

use futures_util::future::join_all;
use serde_json::json;
use switchboard::config::Config;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::sleep;

use super::harness::{Last, Opcode, RawClient, TestServer, config, frame};

/// Whether any of these changes says that the user went.
fn tells_of_an_end(changes: &[serde_json::Value], user: &str) -> bool {
    changes.iter().any(|it| it["offline"].as_array().is_some_and(|it| it.contains(&json!(user))))
}

#[actix_rt::test]
async fn a_user_who_reconnects_before_the_old_end_is_seen_has_its_list_and_can_be_called() {
    let server = TestServer::start(config()).await;
    let broken = RawClient::connects(server.address, "userId=11").await;
    let mut bo = server.connects("22").await;
    assert_eq!(bo.list["clients"], json!(["11"]));

    let mut ana = server.connects("11").await;
    assert_eq!(ana.list["clients"], json!(["22"]));
    let call = bo.calls("11").await;
    let ring = ana.expects("call-request").await;
    assert_eq!((&ring["from"], &ring["callId"]), (&json!("22"), &json!(call)));

    // Only now the end of the old socket reaches the server.
    broken.resets();
    server.comes_to("unregistered", |it, open| it.counts.stale_ends == 1 && open == 2).await;
    ana.says(json!({"type": "call-accept", "callId": call}));
    assert_eq!(bo.expects("call-accept").await["offerer"], true);

    // A change that comes after all that carries along whatever was to be told before.
    let cyd = server.connects("33").await;
    assert_eq!(cyd.list["clients"], json!(["11", "22"]));
    let told = bo.expects_to_see("online", "33").await;
    assert!(!tells_of_an_end(&told, "11"), "{told:?}");
    let census = server.census().await;
    assert_eq!((census.users, census.calls), (3, 1));
    assert_eq!((census.counts.replaced, census.counts.ended), (1, 0));
    server.ends_clean().await;
}

#[actix_rt::test]
async fn the_first_of_two_logins_gets_4509_and_what_it_says_later_is_refused() {
    let server = TestServer::start(config()).await;
    let mut first = RawClient::connects(server.address, "userId=ana").await;
    let mut bo = server.connects("bo").await;
    let mut second = server.connects("ana").await;

    // Still open from this side, and still talking.
    first.says(r#"{"type":"message","to":"bo","data":"from the grave"}"#).await;
    first.says(r#"{"type":"call-request","to":"bo"}"#).await;
    first.says(r#"{"type":"join","room":"cellar"}"#).await;
    let reason = first.ends_with(4509).await;
    first.sends(&frame(Opcode::Close, Last::Yes, &4509u16.to_be_bytes())).await;
    first.is_cut_off().await;
    drop(first);

    assert_eq!(reason, "replaced by a newer connection");
    server.comes_to("one socket each", |_, open| open == 2).await;
    second.has_heard_all().await;
    bo.has_heard_all().await;
    let census = server.census().await;
    assert_eq!((census.users, census.calls, census.rooms), (2, 0, 0));
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_goodbye_of_the_replaced_socket_does_not_log_the_user_out() {
    let server = TestServer::start(config()).await;
    let mut first = RawClient::connects(server.address, "userId=ana").await;
    let mut second = server.connects("ana").await;

    first.sends(&frame(Opcode::Close, Last::Yes, &1000u16.to_be_bytes())).await;
    first.ends_with(4509).await;
    first.is_cut_off().await;
    drop(first);

    server.comes_to("one socket", |it, open| open == 1 && it.counts.stale_ends == 1).await;
    second.has_heard_all().await;
    assert_eq!(server.census().await.users, 1);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_call_that_rings_at_a_user_rings_again_after_it_has_reconnected() {
    let server = TestServer::start(config()).await;
    let mut ana = server.connects("ana").await;
    let mut bo = server.connects("bo").await;
    let call = ana.calls("bo").await;
    bo.expects("call-request").await;

    let mut again = server.connects("bo").await;
    bo.expects_close(4509).await;
    assert_eq!(again.expects("call-request").await["callId"], call);
    again.says(json!({"type": "call-accept", "callId": call}));

    let accept = ana.expects("call-accept").await;
    assert_eq!((&accept["callId"], &accept["from"]), (&json!(call), &json!("bo")));
    server.ends_clean().await;
}

#[actix_rt::test]
async fn the_other_calls_of_a_user_who_reconnects_end_as_replaced_and_its_rooms_are_left() {
    let server = TestServer::start(config()).await;
    let mut ana = server.connects("ana").await;
    let mut bo = server.connects("bo").await;
    for client in [&mut ana, &mut bo] {
        client.asks(json!({"type": "join", "room": "den"})).await;
    }
    ana.expects("member-joined").await;
    let call = ana.calls("bo").await;
    bo.expects("call-request").await;

    let mut again = server.connects("ana").await;

    let mut told = [bo.hears().await, bo.hears().await];
    told.sort_by_key(|it| it["type"].to_string());
    assert_eq!(
        told,
        [
            json!({"type": "call-ended", "callId": call, "by": "ana", "reason": "replaced"}),
            json!({"type": "member-left", "room": "den", "userId": "ana"}),
        ]
    );
    again.has_heard_all().await;
    again.is_refused(json!({"type": "leave", "room": "den"}), "not-in-room").await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn fifty_users_who_reconnect_forty_times_each_end_as_fifty_who_can_be_reached() {
    for workers in [1, 3] {
        fifty_users_reconnect(TestServer::start(Config { workers, ..config() }).await).await;
    }
}

async fn fifty_users_reconnect(server: TestServer) {
    const USERS: usize = 50;

    let mut clients = join_all((0..USERS).map(|user| {
        let server = &server;
        async move {
            let name = format!("u{user:02}");
            let mut current = server.connects(&name).await;
            for turn in 1..40 {
                let next = server.connects(&name).await;
                // Some see the old socket out, some leave it to the server, some cut it first.
                match (user + turn) % 3 {
                    0 => drop(current.ends_with(4509).await),
                    1 => drop(current),
                    _ => next.says(json!({"type": "ping"})),
                }
                current = next;
            }
            current
        }
    }))
    .await;

    let census = server
        .comes_to("fifty users on fifty sockets", |it, open| it.users == USERS && open == USERS)
        .await;
    assert_eq!(census.counts.registered, 40 * USERS as u64);
    for (user, client) in clients.iter().enumerate() {
        let to = format!("u{:02}", (user + 1) % USERS);
        client.says(json!({"type": "message", "to": to, "data": "are you there?"}));
    }
    let mut from = HashSet::new();
    for client in &mut clients {
        let message = loop {
            let said = client.hears().await;
            if said["type"] != "pong" {
                break said;
            }
        };
        assert_eq!(message["type"], "message", "{}", client.story());
        from.insert(message["from"].to_string());
    }
    assert_eq!(from.len(), USERS);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_client_that_is_still_sending_sees_its_close_code() {
    let server = TestServer::start(config()).await;
    join_all((0..20).map(|n| {
        let server = &server;
        async move {
            let query = format!("userId=ana{n}");
            let RawClient { stream, .. } = RawClient::connects(server.address, &query).await;
            let (mut reading, mut writing) = tokio::io::split(stream);
            let sending = actix_rt::spawn(async move {
                let message =
                    frame(Opcode::Text, Last::Yes, br#"{"type":"unwatch","users":["x"]}"#);
                // Never looks at what comes, until the socket does not take any more.
                while writing.write_all(&message).await.is_ok() {
                    sleep(Duration::from_micros(200)).await;
                }
            });

            let second = server.connects_with(&query).await;

            let mut heard = Vec::new();
            let _ = reading.read_to_end(&mut heard).await;
            let reason = b"replaced by a newer connection";
            let close = [&[0x88, 32][..], &4509u16.to_be_bytes(), reason].concat();
            assert!(heard.windows(close.len()).any(|it| it == close), "no 4509");
            drop(reading);
            sending.await.unwrap();
            drop(second);
        }
    }))
    .await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_login_that_arrives_after_its_client_has_given_up_changes_nothing() {
    let server = TestServer::start(config()).await;
    let mut ana = server.connects("ana").await;
    let bo = server.connects("bo").await;

    let late = RawClient::dials(server.address, "userId=ana").await;
    late.resets();
    server.comes_to("gone", |_, open| open == 2).await;

    bo.says(json!({"type": "message", "to": "ana", "data": "still there"}));
    assert_eq!(ana.expects("message").await["data"], "still there");
    assert_eq!(server.census().await.counts.replaced, 0);
    server.ends_clean().await;
}
