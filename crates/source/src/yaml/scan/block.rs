//! Literal (`|`) and folded (`>`) block scalars.

use std::borrow::Cow;

use super::{Error, Mark, Scanner, Token, TokenKind};

const CONTEXT: &str = "while scanning a block scalar";

/// What follows `|` or `>`: which line breaks at the end stay, and how far in the text stands.
#[derive(Default)]
struct Header {
    chomping: Chomping,
    /// 0: as far in as the first line that is not empty.
    increment: usize,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Chomping {
    Strip,
    #[default]
    Clip,
    Keep,
}

impl Scanner<'_> {
    pub(super) fn block_scalar(&mut self) -> Result<(), Error> {
        let start = self.cursor.mark;
        let literal = self.cursor.at(0) == b'|';
        self.cursor.advance(1);
        let header = self.block_header(start)?;
        let mut end = self.cursor.mark;
        self.cursor.line_break();
        let mut indent = match header.increment {
            0 => 0,
            increment => self.indent.max(0).cast_unsigned() + increment,
        };
        let mut value = String::new();
        let mut last_break = "";
        let mut empty_lines = self.block_breaks(&mut indent, start)?;
        let mut after_blank = false;
        while self.cursor.mark.column == indent && self.cursor.at(0) != 0 {
            let blank = self.cursor.is_blank(0);
            if !literal && !after_blank && !blank && last_break == "\n" {
                if empty_lines.is_empty() {
                    value.push(' ');
                }
            } else {
                value.push_str(last_break);
            }
            value.push_str(&empty_lines);
            after_blank = blank;
            let from = self.cursor.mark.offset;
            self.cursor.skip_to_line_end();
            end = self.cursor.mark;
            value.push_str(self.cursor.slice(from, end.offset));
            last_break = self.cursor.line_break();
            empty_lines = self.block_breaks(&mut indent, start)?;
        }
        if header.chomping != Chomping::Strip {
            value.push_str(last_break);
        }
        if header.chomping == Chomping::Keep {
            value.push_str(&empty_lines);
        }
        let kind = TokenKind::Scalar { value: Cow::Owned(value), plain: false };
        self.tokens.push_back(Token { kind, start, end });
        Ok(())
    }

    fn block_header(&mut self, start: Mark) -> Result<Header, Error> {
        let mut header = Header::default();
        let mut chomped = false;
        // The chomping and the indentation indicator may stand in either order, each once.
        for _ in 0..2 {
            match self.cursor.at(0) {
                sign @ (b'+' | b'-') if !chomped => {
                    header.chomping = if sign == b'+' { Chomping::Keep } else { Chomping::Strip };
                    chomped = true;
                }
                b'0' if header.increment == 0 => {
                    let message = "found an indentation indicator equal to 0";
                    return Err(self.error(CONTEXT, start, message));
                }
                digit @ b'1'..=b'9' if header.increment == 0 => {
                    header.increment = usize::from(digit - b'0');
                }
                _ => break,
            }
            self.cursor.advance(1);
        }
        self.cursor.skip_blanks();
        if self.cursor.at(0) == b'#' {
            self.cursor.skip_to_line_end();
        }
        if self.cursor.is_break_or_end(0) {
            Ok(header)
        } else {
            Err(self.error(CONTEXT, start, "did not find expected comment or line break"))
        }
    }

    /// Steps over indentation and empty lines, gives the line breaks, and settles the indentation on first use.
    fn block_breaks(&mut self, indent: &mut usize, start: Mark) -> Result<String, Error> {
        let mut breaks = String::new();
        let mut deepest = 0;
        loop {
            let inside = |scanner: &Self| *indent == 0 || scanner.cursor.mark.column < *indent;
            while inside(self) && self.cursor.at(0) == b' ' {
                self.cursor.advance(1);
            }
            deepest = deepest.max(self.cursor.mark.column);
            if inside(self) && self.cursor.at(0) == b'\t' {
                let message = "found a tab character where an indentation space is expected";
                return Err(self.error(CONTEXT, start, message));
            }
            match self.cursor.line_break() {
                "" => break,
                line_break => breaks.push_str(line_break),
            }
        }
        if *indent == 0 {
            let outside = self.indent.max(0).cast_unsigned();
            *indent = deepest.max(if self.indent < 0 { 0 } else { outside + 1 }).max(1);
        }
        Ok(breaks)
    }
}
