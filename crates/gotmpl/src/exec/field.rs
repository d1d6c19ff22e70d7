//! Fields, methods and entries: `.a.b`, `$x.b`, `(pipeline).b` (text/template/exec.go: evalField).

use std::rc::Rc;

use super::call::Arguments;
use super::operand::Operand;
use super::{Exec, Failure, MissingKey};
use crate::parse::{Id, Names};
use crate::{Kind, Object, Str, Value};

impl Exec<'_> {
    /// A chain of names from a receiver on. Only the last may be a method with arguments.
    pub(super) fn chain(
        &mut self,
        dot: &Operand,
        receiver: &Operand,
        node: Id,
        names: Names,
        arguments: Arguments<'_>,
    ) -> Result<Operand, Failure> {
        let tree = self.tree;
        match tree.names(names) {
            [] => Ok(receiver.clone()),
            [only] => self.field(dot, receiver, node, only, arguments),
            [first, middle @ .., last] => {
                let mut value = self.field(dot, receiver, node, first, Arguments::none())?;
                for name in middle {
                    value = self.field(dot, &value, node, name, Arguments::none())?;
                }
                self.field(dot, &value, node, last, arguments)
            }
        }
    }

    fn field(
        &mut self,
        dot: &Operand,
        receiver: &Operand,
        node: Id,
        name: &Str,
        arguments: Arguments<'_>,
    ) -> Result<Operand, Failure> {
        match &receiver.value {
            Value::Map(map) => {
                if let Some(method) = map.kind().method(name) {
                    return self.call_map_method(dot, map, method, node, arguments);
                }
                if arguments.are_given() {
                    return Err(self.fail(format!("{name} is not a method but has arguments")));
                }
                let interfaces = map.kind().holds_interfaces();
                if let Some(value) = map.entry(name) {
                    return Ok(Operand { value, is_interface: interfaces });
                }
                self.missing(name, map.kind().zero(), interfaces)
            }
            Value::Nil if receiver.is_interface => {
                Err(self.fail(format!("nil pointer evaluating interface {{}}.{name}")))
            }
            Value::Nil => match self.run.options.missing_key {
                MissingKey::Zero => Ok(Operand::invalid()),
                MissingKey::Error => {
                    let key = crate::quote_go(name.as_bytes());
                    Err(self.fail(format!("nil data; no entry for key {key}")))
                }
            },
            Value::Object(object) => {
                let object = Rc::clone(object);
                self.object_field(dot, &object, receiver.static_type(), node, name, arguments)
            }
            _ => Err(self.no_field(name, receiver.static_type())),
        }
    }

    fn object_field(
        &mut self,
        dot: &Operand,
        object: &Rc<dyn Object>,
        static_type: &str,
        node: Id,
        name: &Str,
        arguments: Arguments<'_>,
    ) -> Result<Operand, Failure> {
        let key = name.to_text();
        if object.has_method(&key) {
            return self.call_method(dot, object, node, &key, arguments);
        }
        let is_map = object.kind() == Kind::Map;
        if arguments.are_given() && (is_map || object.field(&key).is_some()) {
            let words = if is_map {
                "is not a method but has arguments"
            } else {
                "has arguments but cannot be invoked as function"
            };
            return Err(self.fail(format!("{name} {words}")));
        }
        match object.field(&key) {
            Some(value) => Ok(Operand::returned(value)),
            None if is_map => {
                let zero = object.missing();
                let interfaces = zero.is_nil();
                self.missing(name, zero, interfaces)
            }
            None => Err(self.no_field(name, static_type)),
        }
    }

    fn missing(&mut self, name: &Str, zero: Value, is_interface: bool) -> Result<Operand, Failure> {
        match self.run.options.missing_key {
            MissingKey::Zero => Ok(Operand { value: zero, is_interface }),
            MissingKey::Error => {
                let key = crate::quote_go(name.as_bytes());
                Err(self.fail(format!("map has no entry for key {key}")))
            }
        }
    }

    fn no_field(&self, name: &Str, static_type: &str) -> Failure {
        self.fail(format!("can't evaluate field {name} in type {static_type}"))
    }
}
