//! States of workloads.

use super::*;

/// A status of `observedGeneration: 1` and more.
fn seen(header: &str, spec: &str, status: &str, expect: &str) {
    let rest = format!(
        "metadata: {{generation: 1}}, spec: {{{spec}}}, status: {{observedGeneration: 1, {status}}}"
    );
    check(header, &rest, expect);
}

#[test]
fn deployments() {
    const DEADLINE: &str = "replicas: 1, progressDeadlineSeconds: 45";
    const OVER: &str = "{type: Progressing, status: 'True', reason: NewReplicaSetAvailable}";
    const AVAILABLE: &str = "{type: Available, status: 'True'}";
    const COUNTS: &str = "replicas: 1, updatedReplicas: 1, readyReplicas: 1, availableReplicas: 1";
    let check =
        |spec: &str, status: &str, expect: &str| seen("apps/v1/Deployment", spec, status, expect);
    check(DEADLINE, &format!("{COUNTS}, conditions: [{OVER}, {AVAILABLE}]"), "ready");
    check("replicas: 1", &format!("{COUNTS}, conditions: [{AVAILABLE}]"), "ready");
    check(
        DEADLINE,
        &format!("{COUNTS}, conditions: [{AVAILABLE}]"),
        "waiting: waiting for the rollout to end",
    );
    check(DEADLINE, &format!("{COUNTS}, conditions: [{OVER}]"), "waiting: waiting to be available");
    check(
        "replicas: 3",
        "replicas: 4, updatedReplicas: 1, readyReplicas: 3",
        "waiting: 1/3 pods updated",
    );
    check(
        "replicas: 3",
        "replicas: 4, updatedReplicas: 3, readyReplicas: 3",
        "waiting: waiting for 1 old pod to end",
    );
    check(
        "replicas: 3",
        "replicas: 3, updatedReplicas: 3, readyReplicas: 2",
        "waiting: 2/3 pods ready",
    );
    check(
        "replicas: 3",
        "replicas: 3, updatedReplicas: 3, readyReplicas: 3, availableReplicas: 1",
        "waiting: 1/3 pods available",
    );
    check("", "conditions: []", "waiting: 0/1 pods updated");
    check("paused: true, replicas: 3", "replicas: 0", "ready (paused)");
    check("replicas: 0", &format!("conditions: [{AVAILABLE}]"), "ready");
    check(
        DEADLINE,
        "conditions: [{type: Progressing, status: 'False', reason: ProgressDeadlineExceeded, message: ReplicaSet \"web-1\" has timed out progressing.}]",
        "Certain E-DEADLINE: ReplicaSet \"web-1\" has timed out progressing",
    );
    super::check(
        "apps/v1/Deployment",
        "spec: {replicas: 0}",
        "waiting: waiting for its controller",
    );
}

#[test]
fn refused_pods() {
    const QUOTA: &str = "{type: ReplicaFailure, status: 'True', reason: FailedCreate, message: 'pods \"web-1\" is forbidden: exceeded quota: small'}";
    const CERTAIN: &str = "Certain E-QUOTA: its pods cannot be created: pods \"web-1\" is forbidden: exceeded quota: small";
    const LIKELY: &str = "Likely(ConfigError) E-QUOTA: its pods cannot be created: pods \"web-1\" is forbidden: exceeded quota: small";
    const POSSIBLE: &str = "Possible E-QUOTA: its pods cannot be created: pods \"web-1\" is forbidden: exceeded quota: small";
    let check = |spec: &str, status: &str, expect: &str| {
        seen("apps/v1/Deployment", spec, &format!("{status}, conditions: [{QUOTA}]"), expect);
    };
    check("replicas: 2", "replicas: 1, updatedReplicas: 1", LIKELY);
    let first = "metadata: {generation: 1, annotations: {deployment.kubernetes.io/revision: '1'}}";
    let status =
        format!("observedGeneration: 1, replicas: 1, updatedReplicas: 1, conditions: [{QUOTA}]");
    super::check(
        "apps/v1/Deployment",
        &format!("{first}, spec: {{replicas: 2}}, status: {{{status}}}"),
        CERTAIN,
    );
    // Of four old pods one may be taken away, which makes room; of two none.
    check("replicas: 4", "replicas: 4, updatedReplicas: 0, availableReplicas: 4", POSSIBLE);
    check("replicas: 4", "replicas: 3, updatedReplicas: 0, availableReplicas: 3", LIKELY);
    check("replicas: 2", "replicas: 2, updatedReplicas: 0, availableReplicas: 2", LIKELY);
    check(
        "replicas: 2, strategy: {rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}",
        "replicas: 2, updatedReplicas: 0, availableReplicas: 2",
        POSSIBLE,
    );
    check(
        "replicas: 2, strategy: {type: Recreate}",
        "replicas: 2, updatedReplicas: 0, availableReplicas: 1",
        POSSIBLE,
    );
    seen("apps/v1/ReplicaSet", "replicas: 2", &format!("conditions: [{QUOTA}]"), LIKELY);
    seen(
        "apps/v1/Deployment",
        "replicas: 2",
        "conditions: [{type: Progressing, status: 'False', reason: ReplicaSetCreateError, message: 'admission webhook \"p\" denied the request: no'}]",
        "Certain E-ADMISSION: its pods cannot be created: admission webhook \"p\" denied the request: no",
    );
}

