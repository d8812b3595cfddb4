//! The query of `/ws`.
#![no_main]

libfuzzer_sys::fuzz_target!(|query: &str| switchboard::fuzzing::query(query));
