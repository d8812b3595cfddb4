//! The keys that tokens are checked with, and what each is good for.
//!
//! Every key is tried out when it is read, so that a bad one is a fault of the file and not of the
//! tokens that come later.

use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::crypto::rust_crypto::DEFAULT_PROVIDER;
use jsonwebtoken::{Algorithm, DecodingKey, DecodingKeyKind};
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::files::Unreadable;
use crate::protocol::BadToken;

/// Why a file holds no keys that could be used; the end of a sentence for the operator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKeys {
    /// It cannot be read.
    #[error("{0}")]
    Unreadable(#[from] Unreadable),
    /// No PEM of a kind that is known.
    #[error("it holds no public key as PEM; RSA, P-256 and Ed25519 are taken")]
    NotPem,
    /// A certificate instead of its key.
    #[error("it holds a certificate: take the public key, `openssl x509 -pubkey -noout`")]
    Certificate,
    /// More than one PEM.
    #[error("it holds {0} keys: PEM is for one, put several into a JSON Web Key Set (jwt-jwks)")]
    SeveralPem(usize),
    /// The half that makes tokens.
    #[error("it holds a private key: the server needs the public one alone")]
    Private,
    /// An RSA key of another size than is taken.
    #[error("its RSA key has {0} bits; 2048 to 4096 are taken")]
    RsaSize(usize),
    /// No JSON, or not with a list of keys.
    #[error("it is no JSON Web Key Set (RFC 7517), at line {line}, column {column}")]
    NotJwks {
        /// Where reading ended, from 1.
        line: usize,
        /// Where in the line.
        column: usize,
    },
    /// A key that makes tokens as well as it checks them.
    #[error("it holds a symmetric key (`kty` oct), which makes tokens too: jwt-secret is for that")]
    Symmetric,
    /// Keys, but for other purposes.
    #[error("no key in it is for RS256, PS256, ES256 or EdDSA signatures")]
    NoneUsable,
}

/// All keys that are in force.
pub(super) enum Keys {
    /// The key of every token, whatever `kid` says.
    One(Key),
    /// The keys of a set, by `kid`.
    Set(Vec<(Option<String>, Key)>),
}

/// One key, and the algorithms that it is for.
pub(super) struct Key {
    pub(super) key: DecodingKey,
    algorithms: Vec<Algorithm>,
}

const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=4096;
/// An uncompressed point of P-256 (SEC 1, section 2.3.3).
const P256_BYTES: usize = 65;
const ED25519_BYTES: usize = 32;

impl Keys {
    pub(super) fn of_secret(secret: &str) -> Self {
        Self::One(Key {
            key: DecodingKey::from_secret(secret.as_bytes()),
            algorithms: vec![Algorithm::HS256, Algorithm::HS384, Algorithm::HS512],
        })
    }

    pub(super) fn of_pem(text: &[u8]) -> Result<Self, BadKeys> {
        let words = String::from_utf8_lossy(text);
        let labels: Vec<_> = words
            .lines()
            .filter_map(|line| line.trim().strip_prefix("-----BEGIN ")?.strip_suffix("-----"))
            .collect();
        match labels[..] {
            [] => return Err(BadKeys::NotPem),
            ["PUBLIC KEY" | "RSA PUBLIC KEY"] => {}
            ["CERTIFICATE"] => return Err(BadKeys::Certificate),
            _ if labels.iter().any(|it| it.ends_with("PRIVATE KEY")) => {
                return Err(BadKeys::Private);
            }
            [_] => return Err(BadKeys::NotPem),
            _ => return Err(BadKeys::SeveralPem(labels.len())),
        }
        let key = DecodingKey::from_rsa_pem(text)
            .or_else(|_| DecodingKey::from_ec_pem(text))
            .or_else(|_| DecodingKey::from_ed_pem(text))
            .map_err(|_| BadKeys::NotPem)?;
        Ok(Self::One(Key::new(key)?.ok_or(BadKeys::NotPem)?))
    }

    pub(super) fn of_jwks(text: &[u8]) -> Result<Self, BadKeys> {
        let not_jwks =
            |e: serde_json::Error| BadKeys::NotJwks { line: e.line(), column: e.column() };
        let set: Set = serde_json::from_slice(text).map_err(not_jwks)?;
        let mut keys = Vec::new();
        for entry in set.keys {
            // What cannot be understood is to be passed over (RFC 7517, section 5).
            let Ok(entry) = serde_json::from_value::<Entry>(entry) else { continue };
            match entry.kty.as_str() {
                "oct" => return Err(BadKeys::Symmetric),
                _ if entry.d.is_some() => return Err(BadKeys::Private),
                _ => {}
            }
            if let Some(key) = entry.key()? {
                keys.push((entry.kid, key));
            }
        }
        if keys.is_empty() { Err(BadKeys::NoneUsable) } else { Ok(Self::Set(keys)) }
    }

