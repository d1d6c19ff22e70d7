//! Go's `path/filepath.Match`: `*`, `?`, `[a-z]` and `\` over a whole name; no star crosses a `/`.

use std::str::Chars;

/// The pattern is malformed: an unclosed class, an empty range, a trailing backslash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadPattern;

/// True where the whole name matches. As in Go, a bad part of a pattern is only noticed when matching reaches it.
pub fn matches(mut pattern: &str, mut name: &str) -> Result<bool, BadPattern> {
    'pattern: while !pattern.is_empty() {
        let (star, chunk, rest) = next_chunk(pattern);
        pattern = rest;
        if star && chunk.is_literal && pattern.is_empty() {
            let skipped = name.strip_suffix(chunk.text);
            return Ok(skipped.is_some_and(|skipped| !skipped.contains('/')));
        }
        if let Some(after) = match_chunk(&chunk, name)?
            && (after.is_empty() || !pattern.is_empty())
        {
            name = after;
            continue;
        }
        if star {
            for (position, skipped) in name.char_indices() {
                if skipped == '/' {
                    break;
                }
                let behind = &name[position + skipped.len_utf8()..];
                if let Some(after) = match_chunk(&chunk, behind)? {
                    if pattern.is_empty() && !after.is_empty() {
                        continue;
                    }
                    name = after;
                    continue 'pattern;
                }
            }
        }
        // Before Go says "no", it checks the rest of the pattern for errors.
        while !pattern.is_empty() {
            let (_, chunk, rest) = next_chunk(pattern);
            match_chunk(&chunk, "")?;
            pattern = rest;
        }
        return Ok(false);
    }
    Ok(name.is_empty())
}

/// The part of a pattern between two stars.
struct Chunk<'a> {
    text: &'a str,
    /// Nothing in it has a meaning of its own.
    is_literal: bool,
}

/// Whether stars lead, the text up to the next star, the rest.
fn next_chunk(pattern: &str) -> (bool, Chunk<'_>, &str) {
    let starless = pattern.trim_start_matches('*');
    let star = starless.len() < pattern.len();
    let bytes = starless.as_bytes();
    let mut is_literal = true;
    let mut in_class = false;
    let mut position = 0;
    while position < bytes.len() {
        is_literal &= !matches!(bytes[position], b'\\' | b'[' | b'?');
        match bytes[position] {
            b'\\' if position + 1 < bytes.len() => position += 1,
            b'[' => in_class = true,
            b']' => in_class = false,
            b'*' if !in_class => break,
            _ => {}
        }
        position += 1;
    }
    // A star is where a character starts, and so is the end.
    let (text, rest) = starless.split_at(position);
    (star, Chunk { text, is_literal }, rest)
}

/// What is left of the name after the chunk; none where it does not match. The whole chunk is checked in either case.
fn match_chunk<'a>(chunk: &Chunk<'_>, name: &'a str) -> Result<Option<&'a str>, BadPattern> {
    if chunk.is_literal {
        return Ok(name.strip_prefix(chunk.text));
    }
    let mut chunk = chunk.text.chars();
    let mut name = name.chars();
    let mut failed = false;
    while let Some(first) = chunk.next() {
        let wanted = if failed { None } else { name.next() };
        failed = wanted.is_none();
        match first {
            '[' => failed |= !match_class(&mut chunk, wanted)?,
            '?' => failed |= wanted == Some('/'),
            '\\' => failed |= wanted != Some(chunk.next().ok_or(BadPattern)?),
            literal => failed |= wanted != Some(literal),
        }
    }
    Ok((!failed).then_some(name.as_str()))
}

/// Reads a class behind its `[` up to and with its `]`, and says whether it holds the character.
fn match_class(chunk: &mut Chars<'_>, wanted: Option<char>) -> Result<bool, BadPattern> {
    let negated = skip(chunk, '^');
    let mut found = false;
    let mut ranges = 0;
    loop {
        if ranges > 0 && skip(chunk, ']') {
            return Ok(found != negated);
        }
        let low = class_character(chunk)?;
        let high = if skip(chunk, '-') { class_character(chunk)? } else { low };
        found |= wanted.is_some_and(|wanted| low <= wanted && wanted <= high);
        ranges += 1;
    }
}

fn skip(chunk: &mut Chars<'_>, expected: char) -> bool {
    let found = chunk.as_str().starts_with(expected);
    if found {
        chunk.next();
    }
    found
}

/// One possibly escaped character of a class; something must follow it.
fn class_character(chunk: &mut Chars<'_>) -> Result<char, BadPattern> {
    let character = match chunk.next() {
        None | Some('-' | ']') => return Err(BadPattern),
        Some('\\') => chunk.next().ok_or(BadPattern)?,
        Some(character) => character,
    };
    if chunk.as_str().is_empty() { Err(BadPattern) } else { Ok(character) }
}

#[cfg(test)]
mod tests {
    use super::{BadPattern, matches};

    #[track_caller]
    fn check(pattern: &str, name: &str, expect: Result<bool, BadPattern>) {
        assert_eq!(matches(pattern, name), expect, "{pattern} on {name}");
    }

    #[test]
    fn matches_as_go_does() {
        for (pattern, name, expect) in [
            ("abc", "abc", true),
            ("*", "abc", true),
            ("*c", "abc", true),
            ("a*", "a", true),
            ("a*", "ab/c", false),
            ("a*/b", "abc/b", true),
            ("a*/b", "a/c/b", false),
            ("a*b*c*d*e*/f", "axbxcxdxexxx/f", true),
            ("a*b?c*x", "abxbbxdbxebxczzx", true),
            ("a*b?c*x", "abxbbxdbxebxczzy", false),
            ("ab[c]", "abc", true),
            ("ab[b-d]", "abc", true),
            ("ab[^c]", "abc", false),
            ("ab[^e-g]", "abc", true),
            ("a\\*b", "a*b", true),
            ("a\\*b", "ab", false),
            ("a?b", "a☺b", true),
            ("a[^a]b", "a☺b", true),
            ("a???b", "a☺b", false),
            ("[a-ζ]*", "α", true),
            ("a?b", "a/b", false),
            ("a*b", "a/b", false),
            ("[\\]a]", "]", true),
            ("[x\\-]", "-", true),
            ("*x", "xxx", true),
            ("templates/.?*", "templates/.git", true),
            ("templates/.?*", "templates/.", false),
            ("", "", true),
            ("", "x", false),
        ] {
            check(pattern, name, Ok(expect));
        }
    }

    #[test]
    fn bad_patterns_are_told() {
        for pattern in ["[]a]", "[-]", "[x-]", "[-x]", "[a-b-c]", "[", "[^", "[^bc", "a[", "\\"] {
            check(pattern, "a", Err(BadPattern));
        }
    }
}
