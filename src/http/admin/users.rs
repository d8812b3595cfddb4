//! `/users`: who is there.

use std::time::Instant;

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get};
use serde::Serialize;
use utoipa::ToSchema;

use super::Admin;
use super::calls::Call;
use super::page::{Name, Paging};
use super::refused::{Problem, Refused};
use crate::domain::{UserDetail, UserReport, Wall};
use crate::hub::{ListUsers, LookAtUser, RemoveUser, wall};
use crate::protocol::{CallId, DisplayName, Refusal, RoomId, SessionId, UserId};

/// Users who are there, in byte order of their names.
#[derive(Serialize, ToSchema)]
pub(super) struct Users {
    users: Vec<User>,
    /// There are more: take it as `after` of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    next: Option<UserId>,
    /// How many are there in all.
    total: usize,
}

/// A user who is there.
#[derive(Serialize, ToSchema)]
pub(super) struct User {
    #[schema(value_type = String)]
    user: UserId,
    /// The display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    name: Option<DisplayName>,
    /// The id of the session.
    #[schema(value_type = String)]
    session: SessionId,
    state: State,
    /// When the session began, in milliseconds since 1970 (UTC).
    since: u64,
    /// The rooms that it is in, in the order of joining.
    #[schema(value_type = Vec<String>)]
    rooms: Vec<RoomId>,
    /// Its own call: one that it has requested, or an accepted one.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    call: Option<CallId>,
    /// The calls that ring at it, in the order in which they began to; at most 3.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Vec<String>, required = false)]
    ringing: Vec<CallId>,
}

/// Whether a session has a socket.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum State {
    /// It has one.
    Attached,
    /// It broke, and the session waits to be resumed.
    Waiting,
}

/// One user in detail.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Detail {
    user: User,
    /// Its own call, if any, then those that ring at it.
    calls: Vec<Call>,
    /// Whether the session can outlive its socket.
    resumable: bool,
    queue: Queue,
}

/// What waits for a user.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(super) struct Queue {
    /// Messages kept until they are acknowledged.
    kept_messages: usize,
    /// Bytes of these.
    kept_bytes: usize,
    /// Messages that its socket has not taken yet; they may be among those kept.
    unwritten_messages: usize,
    /// Bytes of these.
    unwritten_bytes: usize,
}

impl User {
    fn new(report: UserReport, wall: Wall) -> Self {
        let UserReport { user, name, session, since, is_waiting, rooms, call, ringing } = report;
        let state = if is_waiting { State::Waiting } else { State::Attached };
        let since = wall.unix_time(since).as_millis() as u64;
        Self { user, name, session, state, since, rooms, call, ringing }
    }
}

impl Detail {
    fn new(detail: UserDetail, wall: Wall) -> Self {
        let UserDetail { report, calls, counts, kept, unwritten } = detail;
        Self {
            user: User::new(report, wall),
            calls: calls.into_iter().map(Call::from).collect(),
            resumable: counts,
            queue: Queue {
                kept_messages: kept.0,
                kept_bytes: kept.1,
                unwritten_messages: unwritten.messages,
                unwritten_bytes: unwritten.bytes,
            },
        }
    }
}

/// A page of users.
#[utoipa::path(
    tag = "users",
    operation_id = "listUsers",
    params(Paging),
    responses(
        (status = 200, description = "the page", body = Users),
        (status = "default", description = "refused", body = Problem),
    )
)]
#[get("/users")]
pub(super) async fn list(request: HttpRequest, admin: Data<Admin>) -> Result<Json<Users>, Refused> {
    let (after, limit) = Paging::of(&request)?;
    let (page, total) = admin.ask(ListUsers { after, limit }).await?;
    let wall = wall(Instant::now());
    let users = page.entries.into_iter().map(|report| User::new(report, wall)).collect();
    Ok(Json(Users { users, next: page.next, total }))
}

/// One user in detail.
#[utoipa::path(
    tag = "users",
    operation_id = "lookAtUser",
    params(("user" = String, Path, description = "The user's id.")),
    responses(
        (status = 200, description = "the user", body = Detail),
        (status = 404, description = "the user is not there (`user-offline`)", body = Problem),
        (status = "default", description = "refused", body = Problem),
    )
)]
#[get("/users/{user}")]
pub(super) async fn look(path: Path<String>, admin: Data<Admin>) -> Result<Json<Detail>, Refused> {
    let user = UserId::of(&path)?;
    let detail = admin.ask(LookAtUser(user.clone())).await?;
    let detail = detail.ok_or(Refusal::UserOffline(user))?;
    Ok(Json(Detail::new(detail, wall(Instant::now()))))
}

/// Removes a user: its socket is closed with 4503 and its session ends. It may sign in again.
#[utoipa::path(
    tag = "users",
    operation_id = "removeUser",
    params(("user" = String, Path, description = "The user's id.")),
    responses(
        (status = 204, description = "it is gone"),
        (status = 404, description = "the user is not there (`user-offline`)", body = Problem),
        (status = "default", description = "refused", body = Problem),
    )
)]
#[delete("/users/{user}")]
pub(super) async fn remove(
    path: Path<String>,
    admin: Data<Admin>,
) -> Result<HttpResponse, Refused> {
    admin.ask(RemoveUser(UserId::of(&path)?)).await??;
    Ok(HttpResponse::NoContent().finish())
}
