//! Where each value came from.

use serde_json::{Value, json};
use source::redact::MASK;
use source::{Node, Tree};
use stack::Leaf;

use crate::printer::{Paint, Printer};
use crate::views::table::{cut, table};

/// One line per leaf: path, value, place.
pub fn text(leaves: &[Leaf], printer: &Printer, paint: Paint) -> String {
    let rows: Vec<_> = leaves
        .iter()
        .map(|leaf| [leaf.path.to_string(), cut(&value(leaf), 48), place(leaf, printer)])
        .collect();
    table(["VALUE", "IS", "FROM"], &rows, paint)
}

pub fn json(leaves: &[Leaf], printer: &Printer) -> Value {
    let leaf = |leaf: &Leaf| {
        json!({
            "path": leaf.path.to_string(),
            "value": if leaf.secret { Value::from(MASK) } else { plain(&leaf.value) },
            "secret": leaf.secret,
            "from": place(leaf, printer),
        })
    };
    leaves.iter().map(leaf).collect()
}

fn value(leaf: &Leaf) -> String {
    if leaf.secret { MASK.to_owned() } else { plain(&leaf.value).to_string() }
}

fn place(leaf: &Leaf, printer: &Printer) -> String {
    match &leaf.origin {
        Some(span) => {
            let (line, column) = span.source.line_column(span.start as usize);
            format!("{}:{line}:{column}", printer.place(&span.source.name))
        }
        None => "-".to_owned(),
    }
}

/// A leaf as JSON; whole floats as integers, because Helm shows them so.
fn plain(tree: &Tree) -> Value {
    match &tree.node {
        Node::Null => Value::Null,
        Node::Bool(value) => json!(value),
        Node::Int(value) => json!(value),
        Node::Uint(value) => json!(value),
        Node::Float(value) if value.fract() == 0.0 && value.abs() < 1e15 => json!(*value as i64),
        Node::Float(value) => json!(value),
        Node::Text(text) => json!(&**text),
        Node::List(_) => json!([]),
        Node::Map(_) => json!({}),
    }
}
