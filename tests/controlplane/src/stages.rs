//! What kwok plays: nodes are ready, Pods run, end and fail as their annotations say, volumes are bound.

use serde_json::{Value, json};

/// How a Pod shall fare, where it shall not simply run: see the README.
const OUTCOME: &str = r#".metadata.annotations["test.kwok/outcome"]"#;
/// How long it takes until the next state, such as `3s`.
const DELAY: &str = r#".metadata.annotations["test.kwok/delay"]"#;
const PHASE: &str = ".status.phase";
const DELETION: &str = ".metadata.deletionTimestamp";
const READY: &str = r#".status.conditions.[] | select(.type == "Ready") | .status"#;
/// A node with it is left as it is.
const LOST: &str = r#".metadata.annotations["test.kwok/lost"]"#;
const STARTED: &str = ".status.containerStatuses.[].name";

/// The class of volumes that are bound at once; PVCs without a class get it.
pub(crate) const STORAGE_CLASS: &str = "standard";

/// Outcomes of Pods that never run.
const STUCK: [&str; 6] =
    ["image-pull", "config-error", "crash-loop", "init-crash-loop", "recovers", "never-ready"];

/// A state of a Pod: when it comes, and what its status says then.
struct State {
    name: &'static str,
    when: Vec<Value>,
    /// Without an annotation.
    milliseconds: u64,
    phase: &'static str,
    ready: bool,
    /// Of the containers: YAML in the flow style.
    state: &'static str,
    last_state: &'static str,
    init_state: &'static str,
    restarts: u32,
    /// Reason and message of a warning.
    event: Option<(&'static str, &'static str)>,
}

const RUNNING: &str = "{running: {startedAt: {{ $now }}}}";
const WAITING: &str = "{waiting: {reason: PodInitializing}}";
const COMPLETED: &str = "{terminated: {exitCode: 0, reason: Completed, startedAt: {{ $start }}, finishedAt: {{ $now }}}}";
const FAILED: &str =
    "{terminated: {exitCode: 1, reason: Error, startedAt: {{ $start }}, finishedAt: {{ $now }}}}";
const BACK_OFF: &str =
    "{waiting: {reason: CrashLoopBackOff, message: back-off 40s restarting failed container}}";

/// kwok's configuration, but for the logs.
pub(crate) fn all() -> Vec<Value> {
    let mut stages: Vec<Value> = states().iter().map(pod).collect();
    stages.extend([
        stage(
            "node-ready",
            "Node",
            vec![not_in(READY, &["True"]), absent(LOST)],
            json!({"statusTemplate": NODE}),
        ),
        stage("pod-deleted", "Pod", vec![exists(DELETION)], json!({"delete": true})),
        provisioned(),
        stage(
            "volume-released",
            "PersistentVolume",
            vec![is_in(PHASE, &["Released"]), is_in(".spec.storageClassName", &[STORAGE_CLASS])],
            json!({"delete": true}),
        ),
    ]);
    stages
}

