//! Where settings come from: flags over variables over a TOML file over defaults.
//!
//! Promises: every value that is given is checked, one that is overridden too; what is not a
//! setting is refused, since a misspelt limit is no limit; the first fault ends the reading, and
//! its sentence names the setting, the value (never that of a secret), where it stands and what is
//! allowed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;
use std::path::{Path, PathBuf};

use super::fault::Fault;
use super::kind::size_in_words;
use super::secret;
use super::setting::{PREFIX, name_of};
use super::{AuthMode, Config, SETTINGS, Setting};
use crate::files::{FILE_MAX, read_text};
use crate::origins::OriginRule;

/// The variable that names the TOML file; the flag `--config` goes before it.
pub const CONFIG_VARIABLE: &str = "SWITCHBOARD_CONFIG";
/// The variable that says what is logged; no setting, and not looked at here.
pub const LOG_VARIABLE: &str = "SWITCHBOARD_LOG";

/// What the operator gave, still unchecked. Without `Debug`, as there may be secrets in it.
#[derive(Default)]
pub struct Given {
    /// The value of every flag that was there.
    pub flags: Vec<(&'static Setting, String)>,
    /// The environment; variables that don't begin with `SWITCHBOARD_` are ignored.
    pub variables: Vec<(OsString, OsString)>,
    /// The TOML file of the flag `--config`.
    pub file: Option<PathBuf>,
}

/// The settings in effect, and where each came from.
#[derive(Debug, Default)]
pub struct Loaded {
    /// The settings, checked.
    pub config: Config,
    sources: BTreeMap<&'static str, Source>,
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Nobody set it.
    Default,
    /// This TOML file.
    File(PathBuf),
    /// This environment variable.
    Variable(String),
    /// This flag, with its dashes.
    Flag(String),
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Source::Default => f.write_str("default"),
            Source::File(path) => write!(f, "file {}", path.display()),
            Source::Variable(name) => write!(f, "variable {name}"),
            Source::Flag(name) => write!(f, "flag {name}"),
        }
    }
}

/// Reads and checks all settings; who serves with them calls [`Loaded::check_access`] too.
pub fn load(mut given: Given) -> Result<Loaded, Fault> {
    // Which of two faults is told shall not depend on the order of the environment.
    given.variables.sort();
    let variables: Vec<_> = given.variables.iter().filter_map(ours).collect::<Result<_, _>>()?;

    let mut loaded = Loaded::default();
    if let Some((path, named_by)) = settings_file(given.file, &variables) {
        loaded.take_file(&path, named_by)?;
    }
    loaded.take_variables(&variables)?;
    for (setting, value) in given.flags {
        let flag = format!("--{}", setting.name());
        loaded.take(setting, &value, Source::Flag(flag))?;
    }
    loaded.check_together()?;
    Ok(loaded)
}

impl Loaded {
    /// Where the value of `setting` came from.
    pub fn source(&self, setting: &Setting) -> &Source {
        self.sources.get(setting.field).unwrap_or(&Source::Default)
    }

    fn take_file(&mut self, path: &Path, named_by: Source) -> Result<(), Fault> {
        let text = read_text(path, FILE_MAX).map_err(|why| Fault::Unreadable {
            path: path.into(),
            from: named_by,
            why,
        })?;
        let table: toml::Table = toml::from_str(&text).map_err(|error| Fault::NotToml {
            path: path.into(),
            line: line_of(&text, error.span().map_or(0, |span| span.start)),
            why: error.message().replace('\n', ", "),
        })?;
        for (key, value) in &table {
            let from = Source::File(path.into());
            match SETTINGS.iter().find(|setting| setting.name() == *key) {
                Some(setting) => self.take(setting, &plain(value), from)?,
                None => {
                    return Err(Fault::UnknownKey {
                        key: key.clone(),
                        path: path.display().to_string(),
                        nearest: nearest(key, SETTINGS.iter().map(Setting::name)),
                    });
                }
            }
        }
        Ok(())
    }

    fn take_variables(&mut self, variables: &[(String, String)]) -> Result<(), Fault> {
        for (name, value) in variables {
            let from = Source::Variable(name.clone());
            match SETTINGS.iter().find(|setting| setting.variable() == *name) {
                Some(setting) => self.take(setting, value, from)?,
                None if [CONFIG_VARIABLE, LOG_VARIABLE].contains(&name.as_str()) => {}
                None if is_service_link(name, value) => {}
                None => {
                    let known = [CONFIG_VARIABLE, LOG_VARIABLE].map(String::from);
                    let known = known.into_iter().chain(SETTINGS.iter().map(Setting::variable));
                    let nearest = nearest(name, known);
                    return Err(Fault::UnknownVariable { name: name.clone(), nearest });
                }
            }
        }
        Ok(())
    }

