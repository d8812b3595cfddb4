//! What the claims of a token mean.

use std::borrow::Cow;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use serde_json::value::RawValue;

use super::Identity;
use crate::domain::{Permissions, Scope, Sight};
use crate::protocol::{
    BadId, BadToken, DISPLAY_NAME_MAX, DisplayName, UserId, for_people, with_whole_characters,
};

/// By how much clocks may differ.
pub(super) const LEEWAY: Duration = Duration::from_secs(30);
/// A token that is good for longer is good for so long: about a hundred years.
const LASTS_MAX: Duration = Duration::from_secs(100 * 365 * 24 * 3600);

/// The claims that mean something here, each still as it came. `null` is as good as none, but for
/// limits: there it would allow everything.
#[derive(Deserialize)]
pub(super) struct Claims {
    sub: Option<Claim>,
    exp: Option<Claim>,
    iss: Option<Claim>,
    pub(super) aud: Option<Claim>,
    name: Option<Claim>,
    #[serde(default, deserialize_with = "even_null")]
    rooms: Option<Claim>,
    #[serde(default, deserialize_with = "even_null")]
    call: Option<Claim>,
    #[serde(default, deserialize_with = "even_null")]
    watch: Option<Claim>,
    #[serde(default, deserialize_with = "even_null")]
    presence: Option<Claim>,
}

/// As JSON text, because a string with half a surrogate pair cannot be read as it is.
type Claim = Box<RawValue>;

pub(super) fn even_null<'de, D, T>(value: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    T::deserialize(value).map(Some)
}

/// The value, with U+FFFD in place of half a surrogate pair.
fn value(claim: Option<&Claim>) -> Result<Option<Value>, BadToken> {
    let read = |claim: &Claim| serde_json::from_str(&with_whole_characters(claim.get()));
    claim.map(read).transpose().map_err(|_| BadToken::Malformed)
}

fn has_half_a_surrogate_pair(claim: Option<&Claim>) -> bool {
    claim.is_some_and(|it| matches!(with_whole_characters(it.get()), Cow::Owned(_)))
}

impl Claims {
    /// Refuses ids with half a surrogate pair in them. The library reads over some of these.
    pub(super) fn unreadable_id(&self) -> Option<BadToken> {
        [
            (&self.sub, BadToken::Subject(BadId::HalfSurrogate)),
            (&self.aud, BadToken::Audience),
            (&self.iss, BadToken::Issuer),
        ]
        .into_iter()
        .find(|(claim, _)| has_half_a_surrogate_pair(claim.as_ref()))
        .map(|(_, why)| why)
    }

    /// What they say, once signature and times have been checked.
    pub(super) fn identity(&self, now: SystemTime) -> Result<Identity, BadToken> {
        let sub = value(self.sub.as_ref())?;
        let sub = sub.as_ref().and_then(Value::as_str).ok_or(BadToken::NoClaim("sub"))?;
        let user = UserId::parse(sub).map_err(BadToken::Subject)?;
        let permissions = Permissions {
            rooms: scope("rooms", value(self.rooms.as_ref())?)?,
            call: scope("call", value(self.call.as_ref())?)?,
            watch: scope("watch", value(self.watch.as_ref())?)?,
            presence: self.sight()?,
        };
        Ok(Identity { user, name: self.display_name()?, lasts: self.lasts(now)?, permissions })
    }

    fn lasts(&self, now: SystemTime) -> Result<Duration, BadToken> {
        let exp = value(self.exp.as_ref())?;
        let exp = exp.as_ref().and_then(Value::as_f64).ok_or(BadToken::NoClaim("exp"))?;
        let now = now.duration_since(UNIX_EPOCH).unwrap_or_default();
        let exp = Duration::try_from_secs_f64(exp).unwrap_or(Duration::MAX);
        Ok(exp.saturating_add(LEEWAY).saturating_sub(now).min(LASTS_MAX))
    }

    /// Cut to what a display name may be: who cannot change its own name at the issuer's shall get
    /// in all the same.
    fn display_name(&self) -> Result<Option<DisplayName>, BadToken> {
        let Some(name) = value(self.name.as_ref())? else { return Ok(None) };
        let expected = "a string";
        let name = name.as_str().ok_or(BadToken::Claim { claim: "name", expected })?;
        let name: String = for_people(name).chars().take(DISPLAY_NAME_MAX).collect();
        Ok(DisplayName::parse(&name).ok())
    }

    fn sight(&self) -> Result<Sight, BadToken> {
        match value(self.presence.as_ref())? {
            None | Some(Value::Bool(true)) => Ok(Sight::Open),
            Some(Value::Bool(false)) => Ok(Sight::Closed),
            Some(_) => Err(BadToken::Claim { claim: "presence", expected: "true or false" }),
        }
    }
}

fn scope(claim: &'static str, value: Option<Value>) -> Result<Scope, BadToken> {
    let Some(value) = value else { return Ok(Scope::default()) };
    let bad = || BadToken::Claim {
        claim,
        expected: "a list of names, of which one that ends with * stands for all that begin so",
    };
    let names: Option<Vec<_>> =
        value.as_array().map(|list| list.iter().map(Value::as_str).collect()).ok_or_else(bad)?;
    Scope::of(&names.ok_or_else(bad)?).map_err(|_| bad())
}
