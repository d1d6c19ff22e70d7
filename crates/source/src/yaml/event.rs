//! Puts tokens together to events: the beginnings and ends of documents and collections, scalars and aliases.

use std::borrow::Cow;

use super::error::{Error, Mark};
use super::scan::{Scanner, Token, TokenKind};

/// One step through a text, with the bytes that it stands for.
#[derive(Debug)]
pub struct Event<'a> {
    pub kind: EventKind<'a>,
    pub start: usize,
    pub end: usize,
}

#[derive(Debug)]
pub enum EventKind<'a> {
    StreamEnd,
    DocumentStart,
    DocumentEnd,
    Alias(&'a str),
    /// `implicit`: plain and without a tag, so that its text decides its type.
    Scalar {
        properties: Properties<'a>,
        value: Cow<'a, str>,
        implicit: bool,
    },
    SequenceStart(Properties<'a>),
    SequenceEnd,
    MappingStart(Properties<'a>),
    MappingEnd,
}

/// What may stand before a value.
#[derive(Debug, Default)]
pub struct Properties<'a> {
    pub anchor: Option<&'a str>,
    /// Written out whole: `tag:yaml.org,2002:str`.
    pub tag: Option<Cow<'a, str>>,
}

/// What the grammar expects next.
#[derive(Clone, Copy, Debug)]
enum State {
    DocumentStart { first: bool },
    DocumentContent,
    DocumentEnd,
    BlockNode { sequence_may_stand_here: bool },
    BlockSequence { first: bool },
    IndentlessSequence,
    BlockMappingKey { first: bool },
    BlockMappingValue,
    FlowSequence { first: bool },
    FlowPairKey,
    FlowPairValue,
    FlowPairEnd,
    FlowMappingKey { first: bool },
    FlowMappingValue { missing: bool },
    End,
}

/// Reads a text of any size in constant room, for those who need little of it and no tree. Checks no more than the grammar:
/// duplicate keys, aliases and types are left to the caller.
pub struct Events<'a> {
    scanner: Scanner<'a>,
    state: State,
    /// Where to go on after the current node.
    after: Vec<State>,
    /// Where the open collections began.
    began: Vec<Mark>,
    tag_directives: Vec<(Cow<'a, str>, Cow<'a, str>)>,
}

const BLOCK: &str = "while parsing a block node";
const FLOW: &str = "while parsing a flow node";

impl<'a> Events<'a> {
    pub fn new(text: &'a str) -> Self {
        Self {
            scanner: Scanner::new(text),
            state: State::DocumentStart { first: true },
            after: Vec::new(),
            began: Vec::new(),
            tag_directives: Vec::new(),
        }
    }

