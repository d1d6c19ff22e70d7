//! Trees into template values, and copies of those.

use gotmpl::{MapRef, Str, Value};
use source::{Node, Tree};

/// A tree as a fresh template value. Whole numbers become int64, as `--set` and a cluster's objects have them; numbers of
/// files are floats already.
pub(crate) fn from_tree(tree: &Tree) -> Value {
    match &tree.node {
        Node::Null => Value::Nil,
        Node::Bool(value) => Value::Bool(*value),
        Node::Int(value) => Value::int64(*value),
        #[expect(clippy::cast_precision_loss, reason = "Go's JSON decoder rounds as well")]
        Node::Uint(value) => Value::Float(*value as f64),
        Node::Float(value) => Value::Float(*value),
        Node::Text(text) => Value::Str(Str::from(text)),
        Node::List(list) => Value::list(list.iter().map(from_tree).collect()),
        Node::Map(map) => {
            Value::map(map.iter().map(|(key, value)| (Str::from(key), from_tree(value))))
        }
    }
}

/// The same without the nulls of its maps; those in lists stay.
pub(super) fn from_tree_without_nulls(tree: &Tree) -> Value {
    let Node::Map(map) = &tree.node else { return from_tree(tree) };
    let written = map.iter().filter(|(_, value)| !matches!(value.node, Node::Null));
    Value::map(written.map(|(key, value)| (Str::from(key), from_tree_without_nulls(value))))
}

/// A deep copy: nothing of it is shared with the original, and nothing of the original counts as read.
pub(super) fn copy(value: &Value) -> Value {
    match value {
        Value::Map(map) => Value::Map(copy_map(map)),
        Value::List(list) => Value::list(list.items.iter().map(copy).collect()),
        other => other.clone(),
    }
}

pub(crate) fn copy_map(map: &MapRef) -> MapRef {
    map.copy_with(|value| Some(copy(value)))
}

/// A deep copy without the nulls of its maps; those in lists stay.
pub(super) fn copy_without_nulls(value: &Value) -> Value {
    let Value::Map(map) = value else { return copy(value) };
    Value::Map(map.copy_with(|value| (!value.is_nil()).then(|| copy_without_nulls(value))))
}

/// A snapshot of a map's entries; looking at them here is no reading by a template.
pub(crate) fn entries(map: &MapRef) -> impl Iterator<Item = (Str, Value)> {
    map.reads().into_iter().map(|(key, value, _)| (key, value))
}

/// The way back from `from_tree`. Values hold nothing that a tree could not.
pub(crate) fn to_tree(value: &Value) -> Tree {
    Tree::new(match value {
        Value::Bool(value) => Node::Bool(*value),
        Value::Int(value, _) => Node::Int(*value),
        Value::Float(value) => Node::Float(*value),
        Value::Str(text) => Node::Text(text.to_text().as_ref().into()),
        Value::List(list) => Node::List(list.items.iter().map(to_tree).collect()),
        Value::Map(map) => {
            let entry =
                |(key, value, _): &(Str, Value, _)| (key.to_text().as_ref().into(), to_tree(value));
            Node::Map(map.reads().iter().map(entry).collect())
        }
        Value::Nil | Value::Object(_) => Node::Null,
    })
}

/// Values as JSON, which schemas check. Text that is no UTF-8 cannot come from YAML.
pub(crate) fn to_json(value: &Value) -> serde_json::Value {
    match value {
        Value::Bool(value) => (*value).into(),
        Value::Int(value, _) => (*value).into(),
        Value::Float(value) => number(*value),
        Value::Str(text) => text.to_text().into_owned().into(),
        Value::List(list) => list.items.iter().map(to_json).collect(),
        Value::Map(map) => map
            .reads()
            .iter()
            .map(|(key, value, _)| (key.to_text().into_owned(), to_json(value)))
            .collect::<serde_json::Map<_, _>>()
            .into(),
        Value::Nil | Value::Object(_) => serde_json::Value::Null,
    }
}

/// A whole number as such, so that `integer` and exact comparison mean what they do to Helm's validator.
fn number(value: f64) -> serde_json::Value {
    #[expect(clippy::cast_possible_truncation, reason = "the range is checked")]
    if value.fract() == 0.0 && value.abs() < 9e15 {
        return (value as i64).into();
    }
    serde_json::Number::from_f64(value).map_or(serde_json::Value::Null, Into::into)
}
