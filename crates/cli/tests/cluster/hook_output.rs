//! `helm.sh/hook-output-log-policy`: what hooks wrote is shown when they ask for it, and secrets in it are not.

use serde_json::Value;

use crate::sandbox::Answer;
use crate::support::{CHART, Scene, at};

/// Two hooks that say the same, one of them to everybody.
const JOBS: &str = r#"
{{- range list "talks" "silent" }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ . }}
  annotations:
    helm.sh/hook: post-install
    helm.sh/hook-delete-policy: hook-succeeded,hook-failed
    {{- if eq . "talks" }}
    helm.sh/hook-weight: "1"
    helm.sh/hook-output-log-policy: {{ $.Values.policy }}
    {{- end }}
spec:
  backoffLimit: 0
  template:
    metadata:
      annotations: { test.kwok/outcome: "{{ if eq . "talks" }}{{ $.Values.outcome }}{{ end }}" }
    spec: { restartPolicy: Never, containers: [{ name: {{ $.Values.container }}, image: "migrate:1" }] }
{{- end }}
"#;

const RELEASES: &str = "
  web:
    chart: ./web
    values: [{ password: '${{ inputs.password }}', container: CONTAINER, policy: POLICY, outcome: OUTCOME }]
inputs:
  password: { type: string, secret: true, default: known-to-nobody-4712 }
";

/// Applies the release, whose hooks say a secret.
fn apply(prefix: &str, policy: &str, outcome: &str, more: &str) -> Answer {
    let scene = Scene::files(
        prefix,
        &[("web/Chart.yaml", CHART), ("web/values.yaml", "{}"), ("web/templates/jobs.yaml", JOBS)],
    );
    let container = scene.plane.container_saying(&["3 rows", "as known-to-nobody-4712"]);
    let releases = RELEASES.replace("CONTAINER", &container).replace("POLICY", policy);
    scene.manifest(&releases.replace("OUTCOME", outcome));
    let answer = scene.run(&format!("apply -e dev --yes {more}"));
    assert!(!answer.to_string().contains("known-to-nobody-4712"), "{answer}");
    answer
}

/// What the events of a run say that hooks wrote.
fn told(answer: &Answer) -> Vec<String> {
    let events = answer.stdout.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    let output = events.filter(|event| event["event"] == "hook-output");
    output
        .map(|event| {
            let hook = at(&event, "/hook");
            format!("{hook} {}: {}", at(&event, "/object/name"), event["lines"])
        })
        .collect()
}

const TALKS: &str = r#"post-install talks: ["3 rows","as (secret)"]"#;

#[test]
fn a_hook_that_succeeds_is_heard_before_it_is_deleted() {
    let answer = apply("says", "hook-succeeded", "", "").succeeds();
    assert!(answer.stderr.contains("web: Job/talks wrote (pod talks-"), "{answer}");
    assert_eq!(
        answer.stderr.matches("      │ 3 rows\n      │ as (secret)\n").count(),
        1,
        "{answer}"
    );
    let answer = apply("says-json", "hook-succeeded", "", "-o json").succeeds();
    assert_eq!(told(&answer), [TALKS]);
}

#[test]
fn a_hook_is_heard_only_when_it_ends_as_it_says() {
    let answer = apply("says-failed", "hook-failed", "failed", "-o json").exits(4);
    assert_eq!(told(&answer), [TALKS]);
    let failure = &answer.json()["stacks"][0]["result"]["releases"][0]["failures"][0];
    assert_eq!(failure["logs"], serde_json::json!(["3 rows", "as (secret)"]));
    let answer = apply("says-nothing", "hook-failed", "", "-o json").succeeds();
    assert_eq!(told(&answer), [""; 0]);
}
