//! The running server.

use std::net::{SocketAddr, TcpListener};

use log::info;

use crate::config::Config;
use crate::descriptors;

/// Why the server ended without being told to; one sentence for the operator.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// The address cannot be listened on.
    #[error("cannot listen on {listen}: {why}")]
    Listen {
        /// The setting.
        listen: SocketAddr,
        /// The system's words.
        why: std::io::Error,
    },
}

/// Serves until told to stop.
pub fn run(config: Config) -> Result<(), Fault> {
    let listen = config.listen;
    let _listener = TcpListener::bind(listen).map_err(|why| Fault::Listen { listen, why })?;
    match descriptors::raise() {
        Ok(limit) => info!("descriptor limit is {limit}"),
        Err(error) => info!("descriptor limit cannot be raised: {error}"),
    }
    info!("nothing is served yet");
    Ok(())
}
