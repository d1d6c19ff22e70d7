//! Go's view of a string: runes that may be broken bytes, and case mapping of one rune to one rune.

use std::iter;

use gotmpl::Str;

/// What a broken byte is read as.
pub(crate) const BROKEN: char = '\u{FFFD}';

/// The runes of a byte string with their sizes; a byte that is no UTF-8 is U+FFFD of size 1.
pub(crate) fn runes(bytes: &[u8]) -> impl Iterator<Item = (char, usize)> + '_ {
    bytes.utf8_chunks().flat_map(|chunk| {
        let valid = chunk.valid().chars().map(|rune| (rune, rune.len_utf8()));
        valid.chain(iter::repeat_n((BROKEN, 1), chunk.invalid().len()))
    })
}

/// The size of the rune at a place; none at the end.
pub(crate) fn rune_at(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = bytes.get(at..)?;
    let (_, size) = runes(&rest[..rest.len().min(4)]).next()?;
    Some(size)
}

/// Each rune replaced by another, as Go's `strings.Map`.
pub(crate) fn map(text: &Str, change: impl FnMut(char) -> char) -> Str {
    match text.as_text() {
        Some(text) => text.chars().map(change).collect::<String>().into(),
        None => runes(text.as_bytes()).map(|(rune, _)| rune).map(change).collect::<String>().into(),
    }
}

/// Go's simple upper case: one rune, so `ß` stays, where Rust's full mapping makes `SS`.
pub(crate) fn upper(rune: char) -> char {
    match rune {
        // Greek letters with iota: their full mapping is two letters, their simple one the title case.
        '\u{1F80}'..='\u{1F87}' | '\u{1F90}'..='\u{1F97}' | '\u{1FA0}'..='\u{1FA7}' => {
            shifted(rune, 8)
        }
        '\u{1FB3}' | '\u{1FC3}' | '\u{1FF3}' => shifted(rune, 9),
        _ => single(rune, rune.to_uppercase()),
    }
}

pub(crate) fn lower(rune: char) -> char {
    match rune {
        '\u{130}' => 'i',
        _ => single(rune, rune.to_lowercase()),
    }
}

/// Title case differs from upper case for the Latin digraphs and for Georgian.
pub(crate) fn title(rune: char) -> char {
    match rune {
        '\u{1C4}'..='\u{1C6}' => '\u{1C5}',
        '\u{1C7}'..='\u{1C9}' => '\u{1C8}',
        '\u{1CA}'..='\u{1CC}' => '\u{1CB}',
        '\u{1F1}'..='\u{1F3}' => '\u{1F2}',
        '\u{10D0}'..='\u{10FA}' | '\u{10FD}'..='\u{10FF}' => rune,
        _ => upper(rune),
    }
}

/// `unicode.IsSpace`.
pub(crate) fn is_space(rune: char) -> bool {
    rune.is_whitespace()
}

fn shifted(rune: char, by: u32) -> char {
    char::from_u32(rune as u32 + by).unwrap_or(rune)
}

fn single(rune: char, mapped: impl Iterator<Item = char>) -> char {
    let mut mapped = mapped;
    match (mapped.next(), mapped.next()) {
        (Some(one), None) => one,
        _ => rune,
    }
}