    /// The next event; after the last one `StreamEnd` for ever. An error ends the reading.
    #[expect(clippy::should_implement_trait, reason = "it has no end and may fail")]
    pub fn next(&mut self) -> Result<Event<'a>, Error> {
        match self.state {
            State::DocumentStart { first } => self.document_start(first),
            State::DocumentContent => self.document_content(),
            State::DocumentEnd => self.document_end(),
            State::BlockNode { sequence_may_stand_here } => {
                self.node(true, sequence_may_stand_here)
            }
            State::BlockSequence { first } => self.block_sequence(first),
            State::IndentlessSequence => self.indentless_sequence(),
            State::BlockMappingKey { first } => self.block_mapping_key(first),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequence { first } => self.flow_sequence(first),
            State::FlowPairKey => self.flow_pair_key(),
            State::FlowPairValue => self.flow_pair_value(),
            State::FlowPairEnd => {
                let at = self.peek()?.start.offset;
                self.state = State::FlowSequence { first: false };
                Ok(Event { kind: EventKind::MappingEnd, start: at, end: at })
            }
            State::FlowMappingKey { first } => self.flow_mapping_key(first),
            State::FlowMappingValue { missing } => self.flow_mapping_value(missing),
            State::End => {
                let at = self.peek()?.start.offset;
                Ok(Event { kind: EventKind::StreamEnd, start: at, end: at })
            }
        }
    }

    fn peek(&mut self) -> Result<&Token<'a>, Error> {
        self.scanner.peek()
    }

    fn take(&mut self) -> Result<Token<'a>, Error> {
        self.scanner.take()
    }

    fn go_on(&mut self) {
        self.state = self.after.pop().unwrap_or(State::End);
    }

    /// Takes the current token as the event of that kind.
    fn event(&mut self, kind: EventKind<'a>) -> Result<Event<'a>, Error> {
        let token = self.take()?;
        Ok(Event { kind, start: token.start.offset, end: token.end.offset })
    }

    /// A value that is not written: null.
    fn nothing(&self, at: Mark) -> Event<'a> {
        let kind = EventKind::Scalar {
            properties: Properties::default(),
            value: Cow::Borrowed(""),
            implicit: true,
        };
        Event { kind, start: at.offset, end: at.offset }
    }

    fn document_start(&mut self, first: bool) -> Result<Event<'a>, Error> {
        if !first {
            while matches!(self.peek()?.kind, TokenKind::DocumentEnd) {
                self.take()?;
            }
        }
        let token = self.peek()?;
        let start = token.start;
        match token.kind {
            TokenKind::StreamEnd => {
                self.state = State::End;
                return Ok(Event {
                    kind: EventKind::StreamEnd,
                    start: start.offset,
                    end: start.offset,
                });
            }
            TokenKind::VersionDirective(..)
            | TokenKind::TagDirective { .. }
            | TokenKind::DocumentStart => {}
            _ if first => {
                self.directives()?;
                self.after.push(State::DocumentEnd);
                self.state = State::BlockNode { sequence_may_stand_here: false };
                return Ok(Event {
                    kind: EventKind::DocumentStart,
                    start: start.offset,
                    end: start.offset,
                });
            }
            _ => {}
        }
        self.directives()?;
        let token = self.peek()?;
        if !matches!(token.kind, TokenKind::DocumentStart) {
            let at = token.start;
            return Err(Error::parser(
                "",
                Mark::default(),
                "did not find expected <document start>",
                at,
            ));
        }
        self.after.push(State::DocumentEnd);
        self.state = State::DocumentContent;
        self.event(EventKind::DocumentStart)
    }

    fn directives(&mut self) -> Result<(), Error> {
        let mut versions = 0;
        loop {
            let token = self.peek()?;
            let at = token.start;
            let fault = |message: &str| Err(Error::parser("", Mark::default(), message, at));
            match &token.kind {
                TokenKind::VersionDirective(..) if versions > 0 => {
                    return fault("found duplicate %YAML directive");
                }
                TokenKind::VersionDirective(1, 1) => versions += 1,
                TokenKind::VersionDirective(..) => {
                    return fault("found incompatible YAML document");
                }
                TokenKind::TagDirective { handle, prefix } => {
                    let directive = (Cow::Borrowed(*handle), prefix.clone());
                    if self.tag_directives.iter().any(|(known, _)| *known == directive.0) {
                        return fault("found duplicate %TAG directive");
                    }
                    self.tag_directives.push(directive);
                }
                _ => break,
            }
            self.take()?;
        }
        for (handle, prefix) in [("!", "!"), ("!!", "tag:yaml.org,2002:")] {
            if !self.tag_directives.iter().any(|(known, _)| known == handle) {
                self.tag_directives.push((handle.into(), prefix.into()));
            }
        }
        Ok(())
    }

    fn document_content(&mut self) -> Result<Event<'a>, Error> {
        let token = self.peek()?;
        let start = token.start;
        match token.kind {
            TokenKind::VersionDirective(..)
            | TokenKind::TagDirective { .. }
            | TokenKind::DocumentStart
            | TokenKind::DocumentEnd
            | TokenKind::StreamEnd => {
                self.go_on();
                Ok(self.nothing(start))
            }
            _ => self.node(true, false),
        }
    }

    fn document_end(&mut self) -> Result<Event<'a>, Error> {
        let token = self.peek()?;
        let (at, explicit) = (token.start.offset, matches!(token.kind, TokenKind::DocumentEnd));
        if explicit {
            self.take()?;
        }
        self.tag_directives.clear();
        self.state = State::DocumentStart { first: false };
        Ok(Event { kind: EventKind::DocumentEnd, start: at, end: at })
    }

    fn node(&mut self, block: bool, sequence_may_stand_here: bool) -> Result<Event<'a>, Error> {
        let start = self.peek()?.start;
        if let TokenKind::Alias(name) = self.peek()?.kind {
            self.go_on();
            return self.event(EventKind::Alias(name));
        }
        let properties = self.properties(start)?;
        let implicit = properties.tag.is_none();
        let bare = implicit && properties.anchor.is_none();
        let token = self.peek()?;
        let (at, end) = (token.start.offset, token.end.offset);
        let opened = |kind| Ok(Event { kind, start: at, end });
        match token.kind {
            TokenKind::BlockEntry if sequence_may_stand_here => {
                self.state = State::IndentlessSequence;
                opened(EventKind::SequenceStart(properties))
            }
            TokenKind::Scalar { .. } => self.scalar(properties),
            TokenKind::FlowSequenceStart => {
                self.state = State::FlowSequence { first: true };
                opened(EventKind::SequenceStart(properties))
            }
            TokenKind::FlowMappingStart => {
                self.state = State::FlowMappingKey { first: true };
                opened(EventKind::MappingStart(properties))
            }
            TokenKind::BlockSequenceStart if block => {
                self.state = State::BlockSequence { first: true };
                opened(EventKind::SequenceStart(properties))
            }
            TokenKind::BlockMappingStart if block => {
                self.state = State::BlockMappingKey { first: true };
                opened(EventKind::MappingStart(properties))
            }
            _ if bare => {
                let context = if block { BLOCK } else { FLOW };
                let message = "did not find expected node content";
                let at = token.start;
                Err(Error::parser(context, start, message, at))
            }
            _ => {
                self.go_on();
                let kind = EventKind::Scalar { properties, value: Cow::Borrowed(""), implicit };
                Ok(Event { kind, start: start.offset, end: start.offset })
            }
        }
    }

    fn scalar(&mut self, properties: Properties<'a>) -> Result<Event<'a>, Error> {
        self.go_on();
        let token = self.take()?;
        let TokenKind::Scalar { value, plain } = token.kind else {
            unreachable!("only called where a scalar token stands")
        };
        let implicit = match properties.tag.as_deref() {
            None => plain,
            Some(tag) => tag == "!",
        };
        Ok(Event {
            kind: EventKind::Scalar { properties, value, implicit },
            start: token.start.offset,
            end: token.end.offset,
        })
    }

    /// An anchor and a tag, each at most once, in either order.
    fn properties(&mut self, start: Mark) -> Result<Properties<'a>, Error> {
        let mut properties = Properties::default();
        loop {
            match &self.peek()?.kind {
                TokenKind::Anchor(name) if properties.anchor.is_none() => {
                    properties.anchor = Some(name);
                    self.take()?;
                }
                TokenKind::Tag { .. } if properties.tag.is_none() => {
                    let token = self.take()?;
                    properties.tag = Some(self.whole_tag(token, start)?);
                }
                _ => return Ok(properties),
            }
        }
    }

    fn whole_tag(&self, token: Token<'a>, start: Mark) -> Result<Cow<'a, str>, Error> {
        let TokenKind::Tag { handle, suffix } = token.kind else {
            unreachable!("only called with a tag token")
        };
        if handle.is_empty() {
            return Ok(suffix);
        }
        match self.tag_directives.iter().find(|(known, _)| known == handle) {
            Some((_, prefix)) => Ok(Cow::Owned(format!("{prefix}{suffix}"))),
            None => {
                let message = "found undefined tag handle";
                Err(Error::parser("while parsing a node", start, message, token.start))
            }
        }
    }
}

mod collection;
