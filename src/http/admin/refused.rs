//! What the admin API answers instead: a status, and a JSON body like an `error` message.

use std::time::Duration;

use actix_web::http::StatusCode;
use actix_web::http::header::{
    CACHE_CONTROL, HeaderName, HeaderValue, RETRY_AFTER, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS,
};
use actix_web::{HttpResponse, ResponseError};
use utoipa::ToSchema;

use crate::connection::Fault;
use crate::protocol::{ErrorMessage, Refusal, RoomId, ServerMessage};

/// Headers of every answer: no proxy keeps it, and it is JSON alone.
pub(super) const HEADERS: [(HeaderName, &str); 2] =
    [(CACHE_CONTROL, "no-store"), (X_CONTENT_TYPE_OPTIONS, "nosniff")];

/// A request that is not carried out.
#[derive(Debug, thiserror::Error)]
pub(super) enum Refused {
    /// By the rules, as a client would be.
    #[error("{0}")]
    ByRules(#[from] Refusal),
    /// No `Authorization: Bearer`.
    #[error("this needs the header `Authorization: Bearer` with the token of `admin-token`")]
    NoToken,
    /// Another token.
    #[error("the token is not that of `admin-token`")]
    WrongToken,
    /// Too many wrong tokens from this address.
    #[error("too many wrong tokens came from your address")]
    TooManyGuesses {
        /// When the next one will be.
        retry_after: Duration,
    },
    /// The server is called by a name that is not a loopback name.
    #[error(
        "the admin API listens on a loopback address and answers to localhost, 127.0.0.1 and \
         [::1] only, not to {0}"
    )]
    ForeignHost(String),
    /// No such path, or not with this method.
    #[error("there is nothing at this path with this method: /api/v1/openapi.json tells what is")]
    NotFound,
    /// Nobody is in the room.
    #[error("nobody is in room {0}")]
    NoSuchRoom(RoomId),
    /// A query that cannot be understood.
    #[error("the query of the URL {0}")]
    BadQuery(String),
    /// A body that cannot be understood.
    #[error("the body must be a JSON object with `data` alone: {0}")]
    BadBody(String),
    /// A body over the limit.
    #[error("the body is over the limit of {limit} bytes")]
    TooLarge {
        /// 64 KiB, or `max-frame` where that is less.
        limit: usize,
    },
    /// The request did not come to its end.
    #[error("the request was not there in time")]
    TooSlow,
    /// Bytes that are no request.
    #[error(transparent)]
    Fault(Fault),
    /// The hub does not answer.
    #[error("the hub is silent: try again")]
    HubSilent,
}

/// What every refusal looks like.
#[derive(ToSchema)]
#[schema(as = Error)]
#[allow(dead_code, reason = "the shape of an error message, for the document")]
pub(super) struct Problem {
    /// `error`
    #[schema(example = "error")]
    r#type: String,
    /// Stable, for programs.
    #[schema(example = "user-offline")]
    code: String,
    /// A sentence for people; it may change.
    message: String,
    /// The user that it is about.
    #[schema(value_type = String, required = false)]
    to: Option<String>,
    /// How long to wait, in milliseconds.
    #[schema(rename = "retryAfter", value_type = u64, required = false)]
    retry_after: Option<u64>,
}

impl From<Fault> for Refused {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::LongBody(limit) => Refused::TooLarge { limit },
            Fault::BadBody => Refused::BadBody(fault.to_string()),
            Fault::SlowHead | Fault::SlowBody => Refused::TooSlow,
            _ => Refused::Fault(fault),
        }
    }
}

impl Refused {
    /// The answer with the headers that the `App` adds to its own.
    pub(super) fn alone(&self) -> HttpResponse {
        let mut answer = self.error_response();
        for (name, value) in HEADERS {
            answer.headers_mut().insert(name, HeaderValue::from_static(value));
        }
        answer
    }

    fn code(&self) -> &'static str {
        match self {
            Refused::ByRules(refusal) => refusal.code(),
            Refused::NoToken | Refused::WrongToken => "bad-token",
            Refused::TooManyGuesses { .. } => "rate-limited",
            Refused::ForeignHost(_) => "not-permitted",
            Refused::NotFound | Refused::NoSuchRoom(_) => "not-found",
            Refused::BadQuery(_) | Refused::BadBody(_) | Refused::TooSlow => "bad-message",
            Refused::TooLarge { .. } | Refused::Fault(Fault::LongHead | Fault::ManyHeaders) => {
                "too-large"
            }
            Refused::Fault(_) => "bad-message",
            Refused::HubSilent => "unavailable",
        }
    }
}

impl ResponseError for Refused {
    fn status_code(&self) -> StatusCode {
        match self {
            Refused::ByRules(Refusal::UserOffline(_) | Refusal::CallOver(_)) => {
                StatusCode::NOT_FOUND
            }
            Refused::ByRules(Refusal::QueueFull(_)) => StatusCode::CONFLICT,
            Refused::ByRules(Refusal::Unavailable(_)) | Refused::HubSilent => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            // What is left is about the words of the request.
            Refused::ByRules(_) | Refused::BadQuery(_) | Refused::BadBody(_) => {
                StatusCode::BAD_REQUEST
            }
            Refused::NoToken | Refused::WrongToken => StatusCode::UNAUTHORIZED,
            Refused::TooManyGuesses { .. } => StatusCode::TOO_MANY_REQUESTS,
            Refused::ForeignHost(_) => StatusCode::FORBIDDEN,
            Refused::NotFound | Refused::NoSuchRoom(_) => StatusCode::NOT_FOUND,
            Refused::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
            Refused::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Refused::Fault(fault) => fault.status(),
        }
    }

    fn error_response(&self) -> HttpResponse {
        let mut response = HttpResponse::build(self.status_code());
        let mut message = match self {
            Refused::ByRules(refusal) => refusal.message(None),
            _ => ServerMessage::Error(ErrorMessage {
                code: self.code().into(),
                message: self.to_string(),
                r#ref: None,
                to: None,
                retry_after: None,
            }),
        };
        match (self, &mut message) {
            (Refused::NoToken | Refused::WrongToken, _) => {
                response.insert_header((WWW_AUTHENTICATE, "Bearer realm=\"switchboard admin\""));
            }
            (Refused::TooManyGuesses { retry_after }, ServerMessage::Error(error)) => {
                error.retry_after = Some(retry_after.as_millis() as u64 + 1);
                response.insert_header((RETRY_AFTER, retry_after.as_secs() + 1));
            }
            _ => {}
        }
        response.json(message)
    }
}
