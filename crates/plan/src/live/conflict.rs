//! Fields that somebody else manages: which of them we take, which we leave to them, and which stop the plan.

use serde::Serialize;
use source::{Node, Tree};

use super::field_path;

/// A field of an apply that another manager owns with another value, as the server answers it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FieldConflict {
    /// `.spec.replicas`, `.spec.template.spec.containers[name="app"].image`
    pub field: String,
    /// `kubectl-edit`
    pub manager: String,
    /// `Update` or `Apply`; empty where the server does not say.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub operation: String,
    /// `scale`
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subresource: String,
}

/// A contested field and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Contested {
    #[serde(flatten)]
    pub conflict: FieldConflict,
    pub decision: Decision,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Decision {
    /// It was Helm's own before server-side apply; nobody loses it.
    Migrate,
    /// We take it, with a warning.
    Take,
    /// It stays theirs and keeps their value.
    Leave,
    /// Nothing may be written before somebody decides.
    Refuse,
}

/// What the command line says of contested fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Policy {
    #[default]
    Judge,
    /// `--force-conflicts`
    Take,
    /// `--keep-conflicts`
    Leave,
}

/// Programs behind which a person sits; what they set is taken back, with a warning (kluctl's rule).
const PEOPLE: [&str; 9] =
    ["kubectl", "k9s", "lens", "openlens", "freelens", "headlamp", "rancher", "dashboard", "oc"];

/// Decides each field.
pub fn decide(conflicts: &[FieldConflict], policy: Policy) -> Vec<Contested> {
    let decision = |conflict: &FieldConflict| match policy {
        _ if conflict.manager == "helm" => Decision::Migrate,
        Policy::Take => Decision::Take,
        Policy::Leave => Decision::Leave,
        Policy::Judge if is_scaled(conflict) => Decision::Leave,
        Policy::Judge if is_person(&conflict.manager) => Decision::Take,
        Policy::Judge => Decision::Refuse,
    };
    let contested = conflicts
        .iter()
        .map(|conflict| Contested { conflict: conflict.clone(), decision: decision(conflict) });
    contested.collect()
}

/// An autoscaler's: whatever is no person and sets the number of replicas.
fn is_scaled(conflict: &FieldConflict) -> bool {
    conflict.field == ".spec.replicas" && !is_person(&conflict.manager)
}

fn is_person(manager: &str) -> bool {
    let manager = manager.to_ascii_lowercase();
    manager == "before-first-apply"
        || PEOPLE.iter().any(|person| {
            manager.strip_prefix(person).is_some_and(|rest| {
                rest.is_empty() || rest.starts_with(|c: char| !c.is_alphanumeric())
            })
        })
}

/// The body without the fields that are left to others.
pub fn without_left(body: &Tree, contested: &[Contested]) -> Tree {
    let mut body = body.clone();
    for one in contested.iter().filter(|one| one.decision == Decision::Leave) {
        field_path::remove(&mut body, &one.conflict.field);
    }
    body
}

/// Whether the request has to say that it takes fields.
pub fn takes(contested: &[Contested]) -> bool {
    contested.iter().any(|one| matches!(one.decision, Decision::Take | Decision::Migrate))
}

/// An empty map that only held what was removed is as good as absent.
pub(super) fn is_empty(tree: &Tree) -> bool {
    matches!(&tree.node, Node::Map(map) if map.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_lose_autoscalers_keep_controllers_stop() {
        let check = |manager: &str, subresource: &str, field: &str, policy: Policy, expect| {
            let conflict = FieldConflict {
                field: field.to_owned(),
                manager: manager.to_owned(),
                operation: "Update".to_owned(),
                subresource: subresource.to_owned(),
            };
            assert_eq!(decide(&[conflict], policy)[0].decision, expect, "{manager} {field}");
        };
        let image = ".spec.template.spec.containers[name=\"app\"].image";
        check("kubectl-edit", "", image, Policy::Judge, Decision::Take);
        check("kubectl", "", image, Policy::Judge, Decision::Take);
        check("k9s", "", image, Policy::Judge, Decision::Take);
        check("kubectlish", "", image, Policy::Judge, Decision::Refuse);
        check("ocean", "", image, Policy::Judge, Decision::Refuse);
        check("keel", "", image, Policy::Judge, Decision::Refuse);
        check("keel", "", image, Policy::Take, Decision::Take);
        check("keel", "", image, Policy::Leave, Decision::Leave);
        check("helm", "", image, Policy::Judge, Decision::Migrate);
        check("kube-controller-manager", "scale", ".spec.replicas", Policy::Judge, Decision::Leave);
        check("kubectl", "scale", ".spec.replicas", Policy::Judge, Decision::Take);
        check("keda-operator", "", ".spec.replicas", Policy::Judge, Decision::Leave);
        check("kubectl-edit", "", ".spec.replicas", Policy::Judge, Decision::Take);
    }
}
