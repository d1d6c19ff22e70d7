//! The template engine's values back into trees, and trees as text.

use std::sync::Arc;

use minijinja::Value;
use minijinja::value::ValueKind;
use source::{Map, Node, Tree};

use super::object::Part;
use super::version::Version;

/// Deeper values are refused; the manifest's own cannot be.
const DEPTH: usize = 100;

/// Trees that passed through keep their places and marks. The error reads on after "the result ".
pub(crate) fn tree(value: &Value) -> Result<Tree, String> {
    at_depth(value, 0)
}

fn at_depth(value: &Value, depth: usize) -> Result<Tree, String> {
    if depth > DEPTH {
        return Err(format!("is nested deeper than {DEPTH} levels"));
    }
    if let Some(part) = value.downcast_object_ref::<Part>() {
        return Ok(part.tree().cloned().unwrap_or_default());
    }
    if let Some(version) = value.downcast_object_ref::<Version>() {
        return Ok(Tree::from(version.to_string().as_str()));
    }
    let node = match value.kind() {
        ValueKind::None => Node::Null,
        ValueKind::Bool => Node::Bool(value.is_true()),
        ValueKind::Number => number(value).ok_or("is a number that does not fit 64 bits")?,
        ValueKind::String => Node::Text(value.as_str().unwrap_or_default().into()),
        ValueKind::Seq | ValueKind::Iterable => {
            let items = value.try_iter().map_err(|_| "cannot be listed")?;
            Node::List(items.map(|item| at_depth(&item, depth + 1)).collect::<Result<_, _>>()?)
        }
        ValueKind::Map => {
            let mut map = Map::new();
            for key in value.try_iter().map_err(|_| "cannot be listed")? {
                let name: Arc<str> = match key.as_str() {
                    Some(name) => name.into(),
                    None => key.to_string().into(),
                };
                let item = value.get_item(&key).map_err(|_| "cannot be read")?;
                map.insert(name, at_depth(&item, depth + 1)?);
            }
            Node::Map(map)
        }
        ValueKind::Undefined => return Err("is not defined".to_owned()),
        _ => return Err("is neither text, number, boolean, list nor map".to_owned()),
    };
    Ok(Tree::new(node))
}

fn number(value: &Value) -> Option<Node> {
    if value.is_integer() {
        let signed = i64::try_from(value.clone()).ok().map(Node::Int);
        return signed.or_else(|| u64::try_from(value.clone()).ok().map(Node::Uint));
    }
    f64::try_from(value.clone()).ok().filter(|float| float.is_finite()).map(Node::Float)
}

/// As text inside text: strings as they are, all else as JSON.
pub(crate) fn text(tree: &Tree) -> String {
    match &tree.node {
        Node::Text(text) => (**text).to_owned(),
        _ => json(tree),
    }
}

/// One line of JSON; infinities, which JSON lacks, are null.
pub(crate) fn json(tree: &Tree) -> String {
    use source::json::{Html, Layout, write};
    write(tree, Html::Plain, Layout::Compact).unwrap_or_else(|_| "null".to_owned())
}
