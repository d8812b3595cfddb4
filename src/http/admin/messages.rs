//! Messages of the operator's programs, to a user or to a room.

use actix_web::error::PayloadError;
use actix_web::web::{Bytes, Data, Json, Path};
use actix_web::{Error, HttpResponse, post};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;

use super::Admin;
use super::page::Name;
use super::refused::{Problem, Refused};
use crate::hub::{SayToRoom, SayToUser};
use crate::protocol::{self, BadMessage, Refusal, RoomId, UserId};

/// What is to be sent. Clients get it as a `message` from `/server`.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    /// Any JSON, nested at most 64 deep; passed on as it is written.
    #[schema(value_type = serde_json::Value)]
    data: Box<RawValue>,
}

/// Whom a message to a room has reached.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Reached {
    /// Members who took it.
    reached: usize,
    /// Members who have too much waiting and did not get it.
    #[schema(value_type = Vec<String>)]
    queue_full: Vec<UserId>,
}

/// Sends a message to one user. To a session that waits it comes with its resume.
#[utoipa::path(
    tag = "messages",
    operation_id = "sendToUser",
    params(("user" = String, Path, description = "The user's id.")),
    request_body = Words,
    responses(
        (status = 204, description = "it was handed to the user's socket, or is kept for it"),
        (status = 404, description = "the user is not there (`user-offline`)", body = Problem),
        (status = 409, description = "too much is waiting for it (`queue-full`)", body = Problem),
        (status = "default", description = "refused", body = Problem),
    )
)]
#[post("/users/{user}/messages")]
pub(super) async fn to_user(
    path: Path<String>,
    body: Result<Bytes, Error>,
    admin: Data<Admin>,
) -> Result<HttpResponse, Refused> {
    let user = UserId::of(&path)?;
    let data = data(body, &admin)?;
    admin.ask(SayToUser(user, data)).await??;
    Ok(HttpResponse::NoContent().finish())
}

/// Sends a message to everybody in a room.
#[utoipa::path(
    tag = "messages",
    operation_id = "sendToRoom",
    params(("room" = String, Path, description = "The room's id.")),
    request_body = Words,
    responses(
        (status = 200, description = "whom it has reached", body = Reached),
        (status = 404, description = "nobody is in it (`not-found`)", body = Problem),
        (status = "default", description = "refused", body = Problem),
    )
)]
#[post("/rooms/{room}/messages")]
pub(super) async fn to_room(
    path: Path<String>,
    body: Result<Bytes, Error>,
    admin: Data<Admin>,
) -> Result<Json<Reached>, Refused> {
    let room = RoomId::of(&path)?;
    let data = data(body, &admin)?;
    let told = admin.ask(SayToRoom(room.clone(), data)).await??;
    if told.members == 0 && told.too_far_behind.is_empty() {
        return Err(Refused::NoSuchRoom(room));
    }
    Ok(Json(Reached { reached: told.members, queue_full: told.too_far_behind }))
}

fn data(body: Result<Bytes, Error>, admin: &Admin) -> Result<protocol::Data, Refused> {
    let body = body.map_err(|error| match error.as_error() {
        Some(PayloadError::Overflow) => Refused::TooLarge { limit: admin.body_max },
        _ => Refused::BadBody(error.to_string()),
    })?;
    // The parser would take a list for the fields in their order.
    if body.trim_ascii_start().first() != Some(&b'{') {
        return Err(Refused::BadBody("it is no object".into()));
    }
    let words: Words =
        serde_json::from_slice(&body).map_err(|why| Refused::BadBody(why.to_string()))?;
    let data = protocol::Data::new(&words.data);
    Ok(data.ok_or(Refusal::BadMessage(BadMessage::TooDeep))?)
}
