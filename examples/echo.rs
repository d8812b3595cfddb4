//! A server that says back whatever it is told, over the same connections as the service itself:
//! for conformance suites and for measuring.
//!
//! `cargo run --release --example echo -- --listen 127.0.0.1:9001`, then `ws://127.0.0.1:9001/ws`.

use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix::{Actor, Context, Handler};
use actix_web::{App, HttpRequest, HttpResponse, Responder, web};
use clap::Parser;
use smallvec::smallvec;

use switchboard::config::Config;
use switchboard::connection::{
    Admission, Closes, Limits, Node, OpenSockets, Pending, Plain, Port, Seat, Site, accept, listen,
};
use switchboard::domain::Login;
use switchboard::hub::{ConnectionEvent, Deliver, FromConnection, Refusals, Then};
use switchboard::metrics::Meters;
use switchboard::protocol::UserId;

const LIMITS: Limits = Limits {
    max_frame: 32 << 20,
    heartbeat: Duration::from_secs(3600),
    stall: Duration::from_secs(60),
    registering: Duration::from_secs(10),
    incoming: 1 << 30,
    incoming_of_address: 1 << 30,
};

#[derive(Parser)]
struct Options {
    /// Where to listen.
    #[arg(long, default_value = "127.0.0.1:9001")]
    listen: SocketAddr,
    /// Threads that serve sockets.
    #[arg(long, default_value_t = 1)]
    workers: usize,
}

/// Lets everybody in and says everything back.
struct EchoHub;

impl Actor for EchoHub {
    type Context = Context<Self>;
}

impl Handler<FromConnection> for EchoHub {
    type Result = ();

    fn handle(&mut self, said: FromConnection, _: &mut Context<Self>) {
        let FromConnection { link, event, at } = said;
        let payloads = match event {
            ConnectionEvent::Opened(_) => smallvec![],
            ConnectionEvent::Said(batch) => {
                for payload in &batch {
                    link.count(payload.len());
                }
                batch
            }
            ConnectionEvent::Alive | ConnectionEvent::Ended(_) => return,
        };
        link.deliver(Deliver { payloads, then: Then::Continue, since: Some(at) });
        link.batch_taken();
    }
}

async fn socket(request: HttpRequest) -> impl Responder {
    let user = UserId::parse("anybody").map_err(actix_web::error::ErrorInternalServerError)?;
    let admission = Admission::Login(Login::fresh(user));
    Ok::<_, actix_web::Error>(accept(
        &request,
        Seat { admission, protocol: None, guard: Arc::new(()) },
    )?)
}

#[actix_web::main]
async fn main() -> std::io::Result<()> {
    env_logger::init();
    let Options { listen: address, workers } = Options::parse();
    let listener = TcpListener::bind(address)?;
    println!("ws://{}/ws", listener.local_addr()?);
    let (open, closes) = (OpenSockets::default(), Closes::default());
    let site = move || Site {
        reception: Box::new(Plain),
        pages: App::new().default_service(web::to(HttpResponse::NotFound)),
        sockets: App::new()
            .route("/ws", web::get().to(socket))
            .default_service(web::to(HttpResponse::NotFound)),
        node: Node {
            hub: EchoHub.start().recipient(),
            limits: LIMITS,
            memory: Default::default(),
            open: open.clone(),
            closes: closes.clone(),
            refusals: Refusals::default(),
            meters: Meters::default(),
        },
    };
    let pending = Pending::new(&Config { new_connections_per_address: 0, ..Config::default() });
    listen(Port { listener, workers, tls: None, pending }, site)?.await
}
