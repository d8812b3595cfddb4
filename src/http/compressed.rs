//! The compressed forms of the files in the binary, which `build.rs` has made, and who gets them.
//!
//! These files only: they hold no secret that the length of a compressed answer could tell (BREACH).

use actix_web::http::header::{ACCEPT_ENCODING, HeaderMap};
use bytes::Bytes;

/// Path, SHA-256 of the file as it is, and its content in gzip (RFC 1952). Sorted by path.
type Entry = (&'static str, [u8; 32], &'static [u8]);

static COMPRESSED: &[Entry] = &include!(concat!(env!("OUT_DIR"), "/compressed.rs"));

/// The file at `path` in gzip. `None` where that is not worth it, or where the file on disk, from which a debug
/// build serves, has changed since it was compressed.
pub(super) fn gzip(path: &str, hash: [u8; 32]) -> Option<Bytes> {
    let at = COMPRESSED.binary_search_by_key(&path, |(path, ..)| path).ok()?;
    let (_, of, content) = COMPRESSED[at];
    (of == hash).then(|| Bytes::from_static(content))
}

/// Whether the client takes gzip (RFC 9110, section 12.5.3): `gzip`, `x-gzip` or `*`, with a weight above 0. A weight for
/// gzip itself goes before that for `*`.
pub(super) fn takes_gzip(headers: &HeaderMap) -> bool {
    let codings = headers.get_all(ACCEPT_ENCODING).filter_map(|it| it.to_str().ok());
    let mut any = false;
    for coding in codings.flat_map(|it| it.split(',')) {
        let (name, parameters) = coding.split_once(';').unwrap_or((coding, ""));
        let name = name.trim();
        let taken = !weighs_nothing(parameters);
        if name.eq_ignore_ascii_case("gzip") || name.eq_ignore_ascii_case("x-gzip") {
            return taken;
        }
        any |= name == "*" && taken;
    }
    any
}

/// `q=0`, `q=0.0` and so on.
fn weighs_nothing(parameters: &str) -> bool {
    let weight = parameters.trim().strip_prefix(['q', 'Q']).map(str::trim_start);
    let weight = weight.and_then(|it| it.strip_prefix('=')).map(str::trim);
    weight.is_some_and(|it| it.parse() == Ok(0.0))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::HeaderValue;

    use super::*;

    #[test]
    fn gzip_goes_to_those_who_take_it() {
        let takes = |lines: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for line in lines {
                headers.append(ACCEPT_ENCODING, HeaderValue::from_static(line));
            }
            takes_gzip(&headers)
        };
        assert!(takes(&["gzip"]));
        assert!(takes(&["gzip, deflate, br, zstd"]));
        assert!(takes(&["br;q=1.0, GZIP ; q=0.5"]));
        assert!(takes(&["br", "gzip"]));
        assert!(takes(&["*"]));
        assert!(takes(&["*;q=0, gzip"]));
        assert!(!takes(&[]));
        assert!(!takes(&[""]));
        assert!(!takes(&["identity"]));
        assert!(!takes(&["br, deflate"]));
        assert!(!takes(&["gzip;q=0, *"]));
        assert!(!takes(&["gzip; q=0.000"]));
        assert!(!takes(&["*;q=0"]));
        assert!(!takes(&["gzipped"]));
    }

    #[test]
    fn a_file_that_was_changed_since_is_not_served_compressed() {
        let (path, hash, content) = COMPRESSED[0];

        assert_eq!(gzip(path, hash).as_deref(), Some(content));
        assert_eq!(gzip(path, [0; 32]), None);
        assert_eq!(gzip("no-such-file", hash), None);
    }
}
