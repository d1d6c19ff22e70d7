//! Merging one map into another, Helm's way (pkg/chart/common/util/coalesce.go, `coalesceTablesFullKey`).

use std::cell::RefCell;
use std::collections::BTreeSet;

use gotmpl::{MapRef, Str, Value};

use super::convert::entries;
use super::given::Given;

/// How to merge, and what was found on the way.
pub(crate) struct Tables<'a> {
    /// True while charts are put together: nulls stay for the final pass. False in that pass: a null of the user's deletes
    /// what the chart has there.
    pub(crate) keep_nulls: bool,
    pub(crate) conflicts: &'a RefCell<Vec<Conflict>>,
}

/// A map where the other side has something else. The side that counts keeps its value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Conflict {
    /// Path in the root chart's values.
    pub(crate) path: Vec<Str>,
    /// True where the user's side is the map.
    pub(crate) map_over_other: bool,
}

/// A path that is only written out when something is wrong there.
#[derive(Clone, Copy)]
pub(crate) struct At<'a> {
    above: Option<&'a Self>,
    key: &'a [u8],
}

impl<'a> At<'a> {
    pub(crate) fn below(above: Option<&'a Self>, key: &'a [u8]) -> Self {
        Self { above, key }
    }

    pub(crate) fn path(&self) -> Vec<Str> {
        let mut path = self.above.map(At::path).unwrap_or_default();
        path.push(Str::from(self.key));
        path
    }
}

impl Tables<'_> {
    /// Puts into `target` what only `defaults` has; where both have a map, goes on inside. `target` wins.
    pub(crate) fn merge(&self, target: &MapRef, defaults: &MapRef, at: Option<&At<'_>>) {
        if target.same(defaults) {
            return;
        }
        let written: BTreeSet<Str> = entries(defaults)
            .filter(|(_, value)| !matches!(value, Value::Nil))
            .map(|(key, _)| key)
            .collect();
        for (key, value) in entries(target) {
            if matches!(value, Value::Nil) {
                defaults.insert(key, Value::Nil);
            }
        }
        for (key, default) in entries(defaults) {
            let at = At::below(at, key.as_bytes());
            match (target.peek(key.as_bytes()), &default) {
                (None, _) => target.insert(key, default),
                (Some(Value::Nil), _) if !self.keep_nulls && written.contains(&key) => {
                    target.remove(key.as_bytes());
                }
                (Some(Value::Map(target)), Value::Map(default)) => {
                    self.merge(&target, default, Some(&at));
                }
                (Some(_), Value::Map(_)) => self.conflict(&at, false),
                (Some(Value::Map(_)), other) if !matches!(other, Value::Nil) => {
                    self.conflict(&at, true);
                }
                _ => {}
            }
        }
    }

    /// The same with defaults that do not change: a null of the target's hides what they have there.
    pub(crate) fn complete(&self, target: &MapRef, defaults: &Given<'_>, at: Option<&At<'_>>) {
        defaults.each(|key, default| {
            let at = At::below(at, key);
            match target.peek(key) {
                None => target.insert(key, default.copy()),
                Some(Value::Nil) if !self.keep_nulls && !default.is_nil() => {
                    target.remove(key);
                }
                Some(Value::Nil) => {}
                Some(Value::Map(target)) if default.is_map() => {
                    self.complete(&target, &default, Some(&at));
                }
                Some(Value::Map(_)) if !default.is_nil() => self.conflict(&at, true),
                Some(_) if default.is_map() => self.conflict(&at, false),
                Some(_) => {}
            }
        });
    }

    pub(crate) fn conflict(&self, at: &At<'_>, map_over_other: bool) {
        self.conflicts.borrow_mut().push(Conflict { path: at.path(), map_over_other });
    }
}
