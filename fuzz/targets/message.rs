//! A text frame.
#![no_main]

libfuzzer_sys::fuzz_target!(|text: &str| switchboard::fuzzing::message(text));
