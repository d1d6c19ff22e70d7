//! A text in its style, broken at spaces once a line is longer than the width.

use super::Writer;
use super::style::{Style, is_break, is_printable};

impl Writer {
    /// Writes a text; `foldable` unless it is a key on one line.
    pub(super) fn styled(&mut self, text: &str, style: Style, foldable: bool) {
        let outer = self.indent;
        self.indent = if outer < 0 { 2 } else { outer + 2 };
        match style {
            Style::Plain => self.plain(text, foldable),
            Style::SingleQuoted => self.single_quoted(text, foldable),
            Style::DoubleQuoted => self.double_quoted(text, foldable),
            Style::Literal => self.literal(text),
        }
        self.indent = outer;
    }

    fn plain(&mut self, text: &str, foldable: bool) {
        let silent = text.is_empty() && self.dialect.is_newer();
        if !self.after_space && !silent {
            self.put(' ');
        }
        self.flowing(text, foldable, false);
        self.after_space = false;
        self.only_indentation = false;
    }

    fn single_quoted(&mut self, text: &str, foldable: bool) {
        self.indicator("'", true, false, false);
        self.flowing(text, foldable, true);
        self.indicator("'", false, false, false);
        self.after_space = false;
        self.only_indentation = false;
    }

    /// Words and line breaks of a plain or single-quoted text. Only kinds of breaks that are not `\n` get here.
    fn flowing(&mut self, text: &str, foldable: bool, quoted: bool) {
        let mut after_space = false;
        let mut after_break = false;
        let mut characters = text.chars().peekable();
        let mut first = true;
        while let Some(character) = characters.next() {
            let next = characters.peek().copied();
            let inside = !quoted || !first && next.is_some();
            if character == ' ' {
                if foldable
                    && !after_space
                    && self.column > self.width
                    && inside
                    && next != Some(' ')
                {
                    self.new_line();
                } else {
                    self.put(' ');
                }
                after_space = true;
            } else if is_break(character) {
                if !after_break && character == '\n' {
                    self.line_break('\n');
                }
                self.line_break(character);
                self.only_indentation = true;
                after_break = true;
            } else {
                if after_break {
                    self.new_line();
                }
                if quoted && character == '\'' {
                    self.put('\'');
                }
                self.put(character);
                self.only_indentation = false;
                after_space = false;
                after_break = false;
            }
            first = false;
        }
    }

    fn double_quoted(&mut self, text: &str, foldable: bool) {
        self.indicator("\"", true, false, false);
        // go-yaml looks for a byte order mark at the beginning of the text only, but then at every character.
        let escape_all = text.starts_with('\u{feff}');
        let mut after_space = false;
        let mut characters = text.chars().peekable();
        let mut first = true;
        while let Some(character) = characters.next() {
            let next = characters.peek().copied();
            let escaped = escape_all
                || !is_printable(character)
                || is_break(character)
                || matches!(character, '"' | '\\');
            if escaped {
                self.escape(character);
                after_space = false;
            } else if character == ' ' {
                let inside = !first && next.is_some();
                if foldable && !after_space && self.column > self.width && inside {
                    self.new_line();
                    if next == Some(' ') {
                        self.put('\\');
                    }
                } else {
                    self.put(' ');
                }
                after_space = true;
            } else {
                self.put(character);
                after_space = false;
            }
            first = false;
        }
        self.indicator("\"", false, false, false);
        self.after_space = false;
        self.only_indentation = false;
    }

    fn escape(&mut self, character: char) {
        let short = match character {
            '\0' => '0',
            '\x07' => 'a',
            '\x08' => 'b',
            '\t' => 't',
            '\n' => 'n',
            '\x0B' => 'v',
            '\x0C' => 'f',
            '\r' => 'r',
            '\x1B' => 'e',
            '"' => '"',
            '\\' => '\\',
            '\u{85}' => 'N',
            '\u{a0}' => '_',
            '\u{2028}' => 'L',
            '\u{2029}' => 'P',
            _ => {
                let escape = match u32::from(character) {
                    code @ ..=0xFF => format!("\\x{code:02X}"),
                    code @ ..=0xFFFF => format!("\\u{code:04X}"),
                    code => format!("\\U{code:08X}"),
                };
                escape.chars().for_each(|character| self.put(character));
                return;
            }
        };
        self.put('\\');
        self.put(short);
    }

    fn literal(&mut self, text: &str) {
        self.indicator("|", true, false, false);
        if text.starts_with([' ', '\n', '\r', '\u{85}', '\u{2028}', '\u{2029}']) {
            self.indicator("2", false, false, false);
        }
        let mut from_end = text.chars().rev();
        let last_is_break = from_end.next().is_some_and(is_break);
        if !last_is_break {
            self.indicator("-", false, false, false);
        } else if from_end.next().is_none_or(is_break) {
            self.indicator("+", false, false, false);
        }
        self.line_break('\n');
        self.only_indentation = true;
        self.after_space = true;
        let mut after_break = true;
        for character in text.chars() {
            if is_break(character) {
                self.line_break(character);
                self.only_indentation = true;
                after_break = true;
            } else {
                if after_break {
                    self.new_line();
                }
                self.put(character);
                self.only_indentation = false;
                after_break = false;
            }
        }
    }
}
