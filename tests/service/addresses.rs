//! From where: pages and names that may connect, and clients behind proxies.

use switchboard::config::Config;

use super::harness::{Answer, RawClient, TestServer, Witness, ask, config, upgrade};

/// The answer to an upgrade with these header lines; a socket that comes about ends by itself.
async fn asks(server: &TestServer, headers: &[&str]) -> Answer {
    let mut client = RawClient::asks(server.address, headers).await;
    let answer = client.answer();
    match answer.status {
        101 => drop(client.ends_with(4500).await),
        _ => drop(client.reads_out().await),
    }
    answer
}

#[actix_rt::test]
async fn only_pages_of_our_own_and_of_listed_origins_open_a_socket() {
    let origins = vec!["https://app.example".into(), "http://localhost:3000".into()];
    let server = TestServer::start(Config { origins, insecure_open: true, ..config() }).await;
    let at = "Host: calls.example:8443";
    for (headers, status) in [
        // No page at all.
        (vec![at], 101),
        // The scheme does not matter: a proxy may end TLS.
        (vec![at, "Origin: https://calls.example:8443"], 101),
        (vec![at, "Origin: http://calls.example:8443"], 101),
        (vec![at, "Origin: https://CALLS.example:8443"], 101),
        (vec![at, "Origin: https://calls.example"], 403),
        (vec![at, "Origin: https://calls.example:8444"], 403),
        (vec!["Host: calls.example", "Origin: https://calls.example"], 101),
        (vec!["Host: calls.example", "Origin: http://calls.example:80"], 101),
        (vec!["Host: calls.example:443", "Origin: https://calls.example"], 101),
        // Listed.
        (vec![at, "Origin: https://app.example"], 101),
        (vec![at, "Origin: http://localhost:3000"], 101),
        (vec![at, "Origin: http://localhost:3001"], 403),
        // Foreign, or near.
        (vec![at, "Origin: https://evil.example"], 403),
        (vec![at, "Origin: https://app.example.evil.example"], 403),
        (vec![at, "Origin: https://notapp.example"], 403),
        (vec![at, "Origin: https://app.example@evil.example"], 403),
        (vec![at, "Origin: null"], 403),
        (vec![at, "Origin: "], 403),
        (vec![at, "Origin: file://"], 403),
        (vec![at, "Origin: *"], 403),
        (vec![at, "Origin: https://app.example", "Origin: https://evil.example"], 403),
        // What others say of the host is not believed.
        (vec![at, "Origin: https://evil.example", "X-Forwarded-Host: evil.example"], 403),
        (vec![at, "Origin: https://evil.example", "Forwarded: host=evil.example"], 403),
    ] {
        let answer = asks(&server, &headers).await;
        assert_eq!(answer.status, status, "{headers:?}");
    }
    assert_eq!(server.gate_counts().foreign, 14);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn in_open_mode_a_name_that_leads_here_by_dns_alone_is_refused() {
    let server = TestServer::start(config()).await;
    for (headers, status) in [
        (vec!["Host: localhost:8080"], 101),
        (vec!["Host: LOCALHOST"], 101),
        (vec!["Host: a.b.localhost:1"], 101),
        (vec!["Host: 127.0.0.1"], 101),
        (vec!["Host: 127.9.9.9:9"], 101),
        (vec!["Host: [::1]:8080"], 101),
        // Rebinding: the page is same-origin to its own name, which now leads to us.
        (vec!["Host: evil.example:8080", "Origin: http://evil.example:8080"], 403),
        (vec!["Host: evil.example"], 403),
        (vec!["Host: localhost.evil.example"], 403),
        (vec!["Host: 127.0.0.1.nip.example"], 403),
        (vec!["Host: 192.168.0.1"], 403),
        (vec!["Host: 0.0.0.0:8080"], 403),
        (vec!["Host: evil.example", "X-Forwarded-Host: localhost"], 403),
    ] {
        assert_eq!(asks(&server, &headers).await.status, status, "{headers:?}");
    }
    server.ends_clean().await;
}

#[actix_rt::test]
async fn clients_of_a_trusted_proxy_have_limits_of_their_own() {
    let server = TestServer::start(Config {
        max_sockets_per_address: 1,
        trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
        ..config()
    })
    .await;
    let mut held = Vec::new();
    for (headers, code) in [
        (vec!["X-Forwarded-For: 192.0.2.1"], "bad-user-id"),
        (vec!["X-Forwarded-For: 192.0.2.2"], "bad-user-id"),
        (vec!["X-Forwarded-For: 192.0.2.1"], "unavailable"),
        (vec!["X-Forwarded-For: 192.0.2.9, 192.0.2.1"], "unavailable"),
        (vec!["Forwarded: for=192.0.2.1:4711"], "unavailable"),
        (vec!["Forwarded: for=\"[2001:db8::1]\""], "bad-user-id"),
        // The same subscriber.
        (vec!["Forwarded: for=\"[2001:db8::ffff]\""], "unavailable"),
        // Neither is believed: the proxy's own address.
        (vec!["Forwarded: for=192.0.2.7", "X-Forwarded-For: 192.0.2.8"], "bad-user-id"),
        (vec!["X-Forwarded-For: unknown"], "unavailable"),
        (vec![], "unavailable"),
    ] {
        // Its URL is bad, which is said to who is let in; crowded ones have the same fate, but the
        // limit is looked at by the hub, so here the gate's own count tells.
        let crowded = server.gate_counts().crowded;
        held.push(RawClient::asks(server.address, &headers).await);
        let is_crowded = server.gate_counts().crowded > crowded;
        assert_eq!(is_crowded, code == "unavailable", "{headers:?}");
    }
    drop(held);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn a_header_that_is_not_believed_is_told_once_when_it_matters() {
    let server = TestServer::start(Config { max_sockets_per_address: 1, ..config() }).await;
    let address = server.address;
    let (server, witness) = server.into_server();
    let told = |witness: &Witness| witness.heard_provoked("`trusted-proxies`").len();

    let from_proxy = ["X-Forwarded-For: 192.0.2.1"];
    let _first = RawClient::asks(address, &from_proxy).await;
    assert_eq!(told(&witness), 0, "nobody is at a limit yet");
    let _second = RawClient::asks(address, &[]).await;
    assert_eq!(told(&witness), 0, "no header");
    let _third = RawClient::asks(address, &from_proxy).await;
    let _fourth = RawClient::asks(address, &from_proxy).await;
    assert_eq!(told(&witness), 1);

    // Four times the limit.
    assert_eq!(ask(address, "/ws", &upgrade(&from_proxy)).await.status, 429);
    assert_eq!(told(&witness), 1);
    let line = witness.heard_provoked("`trusted-proxies`").remove(0);
    assert!(!line.contains("127.0.0.1") && !line.contains("192.0.2.1"), "{line}");
    server.stop().await;
}

#[actix_rt::test]
async fn all_users_of_an_address_share_its_rate_and_each_client_of_a_trusted_proxy_has_its_own() {
    let server = TestServer::start(Config {
        address_rate: 1,
        address_burst: 8,
        trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
        ..config()
    })
    .await;
    // Each login costs one unit.
    let mut clients = Vec::new();
    for (user, address) in [("ana", 1), ("bo", 1), ("cy", 2)] {
        let header = format!("X-Forwarded-For: 192.0.2.{address}");
        let query = format!("userId={user}");
        let mut client = RawClient::dials_bearing(server.address, &query, &[&header]).await;
        client.expects("registered").await;
        client.expects("client-list").await;
        clients.push(client);
    }
    for number in [0, 1, 0, 1, 0, 1] {
        clients[number].says(r#"{"type":"ping"}"#).await;
        clients[number].expects("pong").await;
    }

    let [ana, bo, cy] = &mut clients[..] else { panic!("there are three") };
    // One unit comes back in a second, which is time for all ten.
    for client in [ana, bo] {
        for _ in 0..10 {
            client.says(r#"{"type":"ping"}"#).await;
        }
        let mut said = client.hears().await;
        while said["type"] != "error" {
            said = client.hears().await;
        }
        assert_eq!(said["code"], "rate-limited");
        assert!(said["message"].as_str().unwrap().contains("your address"), "{said}");
    }
    for _ in 0..4 {
        cy.says(r#"{"type":"ping"}"#).await;
        cy.expects("pong").await;
    }
    drop(clients);
    server.ends_clean().await;
}
