//! Bad access tokens and bad admin tokens.

use std::sync::Arc;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio::time::{MissedTickBehavior, interval};

use crate::kit::flood::{Block, Open};
use crate::kit::stage::{Stage, word};
use crate::kit::wire::{ATTACKER, HONEST, Login, TEXT, address, frame};

/// Sockets that send `refresh`.
const SOCKETS: usize = 10;
/// Connections under way at a time.
const AT_A_TIME: usize = 8;
/// Attempts of each of these, at most.
const ATTEMPTS: usize = 50_000;
/// 40 a second of each address, below `new-sockets-per-address`.
const LOGIN_EVERY: Duration = Duration::from_millis(25);

/// `refresh` with tokens whose signature is wrong.
pub async fn refresh(stage: Arc<Stage>) {
    let mut work = JoinSet::new();
    for n in 0..SOCKETS {
        let user = format!("refreshes-{n}");
        let issuer = stage.issuer.as_ref().unwrap();
        let text = format!(r#"{{"type":"refresh","token":"{}"}}"#, issuer.forged(&user));
        let login = Login { token: Some(issuer.token(&user)), ..Login::of(user) };
        let block = Block::repeated(&frame(TEXT, text.as_bytes()), 16);
        work.spawn(Arc::clone(&stage).flood(Open::User(ATTACKER, login), block));
    }
    stage.until_over(work).await;
}

/// Logins with bad tokens from the address of the honest user, who logs in anew meanwhile.
pub async fn of_a_neighbour(stage: Arc<Stage>) {
    let token = stage.issuer.as_ref().unwrap().forged("neighbour");
    let login = Login { token: Some(token), ..Login::of("neighbour") };
    let mut work = JoinSet::new();
    for _ in 0..AT_A_TIME {
        let (stage, login) = (Arc::clone(&stage), login.clone());
        work.spawn(async move {
            for _ in 0..ATTEMPTS {
                let came = stage.dial.log_in(HONEST, &login).await.err();
                let answer = came.map_or_else(|| "let in".to_owned(), |it| word(&it));
                stage.found.add(&format!("a bad token: {answer}"), 1);
            }
        });
    }
    stage.until_over(work).await;
}

/// Logins with bad tokens from many addresses, each as often as it may open connections.
pub async fn of_many_addresses(stage: Arc<Stage>) {
    let token = stage.issuer.as_ref().unwrap().forged("stranger");
    let login = Login { token: Some(token), ..Login::of("stranger") };
    let mut work = JoinSet::new();
    for n in 0..stage.pick(20, 50) {
        let (stage, login) = (Arc::clone(&stage), login.clone());
        work.spawn(async move {
            let mut clock = interval(LOGIN_EVERY);
            clock.set_missed_tick_behavior(MissedTickBehavior::Delay);
            for _ in 0..ATTEMPTS {
                clock.tick().await;
                let came = stage.dial.log_in(address(n), &login).await.err();
                let answer = came.map_or_else(|| "let in".to_owned(), |it| word(&it));
                stage.found.add(&format!("a bad token: {answer}"), 1);
            }
        });
    }
    stage.until_over(work).await;
}

/// Wrong admin tokens from the address of the operator, whose own token is good.
pub async fn of_the_operators_address(stage: Arc<Stage>) {
    let mut work = JoinSet::new();
    for _ in 0..AT_A_TIME {
        let stage = Arc::clone(&stage);
        work.spawn(async move {
            for _ in 0..ATTEMPTS {
                let wrong = Some("a token that somebody guesses");
                let answer = match stage.admin.get(HONEST, "/api/v1/stats", wrong).await {
                    Ok((status, _)) => status.to_string(),
                    Err(error) => word(&error),
                };
                stage.found.add(&format!("a wrong token: {answer}"), 1);
            }
        });
    }
    stage.until_over(work).await;
}
