//! The tokens that a YAML text is made of, borrowing from it wherever they can.

use std::borrow::Cow;

use crate::yaml::error::Mark;

#[derive(Clone, Debug)]
pub(crate) struct Token<'a> {
    pub(crate) kind: TokenKind<'a>,
    pub(crate) start: Mark,
    pub(crate) end: Mark,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum TokenKind<'a> {
    StreamEnd,
    VersionDirective(u8, u8),
    TagDirective {
        handle: &'a str,
        prefix: Cow<'a, str>,
    },
    DocumentStart,
    DocumentEnd,
    BlockSequenceStart,
    BlockMappingStart,
    BlockEnd,
    FlowSequenceStart,
    FlowSequenceEnd,
    FlowMappingStart,
    FlowMappingEnd,
    BlockEntry,
    FlowEntry,
    Key,
    Value,
    Alias(&'a str),
    Anchor(&'a str),
    /// An empty handle stands for a tag that is written out whole.
    Tag {
        handle: &'a str,
        suffix: Cow<'a, str>,
    },
    Scalar {
        value: Cow<'a, str>,
        plain: bool,
    },
}
