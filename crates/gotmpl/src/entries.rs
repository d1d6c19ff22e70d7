//! What a map holds: entries in the order of their keys, in one piece of memory. Most maps of values have a few entries,
//! and are copied and searched more often than they grow.

use std::borrow::Borrow;
use std::cell::Cell;

use crate::{Str, Value};

#[derive(Debug, Default)]
pub(crate) struct Entries(Vec<Entry>);

/// An entry and whether a template has read it: that is how a render reports which values it read.
#[derive(Debug)]
pub(crate) struct Entry {
    pub key: Str,
    pub value: Value,
    pub read: Cell<bool>,
}

impl Entry {
    fn new(key: Str, value: Value) -> Self {
        Self { key, value, read: Cell::new(false) }
    }
}

impl Entries {
    pub(crate) fn get<K: Ord + ?Sized>(&self, key: &K) -> Option<&Entry>
    where
        Str: Borrow<K>,
    {
        self.position(key).ok().map(|position| &self.0[position])
    }

    /// Gives back the value that the key had.
    pub(crate) fn insert(&mut self, key: Str, value: Value) -> Option<Value> {
        let entry = Entry::new(key, value);
        // Maps are often built in the order of their keys.
        let position = match self.0.last() {
            Some(last) if last.key >= entry.key => self.position(&entry.key),
            _ => Err(self.0.len()),
        };
        match position {
            Ok(position) => Some(std::mem::replace(&mut self.0[position], entry).value),
            Err(position) => {
                self.0.insert(position, entry);
                None
            }
        }
    }

    pub(crate) fn remove(&mut self, key: &[u8]) -> Option<Value> {
        self.position(key).ok().map(|position| self.0.remove(position).value)
    }

    pub(crate) fn iter(&self) -> std::slice::Iter<'_, Entry> {
        self.0.iter()
    }

    /// The same keys, none of them read, with what `make` makes of each value, or without it.
    pub(crate) fn with_values(&self, make: impl Fn(&Value) -> Option<Value>) -> Self {
        let mut entries = Vec::with_capacity(self.0.len());
        for entry in &self.0 {
            entries.extend(make(&entry.value).map(|value| Entry::new(entry.key.clone(), value)));
        }
        Self(entries)
    }

    pub(crate) fn len(&self) -> usize {
        self.0.len()
    }

    /// Where the key is, or would be.
    fn position<K: Ord + ?Sized>(&self, key: &K) -> Result<usize, usize>
    where
        Str: Borrow<K>,
    {
        self.0.binary_search_by(|entry| entry.key.borrow().cmp(key))
    }
}

/// In any order; of two entries with one key the later counts.
impl FromIterator<(Str, Value)> for Entries {
    fn from_iter<I: IntoIterator<Item = (Str, Value)>>(entries: I) -> Self {
        let mut entries: Vec<Entry> =
            entries.into_iter().map(|(key, value)| Entry::new(key, value)).collect();
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        entries.dedup_by(|later, earlier| {
            let is_same = later.key == earlier.key;
            if is_same {
                std::mem::swap(later, earlier);
            }
            is_same
        });
        Self(entries)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(entries: &Entries) -> String {
        let entry = |entry: &Entry| match entry.value {
            Value::Int(number, _) => format!("{}{number}", entry.key),
            _ => entry.key.to_string(),
        };
        entries.iter().map(entry).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_order_is_that_of_the_keys_and_the_last_value_counts() {
        let written = [("b", 1), ("a", 2), ("c", 3), ("b", 4), ("a", 5)];
        let written = written.map(|(key, number)| (Str::from(key), Value::int(number)));
        let mut grown = Entries::default();
        for (key, value) in written.clone() {
            grown.insert(key, value);
        }
        assert_eq!(shown(&grown), "a5 b4 c3");
        let mut entries: Entries = written.into_iter().collect();
        assert_eq!(shown(&entries), "a5 b4 c3");
        assert!(entries.remove(b"b").is_some() && entries.remove(b"b").is_none());
        assert!(entries.get(&b"b"[..]).is_none() && entries.get(&Str::from("c")).is_some());
        assert_eq!(shown(&entries), "a5 c3");
    }
}
