//! Between types: numbers from anything (spf13/cast 1.7), text from anything (sprig/strings.go).

use gotmpl::{Functions, IntType, ListType, Str, Value};

use crate::Dialect;
use crate::go;

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    functions.add("int", |value: Value| Value::int(to_int64(&value)));
    functions.add("int64", |value: Value| Value::int64(to_int64(&value)));
    functions.add("float64", |value: Value| to_float64(&value));
    functions.add("atoi", atoi);
    functions.add("toDecimal", to_decimal);
    functions.add("toString", |value: Value| to_text(&value));
    functions.add("toStrings", to_strings);
}

/// A `[]string` stays what it is, nil or not.
fn to_strings(value: Value) -> Value {
    match &value {
        Value::List(list) if list.kind == ListType::Strings => value,
        _ => Value::strings(to_texts(&value)),
    }
}

/// `cast.ToInt64`: zero for what is no number.
pub(crate) fn to_int64(value: &Value) -> i64 {
    match value {
        Value::Bool(value) => i64::from(*value),
        Value::Int(value, _) => *value,
        Value::Float(value) => truncated(*value),
        Value::Str(text) => parse_int(without_zero_decimals(text.as_bytes()), 0).unwrap_or(0),
        Value::Object(object) => calendar_number(object.type_name(), object.underlying()),
        Value::Nil | Value::List(_) | Value::Map(_) => 0,
    }
}

/// `cast.ToFloat64`: zero for what is no number.
pub(crate) fn to_float64(value: &Value) -> f64 {
    match value {
        Value::Float(value) => *value,
        Value::Int(value, IntType::Uint | IntType::Uint64) => value.cast_unsigned() as f64,
        Value::Str(text) => text.as_text().and_then(parse_float).unwrap_or(0.0),
        other => to_int64(other) as f64,
    }
}

/// Sprig's `strval`: bytes become text, types that can print themselves do.
pub(crate) fn to_text(value: &Value) -> Str {
    match value {
        Value::Str(text) => text.clone(),
        Value::List(list) if list.kind == ListType::Bytes => {
            list.items.iter().map(|item| to_int64(item).to_le_bytes()[0]).collect::<Vec<_>>().into()
        }
        // A file's bytes stay an object of their own until somebody looks at single ones.
        Value::Object(object) if object.type_name() == "[]uint8" => {
            object.underlying().map_or_else(Str::default, |list| to_text(&list))
        }
        other => go::print_value(other),
    }
}

/// Sprig's `strslice`: the texts of a list without its nils, or the one text of anything else.
pub(crate) fn to_texts(value: &Value) -> Vec<Str> {
    match go::as_list(value) {
        Some(list) => {
            list.items.iter().filter(|item| !matches!(item, Value::Nil)).map(to_text).collect()
        }
        None if matches!(value, Value::Nil) => Vec::new(),
        None => vec![to_text(value)],
    }
}

/// Why a text is no integer, with the value that Go returns beside its error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NotInt {
    Syntax,
    /// The nearest integer that fits.
    Range(i64),
}

