//! The flat outer object of a client's message: which fields are there, each still raw.
//!
//! One pass over the frame, nothing copied: a field is parsed only when its message asks for it,
//! so an error names the field, and `data` is never parsed at all.

use std::borrow::Cow;
use std::fmt;

use bytestring::ByteString;
use serde::de::{
    Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor,
};
use serde_json::value::RawValue;

use super::data::Data;
use super::ids::{BadId, CallId, MessageId, RoomId, UserId};
use super::parts::{DETAIL_MAX, LIST_MAX, Media, shorten};
use super::refusal::{BadMessage, Refusal};
use super::text::{beginning_of, for_people, with_whole_characters};
use super::token::AccessToken;

/// No type is as long, and no more than this many characters of one are shown.
const TYPE_MAX: usize = 64;

/// Every top-level field that some message has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Field {
    Type,
    Id,
    To,
    CallId,
    Room,
    Data,
    Media,
    Continues,
    Detail,
    Receipt,
    Volatile,
    Users,
    After,
    Limit,
    Token,
    Received,
    Answer,
}

const FIELDS: [(&str, Field); 17] = [
    ("type", Field::Type),
    ("id", Field::Id),
    ("to", Field::To),
    ("callId", Field::CallId),
    ("room", Field::Room),
    ("data", Field::Data),
    ("media", Field::Media),
    ("continues", Field::Continues),
    ("detail", Field::Detail),
    ("receipt", Field::Receipt),
    ("volatile", Field::Volatile),
    ("users", Field::Users),
    ("after", Field::After),
    ("limit", Field::Limit),
    ("token", Field::Token),
    ("received", Field::Received),
    ("answer", Field::Answer),
];

impl Field {
    fn name(self) -> &'static str {
        FIELDS[self as usize].0
    }
}

/// The outer object of one frame.
pub(super) struct Envelope<'a> {
    frame: &'a ByteString,
    raw: Raw<'a>,
}

#[derive(Default)]
struct Raw<'a> {
    values: [Option<&'a RawValue>; FIELDS.len()],
    /// The first field that no message has.
    unknown: Option<String>,
    /// Some field that no message has has a control character in its name.
    has_control_characters: bool,
    repeated: Option<Field>,
}

impl<'a> Envelope<'a> {
    /// Splits the frame into its fields.
    pub(super) fn read(frame: &'a ByteString) -> Result<Self, Refusal> {
        let bad_json = |error: serde_json::Error| Refusal::BadJson { detail: error.to_string() };
        if !frame.trim_ascii_start().starts_with('{') {
            // serde_json's error about a wrong value would show all of it, which is dear.
            serde_json::from_str::<IgnoredAny>(frame).map_err(bad_json)?;
            return Err(Refusal::BadMessage(BadMessage::NotAnObject));
        }
        let raw: Raw<'_> = serde_json::from_str(frame).map_err(bad_json)?;
        if raw.has_control_characters {
            // In a name that is read as bytes they may stand for themselves, which is no JSON.
            serde_json::from_str::<IgnoredAny>(frame).map_err(bad_json)?;
        }
        Ok(Self { frame, raw })
    }

    pub(super) fn id(&self) -> Result<Option<MessageId>, Refusal> {
        let Some(raw) = self.raw.values[Field::Id as usize] else { return Ok(None) };
        if self.raw.repeated == Some(Field::Id) {
            return Err(Refusal::BadMessage(BadMessage::Repeated(Field::Id.name())));
        }
        let text = id_text(raw, || wrong(Field::Id, "a string of 1 to 64 characters"));
        let text = text?.map_err(|why| bad_id(Field::Id, why))?;
        MessageId::parse(&text).map(Some).map_err(|why| bad_id(Field::Id, why))
    }

