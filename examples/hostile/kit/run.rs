//! Runs one row: server, honest pair, attack, and the meters.

use std::fs;
use std::process::Command;
use std::sync::Arc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::time::timeout;

use super::control::Control;
use super::honest::{Honest, Peer, runtime};
use super::meter::{Meter, Reading};
use super::outcome::{ANSWER, Check, Outcome, P99};
use super::row::{Bound, Row};
use super::served::{Program, Served};
use super::stage::{Found, Size, Stage, metric, metrics};
use super::wire::Login;

/// Time for the set-up of an attack.
const SET_UP: Duration = Duration::from_secs(90);
/// Time that an attack may take beyond its own, for what it measures at its end.
const BEYOND: Duration = Duration::from_secs(20);
/// Time between two looks at the server's memory.
const LOOK: Duration = Duration::from_millis(10);
/// The longest time from SIGTERM to the end that the manual allows.
const STOP: Duration = Duration::from_secs(10);

/// Memory of a small node in MiB, which no attack may use up.
const NODE: f64 = 512.;

/// How a row is run.
#[derive(Clone, Debug)]
pub struct Options {
    pub program: Program,
    pub size: Size,
    /// Time of the honest pair alone.
    pub before: Duration,
    /// Time of the attack.
    pub lasts: Duration,
}

/// Runs one row.
pub fn run(row: &Row, options: &Options) -> Outcome {
    let mut served = Served::start(&options.program, &row.settings);
    let meter = served.meter();
    let token = |user: &str| served.issuer.as_ref().map(|it| it.token(user));
    let logins = ["ana", "bo", "guest"].map(|it| Login { token: token(it), ..Login::of(it) });
    let (dial, admin) = (served.dial.clone(), served.admin.clone());
    let peer = Peer { dial, admin, logins, newcomer: row.newcomer() };
    let honest = Honest::start(peer);
    let start = Instant::now();
    thread::sleep(options.before);
    let before = page(&served);

    let set_up = Instant::now();
    let found = Arc::new(Found::default());
    let attack = Attacker::start(row, options, &served, &found);
    let (begin, at_begin) = (attack.begin, meter.read());
    let control = Control::start(served.id());
    let resident = attack.watch(&meter, options.lasts + BEYOND);
    let control = control.stop();
    let (end, at_end) = (Instant::now(), meter_if_alive(&mut served, &meter));

    let after = page(&served);
    let samples = honest.stop();
    let mut outcome = Outcome::of(row.name, &samples, [start, begin, end], set_up);
    outcome.control = control;
    outcome.resident = resident;
    outcome.cpu = at_end.map_or(0., |it| it.busy(&at_begin, end - begin));
    outcome.step = Steps::of(&after).longest_since(&Steps::of(&before));
    add_evidence(&found, &before, &after);
    outcome.got = found.counts();
    outcome.checks = checks(row, options, &outcome, &found, &mut served);
    outcome
}

fn checks(
    row: &Row,
    options: &Options,
    outcome: &Outcome,
    found: &Found,
    served: &mut Served,
) -> Vec<Check> {
    let during = &outcome.during;
    let mut checks = during.checks("a message of the honest pair, p99,", during.p99, P99);
    let newcomer = row.newcomer();
    let (logins, what) = (&outcome.logins, "an honest login, worst,");
    checks.extend(logins.checks(what, logins.worst, newcomer.within));
    let logged_in = (logins.count - logins.failed.values().sum::<usize>()) as u64;
    checks.push(Check::took_place("honest logins", logged_in, newcomer.least(options.lasts)));
    checks.extend(outcome.health.checks("/healthz, worst,", outcome.health.worst, ANSWER));
    checks.push(Check::must("the server lives", served.lives()));
    checks.push(Check::at_most("resident memory", outcome.resident.1 as f64 / 1024., NODE, " MiB"));
    if options.size == Size::Full {
        checks.push(longest_step(outcome));
    }
    checks.extend(found.checks());
    for least in row.least {
        let (count, bound) = (found.count(least.what), least.of(options.size, options.lasts));
        checks.push(Check::took_place(least.what, count, bound));
    }
    for bound in row.bounds {
        checks.extend(bound_checks(*bound, options.size, outcome, found, served));
    }
    checks
}

/// Looks at a bound of this row alone.
fn bound_checks(
    bound: Bound,
    size: Size,
    outcome: &Outcome,
    found: &Found,
    served: &mut Served,
) -> Vec<Check> {
    match bound {
        Bound::Growth { fixed, each } => {
            let held = found.count("connections held");
            let growth = outcome.resident.1.saturating_sub(outcome.resident.0);
            let what = format!("memory for {held} connections");
            vec![Check::at_most(&what, growth as f64, (fixed + each * held) as f64, " KiB")]
        }
        Bound::CpuInFull(_) if size == Size::Small => vec![],
        Bound::Cpu(bound) | Bound::CpuInFull(bound) => {
            vec![Check::at_most("cores busy", outcome.cpu, bound, "")]
        }
        // Judged with what it replaces, or by the attack.
        Bound::Newcomer(_) | Bound::Own(_) => vec![],
        // Of all rows.
        Bound::Step if size == Size::Full => vec![],
        Bound::Step => vec![longest_step(outcome)],
        Bound::Operator => {
            let operator = &outcome.operator;
            operator.checks("the operator, p99,", operator.p99, P99)
        }
        Bound::Stops => {
            let stopped = served.stop(STOP);
            vec![Check::must("SIGTERM ends it within 10 s", stopped.is_some())]
        }
    }
}

