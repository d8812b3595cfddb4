//! Access tokens over real sockets: how they come, when they expire, and how they are renewed.

use std::net::Ipv4Addr;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use serde_json::json;
use switchboard::config::{AuthMode, Config};
use switchboard::http::GateCounts;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::{sleep, timeout};

use super::harness::{
    PATIENCE, RawClient, Stream, TestServer, ask, asking_for_tokens, retry_after, token,
    token_saying, upgrade,
};

/// Long enough for a test.
const HOUR: i64 = 3600;
const FOREVER: u64 = 9_999_999_999;

#[actix_rt::test]
async fn a_token_comes_by_header_by_subprotocol_or_in_the_url() {
    let server = TestServer::start(asking_for_tokens()).await;
    let token = token("11", HOUR);
    let header = format!("Authorization: Bearer {token}");
    let lower = format!("authorization: bearer {token}");
    let offer = format!("Sec-WebSocket-Protocol: switchboard.v1, bearer.{token}");
    let query = format!("token={token}");
    for (query, headers) in [
        ("", vec![header.as_str()]),
        ("userId=11", vec![lower.as_str()]),
        ("", vec![offer.as_str()]),
        (query.as_str(), vec![]),
        // The same one more than once is one.
        (query.as_str(), vec![header.as_str(), offer.as_str()]),
        // A password for somebody else.
        (query.as_str(), vec!["Authorization: Basic b3BlbjpzZXNhbWU="]),
    ] {
        let mut client = RawClient::dials_bearing(server.address, query, &headers).await;
        let answer = client.answer();
        assert!(!answer.head.contains(&token), "{}", answer.head);
        assert_eq!(client.hears().await["userId"], "11", "{query} {headers:?}");
    }
    server.ends_clean().await;
}

#[actix_rt::test]
async fn who_has_no_good_token_is_told_why_after_the_upgrade() {
    let server = TestServer::start(asking_for_tokens()).await;
    let good = token("11", HOUR);
    let (other, cut) = (token("22", HOUR), &good[..good.len() - 3]);
    for (query, code, words) in [
        ("userId=11".to_owned(), 4501, "asks for an access token"),
        (format!("token={cut}"), 4501, "signature"),
        ("token=".into(), 4501, "no JSON Web Token"),
        ("token=%FF%FE".into(), 4501, "no JSON Web Token"),
        (format!("userId=22&token={good}"), 4501, "another user"),
        (format!("userId=11&token={other}"), 4501, "another user"),
        (format!("token={}", token("11", -5)), 4401, "expired"),
        (format!("token={}", token("a b", HOUR)), 4501, "subject"),
        (format!("token={}", token_saying(&json!({"sub": "11"}))), 4501, "`exp`"),
    ] {
        let mut client = server.dials(&query).await;
        let error = client.expects_error("bad-token").await;
        let sentence = error["message"].as_str().unwrap();
        assert!(sentence.contains(words), "{query}: {sentence}");
        let reason = client.expects_close(code).await;
        assert_eq!(code == 4401, reason.starts_with("retry after "), "{reason}");
    }
    assert_eq!(
        server.gate_counts(),
        GateCounts { tokens_refused: 9, slowed_down: 0, ..GateCounts::default() }
    );
    server.ends_clean().await;
}

