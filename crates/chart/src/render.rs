//! A chart and an input into documents: the order of Helm's steps (pkg/action/install.go, pkg/engine/engine.go).

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::Arc;

use gotmpl::{MapRef, Value};
use source::{Node, Problem, Problems, Tree};

use crate::context::{self, Templates};
use crate::execute::execute;
use crate::outputs::Outputs;
use crate::rendered::{CrdFile, Rendered, Report};
use crate::side_by_side::{Helper, OneThread, Threads, with_helper};
use crate::values::{
    Coalesce, Effective, coalesce_values, copy_map, fits_range, from_tree, process_dependencies,
};
use crate::warning::Places;
use crate::{Chart, Input, compiled, manifest, reads, schema, warning};

/// Renders a release, on the caller's thread alone. It may be any, whatever its stack: deep templates bring their own.
pub fn render(chart: &Chart, input: &Input<'_>) -> Result<Rendered, Problems> {
    render_beside(chart, input, &OneThread)
}

/// As `render`, and meanwhile prepares on another thread what it will need and reads what it gave.
pub fn render_beside(
    chart: &Chart,
    input: &Input<'_>,
    threads: &dyn Threads,
) -> Result<Rendered, Problems> {
    with_helper(threads, chart.size(), |helper| render_with(helper, chart, input))
}

fn render_with<'j>(
    helper: &Helper<'j>,
    chart: &'j Chart,
    input: &Input<'_>,
) -> Result<Rendered, Problems> {
    let mut warnings = chart.warnings.clone();
    let mut problems = not_installable(chart);
    problems.extend(missing_dependencies(chart));
    problems.extend(wrong_kube_version(chart, input));
    if helper.is_lent() {
        compiled::ahead(chart, input, helper);
    }
    let (effective, values) = prepare(chart, input, problems, &mut warnings)?;
    let questions = Rc::default();
    let templates = context::templates(&effective, &values, input, &questions);
    let order = order(&templates);
    let compiled = chart.sets.get(&templates, &order, input.dialect)?;
    helper.forget();
    if helper.is_lent() {
        compiled.parse_ahead(helper);
    } else {
        compiled.check(&templates, input.dialect)?;
    }
    let mut outputs = Outputs::new(helper, input.dialect);
    let mut notes = BTreeMap::new();
    let sound = order.iter().take_while(|_| !compiled.is_broken());
    let run = execute(&compiled.set, sound, &templates, input, |path, text| {
        if path.ends_with("NOTES.txt") {
            notes.insert(Arc::clone(path), text);
        } else {
            outputs.add(Arc::clone(path), text);
        }
    });
    let files = outputs.finish();
    compiled.check(&templates, input.dialect)?;
    chart.readable()?;
    let run = run?;
    let (manifests, hooks) = manifest::sort(files, input.dialect, &mut warnings)?;
    let notes = chosen_notes(notes, &effective.name, input.subchart_notes);
    let (values_read, values_unread) = reads::of(input.values, &values);
    let report = Report {
        impure: run.impure,
        capability_questions: questions.take().into_iter().collect(),
        lookups: run.lookups,
        values_read,
        values_unread,
    };
    let mut crds = Vec::new();
    collect_crds(&effective, &mut crds);
    Ok(Rendered { crds, manifests, hooks, notes, report, warnings })
}

