//! Messages of every kind, each at its dearest: accepted, refused, and hard to read.

use switchboard::protocol::Heard;

use super::json::{members, values};
use super::world::{CROWD, Saying, World};

/// Sizes that are dearest for their price: just below the size that would cost one unit more.
const SIZES: [usize; 2] = [4000, 60_000];
/// Names in a message, at most.
const NAMES: usize = 256;
/// Acknowledged at once, where it is many.
const MANY: u64 = 200;

/// The message that is sent in turn number `n`, counted from 0.
type Turn = Box<dyn FnMut(u64) -> Vec<Saying>>;

/// A message in a situation.
pub struct Case {
    pub name: String,
    pub users: Users,
    pub turn: Turn,
}

/// The users of a case.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Users {
    /// A few who may say what they want.
    Few,
    /// As many as there may be in a room and in a list.
    Crowd,
    /// A few of whom two acknowledge what they get.
    Acknowledging,
    /// A few whose rate is used up by the first message.
    OverRate,
}

impl Users {
    pub fn world(self) -> World {
        match self {
            Users::Few => World::of(3, None, |_| ()),
            Users::Crowd => World::of(CROWD, None, |_| ()),
            Users::Acknowledging => World::of(3, Some(0), |_| ()),
            Users::OverRate => World::of(3, None, |config| (config.rate, config.burst) = (1, 1)),
        }
    }
}

fn case(name: impl Into<String>, turn: impl FnMut(u64) -> Vec<Saying> + 'static) -> Case {
    Case { name: name.into(), users: Users::Few, turn: Box::new(turn) }
}

/// The same messages again and again.
fn same<const N: usize>(name: impl Into<String>, all: [String; N]) -> Case {
    case(name, move |_| all.iter().map(Saying::measured).collect())
}

/// The same cases where many are concerned.
fn in_a_crowd(cases: Vec<Case>) -> impl Iterator<Item = Case> {
    let several = cases.into_iter().filter(|it| it.users == Users::Few);
    several.map(|it| Case { name: format!("{}, 1000 users", it.name), users: Users::Crowd, ..it })
}

/// All cases of a kind. A kind without cases does not compile.
pub fn of(heard: Heard) -> Vec<Case> {
    match heard {
        Heard::CallRequest => call_requests(),
        Heard::CallAccept => on_a_call("call-accept"),
        Heard::CallEnd => call_ends(),
        Heard::Offer => signals("offer"),
        Heard::Answer => signals("answer"),
        Heard::Candidate => signals("candidate"),
        Heard::Message => messages(),
        Heard::Join => joins(),
        Heard::Leave => leaves(),
        Heard::Watch => lists_of_names("watch", "unwatch"),
        Heard::Unwatch => lists_of_names("unwatch", "watch"),
        Heard::Block => lists_of_names("block", "unblock"),
        Heard::Unblock => lists_of_names("unblock", "block"),
        Heard::List => lists(),
        Heard::Refresh => refreshes(),
        Heard::Ping => plain("ping", ""),
        Heard::Pong => plain("pong", ""),
        Heard::Ack => acks(),
        Heard::Bad => bad(),
    }
}

/// A message of a type with these further members, and the same over the rate.
fn plain(kind: &str, members: &str) -> Vec<Case> {
    let text = message(kind, members);
    let over_rate =
        Case { users: Users::OverRate, ..same(format!("{kind}, over the rate"), [text.clone()]) };
    let id = "\\u0061".repeat(64);
    let with_id = format!("{{\"type\":\"{kind}\",\"id\":\"{id}\"{}}}", comma(members));
    let escaped: String = kind.bytes().map(|it| format!("\\u{it:04x}")).collect();
    vec![
        same(kind, [text.clone()]),
        same(format!("{kind}, all escapes"), [message(&escaped, members)]),
        same(format!("{kind}, id of escapes"), [with_id]),
        same(
            format!("{kind}, among blanks"),
            [text.replace(',', &format!(",{}", " ".repeat(4000)))],
        ),
        over_rate,
    ]
}

/// The same with `data` that is hard to read.
fn with_data(kind: &str, members: &str) -> Vec<Case> {
    let mut cases = plain(kind, &format!("{members},\"data\":1"));
    for size in SIZES {
        for (shape, data) in values(size) {
            let text = message(kind, &format!("{members},\"data\":{data}"));
            cases.push(same(format!("{kind}, {size} B, {shape}"), [text.clone()]));
            let name = format!("{kind}, {size} B, {shape}, over the rate");
            cases.push(Case { users: Users::OverRate, ..same(name, [text]) });
        }
    }
    let deep = format!("{}{}", "[".repeat(100), "]".repeat(100));
    cases.push(same(
        format!("{kind}, nested too deep"),
        [message(kind, &format!("{members},\"data\":{deep}"))],
    ));
    cases
}

