//! Integers, characters, code points and complex numbers under their verbs (fmt/format.go).

use super::printer::Printer;
use super::quote::{is_printable, quoted_character};
use crate::{Kind, Object, Str};

/// How an integer is written.
pub(super) struct Digits {
    pub base: u32,
    pub upper: bool,
    /// `%O`: the prefix `0o`.
    pub octal_prefix: bool,
}

impl Digits {
    pub(super) const DECIMAL: Self = Self { base: 10, upper: false, octal_prefix: false };
    pub(super) const HEX: Self = Self { base: 16, upper: false, octal_prefix: false };
}

impl Printer {
    /// An integer under a verb; false if the verb is not for integers.
    pub(super) fn integer(&mut self, value: i64, signed: bool, verb: char) -> bool {
        let magnitude = if signed { value.unsigned_abs() } else { value as u64 };
        let negative = signed && value < 0;
        let mut digits = Digits::DECIMAL;
        match verb {
            'v' if self.flags.sharp_v && !signed => return self.prefixed_hex(magnitude, true),
            'v' | 'd' => {}
            'b' => digits.base = 2,
            'o' => digits.base = 8,
            'O' => digits = Digits { base: 8, upper: false, octal_prefix: true },
            'x' => digits.base = 16,
            'X' => digits = Digits { base: 16, upper: true, octal_prefix: false },
            'c' => {
                let text = character(value).to_string();
                self.pad(text.as_bytes());
                return true;
            }
            'q' => {
                let text = quoted_character(character(value), self.flags.plus);
                self.pad(text.as_bytes());
                return true;
            }
            'U' => {
                self.code_point(value as u64);
                return true;
            }
            _ => return false,
        }
        self.digits(magnitude, negative, &digits);
        true
    }

    /// Hexadecimal, with or without `0x` whatever the flags say.
    pub(super) fn prefixed_hex(&mut self, magnitude: u64, prefix: bool) -> bool {
        let sharp = std::mem::replace(&mut self.flags.sharp, prefix);
        self.digits(magnitude, false, &Digits::HEX);
        self.flags.sharp = sharp;
        true
    }

    pub(super) fn digits(&mut self, magnitude: u64, negative: bool, digits: &Digits) {
        let flags = self.flags;
        let has_sign = negative || flags.plus || flags.space;
        let mut least = 0;
        if let Some(precision) = flags.precision {
            if precision == 0 && magnitude == 0 {
                // Nothing but padding, and that with spaces.
                return self.padding(flags.width.unwrap_or(0), b' ');
            }
            least = precision;
        } else if let Some(width) = flags.width.filter(|_| flags.zero && !flags.minus) {
            least = width.saturating_sub(usize::from(has_sign));
        }
        let number = match (digits.base, digits.upper) {
            (2, _) => format!("{magnitude:b}"),
            (8, _) => format!("{magnitude:o}"),
            (16, false) => format!("{magnitude:x}"),
            (16, true) => format!("{magnitude:X}"),
            _ => magnitude.to_string(),
        };
        let mut text = String::new();
        if negative {
            text.push('-');
        } else if flags.plus {
            text.push('+');
        } else if flags.space {
            text.push(' ');
        }
        if digits.octal_prefix {
            text.push_str("0o");
        }
        let zeros = least.saturating_sub(number.len());
        if flags.sharp {
            match (digits.base, digits.upper) {
                (2, _) => text.push_str("0b"),
                (8, _) if zeros == 0 && !number.starts_with('0') => text.push('0'),
                (16, false) => text.push_str("0x"),
                (16, true) => text.push_str("0X"),
                _ => {}
            }
        }
        text.extend(std::iter::repeat_n('0', zeros));
        text.push_str(&number);
        self.pad_with(text.as_bytes(), b' ');
    }

    /// `U+0078`, or with `#` `U+0078 'x'`.
    fn code_point(&mut self, code: u64) {
        let precision = self.flags.precision.filter(|precision| *precision > 4).unwrap_or(4);
        let mut text = format!("U+{code:0precision$X}");
        let shown = u32::try_from(code).ok().and_then(char::from_u32);
        if let Some(shown) = shown.filter(|shown| self.flags.sharp && is_printable(*shown)) {
            text = format!("{text} '{shown}'");
        }
        self.pad_with(text.as_bytes(), b' ');
    }
}

/// The character of a code, U+FFFD if there is none.
fn character(code: i64) -> char {
    u32::try_from(code).ok().and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// Go's `complex128`, which templates can write but do little with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Complex {
    pub real: f64,
    pub imaginary: f64,
}

impl Object for Complex {
    fn type_name(&self) -> &'static str {
        "complex128"
    }

    fn kind(&self) -> Kind {
        Kind::Complex128
    }

    fn print(&self) -> Str {
        let part = |value| super::float::format(value, 'g', None);
        let imaginary = part(self.imaginary);
        let sign = if imaginary.starts_with(['+', '-']) { "" } else { "+" };
        format!("({}{sign}{imaginary}i)", part(self.real)).into()
    }
}
