//! Actions in order: text, output, conditions, and templates within templates.

use super::operand::Operand;
use super::{Exec, Failure};
use crate::parse::{Branch, Id, Ids, NodeKind};
use crate::print::Printer;
use crate::stack::deeper;
use crate::truth::truth;
use crate::{ErrorKind, Value};

/// How a list of actions ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
}

impl Exec<'_> {
    pub(super) fn walk(&mut self, dot: &Operand, nodes: Ids) -> Result<Flow, Failure> {
        let tree = self.tree;
        for id in tree.ids(nodes) {
            self.node = *id;
            let node = tree.node(*id);
            match node.kind {
                NodeKind::Text => {
                    let text = &tree.text.as_bytes()[node.start as usize..node.end as usize];
                    self.out.extend_from_slice(text);
                    self.wrote(text.len())?;
                }
                NodeKind::Action { pipe } => self.action(dot, *id, pipe)?,
                NodeKind::If(branch) | NodeKind::With(branch) | NodeKind::Range(branch) => {
                    let flow = deeper(|| self.branch(dot, node.kind, branch))?;
                    if flow != Flow::Next {
                        return Ok(flow);
                    }
                }
                NodeKind::Template { name, pipe } => self.template_action(dot, *id, name, pipe)?,
                NodeKind::Break => return Ok(Flow::Break),
                NodeKind::Continue => return Ok(Flow::Continue),
                _ => {}
            }
        }
        Ok(Flow::Next)
    }

    /// Counts a step of work.
    pub(super) fn step(&mut self) -> Result<(), Failure> {
        let steps = self.run.steps.get() + 1;
        self.run.steps.set(steps);
        if steps > self.run.options.limits.steps {
            return Err(self.fail_as(ErrorKind::Limit, "exceeded maximum number of actions"));
        }
        Ok(())
    }

    fn wrote(&mut self, bytes: usize) -> Result<(), Failure> {
        let written = self.run.written.get() + bytes;
        self.run.written.set(written);
        if written > self.run.options.limits.output {
            return Err(self.fail_as(ErrorKind::Limit, "exceeded maximum size of output"));
        }
        Ok(())
    }

    /// The most bytes that may still be written.
    pub(super) fn room(&self) -> usize {
        self.run.options.limits.output.saturating_sub(self.run.written.get())
    }

    fn action(&mut self, dot: &Operand, id: Id, pipe: Id) -> Result<(), Failure> {
        self.step()?;
        let value = self.statement(dot, pipe)?;
        let NodeKind::Pipe { declared, .. } = self.tree.kind(pipe) else { return Ok(()) };
        if declared.count > 0 {
            return Ok(());
        }
        self.node = id;
        self.print(&value.value)
    }

    fn print(&mut self, value: &Value) -> Result<(), Failure> {
        if let Value::Object(object) = value
            && let Some(text) = object.print_in_place()
        {
            self.out.extend_from_slice(text.as_bytes());
            return self.wrote(text.len());
        }
        let before = self.out.len();
        match value {
            Value::Str(text) => self.out.extend_from_slice(text.as_bytes()),
            Value::Nil => self.out.extend_from_slice(b"<no value>"),
            _ => {
                let mut printer = Printer::new(before.saturating_add(self.room()));
                printer.out = std::mem::take(&mut self.out);
                printer.argument(value, 'v');
                self.out = printer.out;
                if printer.is_cut {
                    let message = "value is too large or too deep to print";
                    return Err(self.fail_as(ErrorKind::Limit, message));
                }
            }
        }
        self.wrote(self.out.len() - before)
    }

    /// A whole pipeline of an action; its failure tells what the operands were.
    pub(super) fn statement(&mut self, dot: &Operand, pipe: Id) -> Result<Operand, Failure> {
        self.pipeline(dot, pipe).map_err(|mut error| {
            if error.trace.is_empty() && error.seen.is_empty() {
                error.seen = self.seen(dot, pipe);
            }
            error
        })
    }

    fn branch(&mut self, dot: &Operand, kind: NodeKind, branch: Branch) -> Result<Flow, Failure> {
        self.step()?;
        let Branch { pipe, body, otherwise } = branch;
        if matches!(kind, NodeKind::Range(_)) {
            return self.range(dot, branch);
        }
        let value = self.statement(dot, pipe)?;
        if truth(&value.value) {
            let dot = if matches!(kind, NodeKind::With(_)) { &value } else { dot };
            return self.walk(dot, body);
        }
        self.walk(dot, otherwise)
    }

    /// The `template` action: no variables pass but the one value.
    fn template_action(
        &mut self,
        dot: &Operand,
        id: Id,
        name: u32,
        pipe: Option<Id>,
    ) -> Result<(), Failure> {
        self.step()?;
        let name = self.tree.strings[name as usize].to_text();
        let Some(found) = self.set.lookup(&name)? else {
            let name = crate::quote_go(name.as_bytes());
            return Err(self.fail(format!("template {name} not defined")));
        };
        self.enter()?;
        let dot = match pipe {
            Some(pipe) => self.statement(dot, pipe)?,
            None => Operand::invalid(),
        };
        let outer = (self.tree, self.running, self.base);
        self.base = self.variables.len();
        self.variables.resize(self.base + found.template.slots as usize, Operand::default());
        self.variables[self.base] = dot.clone();
        (self.tree, self.running) = (found.tree, found);
        let result = deeper(|| self.walk(&dot, found.template.root));
        self.variables.truncate(self.base);
        (self.tree, self.running, self.base) = outer;
        self.node = id;
        self.leave();
        result.map(|_| ()).map_err(|error| self.called_by_template(error))
    }

    /// Counts a template that starts to run.
    pub(super) fn enter(&mut self) -> Result<(), Failure> {
        let depth = self.run.depth.get();
        let most = self.run.options.limits.depth;
        if depth >= most {
            let message = format!("exceeded maximum template depth ({most})");
            return Err(self.fail_as(ErrorKind::Limit, message));
        }
        self.run.depth.set(depth + 1);
        Ok(())
    }

    pub(super) fn leave(&self) {
        self.run.depth.set(self.run.depth.get() - 1);
    }
}
