//! What a plain scalar means by YAML 1.1 as go-yaml v2 reads it: null, boolean, number, or text.

use crate::Node;

/// What go-yaml makes of a scalar's text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Resolved {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Float(f64),
    /// Kept as text in values; quoted when written, so that other readers keep it as text too.
    Timestamp,
    Text,
}

impl Resolved {
    /// Go's name of the type, as in ``cannot decode !!str `x` as a !!int``.
    pub(crate) fn tag(&self) -> &'static str {
        match self {
            Self::Null => "!!null",
            Self::Bool(_) => "!!bool",
            Self::Int(_) | Self::Uint(_) => "!!int",
            Self::Float(_) => "!!float",
            Self::Timestamp => "!!timestamp",
            Self::Text => "!!str",
        }
    }

    pub(crate) fn node(self, text: &str) -> Node {
        match self {
            Self::Null => Node::Null,
            Self::Bool(value) => Node::Bool(value),
            Self::Int(value) => Node::Int(value),
            Self::Uint(value) => Node::Uint(value),
            Self::Float(value) => Node::Float(value),
            Self::Timestamp | Self::Text => Node::Text(text.into()),
        }
    }
}

pub(crate) fn resolve(text: &str) -> Resolved {
    match text.as_bytes().first() {
        None => Resolved::Null,
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => {
            word(text)
        }
        Some(b'.') => match text {
            ".nan" | ".NaN" | ".NAN" => Resolved::Float(f64::NAN),
            ".inf" | ".Inf" | ".INF" => Resolved::Float(f64::INFINITY),
            _ => fraction(text),
        },
        Some(b'+' | b'-' | b'0'..=b'9') => match text {
            "+.inf" | "+.Inf" | "+.INF" => Resolved::Float(f64::INFINITY),
            "-.inf" | "-.Inf" | "-.INF" => Resolved::Float(f64::NEG_INFINITY),
            _ => number(text),
        },
        Some(_) => Resolved::Text,
    }
}

fn word(text: &str) -> Resolved {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => {
            Resolved::Bool(true)
        }
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => {
            Resolved::Bool(false)
        }
        "~" | "null" | "Null" | "NULL" => Resolved::Null,
        _ => Resolved::Text,
    }
}

/// A number that begins with its point, by the rules of Go's literals: `_` only between digits.
fn fraction(text: &str) -> Resolved {
    let bytes = text.as_bytes();
    let well_placed = |index: usize| {
        let digit =
            |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
        bytes[index] != b'_' || digit(index.checked_sub(1)) && digit(Some(index + 1))
    };
    if (0..bytes.len()).all(well_placed) { decimal(&text.replace('_', "")) } else { Resolved::Text }
}

fn number(text: &str) -> Resolved {
    if is_timestamp(text) {
        return Resolved::Timestamp;
    }
    let without_underscores;
    let plain = if text.contains('_') {
        without_underscores = text.replace('_', "");
        &without_underscores
    } else {
        text
    };
    let (negative, digits) = split_sign(plain);
    let (radix, digits) = match digits.as_bytes() {
        [b'0', b'x' | b'X', ..] => (16, &digits[2..]),
        [b'0', b'b' | b'B', ..] => (2, &digits[2..]),
        [b'0', b'o' | b'O', ..] => (8, &digits[2..]),
        [b'0', _, ..] => (8, &digits[1..]),
        _ => (10, digits),
    };
    if let Some(resolved) = integer(negative, digits, radix, plain.starts_with('+')) {
        return resolved;
    }
    match decimal(plain) {
        Resolved::Text => signed_binary(plain),
        float => float,
    }
}

/// Go's unsigned parser knows no sign, so `+18446744073709551615` is no integer.
fn integer(negative: bool, digits: &str, radix: u32, plus: bool) -> Option<Resolved> {
    if digits.starts_with(['+', '-']) {
        return None;
    }
    match u64::from_str_radix(digits, radix).ok()? {
        magnitude if negative => Some(Resolved::Int(0i64.checked_sub_unsigned(magnitude)?)),
        magnitude => match i64::try_from(magnitude) {
            Ok(value) => Some(Resolved::Int(value)),
            Err(_) => (!plus).then_some(Resolved::Uint(magnitude)),
        },
    }
}

/// go-yaml reads what follows `0b` once more, with a sign of its own: `0b-1` is -1.
fn signed_binary(plain: &str) -> Resolved {
    let Some(rest) = plain.strip_prefix("0b") else { return Resolved::Text };
    match i64::from_str_radix(rest, 2) {
        Ok(value) => Resolved::Int(value),
        Err(_) => Resolved::Text,
    }
}

/// Digits with an optional point and exponent; numbers beyond a float's range are text.
fn decimal(text: &str) -> Resolved {
    let (_, digits) = split_sign(text);
    let (mantissa, exponent) = match digits.find(['e', 'E']) {
        Some(at) => (&digits[..at], Some(split_sign(&digits[at + 1..]).1)),
        None => (digits, None),
    };
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let is_number = all_digits(whole)
        && all_digits(fraction)
        && !(whole.is_empty() && fraction.is_empty())
        && exponent.is_none_or(|digits| !digits.is_empty() && all_digits(digits));
    match text.parse::<f64>() {
        Ok(value) if is_number && value.is_finite() => Resolved::Float(value),
        _ => Resolved::Text,
    }
}

fn split_sign(text: &str) -> (bool, &str) {
    match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    }
}

