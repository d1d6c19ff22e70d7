//! `%q`: Go's quoted strings and characters (strconv.Quote).

use std::fmt::Write as _;

/// A text as a Go string constant in double quotes; bytes that are no UTF-8 become `\xNN`.
pub fn quote_go(text: &[u8]) -> String {
    quoted(text, false)
}

/// As `quote_go`; with `ascii`, everything beyond ASCII is escaped.
pub(super) fn quoted(text: &[u8], ascii: bool) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for chunk in text.utf8_chunks() {
        for character in chunk.valid().chars() {
            push(&mut out, character, '"', ascii);
        }
        for byte in chunk.invalid() {
            hex_escape(&mut out, u32::from(*byte));
        }
    }
    out.push('"');
    out
}

/// A character as a Go constant in single quotes.
pub(super) fn quoted_character(character: char, ascii: bool) -> String {
    let mut out = String::from("'");
    push(&mut out, character, '\'', ascii);
    out.push('\'');
    out
}

/// Whether a raw string constant can hold the text (strconv.CanBackquote).
pub(super) fn can_backquote(text: &[u8]) -> bool {
    let good = |character: char| match character {
        '\u{feff}' | '`' | '\u{7f}' => false,
        '\t' => true,
        _ => character >= ' ',
    };
    std::str::from_utf8(text).is_ok_and(|text| text.chars().all(good))
}

fn push(out: &mut String, character: char, quote: char, ascii: bool) {
    match character {
        '\\' => out.push_str("\\\\"),
        _ if character == quote => {
            out.push('\\');
            out.push(quote);
        }
        ' '..='~' => out.push(character),
        '\u{7}' => out.push_str("\\a"),
        '\u{8}' => out.push_str("\\b"),
        '\u{c}' => out.push_str("\\f"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        '\u{b}' => out.push_str("\\v"),
        '\0'..='\u{7f}' => hex_escape(out, u32::from(character)),
        _ if !ascii && is_printable(character) => out.push(character),
        _ => {
            let code = u32::from(character);
            let written = if code > 0xffff {
                write!(out, "\\U{code:08x}")
            } else {
                write!(out, "\\u{code:04x}")
            };
            written.expect("writing to a string cannot fail");
        }
    }
}

fn hex_escape(out: &mut String, code: u32) {
    write!(out, "\\x{code:02x}").expect("writing to a string cannot fail");
}

/// Go's `strconv.IsPrint`: letters, marks, numbers, punctuation, symbols, and of the spaces only ASCII's.
pub(crate) fn is_printable(character: char) -> bool {
    if character.is_ascii() {
        return matches!(character, ' '..='~');
    }
    // Rust's own escaping knows the same categories. It also escapes combining marks, but only at the start of a text.
    let mut text = [b'a', 0, 0, 0, 0];
    let length = 1 + character.encode_utf8(&mut text[1..]).len();
    let text = std::str::from_utf8(&text[..length]).expect("a letter and a character are UTF-8");
    text.escape_debug().all(|character| character != '\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &[u8], expect: &str) {
        assert_eq!(quote_go(text), expect);
    }

    #[test]
    fn texts_are_quoted_as_go_does() {
        check(b"a\"\\\n\x00\x7f", r#""a\"\\\n\x00\x7f""#);
        check("é\u{a0}\u{200b}\u{301}😀".as_bytes(), "\"é\\u00a0\\u200b\u{301}😀\"");
        check(b"\xff\xc3", r#""\xff\xc3""#);
        assert_eq!(quoted("é😀".as_bytes(), true), r#""\u00e9\U0001f600""#);
        assert_eq!(quoted_character('\'', false), r"'\''");
    }
}