    fn take(&mut self, setting: &'static Setting, value: &str, from: Source) -> Result<(), Fault> {
        let value = match setting.is_secret() {
            true => Cow::Owned(secret_of(setting, value, &from)?),
            false => Cow::Borrowed(value),
        };
        if setting.set(&mut self.config, &value).is_none() {
            let (name, allowed) = (setting.name(), setting.allowed());
            return Err(match setting.is_secret() {
                true => Fault::SecretNotAllowed { setting: name, from, allowed },
                false => Fault::NotAllowed { setting: name, value: value.into(), from, allowed },
            });
        }
        self.sources.insert(setting.field, from);
        Ok(())
    }

    fn check_together(&self) -> Result<(), Fault> {
        self.check_queues()?;
        let Config { turn_url, turn_secret, admin_listen, admin_token, tls_cert, tls_key, .. } =
            &self.config;
        self.check_pair(
            ("turn_url", !turn_url.is_empty()),
            ("turn_secret", turn_secret.is_some()),
            "credentials for a TURN server are made with the secret that it shares",
        )?;
        self.check_pair(
            ("admin_listen", admin_listen.is_some()),
            ("admin_token", admin_token.is_some()),
            "the admin API is served at the address of the one to whoever has the other",
        )?;
        self.check_pair(
            ("tls_cert", tls_cert.is_some()),
            ("tls_key", tls_key.is_some()),
            "TLS needs the certificate and its key",
        )
    }

