//! How many files and sockets this process may have open.

use std::io;

/// Raises the limit of open descriptors as far as the system lets this process; the answer is the
/// limit in effect, which caps the sockets that can be served.
pub fn raise() -> io::Result<u64> {
    rlimit::increase_nofile_limit(u64::MAX)
}
