//! The few lexical pieces that versions and constraints share: each takes a byte position and answers where the piece ends.

/// RE2's `\s`.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\x0c' | b'\r')
}

pub(super) fn skip_space(text: &[u8], at: usize) -> usize {
    skip_while(text, at, is_space)
}

pub(super) fn skip_while(text: &[u8], at: usize, keep: impl Fn(u8) -> bool) -> usize {
    at + text[at..].iter().take_while(|byte| keep(**byte)).count()
}

/// Dot separated identifiers behind `mark` (`-rc.1`, `+build.5`): the range of the identifiers and the end; without them
/// an empty range at `at`.
pub(super) fn identifiers(text: &[u8], at: usize, mark: u8) -> (std::ops::Range<usize>, usize) {
    if text.get(at) != Some(&mark) {
        return (at..at, at);
    }
    let start = at + 1;
    let mut end = skip_while(text, start, is_identifier);
    if end == start {
        return (at..at, at);
    }
    while text.get(end) == Some(&b'.') {
        let next = skip_while(text, end + 1, is_identifier);
        if next == end + 1 {
            break;
        }
        end = next;
    }
    (start..end, end)
}

fn is_identifier(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}
