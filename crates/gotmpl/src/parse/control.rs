//! Files, lists of actions and control structures (text/template/parse/parse.go).

use std::sync::Arc;

use super::parser::{Parse, Parser, Scope};
use super::token::{Token, TokenKind};
use super::tree::{Branch, Id, Ids, NodeKind, Template};
use super::unquote;
use crate::stack::deeper;

/// Nested control structures; Go has no bound of its own but its stack's.
const MAX_CONTROL_DEPTH: usize = 10_000;

/// A node, or what ends a list of nodes.
enum Item {
    Node(Id),
    End,
    Else,
}

impl Item {
    fn shown(&self) -> &'static str {
        if matches!(self, Self::Else) { "{{else}}" } else { "{{end}}" }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Control {
    If,
    With,
    Range,
}

impl Parser<'_> {
    /// The whole text: actions, and definitions between them.
    pub(super) fn file(&mut self, name: &Arc<str>) -> Parse<()> {
        let mark = self.open.len();
        while self.peek().kind != TokenKind::End {
            if self.peek().kind == TokenKind::LeftDelimiter {
                let delimiter = self.next();
                if self.next().kind == TokenKind::KeyDefine {
                    self.definition()?;
                    continue;
                }
                self.back_two(delimiter);
            }
            match self.text_or_action()? {
                Item::Node(node) => self.open.push(node),
                ending => return Err(self.fault(format!("unexpected {}", ending.shown()))),
            }
        }
        self.add(Arc::clone(name), mark)
    }

    /// Adds a template of this file; of two with one name, at most one may have content.
    fn add(&mut self, name: Arc<str>, mark: usize) -> Parse<()> {
        let is_empty = self.open[mark..].iter().all(|node| self.is_blank(*node));
        let root = self.close(mark);
        let template = Template { name, root, is_empty, slots: self.scope.slots };
        let place = self.templates.iter().position(|other| other.name == template.name);
        match place {
            None => self.templates.push(template),
            Some(place) if self.templates[place].is_empty => self.templates[place] = template,
            Some(_) if is_empty => {}
            Some(_) => {
                let name = crate::quote_go(template.name.as_bytes());
                let message = format!("template: multiple definition of template {name}");
                return Err(self.fault(message));
            }
        }
        Ok(())
    }

    fn is_blank(&self, node: Id) -> bool {
        let node = &self.nodes[node as usize];
        let text = &self.lexer.text[node.start as usize..node.end as usize];
        matches!(node.kind, NodeKind::Text) && text.trim().is_empty()
    }

    /// A template of its own, with its own variables. `{{define` has been read.
    fn definition(&mut self) -> Parse<()> {
        let outer = std::mem::replace(&mut self.scope, Scope::new());
        let token = self.next();
        let name = self.template_name(token, "define clause")?;
        self.expect(TokenKind::RightDelimiter, "define clause")?;
        self.definition_body(&name, "define clause")?;
        self.scope = outer;
        Ok(())
    }

    fn definition_body(&mut self, name: &str, context: &str) -> Parse<()> {
        let mark = self.open.len();
        let ending = self.nested()?;
        if !matches!(ending, Item::End) {
            return Err(self.fault(format!("unexpected {} in {context}", ending.shown())));
        }
        self.add(Arc::from(name), mark)
    }

    /// A list of actions one level further down; its nodes are left in `open`.
    fn nested(&mut self) -> Parse<Item> {
        if self.control_depth >= MAX_CONTROL_DEPTH {
            return Err(self.fault("max nesting depth exceeded"));
        }
        self.control_depth += 1;
        let ending = deeper(|| self.item_list());
        self.control_depth -= 1;
        ending
    }

    /// Actions up to an `end` or `else`.
    fn item_list(&mut self) -> Parse<Item> {
        while self.peek().kind != TokenKind::End {
            match self.text_or_action()? {
                Item::Node(node) => self.open.push(node),
                ending => return Ok(ending),
            }
        }
        Err(self.fault("unexpected EOF"))
    }

    fn text_or_action(&mut self) -> Parse<Item> {
        let token = self.next();
        match token.kind {
            TokenKind::Text => {
                Ok(Item::Node(self.node(NodeKind::Text, token.start, token.start, token.end)))
            }
            TokenKind::LeftDelimiter => {
                self.scope.action = Some(token.start);
                let item = self.action(token)?;
                self.scope.action = None;
                Ok(item)
            }
            _ => Err(self.unexpected(token, "input")),
        }
    }

