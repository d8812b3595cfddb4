//! The command line: `serve` (the default), `config`, `health`, `token`.
//!
//! Every setting is a flag, before or after the command. Reads the command line and the
//! environment that it is handed; carries nothing out, that is `main`'s. Bad usage, `--help` and
//! `--version` are answered here, and end the process.

use std::ffi::OsString;
use std::path::PathBuf;
use std::time::Duration;

use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};

use crate::auth::Issue;
use crate::config::{self, Config, Given, LOG_VARIABLE, SETTINGS, Secret, Setting};
use crate::health;
use crate::logging::{BadFilter, Filter};
use crate::memory_bound::MemoryBound;
use crate::protocol::{DisplayName, UserId};

/// What the operator wants.
#[derive(Debug)]
pub enum Order {
    /// Serve until told to stop.
    Serve {
        /// With these settings.
        config: Box<Config>,
        /// What is logged.
        log: Filter,
    },
    /// Print this text.
    Print(String),
    /// Make this access token and print it.
    Token {
        /// What it is signed with.
        secret: Secret,
        /// What it says.
        wish: Issue,
    },
    /// Ask a server whether it is well.
    Health(health::Question),
}

/// Why an order cannot be given; one sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// A setting.
    #[error(transparent)]
    Config(#[from] config::Fault),
    /// The log filter.
    #[error(transparent)]
    Log(#[from] BadFilter),
    /// There is no URL to ask for health.
    #[error(transparent)]
    Health(#[from] health::Unwell),
    /// There is nothing to sign a token with.
    #[error(
        "a token is signed with jwt-secret, and none is set; tokens for jwt-key and jwt-jwks come \
         from whoever has the private key"
    )]
    NoSecret,
}

impl Order {
    /// What `arguments`, the program's name first, and the environment say.
    pub fn parse(
        arguments: impl IntoIterator<Item = OsString>,
        variables: impl IntoIterator<Item = (OsString, OsString)>,
    ) -> Result<Self, Fault> {
        let top = command().get_matches_from(arguments);
        let variables: Vec<_> = variables.into_iter().collect();
        // clap hands flags that stood before the command down to it, never up.
        let (name, matches) = top.subcommand().unwrap_or(("serve", &top));

        let log = log_filter(matches, &variables)?;
        if name == "config" && matches.get_flag(MARKDOWN) {
            return Ok(Order::Print(config::as_markdown()));
        }
        let loaded = config::load(given(matches, variables))?;
        if matches!(name, "serve" | "config") {
            loaded.check_access()?;
        }
        Ok(match name {
            "config" => Order::Print(with_memory_bound(&loaded)),
            "health" => Order::Health(match matches.get_one::<String>(URL) {
                Some(url) => health::Question::for_url(url),
                None => health::Question::for_server(&loaded.config)?,
            }),
            "token" => token(matches, loaded.config)?,
            _ => Order::Serve { config: loaded.config.into(), log },
        })
    }
}

/// The settings of a server that was started with these arguments and variables, read again.
pub fn settings(
    arguments: impl IntoIterator<Item = OsString>,
    variables: impl IntoIterator<Item = (OsString, OsString)>,
) -> Result<Config, config::Fault> {
    let top = command().get_matches_from(arguments);
    let (_, matches) = top.subcommand().unwrap_or(("serve", &top));
    let loaded = config::load(given(matches, variables.into_iter().collect()))?;
    loaded.check_access()?;
    Ok(loaded.config)
}

/// All settings, and behind them what they may cost.
fn with_memory_bound(loaded: &config::Loaded) -> String {
    let settings = config::as_toml(loaded);
    let cost = match MemoryBound::of(&loaded.config) {
        Some(bound) => format!(
            "With these settings the node needs at most {} MiB of memory: {} MiB for queue-total and\n\
             # what belongs to it, {} MiB for max-sockets ({} KiB each), {} MiB for max-pending, {} MiB for\n\
             # the program, a quarter of all that for the allocator, and {} MiB in the kernel for the\n\
             # buffers of max-sockets and max-pending.",
            bound.total() >> 20,
            bound.queues >> 20,
            bound.sockets >> 20,
            MemoryBound::of_a_socket(&loaded.config) >> 10,
            bound.pending >> 20,
            bound.program >> 20,
            bound.kernel >> 20,
        ),
        None => {
            "With these settings the memory of the node has no bound: max-sockets or max-pending\n\
                 # is unlimited."
                .to_owned()
        }
    };
    format!("{settings}\n# {cost}\n")
}

const FILE: &str = "config";
const LOG: &str = "log";
const MARKDOWN: &str = "markdown";
const URL: &str = "url";

