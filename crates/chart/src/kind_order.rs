//! The order of kinds in which Helm installs (pkg/release/v1/util/kind_sorter.go).

use std::cmp::Ordering;

use sprig::Dialect;

/// Earlier ones are installed first. Kinds that are not here come last, by name.
const INSTALL: &[&str] = &[
    "PriorityClass",
    "Namespace",
    "NetworkPolicy",
    "ResourceQuota",
    "LimitRange",
    "PodSecurityPolicy",
    "PodDisruptionBudget",
    "ServiceAccount",
    "Secret",
    "SecretList",
    "ConfigMap",
    "StorageClass",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "CustomResourceDefinition",
    "ClusterRole",
    "ClusterRoleList",
    "ClusterRoleBinding",
    "ClusterRoleBindingList",
    "Role",
    "RoleList",
    "RoleBinding",
    "RoleBindingList",
    "Service",
    "DaemonSet",
    "Pod",
    "ReplicationController",
    "ReplicaSet",
    "Deployment",
    "HorizontalPodAutoscaler",
    "StatefulSet",
    "Job",
    "CronJob",
    "IngressClass",
    "Ingress",
    "APIService",
    "MutatingWebhookConfiguration",
    "ValidatingWebhookConfiguration",
];

/// Helm 3 does not know these.
const HELM4_ONLY: &[&str] = &["MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"];

/// How two kinds stand to each other; equal kinds keep their order.
pub(crate) fn compare(a: &str, b: &str, dialect: Dialect) -> Ordering {
    let rank = |kind: &str| {
        let known = dialect == Dialect::Helm4 || !HELM4_ONLY.contains(&kind);
        known.then(|| INSTALL.iter().position(|known| *known == kind)).flatten()
    };
    match (rank(a), rank(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        (Some(_), None) => Ordering::Less,
        (None, Some(_)) => Ordering::Greater,
        (None, None) => a.cmp(b),
    }
}

#[cfg(test)]
mod tests {
    use super::compare;
    use sprig::Dialect;

    #[track_caller]
    fn check(dialect: Dialect, expect: &[&str]) {
        let mut kinds =
            ["", "Zebra", "ValidatingWebhookConfiguration", "Secret", "Apple", "Namespace"];
        kinds.sort_by(|a, b| compare(a, b, dialect));
        assert_eq!(kinds, expect);
    }

    #[test]
    fn known_kinds_first_then_by_name() {
        let webhook = "ValidatingWebhookConfiguration";
        check(Dialect::Helm4, &["Namespace", "Secret", webhook, "", "Apple", "Zebra"]);
        check(Dialect::Helm3, &["Namespace", "Secret", "", "Apple", webhook, "Zebra"]);
    }
}
