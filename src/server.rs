//! The running server: the only place that wires the parts together.

mod begin;
mod reload;
#[cfg(test)]
mod tests;
mod wiring;

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use actix::{Addr, MailboxError};
use actix_rt::System;
use log::{Level, info, log, warn};
use tokio::sync::oneshot;
use tokio::time::timeout;

use crate::auth::{self, Authenticator};
use crate::cgroup::MemoryLimit;
use crate::config::{self, Config};
use crate::connection::{Closes, OpenSockets, Pending, Port, Site, listen};
use crate::descriptors;
use crate::health::from_this_machine;
use crate::http::{self, Gate, GateCounts};
use crate::hub::{Drain, Inspect, Report, SignalingHub, SocketMemory};
use crate::memory_bound::MemoryBound;
use crate::signals::{Signals, Told};
use crate::tls::{self, Certificate};
use crate::watch::Watch;
use begin::{Listener, begin};
use wiring::{AdminListener, Wiring};

/// How long sockets may take to say goodbye when the server stops, the moment for settling
/// included. All in all a stop takes less than 10 s, which is a container's patience.
const FAREWELL: Duration = Duration::from_secs(9);

/// Why the server ended without being told to, or did not start; one sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The address cannot be listened on.
    #[error("cannot listen on {listen}: {why}; another `{setting}` address or port may be free")]
    Listen {
        /// The name of the setting.
        setting: &'static str,
        /// Its value.
        listen: SocketAddr,
        /// The system's words.
        why: io::Error,
    },
    /// Access tokens cannot be checked.
    #[error(transparent)]
    Auth(#[from] auth::Fault),
    /// TLS is wanted, and its files are of no use.
    #[error(transparent)]
    Tls(#[from] tls::Fault),
    /// The system gives no threads, no descriptors, no signals.
    #[error("cannot start: {0}")]
    Start(#[from] io::Error),
    /// The system gives too few threads.
    #[error(
        "cannot start the threads of {part}: {why}; the limit of threads may be reached \
         (`ulimit -u`, TasksMax of systemd, pids of the container)"
    )]
    Threads {
        /// The part of the program that needs them.
        part: &'static str,
        /// The system's words.
        why: String,
    },
    /// A defect: without its hub a node can serve nobody.
    #[error("the hub is gone while {open} sockets are open; restarting the node is the only cure")]
    HubGone {
        /// Sockets that were open.
        open: usize,
    },
    /// A defect: nobody who comes is let in.
    #[error("the listener of `{part}` is gone: {why}; restarting the node is the only cure")]
    ListenerGone {
        /// The setting that it listened for.
        part: &'static str,
        /// The reason, in the system's words.
        why: String,
    },
}

impl Fault {
    /// The system gives no thread for this part of the program.
    pub fn no_thread(part: &'static str, why: &io::Error) -> Self {
        Self::Threads { part, why: why.to_string() }
    }
}

/// A server that runs on threads of its own.
pub struct Server {
    address: SocketAddr,
    hub: Addr<SignalingHub>,
    hub_gone: oneshot::Receiver<()>,
    open: OpenSockets,
    closes: Closes,
    memory: Arc<SocketMemory>,
    pending: Pending,
    gate: Arc<Gate>,
    listener: Listener,
    auth: Option<Arc<dyn Authenticator>>,
    /// Follows the files of the certificate, where there is one.
    certificate: Option<Watch>,
    admin: Option<AdminListener>,
}

/// Serves until it is told to stop. At SIGHUP `read_again` is asked for the settings as they are now.
pub fn run(
    mut config: Config,
    read_again: impl Fn() -> Result<Config, config::Fault>,
) -> Result<(), Fault> {
    System::new().block_on(async {
        // First of all: a line of the log may be what a signal comes of (SIGXFSZ).
        let mut signals = Signals::listen()?;
        prepare(&config);
        let scheme = if config.tls_cert.is_some() { "https" } else { "http" };
        let mut server = Server::start(config.clone()).await?;
        let url = format!("{scheme}://{}/", from_this_machine(server.address()));
        info!(url; "listening");
        loop {
            let told = tokio::select! {
                told = signals.next() => told,
                fault = server.fails() => return Err(fault),
            };
            match told {
                Told::Stop => break,
                Told::ReadAgain => server.read_again(&mut config, read_again()),
            }
        }
        tokio::select! {
            () = server.stop() => info!("stopped"),
            () = signals.stop() => info!("stopped at once, told twice"),
        }
        Ok(())
    })
}

/// Raises the limit of descriptors, and says what the settings ask of the machine and of users.
fn prepare(config: &Config) {
    match descriptors::raise() {
        Ok(limit) => info!(limit; "descriptors that may be open"),
        Err(why) => info!(reason:% = why; "the limit of descriptors stays as it is"),
    }
    tell_memory_bound(config);
    if config.insecure_open {
        warn!(
            "insecure-open: nobody is authenticated and everybody may claim every name; set auth to \
             jwt before strangers can reach this"
        );
    }
}

