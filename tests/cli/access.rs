//! Settings under which a server would be open to more than was meant: none starts.

use crate::run;

const SECRET: (&str, &str) = ("SWITCHBOARD_JWT_SECRET", "0123456789abcdef0123456789abcdef");
const JWT: (&str, &str) = ("SWITCHBOARD_AUTH", "jwt");

/// What is said to somebody who serves with these.
#[track_caller]
fn refused(arguments: &[&str], variables: &[(&str, &str)]) -> String {
    for command in ["serve", "config"] {
        let ran = run(&[arguments, &[command]].concat(), variables);
        assert_eq!((ran.code, ran.err.lines().count()), (2, 1), "{command}: {}", ran.err);
    }
    run(arguments, variables).err
}

#[test]
fn open_mode_starts_on_a_loopback_address_only_and_says_what_to_set() {
    for listen in ["0.0.0.0:0", "[::]:0", "192.0.2.1:80"] {
        assert_eq!(
            refused(&["--listen", listen], &[]),
            format!(
                "switchboard: listen is {listen} (flag --listen), an address that others can \
                 reach, and with auth open everybody may claim every name: set auth to jwt and \
                 one of jwt-secret, jwt-key and jwt-jwks, or insecure-open if that is meant\n"
            )
        );
    }
    for (listen, more) in [
        ("127.0.0.1:0", None),
        ("127.8.8.8:0", None),
        ("[::1]:0", None),
        ("[::ffff:127.0.0.1]:0", None),
        ("0.0.0.0:0", Some("--insecure-open")),
    ] {
        let arguments: Vec<_> = ["config", "--listen", listen].into_iter().chain(more).collect();
        assert_eq!(run(&arguments, &[]).code, 0, "{listen}");
    }
    let with_tokens = run(&["config", "--listen", "0.0.0.0:0"], &[JWT, SECRET]);
    assert_eq!(with_tokens.code, 0, "{}", with_tokens.err);
}

#[test]
fn in_open_mode_origins_that_pages_of_anybody_have_are_refused_with_the_reason() {
    for (entry, whose) in [
        ("null", "is the origin of every sandboxed frame, which any page can make"),
        ("file://", "is the origin of every file that somebody opens in a browser"),
        ("*", "stands for every page of the web"),
    ] {
        let list = format!("https://app.example,{entry}");
        for more in [None, Some("--insecure-open")] {
            let arguments: Vec<_> = ["--origins", &list].into_iter().chain(more).collect();
            assert_eq!(
                refused(&arguments, &[]),
                format!(
                    "switchboard: origins has {entry} (flag --origins), which {whose}, and with \
                     auth open every page that may connect can claim every name: list the origins \
                     of your own pages instead, or set auth to jwt and one of jwt-secret, jwt-key \
                     and jwt-jwks\n"
                )
            );
        }
        let with_tokens = run(&["config", "--origins", &list], &[JWT, SECRET]);
        assert_eq!(with_tokens.code, 0, "{}", with_tokens.err);
    }
    let apps = "capacitor://localhost,app://localhost,https://*.preview.example.org";
    let open = run(&["config", "--origins", apps], &[]);
    assert_eq!(open.code, 0, "{}", open.err);
}

#[test]
fn access_tokens_need_one_key_and_no_more() {
    assert_eq!(
        refused(&[], &[JWT]),
        "switchboard: auth is jwt (variable SWITCHBOARD_AUTH) without a key to check access tokens \
         with: set one of jwt-secret, jwt-key and jwt-jwks\n"
    );
    assert_eq!(
        refused(&["--jwt-jwks", "keys.json"], &[JWT, SECRET]),
        "switchboard: jwt-secret (variable SWITCHBOARD_JWT_SECRET) and jwt-jwks (flag --jwt-jwks) \
         are both set: access tokens are checked with one of jwt-secret, jwt-key and jwt-jwks\n"
    );
}

#[test]
fn nobody_believes_to_be_protected_by_what_means_nothing() {
    for (arguments, variables, setting, mend) in [
        (&[][..], &[SECRET][..], "jwt-secret", "set auth to jwt, or leave it out"),
        (&["--jwt-key=a"], &[], "jwt-key", "set auth to jwt, or leave it out"),
        (&["--jwt-audience=a"], &[], "jwt-audience", "set auth to jwt, or leave it out"),
        (&["--jwt-type=at+jwt"], &[], "jwt-type", "set auth to jwt, or leave it out"),
        (&["--jwt-issuer=a"], &[], "jwt-issuer", "set auth to jwt, or leave it out"),
        (&["--insecure-open"], &[JWT, SECRET], "insecure-open", "leave it out"),
    ] {
        let said = refused(arguments, variables);
        assert!(said.starts_with(&format!("switchboard: {setting} is set (")), "{said}");
        assert!(said.ends_with(&format!(": {mend}\n")), "{said}");
    }
}

#[test]
fn a_key_file_that_cannot_be_used_is_one_sentence_and_exit_code_1() {
    let ran = run(&["--jwt-key", "/nowhere.pem", "--log", "off"], &[JWT]);

    assert_eq!(ran.code, 1);
    assert_eq!(
        ran.err,
        "switchboard: the file \"/nowhere.pem\" that jwt-key names cannot be used: No such file or \
         directory (os error 2)\n"
    );
}
