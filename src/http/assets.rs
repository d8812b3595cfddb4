//! The files of the demo page and of the client library, which are in the binary.

use std::borrow::Cow;

use actix_web::http::Method;
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH,
};
use actix_web::{HttpRequest, HttpResponse};
use bytes::Bytes;
use rust_embed::{EmbeddedFile, RustEmbed};

use super::refusal::HttpRefusal;

#[derive(RustEmbed)]
#[folder = "static/"]
struct Static;

/// What pages of any origin may load. It is the same for everybody and holds no secret; who may
/// connect is another question (`origins`).
const LIBRARY: [&str; 6] = [
    "switchboard.js",
    "switchboard.js.map",
    "switchboard.d.ts",
    "switchboard-media.js",
    "switchboard-media.js.map",
    "switchboard-media.d.ts",
];

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
    match Static::get(&path) {
        Some(file) => answer(&request, &path, file),
        None => HttpRefusal::NotFound.response(),
    }
}

fn answer(request: &HttpRequest, path: &str, file: EmbeddedFile) -> HttpResponse {
    // 64 bits of a SHA-256 tell two versions of a file apart.
    let tag: String = file.metadata.sha256_hash()[..8].iter().map(|b| format!("{b:02x}")).collect();
    let tag = format!("\"{tag}\"");
    let known = is_known(request, &tag);
    let mut response = if known { HttpResponse::NotModified() } else { HttpResponse::Ok() };
    response.insert_header((ETAG, tag)).insert_header((CACHE_CONTROL, "no-cache"));
    if LIBRARY.contains(&path) {
        response.insert_header((ACCESS_CONTROL_ALLOW_ORIGIN, "*"));
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
    response.insert_header((CONTENT_TYPE, kind)).body(content(file.data))
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
