//! A chart in memory: parsed once, shared by every release that uses it.

use std::sync::{Arc, OnceLock};

use source::{Problem, Problems, Source, Tree};
use sprig::Dialect;

use crate::compiled::Sets;
use crate::schema::Compiled;
use crate::{File, Metadata};

/// Immutable and shared between threads.
#[derive(Debug)]
pub struct Chart {
    /// What messages call it: `charts/api`, `postgresql-16.4.1.tgz`.
    pub origin: String,
    pub metadata: Metadata,
    /// `values.yaml`, all its documents merged, numbers as floats.
    pub values: Tree,
    /// What Helm 3 reads of it, where that is something else.
    pub(crate) helm3_values: Option<Tree>,
    /// `values.schema.json`
    pub schema: Option<Arc<Source>>,
    pub templates: Vec<File>,
    /// What `.Files` shows: everything but Chart.yaml, Chart.lock, values, schema, templates and charts.
    pub files: Vec<File>,
    /// The definitions in `crds/`, which are also among the files.
    pub crds: Vec<File>,
    /// Charts in `charts/`, sorted by folder or archive name, whether Chart.yaml lists them or not.
    pub dependencies: Vec<Arc<Self>>,
    /// Every file as it was loaded.
    pub raw: Vec<File>,
    /// What Helm only warns of while it loads: duplicate keys in values, lists that belong to older charts.
    pub warnings: Problems,
    /// The schema, compiled when the first release needs it.
    pub(crate) compiled_schema: OnceLock<Result<Compiled, Problem>>,
    pub(crate) sets: Sets,
}

impl Chart {
    /// `values.yaml` as a dialect reads it.
    pub fn values(&self, dialect: Dialect) -> &Tree {
        match (dialect, &self.helm3_values) {
            (Dialect::Helm3, Some(values)) => values,
            _ => &self.values,
        }
    }

    /// Of the files that are read when they are needed, refuses those that somebody looked into in vain.
    pub fn readable(&self) -> Result<(), Problems> {
        let failed = |file: &File| {
            let why = file.failure()?;
            let message = format!("read `{}/{}`: {why}", self.origin, file.path);
            Some(Problem::error("chart-unreadable", message))
        };
        let problems: Problems = self.raw.iter().filter_map(failed).collect();
        if problems.is_empty() { Ok(()) } else { Err(problems) }
    }

    /// The bytes of all templates and schemas, those of subcharts too.
    pub(crate) fn size(&self) -> usize {
        let schema = self.schema.as_ref().map_or(0, |schema| schema.text.len());
        let templates = self.templates.iter().map(File::size).sum::<usize>();
        schema + templates + self.dependencies.iter().map(|chart| chart.size()).sum::<usize>()
    }

    /// SHA-256 over every file's path and content, in order of path.
    pub fn digest(&self) -> [u8; 32] {
        use sha2::{Digest as _, Sha256};
        let mut files: Vec<&File> = self.raw.iter().collect();
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let mut hash = Sha256::new();
        for file in files {
            hash.update((file.path.len() as u64).to_be_bytes());
            hash.update(file.path.as_bytes());
            hash.update((file.bytes().len() as u64).to_be_bytes());
            hash.update(file.bytes());
        }
        hash.finalize().into()
    }
}
