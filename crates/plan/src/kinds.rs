//! What is known of kinds beforehand: which live outside namespaces, and in which order Helm deletes them.

use crate::{ObjectId, Section};

/// Kinds without a namespace: those of Kubernetes 1.36 and of operators in wide use. The CRDs of a stack add theirs.
const CLUSTER_SCOPED: &[(&str, &[&str])] = &[
    ("", &["ComponentStatus", "Namespace", "Node", "PersistentVolume"]),
    (
        "admissionregistration.k8s.io",
        &[
            "MutatingAdmissionPolicy",
            "MutatingAdmissionPolicyBinding",
            "MutatingWebhookConfiguration",
            "ValidatingAdmissionPolicy",
            "ValidatingAdmissionPolicyBinding",
            "ValidatingWebhookConfiguration",
        ],
    ),
    ("apiextensions.k8s.io", &["CustomResourceDefinition"]),
    ("apiregistration.k8s.io", &["APIService"]),
    ("authentication.k8s.io", &["SelfSubjectReview", "TokenReview"]),
    (
        "authorization.k8s.io",
        &["SelfSubjectAccessReview", "SelfSubjectRulesReview", "SubjectAccessReview"],
    ),
    ("certificates.k8s.io", &["CertificateSigningRequest", "ClusterTrustBundle"]),
    ("flowcontrol.apiserver.k8s.io", &["FlowSchema", "PriorityLevelConfiguration"]),
    ("internal.apiserver.k8s.io", &["StorageVersion"]),
    ("networking.k8s.io", &["IPAddress", "IngressClass", "ServiceCIDR"]),
    ("node.k8s.io", &["RuntimeClass"]),
    ("policy", &["PodSecurityPolicy"]),
    ("rbac.authorization.k8s.io", &["ClusterRole", "ClusterRoleBinding"]),
    ("resource.k8s.io", &["DeviceClass", "DeviceTaintRule", "ResourceSlice"]),
    ("scheduling.k8s.io", &["PriorityClass"]),
    (
        "storage.k8s.io",
        &["CSIDriver", "CSINode", "StorageClass", "VolumeAttachment", "VolumeAttributesClass"],
    ),
    ("storagemigration.k8s.io", &["StorageVersionMigration"]),
    // Operators.
    ("cert-manager.io", &["ClusterIssuer"]),
    ("cilium.io", &["CiliumClusterwideNetworkPolicy", "CiliumNode"]),
    ("external-secrets.io", &["ClusterExternalSecret", "ClusterPushSecret", "ClusterSecretStore"]),
    ("gateway.networking.k8s.io", &["GatewayClass"]),
    ("karpenter.sh", &["NodeClaim", "NodePool"]),
    ("kyverno.io", &["ClusterCleanupPolicy", "ClusterPolicy"]),
    ("snapshot.storage.k8s.io", &["VolumeSnapshotClass", "VolumeSnapshotContent"]),
];

/// Whether its kind comes from a CustomResourceDefinition: its group is none of Kubernetes' own.
pub fn is_custom(id: &ObjectId) -> bool {
    let group = id.group.as_str();
    const OWN: &[&str] = &[
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "internal.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "rbac.authorization.k8s.io",
        "resource.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
        "storagemigration.k8s.io",
    ];
    group.contains('.') && !OWN.contains(&group)
}

pub(crate) fn is_cluster_scoped(group: &str, kind: &str) -> bool {
    CLUSTER_SCOPED.iter().any(|(known, kinds)| *known == group && kinds.contains(&kind))
}

/// `UninstallOrder` of Helm 4 (`pkg/release/v1/util/kind_sorter.go`).
const UNINSTALL_ORDER: &[&str] = &[
    "ValidatingWebhookConfiguration",
    "MutatingWebhookConfiguration",
    "APIService",
    "Ingress",
    "IngressClass",
    "Service",
    "CronJob",
    "Job",
    "StatefulSet",
    "HorizontalPodAutoscaler",
    "Deployment",
    "ReplicaSet",
    "ReplicationController",
    "Pod",
    "DaemonSet",
    "RoleBinding",
    "Role",
    "ClusterRoleBinding",
    "ClusterRole",
    "CustomResourceDefinition",
    "PersistentVolumeClaim",
    "PersistentVolume",
    "StorageClass",
    "ConfigMap",
    "Secret",
    "ServiceAccount",
    "PodDisruptionBudget",
    "PodSecurityPolicy",
    "LimitRange",
    "ResourceQuota",
    "NetworkPolicy",
    "Namespace",
    "PriorityClass",
];

/// Sorts deletions: custom resources while their controllers still run, then Helm's order, then what Helm does not know of
/// Kubernetes' own kinds, CRDs from `crds/` and namespaces last.
pub(crate) fn deletion_rank(section: Section, id: &ObjectId) -> (u8, usize) {
    let known = UNINSTALL_ORDER.iter().position(|kind| *kind == id.kind);
    let builtin = !id.group.contains('.') || id.group.ends_with(".k8s.io");
    match (section, known) {
        (Section::Crd, _) => (3, 0),
        (_, Some(_)) if id.kind == "Namespace" => (4, 0),
        (_, Some(rank)) if builtin => (1, rank),
        _ if !builtin => (0, 0),
        _ => (2, 0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scope_of_kinds() {
        let check = |group: &str, kind: &str, expect: bool| {
            assert_eq!(is_cluster_scoped(group, kind), expect, "{group}/{kind}");
        };
        check("", "Namespace", true);
        check("", "Secret", false);
        check("rbac.authorization.k8s.io", "ClusterRole", true);
        check("rbac.authorization.k8s.io", "Role", false);
        check("example.com", "Namespace", false);
    }

    #[test]
    fn custom_resources_go_first_and_their_definitions_late() {
        let id = |group: &str, kind: &str| ObjectId {
            group: group.to_owned(),
            kind: kind.to_owned(),
            namespace: None,
            name: "x".to_owned(),
        };
        let mut kinds = [
            (Section::Manifest, id("", "Namespace")),
            (Section::Crd, id("apiextensions.k8s.io", "CustomResourceDefinition")),
            (Section::Manifest, id("apps", "Deployment")),
            (Section::Manifest, id("apiextensions.k8s.io", "CustomResourceDefinition")),
            (Section::Manifest, id("discovery.k8s.io", "EndpointSlice")),
            (Section::Manifest, id("", "Service")),
            (Section::Manifest, id("example.com", "Widget")),
        ];
        kinds.sort_by_key(|(section, id)| deletion_rank(*section, id));
        let order: Vec<&str> = kinds.iter().map(|(_, id)| id.kind.as_str()).collect();
        insta::assert_snapshot!(order.join(" "), @"Widget Service Deployment CustomResourceDefinition EndpointSlice CustomResourceDefinition Namespace");
    }
}