/// Everything before the first template runs: which charts take part, and with which values. Problems found before are
/// told together with its own.
fn prepare<'a>(
    chart: &'a Chart,
    input: &Input<'_>,
    mut problems: Problems,
    warnings: &mut Problems,
) -> Result<(Effective<'a>, MapRef), Problems> {
    let user = match user_values(input.values) {
        Ok(user) => user,
        Err(problem) => {
            problems.push(problem);
            return Err(problems);
        }
    };
    let conflicts = RefCell::default();
    let pass = Coalesce { dialect: input.dialect, keep_nulls: false, conflicts: &conflicts };
    let mut effective = Effective::new(chart, input.dialect);
    let values = copy_map(&user);
    let merged = process_dependencies(pass, &mut effective, &user, warnings)
        .and_then(|()| coalesce_values(pass, &effective, &values));
    let places = Places { user: input.values, chart: &effective };
    if let Err(no_table) = merged {
        problems.push(warning::no_table(&no_table, &places));
        return Err(problems);
    }
    if !input.skip_schema_validation {
        problems.extend(schema::check(&effective, &Value::Map(values.clone()), &[], &places));
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    warnings.extend(warning::conflicts(conflicts.take(), &places));
    if chart.metadata.deprecated {
        warnings.push(Problem::warning(
            "deprecated-chart",
            format!("the chart `{}` is deprecated", chart.metadata.name),
        ));
    }
    Ok((effective, values))
}

fn not_installable(chart: &Chart) -> Problems {
    let metadata = &chart.metadata;
    if metadata.kind.is_empty() || metadata.kind == "application" {
        return Problems::new();
    }
    vec![
        Problem::error(
            "library-chart",
            format!("`{}` is a library chart: nothing to install", metadata.name),
        )
        .help("list it under `dependencies` of the chart that uses it"),
    ]
}

/// Helm looks at the names of the chart's own list only.
fn missing_dependencies(chart: &Chart) -> Problems {
    let listed = chart.metadata.dependencies.iter().flatten();
    let missing = listed.filter(|dependency| {
        !chart.dependencies.iter().any(|loaded| loaded.metadata.name == dependency.name)
    });
    missing
        .map(|dependency| {
            let message = format!(
                "the dependency `{}` is missing from `{}/charts`",
                dependency.name, chart.origin
            );
            Problem::error("missing-dependency", message)
                .at(dependency.span.as_ref(), "listed here")
                .help("`--dependency-update` finds it for this run, `helm dependency update` writes it there")
        })
        .collect()
}

fn wrong_kube_version(chart: &Chart, input: &Input<'_>) -> Option<Problem> {
    let range = &chart.metadata.kube_version;
    let kube = &input.capabilities.kube_version;
    if range.is_empty() || fits_range(range, &kube.normalized) {
        return None;
    }
    let message = format!(
        "the chart `{}` is for Kubernetes `{range}`, and this is {}",
        chart.metadata.name, kube.version
    );
    Some(Problem::error("kube-version", message))
}

/// The user's values over a chart's own, as they are.
pub(crate) fn coalesced(chart: &Effective<'_>, input: &Input<'_>) -> Result<MapRef, Problems> {
    let values = user_values(input.values).map_err(|problem| vec![problem])?;
    let conflicts = RefCell::default();
    let pass = Coalesce { dialect: input.dialect, keep_nulls: false, conflicts: &conflicts };
    let places = Places { user: input.values, chart };
    coalesce_values(pass, chart, &values)
        .map_err(|no_table| vec![warning::no_table(&no_table, &places)])?;
    Ok(values)
}

/// Rendered files with functions that forgive: `required` and `fail` let everything pass.
pub(crate) fn for_lint(
    chart: &Chart,
    input: &Input<'_>,
) -> Result<BTreeMap<Arc<str>, String>, Problems> {
    let (effective, values) = prepare(chart, input, Problems::new(), &mut Problems::new())?;
    let templates = context::templates(&effective, &values, input, &Rc::default());
    let order = order(&templates);
    let set = compiled::forgiving(&templates, &order, input.dialect)?;
    let mut files = BTreeMap::new();
    execute(&set, &order, &templates, input, |path, text| {
        files.insert(Arc::clone(path), text);
    })?;
    Ok(files)
}

/// The user's values as a map of their own.
pub(crate) fn user_values(values: &Tree) -> Result<MapRef, Problem> {
    match (&values.node, from_tree(values)) {
        (Node::Null, _) => Ok(MapRef::new(gotmpl::MapType::Any)),
        (_, Value::Map(map)) => Ok(map),
        _ => {
            let label = format!("this is {}", values.kind());
            Err(Problem::error("values-no-map", "values must be a map")
                .at(values.span.as_ref(), label))
        }
    }
}

/// Deepest first, then from Z to A: so a chart's own helpers replace those of its subcharts.
fn order(templates: &Templates<'_>) -> Vec<Arc<str>> {
    let mut names: Vec<Arc<str>> = templates.keys().cloned().collect();
    let depth = |name: &str| memchr::memchr_iter(b'/', name.as_bytes()).count();
    // They come from a map, in order.
    names.reverse();
    names.sort_by_cached_key(|name| Reverse(depth(name)));
    names
}

/// The chart's own NOTES.txt, and those of subcharts where they are asked for.
fn chosen_notes(mut files: BTreeMap<Arc<str>, String>, chart: &str, subcharts: bool) -> String {
    let mut notes = files.remove(&*format!("{chart}/templates/NOTES.txt")).unwrap_or_default();
    if subcharts {
        for text in files.values() {
            if !notes.is_empty() {
                notes.push('\n');
            }
            notes.push_str(text);
        }
    }
    notes
}

/// Files of `crds/`, the chart's own before those of its subcharts.
fn collect_crds(chart: &Effective<'_>, crds: &mut Vec<CrdFile>) {
    for file in &chart.chart.crds {
        let source = format!("{}/{}", chart.path, file.path);
        crds.push(CrdFile { source: source.into(), file: file.clone() });
    }
    for subchart in &chart.subcharts {
        collect_crds(subchart, crds);
    }
}
