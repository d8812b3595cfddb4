//! All settings as text: as a TOML file with what is in effect, and as a page of the manual.

use std::fmt::Write;

use super::{Loaded, SETTINGS};

/// Every setting with its meaning, unit, range, default and where its value came from, as a TOML
/// file that gives the same settings again, but for secrets: of them it says only that they are set.
pub fn as_toml(loaded: &Loaded) -> String {
    let mut text = String::new();
    for setting in SETTINGS {
        let value = setting.value(&loaded.config);
        let (mark, value) = match setting.is_secret() && !value.is_empty() {
            true => ("# ", value),
            false => ("", literal(&value)),
        };
        // Writing into a String does not fail.
        let _ = writeln!(
            text,
            "# {}\n# Unit: {}. Takes {}.\n# A change takes effect: {}.\n# Default: {}. From: {}.\n{mark}{} = {value}\n",
            setting.meaning(),
            setting.unit(),
            setting.allowed(),
            setting.renewal().in_words(),
            setting.default_in_words(),
            loaded.source(setting),
            setting.name(),
        );
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

/// The page `docs/settings.md`.
pub fn as_markdown() -> String {
    let mut text = String::from(HEAD);
    for setting in SETTINGS {
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {} | {} | {} |",
            setting.name(),
            setting.meaning(),
            setting.unit(),
            setting.allowed(),
            setting.default_in_words(),
            setting.renewal().in_words(),
        );
    }
    text
}

const HEAD: &str = "\
# Settings

Each setting is a flag, an environment variable and a key of a TOML file. A flag goes before a
variable, a variable before the file, the file before the default.

| where | how `max-frame` is written |
|---|---|
| flag | `--max-frame 128KiB` |
| variable | `SWITCHBOARD_MAX_FRAME=128KiB` |
| TOML file | `max-frame = \"128KiB\"` or `max-frame = 131072` |

The file is named by `--config FILE` or `SWITCHBOARD_CONFIG`. What is logged is said by `--log` or
`SWITCHBOARD_LOG`: a level (`error`, `warn`, `info`, `debug`, `trace`, `off`), or levels of single
modules as in `info,switchboard::hub=debug`. A list is separated by commas, in a TOML file it may
be an array. A switch needs no value as a flag.

A secret is the text itself or `file:PATH`, the file that holds it. Nothing ever shows it. As a flag
it is seen by everybody on the machine who lists processes: take a variable or a file.

The last column says when a change takes effect on a running node. At `SIGHUP` flags, variables and
files are read again; of these only a file can have changed. A change that needs a restart is named in
the log then. Whether a secret is set at all takes a restart. Files of certificates and keys are
looked at every second or two ([signals](operations.md#signals)).

A value that is not allowed, a variable or a key that is no setting: the start ends with a sentence
that names it, and exit code 2. `switchboard config` prints what is in effect and where it came
from, as a TOML file. This page is what `switchboard config --markdown` prints.

| setting | meaning | unit | takes | default | a change takes effect |
|---|---|---|---|---|---|
";

/// `text` as a TOML value: bare where it is a number or a boolean. No setting takes a character
/// that TOML would want escaped in another way than Rust.
fn literal(text: &str) -> String {
    if text.parse::<i64>().is_ok() || text.parse::<bool>().is_ok() {
        text.into()
    } else {
        format!("{text:?}")
    }
}
