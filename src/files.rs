//! Reads the files that settings name: certificates, keys, secrets, the settings themselves.
//!
//! Promises: a read ends and takes a bounded amount of memory, whatever the path leads to. Only
//! regular files are read. Symbolic links are followed, because Kubernetes mounts secrets by links.

use std::fs::{File, FileType, OpenOptions};
use std::io::{self, Read};
use std::os::unix::fs::{FileTypeExt, OpenOptionsExt};
use std::path::Path;

/// The longest file of certificates, keys or settings, in bytes.
pub const FILE_MAX: u64 = 1 << 20;
/// The longest file of a secret, in bytes.
pub const SECRET_FILE_MAX: u64 = 64 << 10;

/// Why a file is not read; the end of a sentence for the operator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// The system's words.
    #[error("{0}")]
    System(String),
    /// A FIFO, a device, a folder.
    #[error("it is {0}, and only a regular file is read: put the text into a file")]
    NotRegular(&'static str),
    /// Longer than what is expected of such a file.
    #[error("it is longer than {max} bytes: is it the right file?")]
    TooLong {
        /// The limit, in bytes.
        max: u64,
    },
    /// Text is expected.
    #[error("it is no text: its content must be UTF-8")]
    NoText,
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        Self::System(error.to_string())
    }
}

/// The content of the regular file at `path`, at most `max` bytes.
pub fn read(path: &Path, max: u64) -> Result<Vec<u8>, Unreadable> {
    let file = open(path)?;
    let mut content = Vec::new();
    // The length that the system tells may change, and is 0 in /proc.
    file.take(max + 1).read_to_end(&mut content)?;
    if content.len() as u64 > max { Err(Unreadable::TooLong { max }) } else { Ok(content) }
}

/// The same, as text.
pub fn read_text(path: &Path, max: u64) -> Result<String, Unreadable> {
    String::from_utf8(read(path, max)?).map_err(|_| Unreadable::NoText)
}

fn open(path: &Path) -> Result<File, Unreadable> {
    // Without O_NONBLOCK opening a FIFO waits for a writer. A terminal must not become this
    // process's own.
    let flags = libc::O_NONBLOCK | libc::O_NOCTTY;
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    // The opened file is looked at: the path may lead elsewhere a moment later.
    match kind(file.metadata()?.file_type()) {
        None => Ok(file),
        Some(kind) => Err(Unreadable::NotRegular(kind)),
    }
}

/// The kind of a file that is not a regular one.
fn kind(file: FileType) -> Option<&'static str> {
    match file {
        _ if file.is_file() => None,
        _ if file.is_dir() => Some("a folder"),
        _ if file.is_fifo() => Some("a FIFO (named pipe)"),
        _ if file.is_socket() => Some("a socket"),
        _ => Some("a device"),
    }
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use tempfile::TempDir;

    use super::*;

    fn folder() -> TempDir {
        TempDir::new().expect("a folder")
    }

    #[test]
    fn a_regular_file_is_read_through_links_up_to_its_limit() {
        let folder = folder();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        fs::write(&file, "12345678").expect("written");
        symlink(&file, &link).expect("linked");

        for path in [&file, &link] {
            assert_eq!(read_text(path, 8), Ok("12345678".into()));
            assert_eq!(read(path, 7), Err(Unreadable::TooLong { max: 7 }));
        }
        fs::write(&file, b"\xff").expect("written");
        assert_eq!(read_text(&file, 8), Err(Unreadable::NoText));
    }

    #[test]
    fn a_fifo_without_a_writer_is_refused_at_once() {
        let folder = folder();
        let fifo = folder.path().join("fifo");
        assert!(Command::new("mkfifo").arg(&fifo).status().expect("mkfifo").success());

        assert_eq!(read(&fifo, 8), Err(Unreadable::NotRegular("a FIFO (named pipe)")));
    }

    #[test]
    fn devices_folders_and_links_to_them_are_refused() {
        let folder = folder();
        let link = folder.path().join("link");
        symlink("/dev/zero", &link).expect("linked");

        let refused = |path: &Path| read(path, 8).expect_err("it is no regular file");
        assert_eq!(refused(&link), Unreadable::NotRegular("a device"));
        assert_eq!(refused(Path::new("/dev/zero")), Unreadable::NotRegular("a device"));
        assert_eq!(refused(folder.path()), Unreadable::NotRegular("a folder"));
        assert_eq!(
            refused(&folder.path().join("nowhere")).to_string(),
            "No such file or directory (os error 2)"
        );
    }
}
