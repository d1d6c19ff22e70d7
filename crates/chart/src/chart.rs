//! A chart in memory: parsed once, shared by every release that uses it.

use std::sync::Arc;

use source::{Problem, Problems, Source, Tree};

use crate::{File, Input, Metadata, Rendered};

/// Immutable and shared between threads.
#[derive(Debug)]
pub struct Chart {
    /// What messages call it: `charts/api`, `postgresql-16.4.1.tgz`.
    pub origin: String,
    pub metadata: Metadata,
    /// `values.yaml`, all its documents merged, numbers as floats.
    pub values: Tree,
    /// `values.schema.json`
    pub schema: Option<Arc<Source>>,
    pub templates: Vec<File>,
    /// What `.Files` shows: everything but Chart.yaml, Chart.lock, values, schema, templates and charts.
    pub files: Vec<File>,
    /// Charts in `charts/`, sorted by folder or archive name, whether Chart.yaml lists them or not.
    pub dependencies: Vec<Arc<Self>>,
    /// Every file as it was loaded.
    pub raw: Vec<File>,
    /// What Helm only warns of while it loads: duplicate keys in values, files that belong nowhere.
    pub warnings: Problems,
}

/// Reads a directory's files (the caller walked it and left out what `Ignore` says).
pub fn load(origin: &str, _files: Vec<File>) -> Result<Chart, Problems> {
    Err(vec![Problem::error("chart", format!("loading `{origin}` is not built yet"))])
}

/// Reads a `.tgz`, bounded in size, count and ratio.
pub fn load_archive(origin: &str, _bytes: &[u8]) -> Result<Chart, Problems> {
    Err(vec![Problem::error("chart", format!("loading `{origin}` is not built yet"))])
}

/// Renders a release. Runs to its end on a thread with as large a stack as deep templates need.
pub fn render(chart: &Chart, _input: &Input<'_>) -> Result<Rendered, Problems> {
    Err(vec![Problem::error("chart", format!("rendering `{}` is not built yet", chart.origin))])
}

/// Helm's lint rules.
pub fn lint(chart: &Chart, _input: &Input<'_>) -> Problems {
    vec![Problem::error("chart", format!("linting `{}` is not built yet", chart.origin))]
}

/// What `helm template` prints.
pub fn print_template(
    _rendered: &Rendered,
    _options: &crate::PrintOptions,
) -> Result<String, Problems> {
    Err(vec![Problem::error("chart", "printing is not built yet")])
}

impl Chart {
    /// SHA-256 over every file's path and content, in order of path.
    pub fn digest(&self) -> [u8; 32] {
        use sha2::{Digest as _, Sha256};
        let mut files: Vec<&File> = self.raw.iter().collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let mut hash = Sha256::new();
        for file in files {
            hash.update((file.path.len() as u64).to_be_bytes());
            hash.update(file.path.as_bytes());
            hash.update((file.bytes.len() as u64).to_be_bytes());
            hash.update(&file.bytes);
        }
        hash.finalize().into()
    }
}
