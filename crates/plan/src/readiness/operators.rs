//! Custom resources of operators in wide use, whose readiness the general conventions do not tell or tell too early.

use source::{Node, Tree};

use super::fields::{at, condition, group, int, is_true, kind, list, one_line, text};
use super::{Certainty, Code, Failure, Grace, State};

enum Check {
    /// All of these conditions must be `True`; without them nobody has looked yet.
    Conditions(&'static [&'static str]),
    /// The text at a path is one of the good ones; a bad one is a likely failure.
    Phase { path: &'static str, good: &'static [&'static str], bad: &'static [&'static str] },
    /// The boolean at a path is true.
    Flag(&'static str),
    /// Configuration that a controller reads: there is nothing to wait for.
    Accepted,
}

use Check::{Accepted, Conditions, Flag, Phase};

const READY: Check = Conditions(&["Ready"]);

/// Group, kinds, and what makes them ready. Kinds that are not here follow kstatus.
#[rustfmt::skip]
const KNOWN: &[(&str, &[&str], Check)] = &[
    ("acid.zalan.do", &["postgresql"], Phase { path: "status.PostgresClusterStatus", good: &["Running"], bad: &["CreateFailed", "UpdateFailed", "SyncFailed", "CreateAddFailed", "Invalid"] }),
    ("argoproj.io", &["AnalysisTemplate", "ClusterAnalysisTemplate", "AppProject", "WorkflowTemplate", "ClusterWorkflowTemplate", "CronWorkflow"], Accepted),
    ("argoproj.io", &["Application"], Phase { path: "status.health.status", good: &["Healthy", "Suspended"], bad: &["Degraded"] }),
    ("argoproj.io", &["ApplicationSet"], Conditions(&["ResourcesUpToDate"])),
    ("argoproj.io", &["Rollout"], Phase { path: "status.phase", good: &["Healthy"], bad: &["Degraded"] }),
    ("argoproj.io", &["Workflow"], Phase { path: "status.phase", good: &["Succeeded"], bad: &["Failed", "Error"] }),
    ("acme.cert-manager.io", &["Order"], Phase { path: "status.state", good: &["valid", "ready"], bad: &["invalid", "expired", "errored"] }),
    ("agent.k8s.elastic.co", &["Agent"], Phase { path: "status.health", good: &["green"], bad: &[] }),
    ("apm.k8s.elastic.co", &["ApmServer"], Phase { path: "status.health", good: &["green"], bad: &[] }),
    ("beat.k8s.elastic.co", &["Beat"], Phase { path: "status.health", good: &["green"], bad: &[] }),
    ("bitnami.com", &["SealedSecret"], Conditions(&["Synced"])),
    ("cert-manager.io", &["Certificate", "CertificateRequest", "ClusterIssuer", "Issuer"], READY),
    ("clickhouse.altinity.com", &["ClickHouseInstallation"], Phase { path: "status.status", good: &["Completed"], bad: &["Aborted"] }),
    ("elasticsearch.k8s.elastic.co", &["Elasticsearch"], Phase { path: "status.phase", good: &["Ready"], bad: &["Invalid"] }),
    ("external-secrets.io", &["ClusterExternalSecret", "ClusterSecretStore", "ExternalSecret", "PushSecret", "SecretStore"], READY),
    ("gateway.networking.k8s.io", &["Gateway"], Conditions(&["Accepted", "Programmed"])),
    ("gateway.networking.k8s.io", &["GatewayClass"], Conditions(&["Accepted"])),
    ("helm.toolkit.fluxcd.io", &["HelmRelease"], READY),
    ("image.toolkit.fluxcd.io", &["ImageRepository", "ImagePolicy", "ImageUpdateAutomation"], READY),
    ("k8s.mariadb.com", &["MariaDB", "MaxScale", "Database", "User", "Grant"], READY),
    ("kafka.strimzi.io", &["Kafka", "KafkaBridge", "KafkaConnect", "KafkaConnector", "KafkaMirrorMaker2", "KafkaTopic", "KafkaUser"], READY),
    ("keda.sh", &["ScaledJob", "ScaledObject"], READY),
    ("keda.sh", &["ClusterTriggerAuthentication", "TriggerAuthentication"], Accepted),
    ("kibana.k8s.elastic.co", &["Kibana"], Phase { path: "status.health", good: &["green"], bad: &[] }),
    ("kustomize.toolkit.fluxcd.io", &["Kustomization"], READY),
    ("kyverno.io", &["ClusterPolicy", "Policy"], READY),
    ("minio.min.io", &["Tenant"], Phase { path: "status.currentState", good: &["Initialized"], bad: &["Another MinIO Tenant already exists in the namespace"] }),
    ("mongodbcommunity.mongodb.com", &["MongoDBCommunity"], Phase { path: "status.phase", good: &["Running"], bad: &["Failed"] }),
    ("monitoring.coreos.com", &["Alertmanager", "Prometheus", "PrometheusAgent", "ThanosRuler"], Conditions(&["Available"])),
    ("monitoring.coreos.com", &["AlertmanagerConfig", "PodMonitor", "Probe", "PrometheusRule", "ScrapeConfig", "ServiceMonitor"], Accepted),
    ("networking.istio.io", &["DestinationRule", "EnvoyFilter", "Gateway", "ServiceEntry", "Sidecar", "VirtualService", "WorkloadEntry", "WorkloadGroup"], Accepted),
    ("security.istio.io", &["AuthorizationPolicy", "PeerAuthentication", "RequestAuthentication"], Accepted),
    ("operator.victoriametrics.com", &["VMAgent", "VMAlert", "VMAlertmanager", "VMAuth", "VMCluster", "VMSingle"], Phase { path: "status.updateStatus", good: &["operational", "paused"], bad: &["failed"] }),
    ("pkg.crossplane.io", &["Configuration", "Function", "Provider"], Conditions(&["Installed", "Healthy"])),
    ("postgresql.cnpg.io", &["Cluster"], READY),
    ("psmdb.percona.com", &["PerconaServerMongoDB"], Phase { path: "status.state", good: &["ready"], bad: &["error"] }),
    ("pxc.percona.com", &["PerconaXtraDBCluster"], Phase { path: "status.state", good: &["ready"], bad: &["error"] }),
    ("rabbitmq.com", &["RabbitmqCluster"], Conditions(&["ClusterAvailable", "AllReplicasReady"])),
    ("serving.knative.dev", &["Configuration", "Revision", "Route", "Service"], READY),
    ("snapshot.storage.k8s.io", &["VolumeSnapshot"], Flag("status.readyToUse")),
    ("snapshot.storage.k8s.io", &["VolumeSnapshotClass"], Accepted),
    ("source.toolkit.fluxcd.io", &["Bucket", "GitRepository", "HelmChart", "HelmRepository", "OCIRepository"], READY),
    ("traefik.io", &["IngressRoute", "IngressRouteTCP", "IngressRouteUDP", "Middleware", "MiddlewareTCP", "ServersTransport", "TLSOption", "TLSStore", "TraefikService"], Accepted),
];

fn check(group: &str, kind: &str) -> Option<&'static Check> {
    let known = KNOWN.iter().find(|(known, kinds, _)| *known == group && kinds.contains(&kind));
    known.map(|(.., check)| check)
}

/// True for kinds whose objects nobody reports on.
pub(super) fn is_ready_at_once(group: &str, kind: &str) -> bool {
    matches!(check(group, kind), Some(Accepted))
}

/// The state of a resource of which more is known; none for all others.
pub(super) fn state(object: &Tree) -> Option<State> {
    let check = check(group(object), kind(object))?;
    if let Some(note) = at_rest(object) {
        return Some(State::ready_but(note));
    }
    Some(match check {
        Accepted => State::ready(),
        Conditions(kinds) => conditions(object, kinds),
        Phase { path, good, bad } => phase(object, text(object, path), good, bad),
        Flag(path) => match at(object, path).is_some_and(|flag| flag.node == Node::Bool(true)) {
            true => State::ready(),
            false => match text(object, "status.error.message") {
                Some(message) => State::Failed(stalled(one_line(message))),
                None => State::waiting("not ready to use yet"),
            },
        },
    })
}

/// Somebody asked its controller to leave it alone, or there is no controller: nothing will come.
fn at_rest(object: &Tree) -> Option<&'static str> {
    match (group(object), kind(object)) {
        ("argoproj.io", "Rollout") => (is_true(object, "spec.paused")
            || text(object, "status.phase") == Some("Paused"))
        .then_some("paused"),
        ("monitoring.coreos.com", _) => is_true(object, "spec.paused").then_some("paused"),
        // An OCI registry is only an address there; its controller writes no status.
        ("source.toolkit.fluxcd.io", "HelmRepository")
            if text(object, "spec.type") == Some("oci") =>
        {
            Some("an address")
        }
        (group, _) if group.ends_with(".toolkit.fluxcd.io") => {
            is_true(object, "spec.suspend").then_some("suspended")
        }
        _ => None,
    }
}

fn conditions(object: &Tree, kinds: &[&str]) -> State {
    if group(object) == "cert-manager.io" && !is_about_this_generation(object) {
        return State::waiting("waiting for its controller to see the change");
    }
    let unmet = kinds.iter().find_map(|kind| match condition(object, kind) {
        Some(condition) if condition.is_true() => None,
        found => Some((kind, found)),
    });
    match unmet {
        None => State::ready(),
        Some((kind, Some(condition))) => State::waiting(
            condition.words(&format!("its condition {kind} is {}", condition.status)),
        ),
        Some((kind, None)) => State::waiting(format!("waiting for the condition {kind}")),
    }
}

/// cert-manager counts generations per condition; an older `Ready` is about the former certificate.
fn is_about_this_generation(object: &Tree) -> bool {
    let generation = int(object, "metadata.generation");
    let ready =
        list(object, "status.conditions").iter().find(|it| text(it, "type") == Some("Ready"));
    match (generation, ready.and_then(|it| int(it, "observedGeneration"))) {
        (Some(generation), Some(seen)) => seen >= generation,
        _ => true,
    }
}

fn phase(object: &Tree, phase: Option<&str>, good: &[&str], bad: &[&str]) -> State {
    let Some(phase) = phase else { return State::waiting("waiting for a first status") };
    const MESSAGES: [&str; 3] = ["status.message", "status.health.message", "status.reason"];
    let message = MESSAGES.iter().find_map(|path| text(object, path));
    let words = match message {
        Some(message) => one_line(&format!("{phase}: {message}")),
        None => phase.to_owned(),
    };
    if good.contains(&phase) {
        State::ready()
    } else if bad.contains(&phase) {
        State::Failed(stalled(words))
    } else {
        State::Waiting { why: words }
    }
}

/// Controllers of such resources try again, and some report a failure on the way to success.
fn stalled(cause: String) -> Failure {
    Failure::new(Code::Stalled, Certainty::Likely(Grace::ConfigError), cause)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `+` ready, `-` waiting, `!` failed; then the words.
    fn check(header: &str, rest: &str, expect: &str) {
        let (group, kind) = header.split_once('/').expect("a group and a kind");
        let text = format!("{{apiVersion: {group}/v1, kind: {kind}, {rest}}}");
        let object = source::yaml::read_bare(&text).expect("valid YAML");
        let shown = match state(&object) {
            None => "unknown".to_owned(),
            Some(State::Ready { note }) => format!("+ {}", note.unwrap_or_default()),
            Some(State::Waiting { why } | State::Terminating { why }) => format!("- {why}"),
            Some(State::Failed(failure)) => format!("! {failure}"),
        };
        assert_eq!(shown.trim_end(), expect, "{text}");
    }

    #[test]
    fn operators_resources() {
        check("example.com/Widget", "spec: {}", "unknown");
        check("argoproj.io/Rollout", "status: {phase: Healthy}", "+");
        check("argoproj.io/Rollout", "status: {phase: Paused}", "+ paused");
        check(
            "argoproj.io/Rollout",
            "status: {phase: Progressing, message: more replicas}",
            "- Progressing: more replicas",
        );
        check(
            "argoproj.io/Rollout",
            "status: {phase: Degraded, message: aborted}",
            "! E-STALLED: Degraded: aborted",
        );
        check("argoproj.io/Rollout", "spec: {}", "- waiting for a first status");
        check("cert-manager.io/Certificate", "spec: {}", "- waiting for the condition Ready");
        check(
            "cert-manager.io/Certificate",
            "status: {conditions: [{type: Ready, status: 'False', message: Issuing.}]}",
            "- Issuing",
        );
        check(
            "cert-manager.io/Certificate",
            "metadata: {generation: 2}, status: {conditions: [{type: Ready, status: 'True', observedGeneration: 1}]}",
            "- waiting for its controller to see the change",
        );
        check(
            "cert-manager.io/Certificate",
            "metadata: {generation: 2}, status: {conditions: [{type: Ready, status: 'True', observedGeneration: 2}]}",
            "+",
        );
        check(
            "external-secrets.io/ExternalSecret",
            "status: {conditions: [{type: Ready, status: 'False', reason: SecretSyncedError}]}",
            "- SecretSyncedError",
        );
        check("source.toolkit.fluxcd.io/HelmRepository", "spec: {type: oci}", "+ an address");
        check("kustomize.toolkit.fluxcd.io/Kustomization", "spec: {suspend: true}", "+ suspended");
        check(
            "monitoring.coreos.com/Prometheus",
            "status: {conditions: [{type: Available, status: Degraded, reason: SomePodsNotReady}]}",
            "- SomePodsNotReady",
        );
        check("monitoring.coreos.com/ServiceMonitor", "spec: {}", "+");
        check(
            "rabbitmq.com/RabbitmqCluster",
            "status: {conditions: [{type: ClusterAvailable, status: 'True'}, {type: AllReplicasReady, status: 'False'}]}",
            "- its condition AllReplicasReady is False",
        );
        check(
            "operator.victoriametrics.com/VMSingle",
            "status: {updateStatus: expanding}",
            "- expanding",
        );
        check(
            "operator.victoriametrics.com/VMSingle",
            "status: {updateStatus: failed, reason: no room.}",
            "! E-STALLED: failed: no room",
        );
        check("snapshot.storage.k8s.io/VolumeSnapshot", "status: {readyToUse: true}", "+");
        check(
            "snapshot.storage.k8s.io/VolumeSnapshot",
            "status: {readyToUse: false, error: {message: no driver}}",
            "! E-STALLED: no driver",
        );
    }

    #[test]
    fn the_table_names_each_kind_once() {
        let mut names: Vec<String> = KNOWN
            .iter()
            .flat_map(|(group, kinds, _)| kinds.iter().map(move |kind| format!("{group}/{kind}")))
            .collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
    }
}
