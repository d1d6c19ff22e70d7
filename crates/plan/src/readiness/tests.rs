//! States of objects of all kinds; those of workloads are in their own file.

use super::*;

mod workloads;

const RULES: Rules<'static> = Rules::new(Runs::Complete, &[]);

fn shown(state: &State) -> String {
    match state {
        State::Ready { note: None } => "ready".to_owned(),
        State::Ready { note: Some(note) } => format!("ready ({note})"),
        State::Waiting { why } => format!("waiting: {why}"),
        State::Failed(failure) => format!("{:?} {failure}", failure.certainty),
        State::Terminating { why } => format!("terminating: {why}"),
    }
}

fn check_by(rules: &Rules<'_>, header: &str, rest: &str, expect: &str) {
    let (version, kind) = header.rsplit_once('/').expect("a version and a kind");
    let text = format!("{{apiVersion: {version}, kind: {kind}, {rest}}}");
    let object = source::yaml::read_bare(&text).expect("valid YAML");
    assert_eq!(shown(&state(&object, rules)), expect, "{text}");
}

fn check(header: &str, rest: &str, expect: &str) {
    check_by(&RULES, header, rest, expect);
}

#[test]
fn what_comes_before_every_kind() {
    check("v1/ConfigMap", "data: {}", "ready");
    check(
        "v1/ConfigMap",
        "metadata: {deletionTimestamp: '2026-01-01T00:00:00Z'}",
        "terminating: being deleted",
    );
    check(
        "v1/ConfigMap",
        "metadata: {deletionTimestamp: '2026-01-01T00:00:00Z', finalizers: [a.example.com/x, b]}",
        "terminating: being deleted, held by a.example.com/x, b",
    );
    check(
        "v1/Namespace",
        "metadata: {deletionTimestamp: '2026-01-01T00:00:00Z'}, status: {conditions: [{type: NamespaceContentRemaining, status: 'True', message: 'Some resources are remaining: widgets.'}]}",
        "terminating: being deleted: Some resources are remaining: widgets",
    );
    check(
        "example.com/v1/Widget",
        "metadata: {generation: 2}, status: {observedGeneration: 1, conditions: [{type: Ready, status: 'True'}]}",
        "waiting: waiting for its controller to see the change",
    );
    check(
        "argoproj.io/v1alpha1/Rollout",
        "metadata: {generation: 2}, status: {observedGeneration: '1', phase: Healthy}",
        "waiting: waiting for its controller to see the change",
    );
    check(
        "argoproj.io/v1alpha1/Rollout",
        "metadata: {generation: 2}, status: {observedGeneration: 7d4f8c, phase: Healthy}",
        "ready",
    );
    check("/", "metadata: {}", "ready");
}

#[test]
fn what_other_tools_annotate() {
    let check = |runs: Runs, mark: &str, expect: &str| {
        let rest = format!("metadata: {{annotations: {{{mark}}}}}");
        check_by(&Rules { runs, ..RULES }, "batch/v1/Job", &rest, expect);
    };
    const SKIP: &str = "werf.io/track-termination-mode: NonBlocking";
    let expect = "ready (its annotation `werf.io/track-termination-mode` is `NonBlocking`)";
    check(Runs::Complete, SKIP, expect);
    check(Runs::Hook, SKIP, "waiting: not started yet");
    let expect = "waiting: its annotation `kluctl.io/is-ready` is `false`";
    check(Runs::Complete, "kluctl.io/is-ready: 'false'", expect);
    check(Runs::Complete, "kluctl.io/is-ready: soon", "waiting: not started yet");
}

