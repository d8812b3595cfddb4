//! What happens to a server while it serves: a listener ends, settings are read again.

use super::reload::differing;
use super::*;
use crate::config::Secret;
use crate::config::{AuthMode, Renewal, SETTINGS};

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

#[actix_rt::test]
async fn what_is_said_to_take_effect_at_sighup_is_taken_then_and_nothing_else() {
    let of = |renewal| SETTINGS.iter().filter(move |it| it.renewal() == renewal);
    let local = "127.0.0.1:0".parse().unwrap();
    let mut config = Config {
        listen: local,
        admin_listen: Some(local),
        auth: AuthMode::Jwt,
        turn_url: vec!["turn:turn.example.org".into()],
        ..Config::default()
    };
    let set = |config: &mut Config, text: &str| {
        of(Renewal::Signal).for_each(|it| it.set(config, text).expect("it is a secret"));
    };
    set(&mut config, "the old secret, which has at least 32 bytes");
    let server = Server::start(config.clone()).await.unwrap();
    let mut fresh = config.clone();
    set(&mut fresh, "the new secret, which has at least 32 bytes");

    server.reload(&mut config, &fresh);
    assert_eq!(config, fresh);
    fresh.rate += 1;
    server.reload(&mut config, &fresh);

    assert_eq!(differing(&config, &fresh), "rate");
    let secrets: Vec<_> = of(Renewal::Signal).map(|it| it.name()).collect();
    assert_eq!(secrets, ["turn-secret", "jwt-secret", "admin-token"]);
    // Tests of certificates (`tls`) and of keys (`rotation`) change the content of these.
    let files: Vec<_> = of(Renewal::Content).map(|it| it.name()).collect();
    assert_eq!(files, ["tls-cert", "tls-key", "jwt-key", "jwt-jwks"]);
    server.stop().await;
}
