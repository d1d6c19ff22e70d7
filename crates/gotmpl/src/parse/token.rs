//! The words of the template language.

/// A piece of the template's text and what it is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Token {
    pub kind: TokenKind,
    /// White space stands before it, inside the action.
    pub spaced: bool,
    pub start: u32,
    pub end: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum TokenKind {
    /// The lexer's `error` has the words.
    Error,
    Bool,
    /// Some printable ASCII character without a meaning of its own, such as a comma.
    Character,
    CharacterConstant,
    Complex,
    Assign,
    Declare,
    End,
    Field,
    Identifier,
    LeftDelimiter,
    LeftParen,
    Number,
    Pipe,
    RawString,
    RightDelimiter,
    RightParen,
    String,
    Text,
    Variable,
    // Keywords from here on: Go shows them as `<end>`.
    KeyBlock,
    KeyBreak,
    KeyContinue,
    Dot,
    KeyDefine,
    KeyElse,
    KeyEnd,
    KeyIf,
    KeyNil,
    KeyRange,
    KeyTemplate,
    KeyWith,
}

impl TokenKind {
    pub(super) fn is_keyword(self) -> bool {
        self >= Self::KeyBlock
    }

    pub(super) fn keyword(word: &str) -> Option<Self> {
        Some(match word {
            "block" => Self::KeyBlock,
            "break" => Self::KeyBreak,
            "continue" => Self::KeyContinue,
            "define" => Self::KeyDefine,
            "else" => Self::KeyElse,
            "end" => Self::KeyEnd,
            "if" => Self::KeyIf,
            "nil" => Self::KeyNil,
            "range" => Self::KeyRange,
            "template" => Self::KeyTemplate,
            "with" => Self::KeyWith,
            _ => return None,
        })
    }
}