/// `strconv.ParseInt(text, base, 64)`; base 0 takes prefixes and underscores as Go's literals do.
pub(crate) fn parse_int(text: &[u8], base: u32) -> Result<i64, NotInt> {
    let (negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let (radix, digits) = if base == 0 {
        if !underscores_fit(digits) {
            return Err(NotInt::Syntax);
        }
        match digits {
            [b'0', b'x' | b'X', rest @ ..] => (16, rest),
            [b'0', b'b' | b'B', rest @ ..] => (2, rest),
            [b'0', b'o' | b'O', rest @ ..] => (8, rest),
            [b'0', rest @ ..] if !rest.is_empty() => (8, rest),
            _ => (10, digits),
        }
    } else {
        (base, digits)
    };
    let nearest = if negative { i64::MIN } else { i64::MAX };
    let mut number: Option<u64> = None;
    for digit in digits.iter().filter(|digit| base != 0 || **digit != b'_') {
        let digit = char::from(*digit).to_digit(radix).ok_or(NotInt::Syntax)?;
        let next = number.unwrap_or(0).checked_mul(u64::from(radix));
        let next = next.and_then(|next| next.checked_add(u64::from(digit)));
        number = Some(next.ok_or(NotInt::Range(nearest))?);
    }
    let number = number.ok_or(NotInt::Syntax)?;
    let signed =
        if negative { 0_i64.checked_sub_unsigned(number) } else { i64::try_from(number).ok() };
    signed.ok_or(NotInt::Range(nearest))
}

/// `strconv.ParseFloat(text, 64)`; none for bad syntax and for what is out of range.
pub(crate) fn parse_float(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = if text.starts_with('-') { -1.0 } else { 1.0 };
    match unsigned.to_ascii_lowercase().as_str() {
        "inf" | "infinity" => return Some(sign * f64::INFINITY),
        "nan" => return Some(f64::NAN),
        lower => {
            if let Some(hexadecimal) = lower.strip_prefix("0x") {
                return parse_hexadecimal(unsigned, hexadecimal).map(|value| sign * value);
            }
        }
    }
    if !unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.')
        || !underscores_fit(unsigned.as_bytes())
    {
        return None;
    }
    let value: f64 = unsigned.replace('_', "").parse().ok()?;
    value.is_finite().then_some(sign * value)
}

/// A hexadecimal float such as `0x1.8p3`: the exponent is required, and at most 64 bits of mantissa are looked at.
fn parse_hexadecimal(whole: &str, digits: &str) -> Option<f64> {
    let (mantissa, exponent) = digits.split_once('p')?;
    if !underscores_fit(whole.split(['p', 'P']).next()?.replace('.', "").as_bytes()) {
        return None;
    }
    let exponent = parse_int(exponent.as_bytes(), 10).ok()?;
    let mut value: u64 = 0;
    let mut shift: i64 = 0;
    let mut seen_point = false;
    let mut any = false;
    for digit in mantissa.chars().filter(|digit| *digit != '_') {
        if digit == '.' && !seen_point {
            seen_point = true;
            continue;
        }
        let digit = digit.to_digit(16)?;
        any = true;
        if value >> 60 == 0 {
            value = value << 4 | u64::from(digit);
            shift -= if seen_point { 4 } else { 0 };
        } else {
            // What falls off only decides how to round: keep it as a sticky bit.
            value |= u64::from(digit != 0);
            shift += if seen_point { 0 } else { 4 };
        }
    }
    let power = exponent.clamp(-5000, 5000) + shift;
    let result = scale(value as f64, power);
    (any && result.is_finite()).then_some(result)
}

/// `value * 2^power`, in steps that neither overflow nor lose bits early.
fn scale(value: f64, power: i64) -> f64 {
    let mut value = value;
    let mut power = power;
    while power != 0 && value != 0.0 && value.is_finite() {
        let step = power.clamp(-1000, 1000);
        value *= 2.0_f64.powi(i32::try_from(step).unwrap_or(0));
        power -= step;
    }
    value
}

/// Go's conversion of a float to an integer on common processors: out of range is the least integer.
pub(crate) fn truncated(value: f64) -> i64 {
    if (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&value) {
        value as i64
    } else {
        i64::MIN
    }
}

/// Go's rule for `_` in literals: only between digits, or after a base prefix.
fn underscores_fit(digits: &[u8]) -> bool {
    if !digits.contains(&b'_') {
        return true;
    }
    let prefixed = matches!(digits, [b'0', letter, ..] if letter.is_ascii_alphabetic());
    let body = if prefixed { &digits[2..] } else { digits };
    let mut previous = if prefixed { b'0' } else { b' ' };
    for byte in body {
        let is_digit = byte.is_ascii_hexdigit();
        if *byte == b'_' && !previous.is_ascii_hexdigit()
            || !is_digit && *byte != b'_' && previous == b'_'
        {
            return false;
        }
        previous = *byte;
    }
    previous != b'_'
}

/// `12.00` without its zeros; anything that is not all zeros after the point stays.
fn without_zero_decimals(text: &[u8]) -> &[u8] {
    let zeros = text.iter().rev().take_while(|byte| **byte == b'0').count();
    match text[..text.len() - zeros].split_last() {
        Some((b'.', whole)) if zeros > 0 => whole,
        _ => text,
    }
}

/// cast knows two types over `int` and no others: a duration is no number to it.
fn calendar_number(type_name: &str, underlying: Option<Value>) -> i64 {
    match (type_name, underlying) {
        ("time.Weekday" | "time.Month", Some(Value::Int(number, _))) => number,
        _ => 0,
    }
}

/// `strconv.Atoi` without its error: what is out of range becomes the nearest integer.
fn atoi(text: Str) -> Value {
    Value::int(match parse_int(text.as_bytes(), 10) {
        Ok(number) | Err(NotInt::Range(number)) => number,
        Err(NotInt::Syntax) => 0,
    })
}

/// An octal number, as file modes are written.
fn to_decimal(value: Value) -> Value {
    Value::int64(parse_int(go::print_value(&value).as_bytes(), 8).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_from_text() {
        let check =
            |text: &str, expect: i64| assert_eq!(to_int64(&text.into()), expect, "{text:?}");
        check("1_000", 1000);
        check("010", 8);
        check("0x10", 16);
        check("08", 0);
        check("1.9", 0);
        check("12.00", 12);
        check("1.", 0);
        check("000", 0);
        check(" 5", 0);
        check("-7", -7);
        check("+7", 7);
        check("0b11", 3);
        check("0x_f", 15);
        check("1__0", 0);
        check("_1", 0);
        check("9223372036854775807", i64::MAX);
        check("-9223372036854775808", i64::MIN);
        check("9223372036854775808", 0);
        check("", 0);
        check("-", 0);
    }

    #[test]
    fn floats_from_text() {
        let check =
            |text: &str, expect: f64| assert_eq!(to_float64(&text.into()), expect, "{text:?}");
        check("1.5", 1.5);
        check("1_000.5", 1000.5);
        check("0x1p4", 16.0);
        check("0x_1p4", 16.0);
        check("-0x1.8p1", -3.0);
        check("1e400", 0.0);
        check("infinity", f64::INFINITY);
        check("5.", 5.0);
        check(".5", 0.5);
        check("1e", 0.0);
        check("0x10", 0.0);
        check("e5", 0.0);
        check(".", 0.0);
        check("+-1", 0.0);
    }

    #[test]
    fn integers_from_floats() {
        assert_eq!(to_int64(&Value::Float(1.9)), 1);
        assert_eq!(to_int64(&Value::Float(-1.9)), -1);
        assert_eq!(to_int64(&Value::Float(1e19)), i64::MIN);
        assert_eq!(to_int64(&Value::Float(f64::NAN)), i64::MIN);
    }
}
