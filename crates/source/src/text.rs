//! A named text and places in it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// A file (or an argument such as `--set`) as the user wrote it, shared by every span that points into it.
#[derive(PartialEq, Eq)]
pub struct Source {
    /// What the user calls it: a path relative to where they stand, or `--set api:image.tag`.
    pub name: String,
    pub text: String,
}

impl Source {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { name: name.into(), text: text.into() })
    }

    /// Line and column of a byte offset, both from 1; columns count characters.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let before = &self.text[..offset];
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        (before.matches('\n').count() + 1, before[line_start..].chars().count() + 1)
    }
}

impl fmt::Debug for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Source({})", self.name)
    }
}

/// A byte range in a source. miette counts bytes too, so it is handed on as it is.
#[derive(Clone, PartialEq, Eq)]
pub struct Span {
    pub source: Arc<Source>,
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(source: &Arc<Source>, range: Range<usize>) -> Self {
        let clamp =
            |offset: usize| u32::try_from(offset.min(source.text.len())).unwrap_or(u32::MAX);
        Self { source: Arc::clone(source), start: clamp(range.start), end: clamp(range.end) }
    }

    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    pub fn text(&self) -> &str {
        self.source.text.get(self.range()).unwrap_or_default()
    }

    /// Line of the first byte, from 1.
    pub fn line(&self) -> usize {
        self.source.line_column(self.start as usize).0
    }
}

impl fmt::Debug for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")
    }
}

/// `file:line:column`, as compilers print it.
impl fmt::Display for Span {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (line, column) = self.source.line_column(self.start as usize);
        write!(formatter, "{}:{line}:{column}", self.source.name)
    }
}