    pub(super) fn len(&self) -> usize {
        match self {
            Keys::One(_) => 1,
            Keys::Set(keys) => keys.len(),
        }
    }

    /// The key of a token whose header says this, if it is for that algorithm.
    pub(super) fn find(&self, kid: Option<&str>, algorithm: Algorithm) -> Result<&Key, BadToken> {
        let named: Vec<_> = match (self, kid) {
            (Keys::One(key), _) => vec![key],
            (Keys::Set(keys), None) => match &keys[..] {
                [(_, key)] => vec![key],
                _ => Vec::new(),
            },
            (Keys::Set(keys), Some(kid)) => {
                let named = |(name, key)| (name == Some(kid)).then_some(key);
                keys.iter().map(|(name, key)| (name.as_deref(), key)).filter_map(named).collect()
            }
        };
        if named.is_empty() {
            return Err(BadToken::UnknownKey);
        }
        let fits = |key: &&Key| key.algorithms.contains(&algorithm);
        named.into_iter().find(fits).ok_or(BadToken::Algorithm)
    }
}

impl Key {
    /// The key with all that it can be used for; `None` if that is nothing.
    fn new(key: DecodingKey) -> Result<Option<Self>, BadKeys> {
        use jsonwebtoken::AlgorithmFamily as F;
        let algorithms = match key.family() {
            F::Rsa => {
                let Some(bits) = rsa_bits(&key) else { return Ok(None) };
                if !RSA_BITS.contains(&bits) {
                    return Err(BadKeys::RsaSize(bits));
                }
                vec![Algorithm::RS256, Algorithm::PS256]
            }
            F::Ec if has_length(&key, P256_BYTES) => vec![Algorithm::ES256],
            F::Ed if has_length(&key, ED25519_BYTES) => vec![Algorithm::EdDSA],
            F::Ec | F::Ed | F::Hmac => return Ok(None),
        };
        // Whether the point is on the curve shows when it is first used.
        let works = jsonwebtoken::crypto::verify("", b"", &key, algorithms[0]).is_ok();
        Ok(works.then_some(Self { key, algorithms }))
    }
}

fn has_length(key: &DecodingKey, bytes: usize) -> bool {
    key.try_get_as_bytes().is_ok_and(|it| it.len() == bytes)
}

fn rsa_bits(key: &DecodingKey) -> Option<usize> {
    let modulus = match key.kind() {
        DecodingKeyKind::RsaModulusExponent { n, .. } => n.clone(),
        DecodingKeyKind::SecretOrDer(der) => {
            (DEFAULT_PROVIDER.key_utils.rsa_pub_components_from_public_key)(der).ok()?.0
        }
    };
    let first = modulus.iter().position(|byte| *byte != 0)?;
    Some((modulus.len() - first) * 8 - modulus[first].leading_zeros() as usize)
}

/// A JSON Web Key Set (RFC 7517, section 5).
#[derive(Deserialize)]
struct Set {
    keys: Vec<serde_json::Value>,
}

/// A JSON Web Key (RFC 7517, section 4; RFC 7518, section 6; RFC 8037).
#[derive(Deserialize)]
struct Entry {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    r#use: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
    /// What makes a key private.
    d: Option<IgnoredAny>,
}

impl Entry {
    /// `None` if it is for something else.
    fn key(&self) -> Result<Option<Key>, BadKeys> {
        let is_for_signatures = self.r#use.as_deref().is_none_or(|it| it == "sig")
            && self.key_ops.as_ref().is_none_or(|it| it.iter().any(|it| it == "verify"));
        let Some(key) = self.decoding_key().filter(|_| is_for_signatures) else { return Ok(None) };
        let Some(mut key) = Key::new(key)? else { return Ok(None) };
        if let Some(only) = &self.alg {
            key.algorithms.retain(|it| Algorithm::from_str(only).as_ref() == Ok(it));
        }
        Ok((!key.algorithms.is_empty()).then_some(key))
    }

    fn decoding_key(&self) -> Option<DecodingKey> {
        let bytes = |text: &Option<String>| URL_SAFE_NO_PAD.decode(text.as_deref()?).ok();
        match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => {
                let (n, e) = (bytes(&self.n)?, bytes(&self.e)?);
                Some(DecodingKey::from_rsa_raw_components(&n, &e))
            }
            ("EC", Some("P-256")) => {
                let point = [vec![UNCOMPRESSED], bytes(&self.x)?, bytes(&self.y)?].concat();
                Some(DecodingKey::from_ec_der(&point))
            }
            ("OKP", Some("Ed25519")) => Some(DecodingKey::from_ed_der(&bytes(&self.x)?)),
            _ => None,
        }
    }
}

/// What a point begins with that has both coordinates (SEC 1, section 2.3.3).
const UNCOMPRESSED: u8 = 4;
