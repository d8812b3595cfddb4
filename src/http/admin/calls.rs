//! `/calls`: who is in a call with whom.

use actix_web::web::{Data, Json, Path};
use actix_web::{HttpRequest, HttpResponse, delete, get};
use serde::Serialize;
use utoipa::ToSchema;

use super::Admin;
use super::page::{Name, Paging};
use super::refused::{Problem, Refused};
use crate::domain::{CallReport, Stage};
use crate::hub::{CutCall, ListCalls};
use crate::protocol::{CallId, UserId};

/// Live calls, in byte order of their ids.
#[derive(Serialize, ToSchema)]
pub(super) struct Calls {
    calls: Vec<Call>,
    /// There are more: take it as `after` of the next page.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    next: Option<CallId>,
}

/// A live call.
#[derive(Serialize, ToSchema)]
pub(super) struct Call {
    #[schema(value_type = String)]
    call: CallId,
    /// Who asked.
    #[schema(value_type = String)]
    caller: UserId,
    /// Who was asked.
    #[schema(value_type = String)]
    callee: UserId,
    state: CallState,
}

/// How far a call has come.
#[derive(Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum CallState {
    /// The callee has not answered yet.
    Ringing,
    /// Both want it.
    Accepted,
}

impl From<CallReport> for Call {
    fn from(report: CallReport) -> Self {
        let CallReport { call, caller, callee, stage } = report;
        let state = match stage {
            Stage::Ringing => CallState::Ringing,
            Stage::Accepted => CallState::Accepted,
        };
        Self { call, caller, callee, state }
    }
}

/// A page of live calls.
#[utoipa::path(
    tag = "calls",
    operation_id = "listCalls",
    params(Paging),
    responses(
        (status = 200, description = "the page", body = Calls),
        (status = "default", description = "refused", body = Problem),
    )
)]
#[get("/calls")]
pub(super) async fn list(request: HttpRequest, admin: Data<Admin>) -> Result<Json<Calls>, Refused> {
    let (after, limit) = Paging::of(&request)?;
    let page = admin.ask(ListCalls { after, limit }).await?;
    let calls = page.entries.into_iter().map(Call::from).collect();
    Ok(Json(Calls { calls, next: page.next }))
}

/// Ends a call: both parties are told `ended-by-operator`.
#[utoipa::path(
    tag = "calls",
    operation_id = "endCall",
    params(("call" = String, Path, description = "The call's id.")),
    responses(
        (status = 204, description = "it is over"),
        (status = 404, description = "it is not live (`call-over`)", body = Problem),
        (status = "default", description = "refused", body = Problem),
    )
)]
#[delete("/calls/{call}")]
pub(super) async fn end(path: Path<String>, admin: Data<Admin>) -> Result<HttpResponse, Refused> {
    admin.ask(CutCall(CallId::of(&path)?)).await??;
    Ok(HttpResponse::NoContent().finish())
}
