//! Go's string and character constants without their quotes (strconv.Unquote).

use crate::Str;

const SYNTAX: &str = "invalid syntax";

/// A quoted or raw string constant, quotes included.
pub(super) fn string(text: &str) -> Result<Str, String> {
    let inner = &text[1..text.len() - 1];
    if text.as_bytes()[0] == b'`' {
        return Ok(if memchr::memchr(b'\r', inner.as_bytes()).is_some() {
            inner.replace('\r', "").into()
        } else {
            inner.into()
        });
    }
    if memchr::memchr(b'\\', inner.as_bytes()).is_none() {
        return Ok(inner.into());
    }
    let mut bytes = Vec::with_capacity(inner.len());
    let mut rest = inner;
    while !rest.is_empty() {
        let plain = rest.find('\\').unwrap_or(rest.len());
        bytes.extend_from_slice(&rest.as_bytes()[..plain]);
        rest = &rest[plain..];
        if rest.is_empty() {
            break;
        }
        let (unit, tail) = unit(rest, b'"')?;
        match unit {
            Unit::Byte(byte) => bytes.push(byte),
            Unit::Character(character) => {
                bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            }
        }
        rest = tail;
    }
    Ok(Str::from(bytes))
}

/// The first character's code of a constant's inside, and what follows it.
pub(super) fn character(text: &str, quote: u8) -> Result<(u32, &str), String> {
    let (unit, tail) = unit(text, quote)?;
    let code = match unit {
        Unit::Byte(byte) => u32::from(byte),
        Unit::Character(character) => u32::from(character),
    };
    Ok((code, tail))
}

enum Unit {
    Byte(u8),
    Character(char),
}

fn unit(text: &str, quote: u8) -> Result<(Unit, &str), String> {
    let syntax = || SYNTAX.to_owned();
    let first = text.chars().next().ok_or_else(syntax)?;
    if u32::from(first) == u32::from(quote) {
        return Err(syntax());
    }
    if first != '\\' {
        return Ok((Unit::Character(first), &text[first.len_utf8()..]));
    }
    let escape = *text.as_bytes().get(1).ok_or_else(syntax)?;
    let simple = |byte| Ok((Unit::Byte(byte), &text[2..]));
    match escape {
        b'a' => simple(7),
        b'b' => simple(8),
        b'f' => simple(12),
        b'n' => simple(b'\n'),
        b'r' => simple(b'\r'),
        b't' => simple(b'\t'),
        b'v' => simple(11),
        b'\\' => simple(b'\\'),
        b'\'' | b'"' if escape == quote => simple(quote),
        b'x' => {
            let (code, tail) = digits(&text[2..], 2, 16).ok_or_else(syntax)?;
            Ok((Unit::Byte(code as u8), tail))
        }
        b'u' | b'U' => {
            let count = if escape == b'u' { 4 } else { 8 };
            let (code, tail) = digits(&text[2..], count, 16).ok_or_else(syntax)?;
            let character = char::from_u32(code).ok_or_else(syntax)?;
            Ok((Unit::Character(character), tail))
        }
        b'0'..=b'7' => {
            let (code, tail) = digits(&text[1..], 3, 8).ok_or_else(syntax)?;
            let byte = u8::try_from(code).map_err(|_| syntax())?;
            Ok((Unit::Byte(byte), tail))
        }
        _ => Err(syntax()),
    }
}

fn digits(text: &str, count: usize, base: u32) -> Option<(u32, &str)> {
    let digits = text.get(..count)?;
    if !digits.chars().all(|digit| digit.is_digit(base)) {
        return None;
    }
    Some((u32::from_str_radix(digits, base).ok()?, &text[count..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: Result<&[u8], &str>) {
        let got = string(text);
        assert_eq!(got.as_ref().map(Str::as_bytes).map_err(String::as_str), expect, "{text}");
    }

    #[test]
    fn strings_lose_their_quotes() {
        check(r#""a\tb""#, Ok(b"a\tb"));
        check(r#""\xff\377\u00e9\U0001F600""#, Ok(b"\xff\xff\xc3\xa9\xf0\x9f\x98\x80"));
        check("`a\\n\r\nb`", Ok(b"a\\n\nb"));
        check(r#""a\q""#, Err("invalid syntax"));
        check(r#""\'""#, Err("invalid syntax"));
        check(r#""\ud800""#, Err("invalid syntax"));
        check(r#""\400""#, Err("invalid syntax"));
    }
}
