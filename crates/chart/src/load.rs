//! Files into a chart: what each is for by its path, subcharts in `charts/` in the same way (Helm's pkg/chart/v2/loader).

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use source::{Node, Problem, Problems, Source, Tree, yaml};
use sprig::Dialect;

use crate::archive::{Budget, chart_file, unpack};
use crate::compiled::Sets;
use crate::{Chart, File, Metadata, metadata, side_by_side};

/// Reads a directory's files. The caller walked it, left out what `Ignore` says, and followed no link out of it.
pub fn load(origin: &str, mut files: Vec<File>) -> Result<Chart, Problems> {
    // As a walk of the directory meets them: folder by folder.
    files.sort_by(|a, b| a.path.split('/').cmp(b.path.split('/')));
    let mut budget = Budget::default();
    for file in &files {
        budget.take(file.size()).map_err(|why| {
            vec![Problem::error("chart-too-large", format!("cannot load `{origin}`: {why}"))]
        })?;
    }
    let mut problems = Problems::new();
    let chart = chart(origin, files, &mut budget, &mut problems);
    finish(chart, problems)
}

/// Reads a `.tgz`, bounded in size, count and ratio.
pub fn load_archive(origin: &str, bytes: &[u8]) -> Result<Chart, Problems> {
    let mut problems = Problems::new();
    let chart = packed(origin, bytes, &mut Budget::default(), &mut problems);
    finish(chart, problems)
}

/// What the Chart.yaml of a `.tgz` says, and nothing else of it: for whoever has to know which chart it is.
pub fn identify(origin: &str, bytes: &[u8]) -> Result<Metadata, Problems> {
    let found = chart_file(origin, bytes).map_err(|problem| vec![problem])?;
    let file = found.ok_or_else(|| vec![no_chart_file(origin)])?;
    let mut problems = Problems::new();
    match text(origin, &file.without_mark(), &mut problems) {
        Some(text) => metadata::read(&text, None, &mut problems),
        None => Err(problems),
    }
}

/// Subcharts may have been written for any Helm; the chart itself must be of a kind that Helm still knows.
fn finish(chart: Option<Chart>, mut problems: Problems) -> Result<Chart, Problems> {
    let api_version = chart.as_ref().map_or("v2", |chart| chart.metadata.api_version.as_str());
    if !["v1", "v2"].contains(&api_version) {
        let message = format!("charts of `apiVersion: {api_version}` are not supported");
        problems
            .push(Problem::error("chart-version", message).help("Helm 3 and 4 know `v1` and `v2`"));
    }
    match chart {
        Some(chart) if problems.is_empty() => Ok(chart),
        _ => Err(problems),
    }
}

fn packed(
    origin: &str,
    bytes: &[u8],
    budget: &mut Budget,
    problems: &mut Problems,
) -> Option<Chart> {
    match budget.deeper(|budget| unpack(origin, bytes, budget)) {
        Ok(Ok(files)) => match budget.deeper(|budget| chart(origin, files, budget, problems)) {
            Ok(chart) => chart,
            Err(why) => too_deep(origin, &why, problems),
        },
        Ok(Err(problem)) => {
            problems.push(problem);
            None
        }
        Err(why) => too_deep(origin, &why, problems),
    }
}

fn too_deep(origin: &str, why: &str, problems: &mut Problems) -> Option<Chart> {
    let message = format!("cannot load `{origin}`: {why}");
    problems.push(Problem::error("chart-too-large", message));
    None
}

/// What a chart's files are for.
#[derive(Default)]
struct Sorted {
    chart_file: Option<File>,
    requirements: Option<File>,
    values: Option<File>,
    schema: Option<File>,
    templates: Vec<File>,
    files: Vec<File>,
    /// By the first part of the path below `charts/`.
    charts: BTreeMap<String, Vec<File>>,
}

