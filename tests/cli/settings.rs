//! Where settings come from, what each takes, and what is said to one that is wrong.

use std::fs;
use std::path::PathBuf;

use switchboard::config::{Config, Fault, Given, Loaded, SETTINGS, Setting, load};
use tempfile::TempDir;

use crate::run;

fn setting(name: &str) -> &'static Setting {
    SETTINGS.iter().find(|setting| setting.name() == name).unwrap()
}

fn flags(flags: &[(&str, &str)]) -> Given {
    let flags = flags.iter().map(|(name, value)| (setting(name), (*value).to_owned())).collect();
    Given { flags, ..Given::default() }
}

/// A settings file; it is gone when the folder is dropped.
fn file(text: &str) -> (TempDir, PathBuf) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("switchboard.toml");
    fs::write(&path, text).unwrap();
    (folder, path)
}

fn load_file(text: &str) -> Result<Loaded, Fault> {
    let (_folder, path) = file(text);
    load(Given { file: Some(path), ..Given::default() })
}

/// The line that `switchboard config` prints for the value of `name`, and the one above it.
fn printed<'a>(out: &'a str, name: &str) -> (&'a str, &'a str) {
    let lines: Vec<_> = out.lines().collect();
    let key = format!("{name} = ");
    let at = lines.iter().position(|line| line.starts_with(&key)).unwrap();
    (&lines[at][key.len()..], lines[at - 1])
}

#[test]
fn a_flag_goes_before_a_variable_before_the_file_before_the_default() {
    let (_folder, path) = file("rate = 1\nburst = 1\nworkers = 3\n");
    let path = path.to_str().unwrap();
    let variables =
        [("SWITCHBOARD_CONFIG", path), ("SWITCHBOARD_RATE", "2"), ("SWITCHBOARD_BURST", "2")];

    let ran = run(&["config", "--rate", "7"], &variables);

    assert_eq!(ran.code, 0, "{}", ran.err);
    for (name, value, from) in [
        ("rate", "7", "flag --rate".to_owned()),
        ("burst", "2", "variable SWITCHBOARD_BURST".to_owned()),
        ("workers", "3", format!("file {path}")),
        ("max-rooms", "8", "default".to_owned()),
    ] {
        let (printed, comment) = printed(&ran.out, name);
        assert_eq!(printed, value, "{name}");
        assert!(comment.ends_with(&format!("From: {from}.")), "{name}: {comment}");
    }
}

#[test]
fn the_file_of_the_flag_goes_before_the_file_of_the_variable() {
    let (_folder, path) = file("rate = 5\n");
    let flag = ["config", "--config", path.to_str().unwrap()];

    let ran = run(&flag, &[("SWITCHBOARD_CONFIG", "/nowhere.toml")]);

    assert_eq!(printed(&ran.out, "rate").0, "5");
}

#[test]
fn flags_may_stand_before_and_after_the_command() {
    for arguments in [["--rate", "7", "config"], ["config", "--rate", "7"]] {
        assert_eq!(printed(&run(&arguments, &[]).out, "rate").0, "7");
    }
}

#[test]
fn without_any_setting_the_defaults_are_in_effect() {
    assert_eq!(load(Given::default()).unwrap().config, Config::default());
}

#[test]
fn every_default_is_a_value_that_its_setting_takes() {
    let defaults: Vec<_> = SETTINGS.iter().map(|s| (s, s.default_value())).collect();

    let loaded = load(Given { flags: defaults, ..Given::default() }).unwrap();

    assert_eq!(loaded.config, Config::default());
}

#[test]
fn every_setting_has_its_flag_its_variable_and_its_key() {
    for setting in SETTINGS {
        let (name, value) = (setting.name(), setting.default_value());
        let flag = format!("--{name}={value}");
        let (_folder, path) = file(&format!("{name} = {value:?}\n"));

        let by_flag = run(&["config", &flag], &[]);
        let by_variable = run(&["config"], &[(&setting.variable(), &value)]);
        let by_key = run(&["config", "--config", path.to_str().unwrap()], &[]);

        for (ran, from) in [(by_flag, "flag"), (by_variable, "variable"), (by_key, "file")] {
            assert!(printed(&ran.out, &name).1.contains(&format!("From: {from} ")), "{name}");
        }
    }
}

