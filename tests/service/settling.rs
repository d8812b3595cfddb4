//! The second between the order to stop and the farewell: acknowledgements under way still count.

use std::time::{Duration, Instant};

use actix_rt::task::JoinHandle;
use serde_json::{Value, json};
use switchboard::config::Config;

use super::harness::{self, Client, RawClient, TestServer, Witness, ask, retry_after};

fn config() -> Config {
    Config { resume_window: Duration::from_secs(60), ..harness::config() }
}

fn letter() -> Value {
    json!({"type": "message", "to": "bo", "data": "wait", "receipt": true})
}

/// A server that was told to stop while ana waits for a verdict about a message to bo, who has
/// heard it and not acknowledged it.
struct Stopping {
    ana: Client,
    id: String,
    bo: RawClient,
    begin: Instant,
    stop: JoinHandle<()>,
    witness: Witness,
}

impl Stopping {
    async fn begins(config: Config) -> Self {
        let server = TestServer::start(config).await;
        let mut ana = server.connects("ana").await;
        let mut bo = RawClient::connects(server.address, "userId=bo&received=0").await;
        let id = ana.says_with_id(letter());
        assert_eq!(bo.expects("message").await["data"], "wait");
        let (server, witness) = server.into_server();
        let begin = Instant::now();
        let stop = actix_rt::spawn(server.stop());
        ana.has_heard_of_it().await;
        Self { ana, id, bo, begin, stop, witness }
    }

    async fn ends(self) {
        drop((self.ana, self.bo));
        self.stop.await.unwrap();
        assert_eq!(self.witness.heard(), Vec::<String>::new());
    }
}

impl Client {
    /// New messages are refused from now on.
    async fn has_heard_of_it(&mut self) {
        loop {
            let id = self.says_with_id(json!({"type": "call-hangup", "callId": "none"}));
            let answer = self.expects("error").await;
            assert_eq!(answer["ref"], json!(id));
            match answer["code"].as_str() {
                Some("unavailable") => return,
                code => assert_eq!(code, Some("call-over")),
            }
        }
    }
}

#[actix_rt::test]
async fn an_acknowledgement_under_way_is_waited_for_and_gives_delivered() {
    let mut stopping = Stopping::begins(config()).await;
    let Stopping { ana, id, bo, begin, .. } = &mut stopping;

    bo.says(r#"{"type":"ack","received":1}"#).await;

    let verdict = ana.expects("delivered").await;
    assert_eq!((&verdict["ref"], &verdict["to"]), (&json!(id), &json!("bo")));
    // With nothing open there is nothing more to wait for.
    let waits =
        [retry_after(&ana.expects_close(1012).await), retry_after(&bo.ends_with(1012).await)];
    assert!(waits.iter().all(|wait| *wait <= 5000), "{waits:?}");
    assert!(begin.elapsed() < Duration::from_secs(3), "{:?}", begin.elapsed());
    stopping.ends().await;
}

#[actix_rt::test]
async fn without_an_acknowledgement_the_verdict_comes_after_a_second_and_then_the_close() {
    let mut stopping = Stopping::begins(config()).await;
    let Stopping { ana, id, bo, begin, .. } = &mut stopping;

    assert_eq!(ana.expects("relayed").await["ref"], json!(id));

    let settled = begin.elapsed();
    assert!(settled >= Duration::from_millis(900), "{settled:?}");
    assert!(settled < Duration::from_secs(4), "{settled:?}");
    retry_after(&ana.expects_close(1012).await);
    retry_after(&bo.ends_with(1012).await);
    stopping.ends().await;
}

#[actix_rt::test]
async fn while_it_settles_it_is_not_ready_takes_no_message_and_lets_nobody_in() {
    let server = TestServer::start(config()).await;
    let address = server.address;
    let mut ana = server.connects("ana").await;
    let bo = RawClient::connects(address, "userId=bo&received=0").await;
    ana.says_with_id(letter());
    assert_eq!(ask(address, "/readyz", &["Connection: close"]).await.status, 200);
    ana.has_heard_all().await;
    let (server, witness) = server.into_server();

    let stop = actix_rt::spawn(server.stop());
    ana.has_heard_of_it().await;

    // All of this within the second that is waited for bo, or the close comes first.
    let (ready, mut late) = futures_util::join!(
        ask(address, "/readyz", &["Connection: close"]),
        RawClient::dials(address, "userId=cyd")
    );
    assert_eq!((ready.status, ready.body.as_str()), (503, "draining\n"));
    let told = late.hears().await;
    assert_eq!((&told["type"], &told["code"]), (&json!("error"), &json!("unavailable")));
    retry_after(&late.ends_with(1013).await);
    ana.is_refused(letter(), "unavailable").await;
    assert_eq!(ana.asks(json!({"type": "ping"})).await["type"], "pong");

    ana.expects("relayed").await;
    retry_after(&ana.expects_close(1012).await);
    drop((ana, bo, late));
    stop.await.unwrap();
    assert_eq!(witness.heard(), Vec::<String>::new());
}

#[actix_rt::test]
async fn what_a_waiting_session_never_saw_is_undelivered_and_its_token_opens_no_other_server() {
    let server = TestServer::start(config()).await;
    let mut ana = server.connects("ana").await;
    let mut bo = RawClient::dials(server.address, "userId=bo&received=0").await;
    let token = bo.hears().await["resumeToken"].as_str().unwrap().to_owned();
    bo.resets();
    server.comes_to("bo is away", |it, open| (it.waiting, open) == (1, 1)).await;
    let id = ana.says_with_id(letter());
    ana.has_heard_all().await;
    let (server, witness) = server.into_server();

    let stop = actix_rt::spawn(server.stop());

    assert_eq!(ana.expects("undelivered").await["ref"], json!(id));
    retry_after(&ana.expects_close(1012).await);
    drop(ana);
    stop.await.unwrap();
    assert_eq!(witness.heard(), Vec::<String>::new());
    let next = TestServer::start(config()).await;
    let mut bo = next.dials(&format!("userId=bo&received=0&resume={token}")).await;
    let welcome = bo.expects("registered").await;
    assert_eq!((&welcome["resumed"], &welcome["received"]), (&json!(false), &json!(0)));
    assert_ne!(welcome["resumeToken"], json!(token));
    bo.expects("client-list").await;
    bo.leaves().await;
    next.ends_clean().await;
}
