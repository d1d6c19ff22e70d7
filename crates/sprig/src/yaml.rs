//! YAML out and in, byte-exact with Helm's; the writing itself is `source`'s.

use gotmpl::{CallError, Functions, List, ListType, MapRef, MapType, Str, Value, deeper, object};
use source::yaml::{self, Writer, read_plain, sort_keys};

use crate::Dialect;
use crate::date::{self, Time};
use crate::json::{error_list, error_map, mismatch};
use crate::limits::Walk;
use crate::tree::{plain, text_of, to_value};

pub(crate) fn register(functions: &mut Functions, dialect: Dialect) {
    functions.add("toYaml", |value: Value| to_yaml(&value).unwrap_or_default());
    if has_must_to_yaml(dialect) {
        functions.add("mustToYaml", |value: Value| to_yaml(&value).map_err(CallError::from));
    }
    functions.add("toYamlPretty", |value: Value| to_yaml_pretty(&value).unwrap_or_default());
    functions.add("fromYaml", from_yaml);
    functions.add("fromYamlArray", from_yaml_array);
}

/// `mustToYaml` came with Helm 4.
fn has_must_to_yaml(dialect: Dialect) -> bool {
    dialect == Dialect::Helm4
}

/// Through JSON, without the newline at the end.
pub fn to_yaml(value: &Value) -> Result<String, String> {
    written(value, yaml::Dialect::Helm)
}

fn to_yaml_pretty(value: &Value) -> Result<String, String> {
    written(value, yaml::Dialect::Pretty)
}

fn written(value: &Value, dialect: yaml::Dialect) -> Result<String, String> {
    let mut writer = Writer::new(dialect);
    write(&mut writer, value, dialect, &mut Walk::default())?;
    let mut text = writer.finish().map_err(|error| error.to_string())?;
    if text.ends_with('\n') {
        text.pop();
    }
    Ok(text)
}

fn write(
    writer: &mut Writer,
    value: &Value,
    dialect: yaml::Dialect,
    walk: &mut Walk,
) -> Result<(), String> {
    walk.enter(value)?;
    if let (yaml::Dialect::Pretty, Some(time)) = (dialect, object::<Time>(value)) {
        let text = date::format(time, RFC3339_NANO.as_bytes());
        writer.verbatim(&String::from_utf8_lossy(&text));
        walk.leave();
        return Ok(());
    }
    match as_written(value, dialect) {
        Value::Nil | Value::Object(_) => writer.null(),
        Value::Bool(value) => writer.bool(value),
        Value::Int(value, kind) if kind.is_signed() || value >= 0 => writer.int(value),
        Value::Int(value, _) => writer.uint(value.cast_unsigned()),
        Value::Float(value) => writer.float(value),
        Value::Str(text) => match text.as_text() {
            Some(text) => writer.text(text),
            None => writer.text(&text_of(&text)),
        },
        Value::List(list) => {
            writer.begin_list(list.items.is_empty());
            for item in list.items.iter() {
                deeper(|| write(writer, item, dialect, walk))?;
            }
            writer.end();
        }
        Value::Map(map) => {
            let entries = map.entries();
            let keys: Vec<_> = entries.iter().map(|(key, value)| (key.to_text(), value)).collect();
            let keys = keys.iter().map(|(key, value)| (key.as_ref(), *value)).collect();
            writer.begin_map(map.is_empty());
            for (key, item) in sort_keys(keys, dialect) {
                writer.key(key);
                deeper(|| write(writer, item, dialect, walk))?;
            }
            writer.end();
        }
    }
    walk.leave();
    Ok(())
}

/// `toYaml` goes through JSON. `toYamlPretty` does not: it keeps nil lists and maps as empty ones, bytes as numbers, and
/// writes durations as they print.
fn as_written(value: &Value, dialect: yaml::Dialect) -> Value {
    match value {
        Value::List(list) if dialect == yaml::Dialect::Pretty && list.kind == ListType::Bytes => {
            Value::list(list.items.to_vec())
        }
        Value::List(_) | Value::Map(_) if dialect == yaml::Dialect::Pretty => value.clone(),
        Value::Object(object)
            if dialect == yaml::Dialect::Pretty && object.type_name() == "time.Duration" =>
        {
            Value::Str(object.print())
        }
        _ => plain(value),
    }
}

