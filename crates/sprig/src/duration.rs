//! Go's `time.Duration`: nanoseconds that are read and written as `1h2m3.5s`.

mod functions;
mod object;

pub(crate) use functions::register;

use std::fmt;

use crate::date::quote;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Duration(pub i64);

const UNITS: [(&str, u64); 8] = [
    ("ns", 1),
    ("us", 1_000),
    ("µs", 1_000),
    ("μs", 1_000),
    ("ms", 1_000_000),
    ("s", 1_000_000_000),
    ("m", 60_000_000_000),
    ("h", 3_600_000_000_000),
];

impl Duration {
    pub const SECOND: Self = Self(1_000_000_000);

    /// Go's `time.ParseDuration`: a sign, then numbers with units, or a lone `0`. The error is in Go's words.
    pub fn parse(text: &[u8]) -> Result<Self, String> {
        let refuse = |what: &str| format!("time: {what} {}", quote(text));
        let invalid = || refuse("invalid duration");
        let (negative, mut rest) = match text {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            _ => (false, text),
        };
        if rest == b"0" {
            return Ok(Self(0));
        }
        if rest.is_empty() {
            return Err(invalid());
        }
        let mut total: u64 = 0;
        while !rest.is_empty() {
            let (whole, fraction, after) = number(rest).ok_or_else(invalid)?;
            let end = after.iter().position(|byte| matches!(byte, b'.' | b'0'..=b'9'));
            let (unit, after) = after.split_at(end.unwrap_or(after.len()));
            if unit.is_empty() {
                return Err(refuse("missing unit in duration"));
            }
            let Some((_, unit)) = UNITS.iter().find(|(name, _)| name.as_bytes() == unit) else {
                return Err(refuse(&format!("unknown unit {} in duration", quote(unit))));
            };
            // Go computes the fraction in floating point.
            let part = (fraction.0 as f64 * (*unit as f64 / fraction.1)) as u64;
            total = whole
                .checked_mul(*unit)
                .and_then(|whole| whole.checked_add(part)?.checked_add(total))
                .filter(|total| *total <= 1 << 63)
                .ok_or_else(invalid)?;
            rest = after;
        }
        match (negative, i64::try_from(total)) {
            (true, _) => Ok(Self(total.cast_signed().wrapping_neg())),
            (false, Ok(total)) => Ok(Self(total)),
            (false, Err(_)) => Err(invalid()),
        }
    }

    pub fn truncate(self, unit: Self) -> Self {
        if unit.0 <= 0 { self } else { Self(self.0 - self.0 % unit.0) }
    }

    /// To the nearest multiple of the unit, halves away from zero; stops at the ends of the range.
    pub fn round(self, unit: Self) -> Self {
        if unit.0 <= 0 {
            return self;
        }
        let remainder = self.0 % unit.0;
        let half = remainder.unsigned_abs() >= unit.0.unsigned_abs() - remainder.unsigned_abs();
        let down = self.0 - remainder;
        let unit = if self.0 < 0 { -unit.0 } else { unit.0 };
        Self(if half { down.saturating_add(unit) } else { down })
    }

    /// As a number of a unit of nanoseconds, in the way that Go adds whole part and fraction.
    fn in_units(self, unit: i64) -> f64 {
        (self.0 / unit) as f64 + (self.0 % unit) as f64 / unit as f64
    }
}

/// Digits with an optional point: the whole part, the fraction with its scale, and what follows.
fn number(text: &[u8]) -> Option<(u64, (u64, f64), &[u8])> {
    let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let before = digits(text);
    let whole = text[..before].iter().try_fold(0_u64, |value, digit| {
        let value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
        (value <= 1 << 63).then_some(value)
    })?;
    let rest = &text[before..];
    if rest.first() != Some(&b'.') {
        return (before > 0).then_some((whole, (0, 1.0), rest));
    }
    let after = digits(&rest[1..]);
    if before + after == 0 {
        return None;
    }
    let (mut fraction, mut scale) = (0_u64, 1.0);
    for digit in &rest[1..=after] {
        // Digits that no longer fit do not count.
        let Some(next) =
            fraction.checked_mul(10).and_then(|f| f.checked_add(u64::from(digit - b'0')))
        else {
            break;
        };
        if next > 1 << 63 {
            break;
        }
        (fraction, scale) = (next, scale * 10.0);
    }
    Some((whole, (fraction, scale), &rest[after + 1..]))
}

