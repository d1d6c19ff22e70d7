//! Numeric constants: every type that a constant can take is worked out while parsing (text/template/parse/node.go: newNumber).

/// A constant and what it may be converted to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Number {
    pub int: Option<i64>,
    pub uint: Option<u64>,
    pub float: Option<f64>,
    pub complex: Option<(f64, f64)>,
    /// Written so that, without a type asked for, it is a float.
    pub is_float_syntax: bool,
}

/// A character constant with its quotes.
pub(super) fn character(text: &str) -> Result<Number, String> {
    let (character, tail) = super::unquote::character(&text[1..], b'\'')?;
    if tail != "'" {
        return Err(format!("malformed character constant: {text}"));
    }
    let value = i64::from(character);
    Ok(Number {
        int: Some(value),
        uint: Some(value as u64),
        float: Some(value as f64),
        ..Number::default()
    })
}

/// A sum such as `1+2i`.
pub(super) fn complex(text: &str) -> Result<Number, String> {
    let syntax = || format!("illegal number syntax: {}", crate::quote_go(text.as_bytes()));
    let body = text.strip_suffix('i').ok_or_else(syntax)?;
    // The sign in between, which does not follow an exponent's mark.
    let bytes = body.as_bytes();
    let is_exponent = |index: usize| match bytes[index] {
        b'e' | b'E' => !body.contains("0x") && !body.contains("0X"),
        mark => matches!(mark, b'p' | b'P'),
    };
    let is_split = |index: &usize| matches!(bytes[*index], b'+' | b'-') && !is_exponent(index - 1);
    let split = (1..bytes.len()).rev().find(is_split).ok_or_else(syntax)?;
    let (real, imaginary) = body.split_at(split);
    let real = parse_float(real).ok_or_else(syntax)?;
    let imaginary = parse_float(imaginary).ok_or_else(syntax)?;
    Ok(simplified(real, imaginary))
}

/// Any other number.
pub(super) fn number(text: &str) -> Result<Number, String> {
    if let Some(number) = few_digits(text) {
        return Ok(number);
    }
    let imaginary = text.strip_suffix('i').and_then(parse_float);
    if let Some(imaginary) = imaginary {
        return Ok(simplified(0.0, imaginary));
    }
    let has_float_syntax = text.contains(['.', 'e', 'E', 'p', 'P']);
    let is_hex_int = text.len() > 2
        && (text.starts_with("0x") || text.starts_with("0X"))
        && !text.contains(['p', 'P']);
    let mut number =
        Number { is_float_syntax: has_float_syntax && !is_hex_int, ..Number::default() };
    number.uint = parse_unsigned(text);
    number.int = parse_signed(text);
    if number.int == Some(0) {
        number.uint = Some(0); // also for -0
    }
    if let Some(int) = number.int {
        number.float = Some(int as f64);
    } else if let Some(uint) = number.uint {
        number.float = Some(uint as f64);
    } else if let Some(float) = parse_float(text) {
        if !has_float_syntax {
            return Err(format!("integer overflow: {}", crate::quote_go(text.as_bytes())));
        }
        number.float = Some(float);
        number.int = integral(float);
        number.uint = unsigned_integral(float);
    } else {
        return Err(format!("illegal number syntax: {}", crate::quote_go(text.as_bytes())));
    }
    Ok(number)
}

/// Almost every constant of a template: a decimal that is no octal.
fn few_digits(text: &str) -> Option<Number> {
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let is_octal = text.len() > 1 && text.starts_with('0');
    let int: i32 = (is_plain && !is_octal).then(|| text.parse().ok())??;
    Some(Number {
        int: Some(int.into()),
        uint: int.try_into().ok(),
        float: Some(int.into()),
        ..Number::default()
    })
}

/// A complex number without imaginary part is any other number, too.
fn simplified(real: f64, imaginary: f64) -> Number {
    let mut number = Number { complex: Some((real, imaginary)), ..Number::default() };
    if imaginary == 0.0 {
        number.float = Some(real);
        number.int = integral(real);
        number.uint = unsigned_integral(real);
    }
    number
}

fn integral(float: f64) -> Option<i64> {
    let in_range = (-9_223_372_036_854_775_808.0..9_223_372_036_854_775_808.0).contains(&float);
    (in_range && float.fract() == 0.0).then_some(float as i64)
}

fn unsigned_integral(float: f64) -> Option<u64> {
    let in_range = (0.0..18_446_744_073_709_551_616.0).contains(&float);
    (in_range && float.fract() == 0.0).then_some(float as u64)
}

fn parse_signed(text: &str) -> Option<i64> {
    let digits = text.strip_prefix(['+', '-']).unwrap_or(text);
    let magnitude = parse_unsigned(digits)?;
    if text.starts_with('-') {
        0i64.checked_sub_unsigned(magnitude)
    } else {
        i64::try_from(magnitude).ok()
    }
}