fn sort(files: &[File]) -> Sorted {
    let mut sorted = Sorted::default();
    for file in files {
        match file.path.as_str() {
            "Chart.yaml" => sorted.chart_file = Some(file.clone()),
            "Chart.lock" => {}
            "values.yaml" => sorted.values = Some(file.clone()),
            "values.schema.json" => sorted.schema = Some(file.clone()),
            "requirements.yaml" => sorted.requirements = Some(file.clone()),
            path if path.starts_with("templates/") => sorted.templates.push(file.clone()),
            path => match path.strip_prefix("charts/") {
                Some(below) if !below.ends_with(".prov") => {
                    let name = below.split('/').next().unwrap_or(below).to_owned();
                    sorted.charts.entry(name).or_default().push(file.at(below));
                }
                _ => sorted.files.push(file.clone()),
            },
        }
    }
    sorted
}

fn chart(
    origin: &str,
    files: Vec<File>,
    budget: &mut Budget,
    problems: &mut Problems,
) -> Option<Chart> {
    // As in Helm.
    let files: Vec<File> = files.into_iter().map(File::without_mark).collect();
    let mut sorted = sort(&files);
    let charts = std::mem::take(&mut sorted.charts);
    let size = if charts.is_empty() {
        0
    } else {
        sorted.values.as_ref().map_or(0, |file| file.bytes().len())
    };
    let (own, (dependencies, problems_below)) = side_by_side::both(
        size,
        || own(origin, &sorted, problems),
        || dependencies(origin, charts, budget),
    );
    let Own { metadata, values, schema, warnings } = own?;
    let (values, helm3_values) = values?;
    problems.extend(problems_below);
    let mut shown = sorted.files;
    if metadata.api_version == "v1" {
        // Old charts see their list of dependencies among the files.
        shown.extend(sorted.requirements);
    } else {
        shown.retain(|file| file.path != "requirements.lock");
    }
    Some(Chart {
        origin: origin.to_owned(),
        metadata,
        values,
        helm3_values,
        schema,
        templates: sorted.templates,
        crds: shown.iter().filter(is_crd).cloned().collect(),
        files: shown,
        dependencies,
        raw: files,
        warnings,
        compiled_schema: OnceLock::new(),
        sets: Sets::default(),
    })
}

/// What a chart's own files say, without those of its subcharts.
struct Own {
    metadata: Metadata,
    /// As Helm 4 reads them, and as Helm 3 where it differs; none where they cannot be read.
    values: Option<(Tree, Option<Tree>)>,
    schema: Option<Arc<Source>>,
    warnings: Problems,
}

fn own(origin: &str, sorted: &Sorted, problems: &mut Problems) -> Option<Own> {
    let Some(chart_file) = &sorted.chart_file else {
        problems.push(no_chart_file(origin));
        return None;
    };
    let mut warnings = Problems::new();
    let text = |file: &File, problems: &mut Problems| text(origin, file, problems);
    let chart_text = text(chart_file, problems)?;
    let requirements = match &sorted.requirements {
        Some(file) => Some(text(file, problems)?),
        None => None,
    };
    let metadata = metadata::read(&chart_text, requirements.as_ref(), &mut warnings)
        .map_err(|more| problems.extend(more));
    let values = match &sorted.values {
        Some(file) => text(file, problems).and_then(|text| {
            values(&text, &mut warnings).map_err(|more| problems.extend(more)).ok()
        }),
        None => Some((Tree::from(source::Map::new()), None)),
    };
    let schema = sorted.schema.as_ref().and_then(|file| text(file, problems));
    Some(Own { metadata: metadata.ok()?, values, schema, warnings })
}

fn no_chart_file(origin: &str) -> Problem {
    let message = format!("`{origin}` is no chart: it has no Chart.yaml");
    Problem::error("no-chart-file", message)
}

/// The charts in `charts/`, and what is wrong with them.
fn dependencies(
    origin: &str,
    charts: BTreeMap<String, Vec<File>>,
    budget: &mut Budget,
) -> (Vec<Arc<Chart>>, Problems) {
    let mut dependencies = Vec::new();
    let mut problems = Problems::new();
    for (name, files) in charts {
        if name.starts_with(['_', '.']) {
            continue;
        }
        let origin = format!("{origin}/charts/{name}");
        dependencies.extend(subchart(&origin, &name, files, budget, &mut problems).map(Arc::new));
    }
    (dependencies, problems)
}

