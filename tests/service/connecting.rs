//! What a login says, and what it is told.

use serde_json::json;
use switchboard::config::Config;

use super::harness::{TestServer, config};

#[actix_rt::test]
async fn a_registered_client_is_told_who_it_is_and_what_it_may() {
    let stun = vec!["stun:stun.example.org:3478".to_owned()];
    let server = TestServer::start(Config { stun, ..config() }).await;
    let ana = server.connects("ana").await;

    let mut registered = ana.registered.clone();
    let session = registered["sessionId"].take();
    assert!(session.as_str().is_some_and(|it| (1..=64).contains(&it.len())), "{session}");
    let wanted = json!({"type": "registered", "userId": "ana", "sessionId": null, "resumed": false,
        "received": 0, "heartbeat": 25000,
        "limits": {"frame": 65536, "rate": 100, "burst": 500},
        "iceServers": [{"urls": ["stun:stun.example.org:3478"]}],
        "calls": [], "rooms": [], "features": [], "protocol": 1,
        "server": concat!("switchboard/", env!("CARGO_PKG_VERSION"))});
    assert_eq!(registered, wanted);
    assert_eq!(ana.list, json!({"type": "client-list", "clients": [], "total": 0}));
    server.ends_clean().await;
}

#[actix_rt::test]
async fn two_users_see_each_other() {
    let server = TestServer::start(config()).await;
    let mut ana = server.connects("11").await;
    let bo = server.connects("22").await;

    assert_eq!(bo.list, json!({"type": "client-list", "clients": ["11"], "total": 1}));
    let told = ana.expects_presence().await;
    assert_eq!(told, json!({"type": "presence", "online": ["22"], "offline": []}));
    bo.vanishes();
    let told = ana.expects_presence().await;
    assert_eq!(told, json!({"type": "presence", "online": [], "offline": ["22"]}));
    server.ends_clean().await;
}

#[actix_rt::test]
async fn display_names_go_with_lists_changes_and_rooms() {
    let server = TestServer::start(config()).await;
    let mut ana = server.connects_with("userId=11&name=%E6%9D%8E%E9%9B%B7").await;
    let mut bo = server.connects_with("userId=22&name=Bo").await;

    assert_eq!(bo.list["names"], json!({"11": "李雷"}));
    assert_eq!(ana.expects_presence().await["names"], json!({"22": "Bo"}));
    ana.asks(json!({"type": "join", "room": "den"})).await;
    let joined = bo.asks(json!({"type": "join", "room": "den"})).await;
    assert_eq!(joined["names"], json!({"11": "李雷"}));
    assert_eq!(ana.expects("member-joined").await["name"], "Bo");
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_client_without_a_name_gets_one_under_which_it_can_be_called() {
    let server = TestServer::start(config()).await;
    let mut one = server.connects_with("").await;
    let mut two = server.connects_with("received=0&token=x").await;

    assert_ne!(one.user, two.user);
    let to = two.user.clone();
    one.calls(&to).await;
    assert_eq!(two.expects("call-request").await["from"], json!(one.user));
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_bad_parameter_is_named_by_an_error_and_closes_with_4500() {
    let server = TestServer::start(config()).await;
    let (id_too_long, name_too_long) = ("x".repeat(129), "n".repeat(65));
    for (query, code, named) in [
        ("userId=".to_owned(), "bad-user-id", "userId"),
        ("userId=a%20b".into(), "bad-user-id", "userId"),
        ("userId=a%2Fb".into(), "bad-user-id", "userId"),
        ("userId=%E6%9D%8E".into(), "bad-user-id", "userId"),
        (format!("userId={id_too_long}"), "bad-user-id", "userId"),
        (format!("userId=a&name={name_too_long}"), "bad-message", "name"),
        ("userId=a&name=two%0Alines".into(), "bad-message", "name"),
        ("userId=a&userId=b".into(), "bad-message", "userId"),
        ("userId=a&resume=x".into(), "bad-message", "resume"),
        ("userId=a&received=-1".into(), "bad-message", "received"),
        ("userId=a&received=x".into(), "bad-message", "received"),
        ("userid=a".into(), "bad-message", "userid"),
        ("userId=a&userId=a".into(), "bad-message", "userId"),
    ] {
        let mut client = server.dials(&query).await;
        let error = client.expects_error(code).await;
        assert!(error["message"].as_str().unwrap().contains(named), "{query}: {error}");
        client.expects_close(4500).await;
    }
    assert_eq!(server.census().await.counts.registered, 0);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn what_is_just_allowed_is_taken() {
    let server = TestServer::start(config()).await;
    let (id, name) = ("x".repeat(128), "%E6%9D%8E".repeat(64));
    let ana = server.connects_with(&format!("userId={id}&name={name}&received=0")).await;
    assert_eq!(ana.user, id);
    let bo = server.connects_with("userId=b~!$^*()&resume=abc&received=7").await;
    assert_eq!(bo.user, "b~!$^*()");
    assert_eq!(bo.registered["resumed"], false);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn what_a_client_says_before_it_is_registered_is_heard_afterwards() {
    use super::harness::{Last, Opcode, RawClient, Stream, frame, upgrade};
    let server = TestServer::start(config()).await;
    let address = server.address;
    // All in one write: the handshake and two messages.
    let mut stream = Stream::to(address).await;
    let head = upgrade(&[]).join("\r\n");
    let mut bytes =
        format!("GET /ws?userId=ana HTTP/1.1\r\nHost: {address}\r\n{head}\r\n\r\n").into_bytes();
    for n in 0..40 {
        let ping = format!(r#"{{"type":"ping","id":"{n}"}}"#);
        bytes.extend(frame(Opcode::Text, Last::Yes, ping.as_bytes()));
    }
    tokio::io::AsyncWriteExt::write_all(&mut stream, &bytes).await.unwrap();

    let mut ana = RawClient::upgraded(stream).await;

    ana.is_registered().await;
    for n in 0..40 {
        assert_eq!(ana.expects("pong").await["ref"], n.to_string());
    }
    drop(ana);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn users_on_several_workers_reach_each_other() {
    let server = TestServer::start(Config { workers: 3, ..config() }).await;
    let mut clients = Vec::new();
    for n in 0..12 {
        clients.push(server.connects(&format!("u{n:02}")).await);
    }
    for n in 0..12 {
        let to = format!("u{:02}", (n + 5) % 12);
        clients[n].asks(json!({"type": "message", "to": to, "data": n, "receipt": true})).await;
        let said = clients[(n + 5) % 12].expects("message").await;
        assert_eq!(said["data"], n);
    }
    server.ends_clean().await;
}