/// What each setting takes and refuses, at the ends of its range.
const RANGES: &[(&str, &[&str], &[&str])] = &[
    ("listen", &["0.0.0.0:0", "[::]:65535"], &["", "8080", ":8080", "localhost:8080", "[::1]"]),
    ("workers", &["1", "64"], &["0", "65", "-1", "1.5", "one", ""]),
    ("max-frame", &["1KiB", "1024", "16MiB"], &["1023", "16777217", "64KB", ""]),
    ("rate", &["0", "1000000"], &["1000001", "-1", ""]),
    ("burst", &["1", "1000000"], &["0", "1000001"]),
    ("address-rate", &["0", "1000000"], &["1000001", "-1"]),
    ("address-burst", &["1", "1000000"], &["0", "1000001"]),
    ("call-rate", &["0", "1000000"], &["1000001"]),
    ("max-rooms", &["0", "1000"], &["1001"]),
    ("max-members", &["2", "1000"], &["1", "1001"]),
    ("queue-messages", &["16", "4096"], &["15", "4097"]),
    ("queue-bytes", &["1KiB", "1GiB"], &["1023", "1073741825"]),
    ("queue-total", &["1KiB", "512GiB"], &["1023", "513GiB"]),
    ("stall", &["1s", "10m"], &["999ms", "601s", "10", ""]),
    ("resume-window", &["0s", "1h"], &["3601s", "0"]),
    ("heartbeat", &["1s", "1h"], &["0s", "3600001ms"]),
    ("ring-timeout", &["1s", "10m"], &["999ms", "11m"]),
    ("drain-window", &["0s", "10m"], &["601s"]),
    ("presence", &["all", "off"], &["All", "none", ""]),
    ("presence-limit", &["0", "100000"], &["100001"]),
    ("duplicate-login", &["replace", "reject"], &["refuse", ""]),
    ("max-sockets", &["0", "10000000"], &["10000001"]),
    ("max-sockets-per-address", &["0", "10000000"], &["10000001"]),
    ("new-sockets-per-address", &["0", "1000000"], &["1000001"]),
    ("new-connections-per-address", &["0", "1000000"], &["1000001"]),
    ("requests-per-address", &["0", "1000000"], &["1000001", "-1"]),
    ("request-burst-per-address", &["1", "1000000"], &["0", "1000001"]),
    ("max-pending", &["0", "10000000"], &["10000001", "-1"]),
    ("max-pending-per-address", &["0", "10000000"], &["10000001"]),
    ("trusted-proxies", &["", "10.0.0.0/8, ::1"], &["10.0.0.0/33", "proxy.example", "*"]),
    ("tls-cert", &["", "/etc/a b/Zertifikät.pem"], &["a\tb", "a\0"]),
    ("tls-key", &["", "key.pem"], &["a\nb"]),
    ("stun", &["", "stun:a.example", "stun:a,stuns:b:5349"], &["a.example", "turn:a", "stun:a;b"]),
    ("turn-url", &["", "turn:a,turns:b:5349?transport=tcp"], &["stun:a", "turn:a?transport=sctp"]),
    ("turn-secret", &["", "0123456789abcdef"], &["0123456789abcde"]),
    ("turn-ttl", &["60s", "24h"], &["59s", "25h", "0s"]),
    (
        "origins",
        &[
            "",
            "https://a.example,http://b:81",
            "app://localhost,https://*.a.example,null,file://,*",
        ],
        &["a.example", "https://a/", "https://*.example", "wss://a.example"],
    ),
    (
        "hosts",
        &["", "localhost,127.0.0.1", "[::1]"],
        &["a.example:80", "[::1]:80", "http://a", "*"],
    ),
    ("insecure-open", &["true", "false"], &["1", "yes", ""]),
    ("auth", &["jwt"], &["Open", "none", ""]),
    ("jwt-secret", &["0123456789abcdef0123456789abcdef"], &["0123456789abcdef0123456789abcde"]),
    ("jwt-key", &["/etc/switchboard/key.pem"], &[]),
    ("jwt-jwks", &["keys.json"], &[]),
    ("jwt-audience", &["", "switchboard", "a,https://b/c"], &[]),
    ("jwt-issuer", &["", "https://id.example.org"], &[]),
    ("jwt-type", &["", "at+jwt", "at+jwt,JWT"], &[]),
    ("failed-logins-per-address", &["0", "1000000"], &["1000001", "-1"]),
    ("admin-listen", &["", "127.0.0.1:8081", "[::]:0"], &["8081", "localhost:8081", "none"]),
    ("admin-token", &["", "0123456789abcdef"], &["0123456789abcde"]),
    ("log-format", &["text", "json"], &["JSON", "pretty", ""]),
];

