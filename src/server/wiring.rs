//! The parts that the threads of a node share, and the set-up of each thread.

use std::net::{SocketAddr, TcpListener};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use actix::{Actor, Addr};
use actix_web::web::Data;
use arc_swap::ArcSwap;
use log::{info, warn};
use tokio::sync::oneshot;

use super::Fault;
use super::begin::{Listener, begin};
use crate::auth::Authenticator;
use crate::config::{Config, Secret};
use crate::connection::{Closes, Limits, Node, OpenSockets, Pending};
use crate::http::{Admin, Context, Counters, Gate, listen_for_admin};
use crate::hub::{Refusals, SignalingHub, SocketMemory};
use crate::metrics::Meters;

/// The listener of the admin API.
pub(super) struct AdminListener {
    pub(super) address: SocketAddr,
    pub(super) listener: Listener,
    /// In force.
    pub(super) token: Arc<ArcSwap<Secret>>,
}

pub(super) type Started = (Addr<SignalingHub>, oneshot::Receiver<()>);

/// Everything that the workers share, and the hub, which the first of them starts: on a thread that serves
/// sockets it costs no wake-up to reach.
#[derive(Clone)]
pub(super) struct Wiring {
    config: Arc<Config>,
    auth: Option<Arc<dyn Authenticator>>,
    pub(super) gate: Arc<Gate>,
    pub(super) memory: Arc<SocketMemory>,
    pub(super) open: OpenSockets,
    pub(super) closes: Closes,
    refusals: Refusals,
    meters: Meters,
    hub: Arc<OnceLock<Addr<SignalingHub>>>,
    started: Arc<Mutex<Option<oneshot::Sender<Started>>>>,
}

impl Wiring {
    pub(super) fn new(
        config: Config,
        auth: Option<Arc<dyn Authenticator>>,
    ) -> (Self, oneshot::Receiver<Started>) {
        let (started, hub) = oneshot::channel();
        let wiring = Self {
            gate: Arc::new(Gate::new(&config)),
            config: Arc::new(config),
            auth,
            memory: Arc::default(),
            open: OpenSockets::default(),
            closes: Closes::default(),
            refusals: Refusals::default(),
            meters: Meters::default(),
            hub: Arc::default(),
            started: Arc::new(Mutex::new(Some(started))),
        };
        (wiring, hub)
    }

    pub(super) fn context(&self) -> Data<Context> {
        Data::new(Context {
            config: self.config.clone(),
            auth: self.auth.clone(),
            hub: self.hub(),
            gate: self.gate.clone(),
        })
    }

    pub(super) fn node(&self, hub: &Addr<SignalingHub>) -> Node {
        Node {
            hub: hub.clone().recipient(),
            limits: Limits::from(&*self.config),
            memory: self.memory.clone(),
            open: self.open.clone(),
            closes: self.closes.clone(),
            refusals: self.refusals.clone(),
            meters: self.meters.clone(),
        }
    }

    /// Serves the admin API, on a thread of its own.
    pub(super) async fn serve_admin(
        &self,
        bound: TcpListener,
        hub: &Addr<SignalingHub>,
        pending: Pending,
    ) -> Result<AdminListener, Fault> {
        let address = bound.local_addr()?;
        if !address.ip().is_loopback() {
            warn!(
                address:%;
                "the admin API is served without TLS, so its token can be read on the way: let \
                 admin-listen be a loopback address, and a proxy with TLS lead to it"
            );
        }
        let token = self.config.admin_token.clone().expect("the settings have been checked");
        let token = Arc::new(ArcSwap::from_pointee(token));
        let counters = Counters {
            open: self.open.clone(),
            memory: self.memory.clone(),
            gate: self.gate.clone(),
            closes: self.closes.clone(),
            refusals: self.refusals.clone(),
            meters: self.meters.clone(),
            pending,
        };
        let admin = Admin::new(&self.config, token.clone(), hub.clone(), counters);
        let server = listen_for_admin(bound, admin)?;
        let listener = begin("admin-listen", server).await?;
        info!(address:%; "admin API listening");
        Ok(AdminListener { address, listener, token })
    }

    fn hub(&self) -> Addr<SignalingHub> {
        let hub = self.hub.get_or_init(|| {
            let (hub, gone) =
                SignalingHub::new(&self.config, self.auth.clone(), self.meters.clone());
            let hub = hub.start();
            let mut started = self.started.lock().unwrap_or_else(PoisonError::into_inner);
            if let Some(started) = started.take() {
                // Nobody waits for it when the start was given up.
                let _ = started.send((hub.clone(), gone));
            }
            hub
        });
        hub.clone()
    }
}
