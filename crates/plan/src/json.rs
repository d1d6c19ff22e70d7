//! Trees to JSON: one line for a view, or into any serializer.

use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};
use source::json::{self, Html, Layout};
use source::{Node, Tree};

/// `{"name":"web","ports":[80]}`
pub(crate) fn line(tree: &Tree) -> String {
    json::write(tree, Html::Plain, Layout::Compact).unwrap_or_default()
}

pub(crate) fn serialize<S: Serializer>(tree: &Tree, serializer: S) -> Result<S::Ok, S::Error> {
    Json(tree).serialize(serializer)
}

struct Json<'a>(&'a Tree);

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0.node {
            Node::Null => serializer.serialize_unit(),
            Node::Bool(value) => serializer.serialize_bool(*value),
            Node::Int(value) => serializer.serialize_i64(*value),
            Node::Uint(value) => serializer.serialize_u64(*value),
            Node::Float(value) => serializer.serialize_f64(*value),
            Node::Text(text) => serializer.serialize_str(text),
            Node::List(list) => {
                let mut sequence = serializer.serialize_seq(Some(list.len()))?;
                for item in list {
                    sequence.serialize_element(&Json(item))?;
                }
                sequence.end()
            }
            Node::Map(map) => {
                let mut entries = serializer.serialize_map(Some(map.len()))?;
                for (key, value) in map {
                    entries.serialize_entry(&**key, &Json(value))?;
                }
                entries.end()
            }
        }
    }
}
