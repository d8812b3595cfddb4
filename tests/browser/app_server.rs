//! A web server for the pages of an app, on an origin of its own, as an app's own host is.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock, mpsc};
use std::thread::{self, JoinHandle};

use actix::System;
use actix_web::web::{self, Data};
use actix_web::{App, HttpRequest, HttpResponse, HttpServer};
use tokio::sync::oneshot;

/// The name that the guide and the app's pages give to the signaling server, with the scheme.
const PLACEHOLDERS: [(&str, &str); 3] = [
    ("https://signal.example", "http://"),
    ("wss://signal.example", "ws://"),
    ("http://localhost:8080", "http://"),
];

/// A page that a test has written itself.
pub(crate) struct OwnPage {
    pub(crate) path: &'static str,
    pub(crate) html: String,
}

/// Files and pages to serve, and the headers that go with them.
#[derive(Default)]
pub(crate) struct Content {
    /// A folder of files.
    pub(crate) folder: PathBuf,
    pub(crate) pages: Vec<OwnPage>,
    /// Headers of every answer, as `Name: value`.
    pub(crate) headers: Vec<String>,
}

/// A running server; it stops when this is dropped.
pub(crate) struct AppServer {
    address: SocketAddr,
    signaling: Arc<OnceLock<SocketAddr>>,
    /// Never used; the server stops when it is gone.
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    content: Content,
    signaling: Arc<OnceLock<SocketAddr>>,
}

impl AppServer {
    pub(crate) fn start(content: Content) -> Self {
        let signaling = Arc::new(OnceLock::new());
        let shared = Data::new(Shared { content, signaling: signaling.clone() });
        let (started, address) = mpsc::channel();
        let (stop, told_to_stop) = oneshot::channel::<()>();
        let thread = thread::spawn(move || {
            System::new().block_on(async move {
                let pages =
                    move || App::new().app_data(shared.clone()).default_service(web::to(answer));
                let server = HttpServer::new(pages).workers(1).disable_signals();
                let server = server.bind(("127.0.0.1", 0)).unwrap();
                started.send(server.addrs()[0]).unwrap();
                let server = server.run();
                let handle = server.handle();
                actix::spawn(server);
                let _ = told_to_stop.await;
                handle.stop(false).await;
            });
        });
        let address = address.recv().unwrap();
        Self { address, signaling, stop: Some(stop), thread: Some(thread) }
    }

    pub(crate) fn origin(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Puts the address of the signaling server into all pages and headers.
    pub(crate) fn connects_to(&self, signaling: SocketAddr) {
        self.signaling.set(signaling).unwrap();
    }
}

impl Drop for AppServer {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            let ended = thread.join();
            assert!(thread::panicking() || ended.is_ok(), "the app server's thread panicked");
        }
    }
}

async fn answer(request: HttpRequest, shared: Data<Shared>) -> HttpResponse {
    let Some((kind, body)) = shared.content.at(request.path()) else {
        return HttpResponse::NotFound().finish();
    };
    let mut response = HttpResponse::Ok();
    response.content_type(kind);
    for header in &shared.content.headers {
        let (name, value) = header.split_once(": ").unwrap();
        response.insert_header((name, shared.with_address(value)));
    }
    match kind {
        "text/html" => response.body(shared.with_address(&String::from_utf8(body).unwrap())),
        _ => response.body(body),
    }
}

impl Shared {
    fn with_address(&self, text: &str) -> String {
        let address = self.signaling.get().unwrap();
        let replace = |text: String, (name, scheme): (&str, &str)| {
            text.replace(name, &format!("{scheme}{address}"))
        };
        PLACEHOLDERS.into_iter().fold(text.to_owned(), replace)
    }
}

impl Content {
    /// Returns type and bytes of what is at a path.
    fn at(&self, path: &str) -> Option<(&'static str, Vec<u8>)> {
        if let Some(own) = self.pages.iter().find(|own| own.path == path) {
            return Some(("text/html", own.html.clone().into_bytes()));
        }
        let path = path.trim_start_matches('/');
        assert!(!path.contains(".."), "{path}");
        let file = match path.ends_with('/') {
            true => self.folder.join(path).join("index.html"),
            false => self.folder.join(path),
        };
        let kind = match file.extension()?.to_str()? {
            "html" => "text/html",
            "js" => "text/javascript",
            // Browsers ask for it by themselves.
            "ico" => return None,
            other => panic!("no type is known for .{other}"),
        };
        Some((kind, std::fs::read(Path::new(&file)).ok()?))
    }
}
