//! Plain and quoted scalars, which may run over several lines: a single line break is a space, more keep all but one.

use std::borrow::Cow;

use super::{Error, Mark, Scanner, TokenKind};

/// Line breaks between two lines of a scalar.
#[derive(Default)]
struct Fold {
    first: &'static str,
    others: String,
}

impl Fold {
    fn add(&mut self, line_break: &'static str) {
        if self.first.is_empty() {
            self.first = line_break;
        } else {
            self.others.push_str(line_break);
        }
    }

    fn write(self, value: &mut String) {
        match (self.first, self.others.is_empty()) {
            ("\n", true) => value.push(' '),
            ("\n", false) => {}
            (kept, _) => value.push_str(kept),
        }
        value.push_str(&self.others);
    }
}

impl<'a> Scanner<'a> {
    pub(super) fn plain_scalar(&mut self) -> Result<(), Error> {
        let start = self.cursor.mark;
        let mut end = start;
        let in_flow = self.in_flow();
        // Lines before the current one, once there are several, and where the current one begins.
        let mut folded: Option<String> = None;
        let mut line_start = start.offset;
        let mut after_break = false;
        loop {
            if self.cursor.is_document_indicator() || self.cursor.at(0) == b'#' {
                break;
            }
            let word = self.cursor.mark.offset;
            loop {
                self.cursor.skip_plain(in_flow);
                if self.cursor.is_blank_or_end(0) || self.ends_plain(in_flow) {
                    break;
                }
                self.cursor.skip();
            }
            if self.cursor.mark.offset > word {
                end = self.cursor.mark;
                after_break = false;
            }
            if !self.cursor.is_blank(0) && !self.cursor.is_break(0) {
                break;
            }
            let fold = self.plain_gap(start, after_break)?;
            after_break |= !fold.first.is_empty();
            if !in_flow && self.cursor.mark.column.cast_signed() <= self.indent {
                break;
            }
            if !fold.first.is_empty() && self.plain_goes_on(in_flow) {
                let value = folded.get_or_insert_default();
                value.push_str(self.cursor.slice(line_start, end.offset));
                fold.write(value);
                line_start = self.cursor.mark.offset;
            }
        }
        if after_break {
            self.key_allowed = true;
        }
        let line = self.cursor.slice(line_start, end.offset);
        let value = match folded {
            Some(lines) => Cow::Owned(lines + line),
            None => Cow::Borrowed(line),
        };
        self.tokens.push_back(super::Token {
            kind: TokenKind::Scalar { value, plain: true },
            start,
            end,
        });
        Ok(())
    }

    fn ends_plain(&self, in_flow: bool) -> bool {
        match self.cursor.at(0) {
            b':' => self.cursor.is_blank_or_end(1),
            b',' | b'?' | b'[' | b']' | b'{' | b'}' => in_flow,
            _ => false,
        }
    }

    fn plain_goes_on(&self, in_flow: bool) -> bool {
        !self.cursor.is_document_indicator()
            && self.cursor.at(0) != b'#'
            && self.cursor.at(0) != 0
            && !self.ends_plain(in_flow)
    }

    fn plain_gap(&mut self, start: Mark, mut after_break: bool) -> Result<Fold, Error> {
        let mut fold = Fold::default();
        loop {
            self.cursor.skip_spaces();
            if self.cursor.at(0) == b'\t' {
                let outside = self.cursor.mark.column.cast_signed() <= self.indent;
                if after_break && outside {
                    return Err(self.error(
                        "while scanning a plain scalar",
                        start,
                        "found a tab character that violates indentation",
                    ));
                }
                self.cursor.advance(1);
            } else if self.cursor.is_break(0) {
                fold.add(self.cursor.line_break());
                after_break = true;
            } else {
                return Ok(fold);
            }
        }
    }

    pub(super) fn quoted_scalar(&mut self) -> Result<(), Error> {
        let start = self.cursor.mark;
        let quote = self.cursor.at(0);
        self.cursor.advance(1);
        let value = match self.simple_quoted(quote) {
            Some(value) => Cow::Borrowed(value),
            None => Cow::Owned(self.long_quoted(quote, start)?),
        };
        self.push(TokenKind::Scalar { value, plain: false }, start);
        Ok(())
    }

