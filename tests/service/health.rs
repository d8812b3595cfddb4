//! What `/healthz` and `/readyz` say while the hub is busy with something else.

use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use actix::{Actor, Arbiter};
use actix_web::test::{TestRequest, call_service, init_service, read_body};
use actix_web::web::Data;
use switchboard::config::Config;
use switchboard::http::{Context, Gate, pages};
use switchboard::hub::SignalingHub;
use switchboard::metrics::Meters;

#[actix_rt::test]
async fn a_hub_that_does_not_answer_is_told_within_its_deadline_and_the_process_still_lives() {
    let config = Arc::new(Config::default());
    let thread = Arbiter::new();
    let of = config.clone();
    let hub = SignalingHub::start_in_arbiter(&thread.handle(), move |_| {
        SignalingHub::new(&of, None, Meters::default()).0
    });
    let gate = Arc::new(Gate::new(&config));
    let app = init_service(pages(Data::new(Context { config, auth: None, hub, gate }))).await;
    let asked = async |path: &str| {
        let request = TestRequest::get().uri(path).insert_header(("Host", "localhost"));
        let answer = call_service(&app, request.to_request()).await;
        (answer.status().as_u16(), read_body(answer).await)
    };
    assert_eq!(asked("/readyz").await, (200, "ready\n".into()));

    let (go_on, held_up) = channel::<()>();
    thread.spawn_fn(move || {
        let _ = held_up.recv();
    });
    let begin = Instant::now();
    let not_ready = asked("/readyz").await;
    let took = begin.elapsed();
    // Nobody knows, so nothing is said in the shape of an answer.
    let unknown = asked("/ws/check").await;
    let alive = asked("/healthz").await;
    drop(go_on);

    assert_eq!(not_ready, (503, "the hub is silent\n".into()));
    assert_eq!(unknown, not_ready);
    let deadline = Duration::from_secs(1);
    assert!((deadline..deadline * 5).contains(&took), "{took:?}");
    assert_eq!(alive, (200, "ok\n".into()));
    assert_eq!(asked("/readyz").await, (200, "ready\n".into()));
    thread.stop();
}
