//! TOML into values: integers are int64, tables maps, dates Go times.

use gotmpl::{List, ListType, MapRef, MapType, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{LOCAL_DATE, LOCAL_DATETIME, LOCAL_TIME, OFFSET_DATETIME};
use crate::date::{self, Zone};

/// How deep tables and lists may be nested.
const MAX_DEPTH: usize = 250;

/// The map of a document, or what is wrong with it after `toml: line N: `.
pub(super) fn read(text: &str) -> Result<MapRef, String> {
    let document = DeTable::parse(text).map_err(|error| {
        let offset = error.span().map_or(0, |span| span.start.min(text.len()));
        let line = text.as_bytes()[..offset].iter().filter(|byte| **byte == b'\n').count() + 1;
        format!("toml: line {line}: {}", error.message())
    })?;
    table(document.get_ref(), text, MAX_DEPTH)
}

fn table(table: &DeTable<'_>, text: &str, depth: usize) -> Result<MapRef, String> {
    let map = MapRef::new(MapType::Any);
    for (key, item) in table {
        map.insert(key.get_ref().as_ref(), value(item, text, depth)?);
    }
    Ok(map)
}

fn value(item: &Spanned<DeValue<'_>>, text: &str, depth: usize) -> Result<Value, String> {
    let deeper = depth.checked_sub(1).ok_or("toml: nested too deeply")?;
    Ok(match item.get_ref() {
        DeValue::String(text) => text.as_ref().into(),
        DeValue::Boolean(value) => (*value).into(),
        DeValue::Integer(number) => i64::from_str_radix(number.as_str(), number.radix())
            .map(Value::int64)
            .map_err(|_| format!("toml: {} is out of range for int64", number.as_str()))?,
        DeValue::Float(number) => Value::Float(
            number
                .as_str()
                .parse()
                .map_err(|_| format!("toml: invalid float {}", number.as_str()))?,
        ),
        DeValue::Datetime(time) => {
            let (layout, zone) = match (time.date, time.time, time.offset) {
                (_, _, Some(_)) => (OFFSET_DATETIME, ""),
                (Some(_), Some(_), None) => LOCAL_DATETIME,
                (Some(_), None, None) => LOCAL_DATE,
                _ => LOCAL_TIME,
            };
            let zone = Zone::Fixed { name: zone.to_owned(), offset: 0 };
            date::parse(layout.as_bytes(), time.to_string().as_bytes(), &zone)?.into()
        }
        DeValue::Array(items) => {
            let all_tables = items.iter().all(|item| matches!(item.get_ref(), DeValue::Table(_)));
            let headed = text.get(item.span().start..).is_some_and(|text| text.starts_with("[["));
            let kind = if all_tables && headed { ListType::Maps } else { ListType::Any };
            let values = items.iter().map(|item| value(item, text, deeper));
            List::new(kind, values.collect::<Result<_, _>>()?).into()
        }
        DeValue::Table(inner) => table(inner, text, deeper)?.into(),
    })
}
