//! YAML out, byte for byte as Helm's `toYaml` and `toYamlPretty` write it.
//!
//! `toYaml` is JSON read back and written by go-yaml v2: lists as far in as their key, lines folded after column 80.
//! `toYamlPretty` is go-yaml v3 with an indent of 2: lists two further in, nothing folded.

mod order;
mod style;
mod text;

use std::borrow::Cow;
use std::fmt;

pub use order::sort_keys;
use style::Style;

use super::scan::{Scanner, TokenKind};
use crate::{Node, Tree, json, number};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// `toYaml`
    Helm,
    /// `toYamlPretty`
    Pretty,
}

impl Dialect {
    fn is_newer(self) -> bool {
        self == Self::Pretty
    }
}

/// Why Go cannot write a value, in Go's words. `toYaml` gives nothing then, `mustToYaml` fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WriteError(pub String);

impl fmt::Display for WriteError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl std::error::Error for WriteError {}

/// A tree as `yaml.Marshal` writes it, with the newline at its end that `toYaml` cuts off.
pub fn write(tree: &Tree, dialect: Dialect) -> Result<String, WriteError> {
    let mut writer = Writer::new(dialect);
    write_node(&mut writer, tree);
    writer.finish()
}

fn write_node(writer: &mut Writer, tree: &Tree) {
    match &tree.node {
        Node::Null => writer.null(),
        Node::Bool(value) => writer.bool(*value),
        Node::Int(value) => writer.int(*value),
        Node::Uint(value) => writer.uint(*value),
        Node::Float(value) => writer.float(*value),
        Node::Text(text) => writer.text(text),
        Node::List(list) => {
            writer.begin_list(list.is_empty());
            list.iter().for_each(|item| write_node(writer, item));
            writer.end();
        }
        Node::Map(map) => {
            let entries = map.iter().map(|(key, value)| (&**key, value)).collect();
            writer.begin_map(map.is_empty());
            for (key, value) in sort_keys(entries, writer.dialect) {
                writer.key(key);
                write_node(writer, value);
            }
            writer.end();
        }
    }
}

/// Writes YAML piece by piece, for values that are no `Tree`: collections are begun and ended, keys come before their
/// values, in the order of `sort_keys`.
#[derive(Debug)]
pub struct Writer {
    out: String,
    dialect: Dialect,
    width: usize,
    column: usize,
    /// -1 at the top.
    indent: isize,
    /// The last thing written was a space, or counts as one.
    after_space: bool,
    /// Nothing but indentation and `-`, `?`, `:` stands on this line.
    only_indentation: bool,
    open: Vec<Open>,
    error: Option<WriteError>,
}

/// A collection that has been begun.
#[derive(Clone, Copy, Debug)]
struct Open {
    kind: OpenKind,
    outer_indent: isize,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum OpenKind {
    /// `[]` or `{}`
    Empty,
    List,
    Map,
    /// A map whose last key stands after `?`, so that its value goes on a line of its own.
    MapAfterLongKey,
}

impl Writer {
    pub fn new(dialect: Dialect) -> Self {
        Self {
            out: String::new(),
            dialect,
            width: if dialect.is_newer() { usize::MAX } else { 80 },
            column: 0,
            indent: -1,
            after_space: true,
            only_indentation: true,
            open: Vec::new(),
            error: None,
        }
    }

    pub fn null(&mut self) {
        self.verbatim("null");
    }

    pub fn bool(&mut self, value: bool) {
        self.verbatim(if value { "true" } else { "false" });
    }

    pub fn int(&mut self, value: i64) {
        self.verbatim(&value.to_string());
    }

    pub fn uint(&mut self, value: u64) {
        self.verbatim(&value.to_string());
    }

    /// Through JSON a whole number loses its point and exponent, as far as 64 bits go.
    pub fn float(&mut self, value: f64) {
        if self.dialect == Dialect::Helm {
            if !value.is_finite() {
                let value = number::general(value);
                let message =
                    format!("error marshaling into JSON: json: unsupported value: {value}");
                self.error.get_or_insert(WriteError(message));
                return;
            }
            let digits = number::json(value);
            if digits.parse::<i64>().is_ok() || digits.parse::<u64>().is_ok() {
                return self.verbatim(if digits == "-0" { "0" } else { &digits });
            }
        }
        let text = number::general(value);
        self.verbatim(match text.as_str() {
            "+Inf" => ".inf",
            "-Inf" => "-.inf",
            "NaN" => ".nan",
            text => text,
        });
    }

    pub fn text(&mut self, text: &str) {
        let text = self.as_go_has_it(text);
        let allowed = style::analyse(&text, self.dialect);
        let style = style::choose(&text, &allowed, false, self.dialect);
        self.begin_value();
        self.styled(&text, style, true);
    }

    /// A scalar as it stands, for what YAML reads as something else than text: a time.
    pub fn verbatim(&mut self, text: &str) {
        self.begin_value();
        self.styled(text, Style::Plain, true);
    }