    fn check_pair(
        &self,
        (one, has_one): (&'static str, bool),
        (other, has_other): (&'static str, bool),
        why: &'static str,
    ) -> Result<(), Fault> {
        match (has_one, has_other) {
            (true, false) => Err(self.alone(one, other, why)),
            (false, true) => Err(self.alone(other, one, why)),
            (true, true) | (false, false) => Ok(()),
        }
    }

    fn alone(&self, field: &str, missing: &str, why: &'static str) -> Fault {
        let from = self.sources.get(field).unwrap_or(&Source::Default).clone();
        Fault::Alone { setting: name_of(field), from, missing: name_of(missing), why }
    }

    /// A queue must have room for what it is to hold, or no message would ever pass.
    fn check_queues(&self) -> Result<(), Fault> {
        let Config { max_frame, queue_bytes, queue_total, .. } = self.config;
        if queue_bytes < max_frame {
            return Err(self.too_small(("queue_bytes", queue_bytes), ("max_frame", max_frame)));
        }
        if queue_total < queue_bytes {
            return Err(self.too_small(("queue_total", queue_total), ("queue_bytes", queue_bytes)));
        }
        Ok(())
    }

    /// Whether a server may serve so: nobody shall believe to be protected who is not. A command
    /// that does not serve needs none of this.
    pub fn check_access(&self) -> Result<(), Fault> {
        let config = &self.config;
        let keys = [
            ("jwt_secret", config.jwt_secret.is_some()),
            ("jwt_key", config.jwt_key.is_some()),
            ("jwt_jwks", config.jwt_jwks.is_some()),
        ];
        let tests = [
            ("jwt_audience", !config.jwt_audience.is_empty()),
            ("jwt_issuer", !config.jwt_issuer.is_empty()),
            ("jwt_type", !config.jwt_type.is_empty()),
        ];
        let mut given = keys.iter().filter(|(_, is_set)| *is_set).map(|(field, _)| *field);
        let (key, another) = (given.next(), given.next());
        let tested = tests.iter().find(|(_, is_set)| *is_set).map(|(field, _)| *field);
        match (config.auth, key.or(tested)) {
            (AuthMode::Open, Some(field)) => {
                return Err(self.meaningless(field, "open", "set auth to jwt, or leave it out"));
            }
            (AuthMode::Open, None) => return self.check_open(),
            (AuthMode::Jwt, _) if config.insecure_open => {
                return Err(self.meaningless("insecure_open", "jwt", "leave it out"));
            }
            (AuthMode::Jwt, _) => {}
        }
        match (key, another) {
            (Some(_), None) => Ok(()),
            (None, _) => Err(Fault::NoKey { from: self.source_of("auth") }),
            (Some(one), Some(other)) => Err(Fault::SeveralKeys {
                one: name_of(one),
                from: self.source_of(one),
                other: name_of(other),
                other_from: self.source_of(other),
            }),
        }
    }

    fn check_open(&self) -> Result<(), Fault> {
        self.check_open_origins()?;
        let Config { listen, insecure_open, .. } = self.config;
        if insecure_open || listen.ip().to_canonical().is_loopback() {
            return Ok(());
        }
        Err(Fault::OpenToAll { listen, from: self.source_of("listen") })
    }

    /// In open mode the origin is all that keeps a page of anybody from coming under every name.
    fn check_open_origins(&self) -> Result<(), Fault> {
        for entry in &self.config.origins {
            if let Some(OriginRule::Anybody(anybody)) = OriginRule::parse(entry) {
                return Err(Fault::PagesOfAnybody {
                    entry: entry.clone(),
                    from: self.source_of("origins"),
                    whose: anybody.whose(),
                });
            }
        }
        Ok(())
    }

    fn meaningless(&self, field: &str, auth: &'static str, mend: &'static str) -> Fault {
        Fault::Meaningless { setting: name_of(field), from: self.source_of(field), auth, mend }
    }

    fn source_of(&self, field: &str) -> Source {
        self.sources.get(field).unwrap_or(&Source::Default).clone()
    }

    fn too_small(&self, (field, bytes): (&str, usize), (within, least): (&str, usize)) -> Fault {
        let [value, least_value] = [bytes, least].map(size_in_words);
        Fault::NotAllowed {
            setting: name_of(field),
            value,
            from: self.source_of(field),
            allowed: format!(
                "at least as much as {}, which is {least_value} ({})",
                name_of(within),
                self.source_of(within)
            ),
        }
    }
}

/// The secret itself, from its file if `value` names one.
fn secret_of(setting: &Setting, value: &str, from: &Source) -> Result<String, Fault> {
    secret::resolve(value).map_err(|secret::Unreadable { path, why }| Fault::SecretUnreadable {
        setting: setting.name(),
        path,
        from: from.clone(),
        why,
    })
}

/// The variable as text, if it begins as ours do.
fn ours((name, value): &(OsString, OsString)) -> Option<Result<(String, String), Fault>> {
    let name = name.to_str().filter(|name| name.starts_with(PREFIX))?;
    Some(match value.to_str() {
        Some(value) => Ok((name.into(), value.into())),
        None => Err(Fault::NoText { name: name.into() }),
    })
}

fn settings_file(
    flag: Option<PathBuf>,
    variables: &[(String, String)],
) -> Option<(PathBuf, Source)> {
    let flag = flag.map(|path| (path, Source::Flag("--config".into())));
    flag.or_else(|| {
        let (name, path) = variables.iter().find(|(name, _)| name == CONFIG_VARIABLE)?;
        Some((path.into(), Source::Variable(name.clone())))
    })
}

/// Kubernetes gives every container variables for every service of its namespace, after the
/// service's name: a service called `switchboard` must not keep its own pods from starting.
fn is_service_link(name: &str, value: &str) -> bool {
    let is_port_detail = name.split("_PORT_").nth(1).is_some_and(|rest| {
        rest.starts_with(|c: char| c.is_ascii_digit())
            && (rest.contains("_TCP") || rest.contains("_UDP"))
    });
    let is_port =
        name.ends_with("_PORT") && (value.starts_with("tcp://") || value.starts_with("udp://"));
    name.ends_with("_SERVICE_HOST") || name.contains("_SERVICE_PORT") || is_port_detail || is_port
}

/// The text that a flag would have for a TOML value.
fn plain(value: &toml::Value) -> String {
    match value {
        toml::Value::String(text) => text.clone(),
        toml::Value::Array(items) => items.iter().map(plain).collect::<Vec<_>>().join(","),
        toml::Value::Integer(_)
        | toml::Value::Float(_)
        | toml::Value::Boolean(_)
        | toml::Value::Datetime(_)
        | toml::Value::Table(_) => value.to_string(),
    }
}

fn nearest(name: &str, known: impl Iterator<Item = String>) -> String {
    known.min_by_key(|known| strsim::damerau_levenshtein(name, known)).unwrap_or_default()
}

fn line_of(text: &str, offset: usize) -> usize {
    1 + text.bytes().take(offset).filter(|byte| *byte == b'\n').count()
}
