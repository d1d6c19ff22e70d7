//! Lists: a list that changes is a new list. The `must…` forms differ only by name, since a panic is an error too.

use gotmpl::{CallError, Functions, List, ListType, Rest, Value};

use crate::Dialect;
use crate::convert::to_int64;
use crate::go::{self, list_or};
use crate::limits::check_items;

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    functions.add("list", |items: Rest<Value>| Value::list(items.0));
    functions.alias("tuple", "list");
    functions.add("append", append);
    functions.alias("push", "append");
    functions.alias("mustAppend", "append");
    functions.alias("mustPush", "append");
    functions.add("concat", concat);
    functions.add("has", has);
    functions.alias("mustHas", "has");
    functions.add("prepend", prepend);
    functions.alias("mustPrepend", "prepend");
    functions.add("first", first);
    functions.alias("mustFirst", "first");
    functions.add("rest", rest);
    functions.alias("mustRest", "rest");
    functions.add("last", last);
    functions.alias("mustLast", "last");
    functions.add("initial", initial);
    functions.alias("mustInitial", "initial");
    functions.add("reverse", reverse);
    functions.alias("mustReverse", "reverse");
    functions.add("compact", compact);
    functions.alias("mustCompact", "compact");
    functions.add("uniq", uniq);
    functions.alias("mustUniq", "uniq");
    functions.add("without", without);
    functions.alias("mustWithout", "without");
    functions.add("slice", slice);
    functions.alias("mustSlice", "slice");
    functions.add("chunk", chunk);
    functions.alias("mustChunk", "chunk");
}

fn append(list: Value, item: Value) -> Result<Value, CallError> {
    let mut items = list_or(&list, "Cannot push on type")?.items.to_vec();
    items.push(item);
    Ok(Value::list(items))
}

fn prepend(list: Value, item: Value) -> Result<Value, CallError> {
    let list = list_or(&list, "Cannot prepend on type")?;
    Ok(Value::list([&[item], list.items.as_slice()].concat()))
}

/// Nothing but empty lists make a nil list.
fn concat(lists: Rest<Value>) -> Result<Value, CallError> {
    let mut items = Vec::new();
    for list in &lists.0 {
        let Some(more) = go::as_list(list) else {
            return Err(CallError::message(match list {
                Value::Nil => go::NIL_DEREFERENCE.to_owned(),
                _ => format!("Cannot concat type {} as list", go::kind_name(list)),
            }));
        };
        check_items(items.len().checked_add(more.items.len()))?;
        items.extend_from_slice(&more.items);
    }
    Ok(if items.is_empty() { List::nil(ListType::Any).into() } else { Value::list(items) })
}

fn first(list: Value) -> Result<Value, CallError> {
    let list = list_or(&list, "Cannot find first on type")?;
    Ok(list.items.first().cloned().unwrap_or(Value::Nil))
}

fn last(list: Value) -> Result<Value, CallError> {
    let list = list_or(&list, "Cannot find last on type")?;
    Ok(list.items.last().cloned().unwrap_or(Value::Nil))
}

/// All but the first; nil of an empty list.
fn rest(list: Value) -> Result<Value, CallError> {
    let list = list_or(&list, "Cannot find rest on type")?;
    Ok(match list.items.split_first() {
        Some((_, rest)) => Value::list(rest.to_vec()),
        None => List::nil(ListType::Any).into(),
    })
}

/// All but the last; nil of an empty list.
fn initial(list: Value) -> Result<Value, CallError> {
    let list = list_or(&list, "Cannot find initial on type")?;
    Ok(match list.items.split_last() {
        Some((_, initial)) => Value::list(initial.to_vec()),
        None => List::nil(ListType::Any).into(),
    })
}

fn reverse(list: Value) -> Result<Value, CallError> {
    let list = list_or(&list, "Cannot find reverse on type")?;
    Ok(Value::list(list.items.iter().rev().cloned().collect()))
}

fn compact(list: Value) -> Result<Value, CallError> {
    kept(&list_or(&list, "Cannot compact on type")?, |item| !go::is_empty(item))
}

fn uniq(list: Value) -> Result<Value, CallError> {
    let list = list_or(&list, "Cannot find uniq on type")?;
    let mut unique: Vec<Value> = Vec::new();
    for item in list.items.iter() {
        if !contains(&unique, item) {
            unique.push(item.clone());
        }
    }
    Ok(Value::list(unique))
}

fn without(list: Value, omitted: Rest<Value>) -> Result<Value, CallError> {
    kept(&list_or(&list, "Cannot find without on type")?, |item| !contains(&omitted.0, item))
}

