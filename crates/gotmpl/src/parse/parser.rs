//! The parser's state: tokens that are read and put back, the scope, and the tree that grows.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::Fault;
use super::lex::Lexer;
use super::number::Number;
use super::token::{Token, TokenKind};
use super::tree::{Callee, Id, Ids, Node, NodeKind, Parsed, Template};
use crate::{Functions, Str};

pub(super) type Parse<T> = Result<T, Box<Fault>>;

pub(super) struct Parser<'t> {
    file: &'t Arc<str>,
    pub lexer: Lexer<'t>,
    pub functions: &'t Functions,
    /// The last tokens that were read; `[0]` is the newest.
    tokens: [Token; 2],
    /// How many of them are to be read again.
    ahead: usize,
    pub scope: Scope<'t>,
    pub control_depth: usize,
    pub callees_by_name: BTreeMap<&'t str, u32>,
    /// Callees that were met lately, each where `recent_place` puts its name.
    pub recent: [(&'t str, u32); RECENT],
    pub nodes: Vec<Node>,
    lists: Vec<Id>,
    /// Nodes of the lists that are being read, innermost last.
    pub(super) open: Vec<Id>,
    pub names: Vec<Str>,
    pub strings: Vec<Str>,
    pub numbers: Vec<Number>,
    pub callees: Vec<Callee>,
    pub templates: Vec<Template>,
}

/// A power of two.
const RECENT: usize = 64;

/// A place by a few letters: most files call few functions, again and again.
pub(super) fn recent_place(name: &str) -> usize {
    let bytes = name.as_bytes();
    let letter = |at: usize| bytes.get(at).map_or(0, |byte| usize::from(*byte));
    (bytes.len() + 3 * letter(0) + 5 * letter(2) + 7 * letter(bytes.len().wrapping_sub(1))) % RECENT
}

/// What a template's text may use; each `define` starts anew.
pub(super) struct Scope<'t> {
    /// Declared variables, innermost last.
    pub variables: Vec<Variable<'t>>,
    /// How many of them have a slot, and the most that ever had.
    pub live: u32,
    pub slots: u32,
    pub range_depth: usize,
    pub paren_depth: usize,
    /// Where the action starts that is being parsed.
    pub action: Option<u32>,
}

pub(super) struct Variable<'t> {
    pub name: &'t str,
    /// None while the pipeline that declares it is being parsed, and for assignments: known but without a value.
    pub slot: Option<u32>,
}

impl Scope<'_> {
    pub(super) fn new() -> Self {
        Self {
            variables: vec![Variable { name: "$", slot: Some(0) }],
            live: 1,
            slots: 1,
            range_depth: 0,
            paren_depth: 0,
            action: None,
        }
    }
}

pub(super) fn parse<'t>(
    name: &'t Arc<str>,
    text: &'t Arc<str>,
    functions: &'t Functions,
) -> Parse<Parsed> {
    let nothing = Token { kind: TokenKind::End, spaced: false, start: 0, end: 0 };
    let spare = SPARE.take();
    let mut parser = Parser {
        file: name,
        lexer: Lexer::new(text),
        functions,
        tokens: [nothing; 2],
        ahead: 0,
        scope: Scope::new(),
        control_depth: 0,
        callees_by_name: BTreeMap::new(),
        recent: [("", 0); RECENT],
        nodes: spare.nodes,
        lists: spare.lists,
        open: spare.open,
        names: Vec::new(),
        strings: Vec::new(),
        numbers: Vec::new(),
        callees: Vec::new(),
        templates: Vec::new(),
    };
    if u32::try_from(text.len()).is_err() {
        return Err(parser.fault("template is longer than 4 GiB"));
    }
    parser.lexer.break_is_keyword = functions.get("break").is_none();
    parser.lexer.continue_is_keyword = functions.get("continue").is_none();
    parser.file(name)?;
    let Parser { mut nodes, mut lists, open, names, strings, numbers, callees, templates, .. } =
        parser;
    let parsed = Parsed {
        name: Arc::clone(name),
        text: Arc::clone(text),
        templates,
        nodes: nodes.as_slice().into(),
        lists: lists.as_slice().into(),
        names,
        strings,
        numbers,
        callees,
    };
    nodes.clear();
    lists.clear();
    SPARE.set(Spare { nodes, lists, open });
    Ok(parsed)
}

