//! Compresses the files of `static/` once, when the program is built: the server then has both forms of a file at hand,
//! and no request makes it compress.
//!
//! Writes `compressed.rs` into `OUT_DIR`: a table of paths, hashes and compressed bytes, sorted by path, which
//! `src/http/compressed.rs` includes.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use flate2::Compression;
use flate2::write::GzEncoder;
use sha2::{Digest, Sha256};

/// Kinds of files that are worth it, by the end of their name. Pictures are compressed already.
const KINDS: [&str; 8] = ["css", "html", "ico", "js", "map", "svg", "ts", "webmanifest"];
const FOLDER: &str = "static";

fn main() {
    println!("cargo:rerun-if-changed={FOLDER}");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets it"));
    let mut files = Vec::new();
    find(Path::new(FOLDER), &mut files);
    files.sort();

    let mut table = String::from("[\n");
    for (nth, file) in files.iter().enumerate() {
        let content = fs::read(file).expect("a file of static/ can be read");
        let compressed = compress(&content);
        if compressed.len() >= content.len() {
            continue;
        }
        let at = out.join(format!("{nth}.gz"));
        fs::write(&at, compressed).expect("OUT_DIR can be written to");
        let path = file.strip_prefix(FOLDER).expect("it was found there");
        let path = path.to_str().expect("names are UTF-8").replace('\\', "/");
        let hash = <[u8; 32]>::from(Sha256::digest(&content));
        writeln!(table, "(\"{path}\", {hash:?}, include_bytes!({at:?})),").expect("a string grows");
    }
    table.push(']');
    fs::write(out.join("compressed.rs"), table).expect("OUT_DIR can be written to");
}

fn find(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("static/ can be read") {
        let path = entry.expect("static/ can be read").path();
        if path.is_dir() {
            find(&path, files);
        } else if path.extension().is_some_and(|it| KINDS.iter().any(|kind| it == *kind)) {
            files.push(path);
        }
    }
}

fn compress(content: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content).expect("memory takes it");
    encoder.finish().expect("memory takes it")
}