fn kept(list: &List, keep: impl Fn(&Value) -> bool) -> Result<Value, CallError> {
    Ok(Value::list(list.items.iter().filter(|item| keep(item)).cloned().collect()))
}

fn has(needle: Value, list: Value) -> Result<bool, CallError> {
    if matches!(list, Value::Nil) {
        return Ok(false);
    }
    Ok(contains(&list_or(&list, "Cannot find has on type")?.items, &needle))
}

fn contains(items: &[Value], needle: &Value) -> bool {
    items.iter().any(|item| go::deep_equal(needle, item))
}

/// Sprig's, which hides the built-in of the same name: lists only, and the part keeps the list's type.
fn slice(list: Value, indices: Rest<Value>) -> Result<Value, CallError> {
    let list = list_or(&list, "list should be type of slice or array but")?;
    if list.items.is_empty() {
        return Ok(Value::Nil);
    }
    let start = indices.0.first().map_or(0, to_int64);
    let end = indices.0.get(1).map_or(list.items.len() as i64, to_int64);
    let range = usize::try_from(start).ok().zip(usize::try_from(end).ok());
    let part = range.and_then(|(start, end)| list.items.get(start..end));
    let part =
        part.ok_or_else(|| CallError::message("reflect.Value.Slice: slice index out of bounds"))?;
    Ok(List::new(list.kind, part.to_vec()).into())
}

/// Lists of `size` items and a shorter last one. Sprig computes with floats, which decides what sizes below 1 do.
fn chunk(size: i64, list: Value) -> Result<Value, CallError> {
    let items = list_or(&list, "Cannot chunk type")?.items.clone();
    let impossible = || CallError::message("runtime error: makeslice: len out of range");
    let count = ((items.len() as f64 - 1.0) / size as f64).floor() + 1.0;
    if !(0.0..=items.len() as f64).contains(&count) {
        return Err(impossible());
    }
    let mut chunks = Vec::new();
    if count >= 1.0 {
        let size = match usize::try_from(size) {
            Ok(size) => size,
            // Only one item and a size below -1 get here: the item is its own chunk.
            Err(_) if size < -1 => 1,
            Err(_) => return Err(impossible()),
        };
        chunks = items.chunks(size.max(1)).map(|part| Value::list(part.to_vec())).collect();
    }
    Ok(List::new(ListType::Lists, chunks).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(numbers: &[i64]) -> Value {
        Value::list(numbers.iter().copied().map(Value::int).collect())
    }

    fn check(actual: Result<Value, CallError>, expect: &str) {
        let text = match actual {
            Ok(value) => go::print_value(&value).to_text().into_owned(),
            Err(CallError::Message(text)) => format!("error: {text}"),
            Err(other) => format!("{other:?}"),
        };
        assert_eq!(text, expect);
    }

    #[test]
    fn parts() {
        check(first(numbers(&[])), "<nil>");
        check(rest(numbers(&[1, 2])), "[2]");
        check(initial(numbers(&[1, 2])), "[1]");
        check(first("a".into()), "error: Cannot find first on type string");
        check(
            last(Value::Nil),
            "error: runtime error: invalid memory address or nil pointer dereference",
        );
        check(slice(numbers(&[1, 2, 3]), Rest(vec![Value::int(1)])), "[2 3]");
        check(slice(numbers(&[]), Rest(vec![Value::int(1)])), "<nil>");
        check(
            slice(numbers(&[1]), Rest(vec![Value::int(2)])),
            "error: reflect.Value.Slice: slice index out of bounds",
        );
        check(chunk(2, numbers(&[1, 2, 3])), "[[1 2] [3]]");
        check(chunk(2, numbers(&[])), "[]");
        check(chunk(0, numbers(&[1, 2])), "error: runtime error: makeslice: len out of range");
        check(chunk(-2, numbers(&[1])), "[[1]]");
        check(chunk(-1, numbers(&[1])), "error: runtime error: makeslice: len out of range");
    }

    #[test]
    fn types_matter() {
        let mixed = Value::list(vec![Value::int(1), Value::int64(1), Value::Float(1.0)]);
        check(uniq(mixed.clone()), "[1 1 1]");
        check(without(mixed, Rest(vec![Value::int(1)])), "[1 1]");
        assert!(!has(Value::int(80), Value::list(vec![Value::Float(80.0)])).unwrap());
        assert!(!has(Value::int(80), Value::Nil).unwrap());
    }
}