    pub fn begin_list(&mut self, empty: bool) {
        let in_map = self.open.last().is_some_and(|open| open.kind != OpenKind::List);
        self.begin_value();
        if empty {
            return self.empty("[", "]");
        }
        let as_far_in_as_key = in_map && !self.only_indentation && !self.dialect.is_newer();
        self.begin(OpenKind::List, if as_far_in_as_key { 0 } else { 2 });
    }

    pub fn begin_map(&mut self, empty: bool) {
        self.begin_value();
        if empty {
            return self.empty("{", "}");
        }
        self.begin(OpenKind::Map, 2);
    }

    fn begin(&mut self, kind: OpenKind, further_in: isize) {
        self.open.push(Open { kind, outer_indent: self.indent });
        self.indent = if self.indent < 0 { 0 } else { self.indent + further_in };
    }

    fn empty(&mut self, open: &str, close: &str) {
        self.indicator(open, true, true, false);
        self.indicator(close, false, false, false);
        self.open.push(Open { kind: OpenKind::Empty, outer_indent: self.indent });
    }

    /// Ends the list or map that was begun last.
    pub fn end(&mut self) {
        if let Some(open) = self.open.pop() {
            self.indent = open.outer_indent;
        }
    }

    /// The key of the next value.
    pub fn key(&mut self, key: &str) {
        if self.dialect == Dialect::Helm && (key.len() > 128 || key.contains('\u{85}')) {
            // A JSON key that is too long or broken by U+0085 is none to go-yaml.
            let json = format!("{{{}:0}}", json::quote(key, json::Html::Escaped));
            if let Err(error) = super::read_bare(&json) {
                self.error.get_or_insert(WriteError(error.to_string()));
            }
        }
        let key = self.as_go_has_it(key);
        let allowed = style::analyse(&key, self.dialect);
        let simple = !allowed.multiline && key.len() <= 128;
        self.new_line();
        if !simple {
            self.indicator("?", true, false, true);
        }
        let style = match style::choose(&key, &allowed, simple, self.dialect) {
            Style::Plain if key.is_empty() && simple => Style::SingleQuoted,
            style => style,
        };
        self.styled(&key, style, !simple);
        if let Some(open) = self.open.last_mut() {
            open.kind = if simple { OpenKind::Map } else { OpenKind::MapAfterLongKey };
        }
    }

    /// The text with the newline at its end, or the first error.
    pub fn finish(mut self) -> Result<String, WriteError> {
        self.indent = 0;
        self.new_line();
        match self.error {
            Some(error) => Err(error),
            None => Ok(self.out),
        }
    }

    /// `toYaml` goes through JSON, which go-yaml then reads: it refuses control characters and folds U+0085.
    fn as_go_has_it<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        let harmless =
            |character| !matches!(character, '\x7F'..='\u{9f}' | '\u{fffe}' | '\u{ffff}');
        if self.dialect == Dialect::Pretty || text.chars().all(harmless) {
            return Cow::Borrowed(text);
        }
        let quoted = json::quote(text, json::Html::Escaped);
        match Scanner::new(&quoted).take() {
            Ok(token) => match token.kind {
                TokenKind::Scalar { value, .. } => Cow::Owned(value.into_owned()),
                _ => Cow::Borrowed(text),
            },
            Err(error) => {
                self.error.get_or_insert(WriteError(error.to_string()));
                Cow::Borrowed(text)
            }
        }
    }

    /// Writes what stands before a value: `- ` in a list, `:` after a key.
    fn begin_value(&mut self) {
        match self.open.last().map(|open| open.kind) {
            Some(OpenKind::List) => {
                self.new_line();
                self.indicator("-", true, false, true);
            }
            Some(OpenKind::Map) => self.indicator(":", false, false, false),
            Some(OpenKind::MapAfterLongKey) => {
                self.new_line();
                self.indicator(":", true, false, true);
            }
            Some(OpenKind::Empty) | None => {}
        }
    }

    fn put(&mut self, character: char) {
        self.out.push(character);
        self.column += 1;
    }

    fn line_break(&mut self, character: char) {
        self.out.push(character);
        self.column = 0;
        if self.dialect.is_newer() {
            self.only_indentation = true;
        }
    }

    /// Goes to the indentation, on a new line unless this one holds nothing else.
    fn new_line(&mut self) {
        let indent = self.indent.max(0).cast_unsigned();
        let beyond = self.column > indent || self.column == indent && !self.after_space;
        if !self.only_indentation || beyond {
            self.line_break('\n');
        }
        while self.column < indent {
            self.put(' ');
        }
        self.after_space = true;
        if !self.dialect.is_newer() {
            self.only_indentation = true;
        }
    }

    fn indicator(&mut self, text: &str, needs_space: bool, is_space: bool, is_indentation: bool) {
        if needs_space && !self.after_space {
            self.put(' ');
        }
        text.chars().for_each(|character| self.put(character));
        self.after_space = is_space;
        self.only_indentation &= is_indentation;
    }
}
