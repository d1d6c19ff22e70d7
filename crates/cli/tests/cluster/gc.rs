//! Ephemeral stacks: which of them are there, and which of them go when their time is over.

use std::thread::sleep;
use std::time::Duration;

use crate::support::{CHART, Scene};

pub(crate) const MANIFEST: &str = r#"
name: NAMESPACE
clusters: { test: { context: test } }
inputs: { build: { type: string } }
environments:
  e2e:
    target: { cluster: test }
    instance: ${{ inputs.build }}
    namespace: NAMESPACE-${{ environment.instance }}
    ephemeral: { ttl: TTL }
  lasting: { target: { cluster: test }, namespace: NAMESPACE }
releases:
  api: { chart: ./chart }
"#;

const SETTINGS: &str = "{ apiVersion: v1, kind: ConfigMap, metadata: { name: settings } }";

fn scene(prefix: &str) -> Scene {
    let files = [("chart/Chart.yaml", CHART), ("chart/templates/settings.yaml", SETTINGS)];
    let scene = Scene::files(prefix, &files);
    scene.write("regatta.yaml", &MANIFEST.replace("TTL", "1h"));
    scene
}

#[test]
fn only_ephemeral_stacks_past_their_time_go() {
    let scene = scene("gc");
    scene.run("apply -e lasting --yes").succeeds();
    scene.run("apply -e e2e --input build=long --yes").succeeds();
    scene.write("regatta.yaml", &MANIFEST.replace("TTL", "1s"));
    scene.run("apply -e e2e --input build=short --yes").succeeds();
    sleep(Duration::from_millis(1100));

    let listed = scene.run("gc -o json").succeeds().json();
    assert_eq!(listed.as_array().unwrap().len(), 1, "{listed:#}");
    assert_eq!(listed[0]["stack"], scene.here("NAMESPACE/e2e/short"));
    scene.get("/api/v1/namespaces/NAMESPACE-short/configmaps/settings");

    // Neither the charts nor the environment have to be there any more.
    std::fs::remove_dir_all(scene.sandbox.path("chart")).unwrap();
    let destroyed = scene.run("gc --yes -o json").succeeds().json();
    assert_eq!(destroyed[0]["result"], "done", "{destroyed:#}");
    scene.is_absent("/api/v1/namespaces/NAMESPACE-short");
    scene.get("/api/v1/namespaces/NAMESPACE-long/configmaps/settings");
    scene.get("/api/v1/namespaces/NAMESPACE/configmaps/settings");
    let none = scene.run("gc").succeeds();
    assert_eq!(none.stdout, "no ephemeral stack outlived its time\n");
}

#[test]
fn instances_are_found_by_what_they_recorded() {
    let scene = scene("instances-live");
    for build in ["a", "b"] {
        scene.run(&format!("apply -e e2e --input build={build} --yes")).succeeds();
    }
    std::fs::remove_dir_all(scene.sandbox.path("chart")).unwrap();
    let unknown = scene.run("destroy -e e2e --yes").exits(64);
    assert!(unknown.stderr.contains("there are a, b; choose with"), "{unknown}");
    let status = scene.run("status -e e2e --all-instances").succeeds();
    for build in ["a", "b"] {
        let head = scene.here(&format!("NAMESPACE/e2e/{build} · 1 release"));
        assert!(status.stdout.contains(&head), "{status}");
    }
    scene.run("destroy -e e2e --instance a --yes").succeeds();
    scene.is_absent("/api/v1/namespaces/NAMESPACE-a");
    scene.get("/api/v1/namespaces/NAMESPACE-b/configmaps/settings");
    scene.run("destroy -e e2e --all-instances --yes").succeeds();
    scene.is_absent("/api/v1/namespaces/NAMESPACE-b");
}
