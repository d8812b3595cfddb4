//! Pages that the server refuses: they are told why, and at once.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::rc::Rc;
use std::thread;

use serde_json::{Value, json};

use crate::browser::Camera;
use crate::demo::{Demo, on_the_demo_page};
use crate::page::Page;
use crate::pairs::in_each_browser;

in_each_browser!(
    a_page_of_another_origin_is_told_that_and_what_the_operator_can_do,
    a_wrong_path_is_told_to_a_page_of_the_server_itself,
);

/// A web server with one empty page, which is not of the signaling server.
fn elsewhere() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    // It ends with the process; nobody else knows its port.
    thread::spawn(move || {
        for mut client in listener.incoming().map_while(Result::ok) {
            let page = "<!doctype html><title>an app</title>";
            let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close";
            let _ = client.read(&mut [0; 4096]);
            let _ = write!(client, "{head}\r\nContent-Length: {}\r\n\r\n{page}", page.len());
        }
    });
    address
}

/// The outcome of connecting to this server with the library that it serves.
async fn fate_of_connecting(demo: &Demo, page: &Page, path: &str) -> Value {
    page.may_lose_its_connection();
    let server = json!(demo.address_of(""));
    page.value(&format!(
        "await import({server} + '/switchboard.js').then(({{ connect }}) => \
         connect({{ url: {server} + {}, userId: 'ana' }})).then(() => 'connected', \
         ({{ code, message }}) => ({{ code, message }}))",
        json!(path)
    ))
    .await
}

async fn a_page_of_another_origin_is_told_that_and_what_the_operator_can_do(demo: &Demo) {
    let origin = format!("http://{}", elsewhere());
    let page: Rc<Page> = demo.app_page(&format!("{origin}/")).await;

    let fate = fate_of_connecting(demo, &page, "").await;

    assert_eq!(
        fate,
        json!({
            "code": "origin-refused",
            "message": format!(
                "pages of origin {origin} may not connect: the setting `origins` lists those that may"
            ),
        })
    );
}

async fn a_wrong_path_is_told_to_a_page_of_the_server_itself(demo: &Demo) {
    let page = demo.app_page(&demo.address_of("/healthz")).await;

    let fate = fate_of_connecting(demo, &page, "/signal").await;

    assert_eq!(fate["code"], "path-refused");
    assert!(fate["message"].as_str().unwrap().contains("/signal/ws"), "{fate}");
}

#[test]
fn the_demo_page_on_a_name_that_the_server_refuses_says_so_in_both_languages() {
    on_the_demo_page(async |demo| {
        let port = demo.address.port();
        for (language, words) in [
            ("en", "The server does not answer under this name."),
            ("zh", "服务器不接受通过这个域名的连接。"),
        ] {
            let address = format!("http://lan.test:{port}/?user=ana&lang={language}");
            let page = demo.page_of(&address, Camera::Fake).await;
            page.may_complain_of("WebSocket connection to");
            page.may_complain_of("Cross-Origin-Opener-Policy");

            page.reads("status", words).await;

            page.reads("status", "host-refused").await;
            page.reads("status", "lan.test").await;
            page.can_press("sign-in").await;
        }
    });
}

#[test]
fn the_self_test_on_a_name_that_the_server_refuses_names_it_as_the_culprit() {
    on_the_demo_page(async |demo| {
        let address = format!("http://lan.test:{}/", demo.address.port());
        let page = demo.page_of(&address, Camera::Fake).await;
        page.may_complain_of("WebSocket connection to");
        page.may_complain_of("Cross-Origin-Opener-Policy");

        page.presses("self-test-first").await;
        page.presses("self-test-start").await;

        page.reads("self-test-websocket", "does not answer under this name").await;
        page.reads("self-test-websocket", "hosts").await;
    });
}
