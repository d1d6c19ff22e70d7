//! Regular expressions with Go's syntax, words and iteration, run by the regex package.

mod class;
mod compile;
mod translate;

use std::ops::Range;
use std::rc::Rc;

use gotmpl::{CallError, Functions, List, ListType, Str, Value};

use crate::Dialect;
use crate::limits::{check_items, check_text};
use crate::runes::rune_at;
use compile::{Pattern, compile, must_compile};

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    functions.add("regexMatch", |pattern: Str, text: Str| {
        compile(&pattern).is_ok_and(|pattern| pattern.regex.is_match(text.as_bytes()))
    });
    functions.add("mustRegexMatch", |pattern: Str, text: Str| {
        compile(&pattern)
            .map(|pattern| pattern.regex.is_match(text.as_bytes()))
            .map_err(CallError::from)
    });
    functions.add("regexFind", |pattern: Str, text: Str| {
        must_compile(&pattern).map(|pattern| find(&pattern, &text))
    });
    functions.add("mustRegexFind", |pattern: Str, text: Str| {
        compile(&pattern).map(|pattern| find(&pattern, &text)).map_err(CallError::from)
    });
    functions.add("regexFindAll", |pattern: Str, text: Str, count: i64| {
        find_all(&must_compile(&pattern)?, &text, count)
    });
    functions.add("mustRegexFindAll", |pattern: Str, text: Str, count: i64| {
        find_all(&compile(&pattern)?, &text, count)
    });
    functions.add("regexReplaceAll", |pattern: Str, text: Str, with: Str| {
        replace_all(&must_compile(&pattern)?, &text, &expansion(&with))
    });
    functions.add("mustRegexReplaceAll", |pattern: Str, text: Str, with: Str| {
        replace_all(&compile(&pattern)?, &text, &expansion(&with))
    });
    functions.add("regexReplaceAllLiteral", |pattern: Str, text: Str, with: Str| {
        replace_all(&must_compile(&pattern)?, &text, &[Piece::Literal(with.as_bytes().to_vec())])
    });
    functions.add("mustRegexReplaceAllLiteral", |pattern: Str, text: Str, with: Str| {
        replace_all(&compile(&pattern)?, &text, &[Piece::Literal(with.as_bytes().to_vec())])
    });
    functions.add("regexSplit", |pattern: Str, text: Str, count: i64| {
        split(&must_compile(&pattern)?, &text, count)
    });
    functions.add("mustRegexSplit", |pattern: Str, text: Str, count: i64| {
        split(&compile(&pattern)?, &text, count)
    });
    functions.add("regexQuoteMeta", quote_meta);
}

fn find(pattern: &Pattern, text: &Str) -> Str {
    pattern.regex.find(text.as_bytes()).map_or("".into(), |found| found.as_bytes().into())
}

/// At most `count` matches, all where it is negative; none at all is a nil list.
fn find_all(pattern: &Rc<Pattern>, text: &Str, count: i64) -> Result<Value, CallError> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    let mut found = Vec::new();
    for range in matches(pattern, text.as_bytes()).take(count) {
        found.push(text.as_bytes()[range].into());
        check_items(Some(found.len()))?;
    }
    Ok(texts(found))
}

fn texts(texts: Vec<Str>) -> Value {
    if texts.is_empty() { List::nil(ListType::Strings).into() } else { Value::strings(texts) }
}

/// Matches from left to right as Go finds them: an empty match right after another one does not count, and empty matches
/// stand between runes only.
fn matches<'t>(pattern: &'t Pattern, text: &'t [u8]) -> impl Iterator<Item = Range<usize>> + 't {
    let mut position = 0;
    let mut previous_end = None;
    std::iter::from_fn(move || {
        while position <= text.len() {
            let found = pattern.regex.find_at(text, position)?.range();
            let after_rune = position + rune_at(text, position).unwrap_or(1);
            if found.is_empty() && !at_boundary(text, position, found.start) {
                position = after_rune;
                continue;
            }
            let is_accepted = found.end != position || previous_end != Some(found.start);
            position = if found.end == position { after_rune } else { found.end };
            previous_end = Some(found.end);
            if is_accepted {
                return Some(found);
            }
        }
        None
    })
}

/// Whether a rune begins at `at`, counted from the boundary `from`.
fn at_boundary(text: &[u8], from: usize, at: usize) -> bool {
    let mut position = from;
    while position < at {
        position += rune_at(text, position).unwrap_or(1);
    }
    position == at
}

/// A part of what stands in for a match.
#[derive(Debug, PartialEq, Eq)]
enum Piece {
    Literal(Vec<u8>),
    Number(usize),
    Name(String),
}

/// Reads `$1`, `${name}` and `$$`; the longest name counts, so that `$1x` is the group `1x`. A `$` that begins none of
/// these is itself.
fn expansion(template: &Str) -> Vec<Piece> {
    let text = template.to_text();
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut rest = text.as_ref();
    while let Some(at) = rest.find('$') {
        literal.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        if let Some(after) = after.strip_prefix('$') {
            literal.push('$');
            rest = after;
            continue;
        }
        let Some((name, after)) = group_name(after) else {
            literal.push('$');
            rest = after;
            continue;
        };
        pieces.push(Piece::Literal(std::mem::take(&mut literal).into_bytes()));
        pieces.push(match name.parse() {
            Ok(number) if name == "0" || !name.starts_with('0') => Piece::Number(number),
            _ => Piece::Name(name.to_owned()),
        });
        rest = after;
    }
    literal.push_str(rest);
    pieces.push(Piece::Literal(literal.into_bytes()));
    pieces
}

