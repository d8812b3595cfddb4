//! `switchboard token`.

use std::process::{Command, Output};

use switchboard::auth::Identity;
use switchboard::config::Config;
use switchboard::protocol::BadToken;

use crate::{SECRET, key_file, verify, with_secret};

fn token(arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.arg("token").args(arguments).env_clear().envs(variables.iter().copied());
    command.output().unwrap()
}

const WITH_SECRET: (&str, &str) = ("SWITCHBOARD_JWT_SECRET", SECRET);

/// The token alone is on standard output.
fn minted(output: &Output) -> String {
    let (out, err) = (&output.stdout, String::from_utf8_lossy(&output.stderr));
    assert_eq!((output.status.code(), &*err), (Some(0), ""));
    let line = String::from_utf8(out.clone()).unwrap();
    line.strip_suffix('\n').unwrap().to_owned()
}

#[test]
fn a_token_is_printed_alone_and_is_one_that_the_server_takes() {
    let arguments = ["--user", "11", "--ttl", "2h", "--name", "李雷"];
    let token = minted(&token(&arguments, &[WITH_SECRET]));

    let Identity { user, name, lasts, .. } = verify(&with_secret(), &token).unwrap();

    assert_eq!((user.as_str(), name.unwrap().as_str()), ("11", "李雷"));
    assert!((7200 + 27..=7200 + 30).contains(&lasts.as_secs()), "{lasts:?}");
}

#[test]
fn a_token_lasts_an_hour_and_has_the_audience_the_issuer_and_the_type_that_the_server_wants() {
    let variables = [
        WITH_SECRET,
        ("SWITCHBOARD_JWT_AUDIENCE", "switchboard,other"),
        ("SWITCHBOARD_JWT_ISSUER", "https://id.example"),
        ("SWITCHBOARD_JWT_TYPE", "at+jwt"),
    ];
    let token = minted(&token(&["--user", "11"], &variables));

    let wanting = Config {
        jwt_audience: vec!["switchboard".into()],
        jwt_issuer: vec!["https://id.example".into()],
        jwt_type: vec!["at+jwt".into()],
        ..with_secret()
    };
    let lasts = verify(&wanting, &token).unwrap().lasts;
    assert!((3600 + 27..=3600 + 30).contains(&lasts.as_secs()), "{lasts:?}");
    assert_eq!(verify(&with_secret(), &token), Err(BadToken::Audience));
}

#[test]
fn without_a_secret_there_is_a_sentence_and_no_token() {
    let key = key_file("rsa.pub.pem");
    for variables in [vec![], vec![("SWITCHBOARD_JWT_KEY", key.to_str().unwrap())]] {
        let output = token(&["--user", "11"], &variables);

        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(
            said,
            "switchboard: a token is signed with jwt-secret, and none is set; tokens for jwt-key \
             and jwt-jwks come from whoever has the private key\n"
        );
    }
}

#[test]
fn a_user_a_name_and_a_time_that_cannot_be_are_refused() {
    for arguments in [
        &["--user", "a b"][..],
        &["--user", "11", "--ttl", "0s"],
        &["--user", "11", "--ttl", "721h"],
        &["--user", "11", "--name", "two\nlines"],
        &[],
    ] {
        let output = token(arguments, &[WITH_SECRET]);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{arguments:?}");
        assert!(!String::from_utf8(output.stderr).unwrap().contains(SECRET));
    }
}
