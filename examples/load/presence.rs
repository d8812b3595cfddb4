//! Users who come and go where others are told.

use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::sleep;

use super::Target;
use super::client::{Client, all_leave};
use super::meter::Meter;

/// Longer than the server gathers changes, so that each is told alone.
const WINDOW: Duration = Duration::from_millis(120);
/// Longer than the server gathers totals, and how much longer each user makes it until all have heard
/// one.
const TOTALS: Duration = Duration::from_millis(1200);
const TOTALS_EACH: Duration = Duration::from_millis(1);

/// What a user has heard of those who came and went.
#[derive(Debug, Default, PartialEq, Eq)]
struct News {
    came: usize,
    went: usize,
    total: Option<u64>,
}

/// One more user comes and goes where `users` are online. All of them are told, by name or, where
/// they are many, how many there are.
pub async fn run(target: &Target, meter: &Meter, users: usize, times: usize) -> Value {
    let clients = Client::many(target, "u", users).await;
    let (stop, stopped) = watch::channel(());
    let listening = clients.into_iter().map(|it| actix_rt::spawn(listen(it, stopped.clone())));
    let listening: Vec<_> = listening.collect();
    let totals = TOTALS + TOTALS_EACH * users as u32;
    sleep(totals).await;
    let before = meter.read();
    for number in 0..times {
        let one = Client::connects(target, format!("more{number}")).await;
        sleep(WINDOW).await;
        one.leaves().await;
        sleep(WINDOW).await;
    }
    let after = meter.read();
    sleep(totals).await;
    drop(stop);
    let mut clients = Vec::with_capacity(users);
    let mut by_name = None;
    for task in listening {
        let (client, news) = task.await.unwrap();
        let by_name = *by_name.get_or_insert(news.came > 0);
        let expected = if by_name { times } else { 0 };
        assert_eq!((news.came, news.went), (expected, expected), "{} heard", client.user);
        assert!(by_name || news.total == Some(users as u64 - 1), "{}: {news:?}", client.user);
        clients.push(client);
    }
    all_leave(clients).await;
    json!({
        "online": users,
        "times": times,
        "byName": by_name,
        "cpuMicrosecondsForOneMore": after.cpu_each(&before, times),
    })
}

async fn listen(mut client: Client, mut stopped: watch::Receiver<()>) -> (Client, News) {
    let mut news = News::default();
    loop {
        tokio::select! {
            text = client.next() => {
                let text = text.unwrap_or_else(|| panic!("{} was closed", client.user));
                // Only these are of interest, and parsing is dear.
                if text.contains("\"more") || text.contains("\"total\"") {
                    news.add(&serde_json::from_str(&text).unwrap());
                }
            }
            _ = stopped.changed() => return (client, news),
        }
    }
}

impl News {
    fn add(&mut self, message: &Value) {
        let named = |list: &Value| {
            let users = list.as_array().into_iter().flatten();
            users.filter(|user| user.as_str().unwrap().starts_with("more")).count()
        };
        self.came += named(&message["online"]);
        self.went += named(&message["offline"]);
        self.total = message["total"].as_u64().or(self.total);
    }
}
