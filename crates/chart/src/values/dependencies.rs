//! Which subcharts take part: aliases, tags and conditions (pkg/chart/v2/util/dependencies.go).

use gotmpl::{MapRef, Value};
use source::{Problem, Problems};
use sprig::Dialect;
use sprig::semver::{Constraint, Version};

use super::coalesce::{Coalesce, NoTable, coalesce_values, own_level};
use super::convert::copy_map;
use super::path::lookup;
use super::{Effective, GLOBAL, import};
use crate::{Chart, Dependency};

/// Takes out what tags and conditions disable, gives aliases, then imports values from subcharts into their parents.
pub(crate) fn process_dependencies<'a>(
    pass: Coalesce<'_>,
    chart: &mut Effective<'a>,
    values: &MapRef,
    warnings: &mut Problems,
) -> Result<(), NoTable> {
    enable(pass, chart, values, "", &mut Vec::new(), warnings)?;
    import::import_values(pass, chart, &mut Vec::new(), warnings)
}

/// `met` are the charts whose lists were gone through before.
fn enable<'a>(
    pass: Coalesce<'_>,
    chart: &mut Effective<'a>,
    values: &MapRef,
    path: &str,
    met: &mut Vec<&'a Chart>,
    warnings: &mut Problems,
) -> Result<(), NoTable> {
    let Some(listed) = chart.listed.take() else { return Ok(()) };
    chart.is_settled = true;
    let again = met.iter().any(|met| std::ptr::eq(*met, chart.chart));
    met.push(chart.chart);
    chart.subcharts = by_list(&chart.subcharts, &listed, again && keeps_aliases(pass.dialect));
    for subchart in &mut chart.subcharts {
        let is_listed = listed.iter().any(|dependency| dependency.key() == subchart.name);
        subchart.place_below(&chart.path);
        let Effective { path, subcharts, .. } = subchart;
        match (pass.dialect, is_listed) {
            (Dialect::Helm4, true) => {
                subcharts.iter_mut().for_each(|below| below.place_below(path));
            }
            (Dialect::Helm3, false) => {
                subcharts.iter_mut().for_each(|below| below.place_all_below(path));
            }
            // What is listed is a copy, and what lies below belongs to the original.
            (Dialect::Helm3, true) | (Dialect::Helm4, false) => {}
        }
    }

    let merged = to_be_completed(chart, values);
    coalesce_values(pass, chart, &merged)?;
    let enabled: Vec<&Dependency> = listed
        .iter()
        .copied()
        .filter(|dependency| {
            by_condition(dependency, &merged, path, warnings)
                .unwrap_or_else(|| by_tags(dependency, &merged, warnings))
        })
        .collect();
    let disabled = |name: &str| {
        listed.iter().any(|dependency| dependency.key() == name)
            && !enabled.iter().any(|dependency| dependency.key() == name)
    };
    chart.subcharts.retain(|subchart| !disabled(&subchart.name));
    for subchart in &mut chart.subcharts {
        let path = format!("{path}{}.", subchart.name);
        enable(pass, subchart, &merged, &path, met, warnings)?;
    }
    // Go's nil: a list of which nothing is left is no list to the import that follows.
    chart.listed = Some(enabled).filter(|enabled| !enabled.is_empty());
    Ok(())
}

/// Values of their own as far as a chart's defaults will change them.
fn to_be_completed(chart: &Effective<'_>, values: &MapRef) -> MapRef {
    let own = own_level(values);
    let copy = |key: &[u8]| {
        if let Some(Value::Map(map)) = own.peek(key) {
            own.insert(key, Value::Map(copy_map(&map)));
        }
    };
    let names = chart.subcharts.iter().map(|subchart| subchart.name.as_str());
    let mut keys: Vec<&[u8]> = names.chain([GLOBAL]).map(str::as_bytes).collect();
    keys.sort_unstable();
    keys.dedup();
    keys.iter().copied().for_each(copy);
    chart.defaults.given().each(|key, default| {
        if default.is_map() && !keys.contains(&key) {
            copy(key);
        }
    });
    own
}

/// In Helm 3, two copies of a chart share its list of dependencies, and who goes through it first leaves the aliases in it
/// as names: the second copy does not find what has one.
fn keeps_aliases(dialect: Dialect) -> bool {
    dialect == Dialect::Helm3
}

/// Charts that Chart.yaml does not list come first, under their own names; then the listed ones in the list's order.
fn by_list<'a>(
    loaded: &[Effective<'a>],
    listed: &[&'a Dependency],
    aliases_are_names: bool,
) -> Vec<Effective<'a>> {
    let name = |dependency: &'a Dependency| {
        if aliases_are_names { dependency.key() } else { dependency.name.as_str() }
    };
    let fits = |subchart: &Effective<'_>, dependency: &'a Dependency| {
        subchart.name == name(dependency)
            && fits_range(&dependency.version, &subchart.chart.metadata.version)
    };
    let unlisted = loaded
        .iter()
        .filter(|subchart| !listed.iter().any(|dependency| fits(subchart, dependency)))
        .cloned();
    let by_list = listed.iter().filter_map(|dependency| {
        let mut subchart = loaded.iter().find(|subchart| fits(subchart, dependency))?.clone();
        dependency.key().clone_into(&mut subchart.name);
        Some(subchart)
    });
    unlisted.chain(by_list).collect()
}

pub(crate) fn fits_range(range: &str, version: &str) -> bool {
    match (Constraint::parse(range), Version::parse(version)) {
        (Ok(range), Ok(version)) => range.check(&version),
        _ => false,
    }
}

/// The first of the condition's paths that leads to a boolean.
fn by_condition(
    dependency: &Dependency,
    values: &MapRef,
    path: &str,
    warnings: &mut Problems,
) -> Option<bool> {
    for condition in dependency.condition.trim().split(',') {
        if condition.is_empty() {
            continue;
        }
        match lookup(values, &format!("{path}{condition}")) {
            Some(Value::Bool(enabled)) => return Some(enabled),
            Some(Value::Map(_)) | None => {}
            Some(_) => warnings.push(not_boolean("condition", condition, dependency)),
        }
    }
    None
}

/// On without tags that the values name; else on where one of them is true.
fn by_tags(dependency: &Dependency, values: &MapRef, warnings: &mut Problems) -> bool {
    let Some(Value::Map(tags)) = values.peek(b"tags") else { return true };
    let mut answers = Vec::new();
    for tag in &dependency.tags {
        match tags.peek(tag.as_bytes()) {
            Some(Value::Bool(on)) => answers.push(on),
            None => {}
            Some(_) => warnings.push(not_boolean("tag", tag, dependency)),
        }
    }
    answers.is_empty() || answers.contains(&true)
}

fn not_boolean(what: &str, written: &str, dependency: &Dependency) -> Problem {
    let message = format!(
        "the {what} `{written}` of the dependency `{}` is neither `true` nor `false` in the values",
        dependency.key()
    );
    Problem::warning("no-boolean", message).at(dependency.span.as_ref(), "it does not count here")
}
