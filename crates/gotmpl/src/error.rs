//! What goes wrong while a template is parsed or run, and where.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A place in a template's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The template's name as Go prints it: `chart/templates/deployment.yaml`.
    pub template: Arc<str>,
    /// Bytes of the text that the message is about.
    pub range: Range<usize>,
    /// Both from 1, as Go counts for its own messages (columns are bytes from 0 there; kept as Go has them).
    pub line: usize,
    pub column: usize,
}

/// A failure with its place. `trace` lists the calls that led here, innermost first.
#[derive(Clone, Debug)]
pub struct Error {
    /// Go's words without position: `nil pointer evaluating interface {}.b`.
    pub message: String,
    pub kind: ErrorKind,
    pub place: Place,
    /// The source text of the failing node, as Go shows it in `<.Values.a.b>`.
    pub node: String,
    pub trace: Vec<Frame>,
    /// What the failing expression's operands were, by their text: (`.Values.a`, `map[b:1]`).
    pub seen: Vec<(String, String)>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorKind {
    Parse,
    Execute,
    /// The template itself called `fail` or `required`.
    Fail,
    /// A bound of ours or of Go's was hit: recursion, output, time.
    Limit,
}

/// One template that was being run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Frame {
    pub template: Arc<str>,
    pub place: Place,
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Place { template, line, column, .. } = &self.place;
        write!(formatter, "{template}:{line}:{column}: {}", self.message)
    }
}

impl std::error::Error for Error {}

/// Why a function refused, before the executor adds the place.
#[derive(Clone, Debug)]
pub enum CallError {
    /// Go's error text; the executor says `error calling NAME: …`.
    Message(String),
    /// `fail` and `required`: the chart's own words.
    Fail(String),
    /// A template run by the function failed; its error keeps its place and gains a frame.
    Template(Box<Error>),
}

impl CallError {
    pub fn message(text: impl Into<String>) -> Self {
        Self::Message(text.into())
    }
}

impl From<String> for CallError {
    fn from(text: String) -> Self {
        Self::Message(text)
    }
}
