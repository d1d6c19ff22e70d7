//! Files into a chart: what each is for by its path, subcharts in `charts/` in the same way (Helm's pkg/chart/v2/loader).

mod own;

use std::collections::BTreeMap;
use std::iter;
use std::sync::{Arc, OnceLock};

use own::Own;
pub use own::read_values;
use source::{Problem, Problems};

use crate::archive::{Budget, chart_file, unpack};
use crate::compiled::Sets;
use crate::{Chart, File, Metadata, metadata};

/// Reads a directory's files, as `Draft::new` does, to the end.
pub fn load(origin: &str, files: Vec<File>) -> Result<Chart, Problems> {
    Draft::new(origin, files)?.finish()
}

/// Reads a `.tgz`, as `Draft::packed` does, to the end.
pub fn load_archive(origin: &str, bytes: &[u8]) -> Result<Chart, Problems> {
    Draft::packed(origin, bytes)?.finish()
}

/// What the Chart.yaml of a `.tgz` says, and nothing else of it: for whoever has to know which chart it is.
pub fn identify(origin: &str, bytes: &[u8]) -> Result<Metadata, Problems> {
    let found = chart_file(origin, bytes).map_err(|problem| vec![problem])?;
    let file = found.ok_or_else(|| vec![own::no_chart_file(origin)])?;
    let text = own::text(origin, &file.without_mark()).map_err(|problem| vec![problem])?;
    metadata::read(&text, None, &mut Problems::new())
}

fn packed(origin: &str, bytes: &[u8], budget: &mut Budget) -> Result<Draft, Problems> {
    deeper(origin, budget, |budget| {
        let files = unpack(origin, bytes, budget).map_err(|problem| vec![problem])?;
        deeper(origin, budget, |budget| Ok(draft(origin, files, budget)))
    })
}

fn deeper(
    origin: &str,
    budget: &mut Budget,
    read: impl FnOnce(&mut Budget) -> Result<Draft, Problems>,
) -> Result<Draft, Problems> {
    budget.deeper(read).unwrap_or_else(|why| Err(too_large(origin, &why)))
}