#[actix_rt::test]
async fn two_different_tokens_are_refused_wherever_they_stand() {
    let server = TestServer::start(asking_for_tokens()).await;
    let (one, two) = (token("11", HOUR), token("11", HOUR + 1));
    let (query, header) = (format!("token={one}"), format!("Authorization: Bearer {two}"));
    let offers = format!("Sec-WebSocket-Protocol: switchboard.v1, bearer.{one}, bearer.{two}");
    for (query, header) in [(query.as_str(), header), ("", offers)] {
        let mut client = RawClient::dials_bearing(server.address, query, &[&header]).await;
        let error = client.expects("error").await;
        assert!(error["message"].as_str().unwrap().contains("two different"), "{error}");
        client.ends_with(4501).await;
    }
    let mut twice = server.dials(&format!("token={one}&token={one}")).await;
    twice.expects_error("bad-message").await;
    twice.expects_close(4500).await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_token_far_too_long_opens_no_socket() {
    let server = TestServer::start(asking_for_tokens()).await;
    let long = format!("token={}", "a".repeat(9000));
    let mut client = server.dials(&long).await;
    let error = client.expects_error("bad-token").await;
    assert!(error["message"].as_str().unwrap().contains("longer than 8192 bytes"), "{error}");
    client.expects_close(4501).await;

    // Cut off while it still comes, so the answer may be lost.
    let megabyte = format!("GET /ws?token={} HTTP/1.1\r\n", "a".repeat(1 << 20));
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let mut answer = Vec::new();
    let exchange = async {
        let _ = stream.write_all(megabyte.as_bytes()).await;
        let _ = stream.read_to_end(&mut answer).await;
    };
    timeout(PATIENCE, exchange).await.expect("its end");
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    let _ana = server.connects_with(&format!("token={}", token("11", HOUR))).await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn the_display_name_is_that_of_the_token() {
    let server = TestServer::start(asking_for_tokens()).await;
    let named = token_saying(&json!({"sub": "11", "name": "李雷", "exp": FOREVER}));
    let _ana = server.connects_with(&format!("name=Somebody&token={named}")).await;
    let _bo = server.connects_with(&format!("name=Bo&token={}", token("22", HOUR))).await;
    let cyd = server.connects_with(&format!("token={}", token("33", HOUR))).await;

    assert_eq!(cyd.list["names"], json!({"11": "李雷"}), "{}", cyd.list);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn limits_in_the_token_hold() {
    let server = TestServer::start(asking_for_tokens()).await;
    let limited = json!({"sub": "11", "exp": FOREVER, "rooms": ["team-*"], "call": ["33"],
        "watch": [], "presence": false});
    let mut ana = server.dials(&format!("token={}", token_saying(&limited))).await;
    ana.expects("registered").await;
    let _bo = server.connects_with(&format!("token={}", token("22", HOUR))).await;

    for message in [
        json!({"type": "join", "room": "board"}),
        json!({"type": "call-request", "to": "22"}),
        json!({"type": "message", "to": "22", "data": 1}),
        json!({"type": "watch", "users": ["22"]}),
        json!({"type": "list"}),
    ] {
        ana.is_refused(message, "not-permitted").await;
    }
    assert_eq!(ana.asks(json!({"type": "join", "room": "team-a"})).await["type"], "room-joined");
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_socket_whose_token_expires_gets_4401_unless_it_was_refreshed_before() {
    let server = TestServer::start(asking_for_tokens()).await;
    let mut ana = server.connects_with(&format!("token={}", token("11", 3))).await;
    let mut bo = server.connects_with(&format!("token={}", token("22", 3))).await;

    let refreshed = ana.asks(json!({"type": "refresh", "token": token("11", HOUR)})).await;
    assert_eq!(refreshed["type"], "refreshed");
    let expires = refreshed["expires"].as_u64().unwrap();
    assert!((3_590_000..=3_600_000).contains(&expires), "{refreshed}");

    let reason = bo.ends_with(4401).await;
    assert!(retry_after(&reason) <= 2000, "{reason}");
    let counts = server.census().await.counts;
    assert_eq!((counts.tokens_expired, counts.refreshed), (1, 1));
    ana.expects_to_see("offline", "22").await;
    ana.has_heard_all().await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn an_exp_is_forgiven_30_s_at_a_login_by_refresh_and_to_an_open_socket() {
    let server = TestServer::start(asking_for_tokens()).await;
    let over_for = |seconds: u64| {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        token_saying(&json!({"sub": "11", "exp": now - seconds}))
    };

    let mut ana = server.connects_with(&format!("token={}", over_for(20))).await;
    let refreshed = ana.asks(json!({"type": "refresh", "token": over_for(27)})).await;
    assert!(refreshed["expires"].as_u64().unwrap() <= 3000, "{refreshed}");
    for refused in [over_for(32), over_for(3600)] {
        ana.is_refused(json!({"type": "refresh", "token": refused}), "bad-token").await;
    }
    ana.ends_with(4401).await;

    let mut late = server.dials(&format!("token={}", over_for(32))).await;
    late.expects_error("bad-token").await;
    late.expects_close(4401).await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_refresh_that_is_refused_leaves_the_socket_as_it_was() {
    let server = TestServer::start(asking_for_tokens()).await;
    let mut ana = server.connects_with(&format!("token={}", token("11", HOUR))).await;
    let good = token("11", HOUR);
    for (token, words) in [
        (token("22", HOUR), "another user"),
        (token("11", -5), "expired"),
        (good[..good.len() - 3].to_owned(), "signature"),
        ("a".repeat(10_000), "longer than 8192 bytes"),
    ] {
        let error = ana.is_refused(json!({"type": "refresh", "token": token}), "bad-token").await;
        assert!(error["message"].as_str().unwrap().contains(words), "{error}");
    }
    ana.has_heard_all().await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn who_comes_back_after_4401_with_a_fresh_token_has_its_session_again() {
    let resume_window = Duration::from_secs(30);
    let server = TestServer::start(Config { resume_window, ..asking_for_tokens() }).await;
    let mut bo = server.connects_with(&format!("token={}", token("22", HOUR))).await;
    let short = token("11", 2);
    let mut ana = server.connects_with(&format!("received=0&token={short}")).await;
    let resume = ana.registered["resumeToken"].as_str().unwrap().to_owned();
    bo.expects_to_see("online", "11").await;
    ana.ends_with(4401).await;
    bo.says(json!({"type": "message", "to": "11", "data": "kept"}));

    // The resume token is no access token: without a good one there is no way back.
    let stale = format!("received=0&resume={resume}&token={}", token("11", -5));
    let mut refused = server.dials(&stale).await;
    refused.expects_error("bad-token").await;
    refused.expects_close(4401).await;

    let fresh = format!("received=0&resume={resume}&token={}", token("11", HOUR));
    let mut again = server.dials(&fresh).await;
    assert_eq!(again.expects("registered").await["resumed"], true);
    assert_eq!(again.expects("message").await["data"], "kept");
    again.expects("client-list").await;
    again.leaves().await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn keys_change_without_a_restart_and_sockets_stay() {
    let keys = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/auth/keys/");
    let key = |name: &str| std::fs::read(format!("{keys}{name}.pem")).unwrap();
    let folder = tempfile::TempDir::new().unwrap();
    let path = folder.path().join("key.pem");
    std::fs::write(&path, key("p256.pub")).unwrap();
    let by_file = Config { jwt_key: Some(path.clone()), jwt_secret: None, ..asking_for_tokens() };
    let server = TestServer::start(by_file).await;
    let of = |name: &str, user: &str| {
        let signing = jsonwebtoken::EncodingKey::from_ec_pem(&key(name)).unwrap();
        let header = jsonwebtoken::Header::new(jsonwebtoken::Algorithm::ES256);
        let claims = json!({"sub": user, "exp": FOREVER});
        format!("token={}", jsonwebtoken::encode(&header, &claims, &signing).unwrap())
    };
    let mut ana = server.connects_with(&of("p256", "11")).await;

    let new = folder.path().join("new.pem");
    std::fs::write(&new, key("p256-other.pub")).unwrap();
    std::fs::rename(new, path).unwrap();
    let until = Instant::now() + PATIENCE;
    loop {
        let mut bo = server.dials(&of("p256-other", "22")).await;
        if bo.hears().await["type"] == "registered" {
            break;
        }
        // Ten refusals a minute are what an address has.
        sleep(Duration::from_millis(1100)).await;
        assert!(Instant::now() < until, "the new key is not in force");
    }

    let mut old = server.dials(&of("p256", "33")).await;
    old.expects_error("bad-token").await;
    old.expects_close(4501).await;
    ana.has_heard_all().await;
    server.ends_clean().await;
}

#[actix_rt::test]
async fn an_address_that_brings_bad_tokens_is_told_no_more_of_them_for_a_while() {
    let server = TestServer::start(asking_for_tokens()).await;
    let good = format!("token={}", token("11", HOUR));
    for _ in 0..10 {
        let mut guess = server.dials("token=a.b.c").await;
        guess.expects_error("bad-token").await;
        guess.expects_close(4501).await;
    }

    let answer = ask(server.address, "/ws?token=a.b.c", &upgrade(&[])).await;
    assert_eq!((answer.status, &answer.json()["code"]), (429, &json!("rate-limited")));
    let wait = answer.json()["retryAfter"].as_u64().unwrap();
    assert!((1..=6000).contains(&wait), "{answer:?}");
    let seconds = format!("Retry-After: {}", wait.div_ceil(1000));
    assert!(answer.has_header(&seconds), "{}", answer.head);
    let counts = server.gate_counts();
    assert_eq!((counts.tokens_refused, counts.slowed_down), (11, 1));

    // Whoever shares the address with the guesser has done nothing.
    let mut honest = RawClient::dials(server.address, &good).await;
    assert_eq!(honest.hears().await["userId"], "11");
    // And another address has nothing to do with it.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::new(127, 0, 0, 2), 0).into()).unwrap();
    let stream = Stream::over(socket.connect(server.address).await.unwrap()).await;
    let mut other = RawClient::dials_with(stream, "token=a.b.c").await;
    assert_eq!(other.hears().await["code"], "bad-token");
    drop((honest, other));
    server.ends_clean().await;
}

#[actix_rt::test]
async fn bad_tokens_of_a_neighbour_keep_no_good_one_of_the_same_address_out() {
    let server = TestServer::start(Config {
        new_sockets_per_address: 1,
        // None of them is slowed down, so that each counts as a socket that is opened.
        failed_logins_per_address: 0,
        ..asking_for_tokens()
    })
    .await;
    let bad = upgrade(&["Authorization: Bearer a.b.c"]);
    let mut statuses = Vec::new();
    for _ in 0..10 {
        let client = RawClient::asks(server.address, &bad).await;
        statuses.push(client.answer().status);
    }
    assert!(statuses.contains(&429), "{statuses:?}");

    let good = format!("token={}", token("11", HOUR));
    let mut honest = RawClient::dials(server.address, &good).await;

    assert_eq!(honest.hears().await["userId"], "11");
    drop(honest);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn who_is_refused_takes_nobodys_place_while_it_reads_why() {
    let server = TestServer::start(Config { max_sockets: 2, ..asking_for_tokens() }).await;
    let mut refused = Vec::new();
    for _ in 0..4 {
        let mut client = RawClient::dials(server.address, "userId=11").await;
        assert_eq!(client.hears().await["code"], "bad-token");
        refused.push(client);
    }

    let ana = server.connects_with(&format!("token={}", token("11", HOUR))).await;

    drop((ana, refused));
    server.ends_clean().await;
}

#[actix_rt::test]
async fn who_comes_without_a_token_or_too_late_is_not_taken_for_an_attacker() {
    let server = TestServer::start(asking_for_tokens()).await;
    let late = format!("token={}", token("11", -5));
    for query in ["userId=11", &late].repeat(10) {
        let mut client = server.dials(query).await;
        client.expects_error("bad-token").await;
    }
    let _ana = server.connects_with(&format!("token={}", token("11", HOUR))).await;
    assert_eq!(
        server.gate_counts(),
        GateCounts { tokens_refused: 20, slowed_down: 0, ..GateCounts::default() }
    );
    server.ends_clean().await;
}

#[actix_rt::test]
async fn with_tokens_any_host_is_served_and_foreign_origins_are_not() {
    let server = TestServer::start(asking_for_tokens()).await;
    let query = format!("token={}", token("11", HOUR));
    let headers = ["Host: calls.example", "Origin: https://calls.example"];
    let mut client = RawClient::dials_bearing(server.address, &query, &headers).await;
    assert_eq!(client.hears().await["type"], "registered");
    let headers = ["Host: calls.example", "Origin: https://evil.example"];
    let refused = ask(server.address, &format!("/ws?{query}"), &upgrade(&headers)).await;
    assert_eq!(refused.status, 403);
    drop(client);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn in_open_mode_a_token_means_nothing() {
    let open = Config { auth: AuthMode::Open, ..asking_for_tokens() };
    let server = TestServer::start(open).await;
    let mut ana = server.connects_with("userId=11&token=anything").await;
    ana.is_refused(json!({"type": "refresh", "token": "anything"}), "not-permitted").await;
    server.ends_clean().await;
}
