//! Shortening and wrapping of text, byte by byte as goutils does it.

use gotmpl::{Functions, Str};

use crate::Dialect;
use crate::strings::find;

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    functions.add("abbrev", abbrev);
    functions.add("abbrevboth", abbrev_both);
    functions.add("wrap", |length: i64, text: Str| wrapped(&text, length, b"\n", false));
    functions.add("wrapWith", wrap_with);
}

fn abbrev(width: i64, text: Str) -> Str {
    if width < 4 { text } else { abbreviated(text.as_bytes(), 0, width) }
}

fn abbrev_both(left: i64, right: i64, text: Str) -> Str {
    if right < 4 || left > 0 && right < 7 {
        return text;
    }
    abbreviated(text.as_bytes(), left, right)
}

/// At most `width` bytes from `offset`, with dots where something is missing. `width` is at least 4, or 7 with an offset.
fn abbreviated(bytes: &[u8], offset: i64, width: i64) -> Str {
    let length = bytes.len() as i64;
    if length <= width {
        return bytes.into();
    }
    // From here all numbers are smaller than the text is long.
    let cut = |from: i64, to: i64| &bytes[from as usize..to as usize];
    let mut offset = offset.min(length);
    if length - offset.max(0) < width - 3 {
        offset = length - (width - 3);
    }
    if offset <= 4 {
        return [cut(0, width - 3), b"..."].concat().into();
    }
    if width < 7 {
        return "".into();
    }
    if offset + width - 3 < length {
        let shown = abbreviated(cut(offset, length), 0, width - 3);
        return [b"...", shown.as_bytes()].concat().into();
    }
    [b"...", cut(length - (width - 3), length)].concat().into()
}

fn wrap_with(length: i64, separator: Str, text: Str) -> Str {
    let separator = if separator.is_empty() { b"\n" } else { separator.as_bytes() };
    wrapped(&text, length, separator, true)
}

/// Lines of at most `length` bytes, broken at spaces; longer words are broken only where `break_words` says so.
fn wrapped(text: &Str, length: i64, separator: &[u8], break_words: bool) -> Str {
    let length = usize::try_from(length).unwrap_or(0).max(1);
    let mut rest = text.as_bytes();
    let mut out = Vec::new();
    while rest.len() > length {
        if rest[0] == b' ' {
            rest = &rest[1..];
            continue;
        }
        let space = rest[..=length].iter().rposition(|byte| *byte == b' ');
        let (line, next) = match space {
            Some(space) => (space, space + 1),
            None if break_words => (length, length),
            None => match find(&rest[length..], b" ") {
                Some(space) => (length + space, length + space + 1),
                None => break,
            },
        };
        out.extend_from_slice(&rest[..line]);
        out.extend_from_slice(separator);
        rest = &rest[next..];
    }
    out.extend_from_slice(rest);
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(actual: Str, expect: &str) {
        assert_eq!(actual.to_text(), expect);
    }

    #[test]
    fn abbreviating() {
        check(abbrev(5, "hello world".into()), "he...");
        check(abbrev(3, "hello world".into()), "hello world");
        check(abbrev(i64::MAX, "hello".into()), "hello");
        check(abbrev_both(5, 10, "1234 5678 9123".into()), "...5678...");
        check(abbrev_both(i64::MIN, 10, "1234 5678 9123".into()), "1234 56...");
        check(abbrev_both(i64::MAX, 7, "1234 5678 9123".into()), "...9123");
    }

    #[test]
    fn wrapping() {
        check(wrapped(&"This is a long line".into(), 5, b"\n", false), "This\nis a\nlong\nline");
        check(wrap_with(5, "\t".into(), "Hello World".into()), "Hello\tWorld");
        check(wrap_with(3, "".into(), "abcdefgh".into()), "abc\ndef\ngh");
        check(wrapped(&"abcdefgh ij".into(), 3, b"\n", false), "abcdefgh\nij");
        check(wrapped(&"ab".into(), -4, b"\n", false), "ab");
    }
}
