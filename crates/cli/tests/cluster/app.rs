//! A workspace of three small releases in two waves, and what has to be true of it whatever happened on the way.

use std::process::Command;

use controlplane::Proxy;
use serde_json::Value;

use crate::sandbox::Answer;
use crate::support::Scene;

/// The releases' password. No run shows it.
const PASSWORD: &str = "known-to-nobody-4711";

const MANIFEST: &str = "\
name: NAMESPACE
clusters: { test: { context: test } }
environments:
  dev: { target: { cluster: test }, namespace: NAMESPACE }
inputs:
  password: { type: string, secret: true, default: known-to-nobody-4711 }
templates:
  app:
    chart: ./app
    timeout: 60s
    values: [values.yaml, { password: '${{ inputs.password }}' }]
releases:
  base: { extends: app, values: [{ hook: true }] }
  web: { extends: app, needs: [base] }
  worker: { extends: app, needs: [base] }
";

const FILES: [(&str, &str); 7] = [
    ("regatta.yaml", MANIFEST),
    ("values.yaml", "text: one\n"),
    ("app/Chart.yaml", "{ apiVersion: v2, name: app, version: 1.0.0, appVersion: '1' }"),
    (
        "app/templates/settings.yaml",
        "\
apiVersion: v1
kind: ConfigMap
metadata: { name: {{ .Release.Name }}-settings }
data: { text: {{ .Values.text | quote }} }
",
    ),
    (
        "app/templates/secret.yaml",
        "\
apiVersion: v1
kind: Secret
metadata: { name: {{ .Release.Name }}-password }
stringData: { password: {{ .Values.password | quote }}, text: {{ .Values.text | quote }} }
",
    ),
    (
        "app/templates/deployment.yaml",
        "\
apiVersion: apps/v1
kind: Deployment
metadata: { name: {{ .Release.Name }} }
spec:
  replicas: {{ .Values.replicas | default 1 }}
  selector: { matchLabels: { app: {{ .Release.Name }} } }
  template:
    metadata:
      labels: { app: {{ .Release.Name }} }
      annotations: { text: {{ .Values.text | quote }} }
    spec: { containers: [{ name: main, image: 'app:1' }] }
",
    ),
    (
        "app/templates/hook.yaml",
        "\
{{- if .Values.hook }}
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ .Release.Name }}-hook
  annotations:
    helm.sh/hook: pre-install,post-upgrade
    helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded,hook-failed
spec:
  backoffLimit: 0
  template:
    metadata: { annotations: { test.kwok/outcome: '{{ if .Values.breaks }}failed{{ end }}' } }
    spec: { restartPolicy: Never, containers: [{ name: main, image: 'app:1' }] }
{{- end }}
",
    ),
];

const RELEASES: [&str; 3] = ["base", "web", "worker"];

/// The workspace, in a namespace of its own.
pub(crate) fn scene(prefix: &str) -> Scene {
    Scene::files(prefix, &FILES)
}

/// Says another text in every object of every release.
pub(crate) fn say(scene: &Scene, text: &str) {
    scene.write("values.yaml", &format!("text: {text}\n"));
}

/// Runs the program, which does not tell the password.
pub(crate) fn run(scene: &Scene, arguments: &str) -> Answer {
    quiet(scene.run(arguments))
}

/// The same through a proxy.
pub(crate) fn run_through(scene: &Scene, proxy: &Proxy, arguments: &str) -> Answer {
    let kubeconfig = proxy.kubeconfig(scene.plane);
    run(scene, &format!("{arguments} --kubeconfig {}", kubeconfig.display()))
}

/// The program through a proxy, to be started.
pub(crate) fn command(scene: &Scene, proxy: &Proxy, arguments: &str) -> Command {
    let kubeconfig = proxy.kubeconfig(scene.plane);
    let words = arguments.split_whitespace().chain(["--kubeconfig", kubeconfig.to_str().unwrap()]);
    scene.sandbox.command(&words.collect::<Vec<_>>())
}

#[track_caller]
pub(crate) fn quiet(answer: Answer) -> Answer {
    assert!(!answer.to_string().contains(PASSWORD), "the password is shown:\n{answer}");
    answer
}

