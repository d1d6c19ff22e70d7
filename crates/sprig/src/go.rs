//! What Go's runtime says and does that several families share: the words of its panics, and seeing lists through types.

pub(crate) use gotmpl::{deep_equal, kind_name, print_value, quote_go as quote, type_name};

use gotmpl::{CallError, List, Value};

/// What calling a method of a nil interface panics with; `reflect.TypeOf(nil).Kind()` does.
pub(crate) const NIL_DEREFERENCE: &str =
    "runtime error: invalid memory address or nil pointer dereference";

/// The list that a value is, looking through types that are lists underneath.
pub(crate) fn as_list(value: &Value) -> Option<List> {
    match value {
        Value::List(list) => Some(list.clone()),
        Value::Object(object) => match object.underlying()? {
            Value::List(list) => Some(list),
            _ => None,
        },
        _ => None,
    }
}

/// `as_list`, or what Sprig's list functions say of another kind: `Cannot find first on type string`.
pub(crate) fn list_or(value: &Value, refusal: &str) -> Result<List, CallError> {
    match value {
        Value::Nil => Err(CallError::message(NIL_DEREFERENCE)),
        _ => as_list(value)
            .ok_or_else(|| CallError::message(format!("{refusal} {}", kind_name(value)))),
    }
}

/// `empty`: nil, and the zero value of its type; structs never are (sprig/defaults.go).
pub(crate) fn is_empty(value: &Value) -> bool {
    match value {
        Value::Nil => true,
        Value::Bool(value) => !value,
        Value::Int(value, _) => *value == 0,
        Value::Float(value) => *value == 0.0,
        Value::Str(text) => text.is_empty(),
        Value::List(list) => list.items.is_empty(),
        Value::Map(map) => map.is_empty(),
        Value::Object(object) => object.underlying().is_some_and(|value| is_empty(&value)),
    }
}
