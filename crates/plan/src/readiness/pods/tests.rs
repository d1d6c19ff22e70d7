//! Troubles of pods, and the states of bare ones.

use super::*;

/// The trouble of a pod whose text follows `status:`; the container at fault; `<` where the former log counts.
fn check(rest: &str, expect: Option<&str>) {
    let text = format!("{{apiVersion: v1, kind: Pod, {rest}}}");
    let object = source::yaml::read_bare(&text).expect("valid YAML");
    let told = pod(&object).map(|trouble| {
        let log = if trouble.previous_log { " <" } else { "" };
        let container = trouble.container.map(|it| format!(" [{it}{log}]")).unwrap_or_default();
        format!("{:?} {}{container}", trouble.failure.certainty, trouble.failure)
    });
    assert_eq!(told.as_deref(), expect, "{text}");
}

/// A pending pod with one container `app` of the image `app:1` in this state.
fn waits(status: &str, expect: Option<&str>) {
    check(
        &format!(
            "spec: {{containers: [{{name: app, image: 'app:1', readinessProbe: {{}}}}]}}, status: {{phase: Running, containerStatuses: [{{name: app, {status}}}]}}"
        ),
        expect,
    );
}

#[test]
fn containers_that_wait() {
    waits("state: {waiting: {reason: ContainerCreating}}", None);
    waits("state: {waiting: {reason: PodInitializing}}", None);
    waits(
        "state: {waiting: {reason: ErrImagePull, message: 'failed to pull: not found'}}",
        Some(
            "Likely(ImagePull) E-IMAGE-PULL: container `app` cannot pull `app:1`: failed to pull: not found [app]",
        ),
    );
    waits(
        "state: {waiting: {reason: ImagePullBackOff}}",
        Some(
            "Likely(ImagePull) E-IMAGE-PULL: container `app` cannot pull `app:1`: ImagePullBackOff [app]",
        ),
    );
    waits(
        "state: {waiting: {reason: ErrImageNeverPull}}",
        Some(
            "Certain E-IMAGE-PULL: container `app` may never pull `app:1`, and the node does not have it [app]",
        ),
    );
    waits(
        "state: {waiting: {reason: InvalidImageName, message: 'x'}}",
        Some(
            "Certain E-IMAGE-NAME: container `app` has the image `app:1`, which is no valid name [app]",
        ),
    );
    waits(
        "state: {waiting: {reason: CreateContainerConfigError, message: 'secret \"keys\" not found'}}",
        Some(
            "Likely(ConfigError) E-CONFIG: container `app` cannot be created: secret \"keys\" not found [app]",
        ),
    );
    waits(
        "state: {waiting: {reason: RunContainerError, message: 'exec: \"nope\": not found'}}",
        Some(
            "Likely(ConfigError) E-START: container `app` cannot be started: exec: \"nope\": not found [app]",
        ),
    );
}

#[test]
fn containers_that_crash() {
    waits(
        "restartCount: 3, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 137, reason: OOMKilled}}",
        Some(
            "Likely(Restarts(3)) E-CRASH-LOOP: container `app` ended 4 times, last with exit code 137 (OOMKilled) [app <]",
        ),
    );
    waits(
        "restartCount: 0, state: {terminated: {exitCode: 1, reason: Error, message: no database}}",
        Some(
            "Likely(Restarts(0)) E-CRASH-LOOP: container `app` ended with exit code 1: no database [app]",
        ),
    );
    waits("restartCount: 0, state: {terminated: {exitCode: 0, reason: Completed}}", None);
    // This run may be the good one.
    waits(
        "restartCount: 2, ready: false, state: {running: {}}, lastState: {terminated: {exitCode: 1}}",
        Some("Possible E-CRASH-LOOP: container `app` ended twice, last with exit code 1 [app <]"),
    );
    waits(
        "restartCount: 9, ready: true, state: {running: {}}, lastState: {terminated: {exitCode: 1}}",
        None,
    );
    waits(
        "restartCount: 1, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 128, reason: StartError, message: 'exec: \"x\": not found'}}",
        Some(
            "Likely(Restarts(1)) E-START: container `app` ended twice, last with exit code 128 (StartError): exec: \"x\": not found [app <]",
        ),
    );
    check(
        "metadata: {ownerReferences: [{kind: Job, controller: true}]}, status: {phase: Running, containerStatuses: [{name: app, restartCount: 5, state: {waiting: {reason: CrashLoopBackOff}}}]}",
        Some("Possible E-CRASH-LOOP: container `app` ended 6 times [app <]"),
    );
    check(
        "status: {phase: Pending, initContainerStatuses: [{name: migrate, restartCount: 1, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {exitCode: 2}}}], containerStatuses: [{name: app, state: {waiting: {reason: PodInitializing}}}]}",
        Some(
            "Likely(Restarts(1)) E-CRASH-LOOP: init container `migrate` ended twice, last with exit code 2 [migrate <]",
        ),
    );
}