#[test]
fn what_the_cluster_provides() {
    let late = Rules { binds_when_used: true, ..RULES };
    const CLAIM: &str = "v1/PersistentVolumeClaim";
    check(CLAIM, "status: {phase: Bound}", "ready");
    check(CLAIM, "status: {phase: Pending}", "waiting: waiting for a volume");
    check(CLAIM, "status: {phase: Lost}", "Certain E-PVC-UNBOUND: its volume is gone");
    check_by(&late, CLAIM, "status: {phase: Pending}", "ready (binds when a pod uses it)");
    check_by(
        &late,
        CLAIM,
        "metadata: {annotations: {volume.kubernetes.io/selected-node: node-1}}, status: {phase: Pending}",
        "waiting: waiting for a volume",
    );
    check("v1/Service", "spec: {type: ClusterIP}", "ready");
    check("v1/Service", "spec: {type: ExternalName}", "ready");
    check(
        "v1/Service",
        "spec: {type: LoadBalancer, clusterIP: 10.0.0.1}",
        "waiting: waiting for the load balancer's address",
    );
    check("v1/Service", "spec: {type: LoadBalancer, externalIPs: [192.0.2.1]}", "ready");
    check(
        "v1/Service",
        "spec: {type: LoadBalancer}, status: {loadBalancer: {ingress: [{ip: 192.0.2.1}]}}",
        "ready",
    );
    check("networking.k8s.io/v1/Ingress", "spec: {}", "ready");
    check("v1/Namespace", "status: {phase: Active}", "ready");
    check("v1/Namespace", "status: {phase: Terminating}", "terminating: being deleted");
    check("policy/v1/PodDisruptionBudget", "spec: {}", "waiting: waiting for its controller");
    check("policy/v1/PodDisruptionBudget", "status: {observedGeneration: 1}", "ready");
    const SCALER: &str = "autoscaling/v2/HorizontalPodAutoscaler";
    check(SCALER, "spec: {}", "ready");
    check(
        SCALER,
        "status: {conditions: [{type: ScalingActive, status: 'False', message: no metrics.}]}",
        "ready (does not scale: no metrics)",
    );
    const WEBHOOKS: &str = "admissionregistration.k8s.io/v1/ValidatingWebhookConfiguration";
    const CALLS: &str = "webhooks: [{clientConfig: {service: {namespace: shop, name: guard}}}]";
    let unanswered = Rules { unanswered: true, ..RULES };
    check(WEBHOOKS, CALLS, "ready");
    check_by(&unanswered, WEBHOOKS, "webhooks: []", "ready");
    let expect = "waiting: waiting for pods behind Service shop/guard";
    check_by(&unanswered, WEBHOOKS, CALLS, expect);
}

#[test]
fn definitions_of_apis() {
    const CRD: &str = "apiextensions.k8s.io/v1/CustomResourceDefinition";
    let check_crd = |conditions: &str, expect: &str| {
        check(CRD, &format!("status: {{conditions: [{conditions}]}}"), expect);
    };
    check(CRD, "spec: {}", "waiting: waiting for its API");
    check_crd(
        "{type: NamesAccepted, status: 'True'}, {type: Established, status: 'False', reason: Installing}",
        "waiting: waiting for its API",
    );
    check_crd(
        "{type: NamesAccepted, status: 'True'}, {type: Established, status: 'True'}",
        "ready",
    );
    check_crd(
        "{type: Established, status: 'False', reason: NotAccepted, message: not all names are accepted}, {type: NamesAccepted, status: 'False', message: '\"widgets\" is already in use'}",
        "Certain E-CRD-NAMES: \"widgets\" is already in use",
    );
    const API: &str = "apiregistration.k8s.io/v1/APIService";
    check(API, "spec: {}", "waiting: waiting for its API");
    check(API, "status: {conditions: [{type: Available, status: 'True'}]}", "ready");
    check(
        API,
        "status: {conditions: [{type: Available, status: 'False', reason: MissingEndpoints, message: endpoints for service/m in \"kube-system\" have no addresses}]}",
        "waiting: its API is not available: endpoints for service/m in \"kube-system\" have no addresses",
    );
}

#[test]
fn custom_resources() {
    const WIDGET: &str = "example.com/v1/Widget";
    check(WIDGET, "spec: {}", "ready");
    check(WIDGET, "status: {phase: Whatever}", "ready");
    check(WIDGET, "status: {conditions: [{type: Ready, status: 'True'}]}", "ready");
    check(
        WIDGET,
        "status: {conditions: [{type: Ready, status: 'False', reason: Slow, message: three to go}]}",
        "waiting: three to go",
    );
    check(WIDGET, "status: {conditions: [{type: Ready, status: Unknown}]}", "waiting: not ready");
    check(
        WIDGET,
        "status: {conditions: [{type: Reconciling, status: 'True', reason: Making}]}",
        "waiting: Making",
    );
    check(
        WIDGET,
        "status: {conditions: [{type: Ready, status: 'True'}, {type: Stalled, status: 'True', message: no such size}]}",
        "Certain E-STALLED: no such size",
    );
    let with_status = Rules { status_subresource: true, ..RULES };
    let late = Rules { grace_over: true, ..with_status };
    check_by(&with_status, WIDGET, "spec: {}", "waiting: waiting for a first status");
    check_by(&with_status, WIDGET, "status: {}", "waiting: waiting for a first status");
    check_by(&with_status, WIDGET, "status: {phase: Whatever}", "ready");
    check_by(&late, WIDGET, "spec: {}", "ready (no controller has written a status)");
}

