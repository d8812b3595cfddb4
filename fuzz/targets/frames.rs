//! Bytes on a socket.
#![no_main]

libfuzzer_sys::fuzz_target!(|wire: &[u8]| switchboard::fuzzing::frames(wire));