    /// The type, or the beginning of a longer one than there is.
    pub(super) fn type_name(&self) -> Result<Cow<'a, str>, Refusal> {
        let raw = self.raw.values[Field::Type as usize].ok_or(BadMessage::NoType);
        text_for_people(raw.map_err(Refusal::BadMessage)?, TYPE_MAX)
            .ok_or_else(|| wrong(Field::Type, "a string"))
    }

    /// Refuses fields beside `type`, `id` and `allowed`, and any that is there twice.
    pub(super) fn allows_only(
        &self,
        message_type: &'static str,
        allowed: &[Field],
    ) -> Result<(), Refusal> {
        if let Some(field) = self.raw.repeated {
            return Err(Refusal::BadMessage(BadMessage::Repeated(field.name())));
        }
        let misplaced = FIELDS
            .iter()
            .filter(|(_, field)| !matches!(field, Field::Type | Field::Id))
            .find(|(_, field)| {
                self.raw.values[*field as usize].is_some() && !allowed.contains(field)
            })
            .map(|(name, _)| (*name).to_owned());
        let Some(field) = self.raw.unknown.clone().or(misplaced) else { return Ok(()) };
        let mend = match field.as_str() {
            "from" => "the server stamps it, leave it out",
            _ if allowed.contains(&Field::Data) => "put payload into `data`",
            _ => "leave it out",
        };
        Err(Refusal::UnknownField { field, message_type, mend })
    }

    /// The fields as those of a message of this type.
    pub(super) fn of(&'a self, message_type: &'static str) -> Fields<'a> {
        Fields { envelope: self, message_type }
    }
}

/// The typed fields of a message whose type is known.
pub(super) struct Fields<'a> {
    envelope: &'a Envelope<'a>,
    message_type: &'static str,
}

impl Fields<'_> {
    fn raw(&self, field: Field) -> Option<&RawValue> {
        self.envelope.raw.values[field as usize]
    }

    fn required(&self, field: Field) -> Result<&RawValue, Refusal> {
        let (name, message_type) = (field.name(), self.message_type);
        self.raw(field)
            .ok_or(Refusal::BadMessage(BadMessage::Missing { field: name, message_type }))
    }

    pub(super) fn user(&self, field: Field) -> Result<UserId, Refusal> {
        user(field, self.required(field)?)
    }

    pub(super) fn optional_user(&self, field: Field) -> Result<Option<UserId>, Refusal> {
        self.raw(field).map(|raw| user(field, raw)).transpose()
    }

    /// The list `users`, of at most [`NAMED_MAX`](super::NAMED_MAX) entries.
    pub(super) fn users(&self) -> Result<Vec<UserId>, Refusal> {
        names::read(self.required(Field::Users)?)
    }

    pub(super) fn call(&self) -> Result<CallId, Refusal> {
        call(Field::CallId, self.required(Field::CallId)?)
    }

    pub(super) fn optional_call(&self, field: Field) -> Result<Option<CallId>, Refusal> {
        self.raw(field).map(|raw| call(field, raw)).transpose()
    }

    pub(super) fn room(&self) -> Result<RoomId, Refusal> {
        room(self.required(Field::Room)?)
    }

    pub(super) fn optional_room(&self) -> Result<Option<RoomId>, Refusal> {
        self.raw(Field::Room).map(room).transpose()
    }

    pub(super) fn data(&self) -> Result<Data, Refusal> {
        self.payload(self.required(Field::Data)?)
    }

    pub(super) fn optional_data(&self) -> Result<Option<Data>, Refusal> {
        self.raw(Field::Data).map(|raw| self.payload(raw)).transpose()
    }

    pub(super) fn optional_answer(&self) -> Result<Option<Data>, Refusal> {
        self.raw(Field::Answer).map(|raw| self.payload(raw)).transpose()
    }

    fn payload(&self, raw: &RawValue) -> Result<Data, Refusal> {
        Data::within(self.envelope.frame, raw).ok_or(Refusal::BadMessage(BadMessage::TooDeep))
    }

    pub(super) fn media(&self) -> Result<Option<Media>, Refusal> {
        const EXPECTED: &str = "an object like {\"audio\":true,\"video\":true}";
        let Some(raw) = self.raw(Field::Media) else { return Ok(None) };
        // A list would pass for the fields in their order.
        let object = Some(raw.get()).filter(|text| text.starts_with('{'));
        let object = object.and_then(|text| serde_json::from_str::<BothFlags>(text).ok());
        let BothFlags { audio, video } = object.ok_or_else(|| wrong(Field::Media, EXPECTED))?;
        Ok(Some(Media { audio, video }))
    }

    pub(super) fn detail(&self) -> Result<Option<String>, Refusal> {
        let Some(raw) = self.raw(Field::Detail) else { return Ok(None) };
        // A call ends whatever stands in the word for the other one, and however long it is.
        text_for_people(raw, DETAIL_MAX)
            .map(|detail| Some(for_people(&detail).chars().take(DETAIL_MAX).collect()))
            .ok_or_else(|| {
                wrong(Field::Detail, "a string; of more than 128 characters the rest is cut off")
            })
    }

    pub(super) fn flag(&self, field: Field) -> Result<bool, Refusal> {
        let Some(raw) = self.raw(field) else { return Ok(false) };
        flag_of(raw).ok_or_else(|| wrong(field, "true or false"))
    }

    pub(super) fn limit(&self) -> Result<usize, Refusal> {
        let Some(raw) = self.raw(Field::Limit) else { return Ok(LIST_MAX) };
        whole_number(raw)
            .and_then(|limit| usize::try_from(limit).ok())
            .filter(|limit| (1..=LIST_MAX).contains(limit))
            .ok_or_else(|| wrong(Field::Limit, "a whole number from 1 to 1000"))
    }

    pub(super) fn token(&self) -> Result<AccessToken, Refusal> {
        let token = text(self.required(Field::Token)?).filter(|token| !token.is_empty());
        token
            .map(|token| AccessToken::new(&token))
            .ok_or_else(|| wrong(Field::Token, "an access token"))
    }

    pub(super) fn received(&self) -> Result<u64, Refusal> {
        whole_number(self.required(Field::Received)?)
            .ok_or_else(|| wrong(Field::Received, "a whole number, the count of messages received"))
    }
}