fn longest_step(outcome: &Outcome) -> Check {
    Check::within("longest step", outcome.step * 1e3, 20.)
}

fn meter_if_alive(served: &mut Served, meter: &Meter) -> Option<Reading> {
    served.lives().then(|| meter.read())
}

/// An attack under way, on a thread of its own with a lower priority than server and honest pair.
struct Attacker {
    thread: JoinHandle<()>,
    begin: Instant,
}

impl Attacker {
    /// Returns when the set-up is done.
    fn start(row: &Row, options: &Options, served: &Served, found: &Arc<Found>) -> Self {
        let (began, begins) = unbounded_channel();
        let stage = Stage {
            dial: served.dial.clone(),
            admin: served.admin.clone(),
            issuer: served.issuer.clone(),
            process: served.id(),
            size: options.size,
            lasts: options.lasts,
            began,
            found: Arc::clone(found),
        };
        let attack = row.attack;
        let thread = thread::spawn(move || {
            lower_priority();
            runtime().block_on(attack(Arc::new(stage)));
        });
        match wait_for_begin(begins) {
            Some(begin) => Self { thread, begin },
            None if thread.is_finished() => std::panic::resume_unwind(
                thread.join().expect_err("an attack begins before it ends"),
            ),
            None => panic!("{}: no set-up within {SET_UP:?}: {:?}", row.name, found.counts()),
        }
    }

    /// Waits for the end; resident memory in KiB at the begin and at its peak.
    fn watch(self, meter: &Meter, patience: Duration) -> (u64, u64) {
        let first = meter.resident();
        let mut peak = first;
        while !self.thread.is_finished() {
            assert!(self.begin.elapsed() < patience, "the attack does not end");
            peak = peak.max(meter.resident());
            thread::sleep(LOOK);
        }
        self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        (first, peak)
    }
}

fn wait_for_begin(mut begins: UnboundedReceiver<Instant>) -> Option<Instant> {
    runtime().block_on(async { timeout(SET_UP, begins.recv()).await.ok().flatten() })
}

/// Adds 10 to the nice value of this thread alone: on Linux priorities are those of threads.
fn lower_priority() {
    let link = fs::read_link("/proc/thread-self").expect("Linux has /proc");
    let thread = link.file_name().unwrap().to_str().unwrap();
    // `nice` says which value it has got, and that is this thread's.
    let now: i32 = output("nice", &[]).trim().parse().unwrap();
    output("renice", &["-n", &(now + 10).min(19).to_string(), "-p", thread]);
}

/// Runs a program of the system that has to succeed.
fn output(program: &str, arguments: &[&str]) -> String {
    let done = Command::new(program).args(arguments).output();
    let done = done.unwrap_or_else(|error| panic!("attacks need the program `{program}`: {error}"));
    assert!(done.status.success(), "{program}: {}", String::from_utf8_lossy(&done.stderr));
    String::from_utf8(done.stdout).unwrap()
}

/// The page of metrics; empty if the server does not answer.
fn page(served: &Served) -> String {
    runtime().block_on(metrics(&served.admin)).unwrap_or_default()
}

/// Adds the server's own word of what it has refused to the findings of the attack. Honest users are
/// refused nothing.
fn add_evidence(found: &Found, before: &str, after: &str) {
    const REFUSED: &str = "switchboard_logins_refused_total{";
    const DROPPED: &str = "switchboard_log_lines_dropped_total";
    for name in after.lines().filter_map(|it| it.rsplit_once(' ')).map(|it| it.0) {
        let grown = metric(after, name) - metric(before, name);
        if let Some((_, reason)) = name.strip_prefix(REFUSED).and_then(|it| it.split_once('"')) {
            found.add(
                &format!("the server refused: {}", reason.trim_end_matches("\"}")),
                grown as u64,
            );
        } else if name == DROPPED {
            found.add("the server dropped lines of its log", grown as u64);
        }
    }
}

/// The histogram of the hub's steps: cumulated counts by upper bound, in seconds.
#[derive(Debug)]
struct Steps(Vec<(f64, f64)>);

impl Steps {
    fn of(page: &str) -> Self {
        let buckets = page.lines().filter_map(|line| {
            let rest = line.strip_prefix("switchboard_hub_step_seconds_bucket{le=\"")?;
            let (bound, count) = rest.split_once("\"} ")?;
            Some((bound.replace("+Inf", "inf").parse().ok()?, count.parse().ok()?))
        });
        Self(buckets.collect())
    }

    /// The upper bound of the highest bucket that has grown; infinite if nothing is known.
    fn longest_since(&self, before: &Self) -> f64 {
        if self.0.is_empty() || self.0.len() != before.0.len() {
            return f64::INFINITY;
        }
        let grown = self.0.iter().zip(&before.0).map(|(now, then)| (now.0, now.1 - then.1));
        let (mut longest, mut below) = (0., 0.);
        for (bound, count) in grown {
            if count > below {
                (longest, below) = (bound, count);
            }
        }
        longest
    }
}