/// What grew while a file was parsed, for the next one: so each tree takes no more memory than its size.
#[derive(Default)]
struct Spare {
    nodes: Vec<Node>,
    lists: Vec<Id>,
    /// Empty again at the end of each file.
    open: Vec<Id>,
}

thread_local! {
    static SPARE: Cell<Spare> = Cell::default();
}

impl<'t> Parser<'t> {
    #[inline]
    pub(super) fn next(&mut self) -> Token {
        if self.ahead > 0 {
            self.ahead -= 1;
            self.tokens[self.ahead]
        } else {
            self.tokens[0] = self.lexer.next();
            self.tokens[0]
        }
    }

    pub(super) fn back(&mut self) {
        self.ahead += 1;
    }

    /// Puts back the newest token and one before it.
    pub(super) fn back_two(&mut self, first: Token) {
        self.tokens[1] = first;
        self.ahead = 2;
    }

    pub(super) fn peek(&mut self) -> Token {
        let token = self.next();
        self.back();
        token
    }

    pub(super) fn text_of(&self, token: Token) -> &'t str {
        &self.lexer.text[token.start as usize..token.end as usize]
    }

    /// An error about the newest token.
    pub(super) fn fault(&self, message: impl Into<String>) -> Box<Fault> {
        let Token { start, end, .. } = self.tokens[0];
        self.fault_about(start, end, message)
    }

    /// An error about some text; Go's line stays that of the newest token.
    pub(super) fn fault_about(
        &self,
        start: u32,
        end: u32,
        message: impl Into<String>,
    ) -> Box<Fault> {
        let message = message.into();
        let at = self.tokens[0].start as usize;
        Box::new(Fault { message, at, range: start as usize..end as usize })
    }

    pub(super) fn unexpected(&self, token: Token, context: &str) -> Box<Fault> {
        let Token { kind, start, end, .. } = token;
        let text = self.text_of(token);
        let shown = match kind {
            TokenKind::Error => return self.lexer_fault(token),
            TokenKind::End => "EOF".to_owned(),
            _ if kind.is_keyword() => format!("<{text}>"),
            _ if text.len() > 10 => {
                let head: String = text.chars().take(10).collect();
                format!("{}...", crate::quote_go(head.as_bytes()))
            }
            _ => crate::quote_go(text.as_bytes()),
        };
        self.fault_about(start, end, format!("unexpected {shown} in {context}"))
    }

    /// The lexer's error, with the start of the action if that is on another line.
    fn lexer_fault(&self, token: Token) -> Box<Fault> {
        let line = |at: u32| super::line_and_column(self.lexer.text, at as usize).0;
        let mut message = self.lexer.error.clone();
        if let Some(action) = self.scope.action.filter(|at| line(*at) != line(token.start)) {
            let words = if message.ends_with(" action") { "" } else { " in action" };
            message = format!("{message}{words} started at {}:{}", self.file, line(action));
        }
        self.fault_about(token.start, token.end, message)
    }

    pub(super) fn expect(&mut self, kind: TokenKind, context: &str) -> Parse<Token> {
        let token = self.next();
        if token.kind == kind { Ok(token) } else { Err(self.unexpected(token, context)) }
    }

    pub(super) fn node(&mut self, kind: NodeKind, at: u32, start: u32, end: u32) -> Id {
        self.nodes.push(Node { kind, at, start, end });
        (self.nodes.len() - 1) as Id
    }

    /// The nodes that were read since `open` had a length, as a list.
    pub(super) fn close(&mut self, mark: usize) -> Ids {
        let start = self.lists.len() as u32;
        self.lists.extend_from_slice(&self.open[mark..]);
        self.open.truncate(mark);
        Ids { start, count: self.lists.len() as u32 - start }
    }

    pub(super) fn lists_at(&self, index: u32) -> Id {
        self.lists[index as usize]
    }

    pub(super) fn newest_end(&self) -> u32 {
        self.tokens[0].end
    }
}
