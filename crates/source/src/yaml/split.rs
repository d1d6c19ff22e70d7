//! Where the documents of a values file begin and end.

use std::ops::Range;

/// The documents of a text by the rule of Kubernetes' `YAMLReader`, which Helm 4 reads values files with: lines that
/// begin with `---` separate, and hold nothing else but a comment. Otherwise the place of what else they hold.
pub fn documents(text: &str) -> Result<Vec<Range<usize>>, Range<usize>> {
    let mut parts = Vec::new();
    let mut start = 0;
    let mut line_start = 0;
    while line_start < text.len() {
        let rest = &text[line_start..];
        let line =
            &rest[..memchr::memchr(b'\n', rest.as_bytes()).map_or(rest.len(), |end| end + 1)];
        if let Some(rest) = line.strip_prefix("---") {
            let more = rest.trim();
            if !more.is_empty() && !more.starts_with('#') {
                let at = line_start + line.len() - rest.trim_start().len();
                return Err(at..at + more.len());
            }
            if line_start > start {
                parts.push(start..line_start);
            }
            start = line_start + line.len();
        }
        line_start += line.len();
    }
    if line_start > start {
        parts.push(start..line_start);
    }
    Ok(parts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Result<&[&str], &str>) {
        let parts = documents(text);
        let parts: Result<Vec<_>, _> = match &parts {
            Ok(parts) => Ok(parts.iter().map(|part| &text[part.clone()]).collect()),
            Err(place) => Err(&text[place.clone()]),
        };
        assert_eq!(parts.as_deref().map_err(|place| *place), expect, "{text:?}");
    }

    #[test]
    fn separators() {
        check("", Ok(&[]));
        check("a: 1", Ok(&["a: 1"]));
        check("---\na: 1\n---\nb: 2\n", Ok(&["a: 1\n", "b: 2\n"]));
        check("a: 1\n--- # more\n\n---\n", Ok(&["a: 1\n", "\n"]));
        check("a: |\n  ---\n  x", Ok(&["a: |\n  ---\n  x"]));
        check("a: 1\n---b: 2\n", Err("b: 2"));
        check("---   {a: 1}  \n", Err("{a: 1}"));
    }
}
