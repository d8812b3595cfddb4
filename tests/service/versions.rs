//! The library's files at addresses with a version in them.

use super::harness::{Answer, TestServer, ask, config};

const VERSION: &str = env!("CARGO_PKG_VERSION");
/// Without the name, as they follow it and the version.
const FILES: [&str; 4] = [".js", ".global.js", ".js.map", ".d.ts"];

async fn file(server: &TestServer, path: &str) -> Answer {
    ask(server.address, path, &["Connection: close"]).await
}

#[actix_rt::test]
async fn a_file_of_the_library_is_kept_for_good_at_the_address_with_its_version() {
    let server = TestServer::start(config()).await;
    for kind in FILES {
        let plain = file(&server, &format!("/switchboard{kind}")).await;
        let versioned = file(&server, &format!("/switchboard-{VERSION}{kind}")).await;

        assert_eq!((plain.status, versioned.status), (200, 200), "{kind}");
        assert!(!plain.body.is_empty() && plain.body == versioned.body, "{kind}");
        assert!(plain.has_header("Cache-Control: no-cache"), "{}", plain.head);
        assert!(
            versioned.has_header("Cache-Control: public, max-age=31536000, immutable"),
            "{}",
            versioned.head
        );
    }
    server.ends_clean().await;
}

#[actix_rt::test]
async fn pages_of_any_origin_may_load_the_library_by_a_module_or_by_a_classic_script() {
    let server = TestServer::start(config()).await;
    for kind in FILES {
        for path in [format!("/switchboard{kind}"), format!("/switchboard-{VERSION}{kind}")] {
            let answer = file(&server, &path).await;
            assert!(answer.has_header("Access-Control-Allow-Origin: *"), "{path}: {}", answer.head);
            // A script without the attribute `crossorigin` is loaded without CORS.
            assert!(
                answer.has_header("Cross-Origin-Resource-Policy: cross-origin"),
                "{path}: {}",
                answer.head
            );
        }
    }
    let page = file(&server, "/").await;
    assert!(page.has_header("Cross-Origin-Resource-Policy: same-origin"), "{}", page.head);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn only_files_of_the_library_and_only_this_version_have_such_an_address() {
    let server = TestServer::start(config()).await;
    for path in [
        "/switchboard-0.0.0.js".to_owned(),
        "/switchboard-.js".to_owned(),
        format!("/switchboard-{VERSION}"),
        format!("/switchboard-{VERSION}0.js"),
        format!("/switchboard-{VERSION}/index.html"),
        format!("/index-{VERSION}.html"),
        // It imports the library, which would come without a version.
        format!("/switchboard-{VERSION}-media.js"),
        format!("/switchboard-media-{VERSION}.js"),
    ] {
        let answer = file(&server, &path).await;
        assert_eq!(answer.status, 404, "{path}");
        assert!(!answer.head.contains("immutable"), "{path}: {}", answer.head);
    }
    server.ends_clean().await;
}
