//! A position in a YAML text that moves by characters and lines, with YAML 1.1's notion of blanks and breaks.

use super::Error;
use crate::yaml::error::{Kind, Mark};

/// Reads bytes; past the end it sees 0, which no YAML text may contain.
pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    bytes: &'a [u8],
    /// The first character that YAML forbids; `bytes` end before it.
    forbidden: Option<usize>,
    pub(super) mark: Mark,
}

/// go-yaml decodes this many bytes at once, and refuses them all if one is forbidden.
const CHUNK: usize = 512;
/// Bytes that are looked at together.
const STRIDE: usize = 32;

/// The first byte of a line break, or of a character like it.
const fn may_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r' | 0xC2 | 0xE2)
}

/// `may_break` where bytes are looked at one by one.
const MAY_BREAK: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = may_break(byte as u8);
        byte += 1;
    }
    table
};

/// What a byte is to a plain scalar that has begun.
#[derive(Clone, Copy)]
enum Plain {
    Inside,
    /// Inside, but not in a flow collection.
    InBlock,
    /// A blank, a colon, and what may be a line break or the end.
    Look,
}

const PLAIN: [Plain; 256] = {
    let mut table = [Plain::Look; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = match byte as u8 {
            b',' | b'?' | b'[' | b']' | b'{' | b'}' => Plain::InBlock,
            b':' | 0xC2 | 0xE2 => Plain::Look,
            b'!'..=b'~' | 0x80.. => Plain::Inside,
            _ => Plain::Look,
        };
        byte += 1;
    }
    table
};

impl<'a> Cursor<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        let forbidden = first_forbidden(text.as_bytes());
        let mut end = forbidden.map_or(text.len(), |offset| offset / CHUNK * CHUNK);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let mut mark = Mark::default();
        if text.starts_with('\u{feff}') {
            mark.offset = '\u{feff}'.len_utf8();
        }
        Self { text, bytes: &text.as_bytes()[..end], forbidden, mark }
    }

    #[inline]
    pub(super) fn at(&self, ahead: usize) -> u8 {
        self.bytes.get(self.mark.offset + ahead).copied().unwrap_or(0)
    }

    pub(super) fn is_end(&self) -> bool {
        self.mark.offset >= self.bytes.len()
    }

    /// The error of a forbidden character, once everything before its chunk has been read.
    pub(super) fn forbidden(&self) -> Option<Error> {
        let start = self.forbidden.filter(|_| self.is_end())?;
        let character = self.text.get(start..)?.chars().next()?;
        let place = start..start + character.len_utf8();
        Some(Error::meaning(Kind::Yaml, "control characters are not allowed", place))
    }

    #[inline]
    pub(super) fn is_blank(&self, ahead: usize) -> bool {
        matches!(self.at(ahead), b' ' | b'\t')
    }

    #[inline]
    pub(super) fn is_break(&self, ahead: usize) -> bool {
        self.break_width(ahead) > 0
    }

    #[inline]
    pub(super) fn is_break_or_end(&self, ahead: usize) -> bool {
        self.at(ahead) == 0 || self.is_break(ahead)
    }

    #[inline]
    pub(super) fn is_blank_or_end(&self, ahead: usize) -> bool {
        self.is_blank(ahead) || self.is_break_or_end(ahead)
    }

    /// Bytes of the line break that stands here: LF, CR, CRLF, NEL, LS, PS; 0 where none does.
    #[inline]
    fn break_width(&self, ahead: usize) -> usize {
        match self.at(ahead) {
            b'\n' => 1,
            b'\r' => 1 + usize::from(self.at(ahead + 1) == b'\n'),
            0xC2 if self.at(ahead + 1) == 0x85 => 2,
            0xE2 if self.at(ahead + 1) == 0x80 && matches!(self.at(ahead + 2), 0xA8 | 0xA9) => 3,
            _ => 0,
        }
    }

    /// `---` or `...` at the start of a line.
    pub(super) fn is_document_indicator(&self) -> bool {
        self.mark.column == 0
            && matches!(self.at(0), b'-' | b'.')
            && self.at(0) == self.at(1)
            && self.at(1) == self.at(2)
            && self.is_blank_or_end(3)
    }

    /// Steps over bytes of one line, each of which counts as a column.
    #[inline]
    pub(super) fn advance(&mut self, bytes: usize) {
        self.mark.offset += bytes;
        self.mark.column += bytes;
    }

    /// Steps over one character that is no line break.
    #[inline]
    pub(super) fn skip(&mut self) {
        let width = match self.at(0) {
            0 => 0,
            0x01..=0x7F => 1,
            0x80..=0xDF => 2,
            0xE0..=0xEF => 3,
            0xF0.. => 4,
        };
        self.advance(width);
    }

    /// Steps over what belongs to a plain scalar on this line, up to the first byte that needs a closer look.
    pub(super) fn skip_plain(&mut self, in_flow: bool) {
        let rest = &self.bytes[self.mark.offset.min(self.bytes.len())..];
        let inside = |byte: u8| match PLAIN[usize::from(byte)] {
            Plain::Inside => true,
            Plain::InBlock => !in_flow,
            Plain::Look => false,
        };
        let mut passed = 0;
        loop {
            passed += rest[passed..].iter().take_while(|byte| inside(**byte)).count();
            match rest[passed..] {
                // One of these between two others is part of the scalar.
                [b' ' | b':', next, ..] if inside(next) && next != b'#' => passed += 2,
                _ => break,
            }
        }
        self.advance(passed);
    }

    /// Steps over the bytes of a quoted scalar up to one that may end it, escape or break the line.
    pub(super) fn skip_quoted(&mut self, quote: u8) {
        let rest = &self.bytes[self.mark.offset.min(self.bytes.len())..];
        let inside =
            |byte: &&u8| **byte != quote && **byte != b'\\' && !MAY_BREAK[usize::from(**byte)];
        self.advance(rest.iter().take_while(inside).count());
    }

    pub(super) fn skip_spaces(&mut self) {
        let rest = &self.bytes[self.mark.offset.min(self.bytes.len())..];
        self.advance(rest.iter().take_while(|byte| **byte == b' ').count());
    }

    pub(super) fn skip_blanks(&mut self) {
        while self.is_blank(0) {
            self.advance(1);
        }
    }

    pub(super) fn skip_to_line_end(&mut self) {
        loop {
            let rest = &self.bytes[self.mark.offset.min(self.bytes.len())..];
            let line = &rest[..memchr::memchr(b'\n', rest).unwrap_or(rest.len())];
            // What else may break a line is rare.
            self.advance(memchr::memchr3(b'\r', 0xC2, 0xE2, line).unwrap_or(line.len()));
            if self.is_break_or_end(0) {
                return;
            }
            self.skip();
        }
    }

    /// Steps over a line break, if one stands here, and gives the one that a value keeps: LS and PS stay themselves,
    /// all others are `\n`.
    pub(super) fn line_break(&mut self) -> &'static str {
        let kept = match (self.at(0), self.at(2)) {
            (0xE2, 0xA8) => "\u{2028}",
            (0xE2, _) => "\u{2029}",
            _ => "\n",
        };
        let width = self.break_width(0);
        if width == 0 {
            return "";
        }
        self.mark.offset += width;
        self.mark.line += 1;
        self.mark.column = 0;
        kept
    }

    pub(super) fn slice(&self, start: usize, end: usize) -> &'a str {
        self.text.get(start..end).unwrap_or_default()
    }
}