    /// A quoted scalar on one line without escapes is a slice of the text.
    fn simple_quoted(&mut self, quote: u8) -> Option<&'a str> {
        let from = self.cursor.mark;
        loop {
            self.cursor.skip_quoted(quote);
            let byte = self.cursor.at(0);
            if byte == quote && !(quote == b'\'' && self.cursor.at(1) == b'\'') {
                let value = self.cursor.slice(from.offset, self.cursor.mark.offset);
                self.cursor.advance(1);
                return Some(value);
            }
            if byte == quote || byte == b'\\' && quote == b'"' || self.cursor.is_break_or_end(0) {
                self.cursor.mark = from;
                return None;
            }
            self.cursor.skip();
        }
    }

    fn long_quoted(&mut self, quote: u8, start: Mark) -> Result<String, Error> {
        const CONTEXT: &str = "while scanning a quoted scalar";
        let mut value = String::new();
        loop {
            if self.cursor.is_document_indicator() {
                return Err(self.error(CONTEXT, start, "found unexpected document indicator"));
            }
            if self.cursor.is_end() {
                return Err(self.error(CONTEXT, start, "found unexpected end of stream"));
            }
            let after_break = self.quoted_word(quote, start, &mut value)?;
            if self.cursor.at(0) == quote {
                self.cursor.advance(1);
                return Ok(value);
            }
            self.quoted_gap(after_break, &mut value);
        }
    }

    /// Reads up to a blank, a break or the closing quote; true after an escaped line break.
    fn quoted_word(&mut self, quote: u8, start: Mark, value: &mut String) -> Result<bool, Error> {
        while !self.cursor.is_blank_or_end(0) {
            let byte = self.cursor.at(0);
            if byte == quote {
                if quote == b'"' || self.cursor.at(1) != b'\'' {
                    return Ok(false);
                }
                value.push('\'');
                self.cursor.advance(2);
            } else if quote == b'"' && byte == b'\\' {
                if self.cursor.is_break(1) {
                    self.cursor.advance(1);
                    self.cursor.line_break();
                    return Ok(true);
                }
                self.escape(start, value)?;
            } else {
                let from = self.cursor.mark.offset;
                self.cursor.skip();
                value.push_str(self.cursor.slice(from, self.cursor.mark.offset));
            }
        }
        Ok(false)
    }

    fn quoted_gap(&mut self, escaped_break: bool, value: &mut String) {
        let from = self.cursor.mark.offset;
        let mut blanks_end = from;
        let mut fold = Fold::default();
        let mut after_break = escaped_break;
        loop {
            if self.cursor.is_blank(0) {
                self.cursor.advance(1);
                if !after_break {
                    blanks_end = self.cursor.mark.offset;
                }
            } else if self.cursor.is_break(0) {
                let line_break = self.cursor.line_break();
                if escaped_break {
                    // The escape has taken the first break, so all of these stay.
                    fold.others.push_str(line_break);
                } else {
                    fold.add(line_break);
                }
                after_break = true;
            } else {
                break;
            }
        }
        if after_break {
            fold.write(value);
        } else {
            value.push_str(self.cursor.slice(from, blanks_end));
        }
    }

    fn escape(&mut self, start: Mark, value: &mut String) -> Result<(), Error> {
        const CONTEXT: &str = "while parsing a quoted scalar";
        let (character, digits) = match self.cursor.at(1) {
            b'0' => ('\0', 0),
            b'a' => ('\x07', 0),
            b'b' => ('\x08', 0),
            b't' | b'\t' => ('\t', 0),
            b'n' => ('\n', 0),
            b'v' => ('\x0B', 0),
            b'f' => ('\x0C', 0),
            b'r' => ('\r', 0),
            b'e' => ('\x1B', 0),
            b' ' => (' ', 0),
            b'"' => ('"', 0),
            b'\'' => ('\'', 0),
            b'\\' => ('\\', 0),
            b'N' => ('\u{85}', 0),
            b'_' => ('\u{a0}', 0),
            b'L' => ('\u{2028}', 0),
            b'P' => ('\u{2029}', 0),
            b'x' => ('\0', 2),
            b'u' => ('\0', 4),
            b'U' => ('\0', 8),
            _ => return Err(self.error(CONTEXT, start, "found unknown escape character")),
        };
        self.cursor.advance(2);
        if digits == 0 {
            value.push(character);
            return Ok(());
        }
        let mut code: u32 = 0;
        for place in 0..digits {
            let Some(digit) = char::from(self.cursor.at(place)).to_digit(16) else {
                let message = "did not find expected hexdecimal number";
                return Err(self.error(CONTEXT, start, message));
            };
            code = code << 4 | digit;
        }
        let Some(character) = char::from_u32(code) else {
            let message = "found invalid Unicode character escape code";
            return Err(self.error(CONTEXT, start, message));
        };
        value.push(character);
        self.cursor.advance(digits);
        Ok(())
    }
}
