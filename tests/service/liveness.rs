//! Who is alive: asked after one heartbeat of silence, given up after two.

use std::time::{Duration, Instant};

use switchboard::config::Config;
use tokio::time::sleep;

use super::harness::{Last, Opcode, RawClient, TestServer, config, frame, retry_after};

const HEARTBEAT: Duration = Duration::from_millis(300);

fn beating() -> Config {
    Config { heartbeat: HEARTBEAT, ..config() }
}

#[actix_rt::test]
async fn an_idle_socket_outlives_ten_heartbeats() {
    let server = TestServer::start(beating()).await;
    let mut ana = server.connects("ana").await;
    let mut bo = server.connects("bo").await;

    sleep(HEARTBEAT * 11).await;

    ana.has_heard_all().await;
    ana.calls("bo").await;
    bo.expects("call-request").await;
    assert_eq!(server.census().await.counts.ended, 0);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_client_that_answers_no_ping_is_closed_with_4008_after_two_heartbeats() {
    let server = TestServer::start(beating()).await;
    let mut bo = server.connects("bo").await;
    let begin = Instant::now();
    let mut ana = RawClient::connects(server.address, "userId=ana").await;

    // Presence of oneself is not told, so all that comes is a ping.
    let ping = ana.next_frame().await.unwrap();
    assert_eq!((ping.opcode, begin.elapsed() >= HEARTBEAT), (9, true));
    let reason = ana.ends_with(4008).await;

    let lived = begin.elapsed();
    assert!(lived >= HEARTBEAT * 2, "{lived:?}");
    assert!(lived < HEARTBEAT * 2 + Duration::from_secs(3), "{lived:?}");
    retry_after(&reason);
    ana.is_cut_off().await;
    bo.expects_to_see("offline", "ana").await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_socket_that_neither_reads_nor_writes_any_more_is_gone_after_two_heartbeats() {
    let server = TestServer::start(beating()).await;
    let mut bo = server.connects("bo").await;
    let begin = Instant::now();
    let frozen = RawClient::dials(server.address, "userId=ana").await;
    bo.expects_to_see("online", "ana").await;

    bo.expects_to_see("offline", "ana").await;

    let lived = begin.elapsed();
    assert!(lived >= HEARTBEAT * 2 && lived < HEARTBEAT * 2 + Duration::from_secs(3), "{lived:?}");
    server.comes_to("bo alone", |it, open| (it.users, open) == (1, 1)).await;
    drop(frozen);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn any_frame_is_a_sign_of_life() {
    let server = TestServer::start(beating()).await;
    let mut ana = RawClient::connects(server.address, "userId=ana").await;

    // Pings of its own and never a pong.
    for _ in 0..15 {
        sleep(HEARTBEAT / 3).await;
        ana.sends(&frame(Opcode::Ping, Last::Yes, b"")).await;
    }

    assert_eq!(server.census().await.users, 1);
    ana.says(r#"{"type":"ping"}"#).await;
    while ana.next_frame().await.unwrap().opcode != 1 {}
    drop(ana);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_client_that_is_only_half_closed_is_let_go() {
    let server = TestServer::start(config()).await;
    let mut ana = RawClient::connects(server.address, "userId=ana").await;
    tokio::io::AsyncWriteExt::shutdown(&mut ana.stream).await.unwrap();
    ana.is_cut_off().await;
    server.comes_to("empty", |it, open| (it.users, open) == (0, 0)).await;
    server.ends_clean().await;
}
