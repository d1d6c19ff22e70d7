//! Pipelines, commands and calls (text/template/exec.go: evalPipeline, evalCommand, evalCall).

use std::rc::Rc;

use super::operand::Operand;
use super::{Exec, Failure};
use crate::builtin::{self, ANY, Builtin};
use crate::parse::{Callee, Id, NodeKind};
use crate::stack::deeper;
use crate::truth::truth;
use crate::{Call, CallError, MapMethod, MapRef, Object, ParamType, Value};

/// What a call is given: operands, and the value of the pipeline's stage before.
pub(super) struct Arguments<'a> {
    /// Without the function's own name.
    pub operands: &'a [Id],
    pub last: Option<Operand>,
}

impl Arguments<'_> {
    pub(super) fn none() -> Self {
        Self { operands: &[], last: None }
    }

    pub(super) fn are_given(&self) -> bool {
        !self.operands.is_empty() || self.last.is_some()
    }

    fn count(&self) -> usize {
        self.operands.len() + usize::from(self.last.is_some())
    }
}

impl Exec<'_> {
    /// The value of a pipeline, which also sets the variables that it declares.
    pub(super) fn pipeline(&mut self, dot: &Operand, id: Id) -> Result<Operand, Failure> {
        self.node = id;
        let tree = self.tree;
        let NodeKind::Pipe { declared, commands, .. } = tree.kind(id) else {
            return Ok(Operand::invalid());
        };
        let mut value = None;
        for command in tree.ids(commands) {
            value = Some(self.command(dot, *command, value.take())?.into_concrete());
        }
        let value = value.unwrap_or_default();
        for variable in tree.ids(declared) {
            self.set_variable(*variable, value.clone())?;
        }
        Ok(value)
    }

    fn command(
        &mut self,
        dot: &Operand,
        id: Id,
        last: Option<Operand>,
    ) -> Result<Operand, Failure> {
        let tree = self.tree;
        let NodeKind::Command { arguments } = tree.kind(id) else { return Ok(Operand::invalid()) };
        let Some((first, operands)) = tree.ids(arguments).split_first() else {
            return Ok(Operand::invalid());
        };
        let first = *first;
        let arguments = Arguments { operands, last };
        match tree.kind(first) {
            NodeKind::Field { names } => {
                self.node = first;
                return self.chain(dot, dot, first, names, arguments);
            }
            NodeKind::Chain { node, names } => {
                self.node = first;
                let value = self.operand(dot, node)?;
                return self.chain(dot, &value, first, names, arguments);
            }
            NodeKind::Identifier { callee } => {
                return self.call(dot, first, id, callee, arguments);
            }
            NodeKind::Variable { slot, names } if names.count > 0 => {
                self.node = first;
                let value = self.variable(first, slot)?;
                return self.chain(dot, &value, first, names, arguments);
            }
            NodeKind::Pipe { .. } => {
                self.no_function(first, &arguments)?;
                return deeper(|| self.pipeline(dot, first));
            }
            _ => {}
        }
        self.node = first;
        if let NodeKind::Variable { slot, .. } = tree.kind(first) {
            let value = self.variable(first, slot)?;
            self.no_function(first, &arguments)?;
            return Ok(value);
        }
        self.no_function(first, &arguments)?;
        match tree.kind(first) {
            NodeKind::Bool(truth) => Ok(Operand::concrete(Value::Bool(truth))),
            NodeKind::Dot => Ok(dot.clone()),
            NodeKind::Number { index } => {
                Ok(Operand::concrete(self.ideal(&tree.numbers[index as usize])?))
            }
            NodeKind::String { index } => {
                Ok(Operand::concrete(Value::Str(tree.strings[index as usize].clone())))
            }
            _ => Err(self.fail("nil is not a command")),
        }
    }

    fn no_function(&mut self, first: Id, arguments: &Arguments<'_>) -> Result<(), Failure> {
        if arguments.are_given() {
            let shown = self.tree.show(first);
            return Err(self.fail(format!("can't give argument to non-function {shown}")));
        }
        Ok(())
    }

    /// Calls what an identifier stands for. `node` is what Go blames if the function fails.
    pub(super) fn call(
        &mut self,
        dot: &Operand,
        identifier: Id,
        node: Id,
        callee: u32,
        arguments: Arguments<'_>,
    ) -> Result<Operand, Failure> {
        self.node = identifier;
        let tree = self.tree;
        match &tree.callees[callee as usize] {
            Callee::Builtin(builtin) => self.call_builtin(dot, node, *builtin, arguments),
            Callee::Function(function) => {
                let mark = self.arguments.len();
                let types = (function.params.as_slice(), function.rest.as_ref());
                self.push_arguments(dot, tree.source(identifier), types, arguments)?;
                let call = Call { executor: &*self, state: self.run.state };
                let result = (function.run)(&call, &self.arguments[mark..]);
                self.arguments.truncate(mark);
                result
                    .map(Operand::returned)
                    .map_err(|error| self.call_failed(node, tree.source(identifier), error))
            }
        }
    }

    fn call_builtin(
        &mut self,
        dot: &Operand,
        node: Id,
        function: Builtin,
        arguments: Arguments<'_>,
    ) -> Result<Operand, Failure> {
        let (params, rest) = function.parameters();
        let types = (params, rest.as_ref());
        if matches!(function, Builtin::And | Builtin::Or) {
            return self.short_circuit(dot, function, types, arguments);
        }
        let mark = self.arguments.len();
        let first = arguments.operands.first().copied();
        let interfaces = self.push_arguments(dot, function.name(), types, arguments)?;
        let tree = self.tree;
        let callee = || first.map(|first| tree.show(first));
        let context = builtin::Context { interfaces, callee: &callee, limit: self.room() };
        let result = builtin::run(function, &self.arguments[mark..], &context);
        self.arguments.truncate(mark);
        match result {
            // An element keeps its interface: `(index .m "a")` is as good as `.m.a` until a pipeline takes it out.
            Ok(value) if function == Builtin::Index => Ok(Operand::interface(value)),
            Ok(value) => Ok(Operand::concrete(value)),
            Err(error) => Err(self.call_failed(node, function.name(), error)),
        }
    }

    /// `and` and `or` evaluate only up to the operand that decides, and give that.
    fn short_circuit(
        &mut self,
        dot: &Operand,
        function: Builtin,
        types: (&[ParamType], Option<&ParamType>),
        arguments: Arguments<'_>,
    ) -> Result<Operand, Failure> {
        self.check_count(function.name(), types, &arguments)?;
        let mut value = Operand::invalid();
        for operand in arguments.operands {
            value = self.argument(dot, &ANY, *operand)?;
            if truth(&value.value) == (function == Builtin::Or) {
                return Ok(value);
            }
        }
        Ok(arguments.last.unwrap_or(value))
    }

    pub(super) fn call_method(
        &mut self,
        dot: &Operand,
        object: &Rc<dyn Object>,
        node: Id,
        name: &str,
        arguments: Arguments<'_>,
    ) -> Result<Operand, Failure> {
        let mark = self.arguments.len();
        let signature = object.signature(name);
        let types = signature
            .as_ref()
            .map_or((&[][..], Some(&ANY)), |signature| (signature.params, signature.rest.as_ref()));
        self.push_arguments(dot, name, types, arguments)?;
        let call = Call { executor: &*self, state: self.run.state };
        let result = object.method(&call, name, &self.arguments[mark..]);
        self.arguments.truncate(mark);
        result.map(Operand::returned).map_err(|error| self.call_failed(node, name, error))
    }

    pub(super) fn call_map_method(
        &mut self,
        dot: &Operand,
        map: &MapRef,
        method: &MapMethod,
        node: Id,
        arguments: Arguments<'_>,
    ) -> Result<Operand, Failure> {
        let mark = self.arguments.len();
        let types = (method.signature.params, method.signature.rest.as_ref());
        self.push_arguments(dot, method.name, types, arguments)?;
        let result = (method.run)(map, &self.arguments[mark..]);
        self.arguments.truncate(mark);
        result.map(Operand::returned).map_err(|error| self.call_failed(node, method.name, error))
    }

    fn check_count(
        &mut self,
        name: &str,
        (params, rest): (&[ParamType], Option<&ParamType>),
        arguments: &Arguments<'_>,
    ) -> Result<(), Failure> {
        let (want, got) = (params.len(), arguments.count());
        if rest.is_some() && got < want {
            let given = arguments.operands.len();
            let message =
                format!("wrong number of args for {name}: want at least {want} got {given}");
            return Err(self.fail(message));
        }
        if rest.is_none() && got != want {
            let message = format!("wrong number of args for {name}: want {want} got {got}");
            return Err(self.fail(message));
        }
        Ok(())
    }

    /// Evaluates arguments one after the other, each as its parameter's type. Gives a bit for each of the first 64 that
    /// is in an interface.
    fn push_arguments(
        &mut self,
        dot: &Operand,
        name: &str,
        types: (&[ParamType], Option<&ParamType>),
        arguments: Arguments<'_>,
    ) -> Result<u64, Failure> {
        self.check_count(name, types, &arguments)?;
        let (params, rest) = types;
        let param = |index: usize| params.get(index).or(rest).unwrap_or(&ANY);
        let mut interfaces = 0;
        for (index, operand) in arguments.operands.iter().enumerate() {
            let value = self.argument(dot, param(index), *operand)?;
            if value.is_interface && index < 64 {
                interfaces |= 1 << index;
            }
            self.arguments.push(value.value);
        }
        if let Some(last) = arguments.last {
            let value = self.validated(last, Some(param(arguments.operands.len())))?;
            self.arguments.push(value.value);
        }
        Ok(interfaces)
    }

    /// Why a call failed, as an error at its place.
    fn call_failed(&mut self, node: Id, name: &str, error: CallError) -> Failure {
        self.node = node;
        let calling = format!("error calling {name}");
        match error {
            CallError::Message(message) => self.fail(format!("{calling}: {message}")),
            CallError::Limit(message) => {
                self.fail_as(crate::ErrorKind::Limit, format!("{calling}: {message}"))
            }
            CallError::Fail(message) => self.fail_as(crate::ErrorKind::Fail, message),
            CallError::Template(error) => self.called_by(error, calling),
            CallError::Wrapped(words, error) => {
                self.called_by(error, format!("{calling}: {words}"))
            }
        }
    }
}
