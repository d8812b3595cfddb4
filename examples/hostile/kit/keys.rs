//! Certificates and keys, made anew for every run.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use rcgen::{CertificateParams, KeyPair};
use rustls::client::Resumption;
use rustls::pki_types::CertificateDer;
use rustls::{ClientConfig, RootCertStore};
use serde_json::json;
use tokio_rustls::TlsConnector;

/// Kind of a key pair.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// ECDSA on P-256.
    P256,
    /// RSA with this number of bits.
    Rsa(u32),
}

/// Makes a key pair. RSA keys come from the program `openssl`, as rcgen makes none.
fn make(kind: Kind) -> KeyPair {
    let Kind::Rsa(bits) = kind else { return KeyPair::generate().unwrap() };
    let bits = format!("rsa_keygen_bits:{bits}");
    let arguments = ["genpkey", "-algorithm", "RSA", "-pkeyopt", &bits];
    let made = Command::new("openssl").args(arguments).output();
    let made = made.expect("RSA keys are made by the program `openssl`: install it");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    KeyPair::from_pem(&String::from_utf8(made.stdout).unwrap()).unwrap()
}

/// Writes `cert.pem` and `key.pem` for 127.0.0.1 into `folder`.
///
/// Returns a connector that trusts this certificate alone.
pub fn certificate(folder: &Path, kind: Kind) -> TlsConnector {
    let key = make(kind);
    let certificate = CertificateParams::new(["127.0.0.1".to_owned()]).unwrap();
    let certificate = certificate.self_signed(&key).unwrap();
    fs::write(folder.join("cert.pem"), certificate.pem()).unwrap();
    fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from(certificate.der().to_vec())).unwrap();
    let mut config = ClientConfig::builder().with_root_certificates(roots).with_no_client_auth();
    // Each handshake is that of a new client.
    config.resumption = Resumption::disabled();
    Arc::new(config).into()
}

/// Signs access tokens.
#[derive(Clone)]
pub struct Issuer {
    key: EncodingKey,
    algorithm: Algorithm,
}

impl Issuer {
    /// Writes the public key to `public.pem` in `folder`.
    pub fn new(folder: &Path, kind: Kind) -> Self {
        let pair = make(kind);
        fs::write(folder.join("public.pem"), pair.public_key_pem()).unwrap();
        let pem = pair.serialize_pem();
        let (key, algorithm) = match kind {
            Kind::P256 => (EncodingKey::from_ec_pem(pem.as_bytes()), Algorithm::ES256),
            Kind::Rsa(_) => (EncodingKey::from_rsa_pem(pem.as_bytes()), Algorithm::RS256),
        };
        Self { key: key.unwrap(), algorithm }
    }

    /// A token of `user` that is good for an hour.
    pub fn token(&self, user: &str) -> Arc<str> {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
        let claims = json!({"sub": user, "exp": now + 3600});
        jsonwebtoken::encode(&Header::new(self.algorithm), &claims, &self.key).unwrap().into()
    }

    /// A token whose signature has the right form and is wrong, so that the server has to compute.
    pub fn forged(&self, user: &str) -> Arc<str> {
        let token = self.token(user).to_string();
        let other = self.token("somebody-else").to_string();
        let (signed, _) = token.rsplit_once('.').unwrap();
        let (_, signature) = other.rsplit_once('.').unwrap();
        format!("{signed}.{signature}").into()
    }
}