mod names;

fn user(field: Field, raw: &RawValue) -> Result<UserId, Refusal> {
    let bad = |why| Refusal::BadUserId { field: field.name(), why };
    let text = id_text(raw, || wrong(field, "a user id, which is a string"))?.map_err(bad)?;
    UserId::parse(&text).map_err(bad)
}

fn call(field: Field, raw: &RawValue) -> Result<CallId, Refusal> {
    let bad = |why| bad_id(field, why);
    let text = id_text(raw, || wrong(field, "a call id, which is a string"))?.map_err(bad)?;
    CallId::parse(&text).map_err(bad)
}

fn room(raw: &RawValue) -> Result<RoomId, Refusal> {
    let bad = |why| bad_id(Field::Room, why);
    let text = id_text(raw, || wrong(Field::Room, "a room id, which is a string"))?.map_err(bad)?;
    RoomId::parse(&text).map_err(bad)
}

fn bad_id(field: Field, why: BadId) -> Refusal {
    Refusal::BadMessage(BadMessage::Id { field: field.name(), why })
}

fn wrong(field: Field, expected: &'static str) -> Refusal {
    Refusal::BadMessage(BadMessage::Field { field: field.name(), expected })
}

/// A number without sign, fraction and exponent. Anything else is not given to serde_json, whose error
/// would show all of it.
fn whole_number(raw: &RawValue) -> Option<u64> {
    let digits = Some(raw.get()).filter(|it| it.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok()
}

fn flag_of(raw: &RawValue) -> Option<bool> {
    match raw.get() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

/// As [`Media`], but without a look into a value that is no flag.
#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct BothFlags {
    #[serde(default, deserialize_with = "flag")]
    audio: bool,
    #[serde(default, deserialize_with = "flag")]
    video: bool,
}

fn flag<'de, D: Deserializer<'de>>(deserializer: D) -> Result<bool, D::Error> {
    let raw = <&RawValue>::deserialize(deserializer)?;
    flag_of(raw).ok_or_else(|| D::Error::custom("neither true nor false"))
}

/// A string, borrowed from the frame unless it has escapes in it.
#[derive(serde::Deserialize)]
struct Text<'a>(#[serde(borrow)] Cow<'a, str>);

