//! A stack: one workspace in one environment, once or once per instance; the unit of state, lock, prune and destroy.

use std::fmt;
use std::time::Duration;

use indexmap::IndexMap;
use serde::Serialize;

use crate::{
    Body, ClusterName, EnvironmentName, InstanceName, Namespace, Release, ReleaseId, Repository,
    Selection, UnusableRepository, WorkspaceName,
};

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct StackId {
    pub workspace: WorkspaceName,
    pub environment: EnvironmentName,
    pub instance: Option<InstanceName>,
}

/// `shop/e2e/build-41`.
impl fmt::Display for StackId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.workspace, self.environment)?;
        match &self.instance {
            Some(instance) => write!(formatter, "/{instance}"),
            None => Ok(()),
        }
    }
}

/// What is to be. Valid by construction: whoever makes one has checked that needs lead to releases, that the graph has no
/// cycle, and that no two releases share a (cluster, namespace, Helm name).
#[derive(Clone, Debug, PartialEq)]
pub struct Stack {
    pub id: StackId,
    /// The environment's ancestors, base first, then itself.
    pub chain: Vec<EnvironmentName>,
    pub target: Target,
    /// The environment's namespace: where releases go that name none.
    pub namespace: Namespace,
    /// Where the inventory and the lock lie; none for the environment's namespace.
    pub state: Option<Namespace>,
    /// Apply and destroy ask for the environment's name.
    pub protected: bool,
    pub ephemeral: Option<Ephemeral>,
    pub prune: Prune,
    pub clusters: IndexMap<ClusterName, Cluster>,
    /// Where charts may come from, by the names of the manifest.
    pub repositories: IndexMap<String, Repository>,
    /// Those that cannot be evaluated and that no selected release names: nothing may come from there without what they
    /// ask for.
    pub unusable_repositories: IndexMap<String, UnusableRepository>,
    /// Every release of the environment in declared order; what `when` excludes is gone and its edges are contracted.
    pub releases: IndexMap<ReleaseId, Release>,
    /// The levels of the graph over all releases, selected or not; within a wave, declared order.
    pub waves: Vec<Vec<ReleaseId>>,
    /// How the selected releases, those that have a `body`, were chosen.
    pub selection: Selection,
}

impl Stack {
    /// Where the inventory and the lock lie.
    pub fn state_namespace(&self) -> &Namespace {
        self.state.as_ref().unwrap_or(&self.namespace)
    }

    /// The selected releases with everything about them, in declared order.
    pub fn selected(&self) -> impl Iterator<Item = (&Release, &Body)> {
        self.releases.values().filter_map(|release| Some((release, release.body.as_ref()?)))
    }

    /// What selected releases need and what is not itself selected: it must be there and ready before the first write.
    /// Nothing under `--skip-needs`.
    pub fn needed_outside(&self) -> Vec<&Release> {
        if self.selection.skip_needs {
            return Vec::new();
        }
        let needed = |release: &Release| {
            self.selected()
                .any(|(selected, _)| selected.needs.iter().any(|need| need.release == release.id))
        };
        self.releases.values().filter(|release| release.body.is_none() && needed(release)).collect()
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The logical name of a cluster, a key of `Stack::clusters`.
    Cluster(ClusterName),
    /// Rendered files; the path is relative to the repository's root.
    Directory { path: String },
}

/// A logical cluster: laptops and CI may know it under different names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cluster {
    pub name: ClusterName,
    /// Contexts of the kubeconfig; the first that it has is taken.
    pub contexts: Vec<String>,
    /// The uid of its `kube-system` namespace; another one is refused before anything else happens.
    pub uid: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ephemeral {
    /// How long the stack lives, counted from the last apply.
    pub ttl: Duration,
}

/// What happens to releases that the inventory has and the manifest no longer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Prune {
    #[default]
    Ask,
    Auto,
    Never,
}
