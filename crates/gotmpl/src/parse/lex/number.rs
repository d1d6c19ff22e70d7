//! Numbers as tokens.

use super::{Lexer, TokenKind, is_alphanumeric};
use crate::parse::token::Token;

impl Lexer<'_> {
    pub(super) fn number(&mut self) -> Token {
        let mut kind = TokenKind::Number;
        let mut good = self.scan_number();
        if good && matches!(self.peek(), Some('+' | '-')) {
            kind = TokenKind::Complex;
            good = self.scan_number() && self.text.as_bytes()[self.position - 1] == b'i';
        }
        if good {
            return self.token(kind);
        }
        let shown = crate::quote_go(&self.text.as_bytes()[self.start..self.position]);
        self.fail(format!("bad number syntax: {shown}"))
    }

    /// Anything like a number; whether it is one, its conversion decides.
    fn scan_number(&mut self) -> bool {
        self.accept(b"+-");
        let mut digits: &[u8] = b"0123456789_";
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = b"0123456789abcdefABCDEF_";
            } else if self.accept(b"oO") {
                digits = b"01234567_";
            } else if self.accept(b"bB") {
                digits = b"01_";
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        let exponent: &[u8] = match digits.len() {
            11 => b"eE",
            23 => b"pP",
            _ => b"",
        };
        if self.accept(exponent) {
            self.accept(b"+-");
            self.accept_run(b"0123456789_");
        }
        self.accept(b"i");
        if self.peek().is_some_and(is_alphanumeric) {
            self.bump();
            return false;
        }
        true
    }

    fn accept(&mut self, set: &[u8]) -> bool {
        let accepted = self.rest().first().is_some_and(|byte| set.contains(byte));
        self.position += usize::from(accepted);
        accepted
    }

    fn accept_run(&mut self, set: &[u8]) {
        while self.accept(set) {}
    }
}
