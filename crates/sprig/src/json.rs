//! JSON out and in. Helm's `fromJson` wants an object and gives its error as a value; Sprig's other forms are kept.

use gotmpl::{CallError, Functions, List, ListType, MapRef, MapType, Str, Value};
use source::json::{Html, read_bare};

use crate::Dialect;
use crate::json_write::{Layout, write};
use crate::tree::{text_of, to_value};

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    functions.add("toJson", |value: Value| compact(&value).unwrap_or_default());
    functions.add("mustToJson", |value: Value| compact(&value).map_err(CallError::from));
    functions.add("toPrettyJson", |value: Value| pretty(&value).unwrap_or_default());
    functions.add("mustToPrettyJson", |value: Value| pretty(&value).map_err(CallError::from));
    functions.add("toRawJson", |value: Value| raw(&value).map_err(CallError::from));
    functions.alias("mustToRawJson", "toRawJson");
    functions.add("fromJson", from_json);
    functions.add("fromJsonArray", from_json_array);
    functions.add("mustFromJson", |text: Str| read(&text).map_err(CallError::from));
}

fn compact(value: &Value) -> Result<String, String> {
    write(value, Html::Escaped, Layout::Compact)
}

fn pretty(value: &Value) -> Result<String, String> {
    write(value, Html::Escaped, Layout::Indented)
}

fn raw(value: &Value) -> Result<String, String> {
    write(value, Html::Plain, Layout::Compact)
}

fn read(text: &Str) -> Result<Value, String> {
    let tree = read_bare(&text_of(text)).map_err(|error| error.to_string())?;
    Ok(to_value(&tree))
}

/// `null` is no mistake: it makes a nil map.
fn from_json(text: Str) -> MapRef {
    match read(&text) {
        Ok(Value::Map(map)) => map,
        Ok(Value::Nil) => MapRef::nil(MapType::Any),
        Ok(other) => error_map(mismatch(&other, "map[string]interface {}")),
        Err(error) => error_map(error),
    }
}

fn from_json_array(text: Str) -> List {
    match read(&text) {
        Ok(Value::List(list)) => list,
        Ok(Value::Nil) => List::nil(ListType::Any),
        Ok(other) => error_list(mismatch(&other, "[]interface {}")),
        Err(error) => error_list(error),
    }
}

/// What Helm's functions return for a text that they cannot read, where a map is wanted.
pub(crate) fn error_map(error: String) -> MapRef {
    let map = MapRef::new(MapType::Any);
    map.insert("Error", error.into());
    map
}

/// The same where a list is wanted.
pub(crate) fn error_list(error: String) -> List {
    List::new(ListType::Any, vec![error.into()])
}

/// Go's words for JSON of another kind than was wanted.
pub(crate) fn mismatch(value: &Value, wanted: &str) -> String {
    let kind = match value {
        Value::Bool(_) => "bool",
        Value::Str(_) => "string",
        Value::List(_) => "array",
        Value::Map(_) => "object",
        _ => "number",
    };
    format!("json: cannot unmarshal {kind} into Go value of type {wanted}")
}
