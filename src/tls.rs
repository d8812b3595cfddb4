//! TLS: the certificate that is shown, and how it is exchanged while sockets stay.
//!
//! Promises: TLS 1.2 and 1.3 alone; at the start the pair of certificate and key is good or nothing
//! starts; afterwards a changed pair is taken within seconds, a broken one never is, and the
//! one before it goes on. Nothing of a key is in an error or in the log. Sockets that are open keep
//! what they have agreed on.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use arc_swap::ArcSwap;
use log::{info, warn};
use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert, ServerConfig};
use rustls::sign::CertifiedKey;
use rustls::version::{TLS12, TLS13};

use crate::config::Config;
use crate::files::{self, FILE_MAX};
use crate::watch::{Look, Watch};

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(2);

/// Why TLS cannot be spoken with these files; one sentence for the operator.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// A file cannot be read.
    #[error("{setting} names {path}, which cannot be read: {why}")]
    Unreadable {
        /// The setting.
        setting: &'static str,
        /// The file.
        path: String,
        /// The fault in it.
        why: files::Unreadable,
    },
    /// A file does not hold what it should.
    #[error("{setting} names {path}, where no {wanted} in PEM can be found")]
    NotPem {
        /// The setting.
        setting: &'static str,
        /// The file.
        path: String,
        /// What should be there.
        wanted: &'static str,
    },
    /// The two do not fit each other, or no such key can be used.
    #[error("the certificate in {cert} and the key in {key} cannot be used together: {why}")]
    Pair {
        /// The file of the certificate.
        cert: String,
        /// The file of the key.
        key: String,
        /// The library's words.
        why: String,
    },
}

/// The two files.
#[derive(Clone, Debug)]
struct Files {
    cert: PathBuf,
    key: PathBuf,
}

/// What was in them.
#[derive(Clone, PartialEq, Eq)]
struct Content {
    cert: Vec<u8>,
    key: Vec<u8>,
}

/// The certificate in use, for all workers.
pub struct Certificate {
    files: Files,
    current: Arc<Current>,
    /// What `current` was made of.
    content: Content,
}

impl Certificate {
    /// The certificate that the settings name, if they name one.
    pub fn load(config: &Config) -> Result<Option<Self>, Fault> {
        let (Some(cert), Some(key)) = (&config.tls_cert, &config.tls_key) else { return Ok(None) };
        let files = Files { cert: cert.clone(), key: key.clone() };
        let content = files.read()?;
        let current = Arc::new(Current(ArcSwap::from_pointee(files.pair(&content)?)));
        Ok(Some(Self { files, current, content }))
    }

    /// What a listener needs to speak TLS with this certificate, and with those that follow it.
    pub fn server_config(&self) -> ServerConfig {
        // expect: both versions have cipher suites in this provider.
        ServerConfig::builder_with_provider(provider())
            .with_protocol_versions(&[&TLS13, &TLS12])
            .expect("ring speaks TLS 1.2 and 1.3")
            .with_no_client_auth()
            .with_cert_resolver(self.current.clone())
    }

    /// Looks at the files until the watch is dropped, on a thread of its own, and takes a pair that
    /// is new and good. A pair that is broken is told once, when it has been so at two looks: the
    /// two files may not change in one moment. If the look was asked for it is told at once.
    pub fn follow(mut self) -> io::Result<Watch> {
        let mut faults = Faults::default();
        Watch::start("tls-files", LOOK_EVERY, move |look| {
            let fault = match self.files.read() {
                Ok(content) if content == self.content => None,
                Ok(content) => self.take(content).err(),
                Err(fault) => Some(fault),
            };
            if let Some(fault) = faults.news(fault, look) {
                warn!(reason:% = fault; "the certificate before it stays in use");
            }
        })
    }

    fn take(&mut self, content: Content) -> Result<(), Fault> {
        self.current.0.store(Arc::new(self.files.pair(&content)?));
        self.content = content;
        info!(path:% = self.files.cert.display(); "new certificate in use");
        Ok(())
    }
}

/// The fault that was found in the files.
#[derive(Default)]
struct Faults {
    last: Option<Fault>,
    told: Option<Fault>,
}

impl Faults {
    /// Takes in what a look has found; returns what is to be told of it.
    fn news(&mut self, found: Option<Fault>, look: Look) -> Option<&Fault> {
        let is_settled = look == Look::Asked || found == self.last;
        let is_news = found.is_some() && is_settled && found != self.told;
        if is_news || found.is_none() {
            self.told.clone_from(&found);
        }
        self.last = found;
        self.told.as_ref().filter(|_| is_news)
    }
}

impl Files {
    fn read(&self) -> Result<Content, Fault> {
        Ok(Content { cert: read("tls-cert", &self.cert)?, key: read("tls-key", &self.key)? })
    }

    fn pair(&self, content: &Content) -> Result<CertifiedKey, Fault> {
        let not_pem = |setting, path: &Path, wanted| Fault::NotPem {
            setting,
            path: path.display().to_string(),
            wanted,
        };
        let chain: Result<Vec<_>, pem::Error> =
            CertificateDer::pem_slice_iter(&content.cert).collect();
        let chain = chain
            .ok()
            .filter(|chain| !chain.is_empty())
            .ok_or_else(|| not_pem("tls-cert", &self.cert, "certificate"))?;
        let key = PrivateKeyDer::from_pem_slice(&content.key)
            .map_err(|_| not_pem("tls-key", &self.key, "unencrypted private key"))?;
        CertifiedKey::from_der(chain, key, &provider()).map_err(|why| Fault::Pair {
            cert: self.cert.display().to_string(),
            key: self.key.display().to_string(),
            why: why.to_string(),
        })
    }
}

fn read(setting: &'static str, path: &Path) -> Result<Vec<u8>, Fault> {
    files::read(path, FILE_MAX).map_err(|why| Fault::Unreadable {
        setting,
        path: path.display().to_string(),
        why,
    })
}

fn provider() -> Arc<CryptoProvider> {
    Arc::new(ring::default_provider())
}

/// What every handshake is answered with.
struct Current(ArcSwap<CertifiedKey>);

impl fmt::Debug for Current {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Current")
    }
}

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(path: &str) -> Option<Fault> {
        Some(Fault::NotPem { setting: "tls-key", path: path.into(), wanted: "private key" })
    }

    #[test]
    fn a_fault_is_told_once_when_it_was_there_at_two_looks() {
        let mut faults = Faults::default();
        let mut told = |found: Option<Fault>| faults.news(found, Look::Due).cloned();

        assert_eq!(told(fault("a")), None);
        assert_eq!(told(fault("a")), fault("a"));
        assert_eq!(told(fault("a")), None);
        assert_eq!(told(fault("b")), None);
        assert_eq!(told(fault("b")), fault("b"));
        assert_eq!(told(None), None);
        assert_eq!(told(fault("b")), None);
        assert_eq!(told(fault("b")), fault("b"));
    }

    #[test]
    fn a_fault_that_is_asked_for_is_told_at_once_and_once() {
        let mut faults = Faults::default();

        assert_eq!(faults.news(fault("a"), Look::Asked), fault("a").as_ref());
        assert_eq!(faults.news(fault("a"), Look::Asked), None);
        assert_eq!(faults.news(fault("a"), Look::Due), None);
    }
}