/// Flags that leave the setting `name` all of its own range, where settings must fit together.
fn room_for(name: &str, value: &str) -> Vec<(&'static str, &'static str)> {
    const SECRET: &str = "0123456789abcdef";
    let queues = match name {
        "queue-total" => [("max-frame", "1KiB"), ("queue-bytes", "1KiB")],
        "queue-bytes" => [("max-frame", "1KiB"), ("queue-total", "512GiB")],
        _ => [("queue-bytes", "1GiB"), ("queue-total", "512GiB")],
    };
    let partner = match name {
        _ if value.is_empty() => None,
        "tls-cert" => Some(("tls-key", "key.pem")),
        "tls-key" => Some(("tls-cert", "certificate.pem")),
        "turn-url" => Some(("turn-secret", SECRET)),
        "turn-secret" => Some(("turn-url", "turn:a")),
        "admin-listen" => Some(("admin-token", SECRET)),
        "admin-token" => Some(("admin-listen", "127.0.0.1:8081")),
        _ => None,
    };
    queues.into_iter().chain(partner).collect()
}

#[test]
fn a_certificate_without_its_key_is_one_sentence() {
    for (set, missing) in [("tls-cert", "tls-key"), ("tls-key", "tls-cert")] {
        let ran = run(&["config", &format!("--{set}"), "some.pem"], &[]);

        let sentence = format!(
            "switchboard: {set} is set (flag --{set}) and {missing} is not: \
             TLS needs the certificate and its key\n"
        );
        assert_eq!((ran.code, ran.err), (2, sentence));
    }
}

#[test]
fn every_setting_takes_the_ends_of_its_range_and_nothing_past_them() {
    let names: Vec<_> = RANGES.iter().map(|(name, ..)| (*name).to_owned()).collect();
    assert_eq!(names, SETTINGS.iter().map(Setting::name).collect::<Vec<_>>());

    for (name, taken, refused) in RANGES {
        let load = |value| load(flags(&[&room_for(name, value)[..], &[(*name, value)]].concat()));
        for value in *taken {
            assert!(load(value).is_ok(), "{name} {value:?} should be taken");
        }
        for value in *refused {
            let fault = load(value).expect_err("should be refused").to_string();
            let allowed = setting(name).allowed();
            let shown = match setting(name).is_secret() {
                true => "what it is".into(),
                false => format!("{value:?}"),
            };
            let sentence = format!("{name} cannot be {shown} (flag --{name}); it takes {allowed}");
            assert_eq!(fault, sentence);
        }
    }
}

#[test]
fn each_queue_must_hold_what_goes_into_it() {
    for (given, sentence) in [
        (
            [("max-frame", "1MiB"), ("rate", "0")],
            "queue-bytes cannot be \"512KiB\" (default); it takes at least as much as max-frame, \
             which is 1MiB (flag --max-frame)",
        ),
        (
            [("queue-bytes", "1000KiB"), ("queue-total", "999KiB")],
            "queue-total cannot be \"999KiB\" (flag --queue-total); it takes at least as much as \
             queue-bytes, which is 1000KiB (flag --queue-bytes)",
        ),
    ] {
        assert_eq!(load(flags(&given)).unwrap_err().to_string(), sentence);
    }

    let exactly_enough = [("max-frame", "1MiB"), ("queue-bytes", "1MiB"), ("queue-total", "1MiB")];
    assert!(load(flags(&exactly_enough)).is_ok());
}

