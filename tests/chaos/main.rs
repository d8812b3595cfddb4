//! Clients that resume, over lines that are cut: nothing is lost, nothing comes twice, nothing out
//! of order.
//!
//! Real sockets through a TCP proxy of the test's own, which cuts, half-closes, stalls and delays
//! at random bytes. The plan is drawn from one seed. `tests/chaos.sh` does it on a large scale.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod app;
mod client;
mod line;
mod pace;
mod plan;
mod python;
mod upgrade;

use std::net::{Ipv4Addr, SocketAddr};
use std::rc::Rc;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use switchboard::config::Config;
use switchboard::domain::Census;
use switchboard::server::Server;
use tokio::time::sleep;

use app::{App, Book};
use client::Client;
use line::{Line, Tally};
use plan::{Plan, Size};

/// When nothing has come about for so long, something is missing for good.
const PATIENCE: Duration = Duration::from_secs(30);

/// The default limits; a heartbeat so short that silence is noticed soon, and a window longer
/// than any outage.
fn config() -> Config {
    Config {
        listen: SocketAddr::new(Ipv4Addr::LOCALHOST.into(), 0),
        heartbeat: Duration::from_secs(1),
        resume_window: Duration::from_secs(120),
        max_sockets_per_address: 0,
        new_sockets_per_address: 0,
        new_connections_per_address: 0,
        requests_per_address: 0,
        address_rate: 0,
        ..Config::default()
    }
}

#[actix_rt::test]
async fn nothing_is_lost_nothing_comes_twice_and_nothing_out_of_order() {
    let size = Size::wanted();
    let begin = Instant::now();
    let server = Server::start(config()).await.unwrap();
    let plans = plan::draw(size);
    let book = Book::new(plans.iter().map(|plan| plan.letters.clone()).collect());
    let tally = Rc::new(Tally::default());
    let mut lines = Vec::new();
    let mut clients = Vec::new();
    for (n, Plan { fates, .. }) in plans.into_iter().enumerate() {
        let line = Line::open(server.address(), fates, &tally).await;
        clients.push(actix_rt::spawn(Client::new(App::new(n, &book), line.address).run()));
        lines.push(line);
    }

    comes_to_an_end(&book, &tally, size.cuts).await;
    let took = begin.elapsed();
    book.over.set(true);
    join_all(clients).await;

    let counts = &book.counts;
    println!("{size:?} took {took:.1?}\n{tally:?}\n{counts:?}");
    let refused = book.check().unwrap_or_else(|it| panic!("{size:?}:\n{}", it.join("\n")));
    assert_eq!(tally.cuts(), size.cuts, "all cuts were made while messages were under way");
    assert_eq!(refused, 0, "messages were refused to their senders");
    let census = nobody_is_left(&server).await;
    println!("{census:?}");
    assert_eq!(census.counts.expired, 0);
    server.stop().await;
}

/// Waits until every message has arrived and every verdict, or nothing comes any more.
async fn comes_to_an_end(book: &Book, tally: &Tally, cuts: usize) {
    let mut missing = (book.missing(), tally.cuts());
    let mut since = Instant::now();
    while missing != ((0, 0), cuts) && since.elapsed() < PATIENCE {
        sleep(Duration::from_millis(20)).await;
        let now = (book.missing(), tally.cuts());
        if now != missing {
            (missing, since) = (now, Instant::now());
        }
    }
}

async fn nobody_is_left(server: &Server) -> Census {
    let since = Instant::now();
    loop {
        let census = server.inspect().await.unwrap().census;
        let open = server.open_sockets();
        if (census.users, census.kept_bytes, open) == (0, 0, 0) {
            return census;
        }
        assert!(since.elapsed() < PATIENCE, "left over: {open} sockets, {census:?}");
        sleep(Duration::from_millis(10)).await;
    }
}