    /// What follows `{{`, whose token is given.
    fn action(&mut self, open: Token) -> Parse<Item> {
        let token = self.next();
        let kind = match token.kind {
            TokenKind::KeyBlock => return self.block(open),
            TokenKind::KeyBreak => self.jump("break", NodeKind::Break)?,
            TokenKind::KeyContinue => self.jump("continue", NodeKind::Continue)?,
            TokenKind::KeyElse => return self.else_keyword(),
            TokenKind::KeyEnd => {
                self.expect(TokenKind::RightDelimiter, "end")?;
                return Ok(Item::End);
            }
            TokenKind::KeyIf => NodeKind::If(self.control(Control::If)?),
            TokenKind::KeyRange => NodeKind::Range(self.control(Control::Range)?),
            TokenKind::KeyWith => NodeKind::With(self.control(Control::With)?),
            TokenKind::KeyTemplate => return self.template_call(open),
            _ => {
                self.back();
                let pipe = self.pipeline("command", TokenKind::RightDelimiter)?;
                NodeKind::Action { pipe }
            }
        };
        let end = self.newest_end();
        Ok(Item::Node(self.node(kind, token.start, open.start, end)))
    }

    fn jump(&mut self, word: &str, kind: NodeKind) -> Parse<NodeKind> {
        let context = format!("{{{{{word}}}}}");
        self.expect(TokenKind::RightDelimiter, &context)?;
        if self.scope.range_depth == 0 {
            return Err(self.fault(format!("{context} outside {{{{range}}}}")));
        }
        Ok(kind)
    }

    /// `else`, possibly with an `if` or `with` that is left to be read.
    fn else_keyword(&mut self) -> Parse<Item> {
        let next = self.peek();
        if !matches!(next.kind, TokenKind::KeyIf | TokenKind::KeyWith) {
            self.expect(TokenKind::RightDelimiter, "else")?;
        }
        Ok(Item::Else)
    }

    fn control(&mut self, control: Control) -> Parse<Branch> {
        let (variables, live) = (self.scope.variables.len(), self.scope.live);
        let context = match control {
            Control::If => "if",
            Control::With => "with",
            Control::Range => "range",
        };
        let pipe = self.pipeline(context, TokenKind::RightDelimiter)?;
        let is_range = usize::from(control == Control::Range);
        self.scope.range_depth += is_range;
        let (declared, live_after) = (self.scope.variables.len(), self.scope.live);
        let mark = self.open.len();
        let ending = self.nested()?;
        let body = self.close(mark);
        self.scope.range_depth -= is_range;
        // What the body declares is known to `else`, but has no value there: the body has not run.
        self.scope.live = live_after;
        for variable in &mut self.scope.variables[declared..] {
            variable.slot = None;
        }
        let otherwise = match ending {
            Item::Else => self.otherwise(control)?,
            _ => Ids::default(),
        };
        self.scope.variables.truncate(variables);
        self.scope.live = live;
        Ok(Branch { pipe, body, otherwise })
    }

    /// The part after `else`. Of `else if` and `else with` the one `end` closes all.
    fn otherwise(&mut self, control: Control) -> Parse<Ids> {
        let next = self.peek();
        let chained = match next.kind {
            TokenKind::KeyIf => control == Control::If,
            TokenKind::KeyWith => control == Control::With,
            _ => false,
        };
        if !chained {
            let mark = self.open.len();
            let ending = self.nested()?;
            if !matches!(ending, Item::End) {
                return Err(self.fault(format!("expected end; found {}", ending.shown())));
            }
            return Ok(self.close(mark));
        }
        self.next();
        if self.control_depth >= MAX_CONTROL_DEPTH {
            return Err(self.fault("max nesting depth exceeded"));
        }
        self.control_depth += 1;
        let branch = deeper(|| self.control(control))?;
        self.control_depth -= 1;
        let kind =
            if control == Control::If { NodeKind::If(branch) } else { NodeKind::With(branch) };
        let node = self.node(kind, next.start, next.start, next.end);
        self.open.push(node);
        Ok(self.close(self.open.len() - 1))
    }

    /// Defines a template in place and runs it there.
    fn block(&mut self, open: Token) -> Parse<Item> {
        let token = self.next();
        let name = self.template_name(token, "block clause")?;
        let pipe = self.pipeline("block clause", TokenKind::RightDelimiter)?;
        let end = self.newest_end();
        let outer = std::mem::replace(&mut self.scope, Scope::new());
        self.definition_body(&name, "block clause")?;
        self.scope = outer;
        let kind = NodeKind::Template { name: self.string(name.into()), pipe: Some(pipe) };
        Ok(Item::Node(self.node(kind, token.start, open.start, end)))
    }

    fn template_call(&mut self, open: Token) -> Parse<Item> {
        let token = self.next();
        let name = self.template_name(token, "template clause")?;
        let mut pipe = None;
        if self.next().kind != TokenKind::RightDelimiter {
            self.back();
            pipe = Some(self.pipeline("template clause", TokenKind::RightDelimiter)?);
        }
        let kind = NodeKind::Template { name: self.string(name.into()), pipe };
        let end = self.newest_end();
        Ok(Item::Node(self.node(kind, token.start, open.start, end)))
    }

    fn template_name(&mut self, token: Token, context: &str) -> Parse<String> {
        if !matches!(token.kind, TokenKind::String | TokenKind::RawString) {
            return Err(self.unexpected(token, context));
        }
        let name = unquote::string(self.text_of(token));
        let name = name.map_err(|error| self.fault_about(token.start, token.end, error))?;
        Ok(name.to_text().into_owned())
    }
}
