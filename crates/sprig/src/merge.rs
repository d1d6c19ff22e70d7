//! `merge` and `mergeOverwrite`: mergo 1.0's deep merge as Sprig calls it. Both change the first map and return it.

use gotmpl::{CallError, Functions, MapRef, MapType, Rest, Value, deeper};

use crate::Dialect;
use crate::go;
use crate::limits::Walk;

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    functions.add("merge", |into: MapRef, from: Rest<MapRef>| merge(into, from, false));
    functions.alias("mustMerge", "merge");
    functions.add("mergeOverwrite", |into: MapRef, from: Rest<MapRef>| merge(into, from, true));
    functions.alias("mustMergeOverwrite", "mergeOverwrite");
}

fn merge(into: MapRef, from: Rest<MapRef>, overwrite: bool) -> Result<MapRef, CallError> {
    let mut into = into;
    for source in &from.0 {
        if into.is_nil() && !source.is_nil() {
            into = MapRef::new(MapType::Any);
        }
        merge_map(&into, source, overwrite, &mut Walk::default())?;
    }
    Ok(into)
}

/// Empty values of `into` are filled from `from`; where it overwrites, all values are replaced, by nil too. Maps on both
/// sides are merged in place, whoever else holds them; other values of `from` are shared, not copied. Lists are never
/// merged.
fn merge_map(
    into: &MapRef,
    from: &MapRef,
    overwrite: bool,
    walk: &mut Walk,
) -> Result<(), CallError> {
    for (key, value) in from.entries() {
        walk.enter(&value)?;
        let current = into.get(key.as_bytes());
        let is_merged = match (&current, &value) {
            (Some(Value::Map(current)), Value::Map(value)) => {
                if !current.is_nil() {
                    deeper(|| merge_map(current, value, overwrite, walk))?;
                }
                !current.is_empty()
            }
            _ => false,
        };
        walk.leave();
        let replaces = match value {
            Value::Nil => overwrite,
            _ => overwrite || current.as_ref().is_none_or(go::is_empty),
        };
        if replaces && !is_merged {
            check_assignable(into, from)?;
            into.insert(key, value);
        }
    }
    Ok(())
}

/// A `map[string]string` takes entries of its own kind only.
fn check_assignable(into: &MapRef, from: &MapRef) -> Result<(), CallError> {
    if into.kind() == MapType::Strings && from.kind() != MapType::Strings {
        return Err(CallError::message(
            "reflect.Value.SetMapIndex: value of type interface {} is not assignable to type string",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(entries: &[(&str, Value)]) -> MapRef {
        let map = MapRef::new(MapType::Any);
        for (key, value) in entries {
            map.insert(*key, value.clone());
        }
        map
    }

    fn check(into: &[(&str, Value)], from: &[(&str, Value)], filled: &str, overwritten: &str) {
        for (overwrite, expect) in [(false, filled), (true, overwritten)] {
            let copy = |entries: &[(&str, Value)]| map(entries);
            let merged = merge(copy(into), Rest(vec![copy(from)]), overwrite).unwrap();
            assert_eq!(go::print_value(&Value::Map(merged)).to_text(), expect);
        }
    }

    #[test]
    fn scalars() {
        let zero = || Value::Float(0.0);
        check(
            &[("a", Value::int(1))],
            &[("a", Value::int(2)), ("b", zero())],
            "map[a:1 b:0]",
            "map[a:2 b:0]",
        );
        check(&[("a", false.into())], &[("a", true.into())], "map[a:true]", "map[a:true]");
        check(&[("a", true.into())], &[("a", false.into())], "map[a:true]", "map[a:false]");
        check(&[("a", true.into())], &[("a", Value::Nil)], "map[a:true]", "map[a:<nil>]");
        check(&[], &[("a", Value::Nil)], "map[]", "map[a:<nil>]");
    }

    #[test]
    fn lists_and_maps() {
        let list = |items: &[i64]| Value::list(items.iter().copied().map(Value::int).collect());
        check(&[("a", list(&[1]))], &[("a", list(&[]))], "map[a:[1]]", "map[a:[]]");
        check(&[("a", list(&[]))], &[("a", list(&[2]))], "map[a:[2]]", "map[a:[2]]");
        check(&[("a", "x".into())], &[("a", list(&[2]))], "map[a:x]", "map[a:[2]]");
        let inner = || Value::Map(map(&[("x", Value::int(1))]));
        let empty = || Value::Map(map(&[]));
        check(&[("a", inner())], &[("a", empty())], "map[a:map[x:1]]", "map[a:map[x:1]]");
        check(&[("a", "s".into())], &[("a", inner())], "map[a:s]", "map[a:map[x:1]]");
        check(&[("a", inner())], &[("a", "s".into())], "map[a:map[x:1]]", "map[a:s]");
        check(
            &[("a", inner())],
            &[("a", Value::map([("y", Value::int(2))]))],
            "map[a:map[x:1 y:2]]",
            "map[a:map[x:1 y:2]]",
        );
    }

    #[test]
    fn what_is_shared() {
        let inner = map(&[("x", Value::int(1))]);
        let into = map(&[("a", Value::map::<&str>([])), ("same", "".into())]);
        let merged = merge(
            into,
            Rest(vec![map(&[("a", inner.clone().into()), ("b", inner.clone().into())])]),
            false,
        );
        let merged = merged.unwrap();
        inner.insert("x", Value::int(9));
        assert_eq!(
            go::print_value(&Value::Map(merged)).to_text(),
            "map[a:map[x:1] b:map[x:9] same:]"
        );
    }
}
