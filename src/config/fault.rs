//! What is said to settings that cannot be used.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::Source;
use crate::files::Unreadable;

/// Why the settings cannot be used; each is one sentence for the operator.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// Malformed, out of range, or at odds with another setting.
    #[error("{setting} cannot be {value:?} ({from}); it takes {allowed}")]
    NotAllowed {
        /// The setting's name.
        setting: String,
        /// What was given.
        value: String,
        /// Where it stands.
        from: Source,
        /// What it takes, in words.
        allowed: String,
    },
    /// A secret that is too short. Its value is not told.
    #[error("{setting} cannot be what it is ({from}); it takes {allowed}")]
    SecretNotAllowed {
        /// The setting's name.
        setting: String,
        /// Where it stands.
        from: Source,
        /// What it takes, in words.
        allowed: String,
    },
    /// The file that is to hold a secret cannot be used.
    #[error("the file {path:?} that {setting} ({from}) names cannot be read: {why}")]
    SecretUnreadable {
        /// The setting's name.
        setting: String,
        /// The file.
        path: String,
        /// Where its name stands.
        from: Source,
        /// The fault in it.
        why: String,
    },
    /// One of two settings that go together.
    #[error("{setting} is set ({from}) and {missing} is not: {why}")]
    Alone {
        /// The setting that is there.
        setting: String,
        /// Where it stands.
        from: Source,
        /// The one that is not.
        missing: String,
        /// What needs both.
        why: &'static str,
    },
    /// Everybody may come, under every name.
    #[error(
        "listen is {listen} ({from}), an address that others can reach, and with auth open \
         everybody may claim every name: set auth to jwt and one of {KEYS}, or insecure-open if \
         that is meant"
    )]
    OpenToAll {
        /// The address.
        listen: SocketAddr,
        /// Where it stands.
        from: Source,
    },
    /// Pages of anybody may connect, under every name.
    #[error(
        "origins has {entry} ({from}), which {whose}, and with auth open every page that may \
         connect can claim every name: list the origins of your own pages instead, or set auth \
         to jwt and one of {KEYS}"
    )]
    PagesOfAnybody {
        /// The entry.
        entry: String,
        /// Where it stands.
        from: Source,
        /// Whose pages have that origin, in words.
        whose: &'static str,
    },
    /// Nothing to check access tokens with.
    #[error("auth is jwt ({from}) without a key to check access tokens with: set one of {KEYS}")]
    NoKey {
        /// Where the mode stands.
        from: Source,
    },
    /// More than one thing to check access tokens with.
    #[error(
        "{one} ({from}) and {other} ({other_from}) are both set: access tokens are checked with \
         one of {KEYS}"
    )]
    SeveralKeys {
        /// One of them.
        one: String,
        /// Where it stands.
        from: Source,
        /// Another.
        other: String,
        /// Where that stands.
        other_from: Source,
    },
    /// A setting that would be taken for a protection, or for none, and is not.
    #[error("{setting} is set ({from}) and means nothing with auth {auth}: {mend}")]
    Meaningless {
        /// The setting's name.
        setting: String,
        /// Where it stands.
        from: Source,
        /// The mode.
        auth: &'static str,
        /// What to do.
        mend: &'static str,
    },
    /// A variable with our prefix that belongs to no setting. Its value is not told: it may be
    /// a secret of something else.
    #[error("variable {name} is no setting; the nearest is {nearest}, and {ALL}")]
    UnknownVariable {
        /// The variable.
        name: String,
        /// The variable of ours that is most like it.
        nearest: String,
    },
    /// A variable whose bytes are no text.
    #[error("variable {name} is no text: its value must be UTF-8")]
    NoText {
        /// The variable.
        name: String,
    },
    /// A key of the TOML file that belongs to no setting.
    #[error("{key:?} (file {path}) is no setting; the nearest is {nearest}, and {ALL}")]
    UnknownKey {
        /// The key.
        key: String,
        /// The file.
        path: String,
        /// The setting that is most like it.
        nearest: String,
    },
    /// The TOML file cannot be read.
    #[error("the settings file {path:?} ({from}) cannot be read: {why}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The flag or variable that names it.
        from: Source,
        /// The fault in it.
        why: Unreadable,
    },
    /// The file is not TOML.
    #[error("the settings file {path:?} is not TOML at line {line}: {why}")]
    NotToml {
        /// The file.
        path: PathBuf,
        /// The first line that cannot be read, from 1.
        line: usize,
        /// The parser's words.
        why: String,
    },
}

/// The settings with what access tokens are checked with.
const KEYS: &str = "jwt-secret, jwt-key and jwt-jwks";
/// Where an operator finds the names.
const ALL: &str = "\"switchboard config\" prints all";
