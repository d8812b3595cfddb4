//! Files that are none: a start with one ends by a sentence, soon and in little memory.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::run;

/// Each setting of a file, with what else it needs; `FILE` stands for the path.
const SETTINGS: [&[&str]; 7] = [
    &["--config", "FILE"],
    &["--tls-cert", "FILE", "--tls-key", "/dev/null"],
    &["--tls-key", "FILE", "--tls-cert", env!("CARGO_MANIFEST_PATH")],
    &["--auth", "jwt", "--jwt-key", "FILE"],
    &["--auth", "jwt", "--jwt-jwks", "FILE"],
    &["--auth", "jwt", "--jwt-secret", "file:FILE"],
    &["--admin-listen", "127.0.0.1:0", "--admin-token", "file:FILE"],
];

#[track_caller]
fn refused(file: &Path, why: &str) {
    let path = file.to_str().unwrap();
    for setting in SETTINGS {
        let setting: Vec<_> = setting.iter().map(|it| it.replace("FILE", path)).collect();
        let mut arguments = vec!["--listen", "127.0.0.1:0", "--log", "off"];
        arguments.extend(setting.iter().map(String::as_str));

        let ran = run(&arguments, &[]);

        let setting = setting.iter().find(|it| it.contains(path)).unwrap();
        assert!(ran.err.contains(path) && ran.err.contains(why), "{setting}: {}", ran.err);
        assert_eq!(ran.err.lines().count(), 1, "{setting}: {}", ran.err);
        assert!([1, 2].contains(&ran.code), "{setting}: {}", ran.code);
    }
}

#[test]
fn a_fifo_is_refused_at_once_for_every_setting_of_a_file() {
    let folder = TempDir::new().unwrap();
    let fifo = folder.path().join("fifo");
    assert!(Command::new("mkfifo").arg(&fifo).status().unwrap().success());

    refused(&fifo, "it is a FIFO (named pipe), and only a regular file is read");
}

#[test]
fn a_device_without_end_is_refused_for_every_setting_of_a_file() {
    refused(Path::new("/dev/zero"), "it is a device, and only a regular file is read");
}

#[test]
fn a_file_of_more_than_a_mebibyte_is_refused_for_every_setting_of_a_file() {
    let folder = TempDir::new().unwrap();
    let file = folder.path().join("long");
    std::fs::write(&file, vec![b' '; (1 << 20) + 1]).unwrap();

    refused(&file, "it is longer than ");
}
