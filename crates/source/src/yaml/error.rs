//! What is wrong with a YAML text, in go-yaml's words for `fromYaml` and as a place for a `Problem`.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::{Problem, Source};

/// A place in a text: byte offset, line and column, all from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) offset: usize,
    pub(crate) line: usize,
    pub(crate) column: usize,
}

/// Why a YAML text could not be read. `Display` gives the words of go-yaml v2, which `fromYaml` hands to templates.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    /// What go-yaml says, without its prefix and line: `mapping values are not allowed in this context`.
    pub message: String,
    /// The line that go-yaml prints: from 1, one too small for the parser's own errors, absent for the first line.
    pub shown_line: Option<usize>,
    /// The bytes at fault.
    pub place: Range<usize>,
    /// Which construct was being read and where it began, as for an unclosed quote.
    pub context: Option<(&'static str, usize)>,
    pub(crate) kind: Kind,
}

/// Where in the chain from text to value it went wrong, in the order of the steps; each has its own prefix in Go.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    /// go-yaml: the text, its tags, aliases and merges.
    Yaml,
    /// The step from YAML to JSON: keys that no JSON object can have.
    Key,
    /// The step from YAML to JSON: infinities.
    Json,
}

impl Error {
    /// The error as a problem in the source whose text, from `offset` on, was read.
    pub fn problem(&self, source: &Arc<Source>, offset: usize) -> Problem {
        super::fault::of_error(self, source, offset)
    }

    /// A mistake found while splitting the text into tokens: go-yaml counts its lines from 1.
    pub(crate) fn scanner(
        context: &'static str,
        began: Mark,
        message: impl Into<String>,
        at: Mark,
    ) -> Self {
        let shown_line = if at.line != 0 { at.line + 1 } else { began.line };
        Self::placed(message.into(), shown_line, at, context, began)
    }

    /// A mistake found while putting tokens together: go-yaml prints its lines from 0.
    pub(crate) fn parser(
        context: &'static str,
        began: Mark,
        message: impl Into<String>,
        at: Mark,
    ) -> Self {
        let shown_line = if at.line != 0 { at.line } else { began.line };
        Self::placed(message.into(), shown_line, at, context, began)
    }

    fn placed(message: String, line: usize, at: Mark, context: &'static str, began: Mark) -> Self {
        Self {
            message,
            shown_line: (line != 0).then_some(line),
            place: at.offset..at.offset,
            context: (!context.is_empty()).then_some((context, began.offset)),
            kind: Kind::Yaml,
        }
    }

    /// A mistake in what the text means; go-yaml names no line.
    pub(crate) fn meaning(kind: Kind, message: impl Into<String>, place: Range<usize>) -> Self {
        Self { message: message.into(), shown_line: None, place, context: None, kind }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.kind {
            Kind::Yaml => formatter.write_str("yaml: ")?,
            Kind::Json => formatter.write_str("json: ")?,
            Kind::Key => {}
        }
        if let Some(line) = self.shown_line {
            write!(formatter, "line {line}: ")?;
        }
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {}
