//! A page of metrics, read as Prometheus reads it.

use std::collections::{BTreeMap, BTreeSet};

/// One page.
pub(super) struct Page {
    pub(super) text: String,
    /// The type of each metric.
    pub(super) types: BTreeMap<String, String>,
    samples: Vec<Sample>,
}

struct Sample {
    name: String,
    labels: BTreeMap<String, String>,
    value: f64,
}

impl Page {
    pub(super) fn read(text: &str) -> Self {
        let mut page = Self { text: text.to_owned(), types: BTreeMap::new(), samples: Vec::new() };
        for line in text.lines().filter(|line| !line.is_empty()) {
            if let Some(declared) = line.strip_prefix("# TYPE ") {
                let (name, kind) = declared.split_once(' ').unwrap();
                let before = page.types.insert(name.into(), kind.into());
                assert_eq!(before, None, "{name} is declared twice");
            } else if !line.starts_with("# HELP ") {
                page.samples.push(Sample::read(line));
            }
        }
        page
    }

    /// The one value of a metric with these labels.
    #[track_caller]
    pub(super) fn value(&self, name: &str, labels: &[(&str, &str)]) -> f64 {
        let fits = |it: &&Sample| {
            let has = |(label, value): &(&str, &str)| {
                it.labels.get(*label).is_some_and(|found| found == value)
            };
            it.name == name && it.labels.len() == labels.len() && labels.iter().all(has)
        };
        let mut found = self.samples.iter().filter(fits);
        let value = found.next().unwrap_or_else(|| panic!("no {name} {labels:?}")).value;
        assert!(found.next().is_none(), "{name} {labels:?} twice");
        value
    }

    /// The sum over all its labels.
    #[track_caller]
    pub(super) fn sum(&self, name: &str) -> f64 {
        let found: Vec<_> = self.samples.iter().filter(|it| it.name == name).collect();
        assert!(!found.is_empty(), "no {name}");
        found.iter().map(|it| it.value).sum()
    }

    /// The labels of each metric; those of its buckets are its own business.
    pub(super) fn labels(&self) -> BTreeMap<&str, BTreeSet<&str>> {
        let mut labels: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for name in self.types.keys() {
            let of = self.samples.iter().filter(|it| it.name == *name);
            let used = of.flat_map(|it| it.labels.keys().map(String::as_str));
            labels.entry(name.as_str()).or_default().extend(used);
        }
        labels
    }

    /// The names that a query may use.
    pub(super) fn names(&self) -> BTreeSet<&str> {
        self.samples.iter().map(|it| it.name.as_str()).collect()
    }

    /// Whether the metric has a sample with this label.
    pub(super) fn has(&self, metric: &str, label: &str, value: &str) -> bool {
        let mut samples = self.samples.iter().filter(|it| it.name == metric);
        samples.any(|it| it.labels.get(label).is_some_and(|it| it == value))
    }

    pub(super) fn lines(&self) -> usize {
        self.samples.len()
    }
}

impl Sample {
    fn read(line: &str) -> Self {
        let (series, value) = line.rsplit_once(' ').unwrap();
        let (name, labels) = series.split_once('{').unwrap_or((series, "}"));
        let labels = labels.strip_suffix('}').unwrap();
        let pair = |pair: &str| {
            let (label, value) = pair.split_once('=').unwrap();
            (label.to_owned(), value.trim_matches('"').to_owned())
        };
        let labels = labels.split(',').filter(|it| !it.is_empty()).map(pair).collect();
        Self { name: name.into(), labels, value: value.parse().unwrap() }
    }
}
