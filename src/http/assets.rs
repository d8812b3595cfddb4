//! The files of the demo page and of the client library, which are in the binary.

use std::borrow::Cow;

use actix_web::http::Method;
use actix_web::http::header::{
    ACCEPT_ENCODING, ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE,
    CROSS_ORIGIN_RESOURCE_POLICY, ETAG, IF_NONE_MATCH, VARY,
};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::compressed;
use super::refusal::HttpRefusal;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Static;

/// What pages of any origin may load. It is the same for everybody and holds no secret; who may
/// connect is another question (`origins`).
const LIBRARY: [&str; 7] = [
    "switchboard.js",
    "switchboard.global.js",
    "switchboard.js.map",
    "switchboard.d.ts",
    "switchboard-media.js",
    "switchboard-media.js.map",
    "switchboard-media.d.ts",
];

/// Those that have an address with the version in it, too. A module that imports another one has
/// none: the other one would come by its address without a version.
const VERSIONED: [&str; 4] =
    ["switchboard.js", "switchboard.global.js", "switchboard.js.map", "switchboard.d.ts"];

/// The version in the addresses whose content never changes.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Asked again at each use, and answered by 304 as long as the file is the same.
const REVALIDATED: &str = "no-cache";
/// Kept for a year, and not even asked again when the page is reloaded (RFC 8246).
const IMMUTABLE: &str = "public, max-age=31536000, immutable";

/// Serves the file at the request's path; a folder's is its `index.html`.
pub(super) async fn serve(request: HttpRequest) -> HttpResponse {
    if !matches!(*request.method(), Method::GET | Method::HEAD) {
        return HttpRefusal::Method.response();
    }
    let path = request.path().trim_start_matches('/');
    let path = match path {
        "" => "index.html".to_owned(),
        folder if folder.ends_with('/') => format!("{folder}index.html"),
        file => file.to_owned(),
    };
    let (path, caching) = match unversioned(&path) {
        Some(file) => (file.to_owned(), IMMUTABLE),
        None => (path, REVALIDATED),
    };
    match Static::get(&path) {
        Some(file) => answer(&request, &path, file, caching),
        None => HttpRefusal::NotFound.response(),
    }
}

/// Returns the library's file at an address with this server's version in it, as `switchboard.js` for
/// `switchboard-0.1.0.js`. Other versions are not there.
fn unversioned(path: &str) -> Option<&'static str> {
    let kind = path.strip_prefix("switchboard-")?.strip_prefix(VERSION)?;
    VERSIONED.into_iter().find(|file| file.strip_prefix("switchboard") == Some(kind))
}

fn answer(request: &HttpRequest, path: &str, file: EmbeddedFile, caching: &str) -> HttpResponse {
    let hash = file.metadata.sha256_hash();
    let gzip = compressed::gzip(path, hash);
    let varies = gzip.is_some();
    let gzip = gzip.filter(|_| compressed::takes_gzip(request.headers()));
    // 64 bits of a SHA-256 tell two versions of a file apart; its compressed form has a tag of its own.
    let tag: String = hash[..8].iter().map(|b| format!("{b:02x}")).collect();
    let tag = if gzip.is_some() { format!("\"{tag}-gzip\"") } else { format!("\"{tag}\"") };
    let known = is_known(request, &tag);
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((ETAG, tag)).insert_header((CACHE_CONTROL, caching));
    if varies {
        response.insert_header((VARY, ACCEPT_ENCODING.as_str()));
    }
    if LIBRARY.contains(&path) {
        response.insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
        response.insert_header((CROSS_ORIGIN_RESOURCE_POLICY, "cross-origin"));
    }
    if known {
        return response.finish();
    }
    // For the registry `.ts` is a film, and `.map` nothing.
    let kind = if path.ends_with(".d.ts") {
        mime_guess::mime::TEXT_PLAIN
    } else if path.ends_with(".map") {
        mime_guess::mime::APPLICATION_JSON
    } else {
        mime_guess::from_path(path).first_or_octet_stream()
    };
    let kind =
        if kind.type_() == "text" { format!("{kind}; charset=utf-8") } else { kind.to_string() };
    response.insert_header((CONTENT_TYPE, kind));
    match gzip {
        Some(compressed) => response.insert_header((CONTENT_ENCODING, "gzip")).body(compressed),
        None => response.body(content(file.data)),
    }
}

/// Whether the client has the version with this tag (RFC 9110, section 13.1.2). Tags are compared
/// weakly: a proxy that compresses a file makes its tag a weak one.
fn is_known(request: &HttpRequest, tag: &str) -> bool {
    let lines = request.headers().get_all(IF_NONE_MATCH).filter_map(|line| line.to_str().ok());
    let mut tags = lines.flat_map(|line| line.split(',')).map(str::trim);
    tags.any(|it| it == "*" || it.strip_prefix("W/").unwrap_or(it) == tag)
}

/// The bytes of a file. Those in the binary are not copied; in a debug build they come from disk.
fn content(data: Cow<'static, [u8]>) -> Bytes {
    match data {
        Cow::Borrowed(bytes) => Bytes::from_static(bytes),
        Cow::Owned(bytes) => bytes.into(),
    }
}
