//! Text into tokens, on demand. Plain text costs one search for the next `{{`; lines are counted only for errors.

mod number;

use memchr::memmem;

use super::token::{Token, TokenKind};

pub(super) struct Lexer<'t> {
    pub text: &'t str,
    position: usize,
    /// Where the current token starts.
    start: usize,
    inside_action: bool,
    /// White space was passed before the current token.
    spaced: bool,
    paren_depth: i32,
    pub error: String,
    /// `break` and `continue` are names where functions are called so.
    pub break_is_keyword: bool,
    pub continue_is_keyword: bool,
}

const LEFT: &[u8] = b"{{";
const RIGHT: &[u8] = b"}}";
/// A trim marker is `-` and the space that must be next to it.
const MARKER: usize = 2;

/// The bytes of names, as far as they are ASCII.
const IS_WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0;
    while byte < table.len() {
        table[byte] = (byte as u8).is_ascii_alphanumeric() || byte as u8 == b'_';
        byte += 1;
    }
    table
};

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self {
            text,
            position: 0,
            start: 0,
            inside_action: false,
            spaced: false,
            paren_depth: 0,
            error: String::new(),
            break_is_keyword: true,
            continue_is_keyword: true,
        }
    }

    #[inline(never)]
    pub(super) fn next(&mut self) -> Token {
        if !self.inside_action {
            self.spaced = false;
            return self.text();
        }
        let trims = self.skip_space();
        if trims { self.end_of_action(true) } else { self.action() }
    }

    fn rest(&self) -> &'t [u8] {
        &self.text.as_bytes()[self.position..]
    }

    fn token(&mut self, kind: TokenKind) -> Token {
        let (start, end) = (self.start as u32, self.position as u32);
        let token = Token { kind, spaced: self.spaced, start, end };
        self.start = self.position;
        token
    }

    fn fail(&mut self, error: impl Into<String>) -> Token {
        self.error = error.into();
        let token = Token {
            kind: TokenKind::Error,
            spaced: self.spaced,
            start: self.start as u32,
            end: self.position.max(self.start) as u32,
        };
        self.inside_action = false;
        self.position = self.text.len();
        self.start = self.position;
        token
    }

    /// The text up to the next action, then that action's delimiter. Comments are skipped.
    fn text(&mut self) -> Token {
        loop {
            let Some(found) = find_left(self.rest()) else {
                self.position = self.text.len();
                let empty = self.position == self.start;
                return self.token(if empty { TokenKind::End } else { TokenKind::Text });
            };
            let delimiter = self.position + found;
            let after = &self.text.as_bytes()[delimiter + LEFT.len()..];
            let trims = has_left_marker(after);
            let text = &self.text[self.start..delimiter];
            let kept = if trims { trimmed_end(text.as_bytes()) } else { text.len() };
            if kept > 0 {
                self.position = self.start + kept;
                let token = self.token(TokenKind::Text);
                self.position = delimiter;
                self.start = delimiter;
                return token;
            }
            self.start = delimiter;
            let marker = if trims { MARKER } else { 0 };
            if !after[marker..].starts_with(b"/*") {
                self.position = delimiter + LEFT.len();
                let token = self.token(TokenKind::LeftDelimiter);
                self.position += marker;
                self.start = self.position;
                self.inside_action = true;
                self.paren_depth = 0;
                return token;
            }
            self.start = delimiter + LEFT.len() + marker;
            if let Some(error) = self.comment() {
                return error;
            }
        }
    }

    /// Skips a comment at `start` and the white space that its right side trims.
    fn comment(&mut self) -> Option<Token> {
        let body = &self.text.as_bytes()[self.start + 2..];
        let Some(length) = memmem::find(body, b"*/") else {
            return Some(self.fail("unclosed comment"));
        };
        self.position = self.start + 2 + length + 2;
        let Some(trims) = self.right_delimiter() else {
            return Some(self.fail("comment ends before closing delimiter"));
        };
        self.skip_right_delimiter(trims);
        self.start = self.position;
        None
    }

    /// Whether a right delimiter is here, and if so whether it trims.
    fn right_delimiter(&self) -> Option<bool> {
        match self.rest() {
            [b'}', b'}', ..] => Some(false),
            [b' ' | b'\t' | b'\r' | b'\n', b'-', b'}', b'}', ..] => Some(true),
            _ => None,
        }
    }

    fn skip_right_delimiter(&mut self, trims: bool) {
        self.position += if trims { MARKER + RIGHT.len() } else { RIGHT.len() };
        if trims {
            self.position += self.rest().iter().take_while(|byte| is_space(**byte)).count();
        }
    }

    /// A right delimiter; its token is the two braces alone.
    fn close(&mut self, trims: bool) -> Token {
        let start = self.position + if trims { MARKER } else { 0 };
        let token = Token {
            kind: TokenKind::RightDelimiter,
            spaced: self.spaced,
            start: start as u32,
            end: (start + RIGHT.len()) as u32,
        };
        self.skip_right_delimiter(trims);
        self.start = self.position;
        self.inside_action = false;
        token
    }

    fn peek(&self) -> Option<char> {
        let rest = self.rest();
        match rest.first() {
            Some(byte) if byte.is_ascii() => Some(char::from(*byte)),
            Some(_) => self.text[self.position..].chars().next(),
            None => None,
        }
    }

    fn bump(&mut self) -> Option<char> {
        let character = self.peek()?;
        self.position += character.len_utf8();
        Some(character)
    }

    /// One token inside `{{` and `}}`, after white space.
    fn action(&mut self) -> Token {
        let rest = self.rest();
        let Some(first) = rest.first() else { return self.fail("unclosed action") };
        match first {
            b'a'..=b'z' | b'A'..=b'Z' | b'_' => self.identifier(),
            b'.' if rest.get(1).is_some_and(|byte| !byte.is_ascii_digit()) => {
                self.name(TokenKind::Dot, TokenKind::Field)
            }
            b'$' => self.name(TokenKind::Variable, TokenKind::Variable),
            b'"' => self.quoted(b'"', "unterminated quoted string", TokenKind::String),
            b'}' if rest.get(1) == Some(&b'}') => self.end_of_action(false),
            b'(' => {
                self.paren_depth += 1;
                self.single(TokenKind::LeftParen)
            }
            b')' => {
                self.paren_depth -= 1;
                if self.paren_depth < 0 {
                    self.position += 1;
                    return self.fail("unexpected right paren");
                }
                self.single(TokenKind::RightParen)
            }
            b'|' => self.single(TokenKind::Pipe),
            b'=' => self.single(TokenKind::Assign),
            b':' => {
                self.position += 1;
                match self.bump() {
                    Some('=') => self.token(TokenKind::Declare),
                    _ => self.fail("expected :="),
                }
            }
            b'.' | b'+' | b'-' | b'0'..=b'9' => self.number(),
            b'`' => {
                self.position += 1;
                match memchr::memchr(b'`', self.rest()) {
                    Some(length) => {
                        self.position += length + 1;
                        self.token(TokenKind::RawString)
                    }
                    None => self.fail("unterminated raw quoted string"),
                }
            }
            b'\'' => {
                self.quoted(b'\'', "unterminated character constant", TokenKind::CharacterConstant)
            }
            byte if byte.is_ascii_graphic() => self.single(TokenKind::Character),
            _ => match self.bump() {
                Some(letter) if is_alphanumeric(letter) => self.identifier(),
                Some(other) => {
                    self.fail(format!("unrecognized character in action: {}", code_point(other)))
                }
                None => self.fail("unclosed action"),
            },
        }
    }

    /// A token of one byte.
    fn single(&mut self, kind: TokenKind) -> Token {
        self.position += 1;
        self.token(kind)
    }

    fn end_of_action(&mut self, trims: bool) -> Token {
        if self.paren_depth == 0 { self.close(trims) } else { self.fail("unclosed left paren") }
    }

    /// Steps over white space, whose last byte may belong to a trimming delimiter. Says whether it does.
    fn skip_space(&mut self) -> bool {
        let rest = self.rest();
        let spaces = rest.iter().take_while(|byte| is_space(**byte)).count();
        let trims = spaces > 0 && rest[spaces..].starts_with(b"-}}");
        self.spaced = spaces > usize::from(trims);
        self.position += spaces - usize::from(trims);
        self.start = self.position;
        trims
    }

    fn quoted(&mut self, quote: u8, unterminated: &str, kind: TokenKind) -> Token {
        self.position += 1;
        loop {
            match memchr::memchr3(quote, b'\\', b'\n', self.rest()) {
                Some(length) => self.position += length + 1,
                None => return self.fail(unterminated),
            }
            match self.text.as_bytes()[self.position - 1] {
                b'\\' if self.peek().is_some_and(|next| next != '\n') => {
                    self.bump();
                }
                byte if byte == quote => return self.token(kind),
                _ => return self.fail(unterminated),
            }
        }
    }

    /// A `.` or `$`, and the name that may follow.
    fn name(&mut self, alone: TokenKind, named: TokenKind) -> Token {
        self.position += 1;
        if self.at_terminator() {
            return self.token(alone);
        }
        self.skip_alphanumeric();
        if self.at_terminator() { self.token(named) } else { self.bad_character() }
    }

    fn identifier(&mut self) -> Token {
        self.skip_alphanumeric();
        if !self.at_terminator() {
            return self.bad_character();
        }
        let word = &self.text[self.start..self.position];
        let kind = match TokenKind::keyword(word) {
            Some(TokenKind::KeyBreak) if !self.break_is_keyword => TokenKind::Identifier,
            Some(TokenKind::KeyContinue) if !self.continue_is_keyword => TokenKind::Identifier,
            Some(keyword) => keyword,
            None if matches!(word, "true" | "false") => TokenKind::Bool,
            None => TokenKind::Identifier,
        };
        self.token(kind)
    }

    fn skip_alphanumeric(&mut self) {
        loop {
            let plain = |byte: &&u8| IS_WORD[usize::from(**byte)];
            self.position += self.rest().iter().take_while(plain).count();
            let other = self.rest().first().is_some_and(|byte| !byte.is_ascii());
            match self.peek().filter(|next| other && is_alphanumeric(*next)) {
                Some(letter) => self.position += letter.len_utf8(),
                None => return,
            }
        }
    }

    fn bad_character(&mut self) -> Token {
        let shown = self.peek().map_or_else(String::new, code_point);
        self.fail(format!("bad character {shown}"))
    }

    /// Whether a name may end here.
    fn at_terminator(&self) -> bool {
        matches!(
            self.rest(),
            [] | [b' ' | b'\t' | b'\r' | b'\n' | b'.' | b',' | b'|' | b':' | b')' | b'(', ..]
                | [b'}', b'}', ..]
        )
    }
}

/// Where the next `{{` is. They are close together, so that a search for two bytes at once does not pay.
fn find_left(text: &[u8]) -> Option<usize> {
    memchr::memchr_iter(b'{', text).find(|at| text.get(at + 1) == Some(&b'{'))
}

/// The length without white space at the end.
fn trimmed_end(text: &[u8]) -> usize {
    text.iter().rposition(|byte| !is_space(*byte)).map_or(0, |last| last + 1)
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn has_left_marker(after: &[u8]) -> bool {
    matches!(after, [b'-', b' ' | b'\t' | b'\r' | b'\n', ..])
}

fn is_alphanumeric(character: char) -> bool {
    character == '_' || character.is_alphanumeric()
}

/// Go's `%#U`: U+00A7 '§'.
fn code_point(character: char) -> String {
    let number = u32::from(character);
    if crate::print::is_printable(character) {
        format!("U+{number:04X} '{character}'")
    } else {
        format!("U+{number:04X}")
    }
}
