//! What every request has to pass and every answer carries, errors too.
//!
//! Requests: a query within its bound, and no body. Answers: the headers by which a browser keeps a page to
//! itself, and those by which it lets the pages of listed origins read (CORS). What is no request at
//! all is answered with the former, too.

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{
    ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_METHOD, CONTENT_LENGTH, CONTENT_SECURITY_POLICY,
    CROSS_ORIGIN_OPENER_POLICY, CROSS_ORIGIN_RESOURCE_POLICY, HeaderMap, HeaderName, HeaderValue,
    ORIGIN, PERMISSIONS_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY, TRANSFER_ENCODING,
    VARY, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::web::Data;
use actix_web::{Error, HttpResponse};

use super::refusal::HttpRefusal;
use super::{Context, origin};
use crate::config::Config;

/// The longest query of a URL.
const QUERY_MAX: usize = 12 << 10;

/// Only what the server itself serves is run, shown or asked.
///
/// Sockets may go anywhere: a page of one node may belong to a client of another.
const CONTENT_POLICY: &str = "default-src 'self'; connect-src 'self' ws: wss:; \
     img-src 'self' data: blob:; media-src 'self' blob:; object-src 'none'; base-uri 'none'; \
     form-action 'none'; frame-ancestors 'none'";
/// Camera, microphone and screen for the page itself, and not for a frame in it.
const PERMISSIONS: &str = "camera=(self), microphone=(self), display-capture=(self), \
     geolocation=(), payment=(), usb=()";
/// A year, for this name alone.
const HTTPS_ONLY: &str = "max-age=31536000";
/// How long a browser may remember that it may ask, in seconds.
const CORS_AGE: &str = "600";

const FIXED: [(HeaderName, &str); 6] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (REFERRER_POLICY, "no-referrer"),
    (CONTENT_SECURITY_POLICY, CONTENT_POLICY),
    (PERMISSIONS_POLICY, PERMISSIONS),
    (CROSS_ORIGIN_OPENER_POLICY, "same-origin"),
    (CROSS_ORIGIN_RESOURCE_POLICY, "same-origin"),
];

/// The middleware around every route.
pub(super) async fn guarded(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let carried = Carried::for_request(&request);
    let answer = match early_answer(&request, &carried) {
        Some(answer) => request.into_response(answer),
        None => next.call(request).await?.map_into_boxed_body(),
    };
    Ok(carried.by(answer))
}

/// What is answered without a route.
fn early_answer(request: &ServiceRequest, carried: &Carried) -> Option<HttpResponse> {
    if let Err(refusal) = check_size(request) {
        if let Some(context) = request.app_data::<Data<Context>>() {
            context.gate.count_refusal(&refusal);
        }
        let mut answer = refusal.response();
        // What is still coming is not waited for.
        answer.head_mut().set_connection_type(actix_web::http::ConnectionType::Close);
        return Some(answer);
    }
    let asks_for_leave = *request.method() == Method::OPTIONS
        && request.headers().contains_key(ACCESS_CONTROL_REQUEST_METHOD);
    (asks_for_leave && carried.reader.is_some()).then(|| {
        HttpResponse::build(StatusCode::NO_CONTENT)
            .insert_header((ACCESS_CONTROL_ALLOW_METHODS, "GET, HEAD"))
            .insert_header((ACCESS_CONTROL_MAX_AGE, CORS_AGE))
            .finish()
    })
}

fn check_size(request: &ServiceRequest) -> Result<(), HttpRefusal> {
    let uri = request.uri();
    if uri.query().map_or(0, str::len) > QUERY_MAX {
        return Err(HttpRefusal::LongQuery(QUERY_MAX));
    }
    let headers = request.headers();
    let announced = headers.get(CONTENT_LENGTH).is_some_and(|it| it.as_bytes() != b"0");
    match announced || headers.contains_key(TRANSFER_ENCODING) {
        true => Err(HttpRefusal::Body),
        false => Ok(()),
    }
}

/// What is known from the request and needed for its answer.
pub(super) struct Carried {
    /// The server speaks TLS, and its name is not that of every developer's machine.
    https_only: bool,
    /// The origin whose page may read the answer.
    reader: Option<HeaderValue>,
}

impl Carried {
    fn for_request(request: &ServiceRequest) -> Self {
        let config = request.app_data::<Data<Context>>().map(|context| &*context.config);
        Self::of(request.headers(), config)
    }

    /// For a request with these headers, to a server with this `config`.
    pub(super) fn of(headers: &HeaderMap, config: Option<&Config>) -> Self {
        let has_tls = config.is_some_and(|config| config.tls_cert.is_some());
        let reader = config.filter(|config| origin::is_allowed(headers, config));
        Self {
            https_only: has_tls && !origin::is_loopback(origin::host(headers)),
            reader: reader.and(headers.get(ORIGIN).cloned()),
        }
    }

    /// For what is no request: nobody knows by which name the server was called.
    pub(super) fn unknown() -> Self {
        Self { https_only: false, reader: None }
    }

    fn by(self, mut answer: ServiceResponse<BoxBody>) -> ServiceResponse<BoxBody> {
        // Nothing is shown of an answer that becomes a socket.
        if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
            self.add_to(answer.headers_mut());
        }
        answer
    }

    /// Adds the headers that every answer carries. Those that the answer has already stay as they are.
    pub(super) fn add_to(self, headers: &mut HeaderMap) {
        for (name, value) in FIXED {
            if !headers.contains_key(&name) {
                headers.insert(name, HeaderValue::from_static(value));
            }
        }
        if self.https_only {
            headers.insert(STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HTTPS_ONLY));
        }
        headers.append(VARY, HeaderValue::from_static("Origin"));
        if let Some(reader) = self.reader {
            headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, reader);
        }
    }
}
