//! Plain work on text: trimming, cutting, searching, replacing, quoting, indenting. Lengths are bytes, as in Go.

use gotmpl::{CallError, Functions, Rest, Str, Value};

use crate::Dialect;
use crate::convert::to_text;
use crate::go;
use crate::limits::check_text;
use crate::runes::{is_space, runes};

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    functions.add("hello", || "Hello!");
    functions.add("trim", trim);
    functions.add("trimAll", trim_all);
    functions.add("trimall", trim_all);
    functions.add("trimSuffix", trim_suffix);
    functions.add("trimPrefix", trim_prefix);
    functions.add("nospace", no_space);
    functions.add("trunc", trunc);
    functions.add("substr", substr);
    functions
        .add("contains", |part: Str, text: Str| find(text.as_bytes(), part.as_bytes()).is_some());
    functions.add("hasPrefix", |part: Str, text: Str| text.as_bytes().starts_with(part.as_bytes()));
    functions.add("hasSuffix", |part: Str, text: Str| text.as_bytes().ends_with(part.as_bytes()));
    functions.add("repeat", repeat);
    functions.add("replace", replace);
    functions.add("plural", |one: Str, many: Str, count: i64| if count == 1 { one } else { many });
    functions.add("quote", quote);
    functions.add("squote", squote);
    functions.add("cat", cat);
    functions.add("indent", indent);
    functions.add("nindent", nindent);
}

/// Where a part begins in a text.
pub(crate) fn find(text: &[u8], part: &[u8]) -> Option<usize> {
    let Some((first, rest)) = part.split_first() else { return Some(0) };
    let mut begin = 0;
    loop {
        begin += text[begin..].iter().position(|byte| byte == first)?;
        if text[begin + 1..].starts_with(rest) {
            return Some(begin);
        }
        begin += 1;
    }
}

fn trim(text: Str) -> Str {
    trim_runes(text.as_bytes(), is_space).into()
}

fn trim_all(set: Str, text: Str) -> Str {
    let set: Vec<char> = runes(set.as_bytes()).map(|(rune, _)| rune).collect();
    trim_runes(text.as_bytes(), |rune| set.contains(&rune)).into()
}

/// The bytes without leading and trailing runes that a test accepts.
fn trim_runes(bytes: &[u8], accepts: impl Fn(char) -> bool) -> &[u8] {
    if let Ok(text) = std::str::from_utf8(bytes) {
        let text = text.trim_start_matches(&accepts);
        return text.trim_end_matches(accepts).as_bytes();
    }
    let front: usize =
        runes(bytes).take_while(|(rune, _)| accepts(*rune)).map(|(_, size)| size).sum();
    let rest = &bytes[front..];
    let mut kept = 0;
    let mut position = 0;
    for (rune, size) in runes(rest) {
        position += size;
        if !accepts(rune) {
            kept = position;
        }
    }
    &rest[..kept]
}

fn trim_suffix(suffix: Str, text: Str) -> Str {
    text.as_bytes().strip_suffix(suffix.as_bytes()).map_or_else(|| text.clone(), Str::from)
}

fn trim_prefix(prefix: Str, text: Str) -> Str {
    text.as_bytes().strip_prefix(prefix.as_bytes()).map_or_else(|| text.clone(), Str::from)
}

/// goutils looks at bytes as if each were a rune, so a text that loses a space also has its accents mangled.
fn no_space(text: Str) -> Str {
    let kept: String = bytes_as_runes(&text).filter(|rune| !is_space(*rune)).collect();
    if kept.chars().count() == text.len() { text } else { kept.into() }
}

/// The bytes of a text, each read as the Latin-1 rune of its number.
pub(crate) fn bytes_as_runes(text: &Str) -> impl Iterator<Item = char> + '_ {
    text.as_bytes().iter().copied().map(char::from)
}

/// The first `count` bytes, or the last ones where it is negative.
fn trunc(count: i64, text: Str) -> Str {
    let bytes = text.as_bytes();
    match usize::try_from(count) {
        Ok(count) if count < bytes.len() => bytes[..count].into(),
        Err(_) => {
            let cut = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
            if cut < bytes.len() { bytes[bytes.len() - cut..].into() } else { text }
        }
        Ok(_) => text,
    }
}

fn substr(start: i64, end: i64, text: Str) -> Result<Str, CallError> {
    let bytes = text.as_bytes();
    let length = bytes.len() as i64;
    let (start, end) = match (start, end) {
        (..0, end) if end < 0 => return Err(out_of_range(format!("[:{end}]"))),
        (..0, end) if end > length => {
            return Err(out_of_range(format!("[:{end}] with length {length}")));
        }
        (..0, end) => (0, end),
        (start, end) if end < 0 || end > length => (start, length),
        (start, end) => (start, end),
    };
    let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    let part = range.and_then(|(start, end)| bytes.get(start..end));
    part.map(Str::from).ok_or_else(|| out_of_range(format!("[{start}:{end}]")))
}

fn out_of_range(bounds: String) -> CallError {
    CallError::message(format!("runtime error: slice bounds out of range {bounds}"))
}

fn repeat(count: i64, text: Str) -> Result<Str, CallError> {
    let count =
        usize::try_from(count).map_err(|_| CallError::message("strings: negative Repeat count"))?;
    if text.is_empty() {
        return Ok(text);
    }
    check_text(text.len().checked_mul(count))?;
    Ok(text.as_bytes().repeat(count).into())
}