/// The dates that go-yaml takes for timestamps, as lenient as Go's `time.Parse`: `2020-1-2`, `2020-01-02T3:4:5.6Z`,
/// `2020-01-02 03:04:05`.
fn is_timestamp(text: &str) -> bool {
    let Some((year, rest)) = text.split_at_checked(4) else { return false };
    if !year.bytes().all(|byte| byte.is_ascii_digit()) {
        return false;
    }
    let Some((month, rest)) = rest.strip_prefix('-').and_then(short_number) else { return false };
    let Some((day, rest)) = rest.strip_prefix('-').and_then(short_number) else { return false };
    let date_stands = (1..=12).contains(&month) && (1..=days(year, month)).contains(&day);
    let clock_stands = match rest.as_bytes().first() {
        None => true,
        Some(b'T' | b't') => clock(&rest[1..]).is_some_and(is_zone),
        Some(b' ') => clock(rest.trim_start_matches(' ')).is_some_and(str::is_empty),
        Some(_) => false,
    };
    date_stands && clock_stands
}

/// One or two digits and what follows.
fn short_number(text: &str) -> Option<(u32, &str)> {
    let count = text.bytes().take(2).take_while(u8::is_ascii_digit).count();
    let (digits, rest) = text.split_at(count);
    Some((digits.parse().ok()?, rest))
}

fn days(year: &str, month: u32) -> u32 {
    let year: u32 = year.parse().unwrap_or_default();
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => 31,
    }
}

/// Hours, minutes, seconds and any fraction; gives what follows.
fn clock(text: &str) -> Option<&str> {
    let (hour, rest) = short_number(text)?;
    let (minute, rest) = short_number(rest.strip_prefix(':')?)?;
    let (second, rest) = short_number(rest.strip_prefix(':')?)?;
    let after_fraction = match rest.strip_prefix(['.', ',']) {
        Some(fraction) if fraction.starts_with(|digit: char| digit.is_ascii_digit()) => {
            fraction.trim_start_matches(|digit: char| digit.is_ascii_digit())
        }
        _ => rest,
    };
    (hour < 24 && minute < 60 && second < 60).then_some(after_fraction)
}

fn is_zone(text: &str) -> bool {
    let two_digits = |text: &str| match text.as_bytes() {
        [tens @ b'0'..=b'9', ones @ b'0'..=b'9'] => Some((tens - b'0') * 10 + (ones - b'0')),
        _ => None,
    };
    match text.as_bytes() {
        [b'Z'] => true,
        [b'+' | b'-', _, _, b':', _, _] if text.is_ascii() => {
            two_digits(&text[1..3]).is_some_and(|hours| hours <= 24)
                && two_digits(&text[4..6]).is_some_and(|minutes| minutes <= 60)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: &Resolved) {
        assert_eq!(resolve(text), *expect, "{text}");
    }

    #[test]
    fn words() {
        for text in ["y", "Y", "yes", "Yes", "YES", "on", "On", "ON", "true", "True", "TRUE"] {
            check(text, &Resolved::Bool(true));
        }
        for text in ["n", "N", "no", "No", "NO", "off", "Off", "OFF", "false", "False", "FALSE"] {
            check(text, &Resolved::Bool(false));
        }
        for text in ["", "~", "null", "Null", "NULL"] {
            check(text, &Resolved::Null);
        }
        for text in ["tRUE", "yEs", "nULL", "=", "<<", "Ok", "none", "~1", "é"] {
            check(text, &Resolved::Text);
        }
    }

    #[test]
    fn integers() {
        let cases = [
            ("010", 8),
            ("0o7", 7),
            ("0O7", 7),
            ("0x_f", 15),
            ("0XfF", 255),
            ("0b101", 5),
            ("1__0", 10),
            ("+1", 1),
            ("-0b1", -1),
            ("0b-1", -1),
            ("-0", 0),
            ("-9223372036854775808", i64::MIN),
        ];
        for (text, expect) in cases {
            check(text, &Resolved::Int(expect));
        }
        check("18446744073709551615", &Resolved::Uint(u64::MAX));
        for text in ["0o8", "0b2", "0x", "+", "-", "1:20", "0x1p4", "--1", "1-2"] {
            check(text, &Resolved::Text);
        }
    }

    #[test]
    fn floats() {
        let cases = [
            ("08", 8.0),
            ("1_0.5", 10.5),
            (".5", 0.5),
            (".1_0", 0.1),
            ("5.", 5.0),
            ("1e3", 1000.0),
            ("-.5e-1", -0.05),
            ("+18446744073709551615", 18446744073709551615.0),
            (".inf", f64::INFINITY),
            ("-.INF", f64::NEG_INFINITY),
        ];
        for (text, expect) in cases {
            check(text, &Resolved::Float(expect));
        }
        for text in [".", "._5", ".5_", "1e", "1e999", ".e1", "inf", "1.2.3", ".Infinity"] {
            check(text, &Resolved::Text);
        }
    }

    #[test]
    fn timestamps() {
        for text in [
            "2020-01-01",
            "2020-1-1",
            "2020-02-29",
            "2020-01-01T10:00:00Z",
            "2020-01-01t1:2:3.456+24:60",
            "2020-01-01 10:00:00,5",
            "2020-01-01  1:2:3",
        ] {
            check(text, &Resolved::Timestamp);
        }
        for text in [
            "2021-02-29",
            "2020-13-01",
            "2020-01-01T10:00:00",
            "2020-01-01 10:00:00Z",
            "2020-01-01T24:00:00Z",
            "2020-01-01T10:00:00+25:00",
            "202-01-01",
            "2020-01-01x",
        ] {
            check(text, &Resolved::Text);
        }
    }
}
