//! The program's allocator: jemalloc, told to give memory back soon.
//!
//! Signaling comes in storms, and what a storm took shall not stay: glibc's allocator keeps it,
//! jemalloc gives it back, by itself only while it is used. `docs/performance.md` has the figures.

use tikv_jemalloc_ctl::{Access, AsName, Result};
use tikv_jemallocator::Jemalloc;

#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// How long freed pages are kept for what comes next, in milliseconds: the next wave of a storm
/// finds them, the quiet after it does not.
const KEPT: isize = 1000;
/// What jemalloc does when nobody tells it otherwise.
const KEPT_BY_DEFAULT: isize = 10_000;

/// Lets a thread of its own give freed pages back after a second. At run time, because a setting of
/// the build would be lost wherever somebody else builds this.
///
/// What `_RJEM_MALLOC_CONF` says of `dirty_decay_ms` stands. Where the system has no such threads
/// pages are given back as the next ones are freed.
pub(crate) fn give_back_soon() {
    // Nothing depends on it: memory is given back later, or not at all.
    let _ = shorten_the_decay();
    let _ = b"background_thread\0".name().write(true);
}

fn shorten_the_decay() -> Result<()> {
    let told: isize = b"opt.dirty_decay_ms\0".name().read()?;
    if told == KEPT_BY_DEFAULT {
        // The first for arenas to come, the second for the one that is there already.
        b"arenas.dirty_decay_ms\0".name().write(KEPT)?;
        b"arena.0.dirty_decay_ms\0".name().write(KEPT)?;
    }
    Ok(())
}
