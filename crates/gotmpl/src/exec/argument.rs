//! Operands as arguments: constants take the parameter's type, values must have it (text/template/exec.go: evalArg).

use super::operand::Operand;
use super::{Exec, Failure};
use crate::parse::{Id, NodeKind, Number};
use crate::print::Complex;
use crate::stack::deeper;
use crate::value::IntType;
use crate::{Kind, ParamType, Value, type_name};

impl Exec<'_> {
    /// An operand where a parameter's type is asked for.
    pub(super) fn argument(
        &mut self,
        dot: &Operand,
        param: &ParamType,
        id: Id,
    ) -> Result<Operand, Failure> {
        self.node = id;
        let kind = self.tree.kind(id);
        let constant = match kind {
            NodeKind::Nil if can_be_nil(param.kind) => return Ok(Operand::invalid()),
            NodeKind::Nil => {
                return Err(self.fail(format!("cannot assign nil to {}", param.name)));
            }
            NodeKind::Bool(truth) => match param.kind {
                Kind::Bool | Kind::Interface => Some(Value::Bool(truth)),
                _ => None,
            },
            NodeKind::String { index } => match param.kind {
                Kind::String | Kind::Interface => {
                    Some(Value::Str(self.tree.strings[index as usize].clone()))
                }
                _ => None,
            },
            NodeKind::Number { index } => {
                let number = self.tree.numbers[index as usize];
                if param.kind == Kind::Interface {
                    Some(self.ideal(&number)?)
                } else {
                    converted(&number, param.kind)
                }
            }
            _ => {
                let value = self.operand(dot, id)?;
                return self.validated(value, Some(param));
            }
        };
        match constant {
            Some(value) => Ok(Operand::concrete(value)),
            None => {
                let shown = self.tree.show(id);
                Err(self.fail(match expected(param.kind) {
                    Some(expected) => format!("expected {expected}; found {shown}"),
                    None => format!("can't handle {shown} for arg of type {}", param.name),
                }))
            }
        }
    }

    /// What an operand that is no constant stands for.
    pub(super) fn operand(&mut self, dot: &Operand, id: Id) -> Result<Operand, Failure> {
        use super::call::Arguments;
        self.node = id;
        match self.tree.kind(id) {
            NodeKind::Dot => Ok(dot.clone()),
            NodeKind::Field { names } => self.chain(dot, dot, id, names, Arguments::none()),
            NodeKind::Variable { slot, names } => {
                let value = self.variable(id, slot)?;
                if names.count == 0 {
                    return Ok(value);
                }
                self.chain(dot, &value, id, names, Arguments::none())
            }
            NodeKind::Pipe { .. } => deeper(|| self.pipeline(dot, id)),
            NodeKind::Identifier { callee } => self.call(dot, id, id, callee, Arguments::none()),
            NodeKind::Chain { node, names } => {
                let value = self.operand(dot, node)?;
                self.chain(dot, &value, id, names, Arguments::none())
            }
            _ => Ok(Operand::invalid()),
        }
    }

    pub(super) fn variable(&mut self, id: Id, slot: Option<u32>) -> Result<Operand, Failure> {
        match slot {
            Some(slot) => Ok(self.variables[self.base + slot as usize].clone()),
            None => Err(self.undefined(id)),
        }
    }

    /// A variable that is known by name but was never given a value.
    pub(super) fn undefined(&mut self, id: Id) -> Failure {
        let name = self.tree.source(id).split('.').next().unwrap_or_default();
        self.fail(format!("undefined variable: {name}"))
    }

    pub(super) fn set_variable(&mut self, id: Id, value: Operand) -> Result<(), Failure> {
        match self.tree.kind(id) {
            NodeKind::Variable { slot: Some(slot), .. } => {
                self.variables[self.base + slot as usize] = value;
                Ok(())
            }
            _ => Err(self.undefined(id)),
        }
    }

    /// A number where nothing says what type it should have.
    pub(super) fn ideal(&mut self, number: &Number) -> Result<Value, Failure> {
        if let Some((real, imaginary)) = number.complex {
            return Ok(Value::object(Complex { real, imaginary }));
        }
        match (number.float, number.int) {
            (Some(float), _) if number.is_float_syntax => Ok(Value::Float(float)),
            (_, Some(int)) => Ok(Value::int(int)),
            _ => {
                let shown = self.tree.show(self.node);
                Err(self.fail(format!("{shown} overflows int")))
            }
        }
    }

    /// A value that has the parameter's type, or can be assigned to it.
    pub(super) fn validated(
        &mut self,
        value: Operand,
        param: Option<&ParamType>,
    ) -> Result<Operand, Failure> {
        let Some(param) = param else { return Ok(value) };
        if param.kind == Kind::Interface {
            return Ok(value);
        }
        if value.is_invalid() {
            if can_be_nil(param.kind) {
                return Ok(value);
            }
            return Err(self.fail(format!("invalid value; expected {}", param.name)));
        }
        if !value.is_nil_interface()
            && let Some(value) = assigned(&value.value, param)
        {
            return Ok(Operand::concrete(value));
        }
        let got = if value.is_nil_interface() { "interface {}" } else { type_name(&value.value) };
        Err(self.fail(format!("wrong type for value; expected {}; got {got}", param.name)))
    }
}

fn can_be_nil(kind: Kind) -> bool {
    matches!(kind, Kind::Interface | Kind::Map | Kind::Slice | Kind::Ptr | Kind::Func)
}

/// What Go says it wanted instead of a constant of another kind.
fn expected(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::Bool => "bool",
        Kind::String => "string",
        Kind::Complex128 => "complex",
        Kind::Float32 | Kind::Float64 => "float",
        Kind::Int | Kind::Int8 | Kind::Int16 | Kind::Int32 | Kind::Int64 => "integer",
        Kind::Uint | Kind::Uint8 | Kind::Uint16 | Kind::Uint32 | Kind::Uint64 => "unsigned integer",
        _ => return None,
    })
}

fn converted(number: &Number, kind: Kind) -> Option<Value> {
    let signed = |kind: IntType| Some(Value::Int(kind.wrap(number.int?), kind));
    let unsigned = |kind: IntType| Some(Value::Int(kind.wrap(number.uint? as i64), kind));
    match kind {
        Kind::Int => signed(IntType::Int),
        Kind::Int8 => signed(IntType::Int8),
        Kind::Int16 => signed(IntType::Int16),
        Kind::Int32 => signed(IntType::Int32),
        Kind::Int64 => signed(IntType::Int64),
        Kind::Uint => unsigned(IntType::Uint),
        Kind::Uint8 => unsigned(IntType::Uint8),
        Kind::Uint16 => unsigned(IntType::Uint16),
        Kind::Uint32 => unsigned(IntType::Uint32),
        Kind::Uint64 => unsigned(IntType::Uint64),
        Kind::Float32 | Kind::Float64 => Some(Value::Float(number.float?)),
        _ => None,
    }
}

/// Go's assignability: the same type, or an unnamed type under a named one.
fn assigned(value: &Value, param: &ParamType) -> Option<Value> {
    if type_name(value) == param.name {
        return Some(value.clone());
    }
    match value {
        Value::Map(map)
            if param.name == "map[string]interface {}" && map.kind().holds_interfaces() =>
        {
            Some(value.clone())
        }
        Value::Object(object) if matches!(param.kind, Kind::Map | Kind::Slice) => {
            object.underlying().filter(|underlying| type_name(underlying) == param.name)
        }
        _ => None,
    }
}
