//! Secrets among the settings: where they come from, and that nothing shows them.

use std::ffi::OsString;
use std::fs;

use switchboard::config::{Config, Given, Secret, Source, load};
use tempfile::TempDir;

use crate::run;

const SECRET: &str = "s3cret-s3cret-s3cret-s3cret-s3cret";
const VARIABLE: &str = "SWITCHBOARD_JWT_SECRET";

fn variables(secret: &str) -> Vec<(OsString, OsString)> {
    vec![(VARIABLE.into(), secret.into())]
}

fn load_variable(value: &str) -> Result<Config, String> {
    let loaded = load(Given { variables: variables(value), ..Given::default() });
    loaded.map(|loaded| loaded.config).map_err(|fault| fault.to_string())
}

fn load_secret_file(content: &[u8]) -> Result<Config, String> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("secret");
    fs::write(&path, content).unwrap();
    load_variable(&format!("file:{}", path.display()))
}

#[test]
fn a_secret_is_the_text_itself_or_what_its_file_holds_without_the_last_line_end() {
    let secret = Some(Secret::new(SECRET));

    assert_eq!(load_variable(SECRET).unwrap().jwt_secret, secret);
    for end in ["", "\n", "\r\n"] {
        let config = load_secret_file(format!("{SECRET}{end}").as_bytes()).unwrap();
        assert_eq!(config.jwt_secret, secret, "{end:?}");
    }
    let with_blanks = load_secret_file(format!(" {SECRET} \n\n").as_bytes()).unwrap();
    assert_eq!(with_blanks.jwt_secret, Some(Secret::new(&format!(" {SECRET} \n"))));
}

#[test]
fn a_secret_file_that_cannot_be_used_is_named_with_its_setting() {
    let sentence = "the file \"/nowhere\" that jwt-secret (variable SWITCHBOARD_JWT_SECRET) names \
                    cannot be read: No such file or directory (os error 2)";
    assert_eq!(load_variable("file:/nowhere").unwrap_err(), sentence);

    for empty in ["", "\n", "\r\n"] {
        let fault = load_secret_file(empty.as_bytes()).unwrap_err();
        assert!(fault.ends_with(" cannot be read: it is empty"), "{fault}");
    }
    assert!(load_secret_file(b"\xff\xfe").unwrap_err().contains("UTF-8"));
}

#[test]
fn a_secret_that_is_too_short_is_refused_without_being_shown() {
    let ran = run(&["config"], &[(VARIABLE, "hunter2")]);

    assert_eq!((ran.code, ran.out.as_str()), (2, ""));
    let start = "switchboard: jwt-secret cannot be what it is (variable SWITCHBOARD_JWT_SECRET); it \
                 takes a text of at least 32 bytes, or file:PATH";
    assert!(ran.err.starts_with(start), "{}", ran.err);
    assert!(!ran.err.contains("hunter2"), "{}", ran.err);
}

#[test]
fn a_secret_in_a_file_that_is_no_toml_is_not_shown() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("switchboard.toml");
    for line in [
        format!("jwt-secret = {SECRET}"),
        format!("jwt-secret = \"{SECRET}"),
        format!("jwt-secret = \"{SECRET}\" {SECRET}"),
        format!("jwt-secret = \"\\q{SECRET}\""),
        format!("jwt-secret \"{SECRET}\""),
        format!("jwt_secret = \"{SECRET}\""),
        format!("jwt-secret = \"{SECRET}\"\njwt-secret = \"{SECRET}\""),
        format!("[jwt]\nsecret = \"{SECRET}\""),
    ] {
        fs::write(&path, &line).unwrap();
        let ran = run(&["config", "--config", path.to_str().unwrap()], &[]);

        assert_eq!(ran.code, 2, "{line}");
        assert!(!ran.err.contains("s3cret"), "{}", ran.err);
    }
}

#[test]
fn the_printed_settings_say_that_a_secret_is_set_and_from_where_and_no_more() {
    let ran = run(&["config"], &[(VARIABLE, SECRET), ("SWITCHBOARD_AUTH", "jwt")]);

    let lines = format!("From: variable {VARIABLE}.\n# jwt-secret = (set, not shown)\n");
    assert!(ran.out.contains(&lines), "{}", ran.out);
    assert!(!ran.out.contains("s3cret"));
    assert!(run(&["config"], &[]).out.contains("From: default.\njwt-secret = \"\"\n"));
}

#[test]
fn settings_and_their_faults_do_not_show_a_secret_in_debug_output() {
    let loaded = load(Given { variables: variables(SECRET), ..Given::default() }).unwrap();
    let source = loaded
        .source(switchboard::config::SETTINGS.iter().find(|it| it.name() == "jwt-secret").unwrap());
    assert_eq!(source, &Source::Variable(VARIABLE.into()));
    assert!(!format!("{loaded:?}").contains("s3cret"));

    let fault = load(Given { variables: variables("hunter2"), ..Given::default() }).unwrap_err();
    assert!(!format!("{fault:?}").contains("hunter2"));
}
