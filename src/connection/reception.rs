//! The questions of a listener to its service before a request gets to an `App`.

use actix_http::{Request, Response};
use actix_web::HttpResponse;
use actix_web::body::BoxBody;

use super::head::Fault;

/// How requests are received: what is refused without an `App`, and how that is said.
pub trait Reception {
    /// The longest body that is read, in bytes. With 0 a request that announces one is handed to
    /// the `App` without it, and its connection ends with the answer.
    fn body_max(&self) -> usize {
        0
    }

    /// Requests that a connection may send, at most; the last answer says `Connection: close`.
    /// `from_proxy` is whether the connection is one of a trusted proxy, which many clients share.
    fn requests_max(&self, from_proxy: bool) -> u32 {
        if from_proxy { OF_A_PROXY } else { OF_A_CLIENT }
    }

    /// The answer to a request that no `App` is asked about. Called once a request, before its body
    /// is read.
    fn refuses(&self, _request: &Request) -> Option<HttpResponse> {
        None
    }

    /// The answer to what is no request. The connection ends with it.
    fn answer_to(&self, fault: Fault) -> HttpResponse;
}

/// Requests on a connection of one client. A page is some 60 of them, on up to six connections.
const OF_A_CLIENT: u32 = 100;
/// The same of a trusted proxy.
const OF_A_PROXY: u32 = 10_000;

/// Serves whatever is well formed, and says in plain text what is not.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plain;

impl Reception for Plain {
    fn answer_to(&self, fault: Fault) -> HttpResponse {
        let answer: Response<BoxBody> =
            Response::build(fault.status()).body(fault.to_string()).map_into_boxed_body();
        HttpResponse::from(answer)
    }
}