fn states() -> Vec<State> {
    let waits = |name, outcome, state, event| State {
        name,
        when: vec![is_in(PHASE, &["Pending"]), is_in(OUTCOME, &[outcome]), absent(STARTED)],
        milliseconds: 0,
        phase: "Pending",
        ready: false,
        state,
        last_state: "{}",
        init_state: COMPLETED,
        restarts: 0,
        event: Some(event),
    };
    let runs = |name, when| State {
        name,
        when,
        milliseconds: 0,
        phase: "Running",
        ready: true,
        state: RUNNING,
        last_state: "{}",
        init_state: COMPLETED,
        restarts: 0,
        event: None,
    };
    let crashes = |name, outcome| State {
        phase: "Running",
        last_state: FAILED,
        restarts: 3,
        ..waits(name, outcome, BACK_OFF, ("BackOff", "Back-off restarting failed container"))
    };
    let ends = |name, outcome| State {
        milliseconds: 200,
        ready: false,
        ..runs(
            name,
            vec![
                is_in(PHASE, &["Running"]),
                is_in(READY, &["True"]),
                is_in(".spec.restartPolicy", &["Never", "OnFailure"]),
                outcome,
            ],
        )
    };
    vec![
        runs("pod-runs", vec![is_in(PHASE, &["Pending"]), not_in(OUTCOME, &STUCK)]),
        State {
            phase: "Succeeded",
            state: COMPLETED,
            ..ends("pod-succeeds", not_in(OUTCOME, &["failed"]))
        },
        State { phase: "Failed", state: FAILED, ..ends("pod-fails", is_in(OUTCOME, &["failed"])) },
        waits(
            "pod-image",
            "image-pull",
            "{waiting: {reason: ImagePullBackOff, message: {{ printf \"Back-off pulling image %q\" .image | Quote }}}}",
            ("Failed", "Failed to pull image: not found"),
        ),
        waits(
            "pod-config",
            "config-error",
            "{waiting: {reason: CreateContainerConfigError, message: secret \"absent\" not found}}",
            ("Failed", "Error: secret \"absent\" not found"),
        ),
        State {
            state: WAITING,
            init_state: BACK_OFF,
            restarts: 3,
            ..waits(
                "pod-init-crashes",
                "init-crash-loop",
                WAITING,
                ("BackOff", "Back-off restarting failed container"),
            )
        },
        crashes("pod-crashes", "crash-loop"),
        crashes("pod-crashes-first", "recovers"),
        State {
            milliseconds: 3000,
            restarts: 4,
            last_state: FAILED,
            ..runs(
                "pod-recovers",
                vec![is_in(OUTCOME, &["recovers"]), exists(STARTED), not_in(READY, &["True"])],
            )
        },
        State {
            phase: "Running",
            ..waits(
                "pod-never-ready",
                "never-ready",
                RUNNING,
                ("Unhealthy", "Readiness probe failed: HTTP probe failed with statuscode: 503"),
            )
        },
    ]
}

fn pod(state: &State) -> Value {
    let mut next = json!({"statusTemplate": status(state)});
    if let Some((reason, message)) = state.event {
        next["event"] = json!({"type": "Warning", "reason": reason, "message": message});
    }
    let mut when = state.when.clone();
    when.push(absent(DELETION));
    let mut stage = stage(state.name, "Pod", when, next);
    stage["spec"]["delay"] = json!({
        "durationMilliseconds": state.milliseconds,
        "durationFrom": {"expressionFrom": DELAY},
    });
    stage
}

fn status(state: &State) -> String {
    let State { phase, ready, state, last_state, init_state, restarts, .. } = state;
    let (condition, reason) = match (*ready, *phase) {
        (true, _) => ("True", ""),
        (false, "Succeeded") => ("False", "PodCompleted"),
        (false, _) => ("False", "ContainersNotReady"),
    };
    let started = *state == RUNNING;
    let initialized = *init_state == COMPLETED;
    let initialized_status = if initialized { "True" } else { "False" };
    format!(
        r#"{{{{ $now := Now | Quote }}}}
{{{{ $start := or .status.startTime Now | Quote }}}}
phase: {phase}
startTime: {{{{ $start }}}}
hostIP: {{{{ NodeIPWith .spec.nodeName | Quote }}}}
podIP: {{{{ PodIPWith .spec.nodeName (or .spec.hostNetwork false) .metadata.uid .metadata.name .metadata.namespace | Quote }}}}
conditions:
- {{type: Initialized, status: "{initialized_status}", lastTransitionTime: {{{{ $now }}}}}}
- {{type: ContainersReady, status: "{condition}", reason: "{reason}", lastTransitionTime: {{{{ $now }}}}}}
- {{type: Ready, status: "{condition}", reason: "{reason}", lastTransitionTime: {{{{ $now }}}}}}
{{{{ range .spec.readinessGates }}}}
- {{type: {{{{ .conditionType | Quote }}}}, status: "{condition}", lastTransitionTime: {{{{ $now }}}}}}
{{{{ end }}}}
containerStatuses:
{{{{ range .spec.containers }}}}
- name: {{{{ .name | Quote }}}}
  image: {{{{ .image | Quote }}}}
  imageID: ""
  ready: {ready}
  started: {started}
  restartCount: {restarts}
  state: {state}
  lastState: {last_state}
{{{{ end }}}}
{{{{ with .spec.initContainers }}}}
initContainerStatuses:
{{{{ range . }}}}
- name: {{{{ .name | Quote }}}}
  image: {{{{ .image | Quote }}}}
  imageID: ""
  ready: {{{{ if eq (or .restartPolicy "") "Always" }}}}{ready}{{{{ else }}}}{initialized}{{{{ end }}}}
  restartCount: 0
  state: {{{{ if eq (or .restartPolicy "") "Always" }}}}{state}{{{{ else }}}}{init_state}{{{{ end }}}}
{{{{ end }}}}
{{{{ end }}}}
"#
    )
}