fn call_requests() -> Vec<Case> {
    let media = "\"media\":{\"audio\":true,\"video\":true}";
    let end = message("call-cancel", "\"callId\":\"none\"");
    let mut cases = with_data("call-request", &format!("\"to\":\"1\",{media}"));
    cases.extend(plain("call-request", "\"to\":\"nobody\""));
    cases.extend(plain("call-request", "\"to\":\"0\""));
    cases.extend(plain("call-request", "\"to\":\"1\",\"continues\":\"none\""));
    cases
        .push(same("call-request and call-cancel", [message("call-request", "\"to\":\"1\""), end]));
    cases
}

fn on_a_call(kind: &str) -> Vec<Case> {
    with_data(kind, "\"callId\":\"none\"")
}

fn call_ends() -> Vec<Case> {
    let mut cases = Vec::new();
    for kind in ["call-reject", "call-cancel", "call-hangup"] {
        cases.extend(plain(kind, "\"callId\":\"none\""));
    }
    for size in SIZES {
        for (shape, detail) in values(size) {
            let members = format!("\"callId\":\"none\",\"detail\":{detail}");
            let name = format!("call-hangup, {size} B, detail of {shape}");
            cases.push(same(name, [message("call-hangup", &members)]));
        }
    }
    cases
}

fn signals(kind: &str) -> Vec<Case> {
    let mut cases = with_data(kind, "\"to\":\"1\"");
    cases.extend(plain(kind, "\"to\":\"nobody\",\"data\":1"));
    cases.extend(plain(kind, "\"to\":\"1\",\"callId\":\"none\",\"data\":1"));
    cases.extend(plain(kind, "\"to\":\"1\",\"room\":\"den\",\"data\":1"));
    cases.extend(plain(kind, "\"to\":\"1\",\"room\":\"none\",\"data\":1"));
    cases
}

fn messages() -> Vec<Case> {
    let mut cases = with_data("message", "\"to\":\"1\"");
    cases.extend(in_a_crowd(plain("message", "\"room\":\"den\",\"data\":1")));
    cases.extend(plain("message", "\"to\":\"nobody\",\"data\":1"));
    cases.extend(plain("message", "\"to\":\"1\",\"data\":1,\"volatile\":true"));
    cases.extend(plain("message", "\"room\":\"none\",\"data\":1"));
    cases.extend(plain("message", "\"data\":1"));
    let kept = message("message", "\"to\":\"1\",\"id\":\"m\",\"receipt\":true,\"data\":1");
    cases.push(Case {
        users: Users::Acknowledging,
        ..case("message, to a user whose queue becomes full", move |_| {
            vec![Saying::measured(&*kept)]
        })
    });
    cases
}

fn joins() -> Vec<Case> {
    let mut cases = plain("join", "\"room\":\"den\"");
    cases.extend(in_a_crowd(vec![same("join and leave", both("join", "leave", "den"))]));
    cases.push(same("join and leave, an empty room", both("join", "leave", "none")));
    cases.push(case("join, other rooms each time", |n| {
        vec![Saying::measured(message("join", &format!("\"room\":\"room-{n}\"")))]
    }));
    cases
}

fn leaves() -> Vec<Case> {
    let mut cases = plain("leave", "\"room\":\"none\"");
    cases.extend(in_a_crowd(vec![same("leave and join", both("leave", "join", "den"))]));
    cases
}

fn both(first: &str, then: &str, room: &str) -> [String; 2] {
    [first, then].map(|kind| message(kind, &format!("\"room\":\"{room}\"")))
}

