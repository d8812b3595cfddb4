//! A listener that ends while the node serves.

use super::*;

async fn served() -> Server {
    let local = "127.0.0.1:0".parse().unwrap();
    let config = Config {
        listen: local,
        admin_listen: Some(local),
        admin_token: Some(Secret::new("an admin token of some length")),
        ..Config::default()
    };
    Server::start(config).await.unwrap()
}

async fn fault_of(server: &mut Server) -> Fault {
    timeout(Duration::from_secs(10), server.fails()).await.expect("a fault within 10 s")
}

#[actix_rt::test]
async fn an_admin_listener_that_ends_while_the_node_serves_is_a_failure_that_names_it() {
    let mut server = served().await;

    server.admin.as_ref().unwrap().listener.stop().await;

    let fault = fault_of(&mut server).await;
    assert!(matches!(fault, Fault::ListenerGone { part: "admin-listen", .. }), "{fault}");
    assert!(fault.to_string().contains("`admin-listen`"), "{fault}");
    server.stop().await;
}

#[actix_rt::test]
async fn a_listener_that_ends_while_the_node_serves_is_a_failure() {
    let mut server = served().await;

    server.listener.stop().await;

    // The hub lives in a thread of the listener and may be missed first.
    let fault = fault_of(&mut server).await;
    assert!(matches!(fault, Fault::ListenerGone { .. } | Fault::HubGone { .. }), "{fault}");
}
