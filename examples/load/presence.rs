//! Users who come and go where others are told.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::Target;
use super::client::{Client, all_leave};
use super::meter::Meter;

/// Longer than the server gathers changes, so that each is told alone.
const WINDOW: Duration = Duration::from_millis(120);
/// Longer than the server gathers totals, and how much longer each user makes it until all have heard
/// one.
const TOTALS: Duration = Duration::from_millis(1200);
const TOTALS_EACH: Duration = Duration::from_millis(1);
/// How long it may take beyond that.
const PATIENCE: Duration = Duration::from_secs(30);

/// What a user has heard of those who came and went.
#[derive(Debug, Default)]
struct News {
    frames: usize,
    came: usize,
    went: usize,
    total: Option<u64>,
}

type Ear = Rc<RefCell<News>>;

/// One more user comes and goes where `users` are online, at least so many `times`, and long enough
/// that everybody's turn to be told a number comes twice. In the end all of them must know the last
/// one who came, and then that it went: by name or, where they are many, by how many there are.
pub async fn run(target: &Target, meter: &Meter, users: usize, times: usize) -> Value {
    let clients = Client::many(target, "u", users).await;
    let ears: Vec<Ear> = clients.iter().map(|_| Ear::default()).collect();
    let (stop, stopped) = watch::channel(());
    let listening = clients.into_iter().zip(&ears);
    let listening =
        listening.map(|(it, ear)| actix_rt::spawn(listen(it, ear.clone(), stopped.clone())));
    let listening: Vec<_> = listening.collect();
    let totals = TOTALS + TOTALS_EACH * users as u32;
    sleep(totals).await;
    ears.iter().for_each(|ear| ear.borrow_mut().frames = 0);

    let before = meter.read();
    let times = times.max((totals.as_millis() / WINDOW.as_millis()) as usize);
    for number in 1..times {
        let one = Client::connects(target, format!("more{number}")).await;
        sleep(WINDOW).await;
        one.leaves().await;
        sleep(WINDOW).await;
    }
    let last = Client::connects(target, "more-and-last".into()).await;
    all_know(&ears, |it| it.came == times || it.total == Some(users as u64)).await;
    last.leaves().await;
    all_know(&ears, |it| it.went == times || it.total == Some(users as u64 - 1)).await;
    let after = meter.read();

    drop(stop);
    let mut clients = Vec::with_capacity(users);
    for task in listening {
        clients.push(task.await.unwrap());
    }
    all_leave(clients).await;
    let frames: usize = ears.iter().map(|ear| ear.borrow().frames).sum();
    json!({
        "online": users,
        "times": times,
        "byName": ears[0].borrow().total.is_none(),
        "framesForOneMore": frames as f64 / times as f64,
        "cpuMicrosecondsForOneMore": after.cpu_each(&before, times),
    })
}

/// Waits until everybody's news are so, and checks that nobody is told both names and numbers.
async fn all_know(ears: &[Ear], so: impl Fn(&News) -> bool) {
    let all = async {
        while !ears.iter().all(|ear| so(&ear.borrow())) {
            sleep(WINDOW).await;
        }
    };
    let in_time = timeout(PATIENCE + TOTALS_EACH * ears.len() as u32, all).await;
    let ignorant = ears.iter().filter(|ear| !so(&ear.borrow())).count();
    assert!(in_time.is_ok(), "{ignorant} have not been told");
    for ear in ears {
        let News { came, total, .. } = &*ear.borrow();
        assert!(*came == 0 || total.is_none(), "{came} by name, and the number {total:?}");
    }
}

async fn listen(mut client: Client, ear: Ear, mut stopped: watch::Receiver<()>) -> Client {
    loop {
        tokio::select! {
            text = client.next() => {
                let text = text.unwrap_or_else(|| panic!("{} was closed", client.user));
                if text.starts_with(r#"{"type":"presence""#) {
                    ear.borrow_mut().add(&text);
                }
            }
            _ = stopped.changed() => return client,
        }
    }
}

impl News {
    fn add(&mut self, text: &str) {
        self.frames += 1;
        // Only these are of interest, and parsing is dear.
        if !text.contains("\"more") && !text.contains("\"total\"") {
            return;
        }
        let message: Value = serde_json::from_str(text).unwrap();
        let named = |list: &Value| {
            let users = list.as_array().into_iter().flatten();
            users.filter(|user| user.as_str().unwrap().starts_with("more")).count()
        };
        self.came += named(&message["online"]);
        self.went += named(&message["offline"]);
        self.total = message["total"].as_u64().or(self.total);
    }
}