fn group_name(text: &str) -> Option<(&str, &str)> {
    let (braced, text) = match text.strip_prefix('{') {
        Some(text) => (true, text),
        None => (false, text),
    };
    let is_name = |rune: char| rune == '_' || rune.is_alphanumeric();
    let end = text.find(|rune| !is_name(rune)).unwrap_or(text.len());
    let (name, rest) = text.split_at(end);
    let rest = if braced { rest.strip_prefix('}')? } else { rest };
    (!name.is_empty()).then_some((name, rest))
}

fn replace_all(pattern: &Rc<Pattern>, text: &Str, pieces: &[Piece]) -> Result<Str, CallError> {
    let bytes = text.as_bytes();
    let has_groups = pieces.iter().any(|piece| !matches!(piece, Piece::Literal(_)));
    let mut out = Vec::with_capacity(bytes.len());
    let mut copied = 0;
    for range in matches(pattern, bytes) {
        out.extend_from_slice(&bytes[copied..range.start]);
        // The match that begins here is the one that was found.
        let captures = has_groups.then(|| pattern.regex.captures_at(bytes, range.start)).flatten();
        for piece in pieces {
            let group = |number: &usize| captures.as_ref().and_then(|found| found.get(*number));
            let group = match piece {
                Piece::Literal(literal) => {
                    out.extend_from_slice(literal);
                    continue;
                }
                Piece::Number(number) => group(number),
                Piece::Name(name) => pattern
                    .names
                    .iter()
                    .filter(|(named, _)| named == name)
                    .find_map(|(_, number)| group(number)),
            };
            out.extend_from_slice(group.map_or(b"", |group| group.as_bytes()));
        }
        copied = range.end;
        check_text(Some(out.len()))?;
    }
    out.extend_from_slice(&bytes[copied..]);
    Ok(out.into())
}

/// Go's `Regexp.Split`, with its rules for empty texts, patterns and counts.
fn split(pattern: &Rc<Pattern>, text: &Str, count: i64) -> Result<Value, CallError> {
    let count = usize::try_from(count).unwrap_or(usize::MAX);
    if count == 0 {
        return Ok(texts(Vec::new()));
    }
    if !pattern.is_empty && text.is_empty() {
        return Ok(Value::strings([""]));
    }
    let bytes = text.as_bytes();
    let mut parts: Vec<Str> = Vec::new();
    let (mut begin, mut end) = (0, 0);
    for range in matches(pattern, bytes).take(count) {
        if parts.len() + 1 == count {
            break;
        }
        end = range.start;
        if range.end != 0 {
            parts.push(bytes[begin..end].into());
        }
        begin = range.end;
        check_items(Some(parts.len()))?;
    }
    if end != bytes.len() {
        parts.push(bytes[begin..].into());
    }
    Ok(Value::strings(parts))
}

/// Escapes what has a meaning in Go's patterns; a minus has none outside of brackets.
fn quote_meta(text: Str) -> Str {
    let mut out = Vec::with_capacity(text.len());
    for byte in text.as_bytes() {
        if br"\.+*?()|[]{}^$".contains(byte) {
            out.push(b'\\');
        }
        out.push(*byte);
    }
    out.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::print_value;

    fn check(actual: Result<Value, CallError>, expect: &str) {
        let text = match actual {
            Ok(value) => print_value(&value).to_text().into_owned(),
            Err(CallError::Message(text)) => format!("error: {text}"),
            Err(other) => format!("{other:?}"),
        };
        assert_eq!(text, expect);
    }

    fn replaced(pattern: &str, text: &str, with: &str) -> Result<Value, CallError> {
        let pattern = must_compile(&pattern.into())?;
        replace_all(&pattern, &text.into(), &expansion(&with.into())).map(Value::Str)
    }

    #[test]
    fn replacing() {
        check(replaced("a(x*)b", "-ab-axxb-", "${1}W"), "-W-xxW-");
        check(replaced("a(x*)b", "-ab-axxb-", "$1W"), "---");
        check(replaced("a*", "baaac", "x"), "xbxcx");
        check(replaced("", "aé", "-"), "-a-é-");
        check(replaced("(?P<n>b)", "abc", "<$n|${n}|$$|$|${n>"), "a<b|b|$|$|${n>c");
        check(replaced("[a-z]+", "abc", "$0$01"), "abc");
        check(
            replaced("a(", "abc", ""),
            "error: regexp: Compile(`a(`): error parsing regexp: missing closing ): `a(`",
        );
    }

    #[test]
    fn finding() {
        let all = |pattern: &str, text: &str, count| {
            find_all(&must_compile(&pattern.into())?, &text.into(), count)
        };
        check(all("[2,4,6,8]", "123456789", -1), "[2 4 6 8]");
        check(all("[0-9]", "123", 2), "[1 2]");
        check(all("[0-9]", "123", 0), "[]");
        check(all(r"\w+", "aé b", -1), "[a b]");
        check(all(r"\B", "é  b", -1), "[  ]");
    }

    #[test]
    fn splitting() {
        let split = |pattern: &str, text: &str, count| {
            split(&must_compile(&pattern.into())?, &text.into(), count)
        };
        check(split("z+", "pizza", -1), "[pi a]");
        check(split("z+", "pizza", 1), "[pizza]");
        check(split("", "abc", -1), "[a b c]");
        check(split("x", "", -1), "[]");
        check(split("a", "baac", 2), "[b ac]");
    }
}
