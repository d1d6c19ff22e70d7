//! Numbers as Go prints them.

use std::fmt::{LowerExp, Write as _};
use std::str::FromStr;

/// The shortest decimal digits that read back as the same number, and the place of the point: 0.d₁d₂… × 10^point.
struct Digits {
    negative: bool,
    digits: String,
    point: i32,
}

impl Digits {
    /// Where two numbers of the same shortest length are equally near, Rust rounds up and Go to the even digit.
    fn shortest<T: LowerExp + FromStr + PartialEq>(value: T) -> Self {
        let digits = Self::of(&format!("{value:e}"));
        let is_odd = |digit: u8| digit % 2 == 1;
        if digits.digits.bytes().next_back().is_some_and(is_odd) {
            let to_even = format!("{value:.*e}", digits.digits.len() - 1);
            if to_even.parse().is_ok_and(|read: T| read == value) {
                return Self::of(&to_even);
            }
        }
        digits
    }

    fn of(scientific: &str) -> Self {
        let (negative, rest) = match scientific.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, scientific),
        };
        let (mantissa, exponent) = rest.split_once('e').unwrap_or((rest, "0"));
        let exponent: i32 = exponent.parse().unwrap_or_default();
        let digits = mantissa.replace('.', "");
        let point = if digits == "0" { 0 } else { exponent + 1 };
        Self { negative, digits, point }
    }

    /// Go's `%e`: one digit before the point, at least two in the exponent.
    fn exponential(&self) -> String {
        let mut text = String::from(if self.negative { "-" } else { "" });
        let (first, rest) = self.digits.split_at(1);
        text.push_str(first);
        if !rest.is_empty() {
            text.push('.');
            text.push_str(rest);
        }
        let exponent = if self.digits == "0" { 0 } else { self.point - 1 };
        let sign = if exponent < 0 { '-' } else { '+' };
        write!(text, "e{sign}{:02}", exponent.abs()).expect("writing to a String cannot fail");
        text
    }

    /// Go's `%f`: no exponent.
    fn positional(&self) -> String {
        let mut text = String::from(if self.negative { "-" } else { "" });
        let count = i32::try_from(self.digits.len()).unwrap_or(i32::MAX);
        let zeros = |count: i32| "0".repeat(usize::try_from(count).unwrap_or(0));
        if self.point <= 0 {
            text.push('0');
            if self.digits != "0" {
                text.push('.');
                text.push_str(&zeros(-self.point));
                text.push_str(&self.digits);
            }
        } else if self.point >= count {
            text.push_str(&self.digits);
            text.push_str(&zeros(self.point - count));
        } else {
            let (whole, fraction) = self.digits.split_at(self.point.unsigned_abs() as usize);
            text.push_str(whole);
            text.push('.');
            text.push_str(fraction);
        }
        text
    }

    /// Go's `%g` with the shortest digits: an exponent below 1e-4 and from 1e6.
    fn general(&self) -> String {
        let exponent = self.point - 1;
        if (-4..6).contains(&exponent) { self.positional() } else { self.exponential() }
    }
}

/// `strconv.FormatFloat(value, 'g', -1, 64)`, which is also how templates print a number: `1e+06`, `0.1`, `+Inf`.
pub fn general(value: f64) -> String {
    not_finite(value).unwrap_or_else(|| Digits::shortest(value).general())
}

/// `strconv.FormatFloat(value, 'g', -1, 32)`, which Helm uses for numbers that stand where text is expected.
pub fn general_32(value: f64) -> String {
    #[expect(clippy::cast_possible_truncation, reason = "Go rounds to 32 bits here as well")]
    let value = value as f32;
    not_finite(f64::from(value)).unwrap_or_else(|| Digits::shortest(value).general())
}

/// A finite number as `encoding/json` writes it: an exponent only below 1e-6 and from 1e21.
pub fn json(value: f64) -> String {
    let digits = Digits::shortest(value);
    let size = value.abs();
    if size == 0.0 || (1e-6..1e21).contains(&size) {
        digits.positional()
    } else {
        digits.exponential().replace("e-0", "e-")
    }
}

fn not_finite(value: f64) -> Option<String> {
    if value.is_nan() {
        Some("NaN".into())
    } else if value.is_infinite() {
        Some(if value > 0.0 { "+Inf" } else { "-Inf" }.into())
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: f64, expect: [&str; 3]) {
        assert_eq!([general(value), general_32(value), json(value)], expect, "{value}");
    }

    /// Expectations printed by Go.
    #[test]
    fn numbers() {
        check(0.0, ["0", "0", "0"]);
        check(-0.0, ["-0", "-0", "-0"]);
        check(1.0, ["1", "1", "1"]);
        check(0.1, ["0.1", "0.1", "0.1"]);
        check(123456.0, ["123456", "123456", "123456"]);
        check(1e6, ["1e+06", "1e+06", "1000000"]);
        check(1234567.5, ["1.2345675e+06", "1.2345675e+06", "1234567.5"]);
        check(-1e-5, ["-1e-05", "-1e-05", "-0.00001"]);
        check(1e-7, ["1e-07", "1e-07", "1e-7"]);
        check(1e20, ["1e+20", "1e+20", "100000000000000000000"]);
        check(1e21, ["1e+21", "1e+21", "1e+21"]);
        check(1.5e300, ["1.5e+300", "+Inf", "1.5e+300"]);
        check(-2550690.257394, ["-2.550690257394e+06", "-2.5506902e+06", "-2550690.257394"]);
        check(16777217.0, ["1.6777217e+07", "1.6777216e+07", "16777217"]);
        check(9007199254740993.0, ["9.007199254740992e+15", "9.007199e+15", "9007199254740992"]);
    }
}
