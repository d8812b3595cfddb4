//! What the requests have in common: names in the path, and pages.

use actix_web::HttpRequest;
use actix_web::web::{Path, Query};
use serde::Deserialize;
use utoipa::IntoParams;

use super::refused::Refused;
use crate::protocol::{BadId, BadMessage, CallId, Refusal, RoomId, UserId};

/// Entries of a page, where the request does not say.
const USUAL: usize = 100;
/// The most entries of a page.
const MOST: usize = 1000;

/// Which page is asked for.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    /// Begin behind this name: `next` of the page before. It need not exist.
    after: Option<String>,
    /// At most so many entries.
    #[param(minimum = 1, maximum = 1000, default = 100)]
    limit: Option<usize>,
}

impl Paging {
    /// Where the page begins, and how many entries it may have.
    pub(super) fn of<T: Name>(request: &HttpRequest) -> Result<(Option<T>, usize), Refused> {
        let query = Query::<Self>::from_query(request.query_string());
        let Self { after, limit } =
            query.map_err(|why| Refused::BadQuery(format!("cannot be read: {why}")))?.into_inner();
        let limit = limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(Refused::BadQuery(format!("has a `limit` that is not 1 to {MOST}")));
        }
        Ok((after.map(|after| T::read("after", &after)).transpose()?, limit))
    }
}

/// A name that stands in a URL.
pub(super) trait Name: Sized {
    /// The name that `text` is; `field` is where it stands.
    fn read(field: &'static str, text: &str) -> Result<Self, Refusal>;

    /// The name in the path.
    fn of(path: &Path<String>) -> Result<Self, Refusal> {
        Self::read("path", path)
    }
}

impl Name for UserId {
    fn read(field: &'static str, text: &str) -> Result<Self, Refusal> {
        UserId::parse(text).map_err(|why| Refusal::BadUserId { field, why })
    }
}

impl Name for RoomId {
    fn read(field: &'static str, text: &str) -> Result<Self, Refusal> {
        RoomId::parse(text).map_err(|why| bad_id(field, why))
    }
}

impl Name for CallId {
    fn read(field: &'static str, text: &str) -> Result<Self, Refusal> {
        CallId::parse(text).map_err(|why| bad_id(field, why))
    }
}

fn bad_id(field: &'static str, why: BadId) -> Refusal {
    Refusal::BadMessage(BadMessage::Id { field, why })
}