fn too_large(origin: &str, why: &str) -> Problems {
    vec![Problem::error("chart-too-large", format!("cannot load `{origin}`: {why}"))]
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

/// A chart whose files are sorted and need only be read.
pub struct Draft {
    origin: String,
    /// Every file as it was loaded.
    files: Vec<File>,
    sorted: Sorted,
    own: OnceLock<Result<Own, Problems>>,
    /// What is in `charts/`.
    dependencies: Vec<Result<Self, Problems>>,
}

fn draft(origin: &str, files: Vec<File>, budget: &mut Budget) -> Draft {
    // As in Helm.
    let files: Vec<File> = files.into_iter().map(File::without_mark).collect();
    let mut sorted = sort(&files);
    let charts = std::mem::take(&mut sorted.charts).into_iter();
    let dependencies = charts
        .filter(|(name, _)| !name.starts_with(['_', '.']))
        .map(|(name, files)| subchart(&format!("{origin}/charts/{name}"), &name, files, budget))
        .collect();
    Draft { origin: origin.to_owned(), files, sorted, own: OnceLock::new(), dependencies }
}

/// One entry of `charts/`: an archive or a folder.
fn subchart(
    origin: &str,
    name: &str,
    files: Vec<File>,
    budget: &mut Budget,
) -> Result<Draft, Problems> {
    let alone = files.iter().find(|file| file.path == name);
    match alone {
        Some(file) if name.ends_with(".tgz") => packed(origin, file.bytes(), budget),
        Some(_) => {
            let message = format!("`{origin}` is no chart");
            Err(vec![Problem::error("stray-file", message).help(
                "`charts/` holds folders and .tgz archives only; a name that begins with `_` or `.` is passed over",
            )])
        }
        None => {
            let below = |file: File| {
                let (_, path) = file.path.split_once('/')?;
                Some(file.at(path))
            };
            let files = files.into_iter().filter_map(below).collect();
            deeper(origin, budget, |budget| Ok(draft(origin, files, budget)))
        }
    }
}

impl Draft {
    /// The files of a directory, and of what its `charts/` holds. The caller walked it, left out what `Ignore` says, and
    /// followed no link out of it.
    pub fn new(origin: &str, mut files: Vec<File>) -> Result<Self, Problems> {
        // As a walk of the directory meets them: folder by folder.
        files.sort_by(|a, b| a.path.split('/').cmp(b.path.split('/')));
        let mut budget = Budget::default();
        for file in &files {
            budget.take(file.size()).map_err(|why| too_large(origin, &why))?;
        }
        Ok(draft(origin, files, &mut budget))
    }

    /// A `.tgz`, bounded in size, count and ratio.
    pub fn packed(origin: &str, bytes: &[u8]) -> Result<Self, Problems> {
        packed(origin, bytes, &mut Budget::default())
    }

    /// The chart and all subcharts. Each can be read on a thread of its own.
    pub fn charts(&self) -> Vec<&Self> {
        let below = self.dependencies.iter().flatten().flat_map(Self::charts);
        iter::once(self).chain(below).collect()
    }

    /// Of its values file, which is most of what there is to read.
    pub fn size(&self) -> usize {
        self.sorted.values.as_ref().map_or(0, File::size)
    }

    /// Reads the chart's own Chart.yaml and values, if nobody did so before.
    pub fn read(&self) {
        self.own();
    }

    /// Reads what is not read yet. Subcharts may have been written for any Helm; the chart itself must be of a kind that
    /// Helm still knows.
    pub fn finish(self) -> Result<Chart, Problems> {
        let unknown = self.unknown_version();
        let chart = self.chart();
        match unknown {
            None => chart,
            Some(unknown) => {
                let mut problems = chart.err().unwrap_or_default();
                problems.push(unknown);
                Err(problems)
            }
        }
    }

    fn own(&self) -> &Result<Own, Problems> {
        self.own.get_or_init(|| own::read(&self.origin, &self.sorted))
    }

    fn unknown_version(&self) -> Option<Problem> {
        let version = self.own().as_ref().ok()?.metadata.api_version.as_str();
        let message = format!("charts of `apiVersion: {version}` are not supported");
        (!["v1", "v2"].contains(&version)).then(|| {
            Problem::error("chart-version", message).help("Helm 3 and 4 know `v1` and `v2`")
        })
    }

    /// The chart, or what is wrong with it; where its own files are in order, what is wrong with those below.
    fn chart(self) -> Result<Chart, Problems> {
        let own = self.own.into_inner();
        let Own { metadata, values, helm3_values, schema, warnings } =
            own.unwrap_or_else(|| own::read(&self.origin, &self.sorted))?;
        let mut dependencies = Vec::new();
        let mut problems = Problems::new();
        for draft in self.dependencies {
            match draft.and_then(Self::chart) {
                Ok(chart) => dependencies.push(Arc::new(chart)),
                Err(more) => problems.extend(more),
            }
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let sorted = self.sorted;
        let mut shown = sorted.files;
        if metadata.api_version == "v1" {
            // Old charts see their list of dependencies among the files.
            shown.extend(sorted.requirements);
        } else {
            shown.retain(|file| file.path != "requirements.lock");
        }
        Ok(Chart {
            origin: self.origin,
            metadata,
            values,
            helm3_values,
            schema,
            templates: sorted.templates,
            crds: shown.iter().filter(is_crd).cloned().collect(),
            files: shown,
            dependencies,
            raw: self.files,
            warnings,
            compiled_schema: OnceLock::new(),
            sets: Sets::default(),
        })
    }
}

/// A file of `crds/` that Helm takes for a manifest.
fn is_crd(file: &&File) -> bool {
    let Some(name) = file.path.strip_prefix("crds/") else { return false };
    let Some((_, extension)) = name.rsplit_once('.') else { return false };
    ["yaml", "yml", "json"].iter().any(|known| extension.eq_ignore_ascii_case(known))
}
