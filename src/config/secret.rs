//! Settings that must not be seen: how they are held, and how they are read.
//!
//! Promises: no log, no error, no `Debug` and no print of the settings shows one. What is compared
//! with a secret is compared in constant time.

use std::fmt;
use std::path::Path;

use subtle::ConstantTimeEq;

use super::kind::{Kind, Renewal};
use crate::files::{SECRET_FILE_MAX, read_text};

/// A text that must not be seen.
#[derive(Clone)]
pub struct Secret(Box<str>);

impl Secret {
    /// Keeps `text` from being seen.
    pub fn new(text: &str) -> Self {
        Self(text.into())
    }

    /// The text itself; every use of this word is a place to look at.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    /// Without the text.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl PartialEq for Secret {
    /// In constant time, as far as the length is the same.
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for Secret {}

/// A secret of at least so many bytes, or none.
///
/// What it reads is the text itself, exactly: whoever gives a `file:` has read it before.
pub(super) struct SecretText(pub(super) usize);

impl Kind<Option<Secret>> for SecretText {
    fn read(&self, text: &str) -> Option<Option<Secret>> {
        match text.len() {
            0 => Some(None),
            bytes => (bytes >= self.0).then(|| Some(Secret::new(text))),
        }
    }

    /// Only whether there is one.
    fn write(&self, value: &Option<Secret>) -> String {
        value.as_ref().map_or_else(String::new, |_| SHOWN.into())
    }

    fn unit(&self) -> &'static str {
        "secret"
    }

    fn allowed(&self) -> String {
        format!(
            "a text of at least {} bytes, or file:PATH for the file that holds it; better not as \
             a flag, which everybody on the machine can see",
            self.0
        )
    }

    fn is_secret(&self) -> bool {
        true
    }

    fn renewal(&self) -> Renewal {
        Renewal::Signal
    }
}

/// What stands for a secret that is set.
const SHOWN: &str = "(set, not shown)";

/// Before the path of a file that holds the secret.
const FILE: &str = "file:";

/// The secret that `given` is or names. The file's last line end does not belong to it.
pub(super) fn resolve(given: &str) -> Result<String, Unreadable> {
    let Some(path) = given.strip_prefix(FILE) else { return Ok(given.into()) };
    let unreadable = |why: String| Unreadable { path: path.into(), why };
    let mut text =
        read_text(Path::new(path), SECRET_FILE_MAX).map_err(|why| unreadable(why.to_string()))?;
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    if text.is_empty() { Err(unreadable("it is empty".into())) } else { Ok(text) }
}

/// A file that was to hold a secret.
pub(super) struct Unreadable {
    pub(super) path: String,
    pub(super) why: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_does_not_show_itself() {
        let secret = Secret::new("0123456789abcdef");

        assert_eq!(format!("{secret:?} {:?}", Some(&secret)), "Secret Some(Secret)");
        assert_eq!(SecretText(16).write(&Some(secret)), SHOWN);
    }

    #[test]
    fn a_secret_has_its_least_length_or_is_none() {
        assert_eq!(SecretText(4).read(""), Some(None));
        assert_eq!(SecretText(4).read("abc"), None);
        assert_eq!(SecretText(4).read("abcd"), Some(Some(Secret::new("abcd"))));
        assert_ne!(Secret::new("abcd"), Secret::new("abce"));
    }
}
