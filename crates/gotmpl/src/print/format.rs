//! `fmt.Sprintf`'s format language: flags, width, precision, explicit indexes, and Go's words for what is wrong with them.

use super::printer::{Flags, Printer};
use crate::Value;

/// Widths and precisions beyond this are mistakes.
const MAX_NUMBER: i64 = 1_000_000;

pub(crate) fn sprintf_bounded(printer: &mut Printer, format: &[u8], values: &[Value]) {
    let mut state = Format {
        printer,
        format,
        values,
        at: 0,
        argument: 0,
        after_index: false,
        reordered: false,
        good_index: true,
    };
    state.run();
}

struct Format<'a> {
    printer: &'a mut Printer,
    format: &'a [u8],
    values: &'a [Value],
    at: usize,
    /// The next operand.
    argument: usize,
    /// The last thing read was an index such as `[3]`.
    after_index: bool,
    reordered: bool,
    good_index: bool,
}

impl Format<'_> {
    fn run(&mut self) {
        while self.at < self.format.len() && !self.printer.is_over() {
            self.good_index = true;
            let rest = &self.format[self.at..];
            let plain = memchr::memchr(b'%', rest).unwrap_or(rest.len());
            self.printer.out.extend_from_slice(&rest[..plain]);
            self.at += plain + 1;
            if plain < rest.len() && !self.directive() {
                break;
            }
        }
        self.extra();
    }

    fn peek(&self) -> Option<u8> {
        self.format.get(self.at).copied()
    }

    /// What follows a `%`; false at the end of the format.
    fn directive(&mut self) -> bool {
        self.printer.flags = Flags::default();
        self.simple_flags();
        // Go's short way for `%s` and its like leaves what an index before them meant.
        if self.peek().is_some_and(|byte| byte.is_ascii_lowercase())
            && self.argument < self.values.len()
        {
            return self.verb();
        }
        self.index();
        self.width();
        self.precision();
        if !self.after_index {
            self.index();
        }
        if self.at >= self.format.len() {
            self.say("%!(NOVERB)");
            return false;
        }
        self.verb()
    }

    fn simple_flags(&mut self) {
        let flags = &mut self.printer.flags;
        while let Some(byte) = self.format.get(self.at) {
            match byte {
                b'#' => flags.sharp = true,
                b'0' => flags.zero = true,
                b'+' => flags.plus = true,
                b'-' => flags.minus = true,
                b' ' => flags.space = true,
                _ => return,
            }
            self.at += 1;
        }
    }

    /// An index such as `[3]`, if one is here.
    fn index(&mut self) {
        self.after_index = false;
        if self.peek() != Some(b'[') {
            return;
        }
        self.reordered = true;
        let rest = &self.format[self.at..];
        let close = memchr::memchr(b']', rest).filter(|_| rest.len() >= 3);
        let Some(close) = close else {
            self.at += 1;
            self.good_index = false;
            return;
        };
        let number = std::str::from_utf8(&rest[1..close]).ok();
        let digits = number.filter(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
        let number = digits.and_then(|digits| digits.parse::<usize>().ok());
        self.at += close + 1;
        match number {
            Some(number) if (1..=self.values.len()).contains(&number) => {
                self.argument = number - 1;
                self.after_index = true;
            }
            number => {
                self.after_index = number.is_some();
                self.good_index = false;
            }
        }
    }

    fn width(&mut self) {
        if self.peek() == Some(b'*') {
            self.at += 1;
            match self.integer_argument() {
                Some(width) => {
                    self.printer.flags.width = Some(width.unsigned_abs() as usize);
                    if width < 0 {
                        self.printer.flags.minus = true;
                        self.printer.flags.zero = false;
                    }
                }
                None => self.say("%!(BADWIDTH)"),
            }
            self.after_index = false;
            return;
        }
        self.printer.flags.width = self.number();
        if self.after_index && self.printer.flags.width.is_some() {
            self.good_index = false;
        }
    }

    fn precision(&mut self) {
        if self.peek() != Some(b'.') || self.at + 1 >= self.format.len() {
            return;
        }
        self.at += 1;
        if self.after_index {
            self.good_index = false;
        }
        self.index();
        if self.peek() != Some(b'*') {
            self.printer.flags.precision = Some(self.number().unwrap_or(0));
            return;
        }
        self.at += 1;
        let precision = self.integer_argument();
        self.printer.flags.precision = precision.and_then(|value| usize::try_from(value).ok());
        if self.printer.flags.precision.is_none() {
            self.say("%!(BADPREC)");
        }
        self.after_index = false;
    }

    /// Digits here; a number that is too large reads as none, and ends the format.
    fn number(&mut self) -> Option<usize> {
        let mut number = None;
        while let Some(digit) = self.peek().filter(u8::is_ascii_digit) {
            if number.unwrap_or(0) > MAX_NUMBER {
                self.at = self.format.len();
                return None;
            }
            number = Some(number.unwrap_or(0) * 10 + i64::from(digit - b'0'));
            self.at += 1;
        }
        number.map(|number| number as usize)
    }

    /// The operand for a `*`.
    fn integer_argument(&mut self) -> Option<i64> {
        let value = self.values.get(self.argument)?;
        self.argument += 1;
        let number = match value {
            Value::Int(number, kind) if kind.is_signed() || *number >= 0 => *number,
            Value::Object(object) => match object.underlying() {
                Some(Value::Int(number, _)) => number,
                _ => return None,
            },
            _ => return None,
        };
        (-MAX_NUMBER..=MAX_NUMBER).contains(&number).then_some(number)
    }

    fn verb(&mut self) -> bool {
        let (verb, width) = first_character(&self.format[self.at..]);
        self.at += width;
        match verb {
            '%' => self.printer.out.push(b'%'),
            _ if !self.good_index => self.say(&format!("%!{verb}(BADINDEX)")),
            _ => match self.values.get(self.argument) {
                None => self.say(&format!("%!{verb}(MISSING)")),
                Some(value) => {
                    self.argument += 1;
                    self.operand(value, verb);
                }
            },
        }
        true
    }

    fn operand(&mut self, value: &Value, verb: char) {
        let flags = &mut self.printer.flags;
        match verb {
            'v' | 'w' => {
                flags.sharp_v = std::mem::take(&mut flags.sharp);
                flags.plus_v = std::mem::take(&mut flags.plus);
            }
            _ => {}
        }
        if verb == 'w' {
            return self.printer.bad_verb(value, verb);
        }
        self.printer.argument(value, verb);
    }

    /// Operands that the format did not use.
    fn extra(&mut self) {
        if self.reordered || self.argument >= self.values.len() {
            return;
        }
        self.printer.flags = Flags::default();
        self.say("%!(EXTRA ");
        for (index, value) in self.values[self.argument..].iter().enumerate() {
            if index > 0 {
                self.say(", ");
            }
            self.printer.typed(value);
        }
        self.say(")");
    }

    fn say(&mut self, words: &str) {
        self.printer.out.extend_from_slice(words.as_bytes());
    }
}

fn first_character(bytes: &[u8]) -> (char, usize) {
    let head = &bytes[..bytes.len().min(4)];
    let chunk = head.utf8_chunks().next();
    match chunk.and_then(|chunk| chunk.valid().chars().next()) {
        Some(character) => (character, character.len_utf8()),
        None => (char::REPLACEMENT_CHARACTER, 1),
    }
}
