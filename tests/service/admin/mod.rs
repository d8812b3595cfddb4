//! The admin API, on its own listener.

mod access;
mod acts;
mod document;
mod requests;
mod schema;

use std::net::SocketAddr;

use serde_json::Value;
use switchboard::config::{Config, Secret};

use crate::harness::{Answer, TestServer, config, request};

const TOKEN: &str = "a-token-for-the-operator";

/// The usual settings with the admin API on a free port.
fn with_admin() -> Config {
    Config {
        admin_listen: Some("127.0.0.1:0".parse().unwrap()),
        admin_token: Some(Secret::new(TOKEN)),
        ..config()
    }
}

/// A program of the operator's.
struct Operator {
    address: SocketAddr,
}

impl Operator {
    fn of(server: &TestServer) -> Self {
        Self { address: server.admin_address().unwrap() }
    }

    /// `what` is a method and a path below `/api/v1`, as in `GET /users`.
    async fn asks(&self, what: &str, body: &str) -> Answer {
        let (method, path) = what.split_once(' ').unwrap();
        let what = format!("{method} /api/v1{path}");
        let token = format!("Authorization: Bearer {TOKEN}");
        request(self.address, &what, &[&token], body).await
    }

    /// What stands there.
    async fn sees(&self, path: &str) -> Value {
        let answer = self.asks(&format!("GET {path}"), "").await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        answer.json()
    }

    /// Does it; there is nothing to say about it.
    async fn does(&self, what: &str, body: &str) {
        let answer = self.asks(what, body).await;
        assert_eq!((answer.status, answer.body.as_str()), (204, ""), "{what}: {answer:?}");
    }

    /// Is refused with this status and code.
    async fn is_refused(&self, what: &str, body: &str, status: u16, code: &str) -> Value {
        let answer = self.asks(what, body).await;
        let error = answer.json();
        assert_eq!((answer.status, &error["code"]), (status, &code.into()), "{what}: {answer:?}");
        assert_eq!(error["type"], "error");
        error
    }
}
