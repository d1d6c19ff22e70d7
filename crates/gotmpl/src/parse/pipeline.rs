//! Pipelines, commands and operands (text/template/parse/parse.go: pipeline and below).

use super::number;
use super::parser::{Parse, Parser, Variable, recent_place};
use super::token::{Token, TokenKind};
use super::tree::{Callee, Id, Names, NodeKind};
use super::unquote;
use crate::Str;
use crate::builtin::Builtin;
use crate::stack::deeper;

/// Go's bound on nested parentheses.
const MAX_PAREN_DEPTH: usize = 10_000;

impl<'t> Parser<'t> {
    /// Declarations and commands up to a token of kind `end`.
    pub(super) fn pipeline(&mut self, context: &str, end: TokenKind) -> Parse<Id> {
        let first = self.peek();
        let (declared, assigns) = self.declarations(context)?;
        let mark = self.open.len();
        let close = loop {
            let token = self.next();
            match token.kind {
                kind if kind == end => break token,
                TokenKind::Bool
                | TokenKind::CharacterConstant
                | TokenKind::Complex
                | TokenKind::Dot
                | TokenKind::Field
                | TokenKind::Identifier
                | TokenKind::Number
                | TokenKind::KeyNil
                | TokenKind::RawString
                | TokenKind::String
                | TokenKind::Variable
                | TokenKind::LeftParen => {
                    self.back();
                    let command = self.command()?;
                    self.open.push(command);
                }
                _ => return Err(self.unexpected(token, context)),
            }
        };
        self.check_stages(mark, context)?;
        let commands = self.close(mark);
        self.declare(&declared, assigns);
        let declared = self.close(mark);
        let kind = NodeKind::Pipe { declared, commands, assigns };
        Ok(self.node(kind, first.start, first.start, close.start))
    }

    /// `$x :=`, `$x =`, and in `range` `$i, $x :=`.
    fn declarations(&mut self, context: &str) -> Parse<(Vec<Token>, bool)> {
        let mut declared = Vec::new();
        loop {
            let variable = self.peek();
            if variable.kind != TokenKind::Variable {
                return Ok((declared, false));
            }
            self.next();
            let next = self.peek();
            let is_comma = next.kind == TokenKind::Character && self.text_of(next) == ",";
            if matches!(next.kind, TokenKind::Assign | TokenKind::Declare) || is_comma {
                self.next();
                declared.push(variable);
                let name = self.text_of(variable);
                self.scope.variables.push(Variable { name, slot: None });
            }
            match next.kind {
                TokenKind::Assign => return Ok((declared, true)),
                TokenKind::Declare => return Ok((declared, false)),
                _ if is_comma && context == "range" && declared.len() < 2 => {
                    let next = self.peek().kind;
                    if !matches!(
                        next,
                        TokenKind::Variable | TokenKind::RightDelimiter | TokenKind::RightParen
                    ) {
                        return Err(self.fault("range can only initialize variables"));
                    }
                }
                _ if is_comma => {
                    return Err(self.fault(format!("too many declarations in {context}")));
                }
                _ => {
                    self.back_two(variable);
                    return Ok((declared, false));
                }
            }
        }
    }

    /// Gives declared variables their slots, now that what they are set to has been parsed.
    fn declare(&mut self, declared: &[Token], assigns: bool) {
        for token in declared {
            let name = self.text_of(*token);
            let slot = if assigns {
                self.slot(name).flatten()
            } else {
                let slot = Some(self.scope.live);
                self.scope.live += 1;
                self.scope.slots = self.scope.slots.max(self.scope.live);
                self.scope.variables.push(Variable { name, slot });
                slot
            };
            let kind = NodeKind::Variable { slot, names: Names::default() };
            let node = self.node(kind, token.start, token.start, token.end);
            self.open.push(node);
        }
    }

    /// The slot of the innermost variable of a name; `Some(None)` for one that never gets a value.
    fn slot(&self, name: &str) -> Option<Option<u32>> {
        let named = |variable: &&Variable<'_>| variable.name == name;
        let variables = self.scope.variables.iter().rev();
        let with_value = variables.clone().filter(named).find_map(|variable| variable.slot);
        match with_value {
            Some(slot) => Some(Some(slot)),
            None => self.scope.variables.iter().any(|v| v.name == name).then_some(None),
        }
    }

    fn check_stages(&self, mark: usize, context: &str) -> Parse<()> {
        let commands = &self.open[mark..];
        if commands.is_empty() {
            return Err(self.fault(format!("missing value for {context}")));
        }
        for (index, command) in commands.iter().enumerate().skip(1) {
            let command = &self.nodes[*command as usize];
            let NodeKind::Command { arguments } = command.kind else { continue };
            let first = self.lists_at(arguments.start);
            if matches!(
                self.nodes[first as usize].kind,
                NodeKind::Bool(_)
                    | NodeKind::Dot
                    | NodeKind::Nil
                    | NodeKind::Number { .. }
                    | NodeKind::String { .. }
            ) {
                let message = format!("non executable command in pipeline stage {}", index + 1);
                return Err(self.fault_about(command.start, command.end, message));
            }
        }
        Ok(())
    }

    /// Operands up to a `|`, which is consumed, or the end of the pipeline, which is not.
    fn command(&mut self) -> Parse<Id> {
        let first = self.peek();
        let mark = self.open.len();
        let mut end = first.end;
        loop {
            let operand = self.operand()?;
            if let Some(operand) = operand {
                end = self.nodes[operand as usize].end;
                self.open.push(operand);
            }
            let token = self.next();
            match token.kind {
                TokenKind::RightDelimiter | TokenKind::RightParen => {
                    self.back();
                    break;
                }
                TokenKind::Pipe => break,
                _ if token.spaced && operand.is_some() => self.back(),
                _ => return Err(self.unexpected(token, "operand")),
            }
        }
        if self.open.len() == mark {
            return Err(self.fault("empty command"));
        }
        let arguments = self.close(mark);
        Ok(self.node(NodeKind::Command { arguments }, first.start, first.start, end))
    }

