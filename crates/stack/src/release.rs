//! One release: a chart under a name in a namespace, with what it needs and how it is applied.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use source::Tree;

use crate::{ClusterName, Layer, Namespace, Provenance, ReleaseId, ReleaseName};

/// What is known of every release of an environment, and in `body` what only selected ones need.
#[derive(Clone, Debug, PartialEq)]
pub struct Release {
    pub id: ReleaseId,
    /// The `forEach` that it is a member of.
    pub group: Option<ReleaseId>,
    pub name: ReleaseName,
    pub namespace: Namespace,
    /// None for the target's own cluster.
    pub cluster: Option<ClusterName>,
    pub labels: BTreeMap<String, String>,
    /// Groups are spread into their members, edges through excluded releases are contracted.
    pub needs: Vec<Need>,
    /// Its level in the graph, from 0.
    pub wave: usize,
    /// Never deleted or replaced without `--allow-protected`.
    pub protect: bool,
    /// False: remove it if it is ours.
    pub installed: bool,
    pub chart: ChartRef,
    /// None outside the selection.
    pub body: Option<Body>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    pub release: ReleaseId,
    pub until: Until,
    /// The manifest may lack it.
    pub optional: bool,
}

/// How far a needed release must have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Until {
    #[default]
    Ready,
    Applied,
    Verified,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Body {
    /// The version or range that `version:` asks for.
    pub version: Option<String>,
    /// False: the newest that fits is looked for on every run.
    pub pinned: bool,
    pub provenance: Provenance,
    /// Lowest first; the chart's own defaults lie below them.
    pub values: Vec<Layer>,
    pub settings: Settings,
    pub compat: Compat,
    pub skip_schema_validation: bool,
    /// `Capabilities.KubeVersion` off a cluster.
    pub kube_version: Option<String>,
    /// Beside the built-in ones, `Capabilities.APIVersions` off a cluster.
    pub api_versions: Vec<String>,
    /// Its former Helm name.
    pub was: Option<ReleaseName>,
}

/// Whose rules hold for values and templates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Compat {
    #[default]
    Helm4,
    Helm3,
}

/// What the manifest says about applying a release.
#[derive(Clone, Debug, PartialEq)]
pub struct Settings {
    pub crds: Crds,
    pub wait: Wait,
    pub timeout: Duration,
    /// How many revisions are kept; 0 keeps all.
    pub history: u32,
    pub on_failure: OnFailure,
    pub fail_fast: FailFast,
    pub readiness: Vec<ReadinessRule>,
    pub create_namespace: bool,
    pub take_ownership: bool,
    /// What cannot be changed is deleted and created again.
    pub force: bool,
    pub description: Option<String>,
}

impl Default for Settings {
    /// The built-in defaults.
    fn default() -> Self {
        Self {
            crds: Crds::default(),
            wait: Wait::default(),
            timeout: Duration::from_secs(300),
            history: 10,
            on_failure: OnFailure::default(),
            fail_fast: FailFast::default(),
            readiness: Vec::new(),
            create_namespace: true,
            take_ownership: false,
            force: false,
            description: None,
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ChartRef {
    /// A folder or a `.tgz`, relative to the repository's root, without `./`.
    Local { path: String },
    /// `repository` is a key of `repositories`.
    Repository { repository: String, chart: String },
    /// An `oci://`, `https://` or `git+…` address.
    Address { url: String },
}

impl ChartRef {
    /// The implicit label `chart`: the last part of the reference, without what an archive's name adds and what narrows its
    /// version.
    pub fn name(&self) -> &str {
        let (reference, behind): (&str, &[char]) = match self {
            Self::Local { path } => (path, &[]),
            Self::Repository { chart, .. } => (chart, &[':', '@']),
            Self::Address { url } if url.starts_with("oci:") => (url, &[':', '@']),
            Self::Address { url } => (url.split(['?', '#']).next().unwrap_or(url), &[]),
        };
        let last = reference.trim_end_matches('/').rsplit('/').next().unwrap_or(reference);
        let last = last.split(behind).next().unwrap_or(last);
        last.strip_suffix(".tgz").unwrap_or(last)
    }
}

/// As a message shows it: `./charts/api`, `bitnami/postgresql`, `oci://…`; without what the query of an archive's address
/// may hold.
impl fmt::Display for ChartRef {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Local { path } => write!(formatter, "./{path}"),
            Self::Repository { repository, chart } => write!(formatter, "{repository}/{chart}"),
            Self::Address { url } => match url.split_once('?') {
                Some((place, _)) if url.starts_with("http") => write!(formatter, "{place}?…"),
                _ => formatter.write_str(url),
            },
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Crds {
    /// Only those that are not there yet, as Helm does.
    #[default]
    Create,
    Apply,
    Skip,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Wait {
    /// Until everything is ready and Jobs are complete.
    #[default]
    Jobs,
    /// Until everything is ready, as Helm's `--wait`.
    Ready,
    No,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OnFailure {
    #[default]
    Rollback,
    Keep,
}

/// When a likely failure ends the wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailFast {
    pub restarts: u32,
    pub image_pull: Duration,
    pub config_error: Duration,
}

impl Default for FailFast {
    fn default() -> Self {
        Self {
            restarts: 3,
            image_pull: Duration::from_secs(60),
            config_error: Duration::from_secs(60),
        }
    }
}

/// When an object of some kind counts as ready: each path must have its value.
#[derive(Clone, Debug, PartialEq)]
pub struct ReadinessRule {
    pub api_version: Option<String>,
    pub kind: String,
    pub name: Option<String>,
    /// Paths into the object (`status.phase`) and what must stand there.
    pub ready: Vec<(String, Tree)>,
}

#[cfg(test)]
mod tests {
    use super::ChartRef;

    #[test]
    fn charts_by_name_and_as_they_are_shown() {
        let check = |chart: ChartRef, name: &str, shown: &str| {
            assert_eq!((chart.name(), &*chart.to_string()), (name, shown));
        };
        let local = |path: &str| ChartRef::Local { path: path.to_owned() };
        let listed = |chart: &str| ChartRef::Repository {
            repository: "shop".to_owned(),
            chart: chart.to_owned(),
        };
        let address = |url: &str| ChartRef::Address { url: url.to_owned() };
        check(local("charts/api"), "api", "./charts/api");
        check(listed("api"), "api", "shop/api");
        check(listed("api:1.2.3@sha256:00"), "api", "shop/api:1.2.3@sha256:00");
        check(address("oci://h:5000/shop/api:1.2.3"), "api", "oci://h:5000/shop/api:1.2.3");
        check(address("git+https://h/r//a/api?ref=v1"), "api", "git+https://h/r//a/api?ref=v1");
        check(address("https://h/api-1.tgz?token=t/x"), "api-1", "https://h/api-1.tgz?…");
    }
}
