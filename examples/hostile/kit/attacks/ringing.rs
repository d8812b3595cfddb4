//! One account that rings a victim all the time.

use std::io;
use std::net::Ipv4Addr;
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;
use tokio::task::JoinSet;
use tokio::time::{interval, timeout};

use crate::kit::outcome::Check;
use crate::kit::stage::Stage;
use crate::kit::wire::{ATTACKER, HONEST, Login, Socket};

/// Time between two rings of the attacker, when the last one was refused.
const AGAIN: Duration = Duration::from_millis(20);
/// Patience with an answer to a call.
const ANSWER: Duration = Duration::from_secs(2);

/// Rings; looks whether the victim can call and be called, and whether `block` helps.
pub async fn again_and_again(stage: Arc<Stage>) {
    let mut mallory = user(&stage, ATTACKER, "mallory").await;
    let mut victim = user(&stage, HONEST, "victim").await;
    let mut friend = user(&stage, HONEST, "friend").await;
    let mut caller = user(&stage, HONEST, "caller").await;
    let first = request(&mut mallory, "victim").await;
    let rings = victim.until("call-request").await.is_ok();
    stage.found.check(Check::must("the attacker rings the victim", rings));
    let called = request(&mut caller, "victim").await;
    rings_or_not(&stage, "a second caller rings the victim", &called);
    hang_up(&mut caller, &called).await;
    let calls = request(&mut victim, "friend").await;
    rings_or_not(&stage, "the victim calls a friend", &calls);
    hang_up(&mut victim, &calls).await;
    let _ = timeout(ANSWER, friend.until("call-ended")).await;
    let blocks = block(&mut victim).await;
    let supported = blocks.unwrap_or_else(|error| error.to_string());
    let what = format!("`block` is answered by `blocked` and not by {supported}");
    stage.found.check(Check::must(what, supported == "blocked"));
    hang_up(&mut mallory, &first).await;
    let refused = request(&mut mallory, "victim").await;
    let what = format!("a blocked caller hears `offline` and not {}", reason(&refused));
    stage.found.check(Check::must(what, reason(&refused) == "offline"));
    let mut work = JoinSet::new();
    let counts = Arc::clone(&stage);
    work.spawn(async move {
        let mut clock = interval(AGAIN);
        loop {
            clock.tick().await;
            let answer = reason(&request(&mut mallory, "victim").await);
            counts.found.add(&format!("a call is answered by {answer}"), 1);
        }
    });
    stage.until_over(work).await;
}

async fn user(stage: &Stage, from: Ipv4Addr, name: &str) -> Socket {
    stage.dial.log_in(from, &Login::of(name)).await.unwrap()
}

/// Requests a call; the answer.
async fn request(socket: &mut Socket, to: &str) -> io::Result<Value> {
    socket.say(&format!(r#"{{"type":"call-request","id":"ring","to":"{to}"}}"#)).await?;
    answer(socket, "ring").await
}

/// Ends a call that was answered by `call-ringing`.
async fn hang_up(socket: &mut Socket, ringing: &io::Result<Value>) {
    let Ok(Some(call)) = ringing.as_ref().map(|it| it["callId"].as_str()) else { return };
    let cancel = format!(r#"{{"type":"call-cancel","id":"end","callId":"{call}"}}"#);
    if socket.say(&cancel).await.is_ok() {
        // Already over is over as well.
        let _ = answer(socket, "end").await;
    }
}

/// Blocks the attacker; the type of the answer.
async fn block(victim: &mut Socket) -> io::Result<String> {
    victim.say(r#"{"type":"block","id":"block","users":["mallory"]}"#).await?;
    let answer = answer(victim, "block").await?;
    let code = answer["code"].as_str().or(answer["type"].as_str());
    Ok(code.unwrap_or_default().to_owned())
}

/// The message that answers the one with this `id`.
async fn answer(socket: &mut Socket, id: &str) -> io::Result<Value> {
    let all = async {
        loop {
            let message: Value = serde_json::from_str(&socket.next().await?)?;
            if message["ref"] == id {
                return Ok(message);
            }
        }
    };
    timeout(ANSWER, all).await.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

fn rings_or_not(stage: &Stage, what: &str, answer: &io::Result<Value>) {
    let reason = reason(answer);
    stage.found.check(Check::must(
        format!("{what}: `call-ringing` and not {reason}"),
        reason == "call-ringing",
    ));
}

/// The reason of a refusal, else the type of an answer.
fn reason(answer: &io::Result<Value>) -> String {
    match answer {
        Ok(answer) => {
            let word = ["reason", "code", "type"].iter().find_map(|it| answer[*it].as_str());
            word.unwrap_or_default().to_owned()
        }
        Err(error) => error.to_string(),
    }
}
