//! JSON out as Go's `encoding/json` writes it.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::{Node, Tree, number};

/// Whether `<`, `>` and `&` are escaped, as `toJson` does and `toRawJson` does not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Html {
    Escaped,
    Plain,
}

/// A text in quotes.
pub fn quote(text: &str, html: Html) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    push_quoted(&mut out, text, html);
    out
}

pub(super) fn push_quoted(out: &mut String, text: &str, html: Html) {
    out.push('"');
    let mut rest = text;
    let needs_escape = |character: char| match character {
        '\0'..='\x1F' | '"' | '\\' | '\u{2028}' | '\u{2029}' => true,
        '<' | '>' | '&' => html == Html::Escaped,
        _ => false,
    };
    while let Some(at) = rest.find(needs_escape) {
        out.push_str(&rest[..at]);
        let mut characters = rest[at..].chars();
        match characters.next() {
            Some('"') => out.push_str("\\\""),
            Some('\\') => out.push_str("\\\\"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some('\x08') => out.push_str("\\b"),
            Some('\x0C') => out.push_str("\\f"),
            Some(other) => {
                write!(out, "\\u{:04x}", u32::from(other))
                    .expect("writing to a String cannot fail");
            }
            None => {}
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

/// Line breaks and indentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layout {
    Compact,
    /// Two spaces per level, as `toPrettyJson`.
    Indented,
}

/// A tree as `json.Marshal` writes it, keys in byte order. Infinities are refused in Go's words.
pub fn write(tree: &Tree, html: Html, layout: Layout) -> Result<String, String> {
    let mut writer = Writer { out: String::new(), html, layout, depth: 0 };
    writer.node(tree)?;
    Ok(writer.out)
}

struct Writer {
    out: String,
    html: Html,
    layout: Layout,
    depth: usize,
}

impl Writer {
    fn node(&mut self, tree: &Tree) -> Result<(), String> {
        match &tree.node {
            Node::Null => self.out.push_str("null"),
            Node::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Node::Int(value) => self.out.push_str(&value.to_string()),
            Node::Uint(value) => self.out.push_str(&value.to_string()),
            Node::Float(value) if value.is_finite() => self.out.push_str(&number::json(*value)),
            Node::Float(value) => {
                return Err(format!("json: unsupported value: {}", number::general(*value)));
            }
            Node::Text(text) => push_quoted(&mut self.out, text, self.html),
            Node::List(list) => self.collection(['[', ']'], list, Self::node)?,
            Node::Map(map) => {
                let mut entries: Vec<_> = map.iter().collect();
                entries.sort_unstable_by_key(|entry| entry.0);
                self.collection(['{', '}'], &entries, Self::entry)?;
            }
        }
        Ok(())
    }

    fn entry(&mut self, (key, value): &(&Arc<str>, &Tree)) -> Result<(), String> {
        push_quoted(&mut self.out, key, self.html);
        self.out.push_str(if self.layout == Layout::Compact { ":" } else { ": " });
        self.node(value)
    }

    fn collection<T>(
        &mut self,
        [open, close]: [char; 2],
        items: &[T],
        write: impl Fn(&mut Self, &T) -> Result<(), String>,
    ) -> Result<(), String> {
        self.out.push(open);
        self.depth += 1;
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.push(',');
            }
            self.new_line();
            write(self, item)?;
        }
        self.depth -= 1;
        if !items.is_empty() {
            self.new_line();
        }
        self.out.push(close);
        Ok(())
    }

    fn new_line(&mut self) {
        if self.layout == Layout::Indented {
            self.out.push('\n');
            self.out.extend(std::iter::repeat_n("  ", self.depth));
        }
    }
}
