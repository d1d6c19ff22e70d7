//! What a render will need, prepared while its values are merged.

use std::sync::Arc;

use super::cache::parsed;
use crate::side_by_side::Helper;
use crate::{Chart, File, Input, schema};

/// Lets the helper compile a chart's schemas and begin to parse its templates. They are met again in their caches; a
/// subchart's templates only where it takes part under its own name.
pub(crate) fn ahead<'j>(chart: &'j Chart, input: &Input<'_>, helper: &Helper<'j>) {
    let dialect = input.dialect;
    let mut items = Vec::new();
    if chart.sets.is_untouched() {
        collect(chart, &chart.metadata.name, &mut items);
    }
    items.retain(|item| !(input.skip_schema_validation && matches!(item, Ahead::Schema(..))));
    // Merging values ends with their validation, and no template runs before all partials are parsed.
    items.sort_by_key(|item| match item {
        Ahead::Schema(..) => 0,
        Ahead::Template(_, file) if file.name().starts_with('_') => 1,
        Ahead::Template(..) => 2,
    });
    for item in items {
        helper.hand(move || match item {
            Ahead::Schema(chart) => drop(schema::compiled(chart)),
            Ahead::Template(name, file) => drop(parsed(&name, file, dialect)),
        });
    }
}

/// What a render will need.
enum Ahead<'a> {
    Schema(&'a Chart),
    Template(Arc<str>, &'a File),
}

/// The schemas of a chart and its subcharts, and all their templates by their full names.
fn collect<'a>(chart: &'a Chart, path: &str, items: &mut Vec<Ahead<'a>>) {
    items.extend(chart.schema.is_some().then_some(Ahead::Schema(chart)));
    let named = |file: &'a File| Ahead::Template(format!("{path}/{}", file.path).into(), file);
    items.extend(chart.templates.iter().map(named));
    for subchart in &chart.dependencies {
        collect(subchart, &format!("{path}/charts/{}", subchart.metadata.name), items);
    }
}
