//! A hash map whose keys can be paged in byte order.
//!
//! Cost: one hash lookup to find, O(log n) to put in and to take out. Hash and order are two things
//! because what is said looks entries up far more often than entries come and go.

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::ops::{Bound, Index};

/// The map.
#[derive(Debug)]
pub(super) struct Book<K, V> {
    entries: HashMap<K, V>,
    order: BTreeSet<K>,
}

impl<K, V> Default for Book<K, V> {
    fn default() -> Self {
        Self { entries: HashMap::new(), order: BTreeSet::new() }
    }
}

impl<K: Clone + Eq + Hash + Ord, V> Book<K, V> {
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key)
    }

    pub(super) fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.entries.get_mut(key)
    }

    pub(super) fn insert(&mut self, key: K, value: V) {
        self.order.insert(key.clone());
        self.entries.insert(key, value);
    }

    pub(super) fn remove(&mut self, key: &K) -> Option<V> {
        self.order.remove(key);
        self.entries.remove(key)
    }

    /// All values, and all keys.
    pub(super) fn into_parts(self) -> (impl Iterator<Item = V>, impl Iterator<Item = K>) {
        (self.entries.into_values(), self.order.into_iter())
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.entries.iter()
    }

    /// At most `limit` entries in byte order after `after`.
    pub(super) fn page<T>(
        &self,
        after: Option<&K>,
        limit: usize,
        entry: impl Fn(&K, &V) -> T,
    ) -> Page<T, K> {
        let (keys, next) = page(&self.order, after, limit, None);
        Page { entries: keys.iter().map(|key| entry(key, &self.entries[key])).collect(), next }
    }
}

impl<K: Eq + Hash, V> Index<&K> for Book<K, V> {
    type Output = V;

    fn index(&self, key: &K) -> &V {
        &self.entries[key]
    }
}

/// Some of many entries, in byte order of their names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page<T, K> {
    /// What was asked for.
    pub entries: Vec<T>,
    /// The last one's name, if more follow.
    pub next: Option<K>,
}

/// At most `limit` names after `after`, without `except`; and the last of them, if more follow.
pub(super) fn page<K: Clone + Ord>(
    order: &BTreeSet<K>,
    after: Option<&K>,
    limit: usize,
    except: Option<&K>,
) -> (Vec<K>, Option<K>) {
    let start = after.map_or(Bound::Unbounded, Bound::Excluded);
    let mut following =
        order.range::<K, _>((start, Bound::Unbounded)).filter(|name| Some(*name) != except);
    let names: Vec<_> = following.by_ref().take(limit).cloned().collect();
    let next = following.next().and_then(|_| names.last().cloned());
    (names, next)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_follow_each_other_without_a_gap_and_the_last_one_says_so() {
        let mut book = Book::default();
        for key in [3, 1, 5, 2, 4] {
            book.insert(key, key * 10);
        }
        book.remove(&3);
        let page = |after: Option<i32>| book.page(after.as_ref(), 2, |_, value| *value);

        assert_eq!(page(None), Page { entries: vec![10, 20], next: Some(2) });
        assert_eq!(page(Some(2)), Page { entries: vec![40, 50], next: None });
        assert_eq!(page(Some(3)), page(Some(2)), "what one begins after need not exist");
        assert_eq!(page(Some(5)), Page { entries: vec![], next: None });
    }
}
