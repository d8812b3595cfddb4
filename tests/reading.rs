//! What it may allocate to read a message that is refused, however it is made: less than it is long.
//! So a sender pays for the reading by the length. Timing it is `cargo bench --bench prices`.

#![allow(clippy::unwrap_used, reason = "a test fails by it")]

use bytestring::ByteString;
use switchboard::protocol::decode;

#[global_allocator]
static ALLOCATOR: dhat::Alloc = dhat::Alloc;

/// Bytes of a message, about.
const LENGTH: usize = 60_000;
/// Bytes and blocks that its refusal may take: a sentence, and the few texts that it is made of.
const BYTES: u64 = 4096;
const BLOCKS: u64 = 40;

/// Messages that are refused, each full of something that is dear to copy, to show or to look up.
fn refused() -> Vec<String> {
    let long = |piece: &str| format!("\"{}\"", piece.repeat(LENGTH / piece.len()));
    let values = [long("x"), long("\\ud83d\\ude00"), long("\\n"), long("\\u00e9")];
    let mut all = values.to_vec();
    for value in values {
        for kind in ["watch", "unwatch", "block", "unblock"] {
            all.push(format!(r#"{{"type":"{kind}","users":{value}}}"#));
        }
        all.push(format!(r#"{{"type":"list","limit":{value}}}"#));
        all.push(format!(r#"{{"type":"ack","received":{value}}}"#));
        all.push(format!(r#"{{"type":"ping","id":[{value}]}}"#));
        all.push(format!(r#"{{"type":"join","room":[{value}]}}"#));
        for media in [value.clone(), format!(r#"{{"audio":{value}}}"#), format!("[{value}]")] {
            all.push(format!(r#"{{"type":"call-request","to":"bo","media":{media}}}"#));
        }
    }
    let members = [r#""a":1"#, r#""\ud83d":1"#, r#""id":1"#, r#""received":1"#];
    for member in members {
        let members = vec![member; LENGTH / (member.len() + 1)].join(",");
        all.push(format!(r#"{{"type":"ping",{members}}}"#));
    }
    all
}

#[test]
fn a_message_that_is_refused_is_read_without_copies_of_it() {
    let refused: Vec<ByteString> = refused().into_iter().map(ByteString::from).collect();
    let _profiler = dhat::Profiler::builder().testing().build();

    for message in refused {
        let before = dhat::HeapStats::get();
        let refusal = decode(&message).unwrap_err();
        let after = dhat::HeapStats::get();

        let bytes = after.total_bytes - before.total_bytes;
        let blocks = after.total_blocks - before.total_blocks;
        let shown: String = message.chars().take(50).collect();
        assert!(bytes <= BYTES, "{bytes} bytes for {shown}…: {:.300}", format!("{refusal:?}"));
        assert!(blocks <= BLOCKS, "{blocks} blocks for {shown}…");
    }
}
