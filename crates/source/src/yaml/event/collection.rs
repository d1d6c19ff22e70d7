//! The items of sequences and mappings, in block and in flow style.

use super::{Error, Event, EventKind, Events, Mark, Properties, State, TokenKind};

const BLOCK_NODE: bool = true;
const FLOW_NODE: bool = false;

impl<'a> Events<'a> {
    fn open_collection(&mut self, first: bool) -> Result<(), Error> {
        if first {
            let start = self.take()?.start;
            self.began.push(start);
        }
        Ok(())
    }

    fn close_collection(&mut self, kind: EventKind<'a>) -> Result<Event<'a>, Error> {
        self.began.pop();
        self.go_on();
        self.event(kind)
    }

    fn unexpected(&mut self, context: &'static str, message: &str) -> Result<Event<'a>, Error> {
        let began = self.began.pop().unwrap_or_default();
        let at = self.peek()?.start;
        Err(Error::parser(context, began, message, at))
    }

    fn descend(
        &mut self,
        after: State,
        block: bool,
        sequence_may_stand_here: bool,
    ) -> Result<Event<'a>, Error> {
        self.after.push(after);
        self.node(block, sequence_may_stand_here)
    }

    fn nothing_then(&mut self, state: State, at: Mark) -> Event<'a> {
        self.state = state;
        self.nothing(at)
    }