/// Go's `ParseUint(text, 0, 64)`: the prefix is the base, a leading zero means octal, underscores separate digits.
fn parse_unsigned(text: &str) -> Option<u64> {
    let lower = text.to_ascii_lowercase();
    let (base, digits) = match lower.as_bytes() {
        [b'0', b'x', ..] => (16, &lower[2..]),
        [b'0', b'o', ..] => (8, &lower[2..]),
        [b'0', b'b', ..] => (2, &lower[2..]),
        [b'0', _, ..] => (8, &lower[1..]),
        _ => (10, lower.as_str()),
    };
    if digits.contains('_') && !underscores_are_good(&lower) || digits.starts_with(['+', '-']) {
        return None;
    }
    u64::from_str_radix(&digits.replace('_', ""), base).ok()
}

/// Go's `ParseFloat`: decimal or hexadecimal, with underscores between digits.
fn parse_float(text: &str) -> Option<f64> {
    let lower = text.to_ascii_lowercase();
    let unsigned = lower.strip_prefix(['+', '-']).unwrap_or(&lower);
    if !unsigned.starts_with(|first: char| first.is_ascii_digit() || first == '.') {
        return None;
    }
    if lower.contains('_') && !underscores_are_good(&lower) {
        return None;
    }
    let plain = unsigned.replace('_', "");
    let value: f64 = match plain.strip_prefix("0x") {
        Some(hex) => parse_hex_float(hex)?,
        None => plain.parse().ok()?,
    };
    if value.is_infinite() {
        return None;
    }
    Some(if lower.starts_with('-') { -value } else { value })
}

/// `1.8p3`: the exponent is required and binary. Digits beyond what 64 bits hold only round.
fn parse_hex_float(hex: &str) -> Option<f64> {
    let (mantissa, exponent) = hex.split_once('p')?;
    let digits_of_exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    if digits_of_exponent.is_empty() || !digits_of_exponent.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let mut exponent = exponent.parse::<i64>().ok()?.clamp(-100_000, 100_000);
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if whole.is_empty() && fraction.is_empty() {
        return None;
    }
    let mut bits = 0u64;
    for (index, byte) in whole.bytes().chain(fraction.bytes()).enumerate() {
        let digit = u64::from(char::from(byte).to_digit(16)?);
        let after_point = index >= whole.len();
        if bits >> 60 == 0 {
            bits = bits << 4 | digit;
            exponent -= if after_point { 4 } else { 0 };
        } else {
            bits |= u64::from(digit != 0);
            exponent += if after_point { 0 } else { 4 };
        }
    }
    let mut value = bits as f64;
    // In steps, because 2^exponent alone may not be a number.
    while exponent != 0 && value != 0.0 && value.is_finite() {
        let step = exponent.clamp(-1000, 1000);
        value *= 2f64.powi(step as i32);
        exponent -= step;
    }
    Some(value)
}

/// Underscores only between digits, or between a base's prefix and a digit (strconv: underscoreOK).
fn underscores_are_good(lower: &str) -> bool {
    let text = lower.strip_prefix(['+', '-']).unwrap_or(lower);
    let mut before = '^';
    let mut rest = text;
    let is_hex = text.starts_with("0x");
    if is_hex || text.starts_with("0o") || text.starts_with("0b") {
        before = '0';
        rest = &text[2..];
    }
    for character in rest.chars() {
        if character.is_ascii_digit() || is_hex && character.is_ascii_hexdigit() {
            before = '0';
        } else if character == '_' {
            if before != '0' {
                return false;
            }
            before = '_';
        } else {
            if before == '_' {
                return false;
            }
            before = '!';
        }
    }
    before != '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, int: Option<i64>, float: Option<f64>) {
        let number = number(text).unwrap_or_default();
        assert_eq!((number.int, number.float), (int, float), "{text}");
    }

    #[test]
    fn numbers_take_every_type_that_fits() {
        check("0777", Some(511), Some(511.0));
        check("0x1p4", Some(16), Some(16.0));
        check("1_000", Some(1000), Some(1000.0));
        check("-0", Some(0), Some(0.0));
        check("0x1.8p1", Some(3), Some(3.0));
        check("1.5", None, Some(1.5));
        check("1e3", Some(1000), Some(1000.0));
        check("18446744073709551615", None, Some(18_446_744_073_709_551_615.0));
        check("-9223372036854775808", Some(i64::MIN), Some(i64::MIN as f64));
        check("1__0", None, None);
        check("0b12", None, None);
        check("089", None, None);
        check(".", None, None);
        assert_eq!(complex("1+2i").map(|number| number.complex), Ok(Some((1.0, 2.0))));
        assert_eq!(complex("1e-2-2e+1i").map(|number| number.complex), Ok(Some((0.01, -20.0))));
    }
}
