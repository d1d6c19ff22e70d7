//! Go's `path/filepath.Match`: `*`, `?`, `[a-z]` and `\` over a whole name; no star crosses a `/`.

/// The pattern is malformed: an unclosed class, an empty range, a trailing backslash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BadPattern;

/// True where the whole name matches. As in Go, a bad part of a pattern is only noticed when matching reaches it.
pub fn matches(pattern: &str, name: &str) -> Result<bool, BadPattern> {
    let pattern: Vec<char> = pattern.chars().collect();
    let name: Vec<char> = name.chars().collect();
    let mut pattern = &pattern[..];
    let mut name = &name[..];
    'pattern: while !pattern.is_empty() {
        let (star, chunk, rest) = next_chunk(pattern);
        pattern = rest;
        if star && chunk.is_empty() {
            return Ok(!name.contains(&'/'));
        }
        if let Some(after) = match_chunk(chunk, name)?
            && (after.is_empty() || !pattern.is_empty())
        {
            name = after;
            continue;
        }
        if star {
            for skipped in 0..name.len() {
                if name[skipped] == '/' {
                    break;
                }
                if let Some(after) = match_chunk(chunk, &name[skipped + 1..])? {
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
            match_chunk(chunk, &[])?;
            pattern = rest;
        }
        return Ok(false);
    }
    Ok(name.is_empty())
}

/// Leading stars, the text up to the next star, the rest.
fn next_chunk(pattern: &[char]) -> (bool, &[char], &[char]) {
    let stars = pattern.iter().take_while(|c| **c == '*').count();
    let pattern = &pattern[stars..];
    let mut in_class = false;
    let mut position = 0;
    while position < pattern.len() {
        match pattern[position] {
            '\\' if position + 1 < pattern.len() => position += 1,
            '[' => in_class = true,
            ']' => in_class = false,
            '*' if !in_class => break,
            _ => {}
        }
        position += 1;
    }
    (stars > 0, &pattern[..position], &pattern[position..])
}

/// What is left of the name after the chunk; none where it does not match. The whole chunk is checked in either case.
fn match_chunk<'a>(
    mut chunk: &[char],
    mut name: &'a [char],
) -> Result<Option<&'a [char]>, BadPattern> {
    let mut failed = false;
    while let Some(first) = chunk.first() {
        failed |= name.is_empty();
        match first {
            '[' => {
                let mut wanted = None;
                if !failed {
                    wanted = name.first();
                    name = &name[1..];
                }
                let (found, rest) = match_class(&chunk[1..], wanted.copied())?;
                failed |= !found;
                chunk = rest;
            }
            '?' => {
                if !failed {
                    failed = name[0] == '/';
                    name = &name[1..];
                }
                chunk = &chunk[1..];
            }
            _ => {
                if *first == '\\' {
                    chunk = &chunk[1..];
                }
                let literal = chunk.first().ok_or(BadPattern)?;
                if !failed {
                    failed = name[0] != *literal;
                    name = &name[1..];
                }
                chunk = &chunk[1..];
            }
        }
    }
    Ok((!failed).then_some(name))
}

/// A class after its `[`: whether it holds the character, and what follows its `]`.
fn match_class(mut chunk: &[char], wanted: Option<char>) -> Result<(bool, &[char]), BadPattern> {
    let negated = chunk.first() == Some(&'^');
    if negated {
        chunk = &chunk[1..];
    }
    let mut found = false;
    let mut ranges = 0;
    loop {
        if chunk.first() == Some(&']') && ranges > 0 {
            return Ok((found != negated, &chunk[1..]));
        }
        let (low, rest) = class_character(chunk)?;
        let (mut high, mut rest) = (low, rest);
        if rest[0] == '-' {
            (high, rest) = class_character(&rest[1..])?;
        }
        found |= wanted.is_some_and(|wanted| low <= wanted && wanted <= high);
        ranges += 1;
        chunk = rest;
    }
}

/// One possibly escaped character of a class; something must follow it.
fn class_character(chunk: &[char]) -> Result<(char, &[char]), BadPattern> {
    let (character, rest) = match chunk {
        [] | ['-' | ']', ..] | ['\\'] => return Err(BadPattern),
        ['\\', character, rest @ ..] | [character, rest @ ..] => (*character, rest),
    };
    if rest.is_empty() { Err(BadPattern) } else { Ok((character, rest)) }
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
