//! Pages and names that were refused, reported to the operator: each once, and not many.
//!
//! A page whose origin nobody has listed is the commonest mistake of a set-up, and looks like a server
//! that is down. Anybody can send any origin, so the number of lines of a process is bounded.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use log::warn;

use crate::http::refusal::HttpRefusal;

/// Origins and names that are reported in the life of a process.
const REPORTED_MAX: usize = 16;

/// Origins and names that were reported.
#[derive(Debug, Default)]
pub(super) struct RefusalLog(Mutex<HashSet<String>>);

impl RefusalLog {
    /// Writes a line about the origin or the name that was refused, if it is a new one.
    pub(super) fn report(&self, refusal: &HttpRefusal) {
        match refusal {
            HttpRefusal::ForeignOrigin(origin) if self.is_new(origin) => warn!(
                origin = origin.as_str();
                "a page was refused, as its origin is neither that of `Host`, which a proxy must pass \
                 on, nor among `origins`; told once for each origin"
            ),
            HttpRefusal::ForeignHost(host) if self.is_new(host) => warn!(
                host = host.as_str();
                "a client was refused, as in open mode the server answers to loopback names only; \
                 told once for each name"
            ),
            HttpRefusal::UnlistedHost(host) if self.is_new(host) => warn!(
                host = host.as_str();
                "a client was refused, as the name it called the server by is not among `hosts`; \
                 told once for each name"
            ),
            _ => {}
        }
    }

    fn is_new(&self, text: &str) -> bool {
        // Nothing panics while it holds the lock.
        let mut reported = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        reported.len() < REPORTED_MAX && reported.insert(text.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_new_once_and_at_the_bound_nothing_is() {
        let log = RefusalLog::default();
        let is_new = |n: usize| log.is_new(&format!("https://app{n}.example"));
        for n in 0..REPORTED_MAX {
            assert!(is_new(n), "{n}");
            assert!(!is_new(n), "{n}");
        }
        assert!(!is_new(REPORTED_MAX));
    }
}
