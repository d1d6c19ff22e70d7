//! Functions that templates can call: plain Rust functions over Rust types, registered by name. Arguments are converted once,
//! here, by the rules of Go's `reflect` (text/template/exec.go: evalArg, validateType).

use std::any::Any;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::{CallError, List, MapRef, Object, Place, Str, Value};

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

/// A Rust type that stands for a Go parameter type.
pub trait FromValue: Sized {
    const TYPE: ParamType;

    /// None where Go's value is not assignable to the type: the executor then says
    /// `wrong type for value; expected TYPE; got …`. An invalid value (Go's zero `reflect.Value`) arrives as `Nil` where
    /// the type can be nil.
    fn from_value(value: &Value) -> Option<Self>;
}

/// What a function returns: a value, or a value and an error.
pub trait IntoResult {
    fn into_result(self) -> Result<Value, CallError>;
}

impl<T: Into<Value>> IntoResult for T {
    fn into_result(self) -> Result<Value, CallError> {
        Ok(self.into())
    }
}

impl<T: Into<Value>> IntoResult for Result<T, CallError> {
    fn into_result(self) -> Result<Value, CallError> {
        self.map(Into::into)
    }
}

/// The last parameter of a variadic function.
#[derive(Debug)]
pub struct Rest<T>(pub Vec<T>);

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

/// A registered function. `run` gets arguments that were already checked against `params` and `rest`.
pub struct Function {
    pub name: &'static str,
    pub params: Vec<ParamType>,
    /// The element type of the variadic last parameter.
    pub rest: Option<ParamType>,
    pub run: Box<dyn Fn(&Call<'_>, &[Value]) -> Result<Value, CallError> + Send + Sync>,
}

/// Functions by name, shared by every template of a process. The built-ins of text/template are always there besides.
#[derive(Clone, Default)]
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

pub trait IntoFunction<Args> {
    fn into_function(self, name: &'static str) -> Function;
}

pub trait IntoCallFunction<Args> {
    fn into_function(self, name: &'static str) -> Function;
}

/// An argument as checked by the executor; a mismatch here is an invariant broken by it.
fn take<T: FromValue>(value: &Value) -> Result<T, CallError> {
    T::from_value(value).ok_or_else(|| CallError::message(format!("expected {}", T::TYPE.name)))
}

macro_rules! functions {
    ($($param:ident),*) => {
        impl<F, R, $($param),*> IntoFunction<($($param,)*)> for F
        where
            F: Fn($($param),*) -> R + Send + Sync + 'static,
            R: IntoResult,
            $($param: FromValue),*
        {
            #[allow(unused_mut, unused_variables, non_snake_case, reason = "the macro also makes functions without parameters")]
            fn into_function(self, name: &'static str) -> Function {
                Function {
                    name,
                    params: vec![$($param::TYPE),*],
                    rest: None,
                    run: Box::new(move |_, arguments| {
                        let mut arguments = arguments.iter();
                        $(let $param = take(arguments.next().unwrap_or(&Value::Nil))?;)*
                        self($($param),*).into_result()
                    }),
                }
            }
        }

        impl<F, R, $($param,)* Last> IntoFunction<($($param,)* Rest<Last>)> for F
        where
            F: Fn($($param,)* Rest<Last>) -> R + Send + Sync + 'static,
            R: IntoResult,
            $($param: FromValue,)*
            Last: FromValue,
        {
            #[allow(unused_mut, unused_variables, non_snake_case, reason = "the macro also makes functions without parameters")]
            fn into_function(self, name: &'static str) -> Function {
                Function {
                    name,
                    params: vec![$($param::TYPE),*],
                    rest: Some(Last::TYPE),
                    run: Box::new(move |_, arguments| {
                        let mut arguments = arguments.iter();
                        $(let $param = take(arguments.next().unwrap_or(&Value::Nil))?;)*
                        let rest = arguments.map(take).collect::<Result<_, _>>()?;
                        self($($param,)* Rest(rest)).into_result()
                    }),
                }
            }
        }

        impl<F, R, $($param),*> IntoCallFunction<($($param,)*)> for F
        where
            F: Fn(&Call<'_>, $($param),*) -> R + Send + Sync + 'static,
            R: IntoResult,
            $($param: FromValue),*
        {
            #[allow(unused_mut, unused_variables, non_snake_case, reason = "the macro also makes functions without parameters")]
            fn into_function(self, name: &'static str) -> Function {
                Function {
                    name,
                    params: vec![$($param::TYPE),*],
                    rest: None,
                    run: Box::new(move |call, arguments| {
                        let mut arguments = arguments.iter();
                        $(let $param = take(arguments.next().unwrap_or(&Value::Nil))?;)*
                        self(call, $($param),*).into_result()
                    }),
                }
            }
        }

        impl<F, R, $($param,)* Last> IntoCallFunction<($($param,)* Rest<Last>)> for F
        where
            F: Fn(&Call<'_>, $($param,)* Rest<Last>) -> R + Send + Sync + 'static,
            R: IntoResult,
            $($param: FromValue,)*
            Last: FromValue,
        {
            #[allow(unused_mut, unused_variables, non_snake_case, reason = "the macro also makes functions without parameters")]
            fn into_function(self, name: &'static str) -> Function {
                Function {
                    name,
                    params: vec![$($param::TYPE),*],
                    rest: Some(Last::TYPE),
                    run: Box::new(move |call, arguments| {
                        let mut arguments = arguments.iter();
                        $(let $param = take(arguments.next().unwrap_or(&Value::Nil))?;)*
                        let rest = arguments.map(take).collect::<Result<_, _>>()?;
                        self(call, $($param,)* Rest(rest)).into_result()
                    }),
                }
            }
        }
    };
}

functions!();
functions!(A);
functions!(A, B);
functions!(A, B, C);
functions!(A, B, C, D);
functions!(A, B, C, D, E);
functions!(A, B, C, D, E, G);

macro_rules! parameter {
    ($rust:ty, $name:literal, $kind:ident, $value:ident => $convert:expr) => {
        impl FromValue for $rust {
            const TYPE: ParamType = ParamType { name: $name, kind: Kind::$kind };

            fn from_value($value: &Value) -> Option<Self> {
                $convert
            }
        }
    };
}

parameter!(Value, "interface {}", Interface, value => Some(value.clone()));
parameter!(bool, "bool", Bool, value => match value { Value::Bool(value) => Some(*value), _ => None });
parameter!(Str, "string", String, value => match value { Value::Str(value) => Some(value.clone()), _ => None });
parameter!(f64, "float64", Float64, value => match value { Value::Float(value) => Some(*value), _ => None });
parameter!(i64, "int", Int, value => match value {
    Value::Int(value, crate::IntType::Int) => Some(*value),
    _ => None,
});
// Go's `[]interface {}`: a `[]string` is not assignable to it.
parameter!(List, "[]interface {}", Slice, value => match value {
    Value::List(list) if list.kind == crate::ListType::Any => Some(list.clone()),
    Value::Nil => Some(List::nil(crate::ListType::Any)),
    _ => None,
});
parameter!(MapRef, "map[string]interface {}", Map, value => match value {
    Value::Map(map) if map.kind() != crate::MapType::Strings => Some(map.with_kind(crate::MapType::Any)),
    Value::Nil => Some(MapRef::nil(crate::MapType::Any)),
    _ => None,
});

/// Some object, for functions that look at its type themselves.
pub fn object<T: Object>(value: &Value) -> Option<&T> {
    match value {
        Value::Object(object) => (object.as_ref() as &dyn Any).downcast_ref(),
        _ => None,
    }
}
