//! Directives, anchors, aliases and tags.

use std::borrow::Cow;

use super::{Error, Mark, Scanner, TokenKind};

const DIRECTIVE: &str = "while scanning a directive";
const VERSION: &str = "while scanning a %YAML directive";

impl<'a> Scanner<'a> {
    pub(super) fn directive(&mut self) -> Result<(), Error> {
        let start = self.cursor.mark;
        self.cursor.advance(1);
        let kind = match self.directive_name(start)? {
            "YAML" => self.version(start)?,
            "TAG" => self.tag_directive(start)?,
            _ => return Err(self.error(DIRECTIVE, start, "found unknown directive name")),
        };
        self.push(kind, start);
        self.cursor.skip_blanks();
        if self.cursor.at(0) == b'#' {
            self.cursor.skip_to_line_end();
        }
        if !self.cursor.is_break_or_end(0) {
            let message = "did not find expected comment or line break";
            return Err(self.error(DIRECTIVE, start, message));
        }
        self.cursor.line_break();
        Ok(())
    }

    fn directive_name(&mut self, start: Mark) -> Result<&'a str, Error> {
        let name = self.word();
        if name.is_empty() {
            return Err(self.error(DIRECTIVE, start, "could not find expected directive name"));
        }
        if !self.cursor.is_blank_or_end(0) {
            let message = "found unexpected non-alphabetical character";
            return Err(self.error(DIRECTIVE, start, message));
        }
        Ok(name)
    }

    fn version(&mut self, start: Mark) -> Result<TokenKind<'a>, Error> {
        self.cursor.skip_blanks();
        let major = self.version_number(start)?;
        if self.cursor.at(0) != b'.' {
            let message = "did not find expected digit or '.' character";
            return Err(self.error(VERSION, start, message));
        }
        self.cursor.advance(1);
        Ok(TokenKind::VersionDirective(major, self.version_number(start)?))
    }

    fn version_number(&mut self, start: Mark) -> Result<u8, Error> {
        let from = self.cursor.mark.offset;
        while self.cursor.at(0).is_ascii_digit() {
            self.cursor.advance(1);
            if self.cursor.mark.offset - from > 2 {
                return Err(self.error(VERSION, start, "found extremely long version number"));
            }
        }
        let digits = self.cursor.slice(from, self.cursor.mark.offset);
        digits
            .parse()
            .map_err(|_| self.error(VERSION, start, "did not find expected version number"))
    }

    fn tag_directive(&mut self, start: Mark) -> Result<TokenKind<'a>, Error> {
        const CONTEXT: &str = "while scanning a %TAG directive";
        self.cursor.skip_blanks();
        let handle = self.tag_handle(true, start)?;
        if !self.cursor.is_blank(0) {
            return Err(self.error(CONTEXT, start, "did not find expected whitespace"));
        }
        self.cursor.skip_blanks();
        let prefix = self.tag_uri(true, "", start)?;
        if !self.cursor.is_blank_or_end(0) {
            let message = "did not find expected whitespace or line break";
            return Err(self.error(CONTEXT, start, message));
        }
        Ok(TokenKind::TagDirective { handle, prefix })
    }

    pub(super) fn anchor(&mut self) -> Result<(), Error> {
        let start = self.cursor.mark;
        let name = self.anchor_name("while scanning an anchor", start)?;
        self.push(TokenKind::Anchor(name), start);
        Ok(())
    }

    pub(super) fn alias(&mut self) -> Result<(), Error> {
        let start = self.cursor.mark;
        let name = self.anchor_name("while scanning an alias", start)?;
        self.push(TokenKind::Alias(name), start);
        Ok(())
    }

    fn anchor_name(&mut self, context: &'static str, start: Mark) -> Result<&'a str, Error> {
        self.cursor.advance(1);
        let name = self.word();
        let ends = self.cursor.is_blank_or_end(0)
            || matches!(self.cursor.at(0), b'?' | b':' | b',' | b']' | b'}' | b'%' | b'@' | b'`');
        if name.is_empty() || !ends {
            let message = "did not find expected alphabetic or numeric character";
            return Err(self.error(context, start, message));
        }
        Ok(name)
    }

    pub(super) fn tag(&mut self) -> Result<(), Error> {
        const CONTEXT: &str = "while scanning a tag";
        let start = self.cursor.mark;
        let kind = if self.cursor.at(1) == b'<' {
            self.cursor.advance(2);
            let suffix = self.tag_uri(false, "", start)?;
            if self.cursor.at(0) != b'>' {
                return Err(self.error(CONTEXT, start, "did not find the expected '>'"));
            }
            self.cursor.advance(1);
            TokenKind::Tag { handle: "", suffix }
        } else {
            let handle = self.tag_handle(false, start)?;
            if handle.len() > 1 && handle.ends_with('!') {
                TokenKind::Tag { handle, suffix: self.tag_uri(false, "", start)? }
            } else {
                // What looked like a handle was the beginning of a local tag; `!` alone is a tag of its own.
                match self.tag_uri(false, handle, start)? {
                    suffix if suffix.is_empty() => {
                        TokenKind::Tag { handle: "", suffix: Cow::Borrowed("!") }
                    }
                    suffix => TokenKind::Tag { handle: "!", suffix },
                }
            }
        };
        if !self.cursor.is_blank_or_end(0) {
            let message = "did not find expected whitespace or line break";
            return Err(self.error(CONTEXT, start, message));
        }
        self.push(kind, start);
        Ok(())
    }

    fn tag_handle(&mut self, directive: bool, start: Mark) -> Result<&'a str, Error> {
        let from = self.cursor.mark.offset;
        let missing = |scanner: &Self| {
            Err(scanner.error(tag_context(directive), start, "did not find expected '!'"))
        };
        if self.cursor.at(0) != b'!' {
            return missing(self);
        }
        self.cursor.advance(1);
        let name = self.word();
        if self.cursor.at(0) == b'!' {
            self.cursor.advance(1);
        } else if directive && !name.is_empty() {
            return missing(self);
        }
        Ok(self.cursor.slice(from, self.cursor.mark.offset))
    }

    /// Reads the rest of a tag; `head` is its beginning, read as a handle before, with its `!`.
    fn tag_uri(&mut self, directive: bool, head: &str, start: Mark) -> Result<Cow<'a, str>, Error> {
        let mut uri = head.get(1..).unwrap_or_default().as_bytes().to_vec();
        let mut found = !head.is_empty();
        loop {
            match self.cursor.at(0) {
                b'%' => self.uri_escape(directive, start, &mut uri)?,
                byte if byte.is_ascii_alphanumeric()
                    || b"_-;/?:@&=+$,.!~*'()[]".contains(&byte) =>
                {
                    uri.push(byte);
                    self.cursor.advance(1);
                }
                _ => break,
            }
            found = true;
        }
        if !found {
            let message = "did not find expected tag URI";
            return Err(self.error(tag_context(directive), start, message));
        }
        Ok(Cow::Owned(String::from_utf8_lossy(&uri).into_owned()))
    }

    /// One character as `%XX`, as many as its UTF-8 form has bytes.
    fn uri_escape(&mut self, directive: bool, start: Mark, uri: &mut Vec<u8>) -> Result<(), Error> {
        let context = tag_context(directive);
        let mut left = None;
        while left != Some(0) {
            let digit = |ahead| char::from(self.cursor.at(ahead)).to_digit(16);
            let (b'%', Some(high), Some(low)) = (self.cursor.at(0), digit(1), digit(2)) else {
                return Err(self.error(context, start, "did not find URI escaped octet"));
            };
            let octet = u8::try_from(high << 4 | low).expect("two hex digits fit a byte");
            left = Some(match (left, octet) {
                (None, 0..=0x7F) => 0,
                (None, 0xC0..=0xDF) => 1,
                (None, 0xE0..=0xEF) => 2,
                (None, 0xF0..=0xF7) => 3,
                (None, _) => {
                    let message = "found an incorrect leading UTF-8 octet";
                    return Err(self.error(context, start, message));
                }
                (Some(left), 0x80..=0xBF) => left - 1,
                (Some(_), _) => {
                    let message = "found an incorrect trailing UTF-8 octet";
                    return Err(self.error(context, start, message));
                }
            });
            uri.push(octet);
            self.cursor.advance(3);
        }
        Ok(())
    }

    /// Letters, digits, `_` and `-`.
    fn word(&mut self) -> &'a str {
        let from = self.cursor.mark.offset;
        while matches!(self.cursor.at(0), b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'-') {
            self.cursor.advance(1);
        }
        self.cursor.slice(from, self.cursor.mark.offset)
    }
}

fn tag_context(directive: bool) -> &'static str {
    if directive { "while parsing a %TAG directive" } else { "while parsing a tag" }
}
