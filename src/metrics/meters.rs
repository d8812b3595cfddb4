//! What is measured as it happens: times and lengths of queues.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::time::Duration;

use prometheus::core::Collector;
use prometheus::proto::MetricFamily;
use prometheus::{Histogram, HistogramOpts};

/// The histograms of a node; clones share them.
#[derive(Clone, Debug)]
pub struct Meters {
    /// Reports of connections that the hub has not taken yet.
    waiting_for_hub: Arc<AtomicUsize>,
    hub_queue: Histogram,
    hub_step: Histogram,
    relay: Histogram,
    socket_queue: Histogram,
    heartbeat: Histogram,
}

impl Default for Meters {
    fn default() -> Self {
        Self {
            waiting_for_hub: Arc::default(),
            hub_queue: histogram(
                "switchboard_hub_queue_reports",
                "Reports of connections that waited for the hub when it took one, that one included.",
                &[1., 2., 5., 10., 20., 50., 100., 200., 500., 1000., 2000., 5000., 10_000.],
            ),
            hub_step: histogram(
                "switchboard_hub_step_seconds",
                "How long the hub took for one report, question or event, and for all that follows.",
                &[
                    1e-6, 2e-6, 5e-6, 1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 1e-2, 2e-2, 0.1,
                    1., 10.,
                ],
            ),
            relay: histogram(
                "switchboard_relay_seconds",
                "From a message read off a socket to what it brings about at the socket that gets it.",
                &[
                    1e-5, 2e-5, 5e-5, 1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 1e-2, 2.5e-2, 5e-2,
                    0.1, 0.25, 0.5, 1., 5.,
                ],
            ),
            socket_queue: histogram(
                "switchboard_socket_queue_messages",
                "Messages that waited for a socket when one was added, that one included.",
                &[1., 2., 4., 8., 16., 32., 64., 128., 256., 512., 1024., 2048.],
            ),
            heartbeat: histogram(
                "switchboard_heartbeat_round_trip_seconds",
                "From a ping to the client's next sign of life.",
                &[1e-3, 5e-3, 1e-2, 2.5e-2, 5e-2, 0.1, 0.25, 0.5, 1., 2.5, 5., 10., 25., 60.],
            ),
        }
    }
}

fn histogram(name: &str, help: &str, bounds: &[f64]) -> Histogram {
    let options = HistogramOpts::new(name, help).buckets(bounds.to_vec());
    Histogram::with_opts(options).expect("name and rising bounds are written above")
}

impl Meters {
    /// A connection reports to the hub.
    pub fn report_sent(&self) {
        self.waiting_for_hub.fetch_add(1, Relaxed);
    }

    /// The hub takes a report.
    pub fn report_taken(&self) {
        self.hub_queue.observe(self.waiting_for_hub.fetch_sub(1, Relaxed) as f64);
    }

    /// The hub has handled one report, question or event.
    pub fn stepped(&self, took: Duration) {
        self.hub_step.observe(took.as_secs_f64());
    }

    /// What a client said has got to where it goes.
    pub fn relayed(&self, took: Duration) {
        self.relay.observe(took.as_secs_f64());
    }

    /// A socket has been given a message, and now has so many to write.
    pub fn queued(&self, messages: usize) {
        self.socket_queue.observe(messages as f64);
    }

    /// A client has shown life after a ping.
    pub fn answered(&self, took: Duration) {
        self.heartbeat.observe(took.as_secs_f64());
    }

    /// All of them, as they are now.
    pub(super) fn families(&self) -> Vec<MetricFamily> {
        let Self { waiting_for_hub: _, hub_queue, hub_step, relay, socket_queue, heartbeat } = self;
        [hub_queue, hub_step, relay, socket_queue, heartbeat]
            .into_iter()
            .flat_map(Collector::collect)
            .collect()
    }
}
