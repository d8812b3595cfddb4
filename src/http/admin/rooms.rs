//! `/rooms`: who is in which room.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, get};
use serde::Serialize;
use utoipa::ToSchema;

use super::Admin;
use super::page::{Name, Paging};
use super::refused::{Problem, Refused};
use crate::hub::{ListRooms, LookAtRoom};
use crate::protocol::{DisplayName, RoomId, UserId};

/// Rooms with somebody in them, in byte order.
#[derive(Serialize, ToSchema)]
pub(super) struct Rooms {
    rooms: Vec<RoomSize>,
    /// There are more: take it as `after` of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    next: Option<RoomId>,
}

/// A room, and how many are in it.
#[derive(Serialize, ToSchema)]
pub(super) struct RoomSize {
    #[schema(value_type = String)]
    room: RoomId,
    /// How many are in it.
    members: usize,
}

/// A room, and who is in it.
#[derive(Serialize, ToSchema)]
pub(super) struct Room {
    #[schema(value_type = String)]
    room: RoomId,
    /// In the order of joining.
    members: Vec<Member>,
}

/// Somebody in a room.
#[derive(Serialize, ToSchema)]
pub(super) struct Member {
    #[schema(value_type = String)]
    user: UserId,
    /// The display name.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    name: Option<DisplayName>,
}

/// A page of rooms.
#[utoipa::path(
    tag = "rooms",
    operation_id = "listRooms",
    params(Paging),
    responses(
        (status = 200, description = "the page", body = Rooms),
        (status = "default", description = "refused", body = Problem),
    )
)]
#[get("/rooms")]
pub(super) async fn list(request: HttpRequest, admin: Data<Admin>) -> Result<Json<Rooms>, Refused> {
    let (after, limit) = Paging::of(&request)?;
    let page = admin.ask(ListRooms { after, limit }).await?;
    let rooms = page.entries.into_iter().map(|(room, members)| RoomSize { room, members });
    Ok(Json(Rooms { rooms: rooms.collect(), next: page.next }))
}

/// Who is in a room.
#[utoipa::path(
    tag = "rooms",
    operation_id = "lookAtRoom",
    params(("room" = String, Path, description = "The room's id.")),
    responses(
        (status = 200, description = "the room", body = Room),
        (status = 404, description = "nobody is in it (`not-found`)", body = Problem),
        (status = "default", description = "refused", body = Problem),
    )
)]
#[get("/rooms/{room}")]
pub(super) async fn look(path: Path<String>, admin: Data<Admin>) -> Result<Json<Room>, Refused> {
    let room = RoomId::of(&path)?;
    let members = admin.ask(LookAtRoom(room.clone())).await?;
    if members.is_empty() {
        return Err(Refused::NoSuchRoom(room));
    }
    let members = members.into_iter().map(|(user, name)| Member { user, name }).collect();
    Ok(Json(Room { room, members }))
}