/// A file of `crds/` that Helm takes for a manifest.
fn is_crd(file: &&File) -> bool {
    let Some(name) = file.path.strip_prefix("crds/") else { return false };
    let Some((_, extension)) = name.rsplit_once('.') else { return false };
    ["yaml", "yml", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}

/// One entry of `charts/`: an archive or a folder.
fn subchart(
    origin: &str,
    name: &str,
    files: Vec<File>,
    budget: &mut Budget,
    problems: &mut Problems,
) -> Option<Chart> {
    let alone = files.iter().find(|file| file.path == name);
    match alone {
        Some(file) if name.ends_with(".tgz") => packed(origin, file.bytes(), budget, problems),
        Some(_) => {
            let message = format!("`{origin}` is no chart");
            problems.push(
                Problem::error("stray-file", message)
                    .help("`charts/` holds folders and .tgz archives only; a name that begins with `_` or `.` is passed over"),
            );
            None
        }
        None => {
            let below = |file: File| {
                let (_, path) = file.path.split_once('/')?;
                Some(file.at(path))
            };
            let files = files.into_iter().filter_map(below).collect();
            match budget.deeper(|budget| chart(origin, files, budget, problems)) {
                Ok(chart) => chart,
                Err(why) => too_deep(origin, &why, problems),
            }
        }
    }
}

/// A chart's values as Helm 4 reads them, and as Helm 3 does where that may differ.
fn values(text: &Arc<Source>, warnings: &mut Problems) -> Result<(Tree, Option<Tree>), Problems> {
    let values = read_values(text, Dialect::Helm4, warnings)?;
    if text.text.ends_with('\n') && !text.text.contains("\n---") {
        return Ok((values, None));
    }
    let first = Some(read_values(text, Dialect::Helm3, &mut Problems::new())?);
    let first = first.filter(|first| *first != values);
    Ok((values, first))
}

/// A values file with numbers as floats. Helm 4 merges its documents, later ones win, and ends its last line; Helm 3 reads
/// the first document as it stands.
pub fn read_values(
    text: &Arc<Source>,
    dialect: Dialect,
    warnings: &mut Problems,
) -> Result<Tree, Problems> {
    let documents = match dialect {
        Dialect::Helm4 => {
            let read = yaml::read_all(text, yaml::Options::HELM)?;
            warnings.extend(read.warnings);
            read.value
        }
        Dialect::Helm3 => {
            let read = yaml::read(text, yaml::Options::HELM)?;
            warnings.extend(read.warnings);
            vec![read.value]
        }
    };
    let mut merged = source::Map::new();
    let mut problems = Problems::new();
    for mut document in documents {
        document.integers_to_floats();
        match document.node {
            Node::Map(map) => merge(&mut merged, map),
            Node::Null => {}
            _ => problems.push(
                Problem::error("values-no-map", format!("`{}` must be a map of values", text.name))
                    .at(document.span.as_ref(), format!("this is {}", document.kind())),
            ),
        }
    }
    if problems.is_empty() { Ok(Tree::from(merged)) } else { Err(problems) }
}

fn merge(into: &mut source::Map, from: source::Map) {
    for (key, value) in from {
        match (into.get_mut(&key), value) {
            (Some(Tree { node: Node::Map(into), .. }), Tree { node: Node::Map(from), .. }) => {
                merge(into, from);
            }
            (_, value) => drop(into.insert(key, value)),
        }
    }
}

fn text(origin: &str, file: &File, problems: &mut Problems) -> Option<Arc<Source>> {
    let name = format!("{origin}/{}", file.path);
    match std::str::from_utf8(file.bytes()) {
        Ok(text) => Some(Source::new(name, text)),
        Err(error) => {
            let before = &file.bytes()[..error.valid_up_to()];
            let line = memchr::memchr_iter(b'\n', before).count() + 1;
            let message = format!("`{name}` is not UTF-8: look at line {line}");
            problems.push(Problem::error("not-utf8", message));
            None
        }
    }
}
