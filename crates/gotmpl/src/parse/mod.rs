//! Template text into a compiled tree: variables are slots, functions resolved, constants converted.

mod control;
mod lex;
mod number;
mod parser;
mod pipeline;
mod show;
mod token;
mod tree;
mod unquote;

use std::sync::Arc;

pub(crate) use number::Number;
pub use tree::Parsed;
pub(crate) use tree::{Branch, Callee, Id, Ids, Names, NodeKind, Template};

use crate::{Error, ErrorKind, Functions, Place};

/// Parses a file's text. Functions that the text names must be in `functions` or built in; variables must be declared.
///
/// # Errors
/// The first mistake, in Go's words (text/template/parse/parse.go), with the line that Go names and the bytes it is about.
pub fn parse(name: &str, text: Arc<str>, functions: &Functions) -> Result<Arc<Parsed>, Error> {
    let name = Arc::from(name);
    match parser::parse(&name, &text, functions) {
        Ok(parsed) => Ok(Arc::new(parsed)),
        Err(fault) => Err(located(name, &text, *fault)),
    }
}

/// A parse error before its place is worked out.
struct Fault {
    message: String,
    /// Where the last token starts that was read: the line that Go prints.
    at: usize,
    /// What the message is about.
    range: std::ops::Range<usize>,
}

fn located(name: Arc<str>, text: &str, fault: Fault) -> Error {
    let (line, _) = line_and_column(text, fault.at);
    let (own_line, column) = line_and_column(text, fault.range.start);
    let column = if own_line == line { column } else { 0 };
    Error {
        message: fault.message,
        kind: ErrorKind::Parse,
        place: Place { template: name, range: fault.range, line, column },
        executing: Arc::from(""),
        node: String::new(),
        trace: Vec::new(),
        seen: Vec::new(),
    }
}

/// The line from 1 and the byte in it from 0.
pub(crate) fn line_and_column(text: &str, at: usize) -> (usize, usize) {
    let before = &text.as_bytes()[..at.min(text.len())];
    let line = 1 + memchr::memchr_iter(b'\n', before).count();
    let column = memchr::memrchr(b'\n', before).map_or(before.len(), |end| before.len() - end - 1);
    (line, column)
}
