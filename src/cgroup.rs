//! The memory limit that the system sets for this process, by a container or a systemd unit.

use std::fs::File;
use std::io::Read;
use std::path::Path;

/// Longer files are none of this kind.
const LENGTH_MAX: u64 = 4096;

/// The limit of the process's control group or of one above it, in bytes, whichever is least; `None`
/// where there is none or no cgroup v2.
pub fn memory_limit() -> Option<u64> {
    let groups = read(Path::new("/proc/self/cgroup"))?;
    let group = groups.lines().find_map(|line| line.strip_prefix("0::/"))?;
    least_limit(Path::new("/sys/fs/cgroup"), group)
}

fn least_limit(root: &Path, group: &str) -> Option<u64> {
    // The group's path is one of the host in a container that sees its own groups alone; then the
    // root is the container's.
    let limits = Path::new(group).ancestors().map(|group| root.join(group).join("memory.max"));
    limits.filter_map(|file| read(&file)?.trim().parse().ok()).min()
}

fn read(file: &Path) -> Option<String> {
    let mut text = String::new();
    File::open(file).ok()?.take(LENGTH_MAX).read_to_string(&mut text).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use std::fs::{create_dir_all, write};

    use super::*;

    #[test]
    fn the_least_limit_of_a_group_and_those_above_it_counts() {
        let folder = tempfile::TempDir::new().unwrap();
        let unit = folder.path().join("system.slice/switchboard.service");
        create_dir_all(&unit).unwrap();
        assert_eq!(least_limit(folder.path(), "system.slice/switchboard.service"), None);

        write(unit.join("memory.max"), "2147483648\n").unwrap();
        write(folder.path().join("system.slice/memory.max"), "max\n").unwrap();
        let limit = || least_limit(folder.path(), "system.slice/switchboard.service");
        assert_eq!(limit(), Some(2 << 30));

        write(folder.path().join("memory.max"), "1073741824\n").unwrap();
        assert_eq!(limit(), Some(1 << 30));
        assert_eq!(least_limit(folder.path(), "of/the/host"), Some(1 << 30));
    }
}
