//! What the claims of a token mean.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use super::Identity;
use crate::domain::{Permissions, Scope, Sight};
use crate::protocol::{BadToken, DISPLAY_NAME_MAX, DisplayName, UserId};

/// By how much clocks may differ.
pub(super) const LEEWAY: Duration = Duration::from_secs(30);
/// A token that is good for longer is good for so long: about a hundred years.
const LASTS_MAX: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// The claims that mean something here, each still as it came. `null` is as good as none, but for
/// limits: there it would allow everything.
#[derive(Deserialize)]
pub(super) struct Claims {
    sub: Option<Value>,
    exp: Option<Value>,
    pub(super) aud: Option<Value>,
    name: Option<Value>,
    #[serde(default, deserialize_with = "even_null")]
    rooms: Option<Value>,
    #[serde(default, deserialize_with = "even_null")]
    call: Option<Value>,
    #[serde(default, deserialize_with = "even_null")]
    watch: Option<Value>,
    #[serde(default, deserialize_with = "even_null")]
    presence: Option<Value>,
}

fn even_null<'de, D: Deserializer<'de>>(claim: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(claim).map(Some)
}

impl Claims {
    /// What they say, once signature and times have been checked.
    pub(super) fn identity(&self, now: SystemTime) -> Result<Identity, BadToken> {
        let sub = self.sub.as_ref().and_then(Value::as_str).ok_or(BadToken::NoClaim("sub"))?;
        let user = UserId::parse(sub).map_err(BadToken::Subject)?;
        let permissions = Permissions {
            rooms: scope("rooms", self.rooms.as_ref())?,
            call: scope("call", self.call.as_ref())?,
            watch: scope("watch", self.watch.as_ref())?,
            presence: self.sight()?,
        };
        Ok(Identity { user, name: self.display_name()?, lasts: self.lasts(now)?, permissions })
    }

    fn lasts(&self, now: SystemTime) -> Result<Duration, BadToken> {
        let exp = self.exp.as_ref().and_then(Value::as_f64).ok_or(BadToken::NoClaim("exp"))?;
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let exp = Duration::try_from_secs_f64(exp).unwrap_or(Duration::MAX);
        Ok(exp.saturating_add(LEEWAY).saturating_sub(now).min(LASTS_MAX))
    }

    /// Cut to what a display name may be: who cannot change its own name at the issuer's shall get
    /// in all the same.
    fn display_name(&self) -> Result<Option<DisplayName>, BadToken> {
        let Some(name) = &self.name else { return Ok(None) };
        let expected = "a string";
        let name = name.as_str().ok_or(BadToken::Claim { claim: "name", expected })?;
        let name: String =
            name.chars().filter(|c| !c.is_control()).take(DISPLAY_NAME_MAX).collect();
        Ok(DisplayName::parse(&name).ok())
    }

    fn sight(&self) -> Result<Sight, BadToken> {
        match &self.presence {
            None | Some(Value::Bool(true)) => Ok(Sight::Open),
            Some(Value::Bool(false)) => Ok(Sight::Closed),
            Some(_) => Err(BadToken::Claim { claim: "presence", expected: "true or false" }),
        }
    }
}

fn scope(claim: &'static str, value: Option<&Value>) -> Result<Scope, BadToken> {
    let Some(value) = value else { return Ok(Scope::default()) };
    let bad = || BadToken::Claim {
        claim,
        expected: "a list of names, of which one that ends with * stands for all that begin so",
    };
    let names: Option<Vec<_>> =
        value.as_array().map(|list| list.iter().map(Value::as_str).collect()).ok_or_else(bad)?;
    Scope::of(&names.ok_or_else(bad)?).map_err(|_| bad())
}
