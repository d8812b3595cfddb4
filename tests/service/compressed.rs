//! The files of the page and of the library, compressed and as they are.

use std::io::Read;

use flate2::read::GzDecoder;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::harness::{PATIENCE, TestServer, config};

/// An answer whose body is no text.
struct File {
    head: String,
    body: Vec<u8>,
}

impl File {
    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (is, value) = line.split_once(": ")?;
            is.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    fn status(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }

    fn unpacked(&self) -> Vec<u8> {
        let mut whole = Vec::new();
        GzDecoder::new(&self.body[..]).read_to_end(&mut whole).unwrap();
        whole
    }
}

async fn fetch(server: &TestServer, line: &str, headers: &str) -> File {
    let mut stream = TcpStream::connect(server.address).await.unwrap();
    let text = format!("{line} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");
    stream.write_all(text.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    timeout(PATIENCE, stream.read_to_end(&mut answer)).await.expect("its end").unwrap();
    let end = answer.windows(4).position(|it| it == b"\r\n\r\n").expect("a head") + 4;
    let body = answer.split_off(end);
    File { head: String::from_utf8(answer).unwrap(), body }
}

const TEXTS: [&str; 9] = [
    "/",
    "/page/page.js",
    "/page/page.js.map",
    "/page/style.css",
    "/page/all-en.js",
    "/switchboard.js",
    "/switchboard.d.ts",
    "/icon.svg",
    "/manifest.webmanifest",
];

#[actix_rt::test]
async fn texts_go_compressed_to_those_who_take_it_and_are_the_same_text() {
    let server = TestServer::start(config()).await;
    for path in TEXTS {
        let plain = fetch(&server, &format!("GET {path}"), "").await;
        let packed = fetch(&server, &format!("GET {path}"), "Accept-Encoding: br, gzip\r\n").await;

        assert_eq!((plain.status(), packed.status()), ("200", "200"), "{path}");
        assert_eq!(plain.header("content-encoding"), None, "{path}");
        assert_eq!(packed.header("content-encoding"), Some("gzip"), "{path}");
        assert_eq!(packed.header("content-type"), plain.header("content-type"), "{path}");
        assert!(packed.body.len() < plain.body.len(), "{path}");
        assert_eq!(packed.unpacked(), plain.body, "{path}");
        for file in [&plain, &packed] {
            let length = file.header("content-length").unwrap();
            assert_eq!(length, file.body.len().to_string(), "{path}");
            assert!(
                file.head.to_lowercase().contains("vary: accept-encoding"),
                "{path}: {}",
                file.head
            );
            assert!(file.head.contains("vary: Origin"), "{path}: {}", file.head);
        }
    }
    server.ends_clean().await;
}

#[actix_rt::test]
async fn pictures_are_compressed_already_and_go_as_they_are() {
    let server = TestServer::start(config()).await;
    let picture = fetch(&server, "GET /icons/icon-192.png", "Accept-Encoding: gzip\r\n").await;

    assert_eq!((picture.status(), picture.header("content-encoding")), ("200", None));
    assert!(!picture.head.to_lowercase().contains("accept-encoding"), "{}", picture.head);
    server.ends_clean().await;
}

#[actix_rt::test]
async fn the_two_forms_of_a_file_have_tags_of_their_own_and_each_is_known_again() {
    let server = TestServer::start(config()).await;
    let gzip = "Accept-Encoding: gzip\r\n";
    let plain = fetch(&server, "GET /page/page.js", "").await;
    let packed = fetch(&server, "HEAD /page/page.js", gzip).await;
    assert_eq!((packed.header("content-encoding"), packed.body.len()), (Some("gzip"), 0));
    let (of_plain, of_packed) = (plain.header("etag").unwrap(), packed.header("etag").unwrap());
    assert_ne!(of_plain, of_packed);

    for (accepts, tag, status) in [
        ("", of_plain, "304"),
        (gzip, of_packed, "304"),
        ("", of_packed, "200"),
        (gzip, of_plain, "200"),
    ] {
        let known = format!("{accepts}If-None-Match: {tag}\r\n");
        let again = fetch(&server, "GET /page/page.js", &known).await;
        assert_eq!(again.status(), status, "{known}");
        assert_eq!(status == "304", again.body.is_empty(), "{known}");
    }
    server.ends_clean().await;
}
