//! Splits a YAML text into tokens by libyaml's rules as go-yaml v2 keeps them, since that is what Helm reads.
//!
//! Indentation becomes start and end tokens. A mapping key is known only once its `:` is seen, so the place of each
//! scalar that might be one is remembered and the key token is put before it afterwards.

mod block;
mod cursor;
mod flow;
mod name;
mod token;

use std::collections::VecDeque;

use cursor::Cursor;
pub(crate) use token::{Token, TokenKind};

use super::error::{Error, Mark};

/// How deep go-yaml lets collections nest.
const DEEPEST: usize = 10_000;
/// A key that is not announced by `?` stands on one line and is at most this long.
const LONGEST_KEY: usize = 1024;

pub(crate) struct Scanner<'a> {
    cursor: Cursor<'a>,
    tokens: VecDeque<Token<'a>>,
    /// Whether the first of them is known to be what it is: no key token can come before it any more.
    settled: bool,
    /// Tokens that were handed out already.
    handed_out: usize,
    /// Column of the innermost block collection; -1 outside all.
    indent: isize,
    outer_indents: Vec<isize>,
    /// The block context and each open flow collection.
    levels: Vec<Level>,
    key_allowed: bool,
}

/// Where a key may have begun in one flow collection, or outside all.
#[derive(Default)]
struct Level {
    candidate: Option<Candidate>,
    /// The token that opened the collection.
    opened_by: usize,
    /// Whether it ever had a candidate.
    had_candidate: bool,
}

/// A token that turns out to be a key if a `:` follows.
#[derive(Clone, Copy)]
struct Candidate {
    /// Its place in the whole stream of tokens.
    token: usize,
    mark: Mark,
    /// At the indentation of a block mapping nothing but a key may stand.
    required: bool,
    /// Whether the token is held back until it is known whether it is a key.
    awaited: bool,
}

