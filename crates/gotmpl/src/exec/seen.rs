//! What the operands of a failed expression were, for people who look for the reason.

use super::Exec;
use super::operand::Operand;
use crate::parse::{Id, NodeKind};
use crate::print::Printer;
use crate::{Str, Value};

/// More would hide the reason.
const MAX_OPERANDS: usize = 8;
const MAX_CHARACTERS: usize = 80;

impl Exec<'_> {
    /// The fields and variables of a pipeline, each up to where it leads, with their values; nothing is noted as read.
    pub(super) fn seen(&self, dot: &Operand, pipe: Id) -> Vec<(String, String)> {
        let mut seen = Vec::new();
        let mut open = vec![pipe];
        while let Some(id) = open.pop() {
            match self.tree.kind(id) {
                NodeKind::Pipe { commands, .. } => {
                    open.extend(self.tree.ids(commands).iter().rev());
                }
                NodeKind::Command { arguments } => {
                    open.extend(self.tree.ids(arguments).iter().rev());
                }
                NodeKind::Chain { node, .. } => open.push(node),
                NodeKind::Field { names } => {
                    push(&mut seen, walked("", &dot.value, self.tree.names(names)));
                }
                NodeKind::Variable { slot: Some(slot), names } => {
                    let root = self.tree.source(id).split('.').next().unwrap_or_default();
                    let Some(value) = self.variables.get(self.base + slot as usize) else {
                        continue;
                    };
                    push(&mut seen, walked(root, &value.value, self.tree.names(names)));
                }
                NodeKind::Dot => push(&mut seen, (".".to_owned(), shown(&dot.value))),
                _ => {}
            }
            if seen.len() >= MAX_OPERANDS {
                break;
            }
        }
        seen
    }
}

fn push(seen: &mut Vec<(String, String)>, operand: (String, String)) {
    if !seen.contains(&operand) {
        seen.push(operand);
    }
}

/// The longest part of a chain that has a value.
fn walked(root: &str, value: &Value, names: &[Str]) -> (String, String) {
    let mut path = root.to_owned();
    let mut value = value.clone();
    for name in names {
        let next = match &value {
            Value::Map(map) => map.peek(name.as_bytes()).unwrap_or_default(),
            Value::Object(object) if !object.has_method(&name.to_text()) => {
                match object.field(&name.to_text()) {
                    Some(value) => value,
                    None => break,
                }
            }
            _ => break,
        };
        path.push('.');
        path.push_str(&name.to_text());
        value = next;
    }
    if path.is_empty() {
        path.push('.');
    }
    (path, shown(&value))
}

fn shown(value: &Value) -> String {
    let mut printer = Printer::for_peeking(4 * MAX_CHARACTERS);
    printer.argument(value, if matches!(value, Value::Str(_)) { 'q' } else { 'v' });
    let text = String::from_utf8_lossy(&printer.out);
    if text.chars().count() <= MAX_CHARACTERS {
        return text.into_owned();
    }
    let mut short: String = text.chars().take(MAX_CHARACTERS - 1).collect();
    short.push('…');
    short
}
