//! The permissions for what a plan writes beside its objects: records, inventory and lock. Dry runs ask for the objects' own.

use std::collections::BTreeSet;

use crate::{Operation, Plan};

/// One verb on one kind in one namespace, as a Role spells them.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Right {
    pub namespace: String,
    /// Empty for the core group.
    pub group: &'static str,
    pub resource: &'static str,
    pub verb: &'static str,
}

/// Without one of them a run would stop in the middle. What only tidies up (old revisions, the lock at the end) is not among
/// them.
pub fn beside_objects(plan: &Plan, state_namespace: &str) -> BTreeSet<Right> {
    let mut rights = BTreeSet::new();
    let mut add = |namespace: &str, (group, resource), verbs: &[&'static str]| {
        let namespace = namespace.to_owned();
        let right = |&verb| Right { namespace: namespace.clone(), group, resource, verb };
        rights.extend(verbs.iter().map(right));
    };
    add(state_namespace, LEASES, &["create", "update"]);
    match (plan.operation, &plan.inventory) {
        (Operation::Destroy, _) => add(state_namespace, SECRETS, &["update", "delete"]),
        (_, Some(_)) => add(state_namespace, SECRETS, &["update"]),
        (_, None) => add(state_namespace, SECRETS, &["create", "update"]),
    }
    for release in plan.releases().filter(|it| it.has_work()) {
        let Some(deploy) = &release.deploy else { continue };
        let namespace = release.key.namespace.as_str();
        // Whether a deferred one gets a revision is known when it is rendered again.
        let may_write = deploy.record.is_some() || release.is_deferred();
        match &release.record {
            Some(_) if may_write => add(namespace, SECRETS, &["create", "update"]),
            Some(_) => {}
            None => add(namespace, SECRETS, &["update", "delete"]),
        }
    }
    rights
}

const LEASES: (&str, &str) = ("coordination.k8s.io", "leases");
const SECRETS: (&str, &str) = ("", "secrets");