impl<'a> Scanner<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self {
            cursor: Cursor::new(text),
            tokens: VecDeque::new(),
            settled: false,
            handed_out: 0,
            indent: -1,
            outer_indents: Vec::new(),
            levels: vec![Level::default()],
            key_allowed: true,
        }
    }

    /// The next token, left in place.
    #[inline]
    pub(crate) fn peek(&mut self) -> Result<&Token<'a>, Error> {
        if !self.settled {
            self.settle()?;
        }
        Ok(self.tokens.front().expect("there is one once it is settled"))
    }

    fn settle(&mut self) -> Result<(), Error> {
        while self.tokens.is_empty() || self.head_may_be_key()? {
            self.fetch()?;
        }
        self.settled = true;
        Ok(())
    }

    /// Takes the token that `peek` has shown.
    pub(crate) fn take(&mut self) -> Result<Token<'a>, Error> {
        self.peek()?;
        self.settled = false;
        self.handed_out += 1;
        Ok(self.tokens.pop_front().expect("peek has put a token there"))
    }

    fn head_may_be_key(&mut self) -> Result<bool, Error> {
        let head = self.handed_out;
        let is_head = |level: &Level| {
            level.candidate.is_some_and(|candidate| candidate.awaited && candidate.token == head)
        };
        match self.levels.iter().rposition(is_head) {
            Some(level) => self.is_still_possible(level),
            None => Ok(false),
        }
    }

    /// A candidate lasts to the end of its line, at most for `LONGEST_KEY` characters.
    fn is_still_possible(&mut self, level: usize) -> Result<bool, Error> {
        let Some(candidate) = self.levels[level].candidate else { return Ok(false) };
        let now = self.cursor.mark;
        let too_long = now.offset - candidate.mark.offset > LONGEST_KEY
            && self.cursor.slice(candidate.mark.offset, now.offset).chars().count() > LONGEST_KEY;
        if candidate.mark.line == now.line && !too_long {
            return Ok(true);
        }
        if candidate.required {
            return Err(self.missing_colon(candidate));
        }
        self.levels[level].candidate = None;
        Ok(false)
    }

    fn missing_colon(&self, candidate: Candidate) -> Error {
        self.error("while scanning a simple key", candidate.mark, "could not find expected ':'")
    }

    fn error(&self, context: &'static str, began: Mark, message: &str) -> Error {
        self.cursor
            .forbidden()
            .unwrap_or_else(|| Error::scanner(context, began, message, self.cursor.mark))
    }

    fn in_flow(&self) -> bool {
        self.levels.len() > 1
    }

    fn push(&mut self, kind: TokenKind<'a>, start: Mark) {
        self.tokens.push_back(Token { kind, start, end: self.cursor.mark });
    }

    fn fetch(&mut self) -> Result<(), Error> {
        self.skip_to_token();
        self.close_blocks(self.cursor.mark.column.cast_signed());
        let cursor = &self.cursor;
        let (byte, column) = (cursor.at(0), cursor.mark.column);
        if byte == 0 {
            return self.end_stream();
        }
        if column == 0 && byte == b'%' {
            self.leave_blocks()?;
            return self.directive();
        }
        if cursor.is_document_indicator() {
            return self.document_indicator();
        }
        let in_flow = self.in_flow();
        let apart = cursor.is_blank_or_end(1);
        match byte {
            b'[' => self.open_flow(TokenKind::FlowSequenceStart),
            b'{' => self.open_flow(TokenKind::FlowMappingStart),
            b']' => self.close_flow(TokenKind::FlowSequenceEnd),
            b'}' => self.close_flow(TokenKind::FlowMappingEnd),
            b',' => {
                self.drop_candidate()?;
                self.key_allowed = true;
                self.indicator(TokenKind::FlowEntry)
            }
            b'-' if apart => self.block_entry(),
            b'?' if in_flow || apart => self.explicit_key(),
            b':' if in_flow || apart => self.value(),
            b'*' => self.candidate_then(Self::alias),
            b'&' => self.candidate_then(Self::anchor),
            b'!' => self.candidate_then(Self::tag),
            b'|' | b'>' if !in_flow => {
                self.drop_candidate()?;
                self.key_allowed = true;
                self.block_scalar()
            }
            b'\'' | b'"' => self.candidate_then(Self::quoted_scalar),
            b'-' if !cursor.is_blank(1) => self.candidate_then(Self::plain_scalar),
            b'?' | b':' if !in_flow => self.candidate_then(Self::plain_scalar),
            b'\t' | b'-' | b'?' | b':' | b'#' | b'|' | b'>' | b'%' | b'@' | b'`' => {
                let began = self.cursor.mark;
                Err(self.error(
                    "while scanning for the next token",
                    began,
                    "found character that cannot start any token",
                ))
            }
            _ => self.candidate_then(Self::plain_scalar),
        }
    }

    /// Steps over blanks, comments and line breaks. A tab is no indentation: where a key may stand, it stays.
    fn skip_to_token(&mut self) {
        loop {
            self.cursor.skip_spaces();
            while self.cursor.at(0) == b'\t' && (self.in_flow() || !self.key_allowed) {
                self.cursor.advance(1);
                self.cursor.skip_spaces();
            }
            if self.cursor.at(0) == b'#' {
                self.cursor.skip_to_line_end();
            }
            if self.cursor.line_break().is_empty() {
                return;
            }
            if !self.in_flow() {
                self.key_allowed = true;
            }
        }
    }

    fn indicator(&mut self, kind: TokenKind<'a>) -> Result<(), Error> {
        let start = self.cursor.mark;
        self.cursor.advance(1);
        self.push(kind, start);
        Ok(())
    }

    fn end_stream(&mut self) -> Result<(), Error> {
        if let Some(error) = self.cursor.forbidden() {
            return Err(error);
        }
        if self.cursor.mark.column != 0 {
            self.cursor.mark.column = 0;
            self.cursor.mark.line += 1;
        }
        self.leave_blocks()?;
        self.push(TokenKind::StreamEnd, self.cursor.mark);
        Ok(())
    }

    fn document_indicator(&mut self) -> Result<(), Error> {
        self.leave_blocks()?;
        let start = self.cursor.mark;
        let is_start = self.cursor.at(0) == b'-';
        self.cursor.advance(3);
        self.push(if is_start { TokenKind::DocumentStart } else { TokenKind::DocumentEnd }, start);
        Ok(())
    }

    fn leave_blocks(&mut self) -> Result<(), Error> {
        self.close_blocks(-1);
        self.drop_candidate()?;
        self.key_allowed = false;
        Ok(())
    }

    fn open_flow(&mut self, kind: TokenKind<'a>) -> Result<(), Error> {
        self.note_candidate()?;
        if self.levels.len() > DEEPEST {
            let message = format!("exceeded max depth of {DEEPEST}");
            return Err(self.error("while increasing flow level", self.cursor.mark, &message));
        }
        self.levels.push(Level { opened_by: self.next_token(), ..Level::default() });
        self.key_allowed = true;
        self.indicator(kind)
    }

    fn close_flow(&mut self, kind: TokenKind<'a>) -> Result<(), Error> {
        self.drop_candidate()?;
        if self.in_flow()
            && let Some(closed) = self.levels.pop()
            && !closed.had_candidate
            && let Some(candidate) = self.innermost()
            && candidate.token == closed.opened_by
        {
            // go-yaml no longer waits for the `:` after `{}` and `[]`, which therefore cannot be keys.
            candidate.awaited = false;
        }
        self.key_allowed = false;
        self.indicator(kind)
    }

    fn block_entry(&mut self) -> Result<(), Error> {
        if !self.in_flow() {
            self.require_key_allowed("block sequence entries are not allowed in this context")?;
            self.open_block(self.cursor.mark, None, TokenKind::BlockSequenceStart)?;
        }
        self.drop_candidate()?;
        self.key_allowed = true;
        self.indicator(TokenKind::BlockEntry)
    }

    fn explicit_key(&mut self) -> Result<(), Error> {
        if !self.in_flow() {
            self.require_key_allowed("mapping keys are not allowed in this context")?;
            self.open_block(self.cursor.mark, None, TokenKind::BlockMappingStart)?;
        }
        self.drop_candidate()?;
        self.key_allowed = !self.in_flow();
        self.indicator(TokenKind::Key)
    }

    fn value(&mut self) -> Result<(), Error> {
        let level = self.levels.len() - 1;
        if self.is_still_possible(level)?
            && let Some(key) = self.levels[level].candidate.take()
        {
            let place = key.token.checked_sub(self.handed_out);
            let token = Token { kind: TokenKind::Key, start: key.mark, end: key.mark };
            self.tokens.insert(place.unwrap_or(self.tokens.len()), token);
            self.open_block(key.mark, place, TokenKind::BlockMappingStart)?;
            self.key_allowed = false;
        } else {
            if !self.in_flow() {
                self.require_key_allowed("mapping values are not allowed in this context")?;
                self.open_block(self.cursor.mark, None, TokenKind::BlockMappingStart)?;
            }
            self.key_allowed = !self.in_flow();
        }
        self.indicator(TokenKind::Value)
    }

    fn require_key_allowed(&self, message: &str) -> Result<(), Error> {
        if self.key_allowed { Ok(()) } else { Err(self.error("", self.cursor.mark, message)) }
    }

    fn candidate_then(
        &mut self,
        scan: impl FnOnce(&mut Self) -> Result<(), Error>,
    ) -> Result<(), Error> {
        self.note_candidate()?;
        self.key_allowed = false;
        scan(self)
    }

    fn note_candidate(&mut self) -> Result<(), Error> {
        if self.key_allowed {
            self.drop_candidate()?;
            let mark = self.cursor.mark;
            let required = !self.in_flow() && self.indent == mark.column.cast_signed();
            let token = self.next_token();
            if let Some(level) = self.levels.last_mut() {
                level.candidate = Some(Candidate { token, mark, required, awaited: true });
                level.had_candidate = true;
            }
        }
        Ok(())
    }

    fn drop_candidate(&mut self) -> Result<(), Error> {
        match self.levels.last_mut().and_then(|level| level.candidate.take()) {
            Some(candidate) if candidate.required => Err(self.missing_colon(candidate)),
            _ => Ok(()),
        }
    }

    fn innermost(&mut self) -> Option<&mut Candidate> {
        self.levels.last_mut()?.candidate.as_mut()
    }

    /// The place that the next token will have in the whole stream.
    fn next_token(&self) -> usize {
        self.handed_out + self.tokens.len()
    }

    /// Opens a block collection at a mark that is further in than the current one, in front of a waiting token if
    /// its place is given.
    fn open_block(
        &mut self,
        mark: Mark,
        place: Option<usize>,
        kind: TokenKind<'a>,
    ) -> Result<(), Error> {
        let column = mark.column.cast_signed();
        if self.in_flow() || self.indent >= column {
            return Ok(());
        }
        self.outer_indents.push(self.indent);
        self.indent = column;
        if self.outer_indents.len() > DEEPEST {
            let message = format!("exceeded max depth of {DEEPEST}");
            return Err(self.error("while increasing indent level", mark, &message));
        }
        let token = Token { kind, start: mark, end: mark };
        self.tokens.insert(place.unwrap_or(self.tokens.len()), token);
        Ok(())
    }

    fn close_blocks(&mut self, column: isize) {
        if self.in_flow() {
            return;
        }
        while self.indent > column {
            self.push(TokenKind::BlockEnd, self.cursor.mark);
            self.indent = self.outer_indents.pop().unwrap_or(-1);
        }
    }
}
