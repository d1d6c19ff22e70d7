//! A rendered file into its documents, as Helm splits them (pkg/release/v1/util/manifest.go): by text, not by YAML.

use std::ops::Range;

use sprig::Dialect;

/// A document and where it begins in the rendered file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Part<'a> {
    pub(crate) text: &'a str,
    /// In bytes.
    pub(crate) offset: usize,
    /// From 1.
    pub(crate) line: usize,
}

/// The documents of a file in order, without empty ones.
pub(crate) fn split(text: &str, dialect: Dialect) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut start = text.len() - text.trim_start().len();
    let mut from = start;
    while let Some(found) = next_separator(text, from, start, dialect) {
        parts.extend(document(text, start..found, dialect));
        let after = &text[found + "---".len()..];
        let skipped = match dialect {
            Dialect::Helm4 => after.len() - after.trim_start_matches([' ', '\t']).len(),
            Dialect::Helm3 => after.len() - after.trim_start().len(),
        };
        start = found + "---".len() + skipped;
        from = start;
    }
    parts.extend(document(text, start..text.len(), dialect));
    with_lines(text, &parts)
}

/// What is left between two separators, and where it begins.
fn document(text: &str, between: Range<usize>, dialect: Dialect) -> Option<(&str, usize)> {
    let piece = &text[between.clone()];
    let document = piece.trim_start();
    let begins = between.end - document.len();
    // Rule W: white space behind a document is part of it.
    let document = match dialect {
        Dialect::Helm4 => document,
        Dialect::Helm3 => document.trim_end(),
    };
    (!document.is_empty()).then_some((document, begins))
}

/// `---` at the beginning of a line, whatever follows. In the Helm 3 dialect the line's newline must still be there: a
/// separator directly behind another one, which took it, is none.
fn next_separator(text: &str, mut from: usize, start: usize, dialect: Dialect) -> Option<usize> {
    loop {
        let found = from + memchr::memmem::find(&text.as_bytes()[from..], b"---")?;
        let after_newline = text.as_bytes()[..found].last() == Some(&b'\n');
        let first = found == text.len() - text.trim_start().len();
        let newline_is_ours = dialect == Dialect::Helm4 || found > start;
        if first || (after_newline && newline_is_ours) {
            return Some(found);
        }
        from = found + 1;
    }
}

fn with_lines<'a>(text: &str, parts: &[(&'a str, usize)]) -> Vec<Part<'a>> {
    let mut line = 1;
    let mut counted = 0;
    parts
        .iter()
        .map(|(document, begins)| {
            line += memchr::memchr_iter(b'\n', &text.as_bytes()[counted..*begins]).count();
            counted = *begins;
            Part { text: document, offset: *begins, line }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::split;
    use sprig::Dialect;

    #[track_caller]
    fn check(text: &str, helm4: &[&str], helm3: &[&str]) {
        let documents = |dialect| -> Vec<&str> {
            split(text, dialect).into_iter().map(|part| part.text).collect()
        };
        assert_eq!(documents(Dialect::Helm4), helm4, "Helm 4: {text:?}");
        assert_eq!(documents(Dialect::Helm3), helm3, "Helm 3: {text:?}");
    }

    #[test]
    fn documents() {
        check("", &[], &[]);
        check("  \n", &[], &[]);
        check("a: 1\n", &["a: 1\n"], &["a: 1"]);
        check("---\na: 1\n---\nb: 2", &["a: 1\n", "b: 2"], &["a: 1", "b: 2"]);
        check("\n\n--- \t\na: 1\n", &["a: 1\n"], &["a: 1"]);
        check("---a: 1\n---b: 2\n", &["a: 1\n", "b: 2\n"], &["a: 1", "b: 2"]);
        check("a: 1\n --- \nb: 2\n", &["a: 1\n --- \nb: 2\n"], &["a: 1\n --- \nb: 2"]);
        check("a: 1\n---\n---\nb: 2\n", &["a: 1\n", "b: 2\n"], &["a: 1", "---\nb: 2"]);
        check(
            "a: |+\n  x\n\n\n---\nb: 2\n",
            &["a: |+\n  x\n\n\n", "b: 2\n"],
            &["a: |+\n  x", "b: 2"],
        );
        check("# only a comment\n---\n", &["# only a comment\n"], &["# only a comment"]);
        check("----\na: 1\n", &["-\na: 1\n"], &["-\na: 1"]);
    }

    #[test]
    fn lines() {
        let parts = split("\n---\n\na: 1\n---\nb: 2\n", Dialect::Helm4);
        assert_eq!(parts.iter().map(|part| part.line).collect::<Vec<_>>(), [4, 6]);
    }
}
