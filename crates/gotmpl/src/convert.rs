//! Arguments become Rust types, and results Go values. Types are checked once, here, by the rules of Go's `reflect`
//! (text/template/exec.go: evalArg, validateType).

use std::any::Any;

use crate::{
    CallError, IntType, Kind, List, ListType, MapRef, MapType, Object, ParamType, Str, Value,
};

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

/// Go's `int64`, where `i64` stands for `int`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Int64(pub i64);

impl From<Int64> for Value {
    fn from(value: Int64) -> Self {
        Self::int64(value.0)
    }
}

/// Go's `[]byte`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytes(pub Vec<u8>);

impl From<Bytes> for Value {
    fn from(bytes: Bytes) -> Self {
        Self::List(List::bytes(&bytes.0))
    }
}

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

macro_rules! integer_parameter {
    ($($rust:ty, $name:literal, $kind:ident;)*) => {
        $(parameter!($rust, $name, $kind, value => match value {
            Value::Int(value, IntType::$kind) => Some(*value as Self),
            _ => None,
        });)*
    };
}

parameter!(Value, "interface {}", Interface, value => Some(value.clone()));
parameter!(bool, "bool", Bool, value => match value { Value::Bool(value) => Some(*value), _ => None });
parameter!(Str, "string", String, value => match value { Value::Str(value) => Some(value.clone()), _ => None });
parameter!(f64, "float64", Float64, value => match value { Value::Float(value) => Some(*value), _ => None });
integer_parameter! {
    i64, "int", Int;
    i8, "int8", Int8;
    i16, "int16", Int16;
    i32, "int32", Int32;
    u8, "uint8", Uint8;
    u16, "uint16", Uint16;
    u32, "uint32", Uint32;
    u64, "uint64", Uint64;
    usize, "uint", Uint;
}
parameter!(Int64, "int64", Int64, value => match value {
    Value::Int(value, IntType::Int64) => Some(Self(*value)),
    _ => None,
});
// Go's `[]interface {}`: a `[]string` is not assignable to it.
parameter!(List, "[]interface {}", Slice, value => match value {
    Value::List(list) if list.kind == ListType::Any => Some(list.clone()),
    Value::Nil => Some(Self::nil(ListType::Any)),
    _ => None,
});
parameter!(Vec<Str>, "[]string", Slice, value => match value {
    Value::List(list) if list.kind == ListType::Strings => strings(list),
    Value::Nil => Some(Self::new()),
    _ => None,
});
parameter!(Bytes, "[]uint8", Slice, value => match value {
    Value::List(list) if list.kind == ListType::Bytes => Some(Self(bytes_of(list))),
    Value::Nil => Some(Self(Vec::new())),
    _ => None,
});
parameter!(MapRef, "map[string]interface {}", Map, value => match value {
    Value::Map(map) if map.kind() != MapType::Strings => Some(map.with_kind(MapType::Any)),
    Value::Nil => Some(Self::nil(MapType::Any)),
    _ => None,
});

fn strings(list: &List) -> Option<Vec<Str>> {
    let text = |item: &Value| match item {
        Value::Str(text) => Some(text.clone()),
        _ => None,
    };
    list.items.iter().map(text).collect()
}

/// The bytes of a `[]byte`.
pub(crate) fn bytes_of(list: &List) -> Vec<u8> {
    let byte = |item: &Value| match item {
        Value::Int(byte, _) => *byte as u8,
        _ => 0,
    };
    list.items.iter().map(byte).collect()
}

/// Some object, for functions that look at its type themselves.
pub fn object<T: Object>(value: &Value) -> Option<&T> {
    match value {
        Value::Object(object) => (object.as_ref() as &dyn Any).downcast_ref(),
        _ => None,
    }
}
