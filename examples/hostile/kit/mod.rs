//! The attack kit: attacks on a server in a process of its own, and an honest pair beside each.
//!
//! `rows` lists the attacks, `run` runs one of them, `outcome` has its figures, `judge` says when a row
//! is run again. Everything stays on loopback addresses, and every attack ends by its time. The example `hostile` and the test of the
//! same name share this folder.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod attacks;
pub mod control;
mod flood;
mod honest;
pub mod judge;
mod keys;
#[allow(dead_code)]
#[path = "../../load/meter.rs"]
mod meter;
pub mod outcome;
pub mod row;
pub mod rows;
pub mod run;
pub mod served;
pub mod stage;
mod wire;
