//! The text that a mapping key becomes on Helm's way through JSON.

use std::sync::Arc;

use super::error::Kind;
use crate::{Node, Tree, number};

pub(super) enum Key {
    Text(Arc<str>),
    /// `<<`
    Merge,
    /// What Go says of a key that no JSON object can have; the value's own words are still missing.
    Unfit(Kind, String),
}

pub(super) fn of_tree(tree: &Tree) -> Key {
    of_node(&tree.node)
}

pub(super) fn of_node(node: &Node) -> Key {
    let text: Arc<str> = match node {
        Node::Text(text) => Arc::clone(text),
        Node::Bool(value) => if *value { "true" } else { "false" }.into(),
        Node::Int(value) => value.to_string().into(),
        Node::Float(value) => float(*value).into(),
        Node::Null => {
            return Key::Unfit(
                Kind::Key,
                "unsupported map key of type: %!s(<nil>), key: <nil>, value: ".into(),
            );
        }
        Node::Uint(value) => {
            return Key::Unfit(
                Kind::Key,
                format!("unsupported map key of type: uint64, key: {value:#x}, value: "),
            );
        }
        Node::List(_) | Node::Map(_) => {
            return Key::Unfit(Kind::Yaml, format!("invalid map key: {}", go_syntax(node)));
        }
    };
    Key::Text(text)
}

/// Go rounds a float key to 32 bits.
fn float(value: f64) -> String {
    match number::general_32(value).as_str() {
        "+Inf" => ".inf".into(),
        "-Inf" => "-.inf".into(),
        "NaN" => ".nan".into(),
        text => text.to_owned(),
    }
}

/// Completes the message of an unfit key with its value.
pub(super) fn with_value(message: String, value: &Tree) -> String {
    match value.node {
        _ if !message.ends_with("value: ") => message,
        Node::Null => message + "<nil>",
        ref node => message + &go_syntax(node),
    }
}

/// A text as a Go string constant in double quotes.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.chars().map(escaped).collect::<String>())
}

fn escaped(character: char) -> String {
    let code = u32::from(character);
    match character {
        '"' => "\\\"".into(),
        '\\' => "\\\\".into(),
        '\u{7}' => "\\a".into(),
        '\u{8}' => "\\b".into(),
        '\t' => "\\t".into(),
        '\n' => "\\n".into(),
        '\u{b}' => "\\v".into(),
        '\u{c}' => "\\f".into(),
        '\r' => "\\r".into(),
        '\0'..='\x1F' | '\x7F' => format!("\\x{code:02x}"),
        _ if is_printable(character) => character.into(),
        '\u{80}'..='\u{ffff}' => format!("\\u{code:04x}"),
        _ => format!("\\U{code:08x}"),
    }
}

/// Combining characters are, which Rust shows behind another one.
fn is_printable(character: char) -> bool {
    !format!("x{character}").escape_debug().skip(1).collect::<String>().starts_with("\\u")
}

/// A value as Go's `%#v` writes it.
fn go_syntax(node: &Node) -> String {
    match node {
        Node::Null => "interface {}(nil)".into(),
        Node::Bool(value) => value.to_string(),
        Node::Int(value) => value.to_string(),
        Node::Uint(value) => format!("{value:#x}"),
        Node::Float(value) => number::general(*value),
        Node::Text(text) => quoted(text),
        Node::List(list) => {
            let items: Vec<_> = list.iter().map(|item| go_syntax(&item.node)).collect();
            format!("[]interface {{}}{{{}}}", items.join(", "))
        }
        Node::Map(map) => {
            let entries = map
                .iter()
                .map(|(key, value)| format!("{}:{}", quoted(key), go_syntax(&value.node)));
            let entries: Vec<_> = entries.collect();
            format!("map[interface {{}}]interface {{}}{{{}}}", entries.join(", "))
        }
    }
}
