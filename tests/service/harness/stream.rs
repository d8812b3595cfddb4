//! A stream to the server: TCP, or TLS over it where the tests run over TLS.

use std::io::{self, IoSlice};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{
    ALL_VERSIONS, ClientConfig, ClientConnection, RootCertStore, SupportedProtocolVersion,
};
use tempfile::TempDir;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

pub enum Stream {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

impl Stream {
    pub async fn to(address: SocketAddr) -> Self {
        Self::over(TcpStream::connect(address).await.unwrap()).await
    }

    pub async fn over(tcp: TcpStream) -> Self {
        tcp.set_nodelay(true).unwrap();
        match crate::OVER_TLS {
            false => Stream::Plain(tcp),
            true => Self::tls_over(tcp, Identity::ours().client()).await.unwrap(),
        }
    }

    /// Shakes hands as this client, whatever the tests run over.
    pub async fn tls_over(tcp: TcpStream, client: Arc<ClientConfig>) -> io::Result<Self> {
        let name = ServerName::try_from("localhost").unwrap();
        let stream = TlsConnector::from(client).connect(name, tcp).await?;
        Ok(Stream::Tls(Box::new(stream)))
    }

    pub fn tcp(&self) -> &TcpStream {
        match self {
            Stream::Plain(tcp) => tcp,
            Stream::Tls(stream) => stream.get_ref().0,
        }
    }

    /// What was agreed on.
    #[allow(dead_code, reason = "for the tests over TLS")]
    pub fn tls(&self) -> &ClientConnection {
        match self {
            Stream::Plain(_) => panic!("no TLS here"),
            Stream::Tls(stream) => stream.get_ref().1,
        }
    }
}

/// A certificate for this machine, signed by itself, and its key, in files.
pub struct Identity {
    _folder: TempDir,
    pub cert: PathBuf,
    pub key: PathBuf,
    pub der: CertificateDer<'static>,
}

impl Identity {
    pub fn new() -> Self {
        let folder = TempDir::new().unwrap();
        let [cert, key] = ["cert.pem", "key.pem"].map(|name| folder.path().join(name));
        let mut identity = Self { _folder: folder, cert, key, der: Vec::new().into() };
        identity.der = identity.is_renewed();
        identity
    }

    /// The one of all servers of this process.
    pub fn ours() -> &'static Self {
        static OURS: OnceLock<Identity> = OnceLock::new();
        OURS.get_or_init(Self::new)
    }

    /// Writes a new pair over the files.
    pub fn is_renewed(&self) -> CertificateDer<'static> {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
        write(&self.key, &signing_key.serialize_pem());
        write(&self.cert, &cert.pem());
        cert.der().clone()
    }

    /// A client that trusts it alone.
    pub fn client(&self) -> Arc<ClientConfig> {
        Arc::new(trusting(&[&self.der], ALL_VERSIONS))
    }
}

/// A client that trusts these certificates and speaks these versions of TLS.
pub fn trusting(
    certificates: &[&CertificateDer<'static>],
    versions: &[&'static SupportedProtocolVersion],
) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    for certificate in certificates {
        roots.add((*certificate).clone()).unwrap();
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_protocol_versions(versions);
    builder.unwrap().with_root_certificates(roots).with_no_client_auth()
}

fn write(path: &Path, content: &str) {
    // As a careful program does it, so that nobody reads one half written.
    let beside = path.with_extension("new");
    std::fs::write(&beside, content).unwrap();
    std::fs::rename(beside, path).unwrap();
}

macro_rules! either {
    ($self:ident, $stream:ident => $call:expr) => {
        match $self.get_mut() {
            Stream::Plain(stream) => {
                let $stream = Pin::new(stream);
                $call
            }
            Stream::Tls(stream) => {
                let $stream = Pin::new(stream);
                $call
            }
        }
    };
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        into: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_read(cx, into))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        either!(self, stream => stream.poll_write(cx, bytes))
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        either!(self, stream => stream.poll_write_vectored(cx, slices))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, stream => stream.poll_shutdown(cx))
    }
}