/// Everything but tab, line breaks and printable characters is forbidden, as the YAML 1.1 specification has it.
fn first_forbidden(bytes: &[u8]) -> Option<usize> {
    // A byte of which the second look is worth it; written so that the compiler looks at many bytes at once.
    let suspect = |byte: u8| {
        let control = (byte < 0x20) & (byte != b'\t') & (byte != b'\n') & (byte != b'\r');
        control | (byte == 0x7F) | (byte == 0xC2) | (byte == 0xEF)
    };
    let at = |index: usize| bytes.get(index).copied().unwrap_or(0);
    let is_forbidden = |index: usize| match at(index) {
        0xC2 => at(index + 1) < 0xA0 && at(index + 1) != 0x85,
        0xEF => at(index + 1) == 0xBF && at(index + 2) >= 0xBE,
        byte => suspect(byte),
    };
    let strides = bytes.chunks(STRIDE).enumerate();
    let suspects =
        strides.filter(|(_, stride)| stride.iter().fold(false, |any, byte| any | suspect(*byte)));
    suspects
        .flat_map(|(number, stride)| number * STRIDE..number * STRIDE + stride.len())
        .find(|index| is_forbidden(*index))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expect: Option<usize>) {
        assert_eq!(first_forbidden(text.as_bytes()), expect, "{text:?}");
    }

    #[test]
    fn forbidden_characters() {
        check("a\tb\r\n~ é\u{85}\u{a0}\u{ef}\u{feff}\u{fffd}😀", None);
        for character in
            ['\0', '\x1F', '\x7F', '\u{80}', '\u{84}', '\u{9f}', '\u{fffe}', '\u{ffff}']
        {
            check(&format!("é{character}"), Some(2));
            check(&format!("{}{character}", "x".repeat(130)), Some(130));
        }
    }
}
