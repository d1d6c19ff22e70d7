//! What fails ends soon, names object and cause, keeps the evidence, and follows the release's policy.

use std::time::{Duration, Instant};

use controlplane::{ControlPlane, Webhook};
use serde_json::{Value, json};

use crate::sandbox::Answer;
use crate::support::{CHART, Scene, list};

/// A workload whose pods do as asked, with a config map, which Helm's order has before it.
const WORKLOAD: &str = r#"
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
data: { motto: "{{ .Values.motto }}" }
---
apiVersion: v1
kind: PersistentVolumeClaim
metadata: { name: data }
spec: { accessModes: [ReadWriteOnce], resources: { requests: { storage: 1Gi } } }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 1
  selector: { matchLabels: { app: web } }
  template:
    metadata:
      labels: { app: web }
      annotations: { test.kwok/outcome: "{{ .Values.outcome }}", motto: "{{ .Values.motto }}" }
    spec: { containers: [{ name: "{{ .Values.container }}", image: "web:{{ .Values.motto }}" }] }
"#;

const VALUES: &str = "{ outcome: runs, motto: good, container: web }";

/// A release `web` of one template, which gives up soon.
fn scene(prefix: &str, policy: &str, template: &str) -> Scene {
    let releases = format!(
        "
  web:
    chart: ./web
    onFailure: {policy}
    timeout: 60s
    failFast: {{ imagePull: 1s, restarts: 2 }}
"
    );
    let files = [
        ("web/Chart.yaml", CHART),
        ("web/values.yaml", VALUES),
        ("web/templates/web.yaml", template),
    ];
    Scene::releases(prefix, &releases, &files)
}

/// Applies what fails; long before its timeout.
#[track_caller]
fn fails(scene: &Scene, arguments: &str, exit: i32) -> Answer {
    let start = Instant::now();
    let answer = scene.run(&format!("apply -e dev --yes -o json {arguments}")).exits(exit);
    assert!(start.elapsed() < Duration::from_secs(40), "{:?}", start.elapsed());
    answer
}

/// The one failure of the one release, as `code object: cause`.
#[track_caller]
fn failure(answer: &Answer) -> (String, Value) {
    let report = answer.json();
    let release = &report["stacks"][0]["result"]["releases"][0];
    let failures = list(&release["failures"]);
    assert_eq!(failures.len(), 1, "{answer}");
    let failure = &failures[0];
    let object = &failure["object"];
    let word = |value: &Value| value.as_str().unwrap().to_owned();
    let (kind, name) = (word(&object["kind"]), word(&object["name"]));
    (
        format!("{} {kind}/{name}: {}", word(&failure["code"]), word(&failure["cause"])),
        failure.clone(),
    )
}

#[test]
fn a_first_install_with_a_bad_image_is_taken_back_but_its_claims() {
    let scene = scene("image", "rollback", WORKLOAD);
    let answer = fails(&scene, "--set web:outcome=image-pull", 5);
    let (text, evidence) = failure(&answer);
    assert!(text.starts_with("E-IMAGE-PULL Deployment/web: "), "{text}");
    assert!(text.contains("web:good"), "{text}");
    let events = evidence["events"].to_string();
    assert!(events.contains("Failed to pull image"), "{events}");
    scene.is_absent("/apis/apps/v1/namespaces/NAMESPACE/deployments/web");
    scene.is_absent("/api/v1/namespaces/NAMESPACE/configmaps/settings");
    scene.get("/api/v1/namespaces/NAMESPACE/persistentvolumeclaims/data");
    assert!(answer.stderr.contains("E-IMAGE-PULL"), "{answer}");
    scene.apply();
    assert_eq!(scene.statuses("web"), ["failed", "deployed"]);
}

#[test]
fn an_upgrade_that_crashes_goes_back_to_the_last_good_revision() {
    let scene = scene("crash", "rollback", WORKLOAD);
    scene.apply();
    let container = scene.plane.container_saying(&["connecting", "no route to db"]);
    let arguments =
        format!("--set web:outcome=crash-loop --set web:motto=bad --set web:container={container}");
    let answer = fails(&scene, &arguments, 5);
    let (text, evidence) = failure(&answer);
    assert!(text.starts_with("E-CRASH-LOOP Deployment/web: "), "{text}");
    assert_eq!(evidence["logs"], json!(["connecting", "no route to db"]));
    assert_eq!(answer.json()["stacks"][0]["result"]["releases"][0]["rolledBack"], 3);
    let settings = scene.get("/api/v1/namespaces/NAMESPACE/configmaps/settings");
    assert_eq!(settings["data"]["motto"], "good");
    assert_eq!(scene.statuses("web"), ["superseded", "failed", "deployed"]);
    assert_eq!(scene.diff(), [""; 0]);
}

