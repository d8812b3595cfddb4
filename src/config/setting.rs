//! One setting as data, and the macro that declares all of them.

use super::{Config, Renewal};

/// One setting: what it is called, what it means, how it is read and written.
#[derive(Debug)]
pub struct Setting {
    pub(super) field: &'static str,
    pub(super) meaning: &'static str,
    pub(super) unit: fn() -> &'static str,
    pub(super) allowed: fn() -> String,
    pub(super) is_switch: fn() -> bool,
    pub(super) is_secret: fn() -> bool,
    pub(super) renewal: fn() -> Renewal,
    pub(super) read: fn(&mut Config, &str) -> Option<()>,
    pub(super) write: fn(&Config) -> String,
}

impl Setting {
    /// Its name, as in `max-frame`: the TOML key, and the flag after two dashes.
    pub fn name(&self) -> String {
        name_of(self.field)
    }

    /// Its environment variable, as in `SWITCHBOARD_MAX_FRAME`.
    pub fn variable(&self) -> String {
        format!("{PREFIX}{}", self.field.to_ascii_uppercase())
    }

    /// One sentence of what it does, with its full stop.
    pub fn meaning(&self) -> &'static str {
        self.meaning.trim_start()
    }

    /// What its number counts, or what its text is.
    pub fn unit(&self) -> &'static str {
        (self.unit)()
    }

    /// What it takes, in words that end a sentence.
    pub fn allowed(&self) -> String {
        (self.allowed)()
    }

    /// Whether its flag may stand alone, without a value.
    pub fn is_switch(&self) -> bool {
        (self.is_switch)()
    }

    /// Whether its value must not be seen, and may be `file:PATH` for the file that holds it.
    pub fn is_secret(&self) -> bool {
        (self.is_secret)()
    }

    /// When a changed value takes effect on a running node. Whether a secret is set at all takes a
    /// restart.
    pub fn renewal(&self) -> Renewal {
        (self.renewal)()
    }

    /// Its value in `config`, as text that it would take; of a secret only whether it is set.
    pub fn value(&self, config: &Config) -> String {
        (self.write)(config)
    }

    /// Its value where nobody sets it.
    pub fn default_value(&self) -> String {
        self.value(&Config::default())
    }

    /// The same for people to read: `none` where it is empty.
    pub fn default_in_words(&self) -> String {
        match self.default_value() {
            none if none.is_empty() => "none".into(),
            value => value,
        }
    }

    /// Puts the value that `text` stands for into `config`; `None` where it is not allowed.
    pub(crate) fn set(&self, config: &mut Config, text: &str) -> Option<()> {
        (self.read)(config, if self.is_secret() { text } else { text.trim() })
    }
}

/// The name of the setting that is this field of [`Config`].
pub(super) fn name_of(field: &str) -> String {
    field.replace('_', "-")
}

/// What the variables of all settings begin with.
pub(super) const PREFIX: &str = "SWITCHBOARD_";

/// Declares [`Config`], its `Default` and [`SETTINGS`](super::SETTINGS) from one line a setting:
/// `/// meaning`, then `field: Type = default, Kind;`.
macro_rules! settings {
    ($($(#[doc = $meaning:literal])+ $field:ident: $type:ty = $default:expr, $kind:expr;)+) => {
        /// All settings of a node, checked.
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub struct Config {
            $(
                $(#[doc = $meaning])+
                #[doc = ""]
                #[doc = concat!("`", stringify!($kind), "`, default `", stringify!($default), "`.")]
                pub $field: $type,
            )+
        }

        impl Default for Config {
            fn default() -> Self {
                Self { $($field: $default,)+ }
            }
        }

        /// Every setting, in the order of the fields of [`Config`].
        pub static SETTINGS: &[Setting] = &[$(Setting {
            field: stringify!($field),
            meaning: concat!($($meaning),+),
            unit: || kind::Kind::<$type>::unit(&$kind),
            allowed: || kind::Kind::<$type>::allowed(&$kind),
            is_switch: || kind::Kind::<$type>::is_switch(&$kind),
            is_secret: || kind::Kind::<$type>::is_secret(&$kind),
            renewal: || kind::Kind::<$type>::renewal(&$kind),
            read: |config, text| {
                config.$field = kind::Kind::<$type>::read(&$kind, text)?;
                Some(())
            },
            write: |config| kind::Kind::<$type>::write(&$kind, &config.$field),
        },)+];
    };
}
pub(super) use settings;
