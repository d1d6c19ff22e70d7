//! Helm's lint rules (pkg/chart/v2/lint): what Helm calls an error is one here, and so are its warnings
//! and what it only recommends.

mod chart_file;
mod crds;
mod deprecations;
mod names;
mod templates;

use source::{Problem, Problems};

use crate::values::Effective;
use crate::warning::Places;
use crate::{Chart, Input, schema};

/// All findings of all rules. A chart that does not load is told by `load`.
pub fn lint(chart: &Chart, input: &Input<'_>) -> Problems {
    let mut problems = chart.warnings.clone();
    problems.extend(chart_file::lint(chart));
    problems.extend(values(chart, input));
    problems.extend(templates::lint(chart, input));
    problems.extend(dependencies(chart));
    problems.extend(crds::lint(chart));
    problems.dedup();
    problems
}

/// The user's values over the chart's own, without subcharts, against the chart's own schema.
fn values(chart: &Chart, input: &Input<'_>) -> Problems {
    if !chart.raw.iter().any(|file| file.path == "values.yaml") {
        let message = format!("`{}` has no values.yaml", chart.origin);
        return vec![Problem::advice("lint-values", message)];
    }
    if input.skip_schema_validation {
        return Problems::new();
    }
    let alone = Effective { subcharts: Vec::new(), ..Effective::new(chart, input.dialect) };
    let values = match crate::render::coalesced(&alone, input) {
        Ok(values) => values,
        Err(problems) => return problems,
    };
    let places = Places { user: input.values, chart: &alone };
    schema::check(&alone, &gotmpl::Value::Map(values), &[], &places)
}

fn dependencies(chart: &Chart) -> Problems {
    let listed: Vec<_> = chart.metadata.dependencies.iter().flatten().collect();
    let loaded = || chart.dependencies.iter().map(|subchart| &subchart.metadata.name);
    let unlisted = loaded().filter(|name| !listed.iter().any(|listed| listed.name == **name));
    let mut problems: Problems = unlisted
        .map(|name| {
            let message = format!("`{name}` lies in `charts/` and is not among the `dependencies`");
            Problem::error("lint-dependencies", message)
        })
        .collect();
    let missing = listed.iter().filter(|listed| !loaded().any(|name| *name == listed.name));
    problems.extend(missing.map(|dependency| {
        let message = format!("the dependency `{}` is not in `charts/`", dependency.name);
        Problem::warning("lint-dependencies", message).at(dependency.span.as_ref(), "listed here")
    }));
    problems
}
