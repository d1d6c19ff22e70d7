//! Defaults as somebody wrote them: seen as they are, and copied only where they are used.

use gotmpl::{MapRef, Value};
use source::{Node, Tree};

use super::convert::{copy, copy_without_nulls, entries, from_tree, from_tree_without_nulls};

/// A default that nobody changes.
#[derive(Clone)]
pub(crate) struct Given<'a> {
    from: From<'a>,
    hides_nulls: bool,
}

#[derive(Clone)]
enum From<'a> {
    Written(&'a Tree),
    Imported(Value),
}

impl<'a> Given<'a> {
    pub(crate) fn written(tree: &'a Tree) -> Self {
        Self { from: From::Written(tree), hides_nulls: false }
    }

    pub(crate) fn imported(map: &MapRef) -> Self {
        Self { from: From::Imported(Value::Map(map.clone())), hides_nulls: false }
    }

    /// As if there were no nulls in its maps. Those in lists stay.
    pub(crate) fn hiding_nulls(self, hides_nulls: bool) -> Self {
        Self { hides_nulls, ..self }
    }

    pub(crate) fn is_nil(&self) -> bool {
        match &self.from {
            From::Written(tree) => matches!(tree.node, Node::Null),
            From::Imported(value) => value.is_nil(),
        }
    }

    pub(crate) fn is_map(&self) -> bool {
        match &self.from {
            From::Written(tree) => matches!(tree.node, Node::Map(_)),
            From::Imported(value) => matches!(value, Value::Map(_)),
        }
    }

    /// Visits a map's entries; nothing else has any.
    pub(crate) fn each(&self, mut visit: impl FnMut(&[u8], Given<'_>)) {
        let hides_nulls = self.hides_nulls;
        let mut visit = |key: &[u8], from| {
            let given = Given { from, hides_nulls };
            if !(hides_nulls && given.is_nil()) {
                visit(key, given);
            }
        };
        match &self.from {
            From::Written(Tree { node: Node::Map(map), .. }) => {
                map.iter().for_each(|(key, tree)| visit(key.as_bytes(), From::Written(tree)));
            }
            From::Imported(Value::Map(map)) => {
                entries(map).for_each(|(key, value)| visit(key.as_bytes(), From::Imported(value)));
            }
            _ => {}
        }
    }

    /// A value of its own.
    pub(crate) fn copy(&self) -> Value {
        match (&self.from, self.hides_nulls) {
            (From::Written(tree), false) => from_tree(tree),
            (From::Written(tree), true) => from_tree_without_nulls(tree),
            (From::Imported(value), false) => copy(value),
            (From::Imported(value), true) => copy_without_nulls(value),
        }
    }
}
