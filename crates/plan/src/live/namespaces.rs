//! Namespaces that releases lie in: created where they are missing, or the reason why a plan cannot go on.

use std::collections::{BTreeMap, BTreeSet};

use super::{Cluster, NamespaceState};
use crate::{DesiredRelease, Refusal, RefusalReason};

/// What a release asks of a namespace that is not simply there.
pub(super) enum Lack {
    Create(String),
    Refuse(Refusal),
}

/// Every namespace of a release and of its objects that is missing or on its way out. `brought` are those that come with the
/// stack: true where they are created for it.
pub(super) fn lacks(
    release: &DesiredRelease,
    brought: &BTreeMap<String, bool>,
    cluster: &Cluster,
) -> Vec<Lack> {
    let mut needed = BTreeSet::from([release.key.namespace.to_string()]);
    needed.extend(release.objects.iter().filter_map(|object| object.id().namespace.clone()));
    let lack = |name: String| match (cluster.namespaces.get(&name)?, brought.get(&name)) {
        (NamespaceState::Active, _) | (NamespaceState::Missing, Some(false)) => None,
        (NamespaceState::Missing, Some(true)) => Some(Lack::Create(name)),
        (NamespaceState::Missing, None) => Some(Lack::Refuse(missing(release, &name))),
        (NamespaceState::Terminating, _) => {
            let detail = format!("its namespace `{name}` is being deleted");
            Some(Lack::Refuse(refusal(release, detail)))
        }
    };
    needed.into_iter().filter_map(lack).collect()
}

/// Why a release cannot be applied where nothing is created any more.
pub(super) fn refusals(
    release: &DesiredRelease,
    brought: &BTreeMap<String, bool>,
    cluster: &Cluster,
) -> Vec<Refusal> {
    let lacks = lacks(release, brought, cluster).into_iter();
    lacks
        .map(|lack| match lack {
            Lack::Create(name) => missing(release, &name),
            Lack::Refuse(refusal) => refusal,
        })
        .collect()
}

fn missing(release: &DesiredRelease, name: &str) -> Refusal {
    refusal(release, format!("its namespace `{name}` is not there"))
}

fn refusal(release: &DesiredRelease, detail: String) -> Refusal {
    Refusal { detail: Some(detail), ..Refusal::new(RefusalReason::Namespace, &release.id) }
}