#[test]
fn what_is_kept_is_repaired_by_the_next_apply() {
    let scene = scene("keep", "keep", WORKLOAD);
    let answer = fails(&scene, "--set web:outcome=crash-loop", 4);
    let (text, _) = failure(&answer);
    assert!(text.starts_with("E-CRASH-LOOP Deployment/web: "), "{text}");
    scene.get("/apis/apps/v1/namespaces/NAMESPACE/deployments/web");
    assert_eq!(scene.statuses("web"), ["failed"]);
    scene.apply();
    assert_eq!(scene.statuses("web"), ["failed", "deployed"]);
}

#[test]
fn a_release_that_is_taken_back_beside_one_that_stays_is_a_failure_after_writing() {
    let scene = scene("beside", "rollback", WORKLOAD);
    scene.write("first/Chart.yaml", CHART);
    scene.write(
        "first/templates/it.yaml",
        "{ apiVersion: v1, kind: Secret, metadata: { name: first } }",
    );
    scene.sandbox.edit("regatta.yaml", "releases:", "releases:\n  first: { chart: ./first }");
    scene.sandbox.edit("regatta.yaml", "chart: ./web", "chart: ./web\n    needs: [first]");
    fails(&scene, "--set web:outcome=crash-loop", 4);
    assert_eq!(scene.statuses("first"), ["deployed"]);
    scene.is_absent("/apis/apps/v1/namespaces/NAMESPACE/deployments/web");
}

const JOB: &str = r#"
apiVersion: batch/v1
kind: Job
metadata:
  name: migrate
  annotations: { "helm.sh/hook": "HOOK" }
spec:
  backoffLimit: 0
  template:
    metadata: { annotations: { test.kwok/outcome: failed } }
    spec:
      restartPolicy: Never
      containers: [{ name: "{{ .Values.container }}", image: "migrate:1" }]
---
apiVersion: v1
kind: ConfigMap
metadata: { name: settings }
"#;

#[test]
fn a_hook_that_fails_stops_its_release_before_its_objects() {
    let scene = scene("hook", "rollback", &JOB.replace("HOOK", "pre-install"));
    let container = scene.plane.container_saying(&["table is locked"]);
    let answer = fails(&scene, &format!("--set web:container={container}"), 4);
    let (text, evidence) = failure(&answer);
    assert!(text.starts_with("E-JOB-FAILED Job/migrate: "), "{text}");
    assert_eq!(evidence["logs"], json!(["table is locked"]));
    scene.is_absent("/api/v1/namespaces/NAMESPACE/configmaps/settings");
    assert_eq!(scene.statuses("web"), ["failed"]);
}

#[test]
fn a_hook_after_the_objects_that_fails_takes_them_back() {
    let scene = scene("post-hook", "rollback", &JOB.replace("HOOK", "post-install"));
    let (text, _) = failure(&fails(&scene, "", 5));
    assert!(text.starts_with("E-JOB-FAILED Job/migrate: "), "{text}");
    scene.is_absent("/api/v1/namespaces/NAMESPACE/configmaps/settings");
}

#[test]
fn a_job_that_fails_is_a_failure_where_jobs_are_waited_for() {
    let template = JOB.replace("\"helm.sh/hook\": \"HOOK\"", "");
    let scene = scene("job", "keep", &template);
    scene.sandbox.edit("regatta.yaml", "timeout: 60s", "wait: jobs");
    let (text, _) = failure(&fails(&scene, "", 4));
    assert!(text.starts_with("E-JOB-FAILED Job/migrate: "), "{text}");
}

#[test]
fn a_quota_that_lets_no_pod_in() {
    let scene = scene("quota", "keep", WORKLOAD);
    scene.create_namespace();
    let quota = json!({"metadata": {"name": "no-pods"}, "spec": {"hard": {"pods": "0"}}});
    let quotas = scene.here("/api/v1/namespaces/NAMESPACE/resourcequotas");
    scene.plane.create(&quotas, &quota);
    scene.plane.until(&format!("{quotas}/no-pods"), |quota| quota["status"]["hard"]["pods"] == "0");
    let (text, _) = failure(&fails(&scene, "", 4));
    assert!(text.starts_with("E-QUOTA Deployment/web: "), "{text}");
    assert!(text.contains("no-pods"), "{text}");
}

