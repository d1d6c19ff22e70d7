//! Which rule a kind has, which kinds are worth a watch, and whose children tell more.

use source::Tree;
use stack::ReadinessRule;

use super::fields::{group, kind, text};
use super::{
    Code, Rules, State, custom, jobs, operators, platform, pods, rules, webhooks, workloads,
};
use crate::ObjectId;

/// The groups that the API server itself serves; every other one is a CRD's or an aggregated API's.
const BUILT_IN: &[&str] = &[
    "",
    "admissionregistration.k8s.io",
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "apps",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "extensions",
    "flowcontrol.apiserver.k8s.io",
    "internal.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
    "storagemigration.k8s.io",
];

/// The rule of the object's kind.
pub(super) fn state(object: &Tree, rules: &Rules<'_>) -> State {
    match (group(object), kind(object)) {
        ("", "Pod") => pods::state(object, rules.runs),
        ("apps", "Deployment") => workloads::deployment(object),
        ("apps", "ReplicaSet") | ("", "ReplicationController") => workloads::replica_set(object),
        ("apps", "StatefulSet") => workloads::stateful_set(object),
        ("apps", "DaemonSet") => workloads::daemon_set(object, rules.lost),
        ("batch", "Job") => jobs::job(object, rules.runs),
        ("batch", "CronJob") => jobs::cron_job(object),
        ("", "PersistentVolumeClaim") => platform::claim(object, rules.binds_when_used),
        ("", "Service") => platform::service(object),
        ("", "Namespace") => platform::namespace(object),
        ("apiextensions.k8s.io", "CustomResourceDefinition") => platform::definition(object),
        ("apiregistration.k8s.io", "APIService") => platform::api_service(object),
        (
            "admissionregistration.k8s.io",
            "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration",
        ) => webhooks::state(object, rules.unanswered),
        ("policy", "PodDisruptionBudget") => platform::disruption_budget(object),
        ("autoscaling", "HorizontalPodAutoscaler") => platform::autoscaler(object),
        (group, _) if BUILT_IN.contains(&group) => State::ready(),
        _ => operators::state(object).unwrap_or_else(|| custom::state(object, rules)),
    }
}

/// False for kinds that are ready as soon as they are accepted, so that nobody watches them.
pub fn needs_wait(id: &ObjectId, readiness: &[ReadinessRule]) -> bool {
    let waited = match (id.group.as_str(), id.kind.as_str()) {
        (
            "",
            "Pod" | "ReplicationController" | "PersistentVolumeClaim" | "Service" | "Namespace",
        )
        | ("apps", "Deployment" | "ReplicaSet" | "StatefulSet" | "DaemonSet")
        | ("batch", "Job")
        | (
            "admissionregistration.k8s.io",
            "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration",
        )
        | ("apiextensions.k8s.io", "CustomResourceDefinition")
        | ("apiregistration.k8s.io", "APIService")
        | ("policy", "PodDisruptionBudget") => true,
        (group, _) if BUILT_IN.contains(&group) => false,
        (group, kind) => !operators::is_ready_at_once(group, kind),
    };
    waited || rules::any_of_kind(id, readiness)
}

/// A kind to watch: group, version, kind.
pub type Kind = (&'static str, &'static str, &'static str);

/// The kinds between an object and its pods, and the pods; what `pods_of` wants to be given.
///
/// None for custom resources, whose operators make what they like: after a failure, the workloads and pods of the namespace lead
/// `pods_of` to theirs.
pub fn children(id: &ObjectId) -> &'static [Kind] {
    const POD: Kind = ("", "v1", "Pod");
    const REPLICA_SET: Kind = ("apps", "v1", "ReplicaSet");
    match (id.group.as_str(), id.kind.as_str()) {
        ("apps", "Deployment") | ("argoproj.io", "Rollout") => &[REPLICA_SET, POD],
        ("", "Pod" | "ReplicationController")
        | ("apps", "ReplicaSet" | "StatefulSet" | "DaemonSet")
        | ("batch", "Job") => &[POD],
        _ => &[],
    }
}

/// The code of an object that is late, where nothing else told more.
pub(super) fn overdue(object: &Tree) -> Code {
    match (group(object), kind(object)) {
        ("", "PersistentVolumeClaim") => Code::PvcUnbound,
        ("", "Service") => Code::LoadBalancer,
        ("apiregistration.k8s.io", "APIService") => Code::ApiService,
        ("admissionregistration.k8s.io", _) => Code::WebhookDown,
        ("", "Pod") => pods::pod(object).map_or(Code::Timeout, |trouble| trouble.failure.code),
        _ if text(object, "status.phase") == Some("Terminating") => Code::Finalizer,
        _ => Code::Timeout,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(group: &str, kind: &str) -> ObjectId {
        ObjectId {
            group: group.to_owned(),
            kind: kind.to_owned(),
            namespace: None,
            name: "x".to_owned(),
        }
    }

    #[test]
    fn kinds_that_are_ready_at_once_are_not_watched() {
        let rule = ReadinessRule {
            api_version: Some("v1".to_owned()),
            kind: "ConfigMap".to_owned(),
            name: None,
            ready: Vec::new(),
        };
        let check = |group: &str, kind: &str, expect: bool| {
            assert_eq!(needs_wait(&id(group, kind), &[]), expect, "{group}/{kind}");
        };
        check("", "ConfigMap", false);
        check("", "Service", true);
        check("apps", "Deployment", true);
        check("batch", "CronJob", false);
        check("networking.k8s.io", "Ingress", false);
        check("autoscaling", "HorizontalPodAutoscaler", false);
        check("gateway.networking.k8s.io", "Gateway", true);
        check("example.com", "Widget", true);
        check("monitoring.coreos.com", "ServiceMonitor", false);
        check("monitoring.coreos.com", "Prometheus", true);
        assert!(needs_wait(&id("", "ConfigMap"), &[rule]));
    }

    #[test]
    fn children_lead_to_pods() {
        let check = |group: &str, kind: &str, expect: usize| {
            assert_eq!(children(&id(group, kind)).len(), expect, "{group}/{kind}");
        };
        check("apps", "Deployment", 2);
        check("apps", "StatefulSet", 1);
        check("", "Service", 0);
        check("batch", "CronJob", 0);
    }
}
