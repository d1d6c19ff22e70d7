//! What a render needs beside the chart: values, the release, the cluster's capabilities, a seed and a clock.

use std::sync::Arc;

use source::Tree;
use sprig::{Dialect, Now};

use crate::Capabilities;

/// Everything that a render may depend on. Same chart and input, same bytes.
#[derive(Clone)]
pub struct Input<'a> {
    /// The user's values. An `Int` is what `--set` made (Go's int64); numbers from files are floats already, as after
    /// Helm's JSON step.
    pub values: &'a Tree,
    pub release: ReleaseInfo,
    pub capabilities: Arc<Capabilities>,
    /// Shared, because a template function holds on to it while the templates run.
    pub lookup: Arc<dyn Lookup>,
    /// For `randAlphaNum`, `genCA` and their like: derived by the caller from (run seed, release id).
    pub seed: [u8; 32],
    pub now: Now,
    pub dialect: Dialect,
    pub skip_schema_validation: bool,
    /// Notes of subcharts too, as `--render-subchart-notes`.
    pub subchart_notes: bool,
    pub limits: Limits,
}

/// `.Release`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReleaseInfo {
    pub name: String,
    pub namespace: String,
    pub revision: i64,
    /// False is an install.
    pub is_upgrade: bool,
}

/// What `lookup` asks the cluster. `name` is empty for a list, `namespace` for all or for cluster-scoped objects; what is
/// absent is an empty map. The error is the function's error in the template.
pub trait Lookup: Send + Sync {
    fn lookup(
        &self,
        api_version: &str,
        kind: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Tree, String>;
}

/// No cluster: everything is absent.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoLookup;

impl Lookup for NoLookup {
    fn lookup(&self, _: &str, _: &str, _: &str, _: &str) -> Result<Tree, String> {
        Ok(Tree::from(source::Map::new()))
    }
}

/// Bounds of one render and of what is read for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// All rendered bytes of a release.
    pub output: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { output: 256 << 20 }
    }
}
