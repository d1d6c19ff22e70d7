//! What a chart's own files say, without those of its subcharts: Chart.yaml, values, the schema.

use std::sync::Arc;

use source::{Node, Problem, Problems, Source, Tree, yaml};
use sprig::Dialect;

use super::Sorted;
use crate::{File, Metadata, metadata};

pub(super) struct Own {
    pub(super) metadata: Metadata,
    /// As Helm 4 reads them.
    pub(super) values: Tree,
    /// As Helm 3 reads them, where it differs.
    pub(super) helm3_values: Option<Tree>,
    pub(super) schema: Option<Arc<Source>>,
    pub(super) warnings: Problems,
}

/// Everything that is wrong with Chart.yaml and the values is told at once.
pub(super) fn read(origin: &str, sorted: &Sorted) -> Result<Own, Problems> {
    let one = |problem: Problem| vec![problem];
    let text = |file: &File| text(origin, file).map_err(one);
    let chart_file = sorted.chart_file.as_ref().ok_or_else(|| one(no_chart_file(origin)))?;
    let chart_text = text(chart_file)?;
    let requirements = sorted.requirements.as_ref().map(text).transpose()?;
    let mut warnings = Problems::new();
    let metadata = metadata::read(&chart_text, requirements.as_ref(), &mut warnings);
    let values = match &sorted.values {
        Some(file) => text(file).and_then(|text| values(&text, &mut warnings)),
        None => Ok((Tree::from(source::Map::new()), None)),
    };
    let schema = sorted.schema.as_ref().map(text).transpose();
    match (metadata, values, schema) {
        (Ok(metadata), Ok((values, helm3_values)), Ok(schema)) => {
            Ok(Own { metadata, values, helm3_values, schema, warnings })
        }
        (metadata, values, schema) => {
            let problems = [metadata.err(), values.err(), schema.err()];
            Err(problems.into_iter().flatten().flatten().collect())
        }
    }
}

pub(super) fn no_chart_file(origin: &str) -> Problem {
    let message = format!("`{origin}` is no chart: it has no Chart.yaml");
    Problem::error("no-chart-file", message)
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

pub(super) fn text(origin: &str, file: &File) -> Result<Arc<Source>, Problem> {
    let name = format!("{origin}/{}", file.path);
    match std::str::from_utf8(file.bytes()) {
        Ok(text) => Ok(Source::new(name, text)),
        Err(error) => {
            let before = &file.bytes()[..error.valid_up_to()];
            let line = memchr::memchr_iter(b'\n', before).count() + 1;
            Err(Problem::error("not-utf8", format!("`{name}` is not UTF-8: look at line {line}")))
        }
    }
}
