//! `index` and `slice`.

use super::integer;
use crate::value::IntType;
use crate::{CallError, Kind, List, Str, Value, type_name};

/// `index x 1 2` is `x[1][2]`.
pub(super) fn index(item: &Value, indexes: &[Value]) -> Result<Value, CallError> {
    if item.is_nil() {
        return Err(CallError::message("index of untyped nil"));
    }
    let mut item = item.clone();
    for index in indexes {
        item = one(&item, index)?;
    }
    Ok(item)
}

fn one(item: &Value, index: &Value) -> Result<Value, CallError> {
    match item {
        Value::Nil => Err(CallError::message("index of nil pointer")),
        Value::Map(map) => {
            let key = key(index)?;
            Ok(map.get(key.as_bytes()).unwrap_or_else(|| map.kind().zero()))
        }
        Value::List(list) => {
            let at = position(index, list.items.len())?;
            list.items.get(at).cloned().ok_or_else(|| out_of_range("slice"))
        }
        Value::Str(text) => {
            let at = position(index, text.len())?;
            let byte = text.as_bytes().get(at).ok_or_else(|| out_of_range("string"))?;
            Ok(Value::Int(i64::from(*byte), IntType::Uint8))
        }
        Value::Object(object) if object.kind() == Kind::Map => {
            let key = key(index)?;
            Ok(object.field(&key.to_text()).unwrap_or_else(|| object.missing()))
        }
        Value::Object(object) if matches!(object.kind(), Kind::Slice | Kind::String) => {
            one(&object.underlying().unwrap_or_default(), index)
        }
        _ => Err(CallError::Message(format!("can't index item of type {}", type_name(item)))),
    }
}

/// What Go's reflection says, since `index` lets the length itself pass.
fn out_of_range(what: &str) -> CallError {
    CallError::Message(format!("reflect: {what} index out of range"))
}

fn key(index: &Value) -> Result<Str, CallError> {
    match index {
        Value::Str(key) => Ok(key.clone()),
        Value::Nil => Err(CallError::message("value is nil; should be of type string")),
        _ => {
            let name = type_name(index);
            Err(CallError::Message(format!("value has type {name}; should be string")))
        }
    }
}

/// An index into a list or text, up to and including its end.
fn position(index: &Value, end: usize) -> Result<usize, CallError> {
    let Some((number, _)) = integer(index) else {
        let what = match index {
            Value::Nil => "nil".to_owned(),
            _ => format!("type {}", type_name(index)),
        };
        return Err(CallError::Message(format!("cannot index slice/array with {what}")));
    };
    let at = usize::try_from(number).ok().filter(|at| *at <= end);
    at.ok_or_else(|| CallError::Message(format!("index out of range: {number}")))
}

/// `slice x 1 2` is `x[1:2]`. Unlike `index`, it does not look into interfaces: each bit is an index that is in one.
pub(super) fn slice(item: &Value, indexes: &[Value], interfaces: u64) -> Result<Value, CallError> {
    let length = match item {
        Value::Nil => return Err(CallError::message("slice of untyped nil")),
        Value::Str(_) | Value::List(_) => None,
        Value::Object(object) if matches!(object.kind(), Kind::Slice | Kind::String) => {
            return slice(&object.underlying().unwrap_or_default(), indexes, interfaces);
        }
        _ => Some(format!("can't slice item of type {}", type_name(item))),
    };
    if indexes.len() > 3 {
        return Err(CallError::Message(format!("too many slice indexes: {}", indexes.len())));
    }
    if let Some(message) = length {
        return Err(CallError::Message(message));
    }
    let length = match item {
        Value::Str(_) if indexes.len() == 3 => {
            return Err(CallError::message("cannot 3-index slice a string"));
        }
        Value::Str(text) => text.len(),
        Value::List(list) => list.items.len(),
        _ => 0,
    };
    let mut bounds = [0, length, length];
    for (at, (bound, index)) in bounds.iter_mut().zip(indexes).enumerate() {
        if interfaces >> at & 1 != 0 {
            let message = "cannot index slice/array with type interface {}";
            return Err(CallError::message(message));
        }
        *bound = position(index, length)?;
    }
    let invalid = |one, two| CallError::Message(format!("invalid slice index: {one} > {two}"));
    let [from, to, capacity] = bounds;
    if from > to {
        return Err(invalid(from, to));
    }
    if to > capacity {
        return Err(invalid(to, capacity));
    }
    Ok(match item {
        Value::Str(text) => Value::Str(Str::from(&text.as_bytes()[from..to])),
        Value::List(list) => Value::List(List::new(list.kind, list.items[from..to].to_vec())),
        _ => Value::Nil,
    })
}
