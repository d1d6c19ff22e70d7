//! Floats as digits (strconv.FormatFloat).

/// A float in one of Go's forms: `e E f g G b x X`. Without a precision, the shortest digits that read back the same.
pub(super) fn format(value: f64, verb: char, precision: Option<usize>) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    let sign = if value.is_sign_negative() { "-" } else { "" };
    let magnitude = value.abs();
    if magnitude.is_infinite() {
        return if sign.is_empty() { "+Inf".to_owned() } else { "-Inf".to_owned() };
    }
    let digits = match verb {
        'e' | 'E' => exponent_form(&decimal(magnitude, precision.map(|p| p + 1)), precision, verb),
        'f' => match precision {
            Some(precision) => fixed(magnitude, precision),
            None => point_form(&decimal(magnitude, None)),
        },
        'b' => binary(magnitude),
        'x' | 'X' => hexadecimal(magnitude, precision, verb == 'X'),
        _ => general(magnitude, precision, verb),
    };
    format!("{sign}{digits}")
}

/// `0.DIGITS × 10^point`, without zeros at the end.
struct Decimal {
    digits: String,
    point: i32,
}

/// More digits than any float has before its zeros begin.
const MAX_DIGITS: usize = 1100;

/// The shortest digits, or so many significant ones, rounded.
fn decimal(magnitude: f64, significant: Option<usize>) -> Decimal {
    if magnitude == 0.0 {
        return Decimal { digits: String::new(), point: 0 };
    }
    let text = match significant {
        Some(count) => format!("{:.*e}", count.clamp(1, MAX_DIGITS) - 1, magnitude),
        None => format!("{magnitude:e}"),
    };
    let (mantissa, exponent) = text.split_once('e').expect("`e` is how Rust writes exponents");
    let digits = mantissa.replace('.', "").trim_end_matches('0').to_owned();
    let exponent: i32 = exponent.parse().expect("an exponent is a small number");
    Decimal { digits, point: exponent + 1 }
}

fn general(magnitude: f64, precision: Option<usize>, verb: char) -> String {
    let decimal = decimal(magnitude, precision.map(|precision| precision.max(1)));
    let count = decimal.digits.len() as i32;
    let threshold = match precision {
        // Without a precision, Go decides as if it were 6.
        None => 6,
        Some(precision) => {
            let precision = i32::try_from(precision.max(1)).unwrap_or(i32::MAX);
            if precision > count && count >= decimal.point { count } else { precision }
        }
    };
    let exponent = decimal.point - 1;
    if magnitude != 0.0 && (exponent < -4 || exponent >= threshold) {
        let verb = if verb == 'G' { 'E' } else { 'e' };
        return exponent_form(&decimal, None, verb);
    }
    point_form(&decimal)
}

/// `d.ddde±dd`, filled with zeros up to a precision.
fn exponent_form(decimal: &Decimal, precision: Option<usize>, verb: char) -> String {
    let digits = if decimal.digits.is_empty() { "0" } else { &decimal.digits };
    let (first, rest) = digits.split_at(1);
    let mut text = first.to_owned();
    let zeros = precision.map_or(0, |precision| precision.saturating_sub(rest.len()));
    if !rest.is_empty() || zeros > 0 {
        text.push('.');
        text.push_str(rest);
        text.extend(std::iter::repeat_n('0', zeros));
    }
    let exponent = if decimal.digits.is_empty() { 0 } else { decimal.point - 1 };
    let sign = if exponent < 0 { '-' } else { '+' };
    format!("{text}{verb}{sign}{:02}", exponent.abs())
}

fn point_form(decimal: &Decimal) -> String {
    let Decimal { digits, point } = decimal;
    if digits.is_empty() {
        return "0".to_owned();
    }
    let count = digits.len() as i32;
    if *point <= 0 {
        return format!("0.{}{digits}", "0".repeat(point.unsigned_abs() as usize));
    }
    if *point >= count {
        return format!("{digits}{}", "0".repeat((point - count) as usize));
    }
    let (whole, fraction) = digits.split_at(*point as usize);
    format!("{whole}.{fraction}")
}

fn fixed(magnitude: f64, precision: usize) -> String {
    let mut text = format!("{:.*}", precision.min(MAX_DIGITS), magnitude);
    text.extend(std::iter::repeat_n('0', precision.saturating_sub(MAX_DIGITS)));
    text
}

/// Mantissa and exponent as they are stored.
fn parts(magnitude: f64) -> (u64, i32) {
    let bits = magnitude.to_bits();
    let fraction = bits & ((1 << 52) - 1);
    match (bits >> 52) as i32 {
        0 => (fraction, -1074),
        exponent => (fraction | 1 << 52, exponent - 1075),
    }
}

fn binary(magnitude: f64) -> String {
    let (mantissa, exponent) = parts(magnitude);
    let sign = if exponent >= 0 { "+" } else { "" };
    format!("{mantissa}p{sign}{exponent}")
}

/// `0x1.8p+01`
fn hexadecimal(magnitude: f64, precision: Option<usize>, upper: bool) -> String {
    let (mut mantissa, mut exponent) = parts(magnitude);
    if mantissa == 0 {
        exponent = 0;
    } else {
        // The leading one at bit 60, so that each hexadecimal digit after it is four bits.
        let shift = mantissa.leading_zeros() as i32 - 3;
        mantissa <<= shift;
        exponent += 60 - shift;
    }
    if let Some(digits) = precision.filter(|digits| *digits < 15) {
        let shift = digits * 4;
        let extra = (mantissa << shift) & ((1 << 60) - 1);
        mantissa >>= 60 - shift;
        if extra | (mantissa & 1) > 1 << 59 {
            mantissa += 1;
        }
        mantissa <<= 60 - shift;
        if mantissa & 1 << 61 != 0 {
            mantissa >>= 1;
            exponent += 1;
        }
    }
    let fraction = format!("{:015x}", mantissa & ((1 << 60) - 1));
    let fraction = match precision {
        Some(digits) => format!("{fraction:0<digits$}")[..digits].to_owned(),
        None => fraction.trim_end_matches('0').to_owned(),
    };
    let point = if fraction.is_empty() { "" } else { "." };
    let sign = if exponent < 0 { '-' } else { '+' };
    let text =
        format!("0x{}{point}{fraction}p{sign}{:02}", mantissa >> 60 & 1, exponent.unsigned_abs());
    if upper { text.to_uppercase() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(value: f64, verb: char, precision: Option<usize>, expect: &str) {
        assert_eq!(format(value, verb, precision), expect, "{value} %{verb}");
    }

    #[test]
    fn floats_take_gos_forms() {
        for (value, expect) in [
            (1e6, "1e+06"),
            (123456.0, "123456"),
            (1234567.0, "1.234567e+06"),
            (0.0001, "0.0001"),
            (1e-5, "1e-05"),
            (-0.0, "-0"),
            (0.1, "0.1"),
            (1e100, "1e+100"),
            (100000.5, "100000.5"),
            (1234567.5, "1.2345675e+06"),
        ] {
            check(value, 'g', None, expect);
        }
        check(2.5, 'f', Some(0), "2");
        check(1.0, 'e', Some(6), "1.000000e+00");
        check(100.0, 'g', Some(3), "100");
        check(1000.0, 'g', Some(3), "1e+03");
        check(1.5, 'x', None, "0x1.8p+00");
        check(1.0, 'b', None, "4503599627370496p-52");
        check(1.0, 'x', Some(3), "0x1.000p+00");
        check(0.0, 'x', None, "0x0p+00");
        check(f64::NAN, 'g', None, "NaN");
    }
}
