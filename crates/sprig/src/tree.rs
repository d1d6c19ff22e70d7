//! Trees of texts as values, and values as Go's `encoding/json` sees them.

use std::sync::Arc;

use gotmpl::{ListType, MapRef, MapType, Str, Value};
use source::{Map, Node, Tree};

use crate::runes::runes;

/// A tree as Go reads it from JSON: all numbers are float64.
pub fn to_value(tree: &Tree) -> Value {
    match &tree.node {
        Node::Null => Value::Nil,
        Node::Bool(value) => Value::Bool(*value),
        Node::Int(value) => Value::Float(*value as f64),
        Node::Uint(value) => Value::Float(*value as f64),
        Node::Float(value) => Value::Float(*value),
        Node::Text(text) => Value::Str(Arc::clone(text).into()),
        Node::List(items) => Value::list(items.iter().map(to_value).collect()),
        Node::Map(map) => Value::Map(to_map(map)),
    }
}

fn to_map(tree: &Map) -> MapRef {
    let map = MapRef::new(MapType::Any);
    for (key, value) in tree {
        map.insert(Arc::clone(key), to_value(value));
    }
    map
}

/// The value as JSON has it: objects as what they marshal to, bytes as base 64, nil maps and lists as nil.
pub(crate) fn plain(value: &Value) -> Value {
    match value {
        Value::Object(object) => match object.to_plain() {
            // A type that is written as itself has nothing that JSON could show.
            Value::Object(_) => Value::Nil,
            other => plain(&other),
        },
        Value::List(list) if list.is_nil => Value::Nil,
        Value::Map(map) if map.is_nil() => Value::Nil,
        Value::List(list) if list.kind == ListType::Bytes => {
            crate::encode::base64(crate::convert::to_text(value).as_bytes()).into()
        }
        other => other.clone(),
    }
}

/// The text with U+FFFD for each byte that is no UTF-8.
pub(crate) fn text_of(text: &Str) -> String {
    match text.as_text() {
        Some(text) => text.to_owned(),
        None => runes(text.as_bytes()).map(|(rune, _)| rune).collect(),
    }
}
