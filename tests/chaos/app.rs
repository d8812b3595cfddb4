//! What clients have to say to each other, and the book of what has become of it.
//!
//! The book sees both sides, so it can tell at once when a verdict says what is not so.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Value, json};

use super::plan::Letter;

/// So many messages of a client may be under way.
const UNDER_WAY: usize = 64;
/// So many complaints are enough.
const COMPLAINTS: usize = 20;

/// What became of all messages so far.
pub struct Book {
    /// By sender.
    sent: Vec<RefCell<Sent>>,
    /// By receiver and sender: the numbers that arrived, in order.
    heard: Vec<RefCell<Vec<Vec<usize>>>>,
    complaints: RefCell<Vec<String>>,
    unheard: Cell<usize>,
    unsettled: Cell<usize>,
    /// Clients who were never registered. A login of which the answer is lost is made again and
    /// takes the place of the first one, so nobody speaks before all are there.
    absent: Cell<usize>,
    /// Whether the clients may go.
    pub over: Cell<bool>,
    pub counts: Counts,
}

struct Sent {
    letters: Vec<Letter>,
    /// How many of them were handed to the library.
    next: usize,
    /// Of those, the ones without the verdict that was asked for.
    open: usize,
    fates: Vec<Fate>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Fate {
    Open,
    Delivered,
    /// By an `error` of this code.
    Refused(String),
}

/// What the libraries had to do for it.
#[derive(Debug, Default)]
pub struct Counts {
    pub resumed: Cell<usize>,
    pub repeated: Cell<usize>,
    /// By close code.
    pub closed: RefCell<BTreeMap<u16, usize>>,
    /// By the code of the error.
    pub refused: RefCell<BTreeMap<String, usize>>,
}

impl Counts {
    pub fn resumed(&self) {
        self.resumed.set(self.resumed.get() + 1);
    }

    pub fn repeated(&self, messages: usize) {
        self.repeated.set(self.repeated.get() + messages);
    }

    pub fn closed(&self, code: u16) {
        *self.closed.borrow_mut().entry(code).or_default() += 1;
    }
}

impl Book {
    pub fn new(letters: Vec<Vec<Letter>>) -> Rc<Self> {
        let clients = letters.len();
        let all = || letters.iter().flatten();
        Rc::new(Self {
            heard: (0..clients).map(|_| RefCell::new(vec![Vec::new(); clients])).collect(),
            complaints: RefCell::default(),
            unheard: Cell::new(all().count()),
            unsettled: Cell::new(all().filter(|it| it.receipt).count()),
            absent: Cell::new(clients),
            over: Cell::new(false),
            counts: Counts::default(),
            sent: letters
                .into_iter()
                .map(|letters| {
                    let fates = vec![Fate::Open; letters.len()];
                    RefCell::new(Sent { letters, next: 0, open: 0, fates })
                })
                .collect(),
        })
    }

    /// What is still missing: messages that did not arrive, verdicts that did not come.
    pub fn missing(&self) -> (usize, usize) {
        (self.unheard.get(), self.unsettled.get())
    }

    fn complains(&self, complaint: String) {
        let mut complaints = self.complaints.borrow_mut();
        if complaints.len() < COMPLAINTS {
            complaints.push(complaint);
        }
    }

