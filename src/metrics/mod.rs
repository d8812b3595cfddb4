//! Numbers for the operator: what counts and measures, and the page that tells them.
//!
//! Three ways, by what they cost. A [`Tally`] belongs to one owner, and counting is an addition.
//! A [`Meters`] histogram is shared by the threads that serve sockets; one observation is four
//! atomic operations. Whatever is known elsewhere is asked for when somebody looks. Nothing here
//! knows what is counted: the one list of all metrics is in `http/admin/metrics.rs`.

mod meters;
mod page;
mod tally;

pub use meters::Meters;
pub use page::Page;
pub(crate) use tally::kinds;
pub use tally::{Kind, Tally};