#[test]
fn replica_sets() {
    for header in ["apps/v1/ReplicaSet", "v1/ReplicationController"] {
        let check = |spec: &str, status: &str, expect: &str| seen(header, spec, status, expect);
        check(
            "replicas: 2",
            "replicas: 2, fullyLabeledReplicas: 2, readyReplicas: 2, availableReplicas: 2",
            "ready",
        );
        check("replicas: 2", "replicas: 2, fullyLabeledReplicas: 1", "waiting: 1/2 pods created");
        check(
            "replicas: 2",
            "replicas: 2, fullyLabeledReplicas: 2, readyReplicas: 1",
            "waiting: 1/2 pods ready",
        );
        check(
            "replicas: 2",
            "replicas: 2, fullyLabeledReplicas: 2, readyReplicas: 2, availableReplicas: 1",
            "waiting: 1/2 pods available",
        );
        check(
            "replicas: 1",
            "replicas: 3, fullyLabeledReplicas: 1, readyReplicas: 1, availableReplicas: 1",
            "waiting: waiting for 2 old pods to end",
        );
    }
}

#[test]
fn stateful_sets() {
    let check =
        |spec: &str, status: &str, expect: &str| seen("apps/v1/StatefulSet", spec, status, expect);
    const SAME: &str = "currentRevision: a, updateRevision: a";
    const OTHER: &str = "currentRevision: a, updateRevision: b";
    const ALL: &str = "replicas: 3, readyReplicas: 3, updatedReplicas: 3, availableReplicas: 3";
    check("replicas: 3", &format!("{ALL}, {SAME}"), "ready");
    check(
        "replicas: 3",
        &format!("replicas: 1, readyReplicas: 1, {SAME}"),
        "waiting: 1/3 pods created",
    );
    check(
        "replicas: 3",
        &format!("replicas: 3, readyReplicas: 1, {SAME}"),
        "waiting: 1/3 pods ready",
    );
    check(
        "replicas: 3",
        &format!("replicas: 4, readyReplicas: 4, {SAME}"),
        "waiting: waiting for 1 old pod to end",
    );
    check(
        "replicas: 3",
        &format!("replicas: 3, readyReplicas: 3, updatedReplicas: 2, {OTHER}"),
        "waiting: 2/3 pods updated",
    );
    check(
        "replicas: 3",
        &format!("replicas: 3, readyReplicas: 3, availableReplicas: 2, {SAME}"),
        "waiting: 2/3 pods available",
    );
    let partition = |number: i64| {
        format!("replicas: 3, updateStrategy: {{rollingUpdate: {{partition: {number}}}}}")
    };
    check(&partition(0), &format!("{ALL}, {SAME}"), "ready");
    check(
        &partition(2),
        &format!("replicas: 3, readyReplicas: 3, updatedReplicas: 0, {OTHER}"),
        "waiting: 0/1 pods updated",
    );
    check(
        &partition(2),
        &format!("replicas: 3, readyReplicas: 3, updatedReplicas: 1, {OTHER}"),
        "ready (updated down to its partition 2)",
    );
    check(
        &partition(5),
        &format!("replicas: 3, readyReplicas: 3, {OTHER}"),
        "ready (updated down to its partition 5)",
    );
    let on_delete = "replicas: 3, updateStrategy: {type: OnDelete}";
    check(
        on_delete,
        &format!("replicas: 3, readyReplicas: 2, {OTHER}"),
        "ready (pods keep their old revision until they are deleted)",
    );
    check(on_delete, &format!("replicas: 3, readyReplicas: 2, {SAME}"), "waiting: 2/3 pods ready");
    super::check(
        "apps/v1/StatefulSet",
        "spec: {replicas: 0}",
        "waiting: waiting for its controller",
    );
}

