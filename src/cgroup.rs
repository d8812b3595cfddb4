//! The memory limit of this process: set by the system for a container or a systemd unit, or else
//! the memory of the machine.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Longer files are none of this kind.
const LENGTH_MAX: u64 = 4096;
/// Limits from here on, in bytes, are none: cgroup v1 writes the highest number of pages instead of
/// a word.
const UNLIMITED_FROM: u64 = 1 << 60;

/// The least memory that something leaves to this process.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MemoryLimit {
    /// The limit of its control group or of one above it, in bytes.
    Group(u64),
    /// No control group has a limit: all memory of the machine, in bytes.
    Machine(u64),
}

impl MemoryLimit {
    /// The limit of this process; `None` where the system does not tell it.
    pub fn of_this_process() -> Option<Self> {
        Self::of(
            &read(Path::new("/proc/self/cgroup")).unwrap_or_default(),
            &read(Path::new("/proc/meminfo")).unwrap_or_default(),
            |file| read(&Path::new("/sys/fs/cgroup").join(file)),
        )
    }

    /// Its bytes.
    pub const fn bytes(self) -> u64 {
        match self {
            Self::Group(bytes) | Self::Machine(bytes) => bytes,
        }
    }

    /// From the texts of `/proc/self/cgroup` and `/proc/meminfo`, and of the files below
    /// `/sys/fs/cgroup`. A limit above the memory of the machine is none.
    fn of(groups: &str, meminfo: &str, file: impl Fn(&Path) -> Option<String>) -> Option<Self> {
        let limits = groups.lines().flat_map(limit_files).filter_map(|it| bytes(&file(&it)?));
        let group = limits.min();
        let machine = total(meminfo);
        match (group, machine) {
            (Some(group), machine) if machine.is_none_or(|machine| group <= machine) => {
                Some(Self::Group(group))
            }
            (_, machine) => machine.map(Self::Machine),
        }
    }
}

/// The files with a limit for the group that a line of `/proc/self/cgroup` names, and for those above
/// it: `0::/path` with cgroup v2, `9:memory:/path` with v1 (cgroups(7)).
///
/// In a container that sees its own groups alone the path is one of the host. Then the root is the
/// container's.
fn limit_files(line: &str) -> Vec<PathBuf> {
    let mut parts = line.splitn(3, ':').skip(1);
    let (Some(controllers), Some(path)) = (parts.next(), parts.next()) else { return Vec::new() };
    let (roots, name): (&[&str], _) = match controllers.split(',').any(|it| it == "memory") {
        true => (&["memory"], "memory.limit_in_bytes"),
        // Where v1 is mounted too, v2 is below it.
        false if controllers.is_empty() => (&["", "unified"], "memory.max"),
        false => return Vec::new(),
    };
    let groups = Path::new(path.trim_start_matches('/')).ancestors();
    groups
        .flat_map(|group| roots.iter().map(move |it| Path::new(it).join(group).join(name)))
        .collect()
}

/// The number in a file with a limit; `None` for `max`, and for what stands for it.
fn bytes(text: &str) -> Option<u64> {
    text.trim().parse().ok().filter(|bytes| *bytes < UNLIMITED_FROM)
}

/// `MemTotal` of `/proc/meminfo`, which is in KiB.
fn total(meminfo: &str) -> Option<u64> {
    let line = meminfo.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix(" kB")?.trim().parse::<u64>().ok()?.checked_mul(1 << 10)
}

fn read(file: &Path) -> Option<String> {
    let mut text = String::new();
    File::open(file).ok()?.take(LENGTH_MAX).read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::MemoryLimit::{Group, Machine};
    use super::*;

    const GIB: u64 = 1 << 30;
    const MEMINFO: &str = "MemTotal:        8388608 kB\nMemFree:         1234567 kB\n";
    const V1: &str =
        "11:devices:/docker/abc\n9:cpu,memory:/docker/abc\n1:name=systemd:/docker/abc\n";
    const V2: &str = "0::/system.slice/switchboard.service\n";

    /// The limit where these files have this content.
    fn limit(groups: &str, meminfo: &str, files: &[(&str, &str)]) -> Option<MemoryLimit> {
        MemoryLimit::of(groups, meminfo, |file| {
            let content = files.iter().find(|(name, _)| Path::new(name) == file);
            content.map(|(_, content)| (*content).to_owned())
        })
    }

    #[test]
    fn the_least_limit_of_a_group_and_those_above_it_counts() {
        let unit = ("system.slice/switchboard.service/memory.max", "2147483648\n");
        let slice = ("system.slice/memory.max", "max\n");

        assert_eq!(limit(V2, MEMINFO, &[unit, slice]), Some(Group(2 * GIB)));
        let root = ("memory.max", "1073741824\n");
        assert_eq!(limit(V2, MEMINFO, &[unit, slice, root]), Some(Group(GIB)));
        assert_eq!(limit("0::/of/the/host\n", MEMINFO, &[root]), Some(Group(GIB)));
        assert_eq!(limit(V2, "", &[root]), Some(Group(GIB)));
    }

    #[test]
    fn a_limit_of_cgroup_v1_counts_too_also_where_v2_is_mounted() {
        let unlimited = ("memory/memory.limit_in_bytes", "9223372036854771712\n");
        let container = ("memory/docker/abc/memory.limit_in_bytes", "1073741824\n");

        assert_eq!(limit(V1, MEMINFO, &[unlimited, container]), Some(Group(GIB)));
        let inside = ("memory/memory.limit_in_bytes", "2147483648\n");
        assert_eq!(limit(V1, MEMINFO, &[inside]), Some(Group(2 * GIB)));
        let beside = ("unified/system.slice/memory.max", "536870912\n");
        assert_eq!(
            limit(&format!("{V1}{V2}"), MEMINFO, &[container, beside]),
            Some(Group(GIB / 2))
        );
    }

    #[test]
    fn where_no_group_has_a_limit_the_memory_of_the_machine_counts() {
        let unlimited = ("memory/docker/abc/memory.limit_in_bytes", "9223372036854771712\n");
        let absurd = ("memory/docker/abc/memory.limit_in_bytes", "17179869184\n");
        let max = ("memory.max", "max\n");

        assert_eq!(limit(V1, MEMINFO, &[unlimited]), Some(Machine(8 * GIB)));
        assert_eq!(limit(V1, MEMINFO, &[absurd]), Some(Machine(8 * GIB)));
        assert_eq!(limit(V2, MEMINFO, &[max]), Some(Machine(8 * GIB)));
        assert_eq!(limit("", MEMINFO, &[]), Some(Machine(8 * GIB)));
        assert_eq!(limit("nonsense\n", "MemTotal: many kB\n", &[]), None);
    }

    #[test]
    fn this_machine_tells_a_limit() {
        let told = MemoryLimit::of_this_process().map(MemoryLimit::bytes);
        assert!(told.is_some_and(|bytes| bytes > 64 << 20), "{told:?}");
    }
}
