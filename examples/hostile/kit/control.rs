//! The control: how much the machine did besides the test, and what that cost.
//!
//! Two signals, neither of which depends on the server. A pair of sockets in this process talks in
//! the tempo of the honest pair through an echo: its times are those of a machine and a kernel
//! without a server. And Linux's accounts tell how much of the CPU other programs had: a server that
//! gets half of a core is slower, although the echo is not.

use std::fs;
use std::io::{self, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::Relaxed};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use super::honest::EVERY;

/// Patience with the echo.
const PATIENCE: Duration = Duration::from_secs(10);

/// The bounds past which a run counts as disturbed. They are a fifth of those that the server has to
/// keep, or less, and were chosen before any row was judged by them.
pub mod disturbed_past {
    use std::time::Duration;

    /// The p99 of the echo.
    pub const P99: Duration = Duration::from_millis(10);
    /// The slowest echo.
    pub const WORST: Duration = Duration::from_millis(50);
    /// The part of the machine's CPU time that other programs had.
    pub const OTHERS: f64 = 0.1;
}

/// A control under way.
pub struct Control {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<io::Result<Vec<Duration>>>,
    server: u32,
    cpu: Cpu,
}

/// The figures of a control.
#[derive(Clone, Copy, Debug, Default)]
pub struct Disturbance {
    pub p99: Duration,
    pub worst: Duration,
    /// The part of the machine's CPU time that other programs had, steal included.
    pub others: f64,
}

impl Disturbance {
    /// Whether the machine was too busy with other things to judge the server by times.
    pub fn is_disturbed(&self) -> bool {
        self.p99 > disturbed_past::P99
            || self.worst > disturbed_past::WORST
            || self.others > disturbed_past::OTHERS
    }
}

impl Control {
    /// Begins, beside the server with this process id.
    pub fn start(server: u32) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = thread::spawn(move || talk(&stopped));
        Self { stop, thread, server, cpu: Cpu::read(server) }
    }

    /// Ends it. The server has to be alive still, or its time counts as that of others.
    pub fn stop(self) -> Disturbance {
        let others = Cpu::read(self.server).others_since(&self.cpu);
        self.stop.store(true, Relaxed);
        let took = self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic));
        let mut took = took.expect("an echo in this process answers");
        took.sort_unstable();
        let p99 = (took.len() * 99).div_ceil(100).saturating_sub(1);
        let worst = took.last().copied().unwrap_or_default();
        Disturbance { p99: took.get(p99).copied().unwrap_or_default(), worst, others }
    }
}

/// Sends a byte every [`EVERY`], or as soon as the last one is back, and times its way. As with the
/// honest pair, a sender that is late is no fault of the receiver's.
fn talk(stopped: &AtomicBool) -> io::Result<Vec<Duration>> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let mut near = TcpStream::connect(listener.local_addr()?)?;
    let (mut far, _) = listener.accept()?;
    for stream in [&near, &far] {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(PATIENCE))?;
    }
    let echo = thread::spawn(move || {
        let mut byte = [0];
        while let Ok(1) = far.read(&mut byte) {
            if far.write_all(&byte).is_err() {
                return;
            }
        }
    });
    let mut took = Vec::new();
    while !stopped.load(Relaxed) {
        let sent = Instant::now();
        near.write_all(&[0])?;
        near.read_exact(&mut [0])?;
        took.push(sent.elapsed());
        thread::sleep(EVERY.saturating_sub(sent.elapsed()));
    }
    drop(near);
    let _ = echo.join();
    Ok(took)
}

/// CPU time since the start of machine and processes, in ticks.
#[derive(Clone, Copy, Debug)]
struct Cpu {
    /// Of all CPUs, idle time included.
    all: u64,
    /// Of all processes. Interrupts are left out: most of them are those of the attack.
    busy: u64,
    /// Of server and kit.
    ours: u64,
}

impl Cpu {
    fn read(server: u32) -> Self {
        let machine = fs::read_to_string("/proc/stat").expect("Linux has /proc");
        let numbers = machine.lines().next().unwrap_or_default().split_whitespace().skip(1);
        let times: Vec<u64> = numbers.map_while(|it| it.parse().ok()).collect();
        // user, nice, system, idle, iowait, irq, softirq, steal: proc_stat(5).
        let [user, nice, system, _, _, _, _, steal] = times[..8] else { unreachable!("eight") };
        Self {
            all: times[..8].iter().sum(),
            busy: user + nice + system + steal,
            ours: ticks("self") + ticks(&server.to_string()),
        }
    }

    fn others_since(&self, before: &Self) -> f64 {
        let (busy, ours) = (self.busy - before.busy, self.ours.saturating_sub(before.ours));
        busy.saturating_sub(ours) as f64 / (self.all - before.all).max(1) as f64
    }
}

/// User and system time of a process; 0 if there is no such process.
fn ticks(process: &str) -> u64 {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    // The name, in parentheses, may hold anything. utime and stime are the 14th and 15th field.
    let rest = stat.rsplit_once(')').map_or("", |it| it.1);
    rest.split_whitespace().skip(11).take(2).filter_map(|it| it.parse::<u64>().ok()).sum()
}