/// How Go writes a time.
const RFC3339_NANO: &str = "2006-01-02T15:04:05.999999999Z07:00";

/// What stands before the JSON step's own words in sigs.k8s.io/yaml.
const CONTEXT: &str = "error unmarshaling JSON: while decoding JSON: ";

/// Nothing and `null` leave the map empty.
fn from_yaml(text: Str) -> MapRef {
    match read(&text) {
        Ok(Value::Map(map)) => map,
        Ok(Value::Nil) => MapRef::new(MapType::Any),
        Ok(other) => error_map(format!("{CONTEXT}{}", mismatch(&other, "map[string]interface {}"))),
        Err(error) => error_map(error),
    }
}

fn from_yaml_array(text: Str) -> List {
    match read(&text) {
        Ok(Value::List(list)) => list,
        Ok(Value::Nil) => List::new(ListType::Any, Vec::new()),
        Ok(other) => error_list(format!("{CONTEXT}{}", mismatch(&other, "[]interface {}"))),
        Err(error) => error_list(error),
    }
}

fn read(text: &Str) -> Result<Value, String> {
    let text = text.as_text().ok_or_else(|| {
        format!("error converting YAML to JSON: yaml: {}", broken_encoding(text.as_bytes()))
    })?;
    Ok(to_value(&read_plain(text)?))
}

/// What libyaml's reader says of the first bytes that are no UTF-8.
fn broken_encoding(bytes: &[u8]) -> &'static str {
    let good = std::str::from_utf8(bytes).map_or_else(|error| error.valid_up_to(), str::len);
    let rest = &bytes[good..];
    let width = match rest.first() {
        Some(0xC0..=0xDF) => 2,
        Some(0xE0..=0xEF) => 3,
        Some(0xF0..=0xF7) => 4,
        _ => return "invalid leading UTF-8 octet",
    };
    match rest.get(1..width) {
        None => "incomplete UTF-8 octet sequence",
        Some(more) if more.iter().any(|byte| byte & 0xC0 != 0x80) => "invalid trailing UTF-8 octet",
        Some(_)
            if matches!(
                rest,
                [0xC0 | 0xC1, ..] | [0xE0, 0x80..=0x9F, ..] | [0xF0, 0x80..=0x8F, ..]
            ) =>
        {
            "invalid length of a UTF-8 sequence"
        }
        Some(_) => "invalid Unicode character",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::print_value;

    #[test]
    fn out() {
        let list = Value::list(vec!["x".into(), Value::Map(MapRef::nil(MapType::Any))]);
        let value =
            Value::map([("a", Value::Float(1e6)), ("b", list), ("c", Value::uint64(u64::MAX))]);
        insta::assert_snapshot!(to_yaml(&value).unwrap(), @"
        a: 1000000
        b:
        - x
        - null
        c: 18446744073709551615
        ");
        insta::assert_snapshot!(to_yaml_pretty(&value).unwrap(), @"
        a: 1e+06
        b:
          - x
          - {}
        c: 18446744073709551615
        ");
        assert_eq!(
            to_yaml(&Value::Float(f64::NAN)).unwrap_err(),
            "error marshaling into JSON: json: unsupported value: NaN"
        );
    }

    #[test]
    fn back() {
        let check = |text: &str, expect: &str| {
            assert_eq!(print_value(&Value::Map(from_yaml(text.into()))).to_text(), expect);
        };
        check("a: 1000000\nb: [yes, ~]", "map[a:1e+06 b:[true <nil>]]");
        check(
            "[1]",
            "map[Error:error unmarshaling JSON: while decoding JSON: json: cannot unmarshal array into Go value of type map[string]interface {}]",
        );
        check("~", "map[]");
        assert!(!from_yaml("".into()).is_nil());
        assert!(!from_yaml_array("~".into()).is_nil);
        let broken = |bytes: &[u8]| broken_encoding(bytes);
        assert_eq!(broken(b"a: \xff"), "invalid leading UTF-8 octet");
        assert_eq!(broken(b"a: \xc3("), "invalid trailing UTF-8 octet");
        assert_eq!(broken(b"a: b\xc3"), "incomplete UTF-8 octet sequence");
        assert_eq!(broken(b"x: \xed\xa0\x80"), "invalid Unicode character");
    }
}
