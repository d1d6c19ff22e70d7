//! JSON in, with the verdicts and the error texts of Go's `encoding/json`.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

use crate::duplicate::Duplicate;
use crate::{Map, Node, Source, Span, Tree};

/// Deeper than any real document; every later walk over the tree may recurse.
const DEEPEST: usize = 200;

/// Why a text is no JSON, in Go's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
    pub message: String,
    /// The bytes at fault.
    pub place: Range<usize>,
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

pub(super) struct Parsed {
    pub(super) tree: Tree,
    pub(super) duplicates: Vec<Duplicate>,
}

pub(super) fn parse(text: &str, source: Option<&Arc<Source>>) -> Result<Parsed, Error> {
    let mut parser =
        Parser { text, at: 0, depth: 0, source, duplicates: Vec::new(), too_large: None };
    let tree = parser.value()?;
    parser.skip_space();
    if parser.at < text.len() {
        return Err(parser.unexpected("after top-level value"));
    }
    // Go checks the syntax of the whole text before it looks at any number.
    match parser.too_large {
        Some(error) => Err(error),
        None => Ok(Parsed { tree, duplicates: parser.duplicates }),
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    source: Option<&'a Arc<Source>>,
    duplicates: Vec<Duplicate>,
    too_large: Option<Error>,
}

impl<'a> Parser<'a> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while let Some(b' ' | b'\t' | b'\r' | b'\n') = self.peek() {
            self.at += 1;
        }
    }

    /// The character that stands here makes no sense there.
    fn unexpected(&self, context: &str) -> Error {
        let Some(byte) = self.peek() else {
            // At the end Go tries a space, which literals, numbers and escapes refuse.
            let message = match context {
                _ if context.starts_with("in string literal") => None,
                _ if context.starts_with("in ") || context.ends_with("numeric literal") => {
                    Some(format!("invalid character ' ' {context}"))
                }
                _ => None,
            };
            let message = message.unwrap_or_else(|| "unexpected end of JSON input".into());
            return Error { message, place: self.at..self.at };
        };
        // Go looks at single bytes.
        let shown = match char::from(byte) {
            '\'' => "\\'".into(),
            '\\' => "\\\\".into(),
            '\x07' => "\\a".into(),
            '\x08' => "\\b".into(),
            '\x0B' => "\\v".into(),
            '\x0C' => "\\f".into(),
            '\n' => "\\n".into(),
            '\r' => "\\r".into(),
            '\t' => "\\t".into(),
            control @ ('\0'..='\x1F' | '\x7F') => format!("\\x{:02x}", u32::from(control)),
            hidden @ ('\u{80}'..='\u{a0}' | '\u{ad}') => format!("\\u{:04x}", u32::from(hidden)),
            shown => shown.to_string(),
        };
        let mut end = self.at + 1;
        while !self.text.is_char_boundary(end) {
            end += 1;
        }
        Error { message: format!("invalid character '{shown}' {context}"), place: self.at..end }
    }

    fn span(&self, place: Range<usize>) -> Option<Span> {
        Some(Span::new(self.source?, place))
    }

    fn value(&mut self) -> Result<Tree, Error> {
        self.skip_space();
        let start = self.at;
        let node = match self.peek() {
            Some(b'{') => self.nested(Self::object)?,
            Some(b'[') => self.nested(Self::array)?,
            Some(b'"') => Node::Text(self.string()?.into()),
            Some(b'-' | b'0'..=b'9') => self.number()?,
            Some(b't') => self.literal("true", Node::Bool(true))?,
            Some(b'f') => self.literal("false", Node::Bool(false))?,
            Some(b'n') => self.literal("null", Node::Null)?,
            _ => return Err(self.unexpected("looking for beginning of value")),
        };
        let span = self.span(start..self.at);
        Ok(Tree { node, span, key_span: None, secret: false })
    }

    fn nested(
        &mut self,
        read: impl FnOnce(&mut Self) -> Result<Node, Error>,
    ) -> Result<Node, Error> {
        if self.depth == DEEPEST {
            let place = self.at..self.at + 1;
            return Err(Error { message: "exceeded max depth".into(), place });
        }
        self.depth += 1;
        self.at += 1;
        let node = read(self)?;
        self.depth -= 1;
        Ok(node)
    }

    fn array(&mut self) -> Result<Node, Error> {
        let mut list = Vec::new();
        self.skip_space();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Node::List(list));
        }
        loop {
            list.push(self.value()?);
            self.skip_space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b']') => break,
                _ => return Err(self.unexpected("after array element")),
            }
        }
        self.at += 1;
        Ok(Node::List(list))
    }

    fn object(&mut self) -> Result<Node, Error> {
        let mut map = Map::new();
        self.skip_space();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Node::Map(map));
        }
        loop {
            self.skip_space();
            if self.peek() != Some(b'"') {
                return Err(self.unexpected("looking for beginning of object key string"));
            }
            let start = self.at;
            let key: Arc<str> = self.string()?.into();
            let place = start..self.at;
            self.skip_space();
            if self.peek() != Some(b':') {
                return Err(self.unexpected("after object key"));
            }
            self.at += 1;
            let mut value = self.value()?;
            value.key_span = self.span(place.clone());
            let old = map.insert(Arc::clone(&key), value);
            if let Some(first) = old.and_then(|old| old.key_span) {
                self.duplicates.push(Duplicate { key, first: first.range(), second: place });
            }
            self.skip_space();
            match self.peek() {
                Some(b',') => self.at += 1,
                Some(b'}') => break,
                _ => return Err(self.unexpected("after object key:value pair")),
            }
        }
        self.at += 1;
        Ok(Node::Map(map))
    }

    fn literal(&mut self, word: &str, node: Node) -> Result<Node, Error> {
        for expected in word.chars() {
            if self.peek().map(char::from) != Some(expected) {
                let context = format!("in literal {word} (expecting '{expected}')");
                return Err(self.unexpected(&context));
            }
            self.at += 1;
        }
        Ok(node)
    }

    fn digits(&mut self, context: &str) -> Result<(), Error> {
        if !self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            return Err(self.unexpected(context));
        }
        while self.peek().is_some_and(|byte| byte.is_ascii_digit()) {
            self.at += 1;
        }
        Ok(())
    }

    /// A whole number that fits stays whole; `-0` is a float, as it has a sign to keep.
    fn number(&mut self) -> Result<Node, Error> {
        let start = self.at;
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits("in numeric literal")?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits("after decimal point in numeric literal")?;
        }
        if let Some(b'e' | b'E') = self.peek() {
            self.at += 1;
            if let Some(b'+' | b'-') = self.peek() {
                self.at += 1;
            }
            self.digits("in exponent of numeric literal")?;
        }
        let text = &self.text[start..self.at];
        if let Ok(value) = text.parse()
            && text != "-0"
        {
            return Ok(Node::Int(value));
        }
        if let Ok(value) = text.parse() {
            return Ok(Node::Uint(value));
        }
        let value: f64 = text.parse().expect("JSON's numbers are Rust's");
        if value.is_infinite() {
            let message =
                format!("json: cannot unmarshal number {text} into Go value of type float64");
            self.too_large.get_or_insert(Error { message, place: start..self.at });
        }
        Ok(Node::Float(value))
    }

    fn string(&mut self) -> Result<String, Error> {
        self.at += 1;
        let mut value = String::new();
        loop {
            let rest = &self.text.as_bytes()[self.at..];
            let run = rest.iter().position(|byte| matches!(byte, b'"' | b'\\' | 0..=0x1F));
            let run = run.unwrap_or(rest.len());
            value.push_str(&self.text[self.at..self.at + run]);
            self.at += run;
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(value);
                }
                Some(b'\\') => value.push(self.escape()?),
                _ => return Err(self.unexpected("in string literal")),
            }
        }
    }

    fn escape(&mut self) -> Result<char, Error> {
        self.at += 1;
        let character = match self.peek() {
            Some(b'b') => '\x08',
            Some(b'f') => '\x0C',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(byte @ (b'\\' | b'/' | b'"')) => char::from(byte),
            Some(b'u') => {
                self.at += 1;
                return self.unicode_escape();
            }
            _ => return Err(self.unexpected("in string escape code")),
        };
        self.at += 1;
        Ok(character)
    }

    /// Half of a surrogate pair on its own becomes U+FFFD.
    fn unicode_escape(&mut self) -> Result<char, Error> {
        let high = self.hex()?;
        if let Some(character) = char::from_u32(high) {
            return Ok(character);
        }
        let after_high = self.at;
        if (0xD800..0xDC00).contains(&high) && self.text[self.at..].starts_with("\\u") {
            self.at += 2;
            let low = self.hex()?;
            if (0xDC00..0xE000).contains(&low) {
                let code = 0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                return Ok(char::from_u32(code).unwrap_or('\u{fffd}'));
            }
            self.at = after_high;
        }
        Ok('\u{fffd}')
    }

    fn hex(&mut self) -> Result<u32, Error> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            let Some(digit) = digit else {
                return Err(self.unexpected("in \\u hexadecimal character escape"));
            };
            code = code << 4 | digit;
            self.at += 1;
        }
        Ok(code)
    }
}
