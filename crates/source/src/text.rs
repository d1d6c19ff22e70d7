//! A named text and places in it.

use std::fmt;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// A file (or an argument such as `--set`) as the user wrote it, shared by every span that points into it.
pub struct Source {
    /// What the user calls it: a path relative to where they stand, or `--set api:image.tag`.
    pub name: String,
    pub text: String,
    /// Where each line but the first starts, once somebody asked: a manifest is asked for a place of each release.
    lines: OnceLock<Box<[usize]>>,
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        (&self.name, &self.text) == (&other.name, &other.text)
    }
}

impl Eq for Source {}

impl Source {
    pub fn new(name: impl Into<String>, text: impl Into<String>) -> Arc<Self> {
        Arc::new(Self { name: name.into(), text: text.into(), lines: OnceLock::new() })
    }

    /// Line and column of a byte offset, both from 1; columns count characters.
    pub fn line_column(&self, offset: usize) -> (usize, usize) {
        let mut offset = offset.min(self.text.len());
        while !self.text.is_char_boundary(offset) {
            offset -= 1;
        }
        let line_starts = self.lines.get_or_init(|| {
            memchr::memchr_iter(b'\n', self.text.as_bytes()).map(|newline| newline + 1).collect()
        });
        let line = line_starts.partition_point(|start| *start <= offset);
        let line_start = line.checked_sub(1).map_or(0, |last| line_starts[last]);
        (line + 1, self.text[line_start..offset].chars().count() + 1)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_and_columns_count_from_one() {
        let source = Source::new("it", "a\nüb\n\nc");
        let expect =
            [(1, 1), (1, 2), (2, 1), (2, 1), (2, 2), (2, 3), (3, 1), (4, 1), (4, 2), (4, 2)];
        for (offset, expect) in expect.into_iter().enumerate() {
            assert_eq!(source.line_column(offset), expect, "{offset}");
        }
        assert_eq!(source, Source::new("it", "a\nüb\n\nc"));
    }
}