fn command() -> Command {
    Command::new("switchboard")
        .version(env!("CARGO_PKG_VERSION"))
        .about("A WebRTC signaling server")
        .after_help(
            "Each setting is a variable too, as in SWITCHBOARD_MAX_FRAME, and a key of the TOML \
             file.\nA flag goes before a variable, a variable before the file.",
        )
        .subcommand(Command::new("serve").about("Serve until told to stop; the default"))
        .subcommand(
            Command::new("config")
                .about("Print every setting, its value and where that came from, as a TOML file")
                .arg(
                    Arg::new(MARKDOWN)
                        .long(MARKDOWN)
                        .action(ArgAction::SetTrue)
                        .help("Print the page of the manual instead"),
                ),
        )
        .subcommand(token_command())
        .subcommand(
            Command::new("health")
                .about("Ask a running server whether it is well: exit code 0, else 1")
                .arg(Arg::new(URL).help("What to ask [default: /healthz on the listen address]")),
        )
        .arg(
            Arg::new(FILE)
                .long(FILE)
                .value_name("FILE")
                .value_parser(value_parser!(PathBuf))
                .global(true)
                .help("The TOML file with settings"),
        )
        .arg(
            Arg::new(LOG)
                .long(LOG)
                .value_name("FILTER")
                .global(true)
                .help("What to log, as in debug or info,switchboard::hub=trace [default: info]"),
        )
        .args(SETTINGS.iter().map(flag))
}

const USER: &str = "user";
const NAME: &str = "name";
const TTL: &str = "ttl";
/// The longest life of a token that is made here, in seconds: thirty days.
const TTL_MAX: u64 = 30 * 24 * 3600;

fn token_command() -> Command {
    let ttl = |text: &str| config::span(text, 1..=TTL_MAX);
    Command::new("token")
        .about("Print an access token for trying out, signed with jwt-secret")
        .arg(
            Arg::new(USER)
                .long(USER)
                .value_name("USER")
                .required(true)
                .value_parser(UserId::parse)
                .help("Whose it is, the claim sub"),
        )
        .arg(
            Arg::new(NAME)
                .long(NAME)
                .value_name("NAME")
                .value_parser(DisplayName::parse)
                .help("The name that people read, the claim name"),
        )
        .arg(
            Arg::new(TTL)
                .long(TTL)
                .value_name("TIME")
                .default_value("1h")
                .value_parser(ttl)
                .help("How long it is good"),
        )
}

fn token(matches: &ArgMatches, config: Config) -> Result<Order, Fault> {
    let secret = config.jwt_secret.ok_or(Fault::NoSecret)?;
    let given = "clap requires it or has a default";
    let wish = Issue {
        user: matches.get_one::<UserId>(USER).expect(given).clone(),
        name: matches.get_one::<DisplayName>(NAME).cloned(),
        ttl: *matches.get_one::<Duration>(TTL).expect(given),
        audience: config.jwt_audience.into_iter().next(),
        issuer: config.jwt_issuer.into_iter().next(),
        typ: config.jwt_type.into_iter().next(),
    };
    Ok(Order::Token { secret, wish })
}

fn flag(setting: &Setting) -> Arg {
    let meaning = setting.meaning().trim_end_matches('.');
    let default = setting.default_in_words();
    let flag = Arg::new(setting.name())
        .long(setting.name())
        .value_name("VALUE")
        .allow_negative_numbers(true)
        .global(true)
        .help_heading("Settings")
        .help(format!("{meaning} [{}: {}; default: {default}]", setting.unit(), setting.allowed()));
    if setting.is_switch() {
        flag.num_args(0..=1).require_equals(true).default_missing_value("true")
    } else {
        flag
    }
}

fn given(matches: &ArgMatches, variables: Vec<(OsString, OsString)>) -> Given {
    let value = |setting: &'static Setting| {
        Some((setting, matches.get_one::<String>(&setting.name())?.clone()))
    };
    Given {
        flags: SETTINGS.iter().filter_map(value).collect(),
        variables,
        file: matches.get_one::<PathBuf>(FILE).cloned(),
    }
}

fn log_filter(
    matches: &ArgMatches,
    variables: &[(OsString, OsString)],
) -> Result<Filter, BadFilter> {
    if let Some(filter) = matches.get_one::<String>(LOG) {
        return filter.parse();
    }
    match variables.iter().find(|(name, _)| name == LOG_VARIABLE) {
        Some((_, filter)) => filter.to_string_lossy().parse(),
        None => Ok(Filter::default()),
    }
}
