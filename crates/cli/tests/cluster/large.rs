//! 200 releases with 1,000 objects.

use std::process::Child;
use std::time::Duration;

use crate::app::texts;
use crate::support::Scene;

const MANIFEST: &str = "\
name: NAMESPACE
clusters: { test: { context: test } }
target: { cluster: test }
namespace: NAMESPACE
releases:
  small:
    chart: ./small
    forEach: { in: '${{ range(200) | list }}' }
    name: small-${{ each.value }}
    values: [{ number: '${{ each.value }}' }]
";

const CHART: &str = "\
{{- range $object := until 5 }}
---
apiVersion: v1
kind: ConfigMap
metadata: { name: {{ $.Release.Name }}-{{ $object }} }
data: { number: {{ $.Values.number | quote }} }
{{- end }}
";

const MEBIBYTE: u64 = 1024 * 1024;

#[test]
fn two_hundred_releases() {
    let scene = Scene::files(
        "large",
        &[
            ("regatta.yaml", MANIFEST),
            ("small/Chart.yaml", "{ apiVersion: v2, name: small, version: 1.0.0 }"),
            ("small/templates/settings.yaml", CHART),
        ],
    );
    run(&scene, "apply --yes");
    let settings = scene.get("/api/v1/namespaces/NAMESPACE/configmaps");
    assert_eq!(texts(&settings, "/metadata/name").len(), 1 + 1000);

    let before = scene.plane.mark();
    run(&scene, "apply --yes");
    let writes = scene.writes_since(before);
    assert!(writes.is_empty(), "{writes:#?}");

    run(&scene, "destroy --yes");
    let settings = scene.get("/api/v1/namespaces/NAMESPACE/configmaps");
    assert_eq!(texts(&settings, "/metadata/name"), ["kube-root-ca.crt"]);
    let secrets = scene.get("/api/v1/namespaces/NAMESPACE/secrets");
    assert!(texts(&secrets, "/metadata/name").is_empty());
}

/// Runs the program, which succeeds within its memory.
#[track_caller]
fn run(scene: &Scene, arguments: &str) {
    let words: Vec<&str> = arguments.split_whitespace().chain(["-q"]).collect();
    let mut command = scene.sandbox.command(&words);
    let mut child = command.stdout(std::process::Stdio::null()).spawn().unwrap();
    let mut peak = 0;
    let status = loop {
        peak = peak.max(peak_memory(&child).unwrap_or_default());
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    assert!(status.success(), "{arguments}: {status}");
    assert!((1..200 * MEBIBYTE).contains(&peak), "{arguments} took {} MiB", peak / MEBIBYTE);
}

/// The most memory that a process had at once so far (`VmHWM`, proc(5)), in bytes; none once it has ended.
fn peak_memory(child: &Child) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id())).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(line.trim().strip_suffix(" kB")?.parse::<u64>().ok()? * 1024)
}
