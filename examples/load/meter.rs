//! What a process has cost so far, from Linux's own accounts.

use std::fs;
use std::time::Duration;

/// Reads the accounts of one process.
pub struct Meter {
    pid: u32,
}

/// Its accounts at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Reading {
    /// Nanoseconds on a CPU, all threads.
    pub cpu: u64,
    /// Switches of its threads, voluntary or not.
    pub switches: u64,
}

impl Meter {
    pub fn of(pid: u32) -> Self {
        assert!(pid != 0, "--pid of the server is needed");
        Self { pid }
    }

    pub fn read(&self) -> Reading {
        let mut reading = Reading { cpu: 0, switches: 0 };
        for thread in fs::read_dir(format!("/proc/{}/task", self.pid)).unwrap() {
            let thread = thread.unwrap().path();
            let schedule = fs::read_to_string(thread.join("schedstat")).unwrap();
            let status = fs::read_to_string(thread.join("status")).unwrap();
            reading.cpu += schedule.split_whitespace().next().unwrap().parse::<u64>().unwrap();
            reading.switches += number(&status, "voluntary_ctxt_switches:")
                + number(&status, "nonvoluntary_ctxt_switches:");
        }
        reading
    }

    /// Sockets that it has open.
    pub fn sockets(&self) -> usize {
        let open = fs::read_dir(format!("/proc/{}/fd", self.pid)).unwrap();
        let target = open.filter_map(|descriptor| fs::read_link(descriptor.unwrap().path()).ok());
        target.filter(|it| it.to_string_lossy().starts_with("socket:")).count()
    }

    /// Resident memory in KiB.
    pub fn resident(&self) -> u64 {
        let status = fs::read_to_string(format!("/proc/{}/status", self.pid)).unwrap();
        number(&status, "VmRSS:")
    }
}

impl Reading {
    /// Microseconds of CPU since `before`, for each of `count` things.
    pub fn cpu_each(&self, before: &Self, count: usize) -> f64 {
        (self.cpu - before.cpu) as f64 / 1e3 / count as f64
    }

    /// The part of `wall` that a CPU was in use since `before`.
    pub fn busy(&self, before: &Self, wall: Duration) -> f64 {
        (self.cpu - before.cpu) as f64 / wall.as_nanos() as f64
    }

    /// Thread switches since `before`, for each of `count` things.
    pub fn switches_each(&self, before: &Self, count: usize) -> f64 {
        (self.switches - before.switches) as f64 / count as f64
    }
}

fn number(status: &str, name: &str) -> u64 {
    let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
    line.split_whitespace().next().unwrap().parse().unwrap()
}
