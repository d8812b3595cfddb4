//! Pairs that call each other: an offer, an answer, twenty candidates, and again.

use std::sync::LazyLock;
use std::time::Instant;

use clap::Args;
use futures_util::future::join_all;
use serde_json::{Value, json};

use super::Target;
use super::client::{Client, all_leave, unless_stuck};
use super::dialect::Step;
use super::meter::Meter;

/// Messages of one call; both sides send them in turn.
const CALL: usize = 22;
/// Bytes of a session description, and of a candidate.
const DESCRIPTION: usize = 2500;
const CANDIDATE: usize = 250;
/// What they are filled with.
static FILLING: LazyLock<String> = LazyLock::new(|| "x".repeat(DESCRIPTION));

#[derive(Args, Clone, Copy, Debug)]
pub struct Talk {
    #[arg(long, default_value_t = 100)]
    pairs: usize,
    /// Messages that each pair has under way at a time.
    #[arg(long, default_value_t = 1)]
    in_flight: usize,
    /// Messages in all.
    #[arg(long, default_value_t = 200_000)]
    messages: usize,
    /// Users who are there and say nothing.
    #[arg(long, default_value_t = 0)]
    bystanders: usize,
    /// What is sent because of what came together leaves together, in one write.
    #[arg(long)]
    together: bool,
}

pub async fn run(target: &Target, meter: &Meter, talk: Talk) -> Value {
    let Talk { pairs, in_flight, messages, bystanders, together } = talk;
    let bystanders = Client::many(target, "idle", bystanders).await;
    let mut clients = Client::many(target, "u", pairs * 2).await;
    let each = messages.div_ceil(pairs * in_flight).next_multiple_of(CALL);
    let mut play = Play { chains: in_flight, each: CALL, together };
    clients = play.all(clients).await;
    play.each = each;
    let (before, begin) = (meter.read(), Instant::now());
    clients = play.all(clients).await;
    let (after, took) = (meter.read(), begin.elapsed());
    all_leave(clients).await;
    let (count, online) = (pairs * in_flight * each, bystanders.len());
    all_leave(bystanders).await;
    json!({
        "pairs": pairs,
        "inFlight": in_flight,
        "together": together,
        "bystanders": online,
        "messages": count,
        "perSecond": (count as f64 / took.as_secs_f64()).round(),
        "busy": after.busy(&before, took),
        "cpuMicroseconds": after.cpu_each(&before, count),
        "threadSwitches": after.switches_each(&before, count),
    })
}

/// Each pair passes `chains` balls to and fro, `each` times.
#[derive(Clone, Copy)]
struct Play {
    chains: usize,
    each: usize,
    together: bool,
}

impl Play {
    async fn all(self, clients: Vec<Client>) -> Vec<Client> {
        let tasks = clients.into_iter().enumerate().map(|(n, client)| {
            let peer = format!("u{}", n ^ 1);
            actix_rt::spawn(self.one(client, peer, n % 2 == 0))
        });
        unless_stuck(join_all(tasks)).await.into_iter().map(Result::unwrap).collect()
    }

    async fn one(self, mut client: Client, peer: String, begins: bool) -> Client {
        let Play { chains, each, together } = self;
        if begins {
            for chain in 0..chains {
                send(&mut client, &peer, chain, 0);
            }
        }
        // Who begins hears the odd ones.
        let mut expected = vec![usize::from(begins); chains];
        for _ in 0..chains * (each / 2) {
            let heard = client.hears().await;
            assert_eq!(heard.from, peer, "misdelivered to {}", client.user);
            let mut words = heard.data.split(' ').map_while(|it| it.parse::<usize>().ok());
            let (chain, number) = (words.next().unwrap(), words.next().unwrap());
            assert_eq!(number, expected[chain], "lost, doubled or out of order");
            assert_eq!(heard.data.len(), size(number));
            expected[chain] += 2;
            if number + 1 < each {
                send(&mut client, &peer, chain, number + 1);
            }
            if !together {
                client.flushes().await;
            }
        }
        client.flushes().await;
        client
    }
}

fn send(client: &mut Client, peer: &str, chain: usize, number: usize) {
    let step = match number % CALL {
        0 => Step::Offer,
        1 => Step::Answer,
        _ => Step::Candidate,
    };
    let mut data = format!("{chain} {number} ");
    data.push_str(&FILLING[data.len()..size(number)]);
    client.sends(step, peer, &data);
}

fn size(number: usize) -> usize {
    if number % CALL < 2 { DESCRIPTION } else { CANDIDATE }
}

/// Each pair makes one call.
pub async fn one_call_each(clients: Vec<Client>) -> Vec<Client> {
    Play { chains: 1, each: CALL, together: false }.all(clients).await
}