impl fmt::Display for Duration {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.0 < 0 { "-" } else { "" };
        let nanoseconds = self.0.unsigned_abs();
        let decimal = |unit: u64| {
            let width = unit.ilog10() as usize;
            let fraction = format!("{:0width$}", nanoseconds % unit);
            let fraction = fraction.trim_end_matches('0');
            if width == 0 || fraction.is_empty() { String::new() } else { format!(".{fraction}") }
        };
        match nanoseconds {
            0 => write!(formatter, "0s"),
            1..1_000 => write!(formatter, "{sign}{nanoseconds}ns"),
            1_000..1_000_000 => {
                write!(formatter, "{sign}{}{}µs", nanoseconds / 1_000, decimal(1_000))
            }
            1_000_000..1_000_000_000 => {
                write!(formatter, "{sign}{}{}ms", nanoseconds / 1_000_000, decimal(1_000_000))
            }
            _ => {
                let seconds = nanoseconds / 1_000_000_000;
                let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
                write!(formatter, "{sign}")?;
                if hours > 0 {
                    write!(formatter, "{hours}h")?;
                }
                if seconds >= 60 {
                    write!(formatter, "{minutes}m")?;
                }
                write!(formatter, "{}{}s", seconds % 60, decimal(1_000_000_000))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_are_read_and_written_as_go_does() {
        let check = |text: &str, expect: &str| {
            let shown = Duration::parse(text.as_bytes())
                .map_or_else(|error| error, |duration| duration.to_string());
            assert_eq!(shown, expect, "{text}");
        };
        check("0", "0s");
        check("-0", "0s");
        check("1h2m3.5s", "1h2m3.5s");
        check("90m", "1h30m0s");
        check("1.5h", "1h30m0s");
        check("-1.5ms", "-1.5ms");
        check("1us", "1µs");
        check("1µs1μs", "2µs");
        check("100ns", "100ns");
        check(".5s", "500ms");
        check("5.s", "5s");
        check("1h0.000000001s", "1h0m0.000000001s");
        check("0.3333333333333333333h", "20m0s");
        check("0.830103483285477580700h", "49m48.372539827s");
        check("9223372036854775807ns", "2562047h47m16.854775807s");
        check("-9223372036854775808ns", "-2562047h47m16.854775808s");
        check("9223372036854775808ns", "time: invalid duration \"9223372036854775808ns\"");
        check("3000000h", "time: invalid duration \"3000000h\"");
        check("", "time: invalid duration \"\"");
        check("-", "time: invalid duration \"-\"");
        check(".s", "time: invalid duration \".s\"");
        check("foo", "time: invalid duration \"foo\"");
        check("5", "time: missing unit in duration \"5\"");
        check("5d", "time: unknown unit \"d\" in duration \"5d\"");
        check("1é", "time: unknown unit \"\\xc3\\xa9\" in duration \"1\\xc3\\xa9\"");
        check("1h 2m", "time: unknown unit \"h \" in duration \"1h 2m\"");
    }

    #[test]
    fn rounding_goes_away_from_zero() {
        let check = |value: i64, unit: i64, expect: (i64, i64)| {
            let (value, unit) = (Duration(value), Duration(unit));
            assert_eq!((value.round(unit).0, value.truncate(unit).0), expect, "{value:?} {unit:?}");
        };
        check(15, 10, (20, 10));
        check(14, 10, (10, 10));
        check(-15, 10, (-20, -10));
        check(15, 0, (15, 15));
        check(15, -3, (15, 15));
        check(i64::MAX, 10, (i64::MAX, i64::MAX - 7));
        check(i64::MIN, i64::MAX, (-i64::MAX, -i64::MAX));
    }
}
