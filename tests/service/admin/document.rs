//! The OpenAPI document says what is true: every route is in it, and every schema fits an answer.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use switchboard::config::Config;

use super::schema::Schemas;
use super::{Operator, with_admin};
use crate::harness::TestServer;

/// Method and path of every route, with names in it that fit what is there.
const ROUTES: [(&str, &str, &str, &str); 11] = [
    ("get", "/users", "/users?limit=1", "200"),
    ("get", "/users/{user}", "/users/ana", "200"),
    ("post", "/users/{user}/messages", "/users/ana/messages", "204"),
    ("get", "/calls", "/calls?limit=1", "200"),
    ("get", "/rooms", "/rooms?limit=1", "200"),
    ("get", "/rooms/{room}", "/rooms/den", "200"),
    ("post", "/rooms/{room}/messages", "/rooms/den/messages", "200"),
    ("get", "/stats", "/stats", "200"),
    ("get", "/openapi.json", "/openapi.json", "200"),
    ("delete", "/calls/{call}", "/calls/CALL", "204"),
    ("delete", "/users/{user}", "/users/ana", "204"),
];

const WORDS: &str = r#"{"data":{"any":["JSON"]}}"#;

async fn document(operator: &Operator) -> Value {
    operator.sees("/openapi.json").await
}

#[actix_rt::test]
async fn every_route_is_in_the_document_and_nothing_else() {
    let server = TestServer::start(with_admin()).await;
    let document = document(&Operator::of(&server)).await;

    let paths = document["paths"].as_object().unwrap();
    let told: BTreeSet<_> = paths
        .iter()
        .flat_map(|(path, item)| {
            item.as_object().unwrap().keys().map(move |method| format!("{method} {path}"))
        })
        .collect();

    let routes = ROUTES.iter().map(|(method, path, ..)| format!("{method} /api/v1{path}"));
    assert_eq!(told, routes.collect());
    assert_eq!(document["security"], json!([{"token": []}]));
    assert_eq!(document["components"]["securitySchemes"]["token"]["scheme"], "bearer");
    server.ends_clean().await;
}

#[actix_rt::test]
async fn every_operation_has_a_name_of_its_own() {
    let server = TestServer::start(with_admin()).await;
    let document = document(&Operator::of(&server)).await;

    let names: BTreeSet<_> = ROUTES
        .iter()
        .map(|(method, path, ..)| {
            &document["paths"][format!("/api/v1{path}")][method]["operationId"]
        })
        .map(|name| name.as_str().unwrap())
        .collect();

    assert_eq!(names.len(), ROUTES.len(), "{names:?}");
    server.ends_clean().await;
}

#[actix_rt::test]
async fn every_answer_is_what_the_document_says_and_every_schema_has_an_answer() {
    let config = Config { resume_window: Duration::from_secs(30), ..with_admin() };
    let server = TestServer::start(config).await;
    let operator = Operator::of(&server);
    let document = document(&operator).await;
    let mut schemas = Schemas::of(&document);
    let mut ana = server.connects_with("userId=ana&name=Ana&received=0").await;
    let mut bo = server.connects("bo").await;
    for one in [&mut ana, &mut bo] {
        one.asks(json!({"type": "join", "room": "den"})).await;
        one.asks(json!({"type": "join", "room": "attic"})).await;
    }
    ana.expects("member-joined").await;
    ana.expects("member-joined").await;
    let call = ana.calls("bo").await;

    for (method, path, asked, status) in ROUTES {
        let operation = &document["paths"][format!("/api/v1{path}")][method];
        let body = if method == "post" { WORDS } else { "" };
        if method == "post" {
            let schema = &operation["requestBody"]["content"]["application/json"]["schema"];
            schemas.check(schema, &serde_json::from_str(body).unwrap(), path);
        }
        let what = format!("{} {}", method.to_uppercase(), asked.replace("CALL", &call));

        let answer = operator.asks(&what, body).await;

        assert_eq!(answer.status.to_string(), status, "{what}: {answer:?}");
        let content = &operation["responses"][status]["content"];
        match content.get("application/json") {
            Some(content) => schemas.check(&content["schema"], &answer.json(), &what),
            None => assert_eq!(answer.body, "", "{what}"),
        }
    }
    let refused = operator.is_refused("GET /users/ana", "", 404, "user-offline").await;
    let operation = &document["paths"]["/api/v1/users/{user}"]["get"];
    for status in ["404", "default"] {
        let content = &operation["responses"][status]["content"]["application/json"];
        schemas.check(&content["schema"], &refused, "refused");
    }

    assert_eq!(schemas.used, schemas.names());
    server.ends_clean().await;
}