/// Refuses what the rule does, in the scene's namespace alone.
fn refuse(scene: &Scene, resource: &str, group: &str, side_effects: &str) {
    scene.create_namespace();
    let webhook =
        Webhook::start(ControlPlane::shared(), |_| Err("mottos are not allowed".to_owned()));
    let configuration = json!({
        "metadata": {"name": scene.namespace},
        "webhooks": [{
            "name": "mottos.example.com",
            "clientConfig": webhook.client_config(),
            "rules": [{"apiGroups": [group], "apiVersions": ["v1"], "resources": [resource], "operations": ["CREATE"]}],
            "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": scene.namespace}},
            "sideEffects": side_effects,
            "admissionReviewVersions": ["v1"],
        }],
    });
    let path = "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations";
    scene.plane.create(path, &configuration);
    // The API server takes a moment to know of it.
    let probe = match resource {
        "pods" => {
            json!({"metadata": {"name": "probe"}, "spec": {"containers": [{"name": "a", "image": "a"}]}})
        }
        _ => json!({"metadata": {"name": "probe"}}),
    };
    let probes = scene.here(&format!("/api/v1/namespaces/NAMESPACE/{resource}?dryRun=All"));
    let start = Instant::now();
    while scene.plane.request("POST", &probes, "application/json", &probe).0 < 400 {
        assert!(start.elapsed() < Duration::from_secs(20), "the webhook is not asked");
        std::thread::sleep(Duration::from_millis(100));
    }
}

#[test]
fn a_webhook_that_rejects_is_heard_before_the_first_write() {
    let scene = scene("webhook", "rollback", WORKLOAD);
    refuse(&scene, "configmaps", "", "None");
    let mark = scene.plane.mark();
    let answer = fails(&scene, "", 1);
    assert_eq!(answer.json()["reason"], "rejected");
    let refusals = answer.json()["stacks"][0]["plan"]["refusals"].clone();
    assert_eq!(refusals[0]["object"]["name"], "settings");
    assert!(
        refusals[0]["detail"].as_str().unwrap().contains("mottos are not allowed"),
        "{refusals}"
    );
    assert!(scene.writes_since(mark).is_empty());
}

#[test]
fn a_webhook_that_rejects_pods_is_heard_while_waiting() {
    let scene = scene("admission", "rollback", WORKLOAD);
    refuse(&scene, "pods", "", "None");
    let (text, _) = failure(&fails(&scene, "", 5));
    assert!(text.starts_with("E-ADMISSION Deployment/web: "), "{text}");
    assert!(text.contains("mottos are not allowed"), "{text}");
}

#[test]
fn an_object_without_a_name_is_refused_as_helm_does() {
    let template = "{ apiVersion: v1, kind: ConfigMap, metadata: { generateName: settings- } }";
    let scene = scene("nameless", "rollback", template);
    let answer = fails(&scene, "", 1);
    assert!(answer.stderr.contains("has no `metadata.name`"), "{answer}");
    assert_eq!(answer.json()["reason"], "rejected");
}

#[test]
fn an_immutable_field_is_refused_or_replaced_on_demand() {
    let scene = scene("immutable", "rollback", WORKLOAD);
    scene.apply();
    scene.sandbox.edit("web/templates/web.yaml", "app: web", "app: other");
    let mark = scene.plane.mark();
    let answer = fails(&scene, "", 1);
    let refusal = answer.json()["stacks"][0]["plan"]["refusals"][0].clone();
    assert_eq!(refusal["reason"], "immutable");
    assert!(refusal["detail"].as_str().unwrap().contains("spec.selector"), "{refusal}");
    assert!(scene.writes_since(mark).is_empty());

    let uid = |scene: &Scene| {
        scene.get("/apis/apps/v1/namespaces/NAMESPACE/deployments/web")["metadata"]["uid"].clone()
    };
    let before = uid(&scene);
    scene.sandbox.edit("regatta.yaml", "timeout: 60s", "force: true");
    assert_eq!(scene.diff(), ["web replace Deployment/web"]);
    scene.apply();
    assert_ne!(uid(&scene), before);
}

#[test]
fn a_field_of_another_manager_is_a_conflict_taken_or_left_on_demand() {
    let scene = scene("conflict", "rollback", WORKLOAD);
    scene.apply();
    let path = scene.here("/api/v1/namespaces/NAMESPACE/configmaps/settings");
    let other = json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"motto": "theirs"}});
    let query = "?fieldManager=operator&force=true";
    let apply = "application/apply-patch+yaml";
    assert_eq!(scene.plane.request("PATCH", &format!("{path}{query}"), apply, &other).0, 200);

    let mark = scene.plane.mark();
    let answer = fails(&scene, "", 3);
    assert_eq!(answer.json()["reason"], "field-conflict");
    assert!(answer.stderr.contains("operator"), "{answer}");
    assert!(answer.stderr.contains("data.motto"), "{answer}");
    assert!(scene.writes_since(mark).is_empty());

    scene.run("apply -e dev --yes --keep-conflicts").succeeds();
    assert_eq!(scene.get(&path)["data"]["motto"], "theirs");
    scene.run("apply -e dev --yes --force-conflicts").succeeds();
    assert_eq!(scene.get(&path)["data"]["motto"], "good");
}
