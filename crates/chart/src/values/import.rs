//! `import-values`: tables of subcharts that become their parent's defaults (pkg/chart/v2/util/dependencies.go).

use gotmpl::{MapRef, MapType};
use source::{Problem, Problems};
use sprig::Dialect;

use super::coalesce::{Coalesce, NoTable, coalesce_values};
use super::convert::copy_map;
use super::path::{table, wrapped};
use super::tables::Tables;
use super::{Defaults, Effective};
use crate::Dependency;
use crate::metadata::ImportValue;

/// Bottom-up, so that what a subchart imported can be imported from it. Afterwards the defaults of every chart that lists
/// dependencies hold its subcharts' defaults as well, which is how Helm's later pass comes to its answers about nulls.
///
/// `met` are the dependencies whose imports were made before.
pub(crate) fn import_values<'a>(
    pass: Coalesce<'_>,
    chart: &mut Effective<'a>,
    met: &mut Vec<&'a Dependency>,
    warnings: &mut Problems,
) -> Result<(), NoTable> {
    for subchart in &mut chart.subcharts {
        import_values(pass, subchart, met, warnings)?;
    }
    let Some(listed) = &chart.listed else { return Ok(()) };
    let pass = Coalesce { keep_nulls: true, ..pass };
    let mut merged = MapRef::new(MapType::Any);
    coalesce_values(pass, chart, &merged)?;

    let tables = Tables { keep_nulls: true, conflicts: pass.conflicts };
    let imported = MapRef::new(MapType::Any);
    for dependency in listed {
        let again = met.iter().any(|met| std::ptr::eq(*met, *dependency));
        met.push(dependency);
        if again && forgets_imports(pass.dialect) {
            continue;
        }
        for import in &dependency.import_values {
            let (child, parent) = match import {
                ImportValue::Export(name) => (format!("exports.{name}"), "."),
                ImportValue::Table { child, parent } => (child.clone(), parent.as_str()),
            };
            match table(&merged, &format!("{}.{child}", chart.name_of(dependency))) {
                Some(found) => tables.merge(&imported, &wrapped(parent, found), None),
                None => warnings.push(nothing_to_import(dependency, &child)),
            }
        }
    }
    if !imported.is_empty() {
        // The chart's own values win over what it imports. The copy ends the sharing between the two.
        merged = copy_map(&merged);
        tables.merge(&merged, &imported, None);
    }
    chart.defaults = Defaults::Imported(merged);
    Ok(())
}

/// In Helm 3, two copies of a chart share its dependencies, and who imports first leaves the imports in a form that the second
/// does not know.
fn forgets_imports(dialect: Dialect) -> bool {
    dialect == Dialect::Helm3
}

fn nothing_to_import(dependency: &Dependency, child: &str) -> Problem {
    let message = format!("`{}` has no table `{child}` to import", dependency.key());
    Problem::warning("no-import", message)
        .at(dependency.span.as_ref(), "its `import-values` asks for it")
}
