//! What fails is taken back, and it is said whether what stood before stands again.

use serde_json::json;

use crate::support::{CHART, Scene};

/// A workload that replaces its pods instead of adding new ones first, with hooks that leave their motto behind.
const WORKLOAD: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 1
  strategy: { type: Recreate }
  selector: { matchLabels: { app: web } }
  template:
    metadata:
      labels: { app: web }
      annotations: { test.kwok/outcome: "{{ .Values.outcome }}", test.kwok/delay: "{{ .Values.delay }}" }
    spec: { containers: [{ name: main, image: "web:{{ .Values.motto }}" }] }
{{- range list "pre-rollback" "post-rollback" }}
---
apiVersion: v1
kind: ConfigMap
metadata: { name: "{{ $.Values.motto }}-{{ . }}", annotations: { helm.sh/hook: "{{ . }}" } }
{{- end }}
"#;

const DEPLOYMENT: &str = "/apis/apps/v1/namespaces/NAMESPACE/deployments/web";

fn scene(prefix: &str, wait: &str) -> Scene {
    let releases = format!(
        "
  web:
    chart: ./web
    onFailure: rollback
    wait: {wait}
    timeout: 60s
    failFast: {{ imagePull: 1s, restarts: 2 }}
"
    );
    let files = [
        ("web/Chart.yaml", CHART),
        ("web/values.yaml", "{ outcome: runs, delay: 1ms, motto: good }"),
        ("web/templates/web.yaml", WORKLOAD),
    ];
    Scene::releases(prefix, &releases, &files)
}

#[test]
fn a_rollback_is_over_when_the_good_revision_is_ready_and_its_hooks_have_run() {
    let scene = scene("back-ready", "true");
    scene.write("web/values.yaml", "{ outcome: runs, delay: 2s, motto: good }");
    scene.apply();
    let change = "--set web:outcome=crash-loop --set web:delay=1ms --set web:motto=bad";
    let answer = scene.run(&format!("apply -e dev --yes -o json {change}")).exits(5);
    assert_eq!(scene.get(DEPLOYMENT)["status"]["availableReplicas"], 1, "{answer}");
    let result = answer.json()["stacks"][0]["result"]["releases"][0].clone();
    assert_eq!((&result["rolledBack"], &result["backTo"]), (&3.into(), &1.into()), "{answer}");
    assert!(answer.stderr.contains("rolled back to revision 1"), "{answer}");
    assert!(!answer.stdout.contains(r#""total":0"#), "{answer}");
    assert_eq!(scene.statuses("web"), ["superseded", "failed", "deployed"]);
    for event in ["pre-rollback", "post-rollback"] {
        scene.get(&format!("/api/v1/namespaces/NAMESPACE/configmaps/good-{event}"));
        scene.is_absent(&format!("/api/v1/namespaces/NAMESPACE/configmaps/bad-{event}"));
    }
}

#[test]
fn a_good_revision_that_does_not_come_up_again_is_a_second_cause() {
    let scene = scene("back-broken", "false");
    scene.write("web/values.yaml", "{ outcome: image-pull, delay: 1ms, motto: good }");
    scene.apply();
    scene.sandbox.edit("regatta.yaml", "wait: false", "wait: true");
    let change = "--set web:outcome=crash-loop --set web:motto=bad";
    let answer = scene.run(&format!("apply -e dev --yes -o json {change}")).exits(4);
    assert_eq!(answer.json()["reason"], "failed-partly");
    let result = answer.json()["stacks"][0]["result"]["releases"][0].clone();
    assert_eq!(result["failures"][0]["code"], "E-CRASH-LOOP", "{answer}");
    assert_eq!(result["rollbackFailed"]["failures"][0]["code"], "E-IMAGE-PULL", "{answer}");
    assert!(result.get("rolledBack").is_none(), "{answer}");
    for told in ["E-CRASH-LOOP", "and rolling back to revision 1 failed:", "E-IMAGE-PULL"] {
        assert!(answer.stderr.contains(told), "{told}: {answer}");
    }
    assert_eq!(scene.statuses("web"), ["deployed", "failed", "failed"]);
    let history = scene.helm4("history web -n NAMESPACE");
    let last = history.lines().last().unwrap();
    assert!(last.contains("Release \"web\" failed: "), "{history}");
    // And nothing of it is in the way of the next apply.
    scene.write("web/values.yaml", "{ outcome: runs, delay: 1ms, motto: good }");
    scene.apply();
    assert_eq!(scene.statuses("web"), ["superseded", "failed", "failed", "deployed"]);
}

#[test]
fn an_object_that_the_server_refuses_is_called_by_its_name() {
    let service = |name: &str| {
        format!(
            "{{ apiVersion: v1, kind: Service, metadata: {{ name: {name} }}, spec: {{ ports: [{{ port: 80 }}] }} }}"
        )
    };
    let services = format!("{}\n---\n{}\n", service("one"), service("two"));
    let scene = Scene::releases(
        "refused",
        "  web: { chart: ./web }\n",
        &[("web/Chart.yaml", CHART), ("web/templates/services.yaml", &services)],
    );
    scene.create_namespace();
    // Each of them would fit, as the server says while planning.
    let quota = json!({"metadata": {"name": "one-service"}, "spec": {"hard": {"services": "1"}}});
    let quotas = scene.here("/api/v1/namespaces/NAMESPACE/resourcequotas");
    scene.plane.create(&quotas, &quota);
    let is_counted = |quota: &serde_json::Value| quota["status"]["hard"]["services"] == "1";
    scene.plane.until(&format!("{quotas}/one-service"), is_counted);
    let answer = scene.run("apply -e dev --yes -o json").exits(5);
    let result = answer.json()["stacks"][0]["result"]["releases"][0].clone();
    let error = result["error"].as_str().unwrap();
    assert!(error.starts_with("cannot apply `Service/"), "{error}");
    assert!(error.contains(&scene.here("in `NAMESPACE`: services \"")), "{error}");
    assert_eq!(result["failures"][0]["code"], "E-QUOTA");
}