/// Every object is there once and says the text; each release has one deployed revision, the last, and no pending one; the
/// inventory is complete; and there is nothing more to do.
#[track_caller]
pub(crate) fn is_whole(scene: &Scene, text: &str) {
    let settings = scene.get("/api/v1/namespaces/NAMESPACE/configmaps");
    let settings: Vec<(String, String)> = texts(&settings, "/metadata/name")
        .into_iter()
        .zip(texts(&settings, "/data/text"))
        .collect();
    let ours = RELEASES.map(|release| (format!("{release}-settings"), text.to_owned()));
    let others = [("kube-root-ca.crt".to_owned(), String::new())];
    let mut expected: Vec<_> = ours.into_iter().chain(others).collect();
    expected.sort();
    assert_eq!(settings, expected);
    let deployments = scene.get("/apis/apps/v1/namespaces/NAMESPACE/deployments");
    assert_eq!(texts(&deployments, "/metadata/name"), RELEASES);
    assert_eq!(texts(&deployments, "/spec/template/metadata/annotations/text"), [text; 3]);
    assert_eq!(texts(&deployments, "/status/readyReplicas"), ["1"; 3]);
    let jobs = scene.get("/apis/batch/v1/namespaces/NAMESPACE/jobs");
    assert!(texts(&jobs, "/metadata/name").is_empty(), "{jobs:#}");

    for release in RELEASES {
        let revisions = revisions(scene, release);
        let deployed = revisions.iter().filter(|(_, status)| status == "deployed").count();
        let pending = revisions.iter().any(|(_, status)| status.starts_with("pending"));
        assert!(deployed == 1 && !pending, "{release}: {revisions:?}");
        let is_last = revisions.last().is_some_and(|(_, status)| status == "deployed");
        assert!(is_last, "{release}: {revisions:?}");
    }

    let status = run(scene, "status -e dev -o json").succeeds().json();
    let releases = status.pointer("/0/releases").and_then(Value::as_array).unwrap();
    assert_eq!(texts(&status[0]["releases"], "/release"), RELEASES);
    let complete = releases
        .iter()
        .all(|one| one["finished"] == true && one["missing"] == 0 && one["status"] == "deployed");
    assert!(complete, "{status:#}");
    run(scene, "diff -e dev --detailed-exitcode").succeeds();
}

/// Nothing is left of any release, of its records, of the inventory and of the lock.
#[track_caller]
pub(crate) fn is_gone(scene: &Scene) {
    // Pods go after what made them.
    let others = ["pods/", "replicasets/"];
    let mut left = scene.everything();
    left.retain(|object| !others.iter().any(|other| object.starts_with(other)));
    assert!(left.is_empty(), "{left:?}");
}

/// Nobody has the lock, not even a run that was killed.
#[track_caller]
pub(crate) fn is_unlocked(scene: &Scene) {
    let leases = scene.get("/apis/coordination.k8s.io/v1/namespaces/NAMESPACE/leases");
    assert_eq!(leases["items"].as_array().map(Vec::len), Some(0), "{leases:#}");
}

/// Revisions of a release in Helm's records, oldest first: number and status.
#[track_caller]
pub(crate) fn revisions(scene: &Scene, release: &str) -> Vec<(u32, String)> {
    let path = "/api/v1/namespaces/NAMESPACE/secrets?labelSelector=owner%3Dhelm,name%3D";
    let records = scene.get(&format!("{path}{release}"));
    let numbers = texts(&records, "/metadata/labels/version");
    let statuses = texts(&records, "/metadata/labels/status");
    let numbers = numbers.into_iter().map(|number| number.parse().unwrap());
    let mut revisions: Vec<(u32, String)> = numbers.zip(statuses).collect();
    revisions.sort();
    revisions
}

/// Strings and numbers at a JSON pointer in each item of a list.
pub(crate) fn texts(list: &Value, pointer: &str) -> Vec<String> {
    let items = list.get("items").unwrap_or(list).as_array().unwrap();
    let text = |item: &Value| match item.pointer(pointer) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    items.iter().map(text).collect()
}