/// Says what memory the settings may need, and warns where the system gives less. A node that listens
/// on loopback alone is mostly somebody's trial: there the memory of the machine is no warning.
fn tell_memory_bound(config: &Config) {
    let Some(bound) = MemoryBound::of(config).map(|bound| bound.total()) else { return };
    info!(mebibytes = bound >> 20; "memory that the settings may need");
    let limit = MemoryLimit::of_this_process().filter(|limit| limit.bytes() < bound);
    let (level, why) = match limit {
        Some(MemoryLimit::Group(_)) => (Level::Warn, "the memory limit of this process"),
        Some(MemoryLimit::Machine(_)) if config.listen.ip().is_loopback() => {
            (Level::Info, "the memory of this machine")
        }
        Some(MemoryLimit::Machine(_)) => (Level::Warn, "the memory of this machine"),
        None => return,
    };
    log!(
        level, limit_mebibytes = limit.map_or(0, MemoryLimit::bytes) >> 20,
        needed_mebibytes = bound >> 20;
        "{why} is less than its settings may need, so clients could get it killed: raise the limit, \
         or lower max-sockets or queue-total"
    );
}

impl Server {
    /// Listens and serves. Needs an actix system to be running on this thread.
    pub async fn start(config: Config) -> Result<Self, Fault> {
        let auth = auth::authenticator(&config)?;
        let certificate = Certificate::load(&config)?;
        let bound = bind("listen", config.listen)?;
        let admin_bound = config.admin_listen.map(|at| bind("admin-listen", at)).transpose()?;
        let address = bound.local_addr()?;
        let pending = Pending::new(&config);
        let port = Port {
            listener: bound,
            workers: config.workers,
            tls: certificate.as_ref().map(Certificate::server_config),
            pending: pending.clone(),
        };
        let (wiring, hub) = Wiring::new(config, auth.clone());
        let (open, closes) = (wiring.open.clone(), wiring.closes.clone());
        let (gate, memory) = (wiring.gate.clone(), wiring.memory.clone());
        let shared = wiring.clone();
        let server = listen(port, move || {
            let context = wiring.context();
            Site {
                node: wiring.node(&context.hub),
                reception: Box::new(http::Public::new(context.clone())),
                pages: http::pages(context.clone()),
                sockets: http::sockets(context),
            }
        })?;
        let listener = begin("listen", server).await?;
        let (hub, hub_gone) = hub.await.map_err(|_| Fault::HubGone { open: 0 })?;
        let admin = match admin_bound {
            Some(bound) => Some(shared.serve_admin(bound, &hub, pending.clone()).await?),
            None => None,
        };
        let certificate = certificate.map(Certificate::follow).transpose();
        let certificate = certificate.map_err(|why| Fault::no_thread("tls-cert", &why))?;
        Ok(Self {
            address,
            hub,
            hub_gone,
            open,
            closes,
            memory,
            pending,
            gate,
            listener,
            auth,
            certificate,
            admin,
        })
    }

    /// Where it listens, with the port that the system chose if it was told to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where the admin API is, if it is switched on.
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin.as_ref().map(|admin| admin.address)
    }

    /// Sockets that are open now.
    pub fn open_sockets(&self) -> usize {
        self.open.count()
    }

    /// The memory that all connections hold.
    pub fn memory(&self) -> &SocketMemory {
        &self.memory
    }

    /// Connections that are no socket yet.
    pub fn pending(&self) -> &Pending {
        &self.pending
    }

    /// What ended sockets, by close code.
    pub fn closes(&self) -> &Closes {
        &self.closes
    }

    /// Who did not get in.
    pub fn gate_counts(&self) -> GateCounts {
        self.gate.counts()
    }

    /// What the hub knows of, users and calls and counts.
    pub async fn inspect(&self) -> Result<Report, MailboxError> {
        self.hub.send(Inspect).await
    }

    /// Waits for a failure that ends a node: its hub or a listener is gone. Not to be called again
    /// after that.
    pub async fn fails(&mut self) -> Fault {
        let admin = async {
            match &mut self.admin {
                Some(admin) => admin.listener.ends().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            // The hub goes with the listener whose thread it lives in, and is the worse loss.
            biased;
            // The sender is never used; it is dropped with the hub.
            _ = &mut self.hub_gone => Fault::HubGone { open: self.open.count() },
            fault = self.listener.ends() => fault,
            fault = admin => fault,
        }
    }

    /// Tells every socket (1012), waits for them to go, at most 9 s, and stops.
    pub async fn stop(self) {
        let open = self.open.count();
        info!(sockets = open; "stopping");
        if self.hub.send(Drain).await.is_ok()
            && timeout(FAREWELL, self.open.none_left()).await.is_err()
        {
            info!(sockets = self.open.count(); "some sockets did not say goodbye in time");
        }
        self.listener.stop().await;
        if let Some(admin) = self.admin {
            admin.listener.stop().await;
        }
    }
}

fn bind(setting: &'static str, listen: SocketAddr) -> Result<TcpListener, Fault> {
    TcpListener::bind(listen).map_err(|why| Fault::Listen { setting, listen, why })
}
