//! What a render gives: documents, hooks, CRDs, notes, and a report of what it depended on.

use std::sync::Arc;

use source::{Path, Problems};
use sprig::Dialect;

use crate::File;

#[derive(Clone, Debug, Default)]
pub struct Rendered {
    /// Files of `crds/`, whole and never templated, parents before subcharts.
    pub crds: Vec<CrdFile>,
    /// In the order in which Helm installs them.
    pub manifests: Vec<Document>,
    /// In the order in which Helm prints them; weights order their execution.
    pub hooks: Vec<Hook>,
    pub notes: String,
    pub report: Report,
    /// What Helm only warns of: skipped values, conditions that are no boolean, deprecated charts.
    pub warnings: Problems,
}

/// One file of `crds/`. It may be large, so its text stays that of the chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CrdFile {
    /// `chart/crds/x.yaml`
    pub source: Arc<str>,
    pub file: File,
}

/// One document that a template produced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    /// `chart/templates/x.yaml`
    pub source: Arc<str>,
    /// As Helm prints it below the `# Source:` line.
    pub text: String,
    /// Empty for a document that has none, such as one of comments only.
    pub api_version: String,
    pub kind: String,
    pub name: String,
    /// What the document itself says.
    pub namespace: Option<String>,
    /// Line of the rendered file on which the document starts, from 1.
    pub line: usize,
}

/// A document with `helm.sh/hook`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hook {
    pub document: Document,
    pub events: Vec<HookEvent>,
    pub weight: i64,
    /// As written: `before-hook-creation`, `hook-succeeded`, `hook-failed`.
    pub delete_policies: Vec<String>,
    /// As written: `hook-succeeded`, `hook-failed`.
    pub output_log_policies: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HookEvent {
    PreInstall,
    PostInstall,
    PreDelete,
    PostDelete,
    PreUpgrade,
    PostUpgrade,
    PreRollback,
    PostRollback,
    Test,
}

impl HookEvent {
    /// The word in the annotation, in any case; `test-success` is Helm 2's word for `test`.
    pub fn parse(word: &str) -> Option<Self> {
        let word = word.to_lowercase();
        if word == "test-success" {
            return Some(Self::Test);
        }
        Self::ALL.into_iter().find(|event| event.as_str() == word)
    }

    pub fn as_str(self) -> &'static str {
        match self {
            Self::PreInstall => "pre-install",
            Self::PostInstall => "post-install",
            Self::PreDelete => "pre-delete",
            Self::PostDelete => "post-delete",
            Self::PreUpgrade => "pre-upgrade",
            Self::PostUpgrade => "post-upgrade",
            Self::PreRollback => "pre-rollback",
            Self::PostRollback => "post-rollback",
            Self::Test => "test",
        }
    }

    const ALL: [Self; 9] = [
        Self::PreInstall,
        Self::PostInstall,
        Self::PreDelete,
        Self::PostDelete,
        Self::PreUpgrade,
        Self::PostUpgrade,
        Self::PreRollback,
        Self::PostRollback,
        Self::Test,
    ];
}

/// What a render depended on beside chart and values.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Calls whose result depends on the clock or on randomness.
    pub impure: Vec<ImpureCall>,
    pub capability_questions: Vec<CapabilityQuestion>,
    pub lookups: Vec<LookupCall>,
    /// Leaves of the user's values that some template read.
    pub values_read: Vec<Path>,
    /// Leaves of the user's values that nothing read: often a typo.
    pub values_unread: Vec<Path>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ImpureCall {
    pub function: &'static str,
    pub template: Arc<str>,
    pub line: usize,
    /// The file that was being rendered: where the result went.
    pub rendering: Arc<str>,
}

/// `.Capabilities.APIVersions.Has "apps/v1"`
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CapabilityQuestion {
    pub api: String,
    pub answer: bool,
}

/// What templates asked the cluster for; each question once, with the place that asked first.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LookupCall {
    pub api_version: String,
    pub kind: String,
    pub namespace: String,
    pub name: String,
    pub template: Arc<str>,
    pub line: usize,
    /// SHA-256 of the answer.
    pub digest: [u8; 32],
}

/// What `helm template` prints of a render.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrintOptions {
    pub include_crds: bool,
    pub skip_tests: bool,
    pub no_hooks: bool,
    /// Globs over paths below the chart: `templates/deployment.yaml`. Empty shows all.
    pub show_only: Vec<String>,
    /// That of the render.
    pub dialect: Dialect,
}
