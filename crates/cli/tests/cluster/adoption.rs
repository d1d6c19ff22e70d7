//! Releases that Helm installed: they become ours without a change.

use serde_json::{Value, json};

use crate::support::{CHART, Scene, list};

const WEB: &str = r#"
apiVersion: apps/v1
kind: Deployment
metadata: { name: web }
spec:
  replicas: 2
  selector: { matchLabels: { app: web } }
  template:
    metadata: { labels: { app: web } }
    spec: { containers: [{ name: web, image: "web:{{ .Values.tag }}" }] }
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: { name: web }
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: web }
  minReplicas: 2
  maxReplicas: 10
  metrics:
    - type: Resource
      resource: { name: cpu, target: { type: Utilization, averageUtilization: 80 } }
"#;

/// As the autoscaler does it.
fn scale(scene: &Scene, replicas: u32) {
    let path = "/apis/apps/v1/namespaces/NAMESPACE/deployments/web/scale";
    let path = scene.here(&format!("{path}?fieldManager=kube-controller-manager"));
    scene.plane.patch(&path, &json!({"spec": {"replicas": replicas}}));
}

fn deployment(scene: &Scene) -> Value {
    scene.get("/apis/apps/v1/namespaces/NAMESPACE/deployments/web")
}

#[test]
fn a_release_of_helm_3_with_an_autoscaler_is_adopted_without_a_change() {
    let files = [
        ("web/Chart.yaml", CHART),
        ("web/values.yaml", "tag: one"),
        ("web/templates/web.yaml", WEB),
    ];
    let scene = Scene::releases("adopted", "  web: { chart: ./web }\n", &files);
    scene.helm3("install web ./web -n NAMESPACE --create-namespace");
    scale(&scene, 5);
    let before = deployment(&scene);

    assert_eq!(scene.diff(), [""; 0]);
    let answer = scene.run("apply -e dev --yes -o json").succeeds();
    assert_eq!(answer.json()["stacks"][0]["plan"]["waves"][0]["releases"][0]["action"], "adopt");
    let after = deployment(&scene);
    assert_eq!(after["spec"], before["spec"], "{answer}");
    assert_eq!(after["metadata"]["generation"], before["metadata"]["generation"]);
    let managers = list(&after["metadata"]["managedFields"]).iter();
    let helms = managers.filter(|one| one["manager"] == "helm").map(|one| &one["operation"]);
    assert_eq!(helms.collect::<Vec<_>>(), ["Apply"]);
    assert_eq!(scene.diff(), [""; 0]);

    // A later change of something else leaves the autoscaler's number too.
    scale(&scene, 7);
    let answer = scene.run("apply -e dev --yes --set web:tag=two").succeeds();
    let after = deployment(&scene);
    assert_eq!(after["spec"]["replicas"], 7, "{answer}");
    assert_eq!(after["spec"]["template"]["spec"]["containers"][0]["image"], "web:two");
}

#[test]
fn an_object_that_belongs_to_no_release_is_taken_only_where_the_manifest_says_so() {
    let template =
        "{ apiVersion: v1, kind: ConfigMap, metadata: { name: settings }, data: { a: ours } }";
    let files = [("web/Chart.yaml", CHART), ("web/templates/settings.yaml", template)];
    let scene = Scene::releases("unowned", "  web: { chart: ./web }\n", &files);
    scene.create_namespace();
    let path = scene.here("/api/v1/namespaces/NAMESPACE/configmaps");
    let made = json!({"metadata": {"name": "settings"}, "data": {"a": "theirs", "b": "theirs"}});
    let theirs = scene.plane.request(
        "POST",
        &format!("{path}?fieldManager=kubectl-create"),
        "application/json",
        &made,
    );
    assert_eq!(theirs.0, 201, "{theirs:?}");

    let answer = scene.run("apply -e dev --yes -o json").exits(3);
    assert_eq!(answer.json()["reason"], "foreign-object");
    assert_eq!(scene.get(&format!("{path}/settings"))["data"]["a"], "theirs");

    scene.manifest("  web: { chart: ./web, takeOwnership: true }\n");
    assert_eq!(scene.diff(), ["web adopt ConfigMap/settings"]);
    scene.apply();
    let settings = scene.get(&format!("{path}/settings"));
    assert_eq!(settings["data"], json!({"a": "ours", "b": "theirs"}));
    assert_eq!(scene.diff(), [""; 0]);
}

#[test]
fn records_in_config_maps_are_not_installed_over() {
    let template =
        "{ apiVersion: v1, kind: Secret, metadata: { name: web }, stringData: { a: b } }";
    let files = [("web/Chart.yaml", CHART), ("web/templates/web.yaml", template)];
    let scene = Scene::releases("config-maps", "  web: { chart: ./web }\n", &files);
    scene.helm4_in_config_maps("install web ./web -n NAMESPACE --create-namespace");

    let answer = scene.run("apply -e dev --yes -o json").exits(3);
    assert_eq!(answer.json()["reason"], "foreign-release");
    let told = scene.run("apply -e dev --yes").exits(3).stderr;
    assert!(told.contains("`sh.helm.release.v1.web.v1`"), "{told}");
    assert_eq!(scene.statuses("web"), [""; 0]);

    // As the help says.
    let path = scene.here("/api/v1/namespaces/NAMESPACE/configmaps/sh.helm.release.v1.web.v1");
    scene.plane.delete(&path);
    assert_eq!(scene.diff(), [""; 0]);
    scene.apply();
    assert_eq!(scene.statuses("web"), ["deployed"]);
    // ConfigMaps are asked about where there is no record alone.
    let mark = scene.plane.mark();
    scene.apply();
    let requests = scene.plane.requests_since(mark).into_iter();
    let asked = requests.filter(|one| one.user.contains(&scene.namespace));
    let paths: Vec<String> = asked.map(|one| one.uri).collect();
    assert!(!paths.is_empty() && !paths.iter().any(|it| it.contains("/configmaps")), "{paths:#?}");
}