#[test]
fn of_two_settings_that_need_each_other_one_alone_is_refused() {
    const SECRET: &str = "s3cret-s3cret-s3cret";
    const TURN: &str = "credentials for a TURN server are made with the secret that it shares";
    const ADMIN: &str =
        "the admin API is served at the address of the one to whoever has the other";
    for (alone, value, partner, why) in [
        ("turn-url", "turn:a.example", "turn-secret", TURN),
        ("turn-secret", SECRET, "turn-url", TURN),
        ("admin-listen", "127.0.0.1:8081", "admin-token", ADMIN),
        ("admin-token", SECRET, "admin-listen", ADMIN),
    ] {
        let fault = load(flags(&[(alone, value)])).unwrap_err().to_string();

        let sentence = format!("{alone} is set (flag --{alone}) and {partner} is not: {why}");
        assert_eq!(fault, sentence);
    }
}

#[test]
fn a_value_that_is_overridden_is_checked_all_the_same() {
    let ran = run(&["config", "--rate", "7"], &[("SWITCHBOARD_RATE", "fast")]);

    assert_eq!(
        ran.err,
        "switchboard: rate cannot be \"fast\" (variable SWITCHBOARD_RATE); it takes a whole number \
         from 0 to 1000000\n"
    );
}

#[test]
fn a_wrong_setting_stops_every_command_with_one_sentence_and_exit_code_2() {
    for command in ["serve", "config", "health"] {
        let ran = run(&[command, "--workers", "65"], &[]);

        assert_eq!((ran.code, ran.out.as_str()), (2, ""), "{command}");
        assert_eq!(
            ran.err,
            "switchboard: workers cannot be \"65\" (flag --workers); it takes a whole number from 1 \
             to 64\n"
        );
    }
}

#[test]
fn a_negative_number_is_refused_as_a_value_and_not_as_a_flag() {
    assert!(run(&["--rate", "-1"], &[]).err.contains("rate cannot be \"-1\" (flag --rate)"));
}

#[test]
fn a_misspelt_variable_is_refused_and_the_nearest_is_named() {
    let ran = run(&["config"], &[("SWITCHBOARD_MAX_FRAMES", "s3cret")]);

    assert_eq!(ran.code, 2);
    assert_eq!(
        ran.err,
        "switchboard: variable SWITCHBOARD_MAX_FRAMES is no setting; the nearest is \
         SWITCHBOARD_MAX_FRAME, and \"switchboard config\" prints all\n"
    );
}

#[test]
fn the_variables_that_kubernetes_makes_for_a_service_of_this_name_are_ignored() {
    let ran = run(
        &["config"],
        &[
            ("SWITCHBOARD_SERVICE_HOST", "10.0.0.7"),
            ("SWITCHBOARD_SERVICE_PORT", "8080"),
            ("SWITCHBOARD_SERVICE_PORT_HTTP", "8080"),
            ("SWITCHBOARD_PORT", "tcp://10.0.0.7:8080"),
            ("SWITCHBOARD_PORT_8080_TCP", "tcp://10.0.0.7:8080"),
            ("SWITCHBOARD_PORT_8080_TCP_ADDR", "10.0.0.7"),
            ("SWITCHBOARD_EU_PORT_8080_TCP_PROTO", "tcp"),
        ],
    );
    assert_eq!(ran.code, 0, "{}", ran.err);

    let mistaken = run(&["config"], &[("SWITCHBOARD_PORT", "9000")]);
    assert!(mistaken.err.starts_with("switchboard: variable SWITCHBOARD_PORT is no setting"));
}

#[test]
fn a_misspelt_key_is_refused_and_the_nearest_is_named() {
    for (text, key, nearest) in [
        ("max_frame = 2048", "max_frame", "max-frame"),
        ("ringtimeout = \"9s\"", "ringtimeout", "ring-timeout"),
        ("[stuns]\nurls = []", "stuns", "stun"),
    ] {
        let fault = load_file(text).unwrap_err().to_string();
        assert!(fault.starts_with(&format!("{key:?} (file /")), "{fault}");
        let end = format!(
            ") is no setting; the nearest is {nearest}, and \"switchboard config\" prints all"
        );
        assert!(fault.ends_with(&end), "{fault}");
    }
}

