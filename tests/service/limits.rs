//! How many sockets the node and an address may have.

use std::collections::HashSet;

use switchboard::config::Config;

use super::harness::{RawClient, TestServer, ask, config, retry_after, upgrade};

#[actix_rt::test]
async fn a_full_server_says_so_and_gives_each_another_time_to_come_back() {
    let server = TestServer::start(Config { max_sockets: 2, ..config() }).await;
    let ana = server.connects("ana").await;
    let mut bo = server.connects("bo").await;

    let mut waits = HashSet::new();
    for n in 0..12 {
        let mut late = server.dials(&format!("userId=late{n}")).await;
        late.expects_error("unavailable").await;
        let wait = retry_after(&late.expects_close(1013).await);
        assert!(wait <= 10_000, "{wait}");
        waits.insert(wait);
    }
    assert!(waits.len() >= 10, "{waits:?}");

    ana.leaves().await;
    server.comes_to("one socket", |_, open| open == 1).await;
    let _cyd = server.connects("cyd").await;
    bo.expects_to_see("online", "cyd").await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn an_address_with_too_many_sockets_is_told_so_and_at_four_times_by_http() {
    let server = TestServer::start(Config { max_sockets_per_address: 2, ..config() }).await;
    let mut held = Vec::new();
    for n in 0..8 {
        // None of these answers its close, so the refused ones stay for a while.
        let mut client = RawClient::dials(server.address, &format!("userId=u{n}")).await;
        if n < 2 {
            client.is_registered().await;
        } else {
            assert_eq!(client.hears().await["code"], "unavailable");
            retry_after(&client.ends_with(1013).await);
        }
        held.push(client);
    }

    let answer = ask(server.address, "/ws?userId=u8", &upgrade(&[])).await;
    assert_eq!(answer.status, 429);
    assert_eq!(answer.json()["code"], "rate-limited");
    assert!(answer.has_header("Retry-After: 10"), "{}", answer.head);

    // Pages are served all the same.
    assert_eq!(ask(server.address, "/healthz", &["Connection: close"]).await.status, 200);
    drop(held);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn an_address_that_opens_sockets_too_fast_is_told_so_and_at_four_times_by_http() {
    let server = TestServer::start(Config { new_sockets_per_address: 1, ..config() }).await;
    server.connects("ana").await;

    let mut told = 0;
    let turned_away = loop {
        let answer = ask_and_read_out(&server).await;
        match answer.0 {
            101 => told += u32::from(answer.1.contains("unavailable")),
            429 => break answer.1,
            status => panic!("{status}: {}", answer.1),
        }
        assert!(told < 1000, "never turned away");
    };
    assert!(told >= 1, "told in words before that");
    assert!(turned_away.contains("rate-limited"), "{turned_away}");
    server.ends_clean().await;
}

/// Status and body, or the first message, of an upgrade.
async fn ask_and_read_out(server: &TestServer) -> (u16, String) {
    let mut client = RawClient::asks(server.address, &[]).await;
    let answer = client.answer();
    let said = match answer.status {
        101 => client.hears().await.to_string(),
        _ => client.reads_out().await,
    };
    (answer.status, said)
}

#[actix_rt::test]
async fn a_seat_that_is_given_up_is_free_although_those_who_were_refused_still_linger() {
    let server = TestServer::start(Config { max_sockets: 1, ..config() }).await;
    let ana = server.connects("ana").await;
    let mut lingering = Vec::new();
    for n in 0..3 {
        let mut late = RawClient::dials(server.address, &format!("userId=late{n}")).await;
        late.ends_with(1013).await;
        lingering.push(late);
    }

    ana.leaves().await;

    server.comes_to("nobody", |it, open| (it.users, open) == (0, lingering.len())).await;
    server.connects("bo").await;
    drop(lingering);
    server.ends_clean().await;
}
