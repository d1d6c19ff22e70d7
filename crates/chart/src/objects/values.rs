//! The type of `.Values`, which is a map with methods (Helm's pkg/chart/common/values.go, pkg/chartutil/values.go).
//!
//! A method wins over an entry of its name: `.Values.AsMap` is the map, whatever the values hold.

use gotmpl::{
    CallError, Kind, MapMethod, MapRef, MapType, NamedMap, ParamType, Signature, Str, Value,
    quote_go,
};
use sprig::Dialect;

use super::{NOTHING, ONE_TEXT, text};

pub(crate) fn values_type(dialect: Dialect) -> MapType {
    MapType::Named(match dialect {
        Dialect::Helm4 => &HELM4,
        Dialect::Helm3 => &HELM3,
    })
}

static HELM4: NamedMap = NamedMap { name: "common.Values", methods: METHODS };
static HELM3: NamedMap = NamedMap { name: "chartutil.Values", methods: METHODS };

const METHODS: &[MapMethod] = &[
    MapMethod { name: "AsMap", signature: NOTHING, run: |values, _| Ok(as_map(values)) },
    MapMethod {
        name: "Encode",
        signature: Signature {
            // Not one of the interfaces that anything may stand for.
            params: &[ParamType { name: "io.Writer", kind: Kind::Struct }],
            rest: None,
        },
        run: |_, _| Err(CallError::message("no value is an io.Writer")),
    },
    MapMethod {
        name: "PathValue",
        signature: ONE_TEXT,
        run: |values, path| path_value(values, &text(path)?),
    },
    MapMethod {
        name: "Table",
        signature: ONE_TEXT,
        run: |values, path| table(values, &text(path)?).map(Value::Map),
    },
    MapMethod { name: "YAML", signature: NOTHING, run: |values, _| yaml(values) },
];

/// The same entries as a `map[string]interface {}`; of an empty one a new map.
fn as_map(values: &MapRef) -> Value {
    Value::Map(match values.is_empty() {
        true => MapRef::new(MapType::Any),
        false => values.with_kind(MapType::Any),
    })
}

/// As `toYaml`, with the newline at the end.
fn yaml(values: &MapRef) -> Result<Value, CallError> {
    let value = Value::Map(values.clone());
    value.note_all_read();
    Ok(sprig::to_yaml(&value).map(|text| text + "\n")?.into())
}

fn table(values: &MapRef, path: &Str) -> Result<MapRef, CallError> {
    keys(path).try_fold(values.clone(), |map, key| match map.get(key) {
        Some(Value::Map(below)) => Ok(below.with_kind(values.kind())),
        _ => Err(no(key, "table")),
    })
}

/// What is at a path, if it is no table.
fn path_value(values: &MapRef, path: &Str) -> Result<Value, CallError> {
    if path.is_empty() {
        return Err(CallError::message("YAML path cannot be empty"));
    }
    let whole = path.as_bytes();
    let (above, key) = match whole.iter().rposition(|byte| *byte == b'.') {
        Some(dot) => (table(values, &Str::from(&whole[..dot])), &whole[dot + 1..]),
        None => (Ok(values.clone()), whole),
    };
    let value = above.ok().and_then(|table| table.get(key));
    match value {
        Some(Value::Map(map)) if map.kind() == MapType::Any => Err(no(key, "value")),
        Some(value) => Ok(value),
        None => Err(no(key, "value")),
    }
}

fn keys(path: &Str) -> impl Iterator<Item = &[u8]> {
    path.as_bytes().split(|byte| *byte == b'.')
}

fn no(key: &[u8], what: &str) -> CallError {
    CallError::message(format!("{} is not a {what}", quote_go(key)))
}
