//! Texts into lists and maps of texts and back: split, splitList, join, sortAlpha.

use gotmpl::{CallError, Functions, ListType, MapRef, MapType, Str, Value};

use crate::Dialect;
use crate::convert::{to_text, to_texts};
use crate::go;
use crate::limits::{check_items, check_text};
use crate::runes::rune_at;
use crate::strings::find;

pub(crate) fn register(functions: &mut Functions, _dialect: Dialect) {
    functions.add("split", |separator: Str, text: Str| split(&text, &separator, -1).map(numbered));
    functions.add("splitn", |separator: Str, count: i64, text: Str| {
        split(&text, &separator, count).map(numbered)
    });
    functions.add("splitList", |separator: Str, text: Str| {
        split(&text, &separator, -1).map(Value::strings)
    });
    functions.add("join", join);
    functions.add("sortAlpha", sort_alpha);
}

/// Go's `strings.SplitN`: at most `count` parts, all where it is negative, none where it is 0. An empty separator
/// splits between runes.
pub(crate) fn split(text: &Str, separator: &Str, count: i64) -> Result<Vec<Str>, CallError> {
    let limit = usize::try_from(count).unwrap_or(usize::MAX);
    let mut parts = Vec::new();
    let mut rest = text.as_bytes();
    while parts.len() + 1 < limit {
        let found = if separator.is_empty() {
            // After a rune, where another one follows.
            rune_at(rest, 0).filter(|size| *size < rest.len())
        } else {
            find(rest, separator.as_bytes())
        };
        let Some(at) = found else { break };
        parts.push(rest[..at].into());
        rest = &rest[at + separator.len()..];
        check_items(Some(parts.len()))?;
    }
    if limit > 0 && !(separator.is_empty() && rest.is_empty()) {
        parts.push(rest.into());
    }
    Ok(parts)
}

/// A `map[string]string` with the keys `_0`, `_1`, …
fn numbered(parts: Vec<Str>) -> MapRef {
    let map = MapRef::new(MapType::Strings);
    for (index, part) in parts.into_iter().enumerate() {
        map.insert(format!("_{index}"), Value::Str(part));
    }
    map
}

fn join(separator: Str, values: Value) -> Result<Str, CallError> {
    let texts = to_texts(&values);
    let length = texts
        .iter()
        .try_fold(0_usize, |sum, text| sum.checked_add(text.len())?.checked_add(separator.len()));
    check_text(length)?;
    let texts: Vec<&[u8]> = texts.iter().map(Str::as_bytes).collect();
    Ok(texts.join(separator.as_bytes()).into())
}

/// The texts of a list in byte order; anything else becomes the list of its own text. Go sorts a `[]string` in place;
/// here the sorted list is always a new one.
fn sort_alpha(values: Value) -> Value {
    let mut texts = match go::as_list(&values) {
        Some(list) if list.is_nil && list.kind == ListType::Strings => return values,
        Some(_) => to_texts(&values),
        None => vec![to_text(&values)],
    };
    texts.sort();
    Value::strings(texts)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splitting() {
        let check = |text: &str, separator: &str, count: i64, expect: &[&str]| {
            let parts = split(&text.into(), &separator.into(), count).unwrap();
            assert_eq!(parts, expect.iter().map(|part| Str::from(*part)).collect::<Vec<_>>());
        };
        check("a,b,c", ",", -1, &["a", "b", "c"]);
        check("a,b,c", ",", 2, &["a", "b,c"]);
        check("a,b,c", ",", 0, &[]);
        check("", ",", -1, &[""]);
        check("aéb", "", -1, &["a", "é", "b"]);
        check("aéb", "", 2, &["a", "éb"]);
        check("", "", -1, &[]);
    }
}