/// Every `old` becomes `new`; an empty `old` stands before each rune and at the end.
fn replace(old: Str, new: Str, text: Str) -> Result<Str, CallError> {
    let (bytes, part) = (text.as_bytes(), old.as_bytes());
    if part.is_empty() {
        return replace_empty(bytes, new.as_bytes());
    }
    let mut pieces: Vec<&[u8]> = Vec::new();
    let mut rest = bytes;
    while let Some(at) = find(rest, part) {
        pieces.push(&rest[..at]);
        rest = &rest[at + part.len()..];
    }
    if pieces.is_empty() {
        return Ok(text);
    }
    pieces.push(rest);
    let grown = new.len().checked_mul(pieces.len()).and_then(|more| more.checked_add(bytes.len()));
    check_text(grown)?;
    Ok(pieces.join(new.as_bytes()).into())
}

fn replace_empty(bytes: &[u8], new: &[u8]) -> Result<Str, CallError> {
    check_text((bytes.len() + 1).checked_mul(new.len() + 1))?;
    let mut out = new.to_vec();
    let mut position = 0;
    for (_, size) in runes(bytes) {
        out.extend_from_slice(&bytes[position..position + size]);
        out.extend_from_slice(new);
        position += size;
    }
    Ok(out.into())
}

fn quote(values: Rest<Value>) -> Result<Str, CallError> {
    joined(values, |value| go::quote(to_text(value).as_bytes()).into_bytes())
}

/// Single quotes around `%v`; quotes inside stay as they are.
fn squote(values: Rest<Value>) -> Result<Str, CallError> {
    joined(values, |value| [b"'", go::print_value(value).as_bytes(), b"'"].concat())
}

fn cat(values: Rest<Value>) -> Result<Str, CallError> {
    joined(values, |value| go::print_value(value).as_bytes().to_vec())
}

/// The texts of all values that are not nil, with spaces between them.
fn joined(values: Rest<Value>, text: impl Fn(&Value) -> Vec<u8>) -> Result<Str, CallError> {
    let mut out = Vec::new();
    for (index, value) in values.0.iter().filter(|value| !value.is_nil()).enumerate() {
        if index > 0 {
            out.push(b' ');
        }
        out.extend(text(value));
        check_text(Some(out.len()))?;
    }
    Ok(out.into())
}

fn indent(spaces: i64, text: Str) -> Result<Str, CallError> {
    indented(spaces, &text, b"")
}

fn nindent(spaces: i64, text: Str) -> Result<Str, CallError> {
    indented(spaces, &text, b"\n")
}

/// Spaces before every line, empty ones too.
fn indented(spaces: i64, text: &Str, before: &[u8]) -> Result<Str, CallError> {
    let spaces = usize::try_from(spaces)
        .map_err(|_| CallError::message("strings: negative Repeat count"))?;
    let lines = text.as_bytes().split(|byte| *byte == b'\n').count();
    let padding = spaces.checked_mul(lines).and_then(|padding| padding.checked_add(text.len()));
    let mut out = Vec::with_capacity(check_text(padding)? + before.len());
    out.extend_from_slice(before);
    for (index, line) in text.as_bytes().split(|byte| *byte == b'\n').enumerate() {
        if index > 0 {
            out.push(b'\n');
        }
        out.resize(out.len() + spaces, b' ');
        out.extend_from_slice(line);
    }
    Ok(out.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(actual: Result<Str, CallError>, expect: &str) {
        let text = match actual {
            Ok(text) => text.to_text().into_owned(),
            Err(CallError::Message(text)) => format!("error: {text}"),
            Err(other) => format!("{other:?}"),
        };
        assert_eq!(text, expect);
    }

    #[test]
    fn cutting() {
        check(Ok(trunc(5, "hello world".into())), "hello");
        check(Ok(trunc(-5, "hello world".into())), "world");
        check(Ok(trunc(-50, "hello".into())), "hello");
        check(Ok(trunc(i64::MIN, "hello".into())), "hello");
        check(Ok(trunc(0, "hello".into())), "");
        check(substr(1, 3, "hello".into()), "el");
        check(substr(-1, 3, "hello".into()), "hel");
        check(substr(2, -1, "hello".into()), "llo");
        check(
            substr(-1, 9, "hi".into()),
            "error: runtime error: slice bounds out of range [:9] with length 2",
        );
        check(substr(-1, -1, "hi".into()), "error: runtime error: slice bounds out of range [:-1]");
        check(substr(5, 9, "hi".into()), "error: runtime error: slice bounds out of range [5:2]");
        check(substr(2, 1, "hi".into()), "error: runtime error: slice bounds out of range [2:1]");
    }

    #[test]
    fn trimming() {
        check(Ok(trim("\u{a0} \t x y\n\u{85}".into())), "x y");
        check(Ok(trim_all("$é".into(), "é$5.0é$".into())), "5.0");
        check(Ok(trim_suffix("-".into(), "a--".into())), "a-");
        check(Ok(trim_prefix("".into(), "a".into())), "a");
        check(Ok(no_space("a b\tc".into())), "abc");
        check(Ok(no_space("é".into())), "é");
        check(Ok(no_space("é x".into())), "Ã©x");
    }

    #[test]
    fn replacing() {
        check(replace("a".into(), "b".into(), "banana".into()), "bbnbnb");
        check(replace("".into(), "-".into(), "aé".into()), "-a-é-");
        check(replace("".into(), "-".into(), "".into()), "-");
        check(replace("x".into(), "b".into(), "banana".into()), "banana");
        check(repeat(3, "ab".into()), "ababab");
        check(repeat(-1, "ab".into()), "error: strings: negative Repeat count");
        check(repeat(i64::MAX, "ab".into()), "error: the result would be longer than 64 MiB");
        check(repeat(i64::MAX, "".into()), "");
    }

    #[test]
    fn indenting() {
        check(indent(2, "a\n\nb".into()), "  a\n  \n  b");
        check(nindent(2, "".into()), "\n  ");
        check(indent(-1, "a".into()), "error: strings: negative Repeat count");
    }
}
