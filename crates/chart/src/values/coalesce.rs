//! The user's values over the defaults of a chart and its subcharts, globals handed down (pkg/chart/common/util/coalesce.go).

use std::cell::RefCell;

use gotmpl::{MapRef, MapType, Str, Value};
use sprig::Dialect;

use super::convert::entries;
use super::tables::{At, Tables};
use super::{Effective, GLOBAL};

pub(crate) use super::tables::Conflict;

/// One pass over a chart and its subcharts.
#[derive(Clone, Copy)]
pub(crate) struct Coalesce<'a> {
    pub(crate) dialect: Dialect,
    /// As `Tables::keep_nulls`: Helm's MergeValues rather than CoalesceValues.
    pub(crate) keep_nulls: bool,
    pub(crate) conflicts: &'a RefCell<Vec<Conflict>>,
}

/// The values of a subchart must be a map and are not: the path to them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NoTable(pub(crate) Vec<Str>);

/// Completes `values`, which must be the caller's own copy, with all defaults.
pub(crate) fn coalesce_values(
    pass: Coalesce<'_>,
    chart: &Effective<'_>,
    values: &MapRef,
) -> Result<(), NoTable> {
    pass.chart(chart, values, None)
}

/// Rule N: nulls among a chart's defaults are dropped, so that they neither hide globals nor print.
fn drops_null_defaults(dialect: Dialect) -> bool {
    dialect == Dialect::Helm4
}

impl Coalesce<'_> {
    fn chart(
        self,
        chart: &Effective<'_>,
        values: &MapRef,
        at: Option<&At<'_>>,
    ) -> Result<(), NoTable> {
        self.defaults(chart, values, at);
        for subchart in &chart.subcharts {
            let name = subchart.name.as_bytes();
            let at = At::below(at, name);
            let section = match values.peek(name) {
                Some(Value::Map(section)) => section,
                Some(_) => return Err(NoTable(at.path())),
                None => {
                    let section = MapRef::new(MapType::Any);
                    values.insert(name, Value::Map(section.clone()));
                    section
                }
            };
            self.globals(&section, values, &at);
            self.chart(subchart, &section, Some(&at))?;
        }
        Ok(())
    }

    fn defaults(self, chart: &Effective<'_>, values: &MapRef, at: Option<&At<'_>>) {
        let drop_nulls = !self.keep_nulls && drops_null_defaults(self.dialect);
        chart.defaults.given().each(|key, default| {
            let at = At::below(at, key);
            match values.peek(key) {
                None if drop_nulls && default.is_nil() => {}
                None => values.insert(key, default.hiding_nulls(drop_nulls).copy()),
                Some(Value::Nil) if !self.keep_nulls => {
                    values.remove(key);
                }
                Some(Value::Map(written)) if default.is_map() => {
                    // A subchart's section keeps its nulls: they are for the subchart's own defaults.
                    let is_section =
                        chart.subcharts.iter().any(|subchart| subchart.name.as_bytes() == key);
                    let keep_nulls = self.keep_nulls || is_section;
                    let hides_nulls = !keep_nulls && drops_null_defaults(self.dialect);
                    let tables = Tables { keep_nulls, conflicts: self.conflicts };
                    tables.complete(&written, &default.hiding_nulls(hides_nulls), Some(&at));
                }
                Some(Value::Map(_)) if !default.is_nil() => self.tables().conflict(&at, true),
                Some(_) => {}
            }
        });
    }

    /// Hands a chart's globals down to a subchart's section, where they win over the section's own.
    fn globals(self, section: &MapRef, parent: &MapRef, at: &At<'_>) {
        let at = At::below(Some(at), GLOBAL.as_bytes());
        let of = |map: &MapRef| match map.peek(GLOBAL.as_bytes()) {
            None => Some(MapRef::new(MapType::Any)),
            Some(Value::Map(map)) => Some(map),
            Some(_) => None,
        };
        let (Some(target), Some(handed_down)) = (of(section), of(parent)) else {
            self.tables().conflict(&at, false);
            return;
        };
        for (key, value) in entries(&handed_down) {
            let at = At::below(Some(&at), key.as_bytes());
            match (value, target.peek(key.as_bytes())) {
                (Value::Map(map), None) => {
                    target.insert(key.clone(), Value::Map(own_level(&map)));
                }
                (Value::Map(map), Some(Value::Map(own))) => {
                    let map = own_level(&map);
                    Tables { keep_nulls: true, conflicts: self.conflicts }.merge(
                        &map,
                        &own,
                        Some(&at),
                    );
                    target.insert(key.clone(), Value::Map(map));
                }
                (Value::Map(_), Some(_)) => self.tables().conflict(&at, false),
                (_, Some(Value::Map(_))) => self.tables().conflict(&at, true),
                (value, _) => target.insert(key.clone(), value),
            }
        }
        section.insert(GLOBAL, Value::Map(target));
    }

    fn tables(&self) -> Tables<'_> {
        Tables { keep_nulls: self.keep_nulls, conflicts: self.conflicts }
    }
}

/// A map of its own whose entries are shared: below the first level, parent and subcharts see the same globals.
pub(crate) fn own_level(map: &MapRef) -> MapRef {
    let copy = MapRef::new(MapType::Any);
    for (key, value) in entries(map) {
        copy.insert(key, value);
    }
    copy
}
