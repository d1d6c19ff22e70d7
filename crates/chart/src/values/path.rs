//! Values at paths with dots, which conditions, imports and subcharts' names are.

use gotmpl::{MapRef, Str, Value};

/// The value at a path with dots.
pub(super) fn lookup(values: &MapRef, path: &str) -> Option<Value> {
    let (tables, key) = path.rsplit_once('.').map_or(("", path), |(tables, key)| (tables, key));
    let table = if tables.is_empty() { values.clone() } else { table(values, tables)? };
    table.peek(key.as_bytes())
}

/// The map at a path with dots.
pub(crate) fn table(values: &MapRef, path: &str) -> Option<MapRef> {
    path.split('.').try_fold(values.clone(), |map, key| match map.peek(key.as_bytes()) {
        Some(Value::Map(map)) => Some(map),
        _ => None,
    })
}

/// A path's keys as a map of maps around a table; `.` is the table itself.
pub(super) fn wrapped(path: &str, table: MapRef) -> MapRef {
    if path == "." {
        return table;
    }
    path.rsplit('.').fold(table, |inner, key| {
        let outer = MapRef::new(gotmpl::MapType::Any);
        outer.insert(Str::from(key), Value::Map(inner));
        outer
    })
}
