//! The tests that charts bring: their order, their logs, what the record tells of them, and the reports.

use controlplane::DEFAULT_LOG;

use crate::support::{CHART, Scene, list};

const TESTS: &str = r#"
{{- range .Values.tests }}
---
apiVersion: v1
kind: Pod
metadata:
  name: "{{ $.Release.Name }}-{{ .name }}"
  annotations:
    helm.sh/hook: test
    helm.sh/hook-weight: "{{ .weight }}"
    helm.sh/hook-delete-policy: "{{ .policy | default "before-hook-creation" }}"
    test.kwok/outcome: "{{ .outcome | default "runs" }}"
spec:
  restartPolicy: Never
  terminationGracePeriodSeconds: 0 # a deleted pod is gone at once, whoever plays the kubelet
  containers: [{ name: main, image: "busybox:1" }]
{{- end }}
"#;

fn scene(prefix: &str, tests: &str) -> Scene {
    let files = [("chart/Chart.yaml", CHART), ("chart/templates/tests.yaml", TESTS)];
    let releases = format!(
        "
  api: {{ chart: ./chart, values: [{{ tests: {tests} }}] }}
  web: {{ chart: ./chart, values: [{{ tests: [] }}], needs: [api] }}
"
    );
    let scene = Scene::releases(prefix, &releases, &files);
    scene.apply();
    scene
}

#[test]
fn tests_run_in_order_and_the_record_tells_of_them() {
    let tests = "[{ name: last, weight: 5 }, { name: first, weight: -5, policy: hook-succeeded }]";
    let scene = scene("tests", tests);
    let answer = scene.run("test -e dev").succeeds();
    let at = |text: &str| answer.stdout.find(text).unwrap_or_else(|| panic!("{text}\n{answer}"));
    assert!(at("passed  Pod/api-first") < at("passed  Pod/api-last"), "{answer}");
    at(&format!("api-first: {}", DEFAULT_LOG[0]));
    at("2 passed of 2 tests");
    scene.is_absent("/api/v1/namespaces/NAMESPACE/pods/api-first");
    scene.get("/api/v1/namespaces/NAMESPACE/pods/api-last");
    let status = scene.helm4("status api -n NAMESPACE");
    assert_eq!(status.matches("Succeeded").count(), 2, "{status}");
    // Again, though the last pod is still there.
    scene.run("test -e dev api").succeeds();
    scene.run("test -e dev nothing").exits(64);
}

#[test]
fn a_test_that_fails_ends_the_tests_of_its_release() {
    let tests = "[{ name: one, weight: 1 }, { name: two, weight: 2, outcome: failed }, { name: three, weight: 3 }]";
    let scene = scene("tests-failed", tests);
    let answer = scene.run("test -e dev -o json").exits(6).json();
    let api = &answer[0]["releases"][0];
    let verdicts: Vec<&str> =
        list(&api["tests"]).iter().map(|test| test["verdict"].as_str().unwrap()).collect();
    assert_eq!(verdicts, ["passed", "failed", "skipped"]);
    assert_eq!(api["tests"][1]["logs"][0]["lines"][0], DEFAULT_LOG[0]);

    let answer = scene.run("test -e dev api -o junit=reports/tests.xml").exits(6);
    assert!(answer.stdout.contains("1 passed, 1 failed, 1 skipped of 3 tests"), "{answer}");
    let junit = scene.sandbox.read("reports/tests.xml");
    assert!(junit.contains(r#"tests="3" failures="1" errors="0" skipped="1""#), "{junit}");
    assert_eq!(scene.statuses("api"), ["deployed"]);
}
