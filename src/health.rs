//! Whether a running server is well, asked over HTTP as a stranger would.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use ureq::Agent;
use ureq::tls::TlsConfig;

use crate::config::Config;

/// What is asked, and how sure one must be of who answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// An HTTP or HTTPS URL.
    pub url: String,
    /// By TLS, whose certificate is good enough.
    pub certificate: AcceptedCertificate,
}

/// Which certificate a server may show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AcceptedCertificate {
    /// One for the name in the URL, by an authority that browsers trust.
    Trusted,
    /// Any: this machine asks itself, by an address that no certificate names, and says nothing
    /// that somebody in between could use.
    Any,
}

/// Why a server is not known to be well; a sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum Unwell {
    /// It answered, but not with 200.
    #[error("{url} answered {status}")]
    Status {
        /// What was asked.
        url: String,
        /// The HTTP status.
        status: u16,
    },
    /// No answer.
    #[error("{url} did not answer: {why}")]
    NoAnswer {
        /// What was asked.
        url: String,
        /// What came in between.
        why: String,
    },
    /// The configured port is 0: the system chose one, and only the server knows which.
    #[error("listen is {0}, and port 0 takes any free one; give the URL to ask")]
    AnyPort(SocketAddr),
}

/// Asks, without proxies and redirects. At most 2 s; well is 200 alone.
pub fn ask(Question { url, certificate }: &Question) -> Result<(), Unwell> {
    let any = *certificate == AcceptedCertificate::Any;
    let agent: Agent = Agent::config_builder()
        .timeout_global(Some(Duration::from_secs(2)))
        .http_status_as_error(false)
        .max_redirects(0)
        .proxy(None)
        .tls_config(TlsConfig::builder().disable_verification(any).build())
        .build()
        .into();
    match agent.get(url).call() {
        Ok(answer) if answer.status() == 200 => Ok(()),
        Ok(answer) => Err(Unwell::Status { url: url.into(), status: answer.status().as_u16() }),
        Err(error) => Err(Unwell::NoAnswer { url: url.into(), why: error.to_string() }),
    }
}

impl Question {
    /// To the health page of a server on this machine that runs with these settings.
    pub fn for_server(config: &Config) -> Result<Self, Unwell> {
        if config.listen.port() == 0 {
            return Err(Unwell::AnyPort(config.listen));
        }
        let scheme = if config.tls_cert.is_some() { "https" } else { "http" };
        let url = format!("{scheme}://{}/healthz", from_this_machine(config.listen));
        Ok(Self { url, certificate: AcceptedCertificate::Any })
    }

    /// To this URL.
    pub fn for_url(url: &str) -> Self {
        Self { url: url.into(), certificate: AcceptedCertificate::Trusted }
    }
}

/// Where this machine itself reaches a server that listens on `listen`.
pub fn from_this_machine(listen: SocketAddr) -> SocketAddr {
    let ip = match listen.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, listen.port())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn asked_at(listen: &str) -> String {
        let config = Config { listen: listen.parse().unwrap(), ..Config::default() };
        Question::for_server(&config).unwrap().url
    }

    #[test]
    fn a_server_on_all_addresses_is_asked_on_loopback() {
        assert_eq!(asked_at("0.0.0.0:8080"), "http://127.0.0.1:8080/healthz");
        assert_eq!(asked_at("[::]:81"), "http://[::1]:81/healthz");
        assert_eq!(asked_at("127.0.0.2:80"), "http://127.0.0.2:80/healthz");
    }

    #[test]
    fn a_server_on_any_free_port_cannot_be_asked_without_a_url() {
        let config = Config { listen: "127.0.0.1:0".parse().unwrap(), ..Config::default() };
        assert!(Question::for_server(&config).is_err());
    }
}
