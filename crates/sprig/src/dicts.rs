//! Maps: shared, so that what is set in one place is seen in all.

use std::rc::Rc;

use gotmpl::{CallError, Functions, List, MapRef, MapType, Rest, Str, Value, deeper};

use crate::Dialect;
use crate::convert::to_text;
use crate::go;
use crate::limits::Walk;

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    functions.add("dict", dict);
    functions.add("get", |map: MapRef, key: Str| map.get(key.as_bytes()).unwrap_or("".into()));
    functions.add("set", set);
    functions.add("unset", unset);
    functions.add("hasKey", |map: MapRef, key: Str| map.contains(key.as_bytes()));
    functions.add("pluck", pluck);
    functions.add("dig", dig);
    functions.add("keys", keys);
    functions.add("values", values);
    functions.add("pick", pick);
    functions.add("omit", omit);
    functions.add("deepCopy", deep_copy);
    functions.alias("mustDeepCopy", "deepCopy");
}

/// Keys and values in turn; a last key without a value gets the empty string.
fn dict(pairs: Rest<Value>) -> MapRef {
    let map = MapRef::new(MapType::Any);
    for pair in pairs.0.chunks(2) {
        let value = pair.get(1).cloned().unwrap_or("".into());
        map.insert(to_text(&pair[0]), value);
    }
    map
}

fn set(map: MapRef, key: Str, value: Value) -> Result<MapRef, CallError> {
    if map.is_nil() {
        return Err(CallError::message("assignment to entry in nil map"));
    }
    map.insert(key, value);
    Ok(map)
}

fn unset(map: MapRef, key: Str) -> MapRef {
    map.remove(key.as_bytes());
    map
}

fn pluck(key: Str, maps: Rest<MapRef>) -> Value {
    Value::list(maps.0.iter().filter_map(|map| map.get(key.as_bytes())).collect())
}

/// In the order of the keys; Go's order is random.
fn keys(maps: Rest<MapRef>) -> Value {
    Value::strings(maps.0.iter().flat_map(MapRef::keys))
}

fn values(map: MapRef) -> Value {
    Value::list(map.entries().into_iter().map(|(_, value)| value).collect())
}

fn pick(map: MapRef, keys: Rest<Str>) -> Value {
    Value::map(keys.0.into_iter().filter_map(|key| {
        let value = map.get(key.as_bytes())?;
        Some((key, value))
    }))
}

fn omit(map: MapRef, keys: Rest<Str>) -> Value {
    Value::map(map.entries().into_iter().filter(|(key, _)| !keys.0.contains(key)))
}

/// `dig KEY… DEFAULT MAP`. Go's type assertions decide: neither `.Values` nor a nil on the way is a
/// `map[string]interface {}`.
fn dig(arguments: Rest<Value>) -> Result<Value, CallError> {
    let [keys @ .., default, map] = arguments.0.as_slice() else {
        return Err(CallError::message("dig needs at least three arguments"));
    };
    if keys.is_empty() {
        return Err(CallError::message("dig needs at least three arguments"));
    }
    let mut map = plain_map(map)?;
    let keys: Vec<&Str> = keys.iter().map(text).collect::<Result<_, _>>()?;
    for (index, key) in keys.iter().enumerate() {
        match map.get(key.as_bytes()) {
            None => return Ok(default.clone()),
            Some(found) if index + 1 == keys.len() => return Ok(found),
            Some(found) => map = plain_map(&found)?,
        }
    }
    Ok(default.clone())
}

fn plain_map(value: &Value) -> Result<MapRef, CallError> {
    match value {
        Value::Map(map) if map.kind() == MapType::Any => Ok(map.clone()),
        other => Err(not_a(other, "map[string]interface {}")),
    }
}

fn text(value: &Value) -> Result<&Str, CallError> {
    match value {
        Value::Str(text) => Ok(text),
        other => Err(not_a(other, "string")),
    }
}

fn not_a(value: &Value, expected: &str) -> CallError {
    let actual = match value {
        Value::Nil => "nil",
        other => go::type_name(other),
    };
    CallError::message(format!("interface conversion: interface {{}} is {actual}, not {expected}"))
}

fn deep_copy(value: Value) -> Result<Value, CallError> {
    if matches!(value, Value::Nil) {
        return Err(CallError::message("reflect: call of reflect.Value.Type on zero Value"));
    }
    copied(&value, &mut Walk::default())
}

fn copied(value: &Value, walk: &mut Walk) -> Result<Value, CallError> {
    walk.enter(value)?;
    let copy = deeper(|| match value {
        Value::List(list) => {
            let items = list.items.iter().map(|item| copied(item, walk));
            let items = items.collect::<Result<_, _>>()?;
            Ok(Value::List(List { items: Rc::new(items), ..list.clone() }))
        }
        Value::Map(map) if !map.is_nil() => {
            let copy = MapRef::new(map.kind());
            for (key, item) in map.entries() {
                copy.insert(key, copied(&item, walk)?);
            }
            Ok(Value::Map(copy))
        }
        other => Ok(other.clone()),
    });
    walk.leave();
    copy
}

#[cfg(test)]
mod tests {
    use gotmpl::NamedMap;

    use super::*;

    fn check(actual: Result<Value, CallError>, expect: &str) {
        let text = match actual {
            Ok(value) => go::print_value(&value).to_text().into_owned(),
            Err(CallError::Message(text)) => format!("error: {text}"),
            Err(other) => format!("{other:?}"),
        };
        assert_eq!(text, expect);
    }

    fn nested() -> Value {
        Value::map([("a", Value::map([("b", Value::int(1)), ("n", Value::Nil)]))])
    }

    #[test]
    fn digging() {
        let dig = |arguments: &[Value]| dig(Rest(arguments.to_vec()));
        check(dig(&["a".into(), "b".into(), "x".into(), nested()]), "1");
        check(dig(&["a".into(), "c".into(), "x".into(), nested()]), "x");
        check(
            dig(&["a".into(), "n".into(), "c".into(), "x".into(), nested()]),
            "error: interface conversion: interface {} is nil, not map[string]interface {}",
        );
        check(
            dig(&[Value::int(1), "x".into(), nested()]),
            "error: interface conversion: interface {} is int, not string",
        );
        check(dig(&["x".into(), nested()]), "error: dig needs at least three arguments");
        static VALUES: NamedMap = NamedMap { name: "common.Values", methods: &[] };
        let values = MapRef::new(MapType::Named(&VALUES));
        check(
            dig(&["x".into(), "y".into(), Value::Map(values)]),
            "error: interface conversion: interface {} is common.Values, not map[string]interface {}",
        );
    }

    #[test]
    fn making_and_changing() {
        check(
            Ok(dict(Rest(vec![Value::int(1), "a".into(), "odd".into()])).into()),
            "map[1:a odd:]",
        );
        check(
            set(MapRef::nil(MapType::Any), "a".into(), Value::Nil).map(Value::Map),
            "error: assignment to entry in nil map",
        );
    }
}