#[test]
fn rules_of_the_release() {
    let rule = |kind: &str, path: &str, value: &str| {
        [ReadinessRule {
            api_version: None,
            kind: kind.to_owned(),
            name: None,
            ready: vec![(path.to_owned(), value.into())],
        }]
    };
    let check = |rules: &[ReadinessRule], header: &str, rest: &str, expect: &str| {
        check_by(&Rules { readiness: rules, ..RULES }, header, rest, expect);
    };
    let running = rule("Widget", "status.phase", "Running");
    const WIDGET: &str = "example.com/v1/Widget";
    check(&running, WIDGET, "spec: {}", "waiting: `status.phase` is not there yet");
    check(
        &running,
        WIDGET,
        "status: {phase: Starting}",
        "waiting: `status.phase` is `Starting`, not `Running`",
    );
    check(
        &running,
        WIDGET,
        "status: {phase: Running, conditions: [{type: Ready, status: 'False'}]}",
        "ready",
    );
    check(
        &running,
        WIDGET,
        "status: {phase: Odd, conditions: [{type: Stalled, status: 'True', message: broken}]}",
        "Certain E-STALLED: broken",
    );
    // A rule is also the way not to wait for an address.
    let any_balancer = rule("Service", "spec.type", "LoadBalancer");
    check(&any_balancer, "v1/Service", "spec: {type: LoadBalancer}", "ready");
}

#[test]
fn what_is_said_at_the_timeout() {
    let check = |text: &str, expect: Option<&str>| {
        let object = source::yaml::read_bare(text).expect("valid YAML");
        let failure = overdue(&object, &state(&object, &RULES));
        assert_eq!(failure.map(|it| it.to_string()).as_deref(), expect);
    };
    check("{apiVersion: v1, kind: ConfigMap}", None);
    check(
        "{apiVersion: v1, kind: PersistentVolumeClaim}",
        Some("E-PVC-UNBOUND: not ready in time: waiting for a volume"),
    );
    check(
        "{apiVersion: v1, kind: Service, spec: {type: LoadBalancer}}",
        Some("E-LOAD-BALANCER: not ready in time: waiting for the load balancer's address"),
    );
    check(
        "{apiVersion: apps/v1, kind: DaemonSet}",
        Some("E-TIMEOUT: not ready in time: waiting for its controller"),
    );
    check(
        "{apiVersion: v1, kind: Secret, metadata: {deletionTimestamp: x}}",
        Some("E-FINALIZER: not ready in time: being deleted"),
    );
}

#[test]
fn odd_objects_are_no_reason_to_panic() {
    for kind in [
        "v1/Pod",
        "apps/v1/Deployment",
        "apps/v1/StatefulSet",
        "apps/v1/DaemonSet",
        "batch/v1/Job",
        "example.com/v1/Widget",
    ] {
        for rest in [
            "metadata: 7, spec: [], status: no",
            "spec: {replicas: -9223372036854775808}, status: {observedGeneration: 1, replicas: 9223372036854775807, conditions: [7, {type: Ready}]}",
            "spec: {replicas: 9223372036854775807, updateStrategy: {rollingUpdate: {partition: 9223372036854775807}}}, status: {observedGeneration: 1, updatedReplicas: 9223372036854775807, desiredNumberScheduled: -1}",
            "spec: {replicas: 9223372036854775807, strategy: {rollingUpdate: {maxUnavailable: '99999999999999999999%', maxSurge: x}}}, status: {observedGeneration: 1, conditions: [{type: ReplicaFailure, status: 'True', message: exceeded quota}]}",
            "status: {phase: Odd, containerStatuses: [7, {restartCount: 9223372036854775807, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: -1}}}]}",
        ] {
            let (version, kind) = kind.rsplit_once('/').expect("a version and a kind");
            let text = format!("{{apiVersion: {version}, kind: {kind}, {rest}}}");
            let object = source::yaml::read_bare(&text).expect("valid YAML");
            drop(state(&object, &RULES));
            drop(pod(&object));
            drop(pods_of(&object, [&object]));
            drop(blocked(&object, [&object]));
            drop(events::cause([&object]));
        }
    }
}
