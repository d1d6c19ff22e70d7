//! `range`: over lists, maps in the order of their keys, and integers.

use super::operand::Operand;
use super::walk::Flow;
use super::{Exec, Failure};
use crate::parse::{Branch, Id, Ids, NodeKind};
use crate::value::IntType;
use crate::{Kind, Value, kind_of};

/// What the loop declares or assigns.
#[derive(Clone, Copy)]
struct Loop<'a> {
    declared: &'a [Id],
    body: Ids,
}

impl Exec<'_> {
    pub(super) fn range(&mut self, dot: &Operand, branch: Branch) -> Result<Flow, Failure> {
        let Branch { pipe, body, otherwise } = branch;
        let value = self.statement(dot, pipe)?.value;
        let tree = self.tree;
        let NodeKind::Pipe { declared, .. } = tree.kind(pipe) else { return Ok(Flow::Next) };
        let declared = tree.ids(declared);
        let repeated = Loop { declared, body };
        let ran = match underlying(value) {
            Value::Nil => false,
            Value::Int(count, kind) => self.range_integer(repeated, count, kind)?,
            Value::List(list) => {
                let interfaces = list.kind.holds_interfaces();
                for (index, item) in list.items.iter().enumerate() {
                    let item = Operand { value: item.clone(), is_interface: interfaces };
                    if !self.iterate(repeated, Value::int(index as i64), item)? {
                        break;
                    }
                }
                !list.items.is_empty()
            }
            Value::Map(map) => {
                let interfaces = map.kind().holds_interfaces();
                let entries = map.entries();
                let ran = !entries.is_empty();
                for (key, value) in entries {
                    let value = Operand { value, is_interface: interfaces };
                    if !self.iterate(repeated, Value::Str(key), value)? {
                        break;
                    }
                }
                ran
            }
            value => {
                let shown = crate::print_value(&value);
                return Err(self.fail(format!("range can't iterate over {shown}")));
            }
        };
        if ran { Ok(Flow::Next) } else { self.walk(dot, otherwise) }
    }

    fn range_integer(
        &mut self,
        repeated: Loop<'_>,
        count: i64,
        kind: IntType,
    ) -> Result<bool, Failure> {
        if repeated.declared.len() > 1 {
            let shown = crate::print_value(&Value::Int(count, kind));
            let message = format!("can't use {shown} to iterate over more than one variable");
            return Err(self.fail(message));
        }
        let count = if kind.is_signed() { count.max(0) as u64 } else { count as u64 };
        for number in 0..count {
            let number = Operand::concrete(Value::Int(number as i64, kind));
            if !self.iterate(repeated, Value::Nil, number)? {
                break;
            }
        }
        Ok(count > 0)
    }

    /// One round; false after `break`.
    fn iterate(
        &mut self,
        repeated: Loop<'_>,
        index: Value,
        item: Operand,
    ) -> Result<bool, Failure> {
        self.step()?;
        match repeated.declared {
            [] => {}
            [variable] => self.set_variable(*variable, item.clone())?,
            [first, second, ..] => {
                self.set_variable(*first, Operand::concrete(index))?;
                self.set_variable(*second, item.clone())?;
            }
        }
        Ok(self.walk(&item, repeated.body)? != Flow::Break)
    }
}

/// A named type's basic value, where Go ranges over it.
fn underlying(value: Value) -> Value {
    match &value {
        Value::Object(object)
            if !matches!(kind_of(&value), Kind::Struct | Kind::Ptr | Kind::Func) =>
        {
            match object.underlying() {
                Some(Value::Str(_)) | None => value,
                Some(underlying) => underlying,
            }
        }
        _ => value,
    }
}