fn lists_of_names(kind: &str, undone_by: &str) -> Vec<Case> {
    let online: Vec<_> = (1..=NAMES).map(|it| format!("\"{it}\"")).collect();
    let online = format!("\"users\":[{}]", online.join(","));
    let long: Vec<_> = (0..NAMES).map(|it| format!("\"{it:0200}\"")).collect();
    let escaped = vec![format!("\"{}\"", "\\u0061".repeat(40)); NAMES - 1].join(",");
    let many = vec!["\"a\""; 15_000].join(",");
    let mut cases = plain(kind, &online);
    cases.push(same(
        format!("{kind} and {undone_by}, 256 names"),
        [message(kind, &online), message(undone_by, &online)],
    ));
    cases.push(case(format!("{kind}, other names each time"), {
        let kind = kind.to_owned();
        move |n| {
            let names: Vec<_> = (0..NAMES).map(|it| format!("\"{n}-{it}\"")).collect();
            vec![Saying::measured(message(&kind, &format!("\"users\":[{}]", names.join(","))))]
        }
    }));
    for (what, users) in [
        ("one name", "\"1\""),
        ("256 names that are too long", &long.join(",")),
        ("255 names of escapes", &escaped),
        ("15000 names", &many),
    ] {
        let text = message(kind, &format!("\"users\":[{users}]"));
        cases.push(same(format!("{kind}, {what}"), [text.clone()]));
        cases.push(same(
            format!("{kind} and {undone_by}, {what}"),
            [text, message(undone_by, &format!("\"users\":[{users}]"))],
        ));
    }
    for (shape, value) in values(SIZES[0]) {
        cases
            .push(same(format!("{kind}, {shape}"), [message(kind, &format!("\"users\":{value}"))]));
    }
    cases
}

fn lists() -> Vec<Case> {
    let mut cases: Vec<_> = in_a_crowd(plain("list", "\"limit\":1000")).collect();
    cases.extend(in_a_crowd(plain("list", "\"limit\":31,\"after\":\"5\"")));
    cases.extend(plain("list", "\"limit\":1001"));
    cases
}

fn refreshes() -> Vec<Case> {
    let token = |length| format!("\"token\":\"{}\"", "x".repeat(length));
    let mut cases = plain("refresh", &token(8));
    cases.extend(in_a_crowd(plain("refresh", &token(8))));
    cases.extend(plain("refresh", &token(8000)));
    cases.extend(plain("refresh", &token(60_000)));
    cases
}

fn acks() -> Vec<Case> {
    let mut cases = plain("ack", "\"received\":0");
    cases.extend(plain("ack", "\"received\":18446744073709551615"));
    cases.extend(plain("ack", "\"received\":-1"));
    let ack = |received: u64| Saying::measured(message("ack", &format!("\"received\":{received}")));
    let kept = message("message", "\"to\":\"0\",\"id\":\"m\",\"receipt\":true,\"data\":1");
    // The progress of an acknowledgement costs nothing: the messages have paid for it.
    for (name, many) in [("one message", 1), ("many messages", MANY)] {
        let kept = kept.clone();
        let mut received = 0;
        let turn = move |_| {
            let first: &mut dyn Iterator<Item = Saying> =
                &mut (0..many).map(|_| Saying { by: 2, text: kept.clone().into(), measured: true });
            received += many;
            first.chain([ack(received)]).collect()
        };
        cases.push(Case {
            users: Users::Acknowledging,
            ..case(format!("ack, progress of {name}"), turn)
        });
    }
    cases
}

fn bad() -> Vec<Case> {
    let mut cases = vec![
        same("bad, no JSON", ["[".repeat(1000)]),
        same("bad, nested too deep for JSON", ["[".repeat(60_000)]),
        same("bad, cut short", [format!("{{\"type\":\"ping\",\"id\":\"{}", "x".repeat(4000))]),
        same("bad, unknown type", [message("nonsense", "\"users\":1")]),
        same("bad, no type", ["{\"id\":\"x\"}".to_owned()]),
    ];
    for size in SIZES {
        for (shape, value) in values(size) {
            cases.push(same(format!("bad, {size} B, {shape}"), [value.clone()]));
            let text = format!("{{\"type\":{value}}}");
            cases.push(same(format!("bad, {size} B, type of {shape}"), [text]));
            let text = message("ping", &format!("\"id\":{value}"));
            cases.push(same(format!("bad, {size} B, id of {shape}"), [text]));
            let text = message("call-request", &format!("\"to\":\"1\",\"media\":{value}"));
            cases.push(same(format!("bad, {size} B, media of {shape}"), [text]));
            let text = message("join", &format!("\"room\":{value}"));
            cases.push(same(format!("bad, {size} B, room of {shape}"), [text]));
        }
        for (shape, members) in members(size) {
            cases.push(same(format!("bad, {size} B, {shape}"), [message("ping", &members)]));
        }
    }
    cases
}

fn message(kind: &str, members: &str) -> String {
    format!("{{\"type\":\"{kind}\"{}}}", comma(members))
}

fn comma(members: &str) -> String {
    if members.is_empty() { String::new() } else { format!(",{members}") }
}