const NODE: &str = r#"{{ $now := Now | Quote }}
phase: Running
conditions:
{{ range NodeConditions }}
- type: {{ .type | Quote }}
  status: {{ .status | Quote }}
  reason: {{ .reason | Quote }}
  message: {{ .message | Quote }}
  lastHeartbeatTime: {{ $now }}
  lastTransitionTime: {{ $now }}
{{ end }}
addresses:
- {type: InternalIP, address: {{ NodeIP | Quote }}}
daemonEndpoints: {kubeletEndpoint: {Port: {{ NodePort }}}}
capacity: {cpu: 1k, memory: 1Ti, pods: 10k}
allocatable: {cpu: 1k, memory: 1Ti, pods: 10k}
nodeInfo:
  architecture: amd64
  operatingSystem: linux
  bootID: ""
  containerRuntimeVersion: kwok
  kernelVersion: kwok
  kubeProxyVersion: kwok
  kubeletVersion: kwok
  machineID: ""
  osImage: ""
  systemUUID: ""
"#;

/// A volume for a claim of our class; the controller manager binds the two.
fn provisioned() -> Value {
    let template = r#"
apiVersion: v1
kind: PersistentVolume
metadata:
  name: pvc-{{ .metadata.uid }}
spec:
  accessModes: [{{ range $index, $mode := .spec.accessModes }}{{ if $index }}, {{ end }}{{ $mode }}{{ end }}]
  capacity: {storage: {{ .spec.resources.requests.storage | Quote }}}
  persistentVolumeReclaimPolicy: Retain
  storageClassName: {{ .spec.storageClassName | Quote }}
  claimRef:
    apiVersion: v1
    kind: PersistentVolumeClaim
    name: {{ .metadata.name | Quote }}
    namespace: {{ .metadata.namespace | Quote }}
    uid: {{ .metadata.uid | Quote }}
  hostPath: {path: /nowhere}
"#;
    let when = vec![
        is_in(".spec.storageClassName", &[STORAGE_CLASS]),
        absent(".spec.volumeName"),
        absent(DELETION),
    ];
    let mut stage = stage("claim-provisioned", "PersistentVolumeClaim", when, Value::Null);
    stage["spec"]["steps"] = json!([{"apply": {"template": template}}]);
    stage
}

fn stage(name: &str, kind: &str, when: Vec<Value>, next: Value) -> Value {
    let mut spec = json!({
        "resourceRef": {"apiGroup": "v1", "kind": kind},
        "selector": {"matchExpressions": when},
    });
    if !next.is_null() {
        spec["next"] = next;
    }
    json!({
        "apiVersion": "kwok.x-k8s.io/v1alpha1",
        "kind": "Stage",
        "metadata": {"name": name},
        "spec": spec,
    })
}

fn is_in(key: &str, values: &[&str]) -> Value {
    json!({"key": key, "operator": "In", "values": values})
}

fn not_in(key: &str, values: &[&str]) -> Value {
    json!({"key": key, "operator": "NotIn", "values": values})
}

fn exists(key: &str) -> Value {
    json!({"key": key, "operator": "Exists"})
}

fn absent(key: &str) -> Value {
    json!({"key": key, "operator": "DoesNotExist"})
}