#[test]
fn probes_and_gates() {
    waits("ready: true, started: true, state: {running: {}}", None);
    waits(
        "ready: false, started: true, state: {running: {}}",
        Some(
            "Possible E-PROBE: container `app` runs, but its readiness probe has not succeeded [app]",
        ),
    );
    check(
        "spec: {containers: [{name: app, startupProbe: {}}]}, status: {phase: Running, containerStatuses: [{name: app, ready: false, started: false, state: {running: {}}}]}",
        Some(
            "Possible E-PROBE: container `app` runs, but its startup probe has not succeeded [app]",
        ),
    );
    check(
        "metadata: {name: web-1}, spec: {readinessGates: [{conditionType: example.com/lb}]}, status: {phase: Running, conditions: [{type: ContainersReady, status: 'True'}]}",
        Some("Possible E-PROBE: pod `web-1` waits for its readiness gate `example.com/lb`"),
    );
}

#[test]
fn pods_as_a_whole() {
    check("status: {phase: Succeeded}", None);
    check("status: {}", None);
    check("metadata: {deletionTimestamp: x}, status: {phase: Failed}", None);
    check(
        "status: {phase: Failed, containerStatuses: [{name: app, state: {terminated: {exitCode: 3, reason: Error}}}]}",
        Some("Certain E-POD-FAILED: container `app` ended with exit code 3 [app]"),
    );
    check(
        "metadata: {ownerReferences: [{kind: ReplicaSet, controller: true}]}, status: {phase: Failed, reason: Evicted, message: 'The node was low on resource: memory. '}",
        Some(
            "Possible E-POD-FAILED: the pod has failed: Evicted: The node was low on resource: memory",
        ),
    );
    let unscheduled = |message: &str, expect: &str| {
        check(
            &format!(
                "status: {{phase: Pending, conditions: [{{type: PodScheduled, status: 'False', reason: Unschedulable, message: '{message}'}}]}}"
            ),
            Some(expect),
        );
    };
    unscheduled(
        "0/3 nodes are available: 3 Insufficient cpu.",
        "Possible E-UNSCHEDULABLE: no node can take it: 0/3 nodes are available: 3 Insufficient cpu",
    );
    unscheduled(
        "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims.",
        "Possible E-PVC-UNBOUND: no node can take it: 0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims",
    );
    unscheduled(
        "persistentvolumeclaim \"data\" not found",
        "Likely(ConfigError) E-PVC-UNBOUND: no node can take it: persistentvolumeclaim \"data\" not found",
    );
}

#[test]
fn the_state_of_a_bare_pod() {
    let check = |runs: Runs, status: &str, expect: &str| {
        let object = source::yaml::read_bare(&format!(
            "{{apiVersion: v1, kind: Pod, status: {{{status}}}}}"
        ));
        let shown = match state(&object.expect("valid YAML"), runs) {
            State::Ready { note } => format!("ready {}", note.unwrap_or_default()),
            State::Waiting { why } | State::Terminating { why } => why,
            State::Failed(failure) => failure.to_string(),
        };
        assert_eq!(shown.trim_end(), expect, "{status}");
    };
    const READY: &str = "phase: Running, conditions: [{type: Ready, status: 'True'}]";
    check(Runs::Complete, READY, "ready");
    check(Runs::Hook, READY, "running");
    check(Runs::Hook, "phase: Succeeded", "ready completed");
    check(Runs::Complete, "phase: Failed", "E-POD-FAILED: the pod has failed");
    check(Runs::Complete, "phase: Pending", "waiting for a node");
    check(
        Runs::Complete,
        "phase: Pending, conditions: [{type: PodScheduled, status: 'True'}]",
        "starting",
    );
    check(
        Runs::Complete,
        "phase: Running, containerStatuses: [{ready: true}, {ready: false}]",
        "1/2 containers ready",
    );
    check(
        Runs::Complete,
        "phase: Pending, containerStatuses: [{name: app, image: 'x:', state: {waiting: {reason: InvalidImageName}}}]",
        "E-IMAGE-NAME: container `app` has the image `x:`, which is no valid name",
    );
    check(
        Runs::Complete,
        "phase: Pending, containerStatuses: [{name: app, image: x, state: {waiting: {reason: ImagePullBackOff}}}]",
        "container `app` cannot pull `x`: ImagePullBackOff",
    );
}