    /// A term and the fields that directly follow it.
    fn operand(&mut self) -> Parse<Option<Id>> {
        let start = self.peek().start;
        let Some(term) = self.term()? else { return Ok(None) };
        let first = self.peek();
        if !follows(first) {
            return Ok(Some(term));
        }
        let names_start = self.names.len() as u32;
        let mut end = first.end;
        while follows(self.peek()) {
            let token = self.next();
            end = token.end;
            let name = Str::from(&self.text_of(token)[1..]);
            self.names.push(name);
        }
        let added = self.names.len() as u32 - names_start;
        let kind = match self.nodes[term as usize].kind {
            NodeKind::Field { names } => {
                NodeKind::Field { names: Names { start: names.start, count: names.count + added } }
            }
            NodeKind::Variable { slot, .. } => {
                NodeKind::Variable { slot, names: Names { start: names_start, count: added } }
            }
            NodeKind::Bool(_)
            | NodeKind::String { .. }
            | NodeKind::Number { .. }
            | NodeKind::Nil
            | NodeKind::Dot => {
                let term = &self.nodes[term as usize];
                let text = &self.lexer.text[term.start as usize..term.end as usize];
                let shown = crate::quote_go(text.as_bytes());
                let message = format!("unexpected . after term {shown}");
                return Err(self.fault_about(start, end, message));
            }
            _ => {
                let names = Names { start: names_start, count: added };
                let chain = NodeKind::Chain { node: term, names };
                return Ok(Some(self.node(chain, first.start, start, end)));
            }
        };
        let node = &mut self.nodes[term as usize];
        node.kind = kind;
        // Go places the chain at the first field that was added to the term.
        node.at = first.start;
        node.end = end;
        Ok(Some(term))
    }

    fn term(&mut self) -> Parse<Option<Id>> {
        let token = self.next();
        let text = self.text_of(token);
        let kind = match token.kind {
            TokenKind::Identifier => NodeKind::Identifier { callee: self.callee(text, token)? },
            TokenKind::Dot => NodeKind::Dot,
            TokenKind::KeyNil => NodeKind::Nil,
            TokenKind::Variable => match self.slot(text) {
                Some(slot) => NodeKind::Variable { slot, names: Names::default() },
                None => {
                    let shown = crate::quote_go(text.as_bytes());
                    let message = format!("undefined variable {shown}");
                    return Err(self.fault_about(token.start, token.end, message));
                }
            },
            TokenKind::Field => {
                self.names.push(Str::from(&text[1..]));
                NodeKind::Field { names: Names { start: self.names.len() as u32 - 1, count: 1 } }
            }
            TokenKind::Bool => NodeKind::Bool(text == "true"),
            TokenKind::CharacterConstant | TokenKind::Complex | TokenKind::Number => {
                let number = match token.kind {
                    TokenKind::CharacterConstant => number::character(text),
                    TokenKind::Complex => number::complex(text),
                    _ => number::number(text),
                };
                let number =
                    number.map_err(|error| self.fault_about(token.start, token.end, error))?;
                self.numbers.push(number);
                NodeKind::Number { index: self.numbers.len() as u32 - 1 }
            }
            TokenKind::LeftParen => return self.parenthesized().map(Some),
            TokenKind::String | TokenKind::RawString => {
                let string = unquote::string(text);
                let string =
                    string.map_err(|error| self.fault_about(token.start, token.end, error))?;
                NodeKind::String { index: self.string(string) }
            }
            _ => {
                self.back();
                return Ok(None);
            }
        };
        Ok(Some(self.node(kind, token.start, token.start, token.end)))
    }

    fn parenthesized(&mut self) -> Parse<Id> {
        if self.scope.paren_depth >= MAX_PAREN_DEPTH {
            return Err(self.fault("max expression depth exceeded"));
        }
        self.scope.paren_depth += 1;
        let pipe = deeper(|| self.pipeline("parenthesized pipeline", TokenKind::RightParen));
        self.scope.paren_depth -= 1;
        pipe
    }

    fn callee(&mut self, name: &'t str, token: Token) -> Parse<u32> {
        let place = recent_place(name);
        if self.recent[place].0 == name {
            return Ok(self.recent[place].1);
        }
        let callee = self.callee_by_name(name, token)?;
        self.recent[place] = (name, callee);
        Ok(callee)
    }

    fn callee_by_name(&mut self, name: &'t str, token: Token) -> Parse<u32> {
        if let Some(callee) = self.callees_by_name.get(name) {
            return Ok(*callee);
        }
        let callee = match self.functions.get(name) {
            Some(function) => Callee::Function(function.clone()),
            None => match Builtin::named(name) {
                Some(builtin) => Callee::Builtin(builtin),
                None => {
                    let shown = crate::quote_go(name.as_bytes());
                    let message = format!("function {shown} not defined");
                    return Err(self.fault_about(token.start, token.end, message));
                }
            },
        };
        self.callees.push(callee);
        let index = self.callees.len() as u32 - 1;
        self.callees_by_name.insert(name, index);
        Ok(index)
    }

    pub(super) fn string(&mut self, string: Str) -> u32 {
        self.strings.push(string);
        self.strings.len() as u32 - 1
    }
}

/// Whether a field belongs to what stands before it.
fn follows(token: Token) -> bool {
    token.kind == TokenKind::Field && !token.spaced
}
