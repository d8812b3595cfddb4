//! `duplicate-login reject`: the holder keeps the name as long as it answers.

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use serde_json::json;
use switchboard::config::{Config, DuplicateLogin};

use super::harness::{RawClient, TestServer, config};

fn rejecting() -> Config {
    Config { duplicate_login: DuplicateLogin::Reject, ..config() }
}

#[actix_rt::test]
async fn the_second_login_gets_4510_while_the_holder_lives() {
    let server = TestServer::start(rejecting()).await;
    let mut ana = server.connects("ana").await;
    let mut bo = server.connects("bo").await;

    for _ in 0..3 {
        let mut second = server.dials("userId=ana").await;
        second.expects_error("name-in-use").await;
        second.expects_close(4510).await;
    }

    ana.has_heard_all().await;
    let call = bo.calls("ana").await;
    assert_eq!(ana.expects("call-request").await["callId"], call);
    assert_eq!(server.census().await.counts.registered, 2);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_frozen_holder_loses_the_name_within_about_five_seconds() {
    let server = TestServer::start(rejecting()).await;
    let mut frozen = RawClient::connects(server.address, "userId=ana").await;
    let mut bo = server.connects("bo").await;
    let begin = Instant::now();

    let ana = server.connects("ana").await;

    let waited = begin.elapsed();
    assert!(waited >= Duration::from_secs(5), "{waited:?}");
    assert!(waited < Duration::from_secs(8), "{waited:?}");
    assert_eq!(ana.list["clients"], json!(["bo"]));
    super::harness::retry_after(&frozen.ends_with(4008).await);
    let _cyd = server.connects("cyd").await;
    let told = bo.expects_to_see("online", "cyd").await;
    assert!(told.iter().all(|it| it["offline"] == json!([])), "{told:?}");
    drop(frozen);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_holder_that_goes_meanwhile_leaves_its_name_to_the_one_who_waits() {
    let server = TestServer::start(rejecting()).await;
    let holder = RawClient::connects(server.address, "userId=ana").await;
    let waiting = RawClient::dials(server.address, "userId=ana").await;
    server.comes_to("two sockets", |_, open| open == 2).await;

    holder.resets();

    let mut waiting = waiting;
    waiting.is_registered().await;
    assert_eq!(server.census().await.users, 1);
    drop(waiting);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn of_two_who_wait_for_a_frozen_holder_the_later_one_stays() {
    let server = TestServer::start(rejecting()).await;
    let holder = RawClient::connects(server.address, "userId=ana").await;
    let mut first = server.dials("userId=ana").await;
    server.comes_to("two sockets", |_, open| open == 2).await;
    let mut second = server.dials("userId=ana").await;

    first.expects_error("name-in-use").await;
    first.expects_close(4510).await;
    second.is_registered().await;
    drop(holder);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn of_many_who_want_a_name_at_once_exactly_one_gets_it() {
    let server = TestServer::start(rejecting()).await;
    let crowd = join_all((0..20).map(|_| server.dials("userId=ana"))).await;

    let fates = join_all(crowd.into_iter().map(|mut client| async move {
        let first = client.hears().await;
        match first["type"].as_str() {
            Some("registered") => Some(client),
            _ => {
                assert_eq!(first["code"], "name-in-use");
                client.expects_close(4510).await;
                None
            }
        }
    }))
    .await;

    let holders: Vec<_> = fates.into_iter().flatten().collect();
    assert_eq!(holders.len(), 1);
    server.comes_to("one socket", |it, open| (it.users, open) == (1, 1)).await;
    drop(holders);
    server.ends_clean().await;
}