#[test]
fn a_file_takes_numbers_booleans_texts_and_arrays() {
    let loaded = load_file(
        "max-frame = 131_072\nrate = \"50\"\nqueue-bytes = \"1MiB\"\nstall = \"500s\"\n\
         insecure-open = true\nstun = [\"stun:a\", \"stun:b\"]\norigins = \"https://a,https://b\"",
    );

    let config = loaded.unwrap().config;
    assert_eq!((config.max_frame, config.rate, config.queue_bytes), (131_072, 50, 1 << 20));
    assert_eq!((config.stall.as_secs(), config.insecure_open), (500, true));
    assert_eq!((config.stun.len(), config.origins.len()), (2, 2));
}

#[test]
fn a_file_value_of_a_wrong_type_is_refused_like_any_other() {
    for (text, start) in [
        ("rate = 1.5", "rate cannot be \"1.5\" (file /"),
        ("rate = true", "rate cannot be \"true\" (file /"),
        ("stall = 10", "stall cannot be \"10\" (file /"),
        ("rate = 1979-05-27", "rate cannot be \"1979-05-27\" (file /"),
        ("[listen]\nport = 1", "listen cannot be \"{ port = 1 }\" (file /"),
    ] {
        let fault = load_file(text).unwrap_err().to_string();
        assert!(fault.starts_with(start), "{fault}");
    }
}

#[test]
fn a_file_that_is_no_toml_is_refused_with_its_line() {
    for text in ["rate = 1\nburst = \n", "rate = 1\nrate = 2\n"] {
        let fault = load_file(text).unwrap_err().to_string();
        assert!(fault.contains("switchboard.toml\" is not TOML at line 2: "), "{fault}");
        assert!(!fault.contains('\n'), "{fault}");
    }
}

#[test]
fn a_file_that_is_not_there_is_refused_with_what_names_it() {
    let sentence = |from: &str| {
        format!(
            "switchboard: the settings file \"/nowhere.toml\" ({from}) cannot be read: No such \
             file or directory (os error 2)\n"
        )
    };
    let by_flag = run(&["--config", "/nowhere.toml"], &[]);
    let by_variable = run(&[], &[("SWITCHBOARD_CONFIG", "/nowhere.toml")]);

    assert_eq!(by_flag.err, sentence("flag --config"));
    assert_eq!(by_variable.err, sentence("variable SWITCHBOARD_CONFIG"));
}

#[test]
fn a_wrong_log_filter_is_refused_with_one_sentence() {
    let ran = run(&["config"], &[("SWITCHBOARD_LOG", "loud")]);

    assert_eq!(ran.code, 2);
    assert!(ran.err.starts_with("switchboard: log cannot be \"loud\"; it takes error, "));
    assert_eq!(ran.err.lines().count(), 1);
}

#[test]
fn a_switch_needs_no_value_as_a_flag() {
    for (flag, value) in [("--insecure-open", "true"), ("--insecure-open=false", "false")] {
        assert_eq!(printed(&run(&[flag, "config"], &[]).out, "insecure-open").0, value);
    }
}

#[test]
fn the_printed_settings_are_a_file_that_gives_the_same_settings() {
    let given = flags(&[
        ("listen", "[::1]:9000"),
        ("max-frame", "1500"),
        ("stall", "1500ms"),
        ("presence", "off"),
        ("stun", "stun:a.example,stun:b.example:3478"),
        ("insecure-open", "true"),
    ]);
    let loaded = load(given).unwrap();

    let again = load_file(&switchboard::config::as_toml(&loaded)).unwrap();

    assert_eq!(again.config, loaded.config);
}

#[test]
fn every_setting_is_printed_with_meaning_unit_range_default_and_source() {
    let out = run(&["config"], &[]).out;

    for setting in SETTINGS {
        let default = setting.default_in_words();
        let comment = format!(
            "# {}\n# Unit: {}. Takes {}.\n# A change takes effect: {}.\n# Default: {default}. From: default.\n{} = ",
            setting.meaning(),
            setting.unit(),
            setting.allowed(),
            setting.renewal().in_words(),
            setting.name(),
        );
        assert!(out.contains(&comment), "{comment}");
    }
}

#[test]
fn the_manual_lists_the_settings_that_the_program_has() {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/settings.md");

    let printed = run(&["config", "--markdown"], &[]).out;

    let written = fs::read_to_string(page).unwrap();
    assert!(
        written == printed,
        "docs/settings.md is out of date: cargo run -- config --markdown > docs/settings.md"
    );
}