#[test]
fn daemon_sets() {
    let check =
        |spec: &str, status: &str, expect: &str| seen("apps/v1/DaemonSet", spec, status, expect);
    const ALL: &str = "desiredNumberScheduled: 4, currentNumberScheduled: 4, updatedNumberScheduled: 4, numberReady: 4";
    check("", &format!("{ALL}, numberAvailable: 4"), "ready");
    check("", &format!("{ALL}, numberAvailable: 3"), "waiting: 3/4 pods available");
    check("", "desiredNumberScheduled: 4, currentNumberScheduled: 3", "waiting: 3/4 pods created");
    check(
        "",
        "desiredNumberScheduled: 4, currentNumberScheduled: 4, updatedNumberScheduled: 1",
        "waiting: 1/4 pods updated",
    );
    check(
        "updateStrategy: {type: OnDelete}",
        "desiredNumberScheduled: 4, currentNumberScheduled: 4, updatedNumberScheduled: 1",
        "ready (pods keep their old revision until they are deleted)",
    );
    let check_lost = |lost: (i64, i64), counts: [i64; 3], expect: &str| {
        let lost = Lost { pods: lost.0, updated: lost.1 };
        let [updated, ready, available] = counts;
        let rest = format!(
            "status: {{observedGeneration: 1, desiredNumberScheduled: 4, currentNumberScheduled: 4, updatedNumberScheduled: {updated}, numberReady: {ready}, numberAvailable: {available}}}"
        );
        check_by(&Rules { lost, ..RULES }, "apps/v1/DaemonSet", &rest, expect);
    };
    check_lost((1, 1), [4, 3, 3], "ready (1 node does not answer)");
    check_lost((2, 0), [2, 2, 2], "ready (2 nodes do not answer)");
    check_lost((1, 1), [3, 3, 3], "waiting: 2/3 pods updated");
    check_lost((1, 1), [4, 2, 2], "waiting: 2/3 pods ready");
    check_lost((1, 1), [4, 3, 2], "waiting: 2/3 pods available");
    check_lost((4, 4), [4, 0, 0], "waiting: 0/4 pods ready");
    check("", "desiredNumberScheduled: 0", "ready (no node asks for it)");
    check("", "numberReady: 1", "waiting: waiting for its controller");
}

#[test]
fn jobs() {
    let check = |runs: Runs, spec: &str, status: &str, expect: &str| {
        let rest = format!("spec: {{{spec}}}, status: {{{status}}}");
        check_by(&Rules { runs, ..RULES }, "batch/v1/Job", &rest, expect);
    };
    const STARTED: &str = "startTime: '2026-01-01T00:00:00Z', active: 1";
    for runs in [Runs::Started, Runs::Complete, Runs::Hook] {
        check(runs, "", "", "waiting: not started yet");
        check(runs, "", "conditions: [{type: Complete, status: 'True'}]", "ready");
        check(
            runs,
            "",
            "failed: 7, conditions: [{type: Failed, status: 'True', reason: BackoffLimitExceeded, message: Job has reached the specified backoff limit}]",
            "Certain E-JOB-FAILED: BackoffLimitExceeded after 7 failed pods: Job has reached the specified backoff limit",
        );
    }
    check(
        Runs::Hook,
        "",
        "conditions: [{type: FailureTarget, status: 'True', reason: DeadlineExceeded}]",
        "Certain E-JOB-FAILED: DeadlineExceeded",
    );
    check(Runs::Started, "", STARTED, "ready (running)");
    check(Runs::Complete, "", STARTED, "waiting: running");
    check(
        Runs::Complete,
        "completions: 3",
        &format!("{STARTED}, succeeded: 1, failed: 2"),
        "waiting: running, 1/3 done, 2 failed",
    );
    check(Runs::Complete, "suspend: true", "", "ready (suspended)");
    check(Runs::Hook, "suspend: true", "", "waiting: suspended");
    super::check("batch/v1/CronJob", "spec: {}", "ready");
    super::check("batch/v1/CronJob", "spec: {suspend: true}", "ready (suspended)");
}
