//! Go's names of types and kinds.

use crate::{IntType, Kind, ListType, MapType, Value};

/// `fmt.Sprintf("%T")`: `map[string]interface {}`, `<nil>`.
pub fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Nil => "<nil>",
        Value::Bool(_) => "bool",
        Value::Int(_, kind) => kind.name(),
        Value::Float(_) => "float64",
        Value::Str(_) => "string",
        Value::List(list) => list.kind.name(),
        Value::Map(map) => map.kind().name(),
        Value::Object(object) => object.type_name(),
    }
}

/// `reflect.ValueOf(value).Kind().String()`: `invalid` for nil.
pub fn kind_name(value: &Value) -> &'static str {
    kind_of(value).name()
}

pub fn kind_of(value: &Value) -> Kind {
    match value {
        Value::Nil => Kind::Invalid,
        Value::Bool(_) => Kind::Bool,
        Value::Int(_, kind) => kind.kind(),
        Value::Float(_) => Kind::Float64,
        Value::Str(_) => Kind::String,
        Value::List(_) => Kind::Slice,
        Value::Map(_) => Kind::Map,
        Value::Object(object) => object.kind(),
    }
}

impl IntType {
    pub fn name(self) -> &'static str {
        self.kind().name()
    }

    pub fn kind(self) -> Kind {
        match self {
            Self::Int => Kind::Int,
            Self::Int8 => Kind::Int8,
            Self::Int16 => Kind::Int16,
            Self::Int32 => Kind::Int32,
            Self::Int64 => Kind::Int64,
            Self::Uint => Kind::Uint,
            Self::Uint8 => Kind::Uint8,
            Self::Uint16 => Kind::Uint16,
            Self::Uint32 => Kind::Uint32,
            Self::Uint64 => Kind::Uint64,
        }
    }
}

impl ListType {
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "[]interface {}",
            Self::Strings => "[]string",
            Self::Ints => "[]int",
            Self::Bytes => "[]uint8",
            Self::Lists => "[][]interface {}",
            Self::Maps => "[]map[string]interface {}",
        }
    }

    /// Whether elements have Go's static type `interface {}`.
    pub(crate) fn holds_interfaces(self) -> bool {
        self == Self::Any
    }
}

impl MapType {
    pub fn name(self) -> &'static str {
        match self {
            Self::Any => "map[string]interface {}",
            Self::Strings => "map[string]string",
            Self::Named(named) => named.name,
        }
    }

    /// Whether elements have Go's static type `interface {}`.
    pub(crate) fn holds_interfaces(self) -> bool {
        self != Self::Strings
    }
}

impl Kind {
    /// As Go's `reflect.Kind` prints.
    pub fn name(self) -> &'static str {
        match self {
            Self::Interface => "interface",
            Self::Bool => "bool",
            Self::String => "string",
            Self::Int => "int",
            Self::Int8 => "int8",
            Self::Int16 => "int16",
            Self::Int32 => "int32",
            Self::Int64 => "int64",
            Self::Uint => "uint",
            Self::Uint8 => "uint8",
            Self::Uint16 => "uint16",
            Self::Uint32 => "uint32",
            Self::Uint64 => "uint64",
            Self::Float32 => "float32",
            Self::Float64 => "float64",
            Self::Complex128 => "complex128",
            Self::Slice => "slice",
            Self::Map => "map",
            Self::Struct => "struct",
            Self::Ptr => "ptr",
            Self::Func => "func",
            Self::Invalid => "invalid",
        }
    }
}
