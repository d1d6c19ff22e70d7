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
    /// From 1.
    pub line: usize,
    /// Bytes from 0, as Go counts. Go places a field chain at its second field and a pipeline at its first word.
    pub column: usize,
}

/// A failure with its place. `trace` lists the calls that led here, innermost first.
#[derive(Clone, Debug)]
pub struct Error {
    /// Go's words without position: `nil pointer evaluating interface {}.b`.
    pub message: String,
    pub kind: ErrorKind,
    pub place: Place,
    /// The name of the template that was run, which for a `define` is not the file's. Empty while parsing.
    pub executing: Arc<str>,
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
    /// The calling node's text: `include "labels" .`; empty for the `template` action, which Go does not report.
    pub node: String,
    /// `error calling include`, or what a function put before the error of the template that it ran.
    pub message: String,
}

impl Error {
    /// The whole failure on one line, as Go's text/template writes it.
    pub fn go_text(&self) -> String {
        let Place { template, line, column, .. } = &self.place;
        let mut text = match self.kind {
            ErrorKind::Parse => format!("template: {template}:{line}: {}", self.message),
            _ if self.executing.is_empty() => format!("template: {}", self.message),
            kind => {
                // The chart's own words come from a function, which Go names.
                let calling = match kind {
                    ErrorKind::Fail => {
                        let name = self.node.split(' ').next().unwrap_or_default();
                        format!("error calling {name}: ")
                    }
                    _ => String::new(),
                };
                format!(
                    "template: {template}:{line}:{column}: executing {} at <{}>: {calling}{}",
                    go_quoted(&self.executing),
                    self.node,
                    self.message
                )
            }
        };
        for frame in self.trace.iter().filter(|frame| !frame.message.is_empty()) {
            let Place { template, line, column, .. } = &frame.place;
            text = format!(
                "template: {template}:{line}:{column}: executing {} at <{}>: {}: {text}",
                go_quoted(&frame.template),
                frame.node,
                frame.message
            );
        }
        text
    }
}

fn go_quoted(text: &str) -> String {
    crate::quote_go(text.as_bytes())
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
    /// As `Template`, with the function's own words before it: ``error during tpl function execution for "…"``.
    Wrapped(String, Box<Error>),
    /// A bound was hit; nothing that the template could mend.
    Limit(String),
}

impl CallError {
    pub fn message(text: impl Into<String>) -> Self {
        Self::Message(text.into())
    }

    /// Puts words before an error, as Go's `fmt.Errorf("words: %w", err)`.
    pub fn wrap(self, words: impl fmt::Display) -> Self {
        match self {
            Self::Message(text) => Self::Message(format!("{words}: {text}")),
            Self::Template(error) => Self::Wrapped(words.to_string(), error),
            Self::Wrapped(inner, error) => Self::Wrapped(format!("{words}: {inner}"), error),
            other => other,
        }
    }
}

impl From<String> for CallError {
    fn from(text: String) -> Self {
        Self::Message(text)
    }
}