    pub(super) fn block_sequence(&mut self, first: bool) -> Result<Event<'a>, Error> {
        const NEXT: State = State::BlockSequence { first: false };
        self.open_collection(first)?;
        match self.peek()?.kind {
            TokenKind::BlockEntry => {
                let at = self.take()?.end;
                match self.peek()?.kind {
                    TokenKind::BlockEntry | TokenKind::BlockEnd => Ok(self.nothing_then(NEXT, at)),
                    _ => self.descend(NEXT, BLOCK_NODE, false),
                }
            }
            TokenKind::BlockEnd => self.close_collection(EventKind::SequenceEnd),
            _ => self.unexpected(
                "while parsing a block collection",
                "did not find expected '-' indicator",
            ),
        }
    }

    /// A sequence that stands no further in than the key it belongs to.
    pub(super) fn indentless_sequence(&mut self) -> Result<Event<'a>, Error> {
        const NEXT: State = State::IndentlessSequence;
        let token = self.peek()?;
        if !matches!(token.kind, TokenKind::BlockEntry) {
            let at = token.start.offset;
            self.go_on();
            return Ok(Event { kind: EventKind::SequenceEnd, start: at, end: at });
        }
        let at = self.take()?.end;
        match self.peek()?.kind {
            TokenKind::BlockEntry | TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                Ok(self.nothing_then(NEXT, at))
            }
            _ => self.descend(NEXT, BLOCK_NODE, false),
        }
    }

    pub(super) fn block_mapping_key(&mut self, first: bool) -> Result<Event<'a>, Error> {
        self.open_collection(first)?;
        match self.peek()?.kind {
            TokenKind::Key => {
                let at = self.take()?.end;
                match self.peek()?.kind {
                    TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                        Ok(self.nothing_then(State::BlockMappingValue, at))
                    }
                    _ => self.descend(State::BlockMappingValue, BLOCK_NODE, true),
                }
            }
            TokenKind::BlockEnd => self.close_collection(EventKind::MappingEnd),
            _ => self.unexpected("while parsing a block mapping", "did not find expected key"),
        }
    }

    pub(super) fn block_mapping_value(&mut self) -> Result<Event<'a>, Error> {
        const NEXT: State = State::BlockMappingKey { first: false };
        let token = self.peek()?;
        if !matches!(token.kind, TokenKind::Value) {
            let at = token.start;
            return Ok(self.nothing_then(NEXT, at));
        }
        let at = self.take()?.end;
        match self.peek()?.kind {
            TokenKind::Key | TokenKind::Value | TokenKind::BlockEnd => {
                Ok(self.nothing_then(NEXT, at))
            }
            _ => self.descend(NEXT, BLOCK_NODE, true),
        }
    }

    pub(super) fn flow_sequence(&mut self, first: bool) -> Result<Event<'a>, Error> {
        self.open_collection(first)?;
        if !first && !self.flow_entry(&TokenKind::FlowSequenceEnd)? {
            return self
                .unexpected("while parsing a flow sequence", "did not find expected ',' or ']'");
        }
        match self.peek()?.kind {
            TokenKind::FlowSequenceEnd => self.close_collection(EventKind::SequenceEnd),
            TokenKind::Key => {
                self.state = State::FlowPairKey;
                self.event(EventKind::MappingStart(Properties::default()))
            }
            _ => self.descend(State::FlowSequence { first: false }, FLOW_NODE, false),
        }
    }

    /// Steps over the comma before the next item; false where neither it nor the end stands.
    fn flow_entry(&mut self, end: &TokenKind<'_>) -> Result<bool, Error> {
        let kind = &self.peek()?.kind;
        if kind == end {
            return Ok(true);
        }
        let entry = matches!(kind, TokenKind::FlowEntry);
        if entry {
            self.take()?;
        }
        Ok(entry)
    }

    /// The key of `[key: value]`, a mapping of one entry.
    pub(super) fn flow_pair_key(&mut self) -> Result<Event<'a>, Error> {
        match self.peek()?.kind {
            TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowSequenceEnd => {
                // go-yaml takes the token here, and with it the `:`, so the value goes missing as well.
                let at = self.take()?.end;
                Ok(self.nothing_then(State::FlowPairValue, at))
            }
            _ => self.descend(State::FlowPairValue, FLOW_NODE, false),
        }
    }

    pub(super) fn flow_pair_value(&mut self) -> Result<Event<'a>, Error> {
        if matches!(self.peek()?.kind, TokenKind::Value) {
            self.take()?;
            if !matches!(self.peek()?.kind, TokenKind::FlowEntry | TokenKind::FlowSequenceEnd) {
                return self.descend(State::FlowPairEnd, FLOW_NODE, false);
            }
        }
        let at = self.peek()?.start;
        Ok(self.nothing_then(State::FlowPairEnd, at))
    }

    pub(super) fn flow_mapping_key(&mut self, first: bool) -> Result<Event<'a>, Error> {
        self.open_collection(first)?;
        if !first && !self.flow_entry(&TokenKind::FlowMappingEnd)? {
            return self
                .unexpected("while parsing a flow mapping", "did not find expected ',' or '}'");
        }
        match self.peek()?.kind {
            TokenKind::FlowMappingEnd => self.close_collection(EventKind::MappingEnd),
            TokenKind::Key => {
                const NEXT: State = State::FlowMappingValue { missing: false };
                self.take()?;
                let token = self.peek()?;
                let at = token.start;
                match token.kind {
                    TokenKind::Value | TokenKind::FlowEntry | TokenKind::FlowMappingEnd => {
                        Ok(self.nothing_then(NEXT, at))
                    }
                    _ => self.descend(NEXT, FLOW_NODE, false),
                }
            }
            _ => self.descend(State::FlowMappingValue { missing: true }, FLOW_NODE, false),
        }
    }

    pub(super) fn flow_mapping_value(&mut self, missing: bool) -> Result<Event<'a>, Error> {
        const NEXT: State = State::FlowMappingKey { first: false };
        if !missing && matches!(self.peek()?.kind, TokenKind::Value) {
            self.take()?;
            if !matches!(self.peek()?.kind, TokenKind::FlowEntry | TokenKind::FlowMappingEnd) {
                return self.descend(NEXT, FLOW_NODE, false);
            }
        }
        let at = self.peek()?.start;
        Ok(self.nothing_then(NEXT, at))
    }
}
