//! A node as text, in the normal form that Go's messages show between `<` and `>`.

use super::tree::{Id, Ids, NodeKind, Parsed};
use crate::stack::deeper;

impl Parsed {
    pub(crate) fn show(&self, id: Id) -> String {
        let mut text = String::new();
        self.write(id, &mut text);
        text
    }

    fn write(&self, id: Id, text: &mut String) {
        match self.kind(id) {
            NodeKind::Action { pipe } => {
                text.push_str("{{");
                self.write(pipe, text);
                text.push_str("}}");
            }
            NodeKind::Template { name, pipe } => {
                text.push_str("{{template ");
                text.push_str(&crate::quote_go(self.strings[name as usize].as_bytes()));
                if let Some(pipe) = pipe {
                    text.push(' ');
                    self.write(pipe, text);
                }
                text.push_str("}}");
            }
            NodeKind::Pipe { declared, commands, assigns } => {
                self.write_all(declared, ", ", text);
                if declared.count > 0 {
                    text.push_str(if assigns { " = " } else { " := " });
                }
                self.write_all(commands, " | ", text);
            }
            NodeKind::Command { arguments } => {
                for (index, argument) in self.ids(arguments).iter().enumerate() {
                    if index > 0 {
                        text.push(' ');
                    }
                    self.write_operand(*argument, text);
                }
            }
            NodeKind::Chain { node, names } => {
                self.write_operand(node, text);
                for name in self.names(names) {
                    text.push('.');
                    text.push_str(&name.to_text());
                }
            }
            _ => text.push_str(self.source(id)),
        }
    }

    fn write_all(&self, ids: Ids, between: &str, text: &mut String) {
        for (index, id) in self.ids(ids).iter().enumerate() {
            if index > 0 {
                text.push_str(between);
            }
            self.write(*id, text);
        }
    }

    /// A pipeline as an operand stands in parentheses.
    fn write_operand(&self, id: Id, text: &mut String) {
        if matches!(self.kind(id), NodeKind::Pipe { .. }) {
            text.push('(');
            deeper(|| self.write(id, text));
            text.push(')');
        } else {
            self.write(id, text);
        }
    }
}
