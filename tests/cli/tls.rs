//! The program with a certificate: what it says of a bad one, and how it is asked for its health.

use std::path::{Path, PathBuf};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::TempDir;

use crate::run;
use crate::start::Serving;

/// A certificate and its key in a folder of their own.
struct Pair {
    folder: TempDir,
}

impl Pair {
    fn new() -> Self {
        let pair = Self { folder: TempDir::new().unwrap() };
        let CertifiedKey { cert, signing_key } =
            generate_simple_self_signed(["calls.example".to_owned()]).unwrap();
        std::fs::write(pair.cert(), cert.pem()).unwrap();
        std::fs::write(pair.key(), signing_key.serialize_pem()).unwrap();
        pair
    }

    fn cert(&self) -> PathBuf {
        self.folder.path().join("cert.pem")
    }

    fn key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }
}

/// How the start ends with these files.
#[track_caller]
fn refusal(cert: &Path, key: &Path) -> String {
    let [cert, key] = [cert, key].map(|path| path.to_str().unwrap().to_owned());
    let listen = ["--listen", "127.0.0.1:0", "--log", "off"];
    let ran = run(&[&listen[..], &["--tls-cert", &cert, "--tls-key", &key]].concat(), &[]);
    assert_eq!((ran.code, ran.err.lines().count()), (1, 1), "{}", ran.err);
    ran.err
}

#[test]
fn a_pair_that_cannot_be_used_is_one_sentence_without_anything_of_the_key() {
    let (pair, other) = (Pair::new(), Pair::new());
    let nowhere = pair.folder.path().join("nowhere.pem");
    let key = std::fs::read_to_string(other.key()).unwrap();

    for (cert, key_file, sentence) in [
        (&nowhere, &pair.key(), "tls-cert names"),
        (&pair.cert(), &nowhere, "tls-key names"),
        (&pair.key(), &pair.key(), "where no certificate in PEM can be found"),
        (&pair.cert(), &pair.cert(), "where no unencrypted private key in PEM can be found"),
        (&pair.cert(), &other.key(), "cannot be used together"),
    ] {
        let said = refusal(cert, key_file);
        assert!(said.starts_with("switchboard: ") && said.contains(sentence), "{said}");
        assert!(!key.lines().any(|line| said.contains(line)), "{said}");
    }
}

#[test]
fn a_server_that_speaks_tls_is_asked_by_tls_whatever_its_certificate_names() {
    let pair = Pair::new();
    let [cert, key] = [pair.cert(), pair.key()].map(|path| path.to_str().unwrap().to_owned());
    let serving = Serving::start_with(&["--tls-cert", &cert, "--tls-key", &key]);
    let address = serving.url.strip_prefix("https://").unwrap().trim_end_matches('/');
    let settings = [
        ("SWITCHBOARD_LISTEN", address),
        ("SWITCHBOARD_TLS_CERT", &cert),
        ("SWITCHBOARD_TLS_KEY", &key),
    ];

    let ran = run(&["health"], &settings);
    assert_eq!((ran.code, ran.out), (0, format!("https://{address}/healthz is well\n")));

    // By a URL that somebody gives, the certificate has to be a good one.
    let ran = run(&["health", &format!("https://{address}/healthz")], &settings);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("did not answer"), "{}", ran.err);
    // Without the settings of the server it is asked in plain, which it does not speak.
    assert_eq!(run(&["health", "--listen", address], &[]).code, 1);
}
