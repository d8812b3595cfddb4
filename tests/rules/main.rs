//! The rules, driven with plain numbers as connections and simulated time.
//!
//! Every test is a sentence of `docs/protocol.md`. What a client says goes in as JSON text and what
//! it hears comes out as JSON, so that the whole way between is under test.

#![allow(clippy::unwrap_used, missing_docs, unreachable_pub)]

mod crowd;
mod harness;

mod acks;
mod addresses;
mod blocking;
mod bounds;
mod busy_windows;
mod call_ends;
mod call_table;
mod call_waiting;
mod calls;
mod delivery;
mod drain;
mod expiry;
mod full_addresses;
mod ice;
mod kept;
mod logins;
mod operator;
mod permissions;
mod presence;
mod prices;
mod properties;
mod queues;
mod rates;
mod reject;
mod relaying;
mod replace;
mod resume;
mod resume_races;
mod rooms;
mod slices;
mod totals;
mod verdicts;
mod waiting;
mod watching;
