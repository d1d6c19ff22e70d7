//! TOML out and in, laid out as BurntSushi's encoder 1.6 does it.

mod read;
mod write;

use gotmpl::{CallError, Functions, MapRef, MapType, Str, Value};

use crate::Dialect;

/// Layouts of times, and the names of the zones that the decoder gives to those without an offset.
const OFFSET_DATETIME: &str = "2006-01-02T15:04:05.999999999Z07:00";
const LOCAL_DATETIME: (&str, &str) = ("2006-01-02T15:04:05.999999999", "datetime-local");
const LOCAL_DATE: (&str, &str) = ("2006-01-02", "date-local");
const LOCAL_TIME: (&str, &str) = ("15:04:05.999999999", "time-local");

pub(crate) fn register(functions: &mut Functions, dialect: Dialect) {
    functions.add("toToml", to_toml);
    if has_must_to_toml(dialect) {
        functions.add("mustToToml", |value: Value| must_to_toml(&value));
    }
    functions.add("fromToml", from_toml);
}

/// `mustToToml` came with Helm 4.
fn has_must_to_toml(dialect: Dialect) -> bool {
    dialect == Dialect::Helm4
}

/// A value that cannot be written becomes the error's text; only nil fails.
fn to_toml(value: Value) -> Result<Str, CallError> {
    match (must_to_toml(&value), &value) {
        (Err(CallError::Message(text)), value) if !matches!(value, Value::Nil) => Ok(text.into()),
        (result, _) => result,
    }
}

fn must_to_toml(value: &Value) -> Result<Str, CallError> {
    if matches!(value, Value::Nil) {
        return Err(CallError::message("reflect: call of reflect.Value.Type on zero Value"));
    }
    write::write(value).map(Str::from).map_err(CallError::from)
}

/// A text that is no TOML gives a map with its `Error`.
fn from_toml(text: Str) -> MapRef {
    read::read(&text.to_text()).unwrap_or_else(|error| {
        let map = MapRef::new(MapType::Any);
        map.insert("Error", error.into());
        map
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::go::print_value;

    fn round_trip(toml: &str) -> String {
        to_toml(Value::Map(from_toml(toml.into()))).unwrap().to_string()
    }

    #[test]
    fn layout() {
        insta::assert_snapshot!(round_trip(r#"
            b = 1
            a = [1.0, "x", { k = [] }]
            "odd key" = "tab\t\u007f"
            t = [2020-01-02T03:04:05Z, 2020-01-02T03:04:05.5+01:00, 2020-01-02, 2020-01-02 03:04:05, 03:04:05]
            [table.inner]
            deep = true
            [table]
            direct = 1e6
            [[list]]
            x = 1
            [[list]]
        "#), @r#"
        a = [1.0, "x", {k = []}]
        b = 1
        "odd key" = "tab\t\u007f"
        t = [2020-01-02T03:04:05Z, 2020-01-02T03:04:05.5+01:00, 2020-01-02, 2020-01-02T03:04:05, 03:04:05]

        [[list]]
          x = 1

        [[list]]

        [table]
          direct = 1e+06
          [table.inner]
            deep = true
        "#);
    }

    #[test]
    fn what_cannot_be_written() {
        let check = |value: Value, expect: &str| {
            assert_eq!(to_toml(value).unwrap().to_text(), expect);
        };
        check(
            Value::list(vec![Value::map::<&str>([])]),
            "toml: top-level values must be Go maps or structs",
        );
        check(
            Value::map([("a", Value::list(vec![Value::Nil]))]),
            "toml: cannot encode array with nil element",
        );
        check(Value::map([("a", Value::Nil)]), "");
        check(Value::int(5), "5");
    }

    #[test]
    fn what_cannot_be_read() {
        let map = from_toml("a = 1\na = ".into());
        assert!(print_value(&Value::Map(map)).to_text().starts_with("map[Error:toml: line 2"));
    }
}
