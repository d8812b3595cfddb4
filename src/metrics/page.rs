//! The page that Prometheus reads: its text format, version 0.0.4.

use prometheus::core::Collector;
use prometheus::process_collector::ProcessCollector;
use prometheus::proto::{Counter, Gauge, LabelPair, Metric, MetricFamily, MetricType};
use prometheus::{Encoder, TEXT_FORMAT, TextEncoder};

use super::Meters;

/// Metrics, one after the other; each has its name and its meaning here and nowhere else.
#[derive(Debug, Default)]
pub struct Page(Vec<MetricFamily>);

impl Page {
    /// The media type of [`Page::text`].
    pub const MEDIA_TYPE: &'static str = TEXT_FORMAT;

    /// What there is now.
    pub fn gauge(&mut self, name: &str, help: &str, value: usize) {
        self.add(name, help, MetricType::GAUGE, [(vec![], value as f64)]);
    }

    /// The same by the values of a label.
    pub fn gauges<const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        values: [(&str, usize); N],
    ) {
        let values = values.map(|(word, value)| (vec![pair(label, word)], value as f64));
        self.add(name, help, MetricType::GAUGE, values);
    }

    /// What has been since the start.
    pub fn counter(&mut self, name: &str, help: &str, value: u64) {
        self.add(name, help, MetricType::COUNTER, [(vec![], value as f64)]);
    }

    /// The same by the values of a label.
    pub fn counters<'a>(
        &mut self,
        name: &str,
        help: &str,
        label: &str,
        values: impl IntoIterator<Item = (&'a str, u64)>,
    ) {
        let values = values.into_iter();
        let values = values.map(|(word, value)| (vec![pair(label, word)], value as f64));
        self.add(name, help, MetricType::COUNTER, values);
    }

    /// The same by the values of two labels.
    pub fn counters_by_two(
        &mut self,
        name: &str,
        help: &str,
        labels: [&str; 2],
        values: impl IntoIterator<Item = ([String; 2], u64)>,
    ) {
        let values = values.into_iter().map(|([first, second], value)| {
            (vec![pair(labels[0], &first), pair(labels[1], &second)], value as f64)
        });
        self.add(name, help, MetricType::COUNTER, values);
    }

    /// What has been measured.
    pub fn meters(&mut self, meters: &Meters) {
        self.0.extend(meters.families());
    }

    /// What the system knows of this process.
    pub fn process(&mut self) {
        self.0.extend(ProcessCollector::for_self().collect());
    }

    /// The text.
    pub fn text(&self) -> prometheus::Result<Vec<u8>> {
        let mut text = Vec::new();
        TextEncoder::new().encode(&self.0, &mut text)?;
        Ok(text)
    }

    fn add(
        &mut self,
        name: &str,
        help: &str,
        kind: MetricType,
        values: impl IntoIterator<Item = (Vec<LabelPair>, f64)>,
    ) {
        let metric = |(labels, value): (Vec<LabelPair>, f64)| {
            let mut metric = Metric::from_label(labels);
            match kind {
                MetricType::COUNTER => {
                    let mut counter = Counter::default();
                    counter.set_value(value);
                    metric.set_counter(counter);
                }
                _ => {
                    let mut gauge = Gauge::default();
                    gauge.set_value(value);
                    metric.set_gauge(gauge);
                }
            }
            metric
        };
        let metrics: Vec<_> = values.into_iter().map(metric).collect();
        let mut family = MetricFamily::default();
        family.set_name(name.into());
        family.set_help(help.into());
        family.set_field_type(kind);
        family.set_metric(metrics);
        self.0.push(family);
    }
}

fn pair(name: &str, value: &str) -> LabelPair {
    let mut pair = LabelPair::default();
    pair.set_name(name.into());
    pair.set_value(value.into());
    pair
}