/// `None` if it is no string, or one with half a surrogate pair in it.
fn text(raw: &RawValue) -> Option<Cow<'_, str>> {
    let content = raw.get().strip_prefix('"')?.strip_suffix('"')?;
    // A raw value is valid JSON: a string without escapes stands for what is between its quotes.
    if memchr::memchr(b'\\', content.as_bytes()).is_none() {
        return Some(Cow::Borrowed(content));
    }
    serde_json::from_str::<Text<'_>>(raw.get()).ok().map(|text| text.0)
}

/// The same with U+FFFD in place of half a surrogate pair. What is behind the first `characters` may be
/// missing.
fn text_for_people(raw: &RawValue, characters: usize) -> Option<Cow<'_, str>> {
    if !raw.get().starts_with('"') {
        return None;
    }
    match beginning_of(raw.get(), characters) {
        Cow::Borrowed(_) => text(raw).or_else(|| whole_text(raw.get())),
        Cow::Owned(beginning) => whole_text(&beginning),
    }
}

fn whole_text<'a>(json: &str) -> Option<Cow<'a, str>> {
    serde_json::from_str::<String>(&with_whole_characters(json)).ok().map(Cow::Owned)
}

/// The text of an id. The outer error is that of a value that is no string.
fn id_text<'a>(
    raw: &'a RawValue,
    no_string: impl FnOnce() -> Refusal,
) -> Result<Result<Cow<'a, str>, BadId>, Refusal> {
    match text(raw) {
        Some(text) => Ok(Ok(text)),
        // Whatever else makes a string unreadable has made the frame no JSON.
        None if raw.get().starts_with('"') => Ok(Err(BadId::HalfSurrogate)),
        None => Err(no_string()),
    }
}

impl<'de> Deserialize<'de> for Raw<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;
        impl<'de> Visitor<'de> for Object {
            type Value = Raw<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw<'de>, A::Error> {
                let mut raw = Raw::default();
                while let Some(field) = map.next_key_seed(Name(&mut raw))? {
                    let value = map.next_value::<&'de RawValue>()?;
                    let Some(field) = field else { continue };
                    let again = raw.values[field as usize].replace(value).is_some();
                    // Of several, `id` is the one that leaves the error without `ref`.
                    if again && raw.repeated != Some(Field::Id) {
                        raw.repeated = Some(field);
                    }
                }
                Ok(raw)
            }
        }
        deserializer.deserialize_map(Object)
    }
}

/// Reads the name of a field; `None` is one that no message has. Only the first of these is kept.
struct Name<'a, 'de>(&'a mut Raw<'de>);

impl<'de> DeserializeSeed<'de> for Name<'_, '_> {
    type Value = Option<Field>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        // As bytes, because a string with half a surrogate pair would make the frame no JSON.
        deserializer.deserialize_bytes(self)
    }
}

impl Visitor<'_> for Name<'_, '_> {
    type Value = Option<Field>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }

    /// Half a surrogate pair comes as three bytes that are no UTF-8.
    fn visit_bytes<E>(self, name: &[u8]) -> Result<Self::Value, E> {
        let known = FIELDS.iter().find(|(known, _)| known.as_bytes() == name);
        if known.is_none() {
            self.0.has_control_characters |= name.iter().any(u8::is_ascii_control);
            let shown = || shorten(&String::from_utf8_lossy(name));
            self.0.unknown.get_or_insert_with(shown);
        }
        Ok(known.map(|(_, field)| *field))
    }
}