    /// How many messages were refused to their senders, if all has gone as it must: each message
    /// either arrived once and in its place, or was refused and did not.
    pub fn check(&self) -> Result<usize, Vec<String>> {
        let mut refused = 0;
        for (sender, sent) in self.sent.iter().enumerate() {
            let sent = sent.borrow();
            let mut due = vec![Vec::new(); self.sent.len()];
            for (n, (letter, fate)) in sent.letters.iter().zip(&sent.fates).enumerate() {
                match fate {
                    Fate::Refused(_) => refused += 1,
                    Fate::Delivered | Fate::Open => due[letter.to].push(n),
                }
                if *fate == Fate::Open && letter.receipt {
                    self.complains(format!("c{sender} has no verdict about {n}"));
                }
            }
            for (receiver, due) in due.iter().enumerate() {
                let heard = &self.heard[receiver].borrow()[sender];
                if let Some(place) = first_difference(due, heard) {
                    let (due, heard) = (due.get(place), heard.get(place));
                    let what = format!("c{receiver} from c{sender}, message {place}");
                    self.complains(format!("{what}: due was {due:?}, heard was {heard:?}"));
                }
            }
        }
        let complaints = self.complaints.take();
        if complaints.is_empty() { Ok(refused) } else { Err(complaints) }
    }
}

fn first_difference(due: &[usize], heard: &[usize]) -> Option<usize> {
    let differs = |place: &usize| due.get(*place) != heard.get(*place);
    (0..due.len().max(heard.len())).find(differs)
}

/// What one client's library talks to.
pub struct App {
    number: usize,
    book: Rc<Book>,
}

impl App {
    pub fn new(number: usize, book: &Rc<Book>) -> Self {
        Self { number, book: book.clone() }
    }

    pub fn name(&self) -> String {
        format!("c{}", self.number)
    }

    pub fn counts(&self) -> &Counts {
        &self.book.counts
    }

    pub fn is_over(&self) -> bool {
        self.book.over.get()
    }

    /// The library has its first session.
    pub fn is_there(&self) {
        self.book.absent.set(self.book.absent.get() - 1);
    }

    /// The next message to be sent, unless there are enough under way.
    pub fn next_letter(&self, unacknowledged: usize) -> Option<String> {
        let mut sent = self.book.sent[self.number].borrow_mut();
        if self.book.absent.get() > 0 || unacknowledged.max(sent.open) >= UNDER_WAY {
            return None;
        }
        let n = sent.next;
        let letter = *sent.letters.get(n)?;
        sent.next += 1;
        sent.open += usize::from(letter.receipt);
        let Letter { to, size, receipt } = letter;
        let (to, data) = (format!("c{to}"), json!({"n": n, "fill": "x".repeat(size)}));
        let mut message = json!({"type": "message", "id": n.to_string(), "to": to, "data": data});
        if receipt {
            message["receipt"] = json!(true);
        }
        Some(message.to_string())
    }

    pub fn hears(&self, message: &Value) {
        match message["type"].as_str().unwrap() {
            "message" => self.reads(message),
            "delivered" => self.is_told(message, Fate::Delivered),
            "error" if message["ref"].is_string() => {
                let code = message["code"].as_str().unwrap();
                self.is_told(message, Fate::Refused(code.to_owned()));
            }
            _ => self.complains(format!("was told {message}")),
        }
    }

    fn reads(&self, message: &Value) {
        let sender: usize = message["from"].as_str().unwrap()[1..].parse().unwrap();
        let n = message["data"]["n"].as_u64().unwrap() as usize;
        self.book.heard[self.number].borrow_mut()[sender].push(n);
        self.book.unheard.set(self.book.unheard.get().saturating_sub(1));
    }

    fn is_told(&self, message: &Value, fate: Fate) {
        let n: usize = message["ref"].as_str().unwrap().parse().unwrap();
        let mut sent = self.book.sent[self.number].borrow_mut();
        let Letter { to, receipt, .. } = sent.letters[n];
        let has_arrived = self.book.heard[to].borrow()[self.number].last() >= Some(&n);
        let earlier = std::mem::replace(&mut sent.fates[n], fate.clone());
        if earlier != Fate::Open {
            return self.complains(format!("was told twice about {n}: {earlier:?}, {message}"));
        }
        if has_arrived != (fate == Fate::Delivered) {
            self.complains(format!("was told {message}, but arrived: {has_arrived}"));
        }
        if let Fate::Refused(code) = fate {
            *self.counts().refused.borrow_mut().entry(code).or_default() += 1;
            self.book.unheard.set(self.book.unheard.get().saturating_sub(1));
        }
        if receipt {
            sent.open -= 1;
            self.book.unsettled.set(self.book.unsettled.get().saturating_sub(1));
        }
    }

    pub fn complains(&self, complaint: String) {
        self.book.complains(format!("{} {complaint}", self.name()));
    }
}
