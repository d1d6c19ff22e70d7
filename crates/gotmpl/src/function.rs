//! Functions that templates can call: plain Rust functions over Rust types, registered by name.

use std::any::Any;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

pub use crate::convert::{Bytes, FromValue, Int64, IntoResult, Rest, object};
pub use crate::register::{IntoCallFunction, IntoFunction};
use crate::{CallError, Place, Str, Value};

/// Go's kind of a parameter, as far as argument conversion looks at it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Interface,
    Bool,
    String,
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Float32,
    Float64,
    Complex128,
    Slice,
    Map,
    Struct,
    Ptr,
    Func,
    Invalid,
}

/// A parameter's Go type: `string`, `map[string]interface {}`, `interface {}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParamType {
    pub name: &'static str,
    pub kind: Kind,
}

/// The parameters of a method.
#[derive(Clone, Copy, Debug)]
pub struct Signature {
    pub params: &'static [ParamType],
    /// The element type of the variadic last parameter.
    pub rest: Option<ParamType>,
}

/// What a function may know of the execution that calls it, and ask of it.
pub trait Executor {
    /// Runs a named template with a value as its dot; what `include` does. Recursion is counted per name.
    fn execute(&self, name: &str, dot: &Value) -> Result<Str, CallError>;

    /// Parses a text into an overlay of the template set and runs it; what `tpl` does.
    fn execute_text(&self, text: &Str, dot: &Value) -> Result<Str, CallError>;

    /// The place of the call that is being made.
    fn place(&self) -> Place;
}

/// One call: the executor that makes it, and the state that the caller of `execute` handed in for its functions.
pub struct Call<'a> {
    pub executor: &'a dyn Executor,
    pub state: &'a dyn Any,
}

/// What runs when a function is called.
pub type Run = dyn Fn(&Call<'_>, &[Value]) -> Result<Value, CallError> + Send + Sync;

/// A registered function. `run` gets arguments that were already checked against `params` and `rest`.
pub struct Function {
    pub name: &'static str,
    pub params: Vec<ParamType>,
    /// The element type of the variadic last parameter.
    pub rest: Option<ParamType>,
    pub run: Box<Run>,
}

impl fmt::Debug for Function {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Function({})", self.name)
    }
}

/// Functions by name, shared by every template of a process. The built-ins of text/template are always there besides.
#[derive(Clone, Debug, Default)]
pub struct Functions(BTreeMap<&'static str, Arc<Function>>);

impl Functions {
    pub fn get(&self, name: &str) -> Option<&Arc<Function>> {
        self.0.get(name)
    }

    /// Registers a plain function: `functions.add("upper", upper)`.
    pub fn add<Args>(&mut self, name: &'static str, function: impl IntoFunction<Args>) {
        self.0.insert(name, Arc::new(function.into_function(name)));
    }

    /// Registers a function whose first parameter is the call: `functions.add_with_call("include", include)`.
    pub fn add_with_call<Args>(
        &mut self,
        name: &'static str,
        function: impl IntoCallFunction<Args>,
    ) {
        self.0.insert(name, Arc::new(function.into_function(name)));
    }

    /// Gives a function a second name.
    pub fn alias(&mut self, alias: &'static str, name: &str) {
        let function = Arc::clone(self.0.get(name).expect("aliases follow what they name"));
        self.0.insert(alias, function);
    }

    pub fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    pub fn names(&self) -> impl Iterator<Item = &'static str> {
        self.0.keys().copied()
    }
}
